"""``nsc check --watch``: checks again whenever something is changed that the last check has looked at.

What was asked of the disk is asked again, a few times a second. That finds exactly what matters to the check: also a
file that is not there yet, an import far away, a folder on a network whose changes no kernel announces.
"""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from nscompiler import questions
from nscompiler.cli.checking import Asked, check_again
from nscompiler.diagnostics.summary import counted
from nscompiler.files import WatchedFiles

if TYPE_CHECKING:
    from nscompiler.kept import Memory

PAUSE = 0.2
"""Seconds between two looks."""
SETTLING = 0.05
"""Seconds that an editor has, from the first change that is seen, to finish what it does to save a file."""

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def watch(paths: Sequence[str], asked: Asked) -> NoReturn:
    """Check, and again after each change, until somebody interrupts."""
    memory: Memory = {}
    while True:
        files = WatchedFiles()
        if sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
        start = time.perf_counter()
        memory = check_again(paths, asked, files, memory)
        sys.stdout.flush()
        _await_change(files, time.perf_counter() - start)


def _await_change(files: WatchedFiles, seconds: float) -> None:
    record = files.record()
    read = counted(len(record[questions.READS]), "file")
    now = time.strftime("%H:%M:%S")
    print(f"{now} checked in {seconds * 1000:.0f} ms; watching {read}, Ctrl-C ends", file=sys.stderr, flush=True)
    while questions.changed_files(record, files.taken) == frozenset():
        time.sleep(PAUSE)
    time.sleep(SETTLING)
