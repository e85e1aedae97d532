"""Parameters (PAR): which can still be given, to whom, and whether a value fits."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from nscompiler.grammar import syntax

POLICY = ("retry", "timeout", "on_error", "dead_letter", "parallelism", "ordered")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_SHORT = re.compile(r"(?=.)(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+(\.\d+)?ms)?")
_ISO = re.compile(r"P(?=.)(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?(T(?=.)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?")


class Wrong(Exception):
    """A binding is wrong; ``node`` is the part of it."""

    def __init__(self, node: syntax.Node, why: str) -> None:
        super().__init__(why)
        self.node = node


@attrs.frozen
class Reader:
    """A function's declared parameter."""

    function: tuple[str, int]
    name: str
    type: syntax.ParamType = attrs.field(eq=False)
    required: bool = attrs.field(eq=False)


@attrs.frozen
class Row:
    """``readers`` still see a binding from outside, ``fixed`` names are given inside; ``open`` holds, for each function
    that takes any parameter, the names that it has been given."""

    readers: frozenset[Reader] = frozenset()
    fixed: frozenset[str] = frozenset()
    open: frozenset[frozenset[str]] = frozenset()


NONE = Row()


def declared(decl: syntax.FunDecl, standard: bool) -> Row:
    """The parameters of a `fun`: those that it declares, or any."""
    if decl.parameters is None:
        return NONE if standard else Row(open=frozenset((frozenset(),)))
    function = (decl.name.text, id(decl))
    return Row(frozenset(Reader(function, one.name.text, one.type, one.default is None) for one in decl.parameters))


def together(rows: Iterable[Row]) -> Row:
    """The parameters of several functions."""
    rows = list(rows)
    return Row(
        frozenset().union(*(one.readers for one in rows)),
        frozenset().union(*(one.fixed for one in rows)),
        frozenset().union(*(one.open for one in rows)),
    )


def required(row: Row) -> set[str]:
    """The names that must still be given."""
    return {one.name for one in row.readers if one.required}


def bind(row: Row, bindings: tuple[syntax.Binding, ...]) -> Row:
    """The row that is left inside bindings. Raises Wrong."""
    names: set[str] = set()
    for one in bindings:
        name = one.name.text
        if name in names:
            raise Wrong(one.name, "bound twice")
        names.add(name)
        readers = [reader for reader in row.readers if reader.name == name]
        if name in POLICY:
            continue
        if not all(takes(reader.type, one.value) for reader in readers):
            raise Wrong(one.value, f"{name} does not take it")
        if readers or name in row.fixed:
            continue
        if not row.open:
            raise Wrong(one.name, f"nothing reads {name}")
        if one.value.kind == "list":
            raise Wrong(one.value, "a list is no text")
    return Row(
        frozenset(one for one in row.readers if one.name not in names),
        row.fixed | names,
        frozenset(own | names for own in row.open),
    )


def takes(type: syntax.ParamType, literal: syntax.Literal) -> bool:
    """Whether a parameter of a type takes a literal (PAR-4 to PAR-9)."""
    value = literal.value
    if literal.kind == "environment":
        return True
    match type:
        case syntax.ParamTypeList():
            return isinstance(value, tuple) and all(takes(type.item, one) for one in value)
        case syntax.ParamTypeEnum():
            text = value if literal.kind == "text" else literal.raw
            return literal.kind != "list" and text in [one.value for one in type.values]
    assert isinstance(type, syntax.ParamTypeName)
    return _scalar(type.name.text, literal)


def _scalar(type: str, literal: syntax.Literal) -> bool:
    value, kind = literal.value, literal.kind
    match type:
        case "Text":
            return kind in ("text", "integer", "double")
        case "Integer":
            return kind == "integer" or (kind == "text" and bool(re.fullmatch(r"\s*[+-]?\d+\s*", str(value))))
        case "Double":
            return kind in ("integer", "double") or (kind == "text" and bool(_NUMBER.fullmatch(str(value))))
        case "Boolean":
            return kind == "boolean" or value in ("true", "false")
    text = str(value).strip()
    if kind in ("integer", "double"):
        return float(str(value)) >= 0
    return kind == "text" and any(one.fullmatch(text) for one in (_SHORT, _ISO, re.compile(r"\d+(\.\d*)?")))
