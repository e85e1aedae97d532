"""What the code of a method proves of the records that it makes, so that no test has to look for it.

A method that is one expression, and in it makes records of the declared class out of fields of what it was given, of
constants and of what these give in plain arithmetic, cannot make others: ``Tagged(id=order.id, tag="new")`` has the
``id`` of an order, which was tested when it came. Where anything else is in the expression, which might change what was
given, nothing is proven, and the results are tested as ever.

The source is believed only where it compiles to the very code that runs.
"""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from .scalars import INTEGER_MAX, INTEGER_MIN
from .shapes import Shape

_PLAIN = 0x80 | 0x200 | 0x20 | 0x100 | 0x04 | 0x08  # coroutines and generators of all kinds, *args, **kwargs
_UNKNOWN = "?"
"""A value of a built-in class of which nothing else is known."""
_KINDS = {str: "Text", float: "Double", bool: "Boolean", int: "Integer"}
_NUMBERS = frozenset({"Double", "Integer"})


class Made(NamedTuple):
    """The records that a method makes: ``fields`` are proven; the rest has to be tested, and that ``name`` is still the
    class, among the globals ``names``: a module that has it is named before the point."""

    fields: frozenset[str]
    names: Mapping[str, Any]
    name: str

    def source(self, names: str, cls: str) -> str:
        """An expression for that, over the names of the globals and of the class."""
        module, _, name = self.name.rpartition(".")
        found = f"{names}[{module!r}].{name}" if module else f"{names}[{name!r}]"
        return f"{found} is {cls}"


def made(method: Callable[..., Any], input: Shape, output: Shape) -> Made | None:
    """What is proven of the results of a bound method that is given proper values; None where that is nothing.
    ``output`` is a record, or a list of some."""
    function = method.__func__ if isinstance(method, MethodType) else None
    if not isinstance(function, FunctionType) or input.kind != "record":
        return None
    code = function.__code__
    if code.co_argcount != 2 or code.co_kwonlyargcount or code.co_flags & _PLAIN:
        return None
    result = _only_result(code, function.__globals__)
    if result is None:
        return None
    own, given = code.co_varnames[:2]
    record = output.item if output.kind == "list" else output
    proof = _Proof(function.__globals__, {own: None, given: input}, record)
    try:
        fields = proof.records(result) if output.kind == "list" else proof.record(result)
    except _Unproven:
        return None
    return Made(fields, function.__globals__, proof.name)


class _Unproven(Exception):
    """The expression may do anything."""


def _only_result(code: CodeType, names: Mapping[str, Any]) -> ast.expr | None:
    """The expression that is all that a function does, where its source is at hand and says so."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    last = next((n for n, line in enumerate(lines) if n and line.strip() and line[: indent + 1].strip()), len(lines))
    # Python makes other code for what it sees imported; it looks into inner code too.
    imported = [f"import {name}\n" for name in _names(code) if isinstance(names.get(name), ModuleType)]
    try:
        tree = ast.parse("".join(imported) + textwrap.dedent("".join(lines[:last])))
        found = [part for part in compile(tree, "", "exec").co_consts if isinstance(part, CodeType)]
    except (SyntaxError, ValueError):
        return None
    function = tree.body[-1]
    if not isinstance(function, ast.FunctionDef) or len(found) != 1 or not _same(found[0], code):
        return None
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None


def _names(code: CodeType) -> set[str]:
    inner = [_names(part) for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union(*inner)


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two pieces of code do the same, wherever they stand."""
    for part in ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_exceptiontable"):
        if getattr(one, part) != getattr(other, part):
            return False
    return len(one.co_consts) == len(other.co_consts) and all(map(_same_constant, one.co_consts, other.co_consts))


def _same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return _same(one, other)
    return type(one) is type(other) and repr(one) == repr(other)  # 1.0 is not -1.0, nor is 0.0 the same as -0.0


class _Proof:
    """Goes through one expression. ``known`` are its variables, those that hold a proper value with its type. Whatever
    else it meets raises _Unproven: it could change what was given."""

    def __init__(self, names: Mapping[str, Any], known: dict[str, Shape | None], record: Shape) -> None:
        self._names = names
        self._known = known
        self._record = record
        self.name = ""

    def records(self, part: ast.expr) -> frozenset[str]:
        """The proven fields of all records of a list."""
        if isinstance(part, ast.List) and part.elts:
            return frozenset.intersection(*map(self.record, part.elts))
        if not isinstance(part, ast.ListComp) or len(part.generators) != 1:
            raise _Unproven
        (loop,) = part.generators
        over = self._field(loop.iter) if isinstance(loop.iter, ast.Attribute) else None
        if over is None or over.kind != "list" or not isinstance(loop.target, ast.Name):
            raise _Unproven
        if loop.is_async or loop.target.id in self._known:
            raise _Unproven
        self._known[loop.target.id] = over.item
        for test in loop.ifs:
            self._kind(test)
        return self.record(part.elt)

    def record(self, part: ast.expr) -> frozenset[str]:
        """The proven fields of one record, made by calling its class."""
        if not isinstance(part, ast.Call) or len(part.args) > len(self._record.attributes):
            raise _Unproven
        self._named(part.func)
        given = dict(zip(self._record.attributes, part.args, strict=False))
        for keyword in part.keywords:
            if keyword.arg is None:
                raise _Unproven
            given[keyword.arg] = keyword.value
        types = dict(zip(self._record.attributes, self._record.parts, strict=True))
        if not given.keys() <= types.keys():
            raise _Unproven
        kinds = {field: self._copied(value) or self._kind(value) for field, value in given.items()}
        return frozenset(field for field, kind in kinds.items() if kind == _scalar(types[field]))

    def _named(self, part: ast.expr) -> None:
        """Takes the name of the record's class, which all records have to be made by."""
        if isinstance(part, ast.Name):
            module, name, found = "", part.id, self._names.get(part.id)
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            module, name, owner = part.value.id, part.attr, self._names.get(part.value.id)
            found = vars(owner).get(name) if isinstance(owner, ModuleType) else None
        else:
            raise _Unproven
        whole = f"{module}.{name}" if module else name
        if found is not self._record.python or self.name not in ("", whole) or (module or name) in self._known:
            raise _Unproven
        self.name = whole

    def _field(self, part: ast.Attribute) -> Shape | None:
        """The type of a field of a record that is known; None of what has no such field."""
        record = self._known.get(part.value.id) if isinstance(part.value, ast.Name) else None
        if record is None or record.kind != "record" or record.plain is not None:
            return None
        return dict(zip(record.attributes, record.parts, strict=True)).get(part.attr)

    def _copied(self, part: ast.expr) -> str | None:
        """The name of the scalar type of a field as it is, ``?`` of a field with parts; None of what is no field."""
        field = self._field(part) if isinstance(part, ast.Attribute) else None
        return None if field is None else _scalar(field) or _UNKNOWN

    def _kind(self, part: ast.expr) -> str:
        """The name of a value's scalar type, where Python alone works with such values; ``?`` of what is another
        value that it made of them."""
        match part:
            case ast.Attribute():
                return _basic(self._field(part))
            case ast.Name():
                return _basic(self._known.get(part.id))
            case ast.Constant(value):
                in_range = not isinstance(value, int) or INTEGER_MIN <= value <= INTEGER_MAX
                return _KINDS.get(type(value), _UNKNOWN) if in_range else _UNKNOWN
            case ast.BinOp(left, operator, right):
                return _result(self._kind(left), operator, self._kind(right))
            case ast.Compare(left, _, others):
                for one in (left, *others):
                    self._kind(one)
                return "Boolean"
            case ast.BoolOp(_, values):
                kinds = {self._kind(value) for value in values}
                return kinds.pop() if len(kinds) == 1 else _UNKNOWN
            case ast.UnaryOp(operator, operand):
                kind = self._kind(operand)
                return "Boolean" if isinstance(operator, ast.Not) else kind if kind == "Double" else _UNKNOWN
            case ast.IfExp(test, body, orelse):
                self._kind(test)
                kinds = {self._kind(body), self._kind(orelse)}
                return kinds.pop() if len(kinds) == 1 else _UNKNOWN
            case ast.List(values) | ast.Tuple(values):
                for one in values:
                    self._kind(one)
                return _UNKNOWN
            case ast.JoinedStr(values):
                for one in values:
                    self._kind(one.value if isinstance(one, ast.FormattedValue) else one)
                    if isinstance(one, ast.FormattedValue) and one.format_spec is not None:
                        self._kind(one.format_spec)
                return "Text"
        raise _Unproven


def _scalar(shape: Shape) -> str | None:
    """The scalar type's name; None of what has parts."""
    return shape.name if shape.plain is None and shape.kind in ("scalar", "bytes") else None


def _basic(shape: Shape | None) -> str:
    """The scalar type's name. Raises _Unproven for what others' code may work with, as with a time zone."""
    name = None if shape is None else _scalar(shape)
    if name not in _KINDS.values():
        raise _Unproven
    return str(name)


def _result(left: str, operator: ast.operator, right: str) -> str:
    """The type of what an operator gives."""
    if left == right == "Text" and isinstance(operator, ast.Add):
        return "Text"
    if {left, right} <= _NUMBERS and isinstance(operator, ast.Div):
        return "Double"
    both = {left, right} <= _NUMBERS and "Double" in (left, right)
    return "Double" if both and isinstance(operator, ast.Add | ast.Sub | ast.Mult) else _UNKNOWN
