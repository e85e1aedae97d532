"""What becomes of a process that user code forks: it may do what it likes, but it is not a second run.

A child that comes back from the method which forked it would go on with the workflow: write every value once more, and
acknowledge what is not its own. It is ended there instead. Looking for it costs the run nothing: only the child looks.
"""

from __future__ import annotations

import os
import sys
from os import _exit
from pathlib import Path
from types import FrameType
from typing import Any

from .declare import Workflow
from .log import Log

_OURS = str(Path(__file__).parent)
_RETURNS_NEVER = ("multiprocessing/popen_fork.py", "concurrent/futures/process.py")
_kept: list[Log] = []


def contain_forks(log: Log) -> None:
    """From now on. The first log is told."""
    if not _kept:
        os.register_at_fork(after_in_child=_watch)
    _kept[:] = [log]


def _watch() -> None:
    """In the child: waits for the user's code to come back to ours."""
    outermost: FrameType | None = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _is_ours(frame):
        if frame.f_code.co_filename.endswith(_RETURNS_NEVER):
            return  # it ends by itself, and would only be slowed down
        outermost, frame = frame, frame.f_back
    if outermost is not None and frame is not None:
        outermost.f_trace = _leave
        sys.settrace(_ignore)


def _is_ours(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return file.startswith((_OURS, "<nstack")) or isinstance(frame.f_globals.get("workflow"), Workflow)


def _ignore(frame: FrameType, event: str, argument: Any) -> None:
    return


def _leave(frame: FrameType, event: str, argument: Any) -> Any:
    if event != "return":
        return _leave
    for log in _kept:
        log.warning(
            f"a process that {frame.f_code.co_name} forked came back from it and was ended: let it end by os._exit, or "
            "use multiprocessing"
        )
    _exit(0)
