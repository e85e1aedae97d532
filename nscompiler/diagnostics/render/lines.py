"""Lines of styled text, the paper that the text rendering is drawn on; it knows no terminal.

Style names are ``error``, ``warning``, ``hint``, ``related``, ``gutter``, ``strong``, ``note``, ``added``,
``removed``, ``differs``, ``name``, ``faint`` and the empty one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from nscompiler.diagnostics.render.glyphs import Screen
from nscompiler.records import Record


class Piece(Record):
    """A stretch of text in one style."""

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "style")
    __slots__ = __match_args__

    def __init__(self, text: str, style: str = "") -> None:
        self.text = text
        self.style = style


Line = tuple[Piece, ...]


def line(*pieces: Piece | str) -> Line:
    """A line of pieces, without blanks at its end."""
    result = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    while result:
        last = result.pop()
        if kept := last.text.rstrip():
            return (*result, Piece(kept, last.style))
    return ()


class Grid:
    """One row that is written to by column, later writes over earlier ones."""

    __slots__ = ("_cells", "_screen")

    def __init__(self, screen: Screen) -> None:
        self._cells: dict[int, tuple[str, str]] = {}
        self._screen = screen

    def put(self, column: int, text: str, style: str) -> None:
        """Write a text from a column on."""
        last = column
        for character in text:
            size = self._screen.measure(character)
            if size == 0 and last in self._cells:
                self._cells[last] = (self._cells[last][0] + character, style)
                continue
            self._cells[column] = (character, style)
            for further in range(column + 1, column + size):
                self._cells[further] = ("", style)
            last, column = column, column + size

    def pieces(self) -> list[Piece]:
        """The row as runs of one style."""
        if not self._cells:
            return []
        runs: list[tuple[str, list[str]]] = []
        for column in range(max(self._cells) + 1):
            character, style = self._cells.get(column, (" ", ""))
            if not runs or runs[-1][0] != style:
                runs.append((style, []))
            runs[-1][1].append(character)
        return [Piece("".join(characters), style) for style, characters in runs]


def wrap(text: str, width: int, screen: Screen) -> list[str]:
    """Break a text at spaces into lines of at most ``width`` columns; line ends stay, long words are not cut."""
    return [part for given in text.split("\n") for part in _wrap_one(given, max(width, 10), screen)]


def _wrap_one(text: str, width: int, screen: Screen) -> list[str]:
    if screen.measure(text) <= width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines, current = [], indent
    for word in text.split():
        longer = f"{current} {word}" if current.strip() else current + word
        if current.strip() and screen.measure(longer) > width:
            lines.append(current)
            longer = indent + word
        current = longer
    return [*lines, current]


def wrap_type(pieces: Sequence[Piece], width: int, screen: Screen) -> list[list[Piece]]:
    """Break a printed type into lines of at most ``width`` columns, after commas where that is enough."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for unit in _units(pieces, width, screen):
        size = sum(screen.measure(piece.text) for piece in unit)
        blanks = len(unit[-1].text) - len(unit[-1].text.rstrip(" "))
        if used and used + size - blanks > width:
            lines.append([])
            used = 0
        lines[-1] += unit
        used += size
    return [_merged(pieces) for pieces in lines]


def _units(pieces: Sequence[Piece], width: int, screen: Screen) -> Iterator[list[Piece]]:
    """What is not torn apart: up to a comma, or a word where that is too long for a line."""
    for unit in _split(pieces, ", "):
        if sum(screen.measure(piece.text) for piece in unit) > width:
            yield from _split(unit, " ")
        else:
            yield unit


def _split(pieces: Iterable[Piece], after: str) -> Iterator[list[Piece]]:
    unit: list[Piece] = []
    for piece in pieces:
        *parts, rest = piece.text.split(after)
        for part in parts:
            yield [*unit, Piece(part + after, piece.style)]
            unit = []
        if rest:
            unit.append(Piece(rest, piece.style))
    if unit:
        yield unit


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        if result and result[-1].style == piece.style:
            result[-1] = Piece(result[-1].text + piece.text, piece.style)
        else:
            result.append(piece)
    return result
