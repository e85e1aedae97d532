"""A built program as a child of the kernel: its lines as they come, and a way to stop it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nscompiler.cli.child import LIFELINE
from nscompiler.cli.running import Start

_LINE = 2**26
"""Bytes that one line may have: what the runtime's own sources and sinks take."""

Take = Callable[[str], None]


class Program:
    """One run. ``interrupt`` may be called from any thread."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._interrupted = False

    async def run(self, start: Start, output: Take, log: Take) -> int:
        """Start a program and hand on the lines of its standard output and of its log; its exit code, or 128 and the
        number of the signal that killed it. Raises OSError where it cannot be started."""
        with _lifeline() as theirs:
            self._process = process = await _started(start, theirs)
            if self._interrupted:
                self.interrupt()
            assert process.stdout is not None
            assert process.stderr is not None
            await asyncio.gather(_lines(process.stdout, output), _lines(process.stderr, log))
            code = await process.wait()
        return code if code >= 0 else 128 - code

    def interrupt(self) -> None:
        """Stop the program at once, as soon as there is one."""
        self._interrupted = True
        if self._process is not None and self._process.returncode is None:
            for number in (signal.SIGINT, signal.SIGTERM):  # the second one stops what would finish in order
                self._process.send_signal(number)


async def _started(start: Start, lifeline: int) -> asyncio.subprocess.Process:
    with _signals_held():
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *start.arguments,
            env={**start.environment, LIFELINE: str(lifeline)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(lifeline,),
            process_group=0,
            limit=_LINE,
        )


async def _lines(stream: asyncio.StreamReader, take: Take) -> None:
    while line := await stream.readline():
        take(line.decode("utf-8", "replace"))


@contextmanager
def _lifeline() -> Iterator[int]:
    """The reading end of a pipe that the program watches: it ends should the kernel be killed."""
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(theirs)
        os.close(ours)


@contextmanager
def _signals_held() -> Iterator[None]:
    """What is started here holds back the signals that stop it, until it can stop in order."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
