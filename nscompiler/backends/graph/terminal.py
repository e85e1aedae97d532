"""A graph as a drawing in letters, for terminals.

Drawn by our own layout, that of SVG, and not from Mermaid by termaid: that writes labels over lines, knows no limit on
the width, and makes of a flow with two branches and seven steps a drawing of more than 200 columns.
"""

from itertools import pairwise

import attrs

from nscompiler.backends.graph.contents import SIGNS, mark, module_name, process, settings, type_name
from nscompiler.backends.graph.geometry import Box, Layout
from nscompiler.backends.graph.layout import layout
from nscompiler.backends.graph.letters import cell, cells, fitted, printable
from nscompiler.backends.graph.structure import structure
from nscompiler.flow.model import Edge, Graph, Node, NodeId, TypeId

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_LINES = " ╵╷│╴╯╮┤╶╰╭├─┴┬┼"
_ASCII_LINES = " |||-+++-+++-+++"
_COLORS = {"source": "32", "literal": "32", "sink": "35", "call": "36"}
_FAINT, _BOLD = "2", "1"
_LONGEST_LABEL = 60


def terminal(graph: Graph, *, width: int = 80, ascii_only: bool = False, color: bool = False) -> str:
    """The drawing, at most ``width`` columns wide where that can be; each line ends where its text does."""
    measure = _Letters(graph, max(width, 24), ascii_only)
    canvas = _Canvas(ascii_only)
    found = layout(structure(graph), measure)
    _draw(canvas, graph, found, measure)
    title = _plain(printable(f"{graph.name} of {graph.module}"), ascii_only)
    return "\n".join([_styled(title, _BOLD if color else ""), "", *canvas.lines(color)]) + "\n"


def _plain(text: str, ascii_only: bool) -> str:
    return text.replace("…", "...").encode("ascii", "backslashreplace").decode() if ascii_only else text


@attrs.frozen(slots=True, eq=False)
class _Letters:
    """Sizes in columns and lines."""

    graph: Graph
    limit: int
    ascii_only: bool
    line: int = 1
    bus: int = 1
    gap: int = 3
    rail: int = 2
    pad: int = 2
    _outputs: dict[NodeId, TypeId | None] = attrs.field(
        init=False, default=attrs.Factory(lambda own: {node.id: node.output for node in own.graph.nodes}, True)
    )

    def text(self, node: Node, room: int) -> list[str]:
        """The lines in a node's box."""
        if node.kind in SIGNS:
            return [f"({self._fitted(mark(self.graph, node), room - 2)})"]
        function = node.function
        head = node.origin.text if function is None else f"{module_name(node)}.{function.name}"
        lines = [printable(head), *(f"  {text}" for text in settings(node))]
        lines += [f"  in process {printable(process(node))}"] if process(node) else []
        return [self._fitted(text, room - 4) for text in lines]

    def node(self, node: Node, room: int) -> tuple[int, int]:
        """The size of a box, or of a mark, which has no frame."""
        lines = self.text(node, room)
        width = max(map(cells, lines))
        return (width, 1) if node.kind in SIGNS else (width + 4, len(lines) + 2)

    def label_text(self, edge: Edge, room: int) -> str:
        """The type that flows along an edge."""
        return self._fitted(type_name(self.graph, self._outputs[edge.source]), min(_LONGEST_LABEL, room // 2 - 2))

    def label(self, edge: Edge, room: int) -> int:
        """The width of an edge's type."""
        return cells(self.label_text(edge, room))

    def _fitted(self, text: str, room: int) -> str:
        return fitted(_plain(text, self.ascii_only), max(room, 8), "..." if self.ascii_only else "…")


class _Canvas:
    """A sheet of cells; lines that meet in a cell are joined."""

    def __init__(self, ascii_only: bool) -> None:
        self._ascii = ascii_only
        self._ways: dict[tuple[int, int], int] = {}
        self._letters: dict[tuple[int, int], tuple[str, str]] = {}

    def write(self, x: int, y: int, text: str, style: str = "") -> None:
        for character in text:
            width = cell(character)
            if not width:
                before, own = self._letters[x - 1, y]
                self._letters[x - 1, y] = (before + character, own)
                continue
            self._letters[x, y] = (character, style)
            if width == 2:
                self._letters[x + 1, y] = ("", style)
            x += width

    def line(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A horizontal or vertical line from the middle of one cell to that of another."""
        (x, y), (right, bottom) = min(start, end), max(start, end)
        if x == right:
            for row in range(y, bottom):
                self._join((x, row), _DOWN)
                self._join((x, row + 1), _UP)
        for column in range(x, right):
            self._join((column, y), _RIGHT)
            self._join((column + 1, y), _LEFT)

    def _join(self, cell: tuple[int, int], way: int) -> None:
        self._ways[cell] = self._ways.get(cell, 0) | way

    def frame(self, box: Box) -> None:
        right, bottom = box.x + box.width - 1, box.bottom - 1
        corners = [(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)]
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
            self.line(start, end)

    def lines(self, color: bool) -> list[str]:
        glyphs = _ASCII_LINES if self._ascii else _LINES
        drawn = {cell: (glyphs[ways], _FAINT) for cell, ways in self._ways.items()} | self._letters
        rows: dict[int, list[int]] = {}
        for x, y in drawn:
            rows.setdefault(y, []).append(x)
        return [self._row(drawn, y, sorted(rows.get(y, ())), color) for y in range(max(rows, default=-1) + 1)]

    def _row(self, drawn: dict[tuple[int, int], tuple[str, str]], y: int, columns: list[int], color: bool) -> str:
        text, run, style, at = "", "", "", 0
        for x in columns:
            letter, own = drawn[x, y]
            own = own if color else ""
            if own != style or x > at:
                text, run = text + _styled(run, style) + " " * (x - at), ""
            run, style, at = run + letter, own, x + 1
        return text + _styled(run, style)


def _styled(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and text else text


def _draw(canvas: _Canvas, graph: Graph, found: Layout, measure: _Letters) -> None:
    kinds = {node.id: node.kind for node in graph.nodes}
    for wire in found.wires:
        (x, y), *_ = wire.points
        # From border to border: the lines of the frames are joined to it, and marks are written over it.
        points = [(x, y - 1), *wire.points]
        for start, end in pairwise(points):
            canvas.line(start, end)
        canvas.write(wire.label.x, wire.label.y, measure.label_text(wire.edge, wire.label.room))
    for node in graph.nodes:
        _draw_node(canvas, node, found.boxes[node.id], measure)
    for wire in found.wires:
        if kinds[wire.edge.target] not in SIGNS:
            x, y = wire.points[-1]
            canvas.write(x, y, "v" if measure.ascii_only else "▼", _FAINT)


def _draw_node(canvas: _Canvas, node: Node, box: Box, measure: _Letters) -> None:
    head, *others = measure.text(node, box.room)
    if node.kind in SIGNS:
        canvas.write(box.x, box.y, head, _BOLD)
        return
    canvas.frame(box)
    canvas.write(box.x + 2, box.y + 1, head, _COLORS.get(node.kind, ""))
    for row, text in enumerate(others, 2):
        canvas.write(box.x + 2, box.y + row, text)
