"""Passes keep a graph's meaning: what they take away changes nothing, what they add is right."""

from backends.graphs import Sketch, pipe

from nscompiler.flow.model import Graph
from nscompiler.flow.passes import PASSES, run_passes
from nscompiler.flow.passes.fuse import fuse
from nscompiler.flow.passes.place import place
from nscompiler.flow.passes.prune import prune
from nscompiler.flow.shape import reachable, shape


def line(graph: Graph) -> list[str]:
    """The nodes in order."""
    return [node.function.name if node.function else node.kind for node in graph.nodes]


def edges(graph: Graph) -> list[tuple[int, int, int]]:
    """The edges as (from, to, rank)."""
    return [(edge.source, edge.target, edge.order) for edge in graph.edges]


def test_the_passes_run_in_this_order():
    assert (prune, fuse, place) == PASSES


def test_idle_nodes_go_and_their_neighbours_join():
    sketch = Sketch()
    text = sketch.scalar("Text")
    node = sketch.add("literal", None, None, text)
    for name in ("Std.identity", "", "Std.identity", "Demo.f", "Std.identity"):
        node = sketch.add("call" if name else "convert", node, text, text, name)
    sketch.add("sink", node, text, None, "Sinks.log")
    graph = prune(sketch.graph())
    assert line(graph) == ["literal", "f", "log"]
    assert edges(graph) == [(1, 2, 0), (2, 3, 0)]


def test_ranks_survive_at_branches_and_merges():
    sketch = Sketch()
    text = sketch.scalar("Text")
    source = sketch.add("literal", None, None, text)
    branch = sketch.add("branch", source, text, text)
    ways = [sketch.add("call", (branch, rank), text, text, "Std.identity") for rank in range(3)]
    merge = sketch.add("merge", None, text, text)
    sketch.join(merge, *ways)
    sketch.add("sink", merge, text, None, "Sinks.log")
    graph = prune(sketch.graph())
    assert line(graph) == ["literal", "branch", "merge", "log"]
    assert edges(graph) == [(1, 2, 0), (2, 3, 0), (2, 3, 1), (2, 3, 2), (3, 4, 0)]


def test_a_node_stays_where_one_edge_could_not_carry_both_ranks():
    sketch = Sketch()
    text = sketch.scalar("Text")
    source = sketch.add("literal", None, None, text)
    outer = sketch.add("branch", source, text, text)
    way = sketch.add("call", (outer, 0), text, text, "Demo.f")
    inner = sketch.add("branch", (outer, 1), text, text)
    idle = sketch.add("call", (inner, 0), text, text, "Std.identity")
    sketch.add("sink", (inner, 1), text, None, "Sinks.log")
    merge = sketch.add("merge", None, text, text)
    sketch.join(merge, way, idle)
    sketch.add("sink", merge, text, None, "Sinks.log")
    assert "identity" in line(prune(sketch.graph()))


def test_what_no_value_reaches_or_leaves_goes():
    sketch = Sketch()
    text, number = sketch.scalar("Text"), sketch.scalar("Integer")
    source = sketch.add("literal", None, None, text)
    sketch.add("sink", source, text, None, "Sinks.log")
    dead = sketch.add("call", None, text, number, "Demo.f")
    sketch.add("sink", dead, number, None, "Sinks.log")
    sketch.add("source", None, None, number, "Sources.http")
    graph = prune(sketch.graph())
    assert line(graph) == ["literal", "log"]
    assert [type.name for type in graph.types] == ["Text"]


def test_modules_and_types_without_a_use_go():
    graph = pipe(1)
    assert [use.reference for use in prune(graph).modules] == ["Demo:0.1.0"]
    assert prune(pipe(0)).modules == ()


def test_nodes_are_numbered_as_values_meet_them():
    sketch = Sketch()
    text = sketch.scalar("Text")
    sink_first = sketch.add("sink", None, text, None, "Sinks.log")
    source = sketch.add("literal", None, None, text)
    graph = sketch.graph(edges=())
    sketch.join(sink_first, source)
    graph = sketch.graph()
    assert line(prune(graph)) == ["literal", "log"]
    assert [node.id for node in prune(graph).nodes] == [1, 2]


def test_a_stage_ends_at_a_merge():
    sketch = Sketch()
    text = sketch.scalar("Text")
    sources = [sketch.add("literal", None, None, text) for _ in range(2)]
    calls = [sketch.add("call", source, text, text, "Demo.f") for source in sources]
    merge = sketch.add("merge", None, text, text)
    sketch.join(merge, *calls)
    branch = sketch.add("branch", merge, text, text)
    for rank in range(2):
        sketch.add("sink", (branch, rank), text, None, "Sinks.log")
    graph = run_passes(sketch.graph())
    stages = dict(zip(line(graph), (node.stage for node in graph.nodes), strict=True))
    assert [node.stage for node in graph.nodes if node.kind == "literal"] == [1, 2]
    assert stages["merge"] == stages["branch"] == stages["log"] == 3
    assert {node.placement for node in graph.nodes} == {"main"}


def test_passes_change_nothing_the_second_time():
    graph = run_passes(pipe(3))
    assert run_passes(graph) == graph


def test_a_very_long_pipe_is_no_matter():
    assert len(run_passes(pipe(5000)).nodes) == 5002


def test_reachable_goes_both_ways():
    view = shape(pipe(3))
    assert reachable([2], view.after) == {2, 3, 4, 5}
    assert reachable([2], view.before, forward=False) == {1, 2}
