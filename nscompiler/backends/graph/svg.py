"""A graph as SVG: one self-contained picture that follows the reader's light or dark theme.

All text is set in letters of one width. Which proportional font a reader has nobody knows, and a box made for another
one is too small; fonts of one width agree on it: 0.6 of the size, a little more or less.
"""

from collections.abc import Iterator
from html import escape
from math import ceil
from zlib import crc32

import attrs

from nscompiler.backends.graph.contents import (
    SIGNS,
    Notes,
    TypeTexts,
    full_name,
    mark,
    module_name,
    place,
    process,
    settings,
    type_name,
)
from nscompiler.backends.graph.geometry import Box, Layout, Point, Wire
from nscompiler.backends.graph.layout import layout
from nscompiler.backends.graph.letters import cells, fitted, printable
from nscompiler.backends.graph.structure import structure
from nscompiler.flow.model import Edge, Graph, Node, NodeId, TypeId

ADVANCE = 0.61
"""The width of a letter in parts of its size, the widest among the fonts that are asked for."""

_NAME, _SMALL, _LABEL, _SIGN = 14, 11, 12, 13
_ROW, _NAME_ROW = 16, 20
_PAD_X, _PAD_Y = 16, 10
_MARGIN, _HEADING, _CORNER, _HEAD = 16, 44, 8, 7
_LONGEST, _TOLD = 44, 60

LIGHT = (
    "--paper:#ffffff;--ink:#1b2430;--soft:#5b6878;--line:#8794a4;--box:#f6f8fa;--rim:#c3ccd6;--source:#1a7f4b;"
    "--sink:#9a3fb0;--call:#1f6feb;--sign:#fff4d6;--signrim:#c79a2a;--signink:#6b4e00"
)
DARK = (
    "--paper:#11161d;--ink:#e6ebf1;--soft:#9aa8b8;--line:#71808f;--box:#1a212b;--rim:#3a4756;--source:#4cc38a;"
    "--sink:#d08be6;--call:#6aa8ff;--sign:#3a2f12;--signrim:#a98428;--signink:#f3d98b"
)
STYLE = f"""\
.nsc-graph{{{LIGHT};background:var(--paper);\
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}}
@media(prefers-color-scheme:dark){{.nsc-graph{{{DARK}}}}}
"""
STYLE += """\
.nsc-graph text{fill:var(--ink);font-size:11px;white-space:pre}
.nsc-graph .heading{font-size:15px;font-weight:600}
.nsc-graph .soft{fill:var(--soft)}
.nsc-graph .name{font-size:14px;font-weight:600}
.nsc-graph .label{font-size:12px}
.nsc-graph .box{fill:var(--box);stroke:var(--rim);stroke-width:1}
.nsc-graph .bar{fill:var(--call)}
.nsc-graph .source .bar,.nsc-graph .literal .bar{fill:var(--source)}
.nsc-graph .sink .bar{fill:var(--sink)}
.nsc-graph .own .box{stroke-dasharray:5 3}
.nsc-graph .sign{fill:var(--sign);stroke:var(--signrim)}
.nsc-graph .sign+text{fill:var(--signink);font-size:13px;text-anchor:middle}
.nsc-graph .wire{fill:none;stroke:var(--line);stroke-width:1.5}
.nsc-graph .head{fill:var(--line)}
"""


def svg(
    graph: Graph,
    notes: Notes | None = None,
    *,
    heading: bool = True,
    prefix: str | None = None,
    styled: bool = True,
    keyboard: bool = False,
) -> str:
    """The picture as an SVG document; the same graph gives the same text.

    ``heading`` writes the workflow's name above it. A page with several pictures has ``STYLE`` itself (``styled`` is
    false) and tells their ids apart by ``prefix``; without one they begin with a number made from the workflow's name.
    ``keyboard`` makes nodes and edges reachable by Tab.
    """
    if prefix is None:
        prefix = f"w{crc32(f'{graph.module}.{graph.name}'.encode(errors='replace')):08x}-"
    measure = _Pixels(graph)
    found = layout(structure(graph), measure)
    title = printable(f"{graph.name} of {graph.module}")
    width = max(found.width, ceil(cells(title) * ADVANCE * 15) if heading else 0) + 2 * _MARGIN
    top = _MARGIN + (_HEADING if heading else 0)
    height = found.height + top + _MARGIN
    drawing = _Drawing(graph, notes or Notes(), measure, found, keyboard)
    role = 'role="group"' if keyboard else 'role="img"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nsc-graph" {role} viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-labelledby="{prefix}title {prefix}desc">',
        f'<title id="{prefix}title">{_text(title)}</title>',
        f'<desc id="{prefix}desc">{_text(described(graph))}</desc>',
        *((f"<style>{STYLE}</style>",) if styled else ()),
        *(_heading(graph) if heading else ()),
        f'<g transform="translate({_MARGIN} {top})">',
        *drawing.edges(),
        *drawing.nodes(),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def described(graph: Graph) -> str:
    """The graph in words, for those who do not see it."""
    names = {node.id: full_name(graph, node) for node in graph.nodes}
    outputs = {node.id: type_name(graph, node.output) for node in graph.nodes}
    steps = [f"{names[edge.source]} gives {outputs[edge.source]} to {names[edge.target]}." for edge in graph.edges]
    more = [f"{len(steps) - _TOLD} more steps."] if len(steps) > _TOLD else []
    return " ".join([*([" ".join(graph.doc.replace("`", "").split())] if graph.doc else []), *steps[:_TOLD], *more])


def _heading(graph: Graph) -> Iterator[str]:
    yield f'<text class="heading" x="{_MARGIN}" y="{_MARGIN + 14}">{_text(graph.name)}</text>'
    yield f'<text class="soft" x="{_MARGIN}" y="{_MARGIN + 32}">{_text(graph.module)}</text>'


def _text(text: str) -> str:
    """A text as XML; every character in it may stand there."""
    return escape("\n".join(map(printable, text.splitlines())))


@attrs.frozen(slots=True, eq=False)
class _Pixels:
    """Sizes in pixels."""

    graph: Graph
    limit: int = 1400
    line: int = 38
    bus: int = 28
    gap: int = 36
    rail: int = 18
    pad: int = 9
    _outputs: dict[NodeId, TypeId | None] = attrs.field(
        init=False, default=attrs.Factory(lambda own: {node.id: node.output for node in own.graph.nodes}, True)
    )

    def lines(self, node: Node, room: int) -> list[tuple[str, str, int]]:
        """What stands in a box: text, class, and the size of its letters."""
        if node.kind in SIGNS:
            return [(fitted(mark(self.graph, node), _LONGEST), "", _SIGN)]
        function = node.function
        lines = [] if function is None else [(module_name(node), "soft", _SMALL)]
        lines.append((node.origin.text if function is None else function.name, "name", _NAME))
        lines += [(text, "", _SMALL) for text in settings(node)]
        lines += [(f"in process {process(node)}", "soft", _SMALL)] if process(node) else []
        return [(fitted(printable(text), _LONGEST), style, size) for text, style, size in lines]

    def node(self, node: Node, room: int) -> tuple[int, int]:
        """The size of a node; always even, so that edges leave it at a whole pixel."""
        lines = self.lines(node, room)
        width = max(ceil(cells(text) * ADVANCE * size) for text, _, size in lines)
        if node.kind in SIGNS:
            return max(26, _even(width + 16)), 26
        return _even(width + 2 * _PAD_X), sum(map(_row, lines)) + 2 * _PAD_Y

    def label_text(self, edge: Edge) -> str:
        """The type that flows along an edge."""
        return fitted(type_name(self.graph, self._outputs[edge.source]), _LONGEST)

    def label(self, edge: Edge, room: int) -> int:
        """The width of an edge's type."""
        return ceil(cells(self.label_text(edge)) * ADVANCE * _LABEL)


def _even(length: int) -> int:
    return length + length % 2


def _row(line: tuple[str, str, int]) -> int:
    return _NAME_ROW if line[1] == "name" else _ROW


@attrs.frozen(slots=True, eq=False)
class _Drawing:
    """Writes the elements of a picture."""

    graph: Graph
    notes: Notes
    measure: _Pixels
    layout: Layout
    keyboard: bool

    def edges(self) -> Iterator[str]:
        """Every edge with its label."""
        numbers = {edge: number for number, edge in enumerate(self.graph.edges)}
        nodes = {node.id: node for node in self.graph.nodes}
        texts = TypeTexts(self.graph)
        for wire in sorted(self.layout.wires, key=lambda wire: numbers[wire.edge]):
            source = nodes[wire.edge.source]
            told = "\n".join((type_name(self.graph, source.output), *texts.definitions(source.output)))
            text = self.measure.label_text(wire.edge)
            reached = f' tabindex="0" role="img" aria-label="{_text(f"carries {text}")}"' if self.keyboard else ""
            yield (
                f'<g class="edge" data-edge="{numbers[wire.edge]}"{reached}><title>{_text(told)}</title>'
                f'<path class="wire" d="{_way(wire)}"/><path class="head" d="{_head(wire.points[-1])}"/>'
                f'<text class="label" x="{wire.label.x}" y="{wire.label.y + wire.label.height // 2 + 2}">'
                f"{_text(text)}</text></g>"
            )

    def nodes(self) -> Iterator[str]:
        """Every node."""
        for node in self.graph.nodes:
            box = self.layout.boxes[node.id]
            own = " own" if process(node) else ""
            name = " ".join(text for text, _, _ in self.measure.lines(node, box.room))
            reached = f' tabindex="0" role="button" aria-label="{_text(name)}"' if self.keyboard else ""
            yield (
                f'<g class="node {node.kind}{own}" data-node="{node.id}"{reached}>'
                f"<title>{_text(self._told(node))}</title>"
            )
            yield from self._sign(node, box) if node.kind in SIGNS else self._box(node, box)
            yield "</g>"

    def _sign(self, node: Node, box: Box) -> Iterator[str]:
        ((text, _, _),) = self.measure.lines(node, box.room)
        yield (
            f'<rect class="sign" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="13"/>'
            f'<text x="{box.center}" y="{box.y + 18}">{_text(text)}</text>'
        )

    def _box(self, node: Node, box: Box) -> Iterator[str]:
        round = box.height // 2 if node.kind == "literal" else 6
        yield f'<rect class="box" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{round}"/>'
        if node.kind != "literal":
            yield f'<rect class="bar" x="{box.x + 5}" y="{box.y + 7}" width="3" height="{box.height - 14}" rx="1.5"/>'
        y = box.y + _PAD_Y
        for line in self.measure.lines(node, box.room):
            y += _row(line)
            style = f' class="{line[1]}"' if line[1] else ""
            yield f'<text{style} x="{box.x + _PAD_X}" y="{y - 4}">{_text(line[0])}</text>'

    def _told(self, node: Node) -> str:
        """What a node's tooltip says."""
        types = f"{type_name(self.graph, node.input)} -> {type_name(self.graph, node.output)}"
        parameters = [f"{own.name} = {own.written}" for own in node.parameters]
        doc = self.notes.doc(node).replace("`", "")
        return "\n".join(
            [f"{full_name(self.graph, node)} : {types}", *parameters, place(node.origin), *([doc] if doc else [])]
        )


def _way(wire: Wire) -> str:
    """The path of a wire, with its corners rounded; it ends where its head begins."""
    points = [*wire.points[:-1], (wire.points[-1][0], wire.points[-1][1] - _HEAD + 1)]
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, _distance(before, corner) // 2, _distance(corner, after) // 2)
        (x, y), (to_x, to_y) = _toward(corner, before, radius), _toward(corner, after, radius)
        parts.append(f"L{x} {y}Q{corner[0]} {corner[1]} {to_x} {to_y}")
    return "".join([*parts, f"L{points[-1][0]} {points[-1][1]}"])


def _distance(one: Point, other: Point) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _toward(start: Point, end: Point, distance: int) -> Point:
    x = (end[0] > start[0]) - (end[0] < start[0])
    y = (end[1] > start[1]) - (end[1] < start[1])
    return start[0] + x * distance, start[1] + y * distance


def _head(point: Point) -> str:
    x, y = point
    return f"M{x - 4} {y - _HEAD}H{x + 4}L{x} {y}Z"
