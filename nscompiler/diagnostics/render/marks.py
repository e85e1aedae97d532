"""The rows of marks and texts below one source line."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from nscompiler.diagnostics.render.glyphs import Screen
from nscompiler.diagnostics.render.lines import Grid, wrap
from nscompiler.records import Record

# A text that hangs nearer to the right edge than this is moved to the left.
_NARROW = 28


class Mark(Record):
    """An underline of screen columns ``start`` to ``end`` (exclusive) with its text; ``mark`` is ``^`` or ``-``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "text", "style", "mark")
    __slots__ = __match_args__

    def __init__(self, start: int, end: int, text: str, style: str, mark: str) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.style = style
        self.mark = mark


def mark_rows(marks: Sequence[Mark], room: int, screen: Screen) -> Iterator[Grid]:
    """The underlines, then the texts: the last one on the same row where it fits, the others below, right to left."""
    if not marks:
        return
    first = Grid(screen)
    # Primary marks are put last, so that they lie over the others; longer ones below shorter.
    for item in sorted(marks, key=lambda item: (item.mark == "^", item.start - item.end)):
        first.put(item.start, item.mark * (item.end - item.start), item.style)
    hanging = sorted((item for item in marks if item.text), key=lambda item: (item.start, item.mark != "^"))
    if hanging and _fits_beside(hanging[-1], marks, room, screen):
        last = hanging.pop()
        first.put(last.end + 1, last.text, last.style)
    yield first
    if hanging:
        yield _connectors(hanging, screen)
    while hanging:
        last = hanging.pop()
        left = max((item.start + 2 for item in hanging), default=0)
        for row in place_text(last.text, last.start, left, last.style, room, screen):
            for item in hanging:
                if item.start < last.start:
                    row.put(item.start, "|", item.style)
            yield row


def place_text(text: str, column: int, left: int, style: str, room: int, screen: Screen) -> Iterator[Grid]:
    """A text that hangs below a column, wrapped; it may start further left, down to ``left``, where it is cramped."""
    wanted = min(screen.measure(text), _NARROW)
    if room - column < wanted:
        column = max(left, room - wanted)
    for part in wrap(text, room - column, screen):
        row = Grid(screen)
        row.put(column, part, style)
        yield row


def _fits_beside(mark: Mark, marks: Sequence[Mark], room: int, screen: Screen) -> bool:
    others = [item for item in marks if item is not mark]
    free = all(item.end <= mark.start for item in others)
    return free and mark.end + 1 + screen.measure(mark.text) <= room


def _connectors(hanging: Sequence[Mark], screen: Screen) -> Grid:
    row = Grid(screen)
    for item in hanging:
        row.put(item.start, "|", item.style)
    return row
