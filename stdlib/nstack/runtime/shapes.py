"""Shapes: what the types of an emitted ``types.py`` are, as data that codecs, checks and connectors read.

``shape_of(annotation)`` reads the annotation as it stands in ``types.py``. The kinds are those of the language:
``scalar``, ``bytes``, ``unit``, ``list``, ``tuple``, ``vector``, ``map``, ``optional``, ``record`` and ``sum``.
"""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec

from .scalars import SCALARS, Shared
from .values import Record, Sum


class Shape(msgspec.Struct, frozen=True, eq=False):
    """One type.

    ``name`` is the scalar's name (``Integer``), or the declared name of a record or sum. ``items`` are the parts:
    one for list, vector, map and optional; one each for a tuple's places, a record's fields and a sum's
    constructors (None: no payload). ``labels`` are the fields' or constructors' names as the language has them, in
    layout order, ``attributes`` the Python names beside them. ``size`` is a vector's length. ``python`` is the
    annotation itself, the class for a record or sum. ``shown`` is the type as a person writes it. ``plain`` is the
    annotation that a ``Shared`` class stands for.
    """

    kind: str
    python: Any
    shown: str
    name: str = ""
    items: tuple[Shape | None, ...] = ()
    labels: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    size: int = 0
    plain: Any = None

    @property
    def item(self) -> Shape:
        """The only part of a list, vector, map or optional."""
        part = self.items[0]
        assert part is not None
        return part

    @property
    def parts(self) -> tuple[Shape, ...]:
        """All parts that are types: constructors without payload are left out."""
        return tuple(part for part in self.items if part is not None)

    def make(self, values: typing.Iterable[Any]) -> Any:
        """A record (or tuple, or list) of its parts in layout order; nothing is checked."""
        if self.kind == "record":
            return self.python(*values)
        return tuple(values) if self.kind == "tuple" else list(values)

    def take(self, value: Any) -> tuple[Any, ...]:
        """The parts of a record, tuple or list in layout order: the inverse of ``make``."""
        return tuple(value)


Known = dict[type, Shape]
"""The shapes of classes: each is one object wherever it stands, however often that is."""


def shape_of(annotation: Any, known: Known | None = None) -> Shape:
    """The shape of an annotation of ``types.py``. Raises TypeError for one that no type of the language has."""
    known = {} if known is None else known
    if annotation is None or annotation is type(None):
        return Shape("unit", annotation, "()")
    name = _scalar_name(annotation)
    if name is not None:
        kind = {"Unit": "unit", "Bytes": "bytes"}.get(name, "scalar")
        return Shape(kind, annotation, {"Unit": "()", "Bytes": "[Byte]"}.get(name, name), name=name)
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if annotation not in known:
            known[annotation] = _declared(annotation, known)
        return known[annotation]
    return _composed(annotation, known)


def _scalar_name(annotation: Any) -> str | None:
    # What a composed annotation hashes to is worked out from all its parts, each time.
    inside = annotation.__origin__ if typing.get_origin(annotation) is typing.Annotated else annotation
    return SCALARS.get(annotation) if type(inside) is not types.GenericAlias and isinstance(inside, type) else None


def _declared(cls: Any, known: Known) -> Shape:
    if issubclass(cls, Shared):
        return msgspec.structs.replace(shape_of(cls.type, known), python=cls, shown=cls.__name__, plain=cls.type)
    if issubclass(cls, Record):
        hints = cls.__record_types__()
        items = tuple(shape_of(hints[attribute], known) for attribute in cls.__struct_fields__)
        shown = getattr(cls, "__shown__", None) or _written(cls)
        return Shape("record", cls, shown, cls.__name__, items, cls.__struct_encode_fields__, cls.__struct_fields__)
    if issubclass(cls, Sum):
        constructors = cls.__constructors__
        payloads = tuple(None if c.__payload__ is None else shape_of(c.__payload__, known) for c in constructors)
        labels = tuple(c.__label__ for c in constructors)
        shown = getattr(cls, "__shown__", cls.__name__)
        return Shape("sum", cls, shown, cls.__name__, payloads, labels, tuple(c.__name__ for c in constructors))
    raise TypeError(f"{cls!r} is no type of the language")


def _written(cls: type[Record]) -> str:
    """A record as its author wrote it. One without a name has a class that is called after a place in the program,
    which tells nobody anything: its docstring is the type."""
    doc = cls.__doc__ or ""
    return doc if doc.startswith("{ ") else cls.__name__


def _composed(annotation: Any, known: Known) -> Shape:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        size = getattr(arguments[1], "min_length", None)
        if size is None:
            raise TypeError(f"{annotation!r} is no type of the language")
        item = shape_of(typing.get_args(arguments[0])[0], known)
        return Shape("vector", annotation, _vector(size, item), items=(item,), size=size)
    if origin is list:
        item = shape_of(arguments[0], known)
        return Shape("list", annotation, f"[{item.shown}]", items=(item,))
    if origin is tuple:
        items: tuple[Shape, ...] = tuple(shape_of(argument, known) for argument in arguments)
        shown = [item.shown for item in items]
        return Shape("tuple", annotation, f"({', '.join(shown)})", items=items)
    if origin is dict:
        item = shape_of(arguments[1], known)
        return Shape("map", annotation, f"Map {_atom(item)}", items=(item,))
    if origin in (typing.Union, types.UnionType):
        return _optional(annotation, arguments, known)
    raise TypeError(f"{annotation!r} is no type of the language")


def _optional(annotation: Any, arguments: tuple[Any, ...], known: Known) -> Shape:
    inside = [argument for argument in arguments if argument is not type(None)]
    if len(inside) != 1 or len(arguments) != 2:
        raise TypeError(f"{annotation!r} is no type of the language")
    item = shape_of(inside[0], known)
    return Shape("optional", annotation, f"optional {_atom(item)}", items=(item,))


def _vector(size: int, item: Shape) -> str:
    if item.kind == "vector" and item.plain is None and item.item.kind != "vector":
        return f"Matrix {size} {item.size} {_atom(item.item)}"
    return f"Vector {size} {_atom(item)}"


def _atom(shape: Shape) -> str:
    bare = shape.plain is not None or shape.kind not in ("optional", "vector", "map")
    return shape.shown if bare else f"({shape.shown})"


def contains(shape: Shape, *names: str) -> bool:
    """Whether a scalar (or ``Unit``, ``Bytes``, or a kind) of one of these names occurs anywhere in the type."""
    seen, left = {id(shape)}, [shape]
    while left:
        part = left.pop()
        if part.name in names or part.kind in names:
            return True
        new = [inner for inner in part.parts if id(inner) not in seen]
        seen.update(map(id, new))
        left += new
    return False
