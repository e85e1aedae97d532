"""A graph in parts: which node is in which, and that the parts together do what the whole does."""

import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from backends.compiled import compile_texts
from backends.conformance import Execution, Program, execute, programs
from backends.graphs import Sketch, pipe
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.emit import emit_package
from nscompiler.emit.model import Build
from nscompiler.flow.cut import Crossing, Part, cut, reply_paths, stages
from nscompiler.flow.model import Function, Graph, Node, Parameter
from nscompiler.flow.shape import shape


class Files:
    """Values between parts as files of JSON lines in the working directory."""

    def __init__(self) -> None:
        text = 'def w = Sources.jsonl<Text> { path = "a" } | Sinks.jsonl { path = "b" }\n'
        self._ends = {node.kind: node for node in compile_texts({"main.nml": text}).graphs["w"].nodes}

    def _end(self, kind: str, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """What a program's own use of the files has, at a path that the crossing names."""
        own = self._ends[kind]
        assert own.function is not None
        path = f"{crossing.name}.lines"
        return own.function, tuple(
            attrs.evolve(each, value=path) if each.name == "path" else each for each in own.parameters
        )

    def writes(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """A file that is written."""
        return self._end("sink", crossing)

    def reads(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """The same file."""
        return self._end("source", crossing)


def apart(node: Node) -> str | None:
    """Every function of a user in a place of its own, and so is what has no predecessor or no successor."""
    if node.kind in ("source", "literal", "sink"):
        return f"{node.kind}-{node.id}"
    return f"call-{node.id}" if node.kind == "call" and node.function and not node.function.standard else None


def names(graph: Graph, parts: dict[int, str]) -> list[str]:
    """What the nodes call, each with its part, in the order in which a value meets them."""
    return [f"{parts[node.id]}:{node.function.name if node.function else node.kind}" for node in shape(graph).order]


def test_one_home_for_all_is_the_graph_itself():
    graph = pipe(3)
    parts = stages(graph, lambda node: "here")
    (part,) = cut(graph, parts, Files())
    assert part.graph is graph
    assert part.name == "f"


def test_calls_that_share_a_home_share_a_part():
    graph = pipe(3)
    parts = stages(graph, lambda node: "calls" if node.kind == "call" else node.kind)
    assert names(graph, parts) == ["literal:literal", "f:f", "f:f", "f:f", "log:log"]
    written = [
        (part.name, [own.name for own in part.reads], [own.name for own in part.writes])
        for part in cut(graph, parts, Files())
    ]
    assert written == [
        ("literal", [], ["literal_to_f"]),
        ("f", ["literal_to_f"], ["f_to_log"]),
        ("log", ["f_to_log"], []),
    ]


def test_a_part_is_not_entered_again_once_a_value_has_left_it():
    sketch = Sketch()
    text = sketch.scalar("Text")
    source = sketch.add("literal", None, None, text, values=("a",))
    first = sketch.add("call", source, text, text, "A.one")
    other = sketch.add("call", first, text, text, "B.two")
    last = sketch.add("call", other, text, text, "A.three")
    sketch.add("sink", last, text, None, "Sinks.log")
    graph = sketch.graph()
    parts = stages(graph, lambda node: node.function.module if node.function else None)
    assert names(graph, parts) == ["one:literal", "one:one", "two:two", "three:three", "log:log"]


def merging() -> Graph:
    """``literal | (A.one & B.two) | A.three | Sinks.log``."""
    sketch = Sketch()
    text = sketch.scalar("Text")
    source = sketch.add("literal", None, None, text, values=("a",))
    branch = sketch.add("branch", source, text, text)
    one = sketch.add("call", (branch, 0), text, text, "A.one")
    two = sketch.add("call", (branch, 1), text, text, "B.two")
    merge = sketch.add("merge", None, text, text)
    sketch.join(merge, one, two)
    three = sketch.add("call", merge, text, text, "A.three")
    sketch.add("sink", three, text, None, "Sinks.log")
    return sketch.graph()


def test_a_merge_of_two_parts_begins_a_third_where_its_values_go():
    graph = merging()
    parts = stages(graph, lambda node: node.function.module if node.function else None)
    assert names(graph, parts) == [
        "one:literal",
        "one:branch",
        "one:one",
        "two:two",
        "three:merge",
        "three:three",
        "log:log",
    ]
    three = next(part for part in cut(graph, parts, Files()) if part.name == "three")
    assert [crossing.name for crossing in three.reads] == ["one_to_three", "two_to_three"]
    assert [node.kind for node in shape(three.graph).order] == ["source", "source", "merge", "call", "sink"]


def test_what_a_part_does_not_touch_is_not_in_it():
    compiled = compile_texts(TWO_MODULES)
    graph = compiled.graphs["w"]
    parts = {part.name: part.graph for part in cut(graph, stages(graph, apart), Files())}
    assert {name: [use.reference for use in part.modules] for name, part in parts.items()} == {
        "literal": [],
        "f": ["A:0.1.0"],
        "g": ["B:0.1.0"],
        "stdout": [],
    }
    assert {name: [type.shown for type in part.types] for name, part in parts.items()}["stdout"] == ["Text"]
    assert parts["f"].environment == ("KEY",)
    assert parts["g"].environment == ()


TWO_MODULES = {
    "main.nml": "import A:0.1.0 as A\nimport B:0.1.0 as B\n"
    "def w = [1] | A.f { key = $KEY } | B.g | Conv.to_json | Sinks.stdout\n",
    "a/module.nml": "module A:0.1.0\nfun f : Integer -> Double with { key : Text }\n",
    "a/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x):\n        return x / 2\n",
    "b/module.nml": "module B:0.1.0\nfun g : Double -> [Double]\n",
    "b/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def g(self, x):\n        return [x]\n",
}


def test_an_answer_and_its_request_stay_together():
    sketch = Sketch()
    text = sketch.scalar("Text")
    source = sketch.add("source", None, None, text, "Sources.http")
    branch = sketch.add("branch", source, text, text)
    aside = sketch.add("call", (branch, 0), text, text, "A.aside")
    sketch.add("sink", aside, text, None, "Sinks.log")
    call = sketch.add("call", (branch, 1), text, text, "A.answer")
    sketch.add("sink", call, text, None, "Sinks.reply")
    graph = sketch.graph()
    (path,) = reply_paths(graph)
    assert {node.id for node in graph.nodes} - path == {aside, aside + 1}
    parts = stages(graph, apart, reply_paths(graph))
    assert names(graph, parts) == ["http:http", "http:branch", "aside:aside", "log:log", "http:answer", "http:reply"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, dict[int, str]]:
    """Any graph of calls without a cycle, and a home for each of its nodes."""
    sketch = Sketch()
    text = sketch.scalar("Text")
    sketch.add("literal", None, None, text, values=("a",))
    count = draw(st.integers(1, 12))
    for number in range(2, count + 2):
        before = draw(st.sets(st.integers(1, number - 1), min_size=1, max_size=3))
        sketch.add("call", None, text, text, "Demo.f")
        sketch.join(number, *sorted(before))
    homes = {node.id: draw(st.sampled_from(["", "x", "y", "z"])) for node in sketch.nodes}
    return sketch.graph(), homes


@pytest.mark.thorough
@given(graphs())
@settings(deadline=None)
def test_no_two_parts_wait_for_each_other(drawn: tuple[Graph, dict[int, str]]):
    graph, homes = drawn
    parts = cut(graph, stages(graph, lambda node: homes[node.id] or None), Files())
    place = {part.name: number for number, part in enumerate(parts)}
    assert all(place[own.writer] < place[own.reader] for part in parts for own in part.writes)
    assert sorted(node for part in parts for node in part.nodes) == sorted(node.id for node in graph.nodes)
    inner = sum(len(part.graph.edges) - len(part.reads) - len(part.writes) for part in parts)
    assert inner + sum(len(part.writes) for part in parts) == len(graph.edges)


def bounded_programs() -> list[Program]:
    """Those that end by themselves and well, and say what they print, but for one whose methods meet in an instance."""
    others = (own for own in programs() if own.name != "generators")
    return [own for own in others if all(run.code == 0 and run.stdout is not None for run in own.runs)]


def run_in_parts(parts: tuple[Part, ...], run: Execution, built: Path, here: Path) -> str:
    """Run the parts one after the other; what they print."""
    printed = ""
    for part in parts:
        command = (sys.executable, "-m", "main", part.graph.name)
        done: subprocess.CompletedProcess[str] = execute(run, command, built, here)
        assert done.returncode == 0, done.stderr
        printed += done.stdout
    return printed


@pytest.mark.soak
@pytest.mark.parametrize("program", bounded_programs(), ids=lambda program: program.name)
def test_the_parts_do_what_the_whole_does(program: Program, tmp_path: Path):
    compiled = compile_texts(program.files)
    parts = {
        name: cut(graph, stages(graph, apart, reply_paths(graph)), Files()) for name, graph in compiled.graphs.items()
    }
    every = tuple(part.graph for own in parts.values() for part in own)
    build = Build(module="main", package="main", graphs=every, compiler="0")
    compiled.write(emit_package(build), tmp_path / "built")
    for number, run in enumerate(program.runs):
        here = tmp_path / str(number)
        here.mkdir()
        for path, content in program.around.items():
            (here / path).write_text(content)
        name, *rest = run.arguments if run.arguments and run.arguments[0] in parts else ("main", *run.arguments)
        chosen = parts[name] if name in parts else next(iter(parts.values()))
        alone = attrs.evolve(run, arguments=tuple(rest))
        printed = run_in_parts(chosen, alone, tmp_path / "built", here)
        assert sorted(printed.splitlines()) == sorted((run.stdout or "").splitlines())
        for path, content in run.files:
            assert (here / path).read_text() == content
