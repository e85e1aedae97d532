"""What a terminal is given for a character: nothing that moves the cursor, nothing it cannot show."""

from collections.abc import Callable
from typing import ClassVar

from nscompiler.records import Record

TAB = 4

_SPELLED = {"→": "->", "✗": "x", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x"}
# Marks that reorder or hide text, so that a program reads other than it is.
_HIDING = frozenset("\u061c\u200b\u200e\u200f\u2028\u2029\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Screen(Record):
    """What is drawn on: columns, whether only ASCII may be used, and how many columns a text takes; and where the
    standard library lies, whose files are shown by a short name.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("width", "ascii_only", "measure", "standard")
    __slots__ = __match_args__

    def __init__(self, width: int, ascii_only: bool, measure: Callable[[str], int], standard: str = "") -> None:
        self.width = width
        self.ascii_only = ascii_only
        self.measure = measure
        self.standard = standard

    @property
    def arrow(self) -> str:
        """From a stage to what it gives."""
        return "->" if self.ascii_only else "→"

    @property
    def cross(self) -> str:
        """Where a flow breaks."""
        return "x" if self.ascii_only else "✗"

    @property
    def ellipsis(self) -> str:
        """Where something was left out."""
        return "..." if self.ascii_only else "…"


def plain(text: str, ascii_only: bool = False) -> str:
    """A text that is safe on one line of a terminal: control characters are spelled out."""
    if text.isprintable() and (text.isascii() or not ascii_only):
        return text
    return "".join(shown(character, ascii_only) for character in text)


def shown(character: str, ascii_only: bool) -> str:
    """How one character (no tab) is printed."""
    if character.isascii():
        return character if character.isprintable() else _escape(character)
    if ascii_only:
        return _SPELLED.get(character) or _escape(character)
    if character in _HIDING or "\x80" <= character <= "\x9f" or "\ud800" <= character <= "\udfff":
        return _escape(character)
    return character


def _escape(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


class ShownLine:
    """A source line as it is printed, and where its characters stand.

    ``offset`` is how many code points were cut off before ``text``, from a line much longer than any screen.
    """

    __slots__ = ("_cells", "offset", "text")

    def __init__(self, text: str, screen: Screen, offset: int = 0) -> None:
        self.offset = offset
        self._cells: range | list[int]
        if text.isascii() and text.isprintable():
            self.text = text
            self._cells = range(len(text) + 1)
        else:
            self.text, self._cells = _measured(text, screen)

    @property
    def width(self) -> int:
        """How many columns the line takes."""
        return self._cells[-1]

    def cell(self, index: int) -> int:
        """The column, from 0, at which a code point of the whole line is printed, also past the line's end."""
        index = max(0, index - self.offset)
        past = index - (len(self._cells) - 1)
        return self._cells[index] if past <= 0 else self.width + past

    def cut(self, first: int, last: int, screen: Screen) -> str:
        """The columns from ``first`` to ``last``; half a wide character becomes a space."""
        if len(self.text) == self.width:
            return self.text[first:last]
        kept, at = [], 0
        for character in self.text:
            size = screen.measure(character)
            if first <= at and at + size <= last:
                kept.append(character)
            elif at < last and at + size > first:
                kept.append(" " * (min(at + size, last) - max(at, first)))
            at += size
        return "".join(kept)


def _measured(text: str, screen: Screen) -> tuple[str, list[int]]:
    pieces: list[str] = []
    cells = [0]
    for character in text:
        piece = " " * (TAB - cells[-1] % TAB) if character == "\t" else shown(character, screen.ascii_only)
        pieces.append(piece)
        cells.append(cells[-1] + screen.measure(piece))
    return "".join(pieces), cells
