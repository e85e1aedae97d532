"""A program in a terminal of its own, and what it shows there."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

PATIENCE = 40.0
"""Seconds until something that does not show up is a failure, whatever else shows up meanwhile."""


class Terminal:
    """A process on a pseudo terminal, with its screen. Waiting is for what the screen shows, never for time."""

    def __init__(
        self, command: Sequence[str], cwd: Path, environment: dict[str, str], *, rows: int = 30, columns: int = 100
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        environment = {**environment, "TERM": "xterm-256color"}
        self._process = pexpect.spawn(
            command[0], list(command[1:]), cwd=str(cwd), env=environment, dimensions=(rows, columns)
        )
        self._process.delaybeforesend = None
        self.screen.write_process_input = self.press  # the answer to where the cursor is

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.close(force=True)

    @property
    def pid(self) -> int:
        """The process's id."""
        return int(self._process.pid)

    @property
    def lines(self) -> list[str]:
        """What the screen shows, without the blanks at the ends."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """What the screen shows, down to its last line that is not empty."""
        return "\n".join(self.lines).rstrip()

    def press(self, keys: str) -> None:
        """Type something: ``\\r`` is the enter key, ``\\x03`` Ctrl-C."""
        self._process.send(keys)

    def wait(self, shown: str | Callable[["Terminal"], bool]) -> str:
        """Read until a text is on the screen, or something is true of it; what the screen shows."""
        met = shown if callable(shown) else lambda terminal: shown in terminal.text
        end = time.monotonic() + PATIENCE  # a screen that never rests would put off the end of a wait for the next byte
        while not met(self):
            try:
                self._stream.feed(self._process.read_nonblocking(65536, timeout=max(0.0, end - time.monotonic())))
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                raise AssertionError(f"{shown} does not show up: {type(error).__name__}\n{self.text}") from None
        return self.text

    def ended(self) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + PATIENCE
        try:
            while True:
                self._stream.feed(self._process.read_nonblocking(65536, timeout=max(0.0, end - time.monotonic())))
        except pexpect.EOF:
            self._process.close()
        return int(os.waitstatus_to_exitcode(self._process.status))


def prompt(number: int) -> Callable[[Terminal], bool]:
    """Whether the cursor stands behind a prompt with nothing typed yet."""
    return lambda terminal: terminal.lines[terminal.screen.cursor.y] == f"{number}>"
