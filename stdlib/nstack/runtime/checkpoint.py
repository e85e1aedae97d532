"""Where a source that marks its values (``nstack.At``) goes on after a stop or a crash.

The saved offset is a low-water mark: everything up to it has been flushed by every sink. It belongs to the workflow
and the source, not to the build.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from pathlib import Path
from threading import Lock

import msgspec

from .log import Log
from .token import Token
from .worker import on_loop

SAVE_EVERY = 0.1
"""Seconds between two writes of the file."""


class Checkpoint:
    """The offset of one source, kept in one file. ``opened`` and ``finished`` may be called from any thread."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, log: Log) -> None:
        self.path = path
        self._loop = loop
        self._log = log
        self._lock = Lock()
        self._waiting: deque[Token] = deque()
        self._done: set[Token] = set()
        self._offset: object = None
        self._saved: object = None
        self._scheduled = False

    def load(self) -> object:
        """The saved offset, or None at a first start. A damaged file is told and then passed over."""
        try:
            document = msgspec.json.decode(self.path.read_bytes(), type=dict[str, object])
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            self._log.warning(f"the checkpoint {self.path} cannot be read ({error}): starting afresh")
            return None
        self._saved = document.get("offset")
        return self._saved

    def forget(self) -> None:
        """Removes the file: the next start is a first start."""
        self.path.unlink(missing_ok=True)

    def opened(self, token: Token) -> None:
        """A token is on its way; tokens are told in the order of the source."""
        with self._lock:
            self._waiting.append(token)

    def finished(self, token: Token) -> None:
        """A token is done. One with a problem is not: its values come again after a restart."""
        with self._lock:
            if token.problem is not None:
                return
            self._done.add(token)
            while self._waiting and self._waiting[0] in self._done:
                first = self._waiting.popleft()
                self._done.discard(first)
                if first.offset is not None:
                    self._offset = first.offset
        on_loop(self._loop, self._soon)

    def _soon(self) -> None:
        if not self._scheduled and self._offset != self._saved:
            self._scheduled = True
            self._loop.call_later(SAVE_EVERY, self.save)

    def save(self) -> None:
        """Writes the offset, if it has moved; the file is never half written."""
        self._scheduled = False
        offset = self._offset
        if offset is None or offset == self._saved:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode({"offset": offset}))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        self._saved = offset
