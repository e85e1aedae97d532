"""Texts of Python and of pictures, from values and names of every kind."""

import ast

import attrs
import pytest
from backends.graphs import Sketch, origin
from hypothesis import given
from hypothesis import strategies as st

from nscompiler.backends.graph.contents import full_name
from nscompiler.emit import python
from nscompiler.flow.model import Function, Node


@pytest.mark.parametrize(
    ("text", "name"),
    [("User-Id", "User_Id"), ("class", "class_"), ("2nd", "_2nd"), ("", "_"), ("é", "_"), ("plain", "plain")],
)
def test_a_name_as_near_to_a_text_as_can_be(text, name):
    assert python.identifier(text) == name
    assert name.isidentifier()


@given(st.text(alphabet=st.sampled_from("'\"\\\n\x00é\u2028a"), max_size=8))
def test_a_text_is_read_back_as_it_was(text):
    assert ast.literal_eval(python.quoted(text)) == text


@pytest.mark.parametrize(
    ("text", "literal"),
    [("it's", '"it\'s"'), ('a "b"', "'a \"b\"'"), ('it\'s "a"', "'it\\'s \"a\"'"), ("'\"", '"\'\\""')],
)
def test_a_text_has_the_quotes_that_need_fewest_escapes(text, literal):
    assert python.quoted(text) == literal


@pytest.mark.parametrize("held", [1, -1.5, 1e300, True, None, "a", [1, "a", []], {"a": {"b": [1.0]}}, {}])
def test_a_value_is_read_back_as_it_was(held):
    assert ast.literal_eval(python.layout(python.value(held))) == held
    assert ast.literal_eval(python.layout(python.value(held), lead=117)) == held


@pytest.mark.parametrize("held", [float("inf"), float("-inf"), float("nan")])
def test_numbers_without_a_literal(held):
    assert python.value(held) == f'float("{held}")'
    assert repr(float(str(held))) == repr(held)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"kind": "flatten"}, "*"),
        ({"kind": "drop_missing"}, "?"),
        ({"kind": "convert", "conversions": ("widen", "wrap")}, "widen, wrap"),
        ({"kind": "branch"}, "&"),
        ({"kind": "merge"}, "&"),
        ({"kind": "literal"}, "[1, 2]"),
        ({"kind": "call", "function": Function(module="me/Demo.Far:0.1.0", name="f")}, "Demo.Far.f"),
    ],
)
def test_what_is_written_in_a_node(changes, shown):
    sketch = Sketch()
    text = sketch.scalar("Text")
    node = Node(id=1, kind="call", input=text, output=text, origin=origin(1, "[1, 2]"))
    assert full_name(sketch.graph(), attrs.evolve(node, **changes)) == shown
