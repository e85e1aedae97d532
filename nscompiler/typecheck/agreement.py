"""Whether an annotation agrees with a declared type.

Only what is sure to be wrong is called wrong: a subclass, a protocol, anything that is not known here agrees.
"""

from collections.abc import Callable

from nscompiler.typecheck.annotations import Annotation, optional_item
from nscompiler.types.types import App, Record, Scalar, Sum, Type, Var, VoidType

_PYTHON = {
    "Integer": ("int",),
    "Double": ("float",),
    "Boolean": ("bool",),
    "Text": ("str",),
    "Json": ("str",),
    "Byte": ("int",),
    **{name: (name,) for name in ("Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")},
    "()": ("none", "tuple"),
}
# What a parameter of this annotation takes besides: every int is a float to a type checker, every bool an int.
_TAKES = {"Integer": ("float",), "Boolean": ("int", "float"), "DateTime": ("Date",)}
# What a method may return besides.
_RETURNS: dict[str, tuple[str, ...]] = {"Double": ("int",)}
_OPEN = frozenset(("unknown", "class", "iterable"))
_PLAIN = frozenset(
    ("int", "float", "bool", "str", "bytes", "none", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")
)
_CONTAINERS = frozenset(("list", "set", "iterator", "async_iterator", "awaitable"))

Agree = Callable[[Annotation, Type], bool]


def takes(annotation: Annotation, type: Type) -> bool:
    """Whether a parameter of this annotation may be given a value of a declared type."""
    item = _optional(type)
    if annotation.kind == "union":
        there = any(takes(one, type if item is None else item) for one in annotation.items)
        return there and (item is None or any(one.kind in ("none", *_OPEN) for one in annotation.items))
    if item is not None:
        return annotation.kind in _OPEN
    return _agrees(annotation, type, takes, _TAKES)


def returns(annotation: Annotation, type: Type) -> bool:
    """Whether what a method of this annotation returns may be of a declared type."""
    item = _optional(type)
    if item is not None:
        inner = optional_item(annotation) or annotation
        return inner.kind == "none" or returns(inner, item)
    if annotation.kind == "union":
        return all(returns(one, type) for one in annotation.items)
    return _agrees(annotation, type, returns, _RETURNS)


def _optional(type: Type) -> Type | None:
    return type.items[0] if isinstance(type, App) and type.constructor == "optional" else None


def _agrees(annotation: Annotation, type: Type, inner: Agree, besides: dict[str, tuple[str, ...]]) -> bool:
    kind = annotation.kind
    if kind in _OPEN or isinstance(type, Var | VoidType) or type.poisoned:
        return True
    match type:
        case Scalar():
            return kind in (*_PYTHON[type.name], *besides.get(type.name, ()))
        case App():
            return _agrees_with_container(annotation, type, inner)
        case Record():
            return _agrees_with_record(annotation, type, inner)
        case Sum():
            return kind not in _PLAIN | _CONTAINERS
    return True


def _agrees_with_container(annotation: Annotation, type: App, inner: Agree) -> bool:
    kind, items = annotation.kind, annotation.items
    match type.constructor:
        case "list" | "vector":
            if _is_byte(type.items[-1]):
                return kind == "bytes"
            if kind == "tuple" and inner is returns:
                return True
            return kind == "list" and all(inner(one, type.items[-1]) for one in items)
        case "map":
            return kind == "dict" and (
                len(items) != 2 or (items[0].kind in ("str", *_OPEN) and inner(items[1], type.items[0]))
            )
        case "tuple":
            return _agrees_with_tuple(annotation, type.items, inner)
    return True


def _agrees_with_tuple(annotation: Annotation, parts: tuple[Type, ...], inner: Agree) -> bool:
    items = annotation.items
    if annotation.kind != "tuple":
        return annotation.kind == "list" and inner is returns
    if annotation.open_ended:
        return all(inner(one, part) for one in items for part in parts)
    return len(items) == len(parts) and all(inner(one, part) for one, part in zip(items, parts, strict=True))


def _agrees_with_record(annotation: Annotation, type: Record, inner: Agree) -> bool:
    if annotation.kind in _PLAIN | _CONTAINERS:
        return False
    if annotation.kind == "tuple" and inner is returns and type.tail is None:
        return _agrees_with_tuple(annotation, tuple(part for _, part in type.fields), inner)
    return True


def _is_byte(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name == "Byte"
