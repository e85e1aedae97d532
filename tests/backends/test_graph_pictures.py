"""Pictures of graphs: drawings in letters, SVG, and the HTML page."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import attrs
import pytest
from backends.compiled import compile_texts
from backends.graphs import Sketch, pipe
from reading_html import Reading

from nscompiler.backends.graph import Notes, svg, terminal
from nscompiler.backends.graph.contents import TypeTexts, mark, settings
from nscompiler.backends.graph.letters import cells, fitted, printable
from nscompiler.backends.graph.page import as_paragraph, page
from nscompiler.backends.graph.structure import Parallel, structure
from nscompiler.files import DiskFiles
from nscompiler.flow.model import Graph, Origin, Parameter, Policy
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows
from nscompiler.tools.picture_notes import picture_notes

ROOT = Path(__file__).parent.parent.parent
KEPT = Path(__file__).parent / "pictures"
TYPES = """\
type A = { x : Integer, y : Text, z : { a : Text, b : Text } }
type B = { x : Double, z : { a : Text } }
fun f : Text -> A
fun g : B -> [Text]
fun h : B -> Text
fun m : Text -> optional Text
"""
NESTED = (
    TYPES
    + """\
def deep = f | (g* & h | m? | (m? & m?) & (h | f | h))
def w = ((["日本", "b"] & Sources.stdin) | deep & ["c"] & (["d"] | (m? & m?))) | (Sinks.stdout & f | Sinks.log)
"""
)


def graph_of(text: str, name: str = "w") -> Graph:
    """The graph of a workflow of a program without Python."""
    compiled = compile_texts({"main.nml": text})
    (graph,) = [graph for graph, _ in lowered(compiled.checked.compilation) if graph.name == name]
    return graph


def lowered(compilation: Compilation) -> list[tuple[Graph, Notes]]:
    """The graphs of all workflows of what was asked for, with their notes."""
    found = []
    for own in compilation.selected:
        path = own.module.source.path
        for workflow in workflows(own):
            graph, problems = compilation.lower(path, workflow, runs=False)
            assert graph is not None, problems
            found.append((graph, picture_notes(compilation, [path])))
    return found


@pytest.fixture(scope="module")
def orders() -> dict[str, tuple[Graph, Notes]]:
    """The workflows of the example, by name."""
    compilation = Compilation(DiskFiles(), [os.path.relpath(ROOT / "examples/orders")])
    return {graph.name: (graph, notes) for graph, notes in lowered(compilation)}


# --- drawings that are kept


@pytest.mark.parametrize("name", ["daily", "abroad"])
def test_examples_are_drawn_as_kept(name, orders, golden):
    graph, notes = orders[name]
    golden(KEPT / f"{name}.txt", terminal(graph))
    golden(KEPT / f"{name}.svg", svg(graph, notes))


@pytest.mark.parametrize("width", [80, 100, 120])
def test_nested_branches_fit_the_width(width, golden):
    text = terminal(graph_of(NESTED), width=width)
    assert max(map(cells, text.splitlines())) <= width
    golden(KEPT / f"nested-{width}.txt", text)


def test_ascii_is_the_same_drawing(orders, golden):
    text = terminal(graph_of(NESTED), ascii_only=True)
    assert text.isascii()
    golden(KEPT / "nested-ascii.txt", text)
    graph, _ = orders["daily"]
    plain, drawn = terminal(graph, ascii_only=True), terminal(graph)
    assert [len(line) for line in plain.splitlines()] == [len(line) for line in drawn.splitlines()]


def test_colours_change_nothing_but_the_colour(orders):
    graph, _ = orders["daily"]
    colored = terminal(graph, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[\d*m", "", colored) == terminal(graph)
    assert all(line.count("\x1b[0m") * 2 == line.count("\x1b[") for line in colored.splitlines())


def test_the_nested_picture_as_kept(golden):
    golden(KEPT / "nested.svg", svg(graph_of(NESTED)))


# --- what is written


def test_fields_that_a_conversion_drops_are_named():
    graph = graph_of(TYPES + "def w = Sources.stdin | f | h | Sinks.log\n")
    (convert,) = [node for node in graph.nodes if node.kind == "convert"]
    assert mark(graph, convert) == "drop y, z.b, widen"


@pytest.mark.parametrize(
    ("given", "needed", "said"),
    [
        ("[{ a : Text, b : Text }]", "[{ a : Text }]", "drop b"),
        ("optional { a : Text, b : Text }", "optional { a : Text }", "drop b"),
        ("{ a : Text, b : Text }", "optional { a : Text }", "drop b"),
        ("Map { a : (Integer, { b : Text, c : Text }) }", "Map { a : (Integer, { b : Text }) }", "drop a.c"),
        ("Integer", "Double", "widen"),
        ("[Integer]", "[Double]", "widen"),
        ("S", "L", "inject"),
        ("{ a : S, b : Text }", "{ a : L }", "drop b, inject"),
        ("S", "K", "drop One.b, inject"),
    ],
)
def test_conversions_in_words(given, needed, said):
    types = "type S = One { a : Text, b : Text } | Two\ntype L = One { a : Text, b : Text } | Two | Three\n"
    types += "type K = Two | One { a : Text } | Three\n"
    text = f"{types}fun f : Text -> {given}\nfun g : {needed} -> Text\ndef w = Sources.stdin | f | g | Sinks.log\n"
    graph = graph_of(text)
    assert [mark(graph, node) for node in graph.nodes if node.kind == "convert"] == [said]


def test_types_are_written_out_one_by_one():
    text = (
        "type Pair a = { one : a, two : a }\ntype T0 = { n : Integer }\n"
        + "".join(f"type T{n + 1} = Pair T{n}\n" for n in range(20))
        + 'fun f : Text -> T20\ntype S = One (Vector 3 Double) | "Two-2" | Three (optional [Byte])\nfun g : T20 -> S\n'
    )
    text = text.replace('"Two-2"', "Two { q : Map Text, u : () } ")
    graph = graph_of(text + "def w = Sources.stdin | f | g | Sinks.log\n")
    outputs = {node.function.name: node.output for node in graph.nodes if node.function}
    found = TypeTexts(graph).definitions(outputs["f"])
    assert found[-1] == "T0 = { n : Integer }"
    assert len(found) == len(set(found)) < 50
    assert TypeTexts(graph).definitions(outputs["g"]) == (
        "S = One (Vector 3 Double) | Two { q : Map Text, u : () } | Three (optional [Byte])",
    )
    assert TypeTexts(graph).definitions(None) == ()


def test_what_the_program_sets_stands_in_the_node():
    sketch = Sketch()
    text = sketch.scalar("Text")
    place = Origin(file="m.nml", line=3, column=1, end_line=3, end_column=5, text="x")
    parameters = (
        Parameter(name="a", type="Text", value="é\x1b", fixed=True, origin=place),
        Parameter(name="b", type="Integer", value=3),
        Parameter(name="c", type="Text", environment="HOME", fixed=True),
        Parameter(name="d", type="Double", required=True),
    )
    policy = Policy(retry=3, on_error="skip", fixed=(("retry", place),))
    sketch.add("source", None, None, text, "Sources.stdin", parameters=parameters, policy=policy)
    graph = sketch.graph()
    assert settings(graph.nodes[0]) == ('a = "é\\u001b"', "c = $HOME", "d = ?", "retry = 3")
    for drawn in (terminal(graph), svg(graph)):
        assert "\x1b" not in drawn
        assert "d = ?" in drawn
        assert "retry = 3" in drawn


def test_a_process_of_its_own_is_told():
    graph = pipe(1)
    nodes = tuple(attrs.evolve(node, placement="demo-2" if node.id == 2 else "main") for node in graph.nodes)
    graph = attrs.evolve(graph, nodes=nodes)
    assert terminal(graph).count("in process demo-2") == 1
    assert svg(graph).count(">in process demo-2<") == 1
    assert svg(graph).count('class="node call own"') == 1


def test_wide_letters_keep_the_frame():
    lines = terminal(graph_of('def w = ["日本", "é", "e\u0301"] | Sinks.log\n')).splitlines()
    assert "日本" in lines[3]
    assert len({cells(line.rstrip()) for line in lines[2:5]}) == 1


def test_letters():
    assert (cells("ab"), cells("日本"), cells("e\u0301")) == (2, 4, 1)
    assert (fitted("abcdef", 4), fitted("abcd", 4), fitted("日本語", 4), fitted("ab cd", 4)) == (
        "abc…",
        "abcd",
        "日…",
        "ab…",
    )
    assert fitted("abcdef", 5, "...") == "ab..."
    assert printable("a\x00\u202e\ud800\U000e0001\n") == "a\\u0000\\u202e\\ud800\\U000e0001\\u000a"


# --- the structure


def test_the_structure_of_branches_and_merges():
    root = structure(graph_of(TYPES + "def w = Sources.stdin | ((m? & Sinks.log) & m?) | Sinks.stdout\n"))
    (outer,) = [item for item in root.items if isinstance(item, Parallel)]
    (inner,) = [item for part in outer.parts for item in part.items if isinstance(item, Parallel)]
    assert (outer.branch, outer.merge, inner.branch, inner.merge) == (True, True, True, False)
    assert inner.onward is inner.parts[0]


def test_what_no_pipe_joins_stands_side_by_side():
    graph = graph_of('def w = (["a"] | Sinks.log) & (["b"] | Sinks.stdout)\n')
    (parallel,) = structure(graph).items
    assert isinstance(parallel, Parallel)
    assert (len(parallel.parts), parallel.branch, parallel.merge) == (2, False, False)
    assert max(map(len, terminal(graph).splitlines())) > 25


def test_a_graph_of_another_form_is_refused():
    sketch = Sketch()
    text = sketch.scalar("Text")
    one = sketch.add("branch", sketch.add("source", None, None, text, "Sources.stdin"), text, text)
    two = sketch.add("branch", one, text, text)
    three = sketch.add("merge", None, text, text)
    sketch.join(three, one, two)
    four = sketch.add("merge", None, text, text)
    sketch.join(four, two, one, three)
    with pytest.raises(ValueError, match="series and parallels"):
        structure(sketch.graph())


@pytest.mark.thorough
def test_deep_nesting_and_long_pipes_are_drawn():
    text = "fun f : Text -> Text\ndef d0 = f\n"
    text += (
        "".join(f"def d{n + 1} = f | (d{n} & f)\n" for n in range(400)) + "def w = Sources.stdin | d400 | Sinks.log\n"
    )
    graph = graph_of(text)
    assert svg(graph).count('<g class="edge"') == len(graph.edges) == 2002
    assert terminal(graph_of(text.replace("| d400 |", "| d80 |"))).count("main.f") == 161
    assert terminal(pipe(3000)).count("▼") == 3001


def test_empty_branches_are_lines():
    graph = graph_of("def w = Sources.stdin | (Std.identity & Std.identity) | Sinks.log\n")
    assert terminal(graph).count(" Text") == len(graph.edges)
    graph = graph_of(TYPES + 'def w = (Sources.stdin | (Std.identity & Sinks.stdout) & ["a"]) | Sinks.log\n')
    assert svg(graph).count('<g class="edge"') == len(graph.edges)


# --- SVG


def test_svg_is_one_accessible_document(orders):
    graph, notes = orders["daily"]
    root = ET.fromstring(svg(graph, notes))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    assert [root.find(f".//*[@id='{one}']").text for one in ids] == [  # type: ignore[union-attr]
        "daily of Orders.Workflows:1.0.0",
        "& sends every order both ways; * sends its articles one by one. " + described_steps(graph),
    ]
    assert "prefers-color-scheme:dark" in root.findtext(f"{space}style", "")
    assert not re.findall(r"(?:href|src|url)\b", svg(graph, notes))
    tips = [title.text for title in root.iter(f"{space}title")]
    (invoice,) = [tip for tip in tips if tip and tip.startswith("Orders.Pricing.invoice")]
    assert invoice.splitlines() == [
        "Orders.Pricing.invoice : Order -> Invoice",
        "discount = 10.0",
        'currency = "EUR"',
        "workflows/module.nml:12",
        "What an order costs. A coupon takes discount percent off.",
    ]


def described_steps(graph: Graph) -> str:
    """The steps of ``daily`` in words."""
    names = ["Orders.Feed.events", "Orders.Feed.placed", "?", "&", "Orders.Pricing.invoice", "Sinks.jsonl"]
    names += ["Orders.Pricing.lines", "*", "Orders.Warehouse.pick"]
    types = {node.id: graph.types[node.output].shown for node in graph.nodes if node.output is not None}
    return " ".join(
        f"{names[edge.source - 1]} gives {types[edge.source]} to {names[edge.target - 1]}." for edge in graph.edges
    )


@pytest.mark.thorough
def test_the_same_program_is_the_same_bytes_in_every_process():
    script = (
        "from backends.test_graph_pictures import *\n"
        "graph = graph_of(NESTED)\nprint(svg(graph), page([graph]), terminal(graph))"
    )
    outputs = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "tests")}
        command = [sys.executable, "-c", script]
        outputs.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(outputs) == 1


# --- the page

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\"'"


def hostile() -> tuple[Graph, Notes]:
    """A graph in which every text is an attack."""
    sketch = Sketch(HOSTILE)
    text = sketch.type("scalar", "Text", shown=HOSTILE)
    place = Origin(file=HOSTILE, line=1, column=1, end_line=1, end_column=2, text=HOSTILE)
    own = Parameter(name=HOSTILE, type=HOSTILE, value=HOSTILE, fixed=True, choices=(HOSTILE,), origin=place)
    start = sketch.add("literal", None, None, text, origin=place)
    node = sketch.add("call", start, text, text, f"{HOSTILE}.f", parameters=(own,), placement=HOSTILE, origin=place)
    node = sketch.add("convert", node, text, text, conversions=(HOSTILE,), origin=place)
    sketch.add("sink", node, text, None, f"X.{HOSTILE}", origin=place)
    graph = sketch.graph(module=HOSTILE, doc=HOSTILE)
    called = [node.function for node in graph.nodes if node.function]
    functions = {(one.module, one.name): HOSTILE for one in called}
    parameters = {(one.module, one.name, HOSTILE): HOSTILE for one in called}
    return graph, Notes(functions=functions, parameters=parameters, files={HOSTILE: f"/{HOSTILE}"})


def test_nothing_of_a_program_becomes_part_of_the_page():
    graph, notes = hostile()
    found = Reading.of(page([graph, graph], notes))
    assert not {"img", "iframe", "object"} & {tag for tag, _ in found.elements}
    assert [tag for tag, _ in found.elements].count("script") == 2
    assert not [name for _, own in found.elements for name in own if name.startswith("on")]
    (first, _) = found.data()
    assert first["doc"] == HOSTILE.replace("`", "")
    assert "<" not in as_paragraph(HOSTILE).removeprefix("<p>").removesuffix("</p>")
    assert first["nodes"]["2"]["parameters"][0]["prose"] == as_paragraph(HOSTILE)
    assert first["nodes"]["2"]["link"] == "file:///" + "".join(
        character if character.isalnum() or character in "/_.-~" else f"%{ord(character):02X}" for character in HOSTILE
    )
    ET.fromstring(svg(graph, notes))


def test_the_page_needs_nothing_else(orders):
    text = page([orders["daily"][0], orders["abroad"][0]], orders["daily"][1])
    found = Reading.of(text)
    assert [own for tag, own in found.elements if tag in ("link", "img") or "src" in own or "href" in own] == []
    policy = next(own["content"] for _, own in found.elements if own.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    ids = [own["id"] for _, own in found.elements if "id" in own]
    assert len(ids) == len(set(ids))
    labelled = [own["aria-labelledby"] for tag, own in found.elements if tag == "svg"]
    assert {one for label in labelled for one in str(label).split()} <= set(ids)


def test_the_page_knows_what_its_script_shows(orders):
    graph, notes = orders["daily"]
    text = page([graph], notes)
    found = Reading.of(text)
    assert not any(own.get("id") == "workflow" for _, own in found.elements)
    (data,) = found.data()
    drawn = {str(own["data-node"]) for _, own in found.elements if "data-node" in own}
    assert drawn == set(data["nodes"])
    invoice = data["nodes"]["5"]
    assert invoice["doc"] == "What an order costs. A coupon takes `discount` percent off."
    assert [(own["name"], own["set"], own["place"]) for own in invoice["parameters"]] == [
        ("discount", True, "workflows/module.nml:12"),
        ("currency", False, ""),
    ]
    assert invoice["parameters"][1]["prose"] == "<p>The currency to bill in; prices are in euros.</p>"
    module = (ROOT / "examples/orders/workflows/module.nml").resolve()
    assert invoice["link"] == f"file://{module}"
    carried = data["types"][data["edges"][0]["type"]]
    assert carried["name"] == "Event"
    assert [text.split(" = ")[0] for text in carried["definitions"]] == ["Event", "Order", "Line"]
    assert data["types"][data["nodes"]["1"]["input"]] == {"name": "Void", "definitions": []}


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("file", "file:///a%20b/demo/module.nml"),
        ("vscode", "vscode://file/a%20b/demo/module.nml:2:5"),
        ("none", ""),
        ("x://{path}#{line}", "x:///a%20b/demo/module.nml#2"),
    ],
)
def test_where_places_lead(links, expected):
    notes = Notes(files={"demo/module.nml": "/a b/demo/module.nml"})
    (data,) = Reading.of(page([pipe(1)], notes, links=links)).data()
    assert data["nodes"]["2"]["link"] == expected
    assert data["nodes"]["2"]["place"] == "demo/module.nml:2"
    (unknown,) = Reading.of(page([pipe(1)], links=links)).data()
    assert unknown["nodes"]["2"]["link"] == ""
