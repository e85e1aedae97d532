"""Lowering: where nodes, conversions, parameters and policies come from."""

import attrs
import pytest
from backends.compiled import Compiled, compile_function, compile_texts, service

from nscompiler.flow.model import Graph, Node, Policy
from nscompiler.flow.program import Program
from nscompiler.types.types import Types


def graph_of(program: str, *methods: str, name: str = "w") -> Graph:
    """The graph of a workflow of a script whose Python class has some methods."""
    compiled = compile_texts({"main.nml": program, "main.py": service(*methods)})
    assert not compiled.problems, compiled.problems
    return compiled.graphs[name]


def problems_of(program: str, *methods: str) -> Compiled:
    """What lowering says about a script."""
    files = {"main.nml": program}
    return compile_texts({**files, "main.py": service(*methods)} if methods else files)


def steps(graph: Graph) -> list[str]:
    """The nodes in order, each by its function or kind."""
    return [node.function.name if node.function else node.kind for node in graph.nodes]


def node_of(graph: Graph, name: str) -> Node:
    """The node of a function."""
    (found,) = [node for node in graph.nodes if node.function is not None and node.function.name == name]
    return found


def shown(graph: Graph, type: int | None) -> str:
    """A node's type as the program has it."""
    return "Void" if type is None else graph.types[type].shown


def values(node: Node) -> dict[str, object]:
    """A node's parameters."""
    return {parameter.name: parameter.value for parameter in node.parameters}


def test_a_pipe_becomes_a_line_of_nodes():
    graph = graph_of('fun f : Text -> Integer\ndef w = ["a", "b"] | f | Sinks.log\n', "f")
    assert steps(graph) == ["literal", "f", "log"]
    assert [(edge.source, edge.target) for edge in graph.edges] == [(1, 2), (2, 3)]
    assert graph.nodes[0].values == ("a", "b")
    assert [(shown(graph, node.input), shown(graph, node.output)) for node in graph.nodes] == [
        ("Void", "Text"),
        ("Text", "Integer"),
        ("Integer", "Void"),
    ]


def test_origins_point_at_the_use():
    graph = graph_of('fun f : Text -> Integer\ndef part = f\ndef w = ["a"]\n  | part\n  | Sinks.log\n', "f")
    places = [(node.origin.line, node.origin.column, node.origin.text) for node in graph.nodes]
    assert places == [(3, 9, '["a"]'), (2, 12, "f"), (5, 5, "Sinks.log")]


def test_defs_are_inlined_at_the_types_of_each_use():
    program = "fun f : Integer -> Text\ndef show = Conv.to_json | Sinks.log\ndef w = [1] | (show & f | show)\n"
    graph = graph_of(program, "f")
    taken = [shown(graph, node.input) for node in graph.nodes if node.function and node.function.name == "to_json"]
    assert taken == ["Integer", "Text"]


def test_a_polymorphic_method_has_a_signature_for_each_use():
    graph = graph_of('fun f : a -> [a]\ndef w = [1] | f* | f* | Sinks.log\ndef v = ["x"] | f | f | Sinks.log\n', "f")
    (use,) = graph.modules
    assert [tuple(shown(graph, type) for type in own[1:]) for own in use.signatures] == [("Integer", "[Integer]")]


def test_star_and_question_mark_are_nodes():
    graph = graph_of(
        "fun f : Integer -> [optional Text]\nfun g : optional Text -> optional Text\n"
        "def w = [1] | f* | g? | Sinks.log\n",
        "f",
        "g",
    )
    assert steps(graph) == ["literal", "f", "flatten", "g", "drop_missing", "log"]
    flatten, drop = graph.nodes[2], graph.nodes[4]
    assert (shown(graph, flatten.input), shown(graph, flatten.output)) == ("[optional Text]", "optional Text")
    assert (shown(graph, drop.input), shown(graph, drop.output)) == ("optional Text", "Text")


RECORDS = (
    "type Wide = { b : Text, a : Integer }\ntype Turned = { a : Integer, b : Text }\ntype Narrow = { a : Double }\n"
    "type Small = Go Integer | Stop\ntype Large = Stop | Wait | Go Double\n"
    "fun wide : Integer -> Wide\nfun turned : Turned -> Small\nfun narrow : Narrow -> [Integer]\nfun large : Large "
    "-> Text\n"
    "fun list : [Double] -> optional Text\nfun opt : optional Integer -> Integer\n"
)
METHODS = ("wide", "turned", "narrow", "large", "list", "opt")


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        ("def w = [1] | wide | turned | Sinks.log", [("relayout",)]),
        ("def w = [1] | wide | narrow | Sinks.log", [("drop", "widen")]),
        ("def w = [1] | wide | turned | large | Sinks.log", [("relayout",), ("widen", "inject")]),
        ("def w = [1] | wide | narrow | list | Sinks.log", [("drop", "widen"), ("widen", "list")]),
        ("def w = [1] | wide | narrow* | opt | Sinks.log", [("drop", "widen")]),
        ("def w = [1] | wide | Sinks.log", []),
        ("def t : Integer -> Turned = wide\ndef w = [1] | t | Sinks.log", [("relayout",)]),
        ("def t : Turned -> Small = turned\ndef w = [1] | wide | t | Sinks.log", [("relayout",)]),
        ("def w = [1] | wide | (turned | large | Sinks.log & Sinks.log)", [("relayout",), ("widen", "inject")]),
    ],
)
def test_conversions_stand_where_two_types_meet(program, kinds):
    graph = graph_of(RECORDS + program + "\n", *METHODS)
    assert [node.conversions for node in graph.nodes if node.kind == "convert"] == kinds


def test_conversions_follow_the_declared_kinds_in_order():
    graph = graph_of(RECORDS + "def w = [1] | wide | turned | large | Sinks.log\n", *METHODS)
    given = [(shown(graph, node.input), shown(graph, node.output)) for node in graph.nodes if node.kind == "convert"]
    assert given == [("Wide", "Turned"), ("Small", "Large")]


def test_open_rows_keep_their_further_fields():
    graph = graph_of(
        "type User = { user : Text, age : Integer }\nfun users : Integer -> User\n"
        "fun enrich : { user : Text | r } -> { user : Text, country : Text | r }\n"
        "def w = [1] | users | enrich | Sinks.log\n",
        "users",
        "enrich",
    )
    assert shown(graph, node_of(graph, "log").input) == "{ user : Text, country : Text, age : Integer }"


def test_a_tail_that_nothing_supplies_is_closed():
    graph = graph_of(
        "fun make : Integer -> { x : Text }\nfun any : { x : Text | .. } -> Text\n"
        "def w = [1] | make | any | Sinks.log\n",
        "make",
        "any",
    )
    assert shown(graph, node_of(graph, "any").input) == "{ x : Text }"


def test_branches_and_merges_are_ranked():
    graph = graph_of(
        "fun f : Integer -> Integer\nfun g : Integer -> Integer\ndef w = [1] | (f & g & Sinks.log) | Sinks.log\n",
        "f",
        "g",
    )
    branch = next(node.id for node in graph.nodes if node.kind == "branch")
    merge = next(node.id for node in graph.nodes if node.kind == "merge")
    names = {node.id: name for node, name in zip(graph.nodes, steps(graph), strict=True)}
    left = sorted((edge.order, names[edge.target]) for edge in graph.edges if edge.source == branch)
    joined = sorted((edge.order, names[edge.source]) for edge in graph.edges if edge.target == merge)
    assert left == [(0, "f"), (1, "g"), (2, "log")]
    assert joined == [(0, "f"), (1, "g")]


def test_sources_side_by_side_merge_without_a_branch():
    graph = graph_of('def w = (["a"] & ["b"]) | Sinks.log\n')
    assert sorted(steps(graph)) == ["literal", "literal", "log", "merge"]


def test_identities_disappear():
    assert steps(graph_of("def w = [1] | Std.identity | (Std.identity & Std.identity) | Sinks.log\n")) == [
        "literal",
        "branch",
        "merge",
        "log",
    ]


PARAMETERS = (
    'fun x : Text -> Text with { foo : Text = "none", n : Integer = 10, wait : Duration = "1m30s", '
    'how : "a" | "b" = "a", tags : [Text] = [] }\n'
)


def test_the_nearest_binding_wins():
    graph = graph_of(
        PARAMETERS + 'def y = x { foo = "baz" }\ndef z = y { foo = "bar", n = "12" }\ndef w = ["a"] | z | Sinks.log\n',
        "x",
    )
    found = {own.name: own for own in node_of(graph, "x").parameters}
    assert (found["foo"].value, found["foo"].fixed, found["foo"].origin.line) == ("baz", True, 2)
    assert (found["n"].value, found["n"].type) == (12, "Integer")
    assert (found["wait"].value, found["wait"].fixed) == (90.0, False)
    assert (found["how"].type, found["how"].choices) == ("enum", ("a", "b"))
    assert (found["tags"].value, found["tags"].type) == ((), "[Text]")


def test_bindings_do_not_leak_sideways():
    graph = graph_of(PARAMETERS + 'def w = ["a"] | x { foo = "in" } | Std.identity | x | Sinks.log\n', "x")
    assert [values(node)["foo"] for node in graph.nodes if node.function and node.function.name == "x"] == [
        "in",
        "none",
    ]


def test_a_name_from_the_environment_stays_one():
    graph = graph_of(PARAMETERS + 'def w = ["a"] | x { foo = $NAME, tags = ["t"] } | Sinks.log\n', "x")
    found = {own.name: own for own in node_of(graph, "x").parameters}
    assert (found["foo"].environment, found["foo"].value) == ("NAME", None)
    assert found["tags"].value == ("t",)
    assert graph.environment == ("NAME",)


def test_a_function_without_with_gets_all_as_text():
    graph = graph_of(
        'fun f : Text -> Text\ndef w = (["a"] | f { n = 3, on = true } | Sinks.log) { z = "q", retry = 2 }\n', "f"
    )
    assert values(node_of(graph, "f")) == {"n": "3", "on": "true", "z": "q"}
    assert all(own.open and own.fixed and own.type == "Text" for own in node_of(graph, "f").parameters)


def test_standard_functions_get_only_what_they_declare():
    graph = graph_of('def w = (["a"] | Sinks.jsonl { path = "x" })\n')
    assert values(node_of(graph, "jsonl")) == {"path": "x", "compression": "auto", "mode": "replace"}


@pytest.mark.parametrize(
    ("written", "policy"),
    [
        ("", Policy()),
        ('retry = "true"', Policy(retry=5)),
        ("retry = 2, timeout = 1.5", Policy(retry=2, timeout=1.5)),
        ('on_error = "skip"', Policy(on_error="skip")),
        ('on_error = "dead_letter"', Policy(on_error="dead_letter", dead_letter="dead-letters/w.jsonl")),
        ('on_error = "dead_letter", dead_letter = "d"', Policy(on_error="dead_letter", dead_letter="d")),
        ('dead_letter = "d"', Policy(dead_letter="d")),
        ("parallelism = 4, ordered = false", Policy(parallelism=4, ordered=False)),
    ],
)
def test_policies_are_inherited_like_parameters(written, policy):
    graph = graph_of(f'fun f : Text -> Text\ndef w = (["a"] | f | Sinks.log) {{ {written} }}\n', "f")
    found = {node.policy for node in graph.nodes if node.function is not None}
    assert {attrs.evolve(own, fixed=()) for own in found} == {policy}
    named = [part.strip() for part in written.split(",") if part]
    assert all(sorted(at.text for _, at in own.fixed) == sorted(named) for own in found)
    assert all([name for name, _ in own.fixed] == [at.text.split(" = ")[0] for _, at in own.fixed] for own in found)


def test_a_policy_tells_what_the_nearest_binding_fixes_and_where():
    program = 'fun f : Text -> Text\ndef g = f { retry = 1 }\ndef w = (["a"] | g | Sinks.log) { retry = 2 }\n'
    graph = graph_of(program, "f")
    ((name, at),) = node_of(graph, "f").policy.fixed
    assert (name, at.line, at.text) == ("retry", 2, "retry = 1")
    ((name, at),) = node_of(graph, "log").policy.fixed
    assert (name, at.line, at.text) == ("retry", 3, "retry = 2")


def test_a_flow_that_does_not_end_skips_by_default():
    graph = graph_of('def w = Sources.http<Text> { http_path = "/x" } | Sinks.log\n')
    assert not graph.bounded
    assert {node.policy.on_error for node in graph.nodes} == {"skip"}
    both = graph_of('def w = (["a"] & Sources.http<Text> { http_path = "/x" }) | Sinks.log\n')
    assert not both.bounded


def test_custom_sources_and_sinks():
    graph = graph_of(
        "@bounded\nfun ticks : Void -> Integer\nfun store : Integer -> Void\nfun more : Void -> Integer\n"
        "def w = ticks | store\ndef v = more | store\n",
        "ticks",
        "store",
        "more",
    )
    assert [(node.kind, node.function.standard) for node in graph.nodes if node.function] == [
        ("source", False),
        ("sink", False),
    ]
    assert graph.bounded
    assert graph.nodes[0].function is not None
    assert graph.nodes[0].function.replay == "none"


def test_coroutines_are_known_from_the_python_text():
    python = "import nstack\n\n\nclass Module(nstack.Module):\n    async def f(self, x):\n        return x\n"
    compiled = compile_texts({"main.nml": 'fun f : Text -> Text\ndef w = ["a"] | f | Sinks.log\n', "main.py": python})
    function = node_of(compiled.graphs["w"], "f").function
    assert function is not None
    assert function.coroutine


def test_classes_of_other_modules_are_found_by_their_code():
    files = {
        "types/module.nml": "module Shop.Types:0.1.0\n\ntype Event = Sold Text | Gone\ntype Unused = { x : Text }\n",
        "app/module.nml": "module Shop.App:0.1.0\n\nimport Shop.Types:0.1.0 as T\n\ntype Own = { e : T.Event }\n"
        'fun f : Text -> [T.Event]\ndef w = ["a"] | f* | Sinks.log\n',
        "app/service.py": service("f"),
        "nstack-project.yaml": "modules:\n  - types\n  - app\n",
    }
    compiled = compile_texts(files, "app/module.nml")
    (use,) = compiled.graphs["w"].modules
    assert [name for name, _ in use.types] == ["Event", "Own"]
    assert use.reference == "Shop.App:0.1.0"


def test_a_long_chain_of_defs():
    defs = "".join(f"def d{n} = d{n - 1} | Std.some? | Std.identity\n" for n in range(1, 600))
    graph = graph_of(f"def d0 = Std.identity<Integer>\n{defs}def w = [1] | d599 | Sinks.log\n")
    assert steps(graph).count("some") == 599


# --- what stands in the way


def test_a_missing_method_is_an_error_of_the_use():
    compiled = problems_of('fun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n', "shuot")
    (problem,) = compiled.problems
    assert problem.code.name == "function-without-method"
    assert "shuot" in problem.primary.text
    text = compiled.checked.checked["main.nml"].module.source.text
    assert text[problem.primary.span.start : problem.primary.span.end] == "shout"
    assert problem.primary.span.start > text.index("def w")


def test_without_python_nothing_runs():
    assert problems_of('fun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n').codes == [
        "function-without-python"
    ]


def test_an_inherited_method_is_taken_on_trust():
    python = "import nstack\nfrom base import Parent\n\n\nclass Module(Parent):\n    pass\n"
    files = {"main.nml": 'fun f : Text -> Text\ndef w = ["a"] | f | Sinks.log\n', "main.py": python}
    assert compile_texts(files).codes == []


def test_policies_cannot_come_from_the_environment():
    assert problems_of('def w = ["a"] | Sinks.log { retry = $N }\n').codes == ["policy-from-environment"]


def test_multiplying_defs_are_cut_off():
    doubled = "".join(f"def d{n} = d{n - 1} | (d{n - 1} & d{n - 1} & d{n - 1})\n" for n in range(1, 12))
    compiled = problems_of(f"def d0 = Std.some<Integer>?\n{doubled}def w = [1] | d11 | Sinks.log\n")
    assert compiled.codes == ["workflow-too-large"]


def test_a_python_function_without_ends_cannot_run():
    assert problems_of("fun all : Void -> Void\ndef w = all\n", "all").codes == ["python-workflow"]


# --- trying a function out


def test_a_function_is_tried_between_a_value_and_standard_output():
    files = {"main.nml": "fun f : { n : Integer } -> [Text]\n", "main.py": service("f")}
    graph = compile_function(files, "f", {"n": 3}).graphs["f"]
    assert steps(graph) == ["literal", "f", "to_json", "stdout"]
    assert graph.nodes[0].values == ({"n": 3},)
    assert graph.limit is None


def test_a_source_is_tried_by_its_first_values():
    files = {"main.nml": "fun ticks : Void -> Integer\n", "main.py": service("ticks")}
    graph = compile_function(files, "ticks").graphs["ticks"]
    assert (steps(graph), graph.limit) == (["ticks", "to_json", "stdout"], 10)


def test_a_sink_and_a_partial_def_are_tried():
    files = {
        "main.nml": "fun store : Integer -> Void\nfun f : Text -> Integer\ndef part = f | store\n",
        "main.py": service("store", "f"),
    }
    assert steps(compile_function(files, "store", 1).graphs["store"]) == ["literal", "store"]
    assert steps(compile_function(files, "part", "x").graphs["part"]) == ["literal", "f", "store"]


def test_an_open_function_cannot_be_tried_but_an_open_row_can():
    files = {
        "main.nml": "fun f : a -> [a]\nfun g : { x : Text | r } -> { x : Text | r }\n",
        "main.py": service("f", "g"),
    }
    assert compile_function(files, "f", 1).codes == ["open-function-tested"]
    assert compile_function(files, "g", {"x": "y"}).codes == []


def test_only_workflows_are_started():
    checked = compile_texts({"main.nml": "def part = Std.identity<Text> | Sinks.log\n"}).checked
    target = checked.checked["main.nml"].interface.functions["part"]
    graph, (problem,) = checked.compilation.lower("main.nml", target)
    assert graph is None
    assert problem.code.name == "partial-started"
    assert problem.title == "`part` is a sink, not a workflow"


def test_a_scripts_expression_is_its_workflow():
    graph = graph_of('["a"] | Sinks.log\n', name="main")
    assert (graph.name, graph.module, steps(graph)) == ("main", "main", ["literal", "log"])


def test_a_literal_may_come_from_the_environment():
    graph = graph_of('["a", $WORD] | Sinks.log\n', name="main")
    assert graph.nodes[0].values == ("a", {"$env": "WORD"})
    assert graph.environment == ("WORD",)


def test_files_elsewhere_are_named_by_their_last_two_parts():
    program = Program(types=Types(), modules={}, files={}, root="/home/me/project")
    assert program.shown("/home/me/project/a/module.nml") == "a/module.nml"
    assert program.shown("/opt/lib/b/module.nml") == "b/module.nml"
    assert program.shown("../c/module.nml") == "c/module.nml"
    assert Program(types=Types(), modules={}, files={}).shown("./d.nml") == "d.nml"
