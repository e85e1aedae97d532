"""Source lines with the labels of a diagnostic drawn under them.

The way of drawing is that of rustc: ``^^^`` marks the primary place and ``---`` the related ones, a text stands
right of the last mark of a line, the others hang below on ``|``; a place of several lines gets a lane at the left.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from nscompiler.diagnostics.model import Label, Role
from nscompiler.diagnostics.render.glyphs import Screen, plain
from nscompiler.diagnostics.render.lines import Grid, Line, Piece, line
from nscompiler.diagnostics.render.marks import Mark, mark_rows, place_text
from nscompiler.diagnostics.render.window import Window
from nscompiler.records import Record, replace
from nscompiler.source import SourceFile

# A place longer than this is shown by its first and last lines.
_WHOLE = 6


class Drawn(Record):
    """A label with its lines and columns (code points from 0, ``end_column`` exclusive) and its lane, if it has one."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "text",
        "primary",
        "style",
        "line",
        "column",
        "end_line",
        "end_column",
        "lane",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        text: str,
        primary: bool,
        style: str,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        lane: int = 0,
    ) -> None:
        self.text = text
        self.primary = primary
        self.style = style
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.lane = lane

    @property
    def mark(self) -> str:
        """What it is underlined with."""
        return "^" if self.primary else "-"

    @property
    def multi(self) -> bool:
        """Whether it spans lines."""
        return self.end_line > self.line


def excerpt(labels: Iterable[Label], source: SourceFile, digits: int, style: str, screen: Screen) -> list[Line]:
    """The lines of one file that the labels lie on, marked.

    ``digits`` is how wide line numbers are, ``style`` the primary label's.
    """
    drawn = _with_lanes([_drawn(label, source, style, screen) for label in labels])
    page = _Page(drawn, source, digits, screen)
    return list(page.lines())


def last_line(labels: Iterable[Label], source: SourceFile) -> int:
    """The largest line number that an excerpt of these labels prints."""
    return max(source.lines.position(label.span.end).line for label in labels)


def _drawn(label: Label, source: SourceFile, style: str, screen: Screen) -> Drawn:
    span = label.span
    start = source.lines.position(span.start)
    # The last character that is marked, not the one after it: a span that ends with a newline ends on that line.
    end = source.lines.position(max(span.start, span.end - 1))
    primary = label.role is Role.PRIMARY
    least = start.column if end.line == start.line else 1
    return Drawn(
        plain(" ".join(label.text.split()), screen.ascii_only),
        primary,
        style if primary else "related",
        start.line,
        start.column - 1,
        end.line,
        min(end.column, max(len(source.line_text(end.line)), least)),
    )


def _with_lanes(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Give every label of several lines the first lane, from the left, that is free while it runs."""
    until: list[int] = []
    result = []
    for item in sorted(drawn, key=lambda item: (item.line, -item.end_line, item.column)):
        if item.multi:
            lane = next((lane for lane, end in enumerate(until) if end < item.line), len(until))
            until[lane : lane + 1] = [item.end_line]
            item = replace(item, lane=lane)
        result.append(item)
    return result


class _Page:
    """The lines of one file while they are drawn."""

    def __init__(self, drawn: Sequence[Drawn], source: SourceFile, digits: int, screen: Screen) -> None:
        self._source = source
        self._screen = screen
        self._digits = digits
        self._single = [item for item in drawn if not item.multi]
        self._multi = [item for item in drawn if item.multi]
        self._lanes = 2 * max((item.lane + 1 for item in self._multi), default=0)
        self._room = max(screen.width - digits - 3 - self._lanes, 20)

    def lines(self) -> Iterator[Line]:
        """Every line that is shown, with what hangs below it."""
        before = 0
        for number in self._shown():
            if before and number == before + 2:
                yield from self._line(number - 1)
            elif before and number > before + 2:
                yield line(Piece("...".ljust(self._digits + 3), "gutter"), *self._lane_row(number).pieces())
            yield from self._line(number)
            before = number

    def _shown(self) -> list[int]:
        numbers = {item.line for item in self._single}
        for item in self._multi:
            if item.end_line - item.line < _WHOLE:
                numbers.update(range(item.line, item.end_line + 1))
            else:
                numbers.update((item.line, item.line + 1, item.end_line - 1, item.end_line))
        return sorted(numbers)

    def _line(self, number: int) -> Iterator[Line]:
        single = [item for item in self._single if item.line == number]
        starting = [item for item in self._multi if item.line == number]
        ending = [item for item in self._multi if item.end_line == number]
        columns = [(item.column, item.end_column) for item in single]
        columns += [(item.column, item.column + 1) for item in starting]
        columns += [(item.end_column - 1, item.end_column) for item in ending]
        window = Window.over(self._source.line_text(number), columns, self._room, self._screen)
        opened = [item for item in starting if self._opens_in_margin(item, number)]
        yield self._source_line(number, window, opened)
        open_lanes = {item.lane: item.style for item in self._multi if item.line < number <= item.end_line}
        open_lanes |= {item.lane: item.style for item in opened}
        for item in starting:
            if item not in opened:
                yield self._turn(item, window.cell(item.column), open_lanes, starts=True)
                open_lanes[item.lane] = item.style
        for row in mark_rows([_mark(item, window) for item in single], self._room, self._screen):
            yield self._row(row, open_lanes)
        for item in sorted(ending, key=lambda item: -item.lane):
            yield from self._end(item, window.cell(item.end_column - 1), open_lanes)
            open_lanes.pop(item.lane, None)

    def _opens_in_margin(self, item: Drawn, number: int) -> bool:
        return not self._source.line_text(number)[: item.column].strip()

    def _source_line(self, number: int, window: "Window", opened: Sequence[Drawn]) -> Line:
        lanes = self._lane_row(number)
        for item in opened:
            lanes.put(2 * item.lane, "/", item.style)
        pieces = lanes.pieces()
        pad = " " * (self._lanes - sum(len(piece.text) for piece in pieces))
        return line(Piece(f"{number:>{self._digits}} | ", "gutter"), *pieces, pad, window.text)

    def _lane_row(self, number: int) -> Grid:
        """The lanes that run through the top of a line."""
        return self._lane_grid({item.lane: item.style for item in self._multi if item.line < number <= item.end_line})

    def _lane_grid(self, lanes: dict[int, str]) -> Grid:
        grid = Grid(self._screen)
        for lane, style in lanes.items():
            grid.put(2 * lane, "|", style)
        return grid

    def _row(self, row: Grid, lanes: dict[int, str]) -> Line:
        pieces = self._lane_grid(lanes).pieces()
        pad = " " * (self._lanes - sum(len(piece.text) for piece in pieces))
        return line(self._gutter(), *pieces, pad, *row.pieces())

    def _turn(self, item: Drawn, cell: int, lanes: dict[int, str], *, starts: bool) -> Line:
        """The row on which a lane turns to the place where its label starts or ends."""
        grid = self._lane_grid(lanes)
        first = 2 * item.lane + 1
        grid.put(first, "_" * (self._lanes + cell - first), item.style)
        grid.put(self._lanes + cell, item.mark, item.style)
        if not starts:
            grid.put(2 * item.lane, "|", item.style)
        return line(self._gutter(), *grid.pieces())

    def _end(self, item: Drawn, cell: int, lanes: dict[int, str]) -> Iterator[Line]:
        turn = self._turn(item, cell, lanes, starts=False)
        remaining = {lane: style for lane, style in lanes.items() if lane != item.lane}
        if self._screen.measure(item.text) <= self._room - cell - 2:
            yield line(*turn, Piece(f" {item.text}", item.style))
            return
        yield turn
        for row in place_text(item.text, cell, 0, item.style, self._room, self._screen):
            yield self._row(row, remaining)

    def _gutter(self) -> Piece:
        return Piece(f"{'':>{self._digits}} | ", "gutter")


def _mark(item: Drawn, window: Window) -> Mark:
    start = window.cell(item.column)
    end = max(window.cell(item.end_column), start + 1)
    return Mark(start, end, item.text, item.style, item.mark)
