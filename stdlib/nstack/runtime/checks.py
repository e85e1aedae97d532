"""The cheapest complete tests, generated for each type: one Python expression over exact types.

``test`` answers whether a value is in its proper form already, every part of it. It is what runs for each result;
only when it says no does the slow, exact ``faults.accept`` look at the value. ``finite`` answers whether JSON can
hold all numbers of a proper value.
"""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Any

from .scalars import INTEGER_MAX, INTEGER_MIN, is_json
from .shapes import Shape, contains

_EXACT: dict[str, type] = {
    "Double": float,
    "Boolean": bool,
    "Text": str,
    "Date": datetime.date,
    "Duration": datetime.timedelta,
    "Uuid": uuid.UUID,
}

_SMALL = 2**30 - 1


def tester(shape: Shape) -> Callable[[Any], bool]:
    """A function that tells whether a value is of this type, in its proper form, all the way down."""
    return _Tests().function(shape)


def test_source(shape: Shape, variable: str, prefix: str) -> tuple[str, dict[str, Any]]:
    """The same test as an expression over one variable, and the names that it uses, each with the ``prefix``: for code
    that has it in line."""
    tests = _Tests(prefix=prefix)
    return tests.expression(shape, variable), tests.names


def part_source(
    record: Shape, variable: str, attributes: Collection[str], prefix: str = ""
) -> tuple[list[str], dict[str, Any]]:
    """The tests of some attributes of a record alone, as ``test_source`` gives them."""
    tests = _Tests(prefix=prefix)
    parts = zip(record.attributes, record.parts, strict=True)
    return [tests.part(part, f"{variable}.{name}") for name, part in parts if name in attributes], tests.names


_DEEPEST, _LARGEST = 30, 100
"""How deeply the expression of one test is nested (Python's own limit is 200 brackets), and how many parts it may have
before one that comes again is tested by a function."""


class _Tests:
    """One generated test: the expression grows while ``names`` collects the objects that it mentions.

    ``made`` holds the functions of all tests that belong together, by the shape's ``id``.
    """

    def __init__(self, made: dict[int, Callable[[Any], bool]] | None = None, prefix: str = "") -> None:
        self.names: dict[str, Any] = {}
        self._prefix = prefix
        self._made = {} if made is None else made
        self._seen: set[int] = set()
        self._depth = 0

    def name(self, value: Any, stem: str) -> str:
        """A name for an object in the generated code."""
        name = f"{self._prefix}{stem}_{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, shape: Shape) -> Callable[[Any], bool]:
        """A function for the test, with names of its own; one for each shape."""
        made = self._made.get(id(shape))
        if made is None:
            inner = _Tests(self._made)
            body = inner.expression(shape, "v")
            exec(f"def test(v):\n    return {body}", inner.names)
            made = self._made[id(shape)] = inner.names["test"]
        return made

    def expression(self, shape: Shape, subject: str) -> str:
        """The test of ``subject``, which is an expression without side effects; it is evaluated once."""
        if shape.kind == "unit":
            return f"{subject} is None"
        if shape.kind == "scalar" and shape.name in _EXACT:
            return f"type({subject}) is {self.name(_EXACT[shape.name], 't')}"
        if self._depth and self._is_apart(shape):
            return f"{self.name(self.function(shape), 'f')}({subject})"
        self._seen.add(id(shape))
        variable = subject if subject.isidentifier() else self.name(None, "x")
        self._depth += 1
        inner = getattr(self, f"_{shape.kind}")(shape, variable)
        self._depth -= 1
        first = variable if variable is subject else f"({variable} := {subject})"
        return f"({inner.replace(f'«{variable}»', first, 1)})"

    def part(self, shape: Shape, subject: str) -> str:
        """The test of a part, which may have a function of its own."""
        self._depth += 1
        text = self.expression(shape, subject)
        self._depth -= 1
        return text

    def _is_apart(self, shape: Shape) -> bool:
        """Whether a part has a function of its own."""
        again = id(shape) in self._seen and len(self.names) > _LARGEST
        return again or self._depth > _DEEPEST or shape.plain is not None

    def _scalar(self, shape: Shape, x: str) -> str:
        if shape.name == "Integer":
            # Python compares small numbers with small ones much faster than with those of 64 bits, and one by one.
            small = f"-{_SMALL} < {x} and {x} < {_SMALL}"
            return f"type(«{x}») is int and ({small} or {INTEGER_MIN} <= {x} <= {INTEGER_MAX})"
        if shape.name == "Json":
            return f"type(«{x}») is str and {self.name(is_json, 'f')}({x})"
        if shape.name == "Decimal":
            return f"type(«{x}») is {self.name(decimal.Decimal, 't')} and {x}.is_finite()"
        if shape.name == "DateTime":
            return f"type(«{x}») is {self.name(datetime.datetime, 't')} and {x}.tzinfo is not None"
        return f"type(«{x}») is {self.name(datetime.time, 't')} and {x}.tzinfo is None"

    def _bytes(self, shape: Shape, x: str) -> str:
        return f"type(«{x}») is bytes"

    def _optional(self, shape: Shape, x: str) -> str:
        return f"«{x}» is None or {self.expression(shape.item, x)}"

    def _list(self, shape: Shape, x: str) -> str:
        return f"type(«{x}») is list and {self._all(shape.item, x)}"

    def _vector(self, shape: Shape, x: str) -> str:
        return f"type(«{x}») is list and len({x}) == {shape.size} and {self._all(shape.item, x)}"

    def _all(self, item: Shape, values: str) -> str:
        if item.kind == "scalar" and item.name in _EXACT:
            return f"{self.name(frozenset({_EXACT[item.name]}), 's')}.issuperset(map(type, {values}))"
        if item.name == "Integer":
            only = self.name(frozenset({int}), "s")
            sized = f"{INTEGER_MIN} <= min({values}) and max({values}) <= {INTEGER_MAX}"
            return f"{only}.issuperset(map(type, {values})) and (not {values} or ({sized}))"
        return f"all(map({self.name(self.function(item), 'f')}, {values}))"

    def _map(self, shape: Shape, x: str) -> str:
        keys = self.name(frozenset({str}), "s")
        items = f"all(map({self.name(self.function(shape.item), 'f')}, {x}.values()))"
        return f"type(«{x}») is dict and {keys}.issuperset(map(type, {x})) and {items}"

    def _tuple(self, shape: Shape, x: str) -> str:
        tests = [f"type(«{x}») is tuple", f"len({x}) == {len(shape.items)}"]
        return " and ".join([*tests, *(self.expression(item, f"{x}[{i}]") for i, item in enumerate(shape.parts))])

    def _record(self, shape: Shape, x: str) -> str:
        tests = [f"type(«{x}») is {self.name(shape.python, 'R')}"]
        parts = zip(shape.attributes, shape.parts, strict=True)
        return " and ".join([*tests, *(self.expression(item, f"{x}.{attribute}") for attribute, item in parts)])

    def _sum(self, shape: Shape, x: str) -> str:
        made = [getattr(shape.python, attribute) for attribute in shape.attributes]
        tests = {
            cls: _yes if item is None else self.function(item) for cls, item in zip(made, shape.items, strict=True)
        }
        table, test = self.name(tests, "sum"), self.name(None, "y")
        return f"({test} := {table}.get(type(«{x}»))) is not None and {test}({x}.value)"


def _yes(value: object) -> bool:
    return True


Test = Callable[[Any], bool]
Made = dict[int, Test | None]


def finite(shape: Shape, made: Made | None = None) -> Test | None:
    """A function that tells whether all Doubles in a proper value are finite; None where the type holds none.

    ``made`` holds what was made already, by the shape's ``id``.
    """
    made = {} if made is None else made
    if id(shape) not in made:
        held = contains(shape, "Double")
        scalar = math.isfinite if shape.kind == "scalar" else None
        made[id(shape)] = (scalar or _FINITE[shape.kind](shape, made)) if held else None
    return made[id(shape)]


def all_finite(shape: Shape) -> Callable[[Sequence[Any]], bool]:
    """A function that tells whether ``finite`` holds of each of some values. One sum tells it of all at once, where
    the type is so plain that an expression gives a sum for each."""
    test = finite(shape)
    if test is None:
        return _yes
    each = test
    text = _summed(shape, "v")
    if text is None:
        return lambda values: all(map(each, values))
    names: dict[str, Any] = {"isfinite": math.isfinite, "each": each}
    # The sum of large numbers may be infinite although none of them is.
    exec(f"def test(v_):\n    return isfinite(sum([{text} for v in v_])) or all(map(each, v_))", names)
    made: Callable[[Sequence[Any]], bool] = names["test"]
    return made


def _summed(shape: Shape, subject: str) -> str | None:
    """The sum of the Doubles in a value as an expression; None where it would be a long one."""
    if shape.plain is not None:
        return None
    if shape.name == "Double":
        return subject
    if shape.kind == "optional" and shape.item.name == "Double":
        return f"({subject} or 0.0)"
    if shape.kind == "list" and shape.item.name == "Double":
        return f"sum({subject})"
    if shape.kind != "record":
        return None
    fields = zip(shape.attributes, shape.parts, strict=True)
    parts = [_summed(part, f"{subject}.{name}") for name, part in fields if contains(part, "Double")]
    return None if None in parts or len(parts) > _LARGEST else " + ".join(map(str, parts))


def _finite_items(shape: Shape, made: Made) -> Test:
    inner = finite(shape.item, made)
    assert inner is not None
    return lambda value: all(map(inner, value))


def _finite_values(shape: Shape, made: Made) -> Test:
    inner = finite(shape.item, made)
    assert inner is not None
    return lambda value: all(map(inner, value.values()))


def _finite_optional(shape: Shape, made: Made) -> Test:
    inner = finite(shape.item, made)
    assert inner is not None
    return lambda value: value is None or inner(value)


def _finite_parts(shape: Shape, made: Made) -> Test:
    steps = (
        [f"[{i}]" for i in range(len(shape.items))] if shape.kind == "tuple" else [f".{a}" for a in shape.attributes]
    )
    tests = [(step, finite(item, made)) for step, item in zip(steps, shape.parts, strict=True)]
    names: dict[str, Any] = {f"f{i}": test for i, (_, test) in enumerate(tests)}
    body = " and ".join(f"f{i}(v{step})" for i, (step, test) in enumerate(tests) if test is not None)
    exec(f"def test(v):\n    return {body}", names)
    test: Test = names["test"]
    return test


def _finite_sum(shape: Shape, made: Made) -> Test:
    tests = {
        label: (finite(item, made) if item is not None else None)
        for label, item in zip(shape.labels, shape.items, strict=True)
    }

    def test(value: Any) -> bool:
        inner = tests[value.__label__]
        return inner is None or inner(value.value)

    return test


_FINITE: dict[str, Callable[[Shape, Made], Test]] = {
    "list": _finite_items,
    "vector": _finite_items,
    "map": _finite_values,
    "optional": _finite_optional,
    "tuple": _finite_parts,
    "record": _finite_parts,
    "sum": _finite_sum,
}
