"""The last lines of a terminal, which are drawn again and again, while other text goes by above them."""

import os
from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.text import Text


class Region:
    """Lines at the bottom of what a terminal shows. Bytes for it are passed on as they are: whole lines above the
    region, the beginning of one as the region's first line until its end comes.

    ``width`` asks for the terminal's width in characters.
    """

    def __init__(self, terminal: int, width: Callable[[], int]) -> None:
        self._terminal = terminal
        self._width = width
        self._lines: list[str] = []
        self._begun: dict[int, bytes] = {}
        self._rows: list[str] = []
        self._line_open = False

    @property
    def is_shown(self) -> bool:
        """Whether there is a region yet."""
        return bool(self._lines)

    def draw(self, lines: Sequence[str]) -> None:
        """Shows these lines in place of those before."""
        erased = self._erased()
        self._lines = list(lines)
        _write(self._terminal, erased + self._drawn())

    def pass_on(self, data: bytes, descriptor: int) -> None:
        """Text of the program for a descriptor that leads to the terminal."""
        if not self.is_shown:
            self._line_open = not data.endswith(b"\n")
            _write(descriptor, data)
            return
        whole, _, begun = (self._begun.get(descriptor, b"") + data).rpartition(b"\n")
        self._begun[descriptor] = begun
        if not whole and not data.count(b"\n"):
            self.draw(self._lines)
            return
        _write(self._terminal, self._erased())
        _write(descriptor, whole + b"\n")
        _write(self._terminal, self._drawn())

    def end(self, lines: Sequence[str]) -> None:
        """Shows lines for the last time, below everything."""
        _write(self._terminal, self._erased())
        for descriptor, begun in self._begun.items():
            if begun:
                _write(descriptor, begun + b"\n")
        self._begun = {}
        self._lines = list(lines)
        _write(self._terminal, self._drawn())

    def _erased(self) -> bytes:
        """What takes the region off the screen; the cursor is where it began."""
        width = max(1, self._width())
        # A terminal that has become narrower has broken the lines.
        height = sum(max(1, -(-cell_len(Text.from_ansi(line).plain) // width)) for line in self._rows)
        self._rows = []
        return f"\r\x1b[{height}A\x1b[J".encode() if height else b""

    def _drawn(self) -> bytes:
        opened = b"\r\n" if self._line_open else b""
        self._line_open = False
        width = max(1, self._width())
        begun = [_last_part(text, width) for text in self._begun.values() if text]
        self._rows = [*begun, *self._lines]
        return opened + "".join(f"{row}\r\n" for row in self._rows).encode("utf-8", "replace")


def _last_part(text: bytes, width: int) -> str:
    """The beginning of a line as a terminal would show it: from the last return on, and no wider than there is room."""
    shown = text.rpartition(b"\r")[2] if not text.endswith(b"\r") else text[:-1].rpartition(b"\r")[2]
    # An escape that is not whole yet would swallow what comes after it.
    plain = Text.from_ansi(shown.decode("utf-8", "replace")).plain.partition("\x1b")[0]
    return "".join(letter for letter in plain if letter.isprintable())[: width - 1]


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
