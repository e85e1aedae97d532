"""The graph's JSON form: it goes there and back, and its published schema describes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from backends.graphs import Sketch, pipe
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.flow import dump as form
from nscompiler.flow.model import (
    SCHEMA_VERSION,
    Declared,
    Edge,
    Exclusion,
    Function,
    Graph,
    ModuleUse,
    Node,
    Origin,
    Parameter,
    Policy,
    Process,
    TypeDef,
)

SCHEMA = Path(__file__).parents[2] / "docs" / "flow-graph.schema.json"

text = st.text(max_size=5)
maybe_text = st.none() | text
number = st.integers(0, 2**70)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text
json_values = st.recursive(
    scalars, lambda part: st.lists(part, max_size=3).map(tuple) | st.dictionaries(text, part, max_size=3), max_leaves=5
)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few of them."""
    return st.lists(strategy, max_size=2).map(tuple)


origins = st.builds(Origin, file=text, line=number, column=number, end_line=number, end_column=number, text=text)
parameters = st.builds(
    Parameter,
    name=text,
    type=text,
    value=json_values,
    environment=maybe_text,
    choices=some(text),
    fixed=st.booleans(),
    required=st.booleans(),
    open=st.booleans(),
    origin=st.none() | origins,
)
policies = st.builds(
    Policy,
    retry=number,
    timeout=st.none() | st.floats(0, 1e9),
    on_error=text,
    dead_letter=maybe_text,
    parallelism=st.none() | number,
    ordered=st.booleans(),
)
functions = st.builds(
    Function,
    module=text,
    name=text,
    standard=st.booleans(),
    bounded=st.none() | st.booleans(),
    stateless=st.booleans(),
    replay=maybe_text,
    coroutine=st.booleans(),
)
types = st.builds(
    TypeDef,
    kind=text,
    name=text,
    items=some(st.none() | number),
    labels=some(text),
    size=number,
    declared=st.none() | st.builds(Declared, module=text, name=text, text=text),
    shown=text,
)
nodes = st.builds(
    Node,
    id=number,
    kind=text,
    input=st.none() | number,
    output=st.none() | number,
    function=st.none() | functions,
    parameters=some(parameters),
    policy=policies,
    conversions=some(text),
    values=some(json_values),
    origin=origins,
    stage=st.none() | number,
    placement=maybe_text,
)
modules = st.builds(
    ModuleUse,
    reference=text,
    content_hash=text,
    interface_hash=text,
    folder=text,
    service=text,
    files=some(text),
    requirements=some(text),
    packages=some(text),
    commands=some(text),
    types=some(st.tuples(text, number)),
    signatures=some(st.tuples(text, st.none() | number, st.none() | number)),
    parameters=some(st.tuples(text, some(parameters))),
    nml=text,
)
exclusions = st.builds(Exclusion, package=text, required=text, other=text, other_required=text)
graphs = st.builds(
    Graph,
    name=text,
    module=text,
    doc=maybe_text,
    nodes=some(nodes),
    edges=some(st.builds(Edge, source=number, target=number, order=number)),
    types=some(types),
    modules=some(modules),
    bounded=st.booleans(),
    environment=some(text),
    origin=origins,
    processes=some(st.builds(Process, name=text, modules=some(text), exclusion=st.none() | exclusions)),
    limit=st.none() | number,
)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(graphs)
def test_every_graph_comes_back(graph):
    written = form.dump(graph)
    assert form.load(written) == graph
    assert form.dump(form.load(written)) == written


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(graphs)
def test_the_schema_admits_every_graph(graph):
    assert list(faults(form.as_json(graph), form.schema(), form.schema())) == []


def test_the_published_schema_is_that_of_the_model(golden):
    golden(SCHEMA, json.dumps(form.schema(), indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda graph: graph.update(schema_version=99), "schema_version is 99"),
        (lambda graph: graph.pop("schema_version"), "schema_version is None"),
        (lambda graph: graph.pop("name"), "graph: 'name' is missing"),
        (lambda graph: graph.update(extra=1), "graph: unknown field 'extra'"),
        (lambda graph: graph.update(nodes={}), "graph.nodes: expected an array"),
        (lambda graph: graph["nodes"][0].update(id="x"), r"graph.nodes\[0\].id: expected int, found 'x'"),
        (lambda graph: graph["nodes"][0].update(origin=1), r"graph.nodes\[0\].origin: expected an object"),
        (lambda graph: graph["nodes"][0].update(id=True), r"expected int, found True"),
        (lambda graph: graph["modules"][0].update(types=[["x"]]), "expected 2 items, found 1"),
    ],
)
def test_what_is_no_graph_is_refused_with_its_place(change, message):
    value = json.loads(form.dump(pipe(1)))
    change(value)
    with pytest.raises(form.FormatError, match=message):
        form.load(json.dumps(value))


def test_text_that_is_no_json_is_refused():
    with pytest.raises(form.FormatError, match="not JSON"):
        form.load("{")
    with pytest.raises(form.FormatError, match="schema_version is None"):
        form.load("[]")


def test_defaults_are_left_out_but_the_version_is_not():
    value = json.loads(form.dump(pipe(0)))
    assert value["schema_version"] == SCHEMA_VERSION
    assert "limit" not in value
    assert "parameters" not in value["nodes"][0]


def test_a_value_equal_to_its_default_in_another_type_is_kept():
    sketch = Sketch()
    number = sketch.scalar("Integer")
    sketch.add("literal", None, None, number, values=(0, False, 1, True, 1.0))
    loaded = form.load(form.dump(sketch.graph()))
    assert [type(value) for value in loaded.nodes[0].values] == [int, bool, int, bool, float]


def faults(value: object, schema: dict[str, Any], whole: dict[str, Any], path: str = "$") -> Any:
    """What of a value a JSON Schema refuses, as far as ours use the language."""
    if "$ref" in schema:
        yield from faults(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, path)
        return
    if "anyOf" in schema:
        if all(list(faults(value, option, whole, path)) for option in schema["anyOf"]):
            yield f"{path}: no option fits"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r}"
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, kinds[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{path}: no {kind}"
        return
    if isinstance(value, dict) and kind == "object":
        yield from (f"{path}.{name} is missing" for name in schema["required"] if name not in value)
        for name, part in value.items():
            if name not in schema["properties"]:
                yield f"{path}.{name} is unknown"
            else:
                yield from faults(part, schema["properties"][name], whole, f"{path}.{name}")
    if isinstance(value, list):
        parts = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        if len(parts) != len(value):
            yield f"{path}: {len(value)} items"
        for at, (part, own) in enumerate(zip(value, parts, strict=False)):
            yield from faults(part, own, whole, f"{path}[{at}]")


def test_the_schema_refuses_what_is_no_graph():
    schema = form.schema()
    value = form.as_json(pipe(1))
    assert list(faults(value, schema, schema)) == []
    assert list(faults({**value, "nodes": 3}, schema, schema)) == ["$.nodes: no array"]
    assert list(faults({**value, "more": 3}, schema, schema)) == ["$.more is unknown"]
    assert list(faults({**value, "schema_version": 2}, schema, schema)) == ["$.schema_version: 2"]
