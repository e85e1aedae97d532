"""Pictures of generated programs: nothing is left out, nothing twice, and nothing lies on something else."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise

import attrs
import pytest
from property.amounts import daily, soak_seeds
from property.generated_programs import generate

from nscompiler.backends.graph.geometry import Box, Layout, Wire
from nscompiler.backends.graph.layout import layout
from nscompiler.backends.graph.letters import cells
from nscompiler.backends.graph.structure import structure
from nscompiler.backends.graph.svg import _MARGIN, _Pixels, svg
from nscompiler.backends.graph.terminal import _Letters, terminal
from nscompiler.flow.model import Graph
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.named import workflows

WIDTHS = (80, 100, 120)


# Flows of which one branch alone goes on, to a merge further out: side by side, in each other, empty, and stacked.
PARTLY_OPEN = (
    '(Sources.stdin | (m? & Sinks.log) & ["a"]) | Sinks.stdout',
    '(Sources.stdin | (Sinks.log & m?) & ["a"]) | Sinks.stdout',
    '(Sources.stdin | (m? | (Sinks.log & m?) & Sinks.log) & ["a"]) | Sinks.stdout',
    '(Sources.stdin | (Sinks.log & Std.identity) & ["a"]) | Sinks.stdout',
    '["b"] | ((m? | (Sinks.log & Std.identity & Sinks.log) & m?) & m?) | Sinks.stdout',
    f'(Sources.stdin | ({"m? & Sinks.log & "} {" & ".join(["Sinks.log"] * 20)}) & ["a"]) | Sinks.stdout',
    f'(Sources.stdin | ({" & ".join(["Sinks.log"] * 20)} & m? | (Sinks.log & m?)) & ["a"]) | Sinks.stdout',
)


def graphs(seed: int) -> Iterator[Graph]:
    """The graphs of a generated program's workflows."""
    yield from graphs_of(generate(seed, size=14).write().texts)


def graphs_of(texts: Mapping[str, str]) -> Iterator[Graph]:
    """The graphs of a program's workflows."""
    compilation = check_texts(texts).compilation
    assert not compilation.has_errors
    for own in compilation.selected:
        for workflow in workflows(own):
            graph, _ = compilation.lower(own.module.source.path, workflow, runs=False)
            if graph is not None:
                yield graph


def overlap(one: Box, other: Box) -> bool:
    """Whether two rectangles have a point in common."""
    return (
        one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.bottom and other.y < one.bottom
    )


def strokes(wire: Wire) -> Iterator[Box]:
    """The stretches of a wire between the box that it leaves and the one that it enters."""
    points = wire.points
    for (x, y), (right, bottom) in pairwise(points):
        left, right = min(x, right), max(x, right)
        assert x == right or y == bottom or left == x, "only along the axes"
        yield Box(left, y, right - left + 1, max(bottom - y, 1), 0)


def faults(graph: Graph, found: Layout) -> Iterator[str]:
    """What is wrong with a layout."""
    if sorted(found.boxes) != sorted(node.id for node in graph.nodes):
        yield "a node is missing"
    if Counter(wire.edge for wire in found.wires) != Counter(graph.edges):
        yield "an edge is missing, or there twice"
    things = [*found.boxes.values(), *(wire.label for wire in found.wires)]
    yield from (f"outside: {box}" for box in things if box.x < 0 or box.y < 0)
    yield from (f"outside: {box}" for box in things if box.x + box.width > found.width or box.bottom > found.height)
    yield from (f"on each other: {one}, {other}" for one, other in combinations(things, 2) if overlap(one, other))
    for wire in found.wires:
        source, target = found.boxes[wire.edge.source], found.boxes[wire.edge.target]
        if wire.points[0] != (source.center, source.bottom) or wire.points[-1] != (target.center, target.y):
            yield f"from or to nowhere: {wire}"
        yield from (
            f"through something: {wire}, {box}" for stroke in strokes(wire) for box in things if overlap(stroke, box)
        )


def check(each: Iterable[Graph]) -> Counter[str]:
    """Draw graphs in every way; what was met."""
    met: Counter[str] = Counter()
    for graph in each:
        met.update(node.kind for node in graph.nodes)
        pixels = _Pixels(graph)
        assert list(faults(graph, layout(structure(graph), pixels))) == []
        for width in WIDTHS:
            letters = _Letters(graph, width, False)
            found = layout(structure(graph), letters)
            assert list(faults(graph, found)) == []
            assert found.width <= width
            text = terminal(graph, width=width)
            title, _, *lines = text.splitlines()
            assert title == f"{graph.name} of {graph.module}"
            assert max(map(cells, lines)) <= width
            assert len(lines) == found.height
            met["wide"] += found.width > 60
        check_svg(graph)
    return met


def check_svg(graph: Graph) -> None:
    """Everything is in the SVG once, and inside of it."""
    text = svg(graph)
    assert text == svg(attrs.evolve(graph))
    root = ET.fromstring(text)
    elements = list(root.iter())
    assert Counter(one.get("data-node") for one in elements if one.get("data-node")) == Counter(
        str(node.id) for node in graph.nodes
    )
    assert Counter(one.get("data-edge") for one in elements if one.get("data-edge")) == Counter(
        map(str, range(len(graph.edges)))
    )
    width, height = (int(root.get(side) or 0) for side in ("width", "height"))
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, across, down = (int(rect.get(name) or 0) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + across <= width - 2 * _MARGIN
        assert y >= 0
        assert y + down <= height


@pytest.mark.thorough
def test_pictures_of_generated_programs() -> None:
    met = check(graph for seed in daily(40) for graph in graphs(seed))
    assert {"source", "literal", "call", "flatten", "drop_missing", "convert", "branch", "merge", "sink"} <= set(met)
    assert met["wide"] > 10


@pytest.mark.parametrize("flow", PARTLY_OPEN)
def test_branches_of_which_one_goes_on(flow: str) -> None:
    (graph,) = graphs_of({"w.nml": f"fun m : Text -> optional Text\ndef w = {flow}\n"})
    check([graph])


@pytest.mark.soak
def test_many_pictures_of_generated_programs() -> None:
    check(graph for seed in soak_seeds(2000) for graph in graphs(seed))
