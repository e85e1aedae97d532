"""Literals for parameters: what is converted, and what is refused."""

import pytest

from nscompiler.grammar.parse import parse
from nscompiler.grammar.syntax import Apply, DefDecl, Literal
from nscompiler.source import SourceFile
from nscompiler.typecheck.params import Environment, Fault, convert, convert_policy, parse_duration, show_type
from nscompiler.types.interface import ParameterType


def literal(text: str) -> Literal:
    module = parse(SourceFile("main.nml", f"def f = g {{ p = {text} }}\n")).module
    decl = module.declarations[0]
    assert isinstance(decl, DefDecl)
    assert isinstance(decl.body, Apply)
    return decl.body.bindings[0].value


def type_of(text: str) -> ParameterType:
    if text.startswith("["):
        return ParameterType("list", type_of(text[1:-1]))
    return ParameterType("enum", None, tuple(text.split("|"))) if "|" in text else ParameterType(text)


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("Text", '"x"', "x"),
        ("Text", "1_000", "1_000"),
        ("Text", "2.50", "2.50"),
        ("Integer", "12", 12),
        ("Integer", '"-12"', -12),
        ("Integer", "-9223372036854775808", -(2**63)),
        ("Double", "3", 3.0),
        ("Double", '"2.5e3"', 2500.0),
        ("Boolean", "true", True),
        ("Boolean", '"false"', False),
        ("Duration", '"500ms"', 0.5),
        ("Duration", '"1m30s"', 90.0),
        ("Duration", '"2h"', 7200.0),
        ("Duration", '"PT1M30S"', 90.0),
        ("Duration", "1.5", 1.5),
        ("Duration", '"90"', 90.0),
        ("up|down", '"up"', "up"),
        ("[Text]", '["a", "b"]', ("a", "b")),
        ("[Integer]", '["1", 2]', (1, 2)),
        ("[Integer]", "[]", ()),
        ("Integer", "$PORT", Environment("PORT")),
    ],
)
def test_what_is_converted(type: str, text: str, value: object) -> None:
    found = convert(literal(text), type_of(type))
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("type", "text", "kind"),
    [
        ("Text", "true", "type"),
        ("Text", "[1]", "type"),
        ("Integer", "2.0", "type"),
        ("Integer", '"many"', "type"),
        ("Integer", '""', "type"),
        ("Integer", "9223372036854775808", "range"),
        ("Integer", '"99999999999999999999"', "range"),
        ("Double", '"inf"', "type"),
        ("Double", "true", "type"),
        ("Boolean", "1", "type"),
        ("Boolean", '"yes"', "type"),
        ("Duration", '"soon"', "type"),
        ("Duration", '""', "type"),
        ("Duration", "-1", "type"),
        ("Duration", '"1s1m"', "type"),
        ("Duration", '"P"', "type"),
        ("up|down", '"left"', "choice"),
        ("up|down", "[1]", "type"),
        ("[Integer]", "1", "type"),
        ("[Integer]", '[1, "x"]', "type"),
    ],
)
def test_what_is_refused(type: str, text: str, kind: str) -> None:
    found = convert(literal(text), type_of(type))
    assert isinstance(found, Fault)
    assert found.kind == kind
    assert found.wanted


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("retry", '"true"', 5),
        ("retry", "true", 5),
        ("retry", '"false"', 0),
        ("retry", "3", 3),
        ("timeout", '"90s"', 90.0),
        ("on_error", '"dead_letter"', "dead_letter"),
        ("parallelism", '"8"', 8),
        ("ordered", '"false"', False),
        ("dead_letter", '"x.jsonl"', "x.jsonl"),
    ],
)
def test_parameters_that_every_function_understands(name: str, text: str, value: object) -> None:
    assert convert_policy(name, literal(text)) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("retry", "-1"), ("retry", '"often"'), ("timeout", "0"), ("parallelism", "0"), ("on_error", '"ignore"')],
)
def test_values_that_mean_nothing_to_the_runtime(name: str, text: str) -> None:
    assert isinstance(convert_policy(name, literal(text)), Fault)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1d", 86400.0), ("P1W", 604800.0), ("P1DT12H", 129600.0), ("0.5s", 0.5), ("1h1m1s1ms", 3661.001), ("", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    found = parse_duration(text)
    assert found == seconds if seconds is None else found == pytest.approx(seconds)


def test_types_print_as_written() -> None:
    assert show_type(type_of("[Integer]")) == "[Integer]"
    assert show_type(type_of("up|down")) == '"up" | "down"'
