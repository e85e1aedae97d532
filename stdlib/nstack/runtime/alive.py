"""``--alive-file``: a file whose age tells whether a run is well, for a health check that can do no more than look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WELL = ("running", "draining")
EVERY = 1.0
"""Seconds from one touch to the next."""


class Alive:
    """Touches the file from the event loop, so that one which hangs is seen too. ``state`` tells how the run is."""

    def __init__(self, path: Path, state: Callable[[], str]) -> None:
        self._path = path
        self._state = state
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, without a file that an earlier process has left."""
        with suppress(OSError):
            self._path.unlink()
        self._task = asyncio.create_task(self._run())

    def end(self) -> None:
        """The run is over, and the file is gone."""
        if self._task is not None:
            self._task.cancel()
        with suppress(OSError):
            self._path.unlink()

    async def _run(self) -> None:
        while True:
            if self._state() in WELL:
                with suppress(OSError):
                    self._path.touch()
            await asyncio.sleep(EVERY)
