"""Passes keep a graph's meaning: what they take away changes nothing, what they add is right."""

from backends.graphs import Sketch, pipe

from nscompiler.flow.model import Exclusion, Graph, ModuleUse, Process
from nscompiler.flow.passes import PASSES, run_passes
from nscompiler.flow.passes.fuse import fuse
from nscompiler.flow.passes.place import place, place_together, separate
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


# --- processes


def calling(name: str, **requirements: str) -> Graph:
    """A pipe through a function of each of some modules, with a line of requirements each (``Foo_Bar``: ``A_B``)."""
    sketch = Sketch(name)
    text = sketch.scalar("Text")
    node = sketch.add("literal", None, None, text)
    for module, line in requirements.items():
        node = sketch.add("call", node, text, text, f"{module}.f")
        use = ModuleUse(
            reference=f"{module}:0.1.0",
            content_hash="c",
            interface_hash="i",
            folder=module,
            service="service.py",
            requirements=(line,) if line else (),
            signatures=(("f", text, text),),
        )
        sketch.modules.append(use)
    sketch.add("sink", node, text, None, "Sinks.log")
    sketch.modules.sort(key=lambda use: use.reference)
    return sketch.graph()


def placements(graph: Graph) -> dict[str, str | None]:
    """Where each function runs."""
    return {node.function.module.split(":")[0]: node.placement for node in graph.nodes if node.function is not None}


def test_a_module_whose_requirements_are_excluded_has_a_process_of_its_own():
    graph = place(calling("w", B="left>=2", A="left==1", C="left"))
    assert placements(graph) == {"A": "main", "B": "b-0.1.0", "C": "main", "Sinks": "main"}
    assert graph.nodes[0].placement == "main"
    assert graph.processes == (
        Process(name="main", modules=("A:0.1.0", "C:0.1.0")),
        Process(
            name="b-0.1.0",
            modules=("B:0.1.0",),
            exclusion=Exclusion(package="left", required="left>=2", other="A:0.1.0", other_required="left==1"),
        ),
    )


def test_who_is_excluded_by_one_that_is_apart_stays():
    """``B`` is not in the main process, so it does not matter to ``C``."""
    graph = place(calling("w", A="x==1", B="x==2", C="x==1.0", D="x==2"))
    assert placements(graph) == {"A": "main", "B": "b-0.1.0", "C": "main", "D": "d-0.1.0", "Sinks": "main"}


def test_without_modules_there_is_the_main_process_alone():
    assert place(calling("w")).processes == (Process(name="main"),)


def test_processes_are_told_apart_by_name_and_by_variable():
    sketch = calling("w", A="x==1", **{"Foo.Bar": "x==2", "Foo_Bar": "x==3", "foo/Bar": "x==4", "main": "x==5"})
    named = [(process.name, process.variable) for process in place(sketch).processes]
    assert named == [
        ("main", "NSTACK_PYTHON_MAIN"),
        ("foo.bar-0.1.0", "NSTACK_PYTHON_FOO_BAR_0_1_0"),
        ("foo_bar-0.1.0-2", "NSTACK_PYTHON_FOO_BAR_0_1_0_2"),
        ("foo-bar-0.1.0-3", "NSTACK_PYTHON_FOO_BAR_0_1_0_3"),
        ("main-0.1.0", "NSTACK_PYTHON_MAIN_0_1_0"),
    ]


def test_workflows_of_one_package_are_placed_alike():
    """In ``alone`` the module meets nobody, but both have one environment for ``main``."""
    both, alone, other = calling("both", A="x==1", B="x==2"), calling("alone", B="x==2"), calling("other", C="x==1")
    assert placements(place(alone))["B"] == "main"
    placed = place_together((both, alone, other))
    assert [placements(graph).get("B") for graph in placed] == ["b-0.1.0", "b-0.1.0", None]
    assert placed[1].processes == (Process(name="main"), placed[0].processes[1])
    assert placed[2].processes == (Process(name="main", modules=("C:0.1.0",)),)
    assert place_together(placed) == placed
    assert place_together(reversed(placed)) == placed[::-1]


def test_modules_may_be_set_apart_for_other_reasons():
    graph = separate(calling("w", A="x==1", B="", C="x==2"), ["A:0.1.0", "B:0.1.0"])
    assert placements(graph) == {"A": "a-0.1.0", "B": "b-0.1.0", "C": "main", "Sinks": "main"}
    assert [process.exclusion for process in graph.processes] == [None, None, None]
    assert place_together((graph, calling("v", A="x==1")))[1].nodes[1].placement == "a-0.1.0"
    assert separate(graph, ["B:0.1.0"]) == graph
