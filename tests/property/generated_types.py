"""Types for generated programs: terms of their own, which know nothing of the compiler's.

A ``T`` is a type as a program writes it. Two of them are one type where their ``key`` is the same: the order of fields
and constructors and the names of types play no part in it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping

import attrs

SCALARS = ("Integer", "Double", "Boolean", "Text", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")
LABELS = ("a", "b", "c", "count", "is", "type", "User-Id", "name_1", "x'")
# A label, and how it is written.
PLAIN_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz_0123456789'ABCDEFGHIJKLMNOPQRSTUVWXYZ")

Name = tuple[str, str, tuple["T | int | str", ...]]


@attrs.frozen
class T:
    """``head`` is a scalar's name, ``()``, ``Void``, ``list``, ``tuple``, ``record``, ``optional``, ``Map``,
    ``Vector``, ``sum`` or ``var`` (whose name is the one label).

    ``tail`` is the row variable of an open record, or ``..``. ``size`` is a number or a size variable. A constructor
    without payload has None. ``name`` is the module, name and arguments of the declaration that it is written by,
    ``spelling`` a choice among ways to write it.
    """

    head: str
    parts: tuple[T | None, ...] = ()
    labels: tuple[str, ...] = ()
    size: int | str = 0
    tail: str = ""
    name: Name | None = attrs.field(default=None, eq=False)
    spelling: str = attrs.field(default="", eq=False)

    @property
    def item(self) -> T:
        """The one part."""
        assert self.parts[0] is not None
        return self.parts[0]

    @property
    def fields(self) -> dict[str, T]:
        """A record's fields, or a sum's constructors with a payload."""
        return {label: part for label, part in zip(self.labels, self.parts, strict=True) if part is not None}


VOID, UNIT, JSON = T("Void"), T("()"), T("Json")
BYTES = T("list", (T("Byte"),))
INTEGER, DOUBLE, TEXT, BOOLEAN = T("Integer"), T("Double"), T("Text"), T("Boolean")


def record(fields: Mapping[str, T], tail: str = "") -> T:
    """A record type."""
    return T("record", tuple(fields.values()), tuple(fields), tail=tail)


def variable(name: str) -> T:
    """A type variable."""
    return T("var", labels=(name,))


def key(type: T | None) -> object:
    """What a type is, whatever it looks like."""
    if type is None:
        return None
    parts: Iterable[object] = map(key, type.parts)
    if type.head in ("record", "sum"):
        parts = sorted(zip(type.labels, parts, strict=True), key=lambda own: own[0])
        return (type.head, tuple(parts), type.tail)
    return (type.head, tuple(parts), type.labels, type.size)


def may_be_missing(type: T) -> bool:
    """Whether there can be no optional of it."""
    return type.head in ("optional", "()", "Json")


def walk(type: T | None) -> Iterable[T]:
    """A type and all inside it."""
    if type is not None:
        yield type
        for part in type.parts:
            yield from walk(part)


def modules_of(type: T | None) -> set[str]:
    """The modules whose names a type is written by. A sum is always written by its name."""
    found: set[str] = set()
    for part in walk(type):
        if part.name is not None:
            found.add(part.name[0])
            for argument in part.name[2]:
                found |= modules_of(argument) if isinstance(argument, T) else set()
    return found


def substitute(type: T, found: Mapping[str, T | int]) -> T:
    """The type with variables, rows (a closed record each) and sizes replaced."""
    if type.head == "var":
        bound = found.get(type.labels[0], type)
        assert isinstance(bound, T)
        return bound
    name = None
    if type.name is not None:
        arguments = tuple(
            substitute(own, found) if isinstance(own, T) else found.get(own, own) if isinstance(own, str) else own
            for own in type.name[2]
        )
        name = (type.name[0], type.name[1], arguments)
    parts = tuple(None if part is None else substitute(part, found) for part in type.parts)
    size = found.get(type.size, type.size) if isinstance(type.size, str) else type.size
    assert not isinstance(size, T)
    labels, tail = type.labels, type.tail
    rest = found.get(tail)
    if isinstance(rest, T):
        labels, parts, tail = (*labels, *rest.labels), (*parts, *rest.parts), rest.tail
    return attrs.evolve(type, parts=parts, labels=labels, size=size, tail=tail, name=name)


def unnamed(type: T) -> T:
    """The type written out, but for sums."""
    parts = tuple(None if part is None else unnamed(part) for part in type.parts)
    return attrs.evolve(type, parts=parts, name=type.name if type.head == "sum" else None)


# --- writing


def show(type: T, qualified: Callable[[str, str], str], atom: bool = False) -> str:
    """A type as text; ``qualified`` writes the name of a declaration. With ``atom`` it may stand as an argument."""

    def inner(part: T, atom: bool = False) -> str:
        return show(part, qualified, atom)

    def applied(*words: str) -> str:
        return f"({' '.join(words)})" if atom else " ".join(words)

    if type.name is not None:
        module, name, arguments = type.name
        shown = [inner(own, True) if isinstance(own, T) else str(own) for own in arguments]
        return applied(qualified(module, name), *shown) if shown else qualified(module, name)
    match type.head:
        case "var":
            return type.labels[0]
        case "list":
            return f"[{inner(type.item)}]"
        case "tuple":
            return f"({', '.join(inner(part) for part in type.parts if part is not None)})"
        case "record":
            return show_record(type, inner)
        case "optional" if type.spelling == "after":
            return applied(inner(type.item, True), "optional")
        case "optional":
            return applied("optional", inner(type.item, True))
        case "Map":
            return applied("Map", inner(type.item, True))
        case "Vector" if type.spelling == "Matrix" and type.item.head == "Vector" and type.item.name is None:
            return applied("Matrix", str(type.size), str(type.item.size), inner(type.item.item, True))
        case "Vector":
            return applied("Vector", str(type.size), inner(type.item, True))
    assert type.head != "sum", "a sum is written by its name"
    return type.head


def show_label(label: str) -> str:
    """A field's name as it is written."""
    return label if PLAIN_LABEL.issuperset(label) else f'"{label}"'


def show_record(type: T, inner: Callable[[T], str]) -> str:
    """A record as text."""
    fields = ", ".join(f"{show_label(label)} : {inner(part)}" for label, part in type.fields.items())
    comma = "," if type.spelling == "comma" and fields else ""
    if type.tail:
        return f"{{ {fields}{comma} | {type.tail} }}" if fields else f"{{ | {type.tail} }}"
    return f"{{ {fields}{comma} }}" if fields else "{}"


def shown_variables(*types: T) -> list[str]:
    """The variables of types in the order in which they are written; `..` has no name."""
    found: dict[str, None] = {}

    def visit(type: T | None) -> None:
        if type is None:
            return
        if type.name is not None:
            for own in type.name[2]:
                if isinstance(own, str):
                    found.setdefault(own)
                elif isinstance(own, T):
                    visit(own)
            return
        if type.head == "var":
            found.setdefault(type.labels[0])
        if isinstance(type.size, str):
            found.setdefault(type.size)
        if type.spelling == "Matrix" and isinstance(type.item.size, str):
            found.setdefault(type.item.size)
        for part in type.parts:
            visit(part)
        if type.tail and type.tail != "..":
            found.setdefault(type.tail)

    for type in types:
        visit(type)
    return list(found)


# --- choosing


@attrs.frozen
class Declared:
    """A ``type`` of a module: its parameters with their kinds (``type``, ``row``, ``size``) and what it stands for."""

    module: str
    name: str
    parameters: tuple[tuple[str, str], ...]
    body: T

    def use(self, arguments: tuple[T | int, ...]) -> T:
        """The type applied to arguments."""
        found = {name: argument for (name, _), argument in zip(self.parameters, arguments, strict=True)}
        name = (self.module, self.name, tuple(arguments))
        return attrs.evolve(substitute(self.body, found), name=name)


class Chooser:
    """Draws types; ``declared`` grows as the program does."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.declared: list[Declared] = []

    def type(self, depth: int = 2, allowed: Iterable[str] = (), *, missing: bool = True) -> T:
        """A closed type, written by names of the allowed modules only. With ``missing=False`` one that may be made
        optional."""
        while True:
            found = self._type(depth, tuple(allowed))
            if missing or not may_be_missing(found):
                return found

    def _type(self, depth: int, allowed: tuple[str, ...]) -> T:
        rng = self.rng
        names = [own for own in self.declared if own.module in allowed]
        if names and rng.random() < 0.25:
            return self.use(rng.choice(names), depth, allowed)
        if depth <= 0 or rng.random() < 0.3:
            return rng.choice((*map(T, SCALARS), INTEGER, TEXT, DOUBLE, JSON, UNIT, BYTES))
        return self.compound(depth - 1, allowed)

    def use(self, declared: Declared, depth: int, allowed: tuple[str, ...]) -> T:
        """A named type with arguments."""
        arguments: list[T | int] = []
        for _, kind in declared.parameters:
            if kind == "size":
                arguments.append(self.rng.randint(1, 4))
            elif kind == "row":
                arguments.append(record({label: T("Boolean") for label in self.rng.sample(("p", "q"), 1)}))
            else:
                arguments.append(self.type(min(depth - 1, 1), allowed, missing=False))
        return declared.use(tuple(arguments))

    def compound(self, depth: int, allowed: tuple[str, ...]) -> T:
        """A type with parts."""
        rng = self.rng
        match rng.choice(("record", "record", "list", "tuple", "optional", "Map", "Vector", "Matrix")):
            case "record":
                labels = rng.sample(LABELS, rng.choice((0, 1, 2, 2, 3)))
                shown = record({label: self.type(depth, allowed) for label in labels})
                return attrs.evolve(shown, spelling=rng.choice(("", "", "comma")))
            case "tuple":
                return T("tuple", tuple(self.type(depth, allowed) for _ in range(rng.choice((2, 2, 3)))))
            case "optional":
                inside = self.type(depth, allowed, missing=False)
                return T("optional", (inside,), spelling=rng.choice(("", "after")))
            case "Vector":
                return T("Vector", (self.type(depth, allowed),), size=rng.randint(1, 4))
            case "Matrix":
                row = T("Vector", (self.type(depth, allowed),), size=rng.randint(1, 3))
                return T("Vector", (row,), size=rng.randint(1, 3), spelling="Matrix")
            case head:
                return T(head, (self.type(depth, allowed),))

    # --- what a type fits

    def wider(self, type: T) -> T:
        """A type that the given one fits, by some of the rules; it may be the same."""
        rng = self.rng
        if not may_be_missing(type) and rng.random() < 0.12:
            inside = self.wider(type)
            return inside if may_be_missing(inside) else T("optional", (inside,))
        if type.name is not None and (type.head == "sum" or rng.random() < 0.4):
            return self._larger_sum(type) if type.head == "sum" else type
        parts = tuple(None if part is None else self.wider(part) for part in type.parts)
        match type.head:
            case "Integer" if rng.random() < 0.4:
                return DOUBLE
            case "list" if type == BYTES:
                return type
            case "record":
                kept = [at for at in range(len(parts)) if rng.random() < 0.8]
                rng.shuffle(kept)
                return T("record", tuple(parts[at] for at in kept), tuple(type.labels[at] for at in kept))
            case "Vector" if rng.random() < 0.3 and type.item != T("Byte"):
                return T("list", parts)
            case "optional" if parts[0] is not None and may_be_missing(parts[0]):
                return type
        return attrs.evolve(type, parts=parts, name=None)

    def _larger_sum(self, type: T) -> T:
        """A declared sum of the same module that has these constructors and more, or the sum itself."""
        assert type.name is not None
        own = type.fields
        found = [
            larger
            for larger in (one.body for one in self.declared if one.module == type.name[0] and not one.parameters)
            if larger.head == "sum"
            and set(type.labels) <= set(larger.labels)
            and all(
                key(dict(zip(larger.labels, larger.parts, strict=True))[label]) == key(own.get(label))
                for label in type.labels
            )
        ]
        if not found or self.rng.random() < 0.5:
            return type
        larger = self.rng.choice(found)
        return next(one.use(()) for one in self.declared if one.body is larger)
