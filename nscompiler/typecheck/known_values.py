"""What the expressions of a method are, going by the declared type of the value that it is given: a field, a name that
is given one once, what methods of a text return. Of all others nothing is known."""

import ast
from collections import Counter
from typing import ClassVar

from nscompiler.records import Record
from nscompiler.typecheck.literal_values import kind_of_literal
from nscompiler.typecheck.names_in_python import names_in
from nscompiler.typecheck.python_types import ITEM_FIELDS
from nscompiler.types.types import App, Scalar, Type
from nscompiler.types.types import Record as RecordType

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_SCALARS = {"Integer": "int", "Double": "float", "Boolean": "bool", "Text": "str"}
_OF_TEXT = {
    **dict.fromkeys(
        (
            *("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase", "replace"),
            *("removeprefix", "removesuffix", "join", "format", "center", "ljust", "rjust", "zfill", "translate"),
        ),
        "str",
    ),
    **dict.fromkeys(("split", "rsplit", "splitlines"), "list"),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalpha", "isspace", "isupper", "islower"), "bool"),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), "int"),
    **dict.fromkeys(("partition", "rpartition"), "tuple"),
}
# Where a value is asked what it is, it may be something else than is declared.
_ASKING = ("isinstance", "hasattr", "getattr", "type")
_DEEPEST = 20


class Known(Record):
    """What is known of an expression: its Python type, if that is one of those that are compared, its declared type,
    and what the items of a list are."""

    __match_args__: ClassVar[tuple[str, ...]] = ("kind", "type", "item")
    __slots__ = __match_args__

    def __init__(self, kind: str | None, type: Type | None = None, item: "Known | None" = None) -> None:
        self.kind = kind
        self.type = type
        self.item = item


_TEXT = Known("str")
_TEXTS = Known("list", None, _TEXT)


class KnownValues:
    """The expressions of one method of which something is known."""

    def __init__(self, definition: Definition, declared: Type) -> None:
        arguments = [*definition.args.posonlyargs, *definition.args.args]
        self._given: dict[str, Known | ast.expr] = {}
        self._items: dict[str, ast.expr] = {}
        if len(arguments) != 2 or definition.args.vararg is not None or declared.poisoned:
            return
        counts = Counter(name for part in definition.body for name in names_in(part))
        value, nodes = arguments[1].arg, [node for part in definition.body for node in ast.walk(part)]
        if not counts[value] and not any(_may_change(one) for one in nodes):
            self._given[value] = _of_type(declared)
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=given) if counts[name] == 1:
                    self._given[name] = given
                case (
                    ast.For(target=ast.Name(id=name), iter=whole)
                    | ast.comprehension(target=ast.Name(id=name), iter=whole)
                ) if counts[name] == 1:
                    self._items[name] = whole

    def kind(self, node: ast.expr) -> str | None:
        """The Python type of an expression; None where that cannot be told."""
        found = self._known(node, 0)
        return None if found is None else found.kind

    def _known(self, node: ast.expr, depth: int) -> Known | None:
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Name(id=name) if name in self._given:
                given = self._given[name]
                return given if isinstance(given, Known) else self._known(given, depth + 1)
            case ast.Name(id=name) if name in self._items:
                whole = self._known(self._items[name], depth + 1)
                return None if whole is None else whole.item
            case ast.Attribute(value=owner, attr=name) if name not in ITEM_FIELDS:
                return self._field(owner, name, depth)
            case ast.Subscript(value=owner, slice=ast.Constant(value=str(name))):
                return self._field(owner, name, depth)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in _OF_TEXT:
                held = self._known(owner, depth + 1)
                if held is not None and held.kind == "str":
                    return _TEXTS if _OF_TEXT[name] == "list" else Known(_OF_TEXT[name])
            case ast.BinOp(left=left, op=operator, right=right):
                return self._joined(left, operator, right, depth)
        # What a function of Python's own gives is looked at where the name may not mean another.
        calls = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        kind = None if calls and depth else kind_of_literal(node)
        return None if kind is None else Known(kind)

    def _field(self, owner: ast.expr, name: str, depth: int) -> Known | None:
        held = self._known(owner, depth + 1)
        type = None if held is None or not isinstance(held.type, RecordType) else held.type.field(name)
        return None if type is None else _of_type(type)

    def _joined(self, left: ast.expr, operator: ast.operator, right: ast.expr, depth: int) -> Known | None:
        one, other = self._known(left, depth + 1), self._known(right, depth + 1)
        kinds = {one and one.kind, other and other.kind}
        if kinds == {"str"} and isinstance(operator, ast.Add):
            return _TEXT
        if kinds == {"int"} and isinstance(operator, ast.Add | ast.Sub | ast.Mult | ast.FloorDiv | ast.Mod):
            return Known("int")
        if kinds <= {"int", "float"} and isinstance(operator, ast.Add | ast.Sub | ast.Mult | ast.Div):
            return Known("float")
        return None


def _may_change(node: ast.AST) -> bool:
    """Whether a part of a method asks what something is, or gives something another field."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Name) and node.id in _ASKING


def _of_type(type: Type) -> Known:
    """What Python has for a declared type; nothing is said of those that have several forms there."""
    if isinstance(type, Scalar):
        return Known(_SCALARS.get(type.name), type)
    if isinstance(type, App) and type.constructor == "list":
        item = type.items[0]
        is_byte = isinstance(item, Scalar) and item.name == "Byte"
        return Known("bytes", type) if is_byte else Known("list", type, _of_type(item))
    return Known(None, type)
