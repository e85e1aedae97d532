"""The part of a long line that is shown."""

from collections.abc import Sequence

from nscompiler.diagnostics.render.glyphs import Screen, ShownLine


class Window:
    """The part of a line that is shown, and where its characters stand in it."""

    __slots__ = ("_shift", "_shown", "_width", "text")

    def __init__(self, text: str, shown: ShownLine, shift: int, width: int) -> None:
        self.text = text
        self._shown = shown
        self._shift = shift
        self._width = width

    @staticmethod
    def over(text: str, columns: Sequence[tuple[int, int]], room: int, screen: Screen) -> "Window":
        """As much of a line as fits, with the marked columns in it, or the first of them where not all can be."""
        first = min((start for start, _ in columns), default=0)
        last = min(max((end for _, end in columns), default=0), first + 2 * room)
        # Characters far from the marks are not even measured: a line may be megabytes long.
        offset = max(0, first - 2 * room)
        shown = ShownLine(text[offset : last + 2 * room], screen, offset)
        more = last + 2 * room < len(text)
        start, end = _shown_part(shown, shown.cell(first), shown.cell(last), room, offset > 0 or more)
        dots = screen.ellipsis
        left = dots if start else ""
        right = dots if more or end < shown.width else ""
        kept = shown.cut(start + len(left), end - len(right), screen)
        return Window(f"{left}{kept}{right}", shown, start, end - start)

    def cell(self, index: int) -> int:
        """The column in the shown text of a code point of the line; what was cut off lies at the edges."""
        return min(max(self._shown.cell(index) - self._shift, 0), self._width)


def _shown_part(shown: ShownLine, first: int, last: int, room: int, cut: bool) -> tuple[int, int]:
    """The columns of a line to show, so that those from ``first`` to ``last`` are in sight."""
    if shown.width <= room and not cut:
        return 0, max(shown.width, last)
    if last - first >= room - 8:
        start = max(0, first - 4)
    else:
        # More room behind the marks than before them: that is where the text of the label stands.
        start = max(0, min(first - (room - (last - first)) // 2, shown.width - room))
    return start, min(start + room, max(shown.width, start))
