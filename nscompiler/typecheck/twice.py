"""A variable that stands in several places of what a function takes: which of them said what it is."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import ClassVar

from nscompiler.diagnostics.model import Label, Role
from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.typecheck.declared import declarations, variable_at
from nscompiler.typecheck.explain import an
from nscompiler.typecheck.fits import Mismatch
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Record, Sum, Type, Var

# How many parts of a type are looked through.
MOST_PARTS = 10_000
# The step to the size of a vector.
_SIZE = "#"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

Path = tuple[str, ...]


class Twice:
    """A variable with the two paths, inside what is needed, where it was found to be two things."""

    __match_args__: ClassVar[tuple[str, ...]] = ("variable", "first", "type", "second", "other")
    __slots__ = __match_args__

    def __init__(self, variable: Var, first: Path, type: Type, second: Path, other: Type) -> None:
        self.variable = variable
        self.first = first
        self.type = type
        self.second = second
        self.other = other


def found_twice(store: Store, given: Type, needed: Type, mismatch: Mismatch) -> Twice | None:
    """The variable that makes a mismatch; None where another place than a variable's is at fault.

    ``given`` and ``needed`` are the two sides of the joint as they were before it was looked at.
    """
    variable, inside = variable_at(needed, mismatch.path)
    second = mismatch.path[: len(mismatch.path) - len(inside)]
    if variable is None:
        second = mismatch.path
        match part_at(needed, second):
            case Record(tail=tail):
                variable = tail
            case App(constructor="vector", items=(size, _)):
                variable, second = size, (*second, _SIZE)
    if mismatch.kind not in ("type", "missing") or not isinstance(variable, Var) or variable.rigid:
        return None
    for path, holder in islice(_places(needed), MOST_PARTS):
        if path != second and variable in (holder, getattr(holder, "tail", None)):
            one, other = (_rest(store, part_at(given, at), part_at(needed, at)) for at in (path, second))
            if one is not None and other is not None and not isinstance(one, Var):
                return Twice(variable, path, one, second, other)
    return None


def _rest(store: Store, given: Type | None, holder: Type | None) -> Type | None:
    """What a variable stands for at one place: what is given there, or of a record the fields beyond those that are
    written."""
    if not isinstance(holder, Record) or not isinstance(given, Record):
        return given
    return store.types.record([field for field in given.fields if field[0] not in holder.labels], given.tail)


def told(scope: Scope, twice: Twice, consumer: FunctionInterface | None, name: str) -> tuple[Label, ...] | str:
    """Where the consumer declares the variable, in both places; a sentence where that is not written out. ``name`` is
    what it is called there."""
    places = [None if consumer is None else _variable(scope, consumer, path) for path in (twice.first, twice.second)]
    first, second = places
    one, other = _in_words(twice.first), _in_words(twice.second)
    if first is None or second is None or first[0] == second[0]:
        return f"`{name}` is {an(twice.type)} here, from {one}"
    return (
        Label(first[0], f"`{first[1]}` is {an(twice.type)} here, from {one}", Role.NOTE),
        Label(second[0], f"and {an(twice.other)} here, from {other}", Role.NOTE),
    )


def _variable(scope: Scope, consumer: FunctionInterface, path: Path) -> tuple[Span, str] | None:
    """The place of a variable in a function's written input, and its name."""
    size = path[-1:] == (_SIZE,)
    place = declarations(scope).input(consumer, path[:-1] if size else path, written=True)
    node: syntax.Node | None = None if place is None else place.node
    if size and isinstance(node, syntax.TypeName) and node.args:
        node = node.args[0]
    if isinstance(node, syntax.RecordType):
        node = node.tail
    if place is None or not isinstance(node, syntax.TypeVariable | syntax.RowTail) or node.name is None:
        return None
    return place.span(node.name), node.name.text


def _in_words(path: Path) -> str:
    """A place inside a value."""
    path = path[:-1] if path[-1:] in ((_SIZE,), ("?",)) else path
    if len(path) == 1 and path[0][1:].isdigit() and int(path[0][1:]) < len(_ORDINALS):
        return f"the {_ORDINALS[int(path[0][1:])]} element"
    return f"`{shown_path(path)}`"


def shown_path(path: Sequence[str]) -> str:
    """A path as it is read: `points[].x`, `Click.y`."""
    text = ""
    for step in path:
        text += f".{step}" if step[:1].isalpha() and text else step
    return text.removeprefix(".")


_INSIDE = {"[]": "list", "?": "optional", "{}": "map"}


def where(path: Sequence[str]) -> str:
    """A path in a sentence; in words where no name helps to read it: `in the list`, `in the inner list`."""
    if not path:
        return ""
    if any(step not in _INSIDE for step in path):
        return f" at `{shown_path(path)}`"
    return f" in the {'inner ' if path[-1] in path[:-1] else ''}{_INSIDE[path[-1]]}"


def _places(type: Type) -> Iterator[tuple[Path, Type]]:
    """All parts of a type in the order of its text, each with its path."""
    stack: list[tuple[Path, Type]] = [((), type)]
    while stack:
        path, part = stack.pop()
        yield path, part
        if not part.ground:
            stack += [((*path, step), inner) for step, inner in reversed(_steps(part))]


def place_of(variable: Type, type: Type) -> Path | None:
    """The first place in a type where a variable stands, alone or as the rest of a record."""
    found = (path for path, part in _places(type) if variable in (part, getattr(part, "tail", None)))
    return next(islice(found, 1), None)


def _steps(type: Type) -> list[tuple[str, Type]]:
    match type:
        case Record():
            return [(f".{label}", part) for label, part in type.fields]
        case Sum():
            return [(name, payload) for name, payload in type.constructors if payload is not None]
        case App(constructor="tuple"):
            return [(f".{place}", item) for place, item in enumerate(type.items)]
        case App(constructor="optional"):
            return [("?", type.items[0])]
        case App():
            size = [(_SIZE, type.items[0])] if type.constructor == "vector" else []
            return [*size, ("{}" if type.constructor == "map" else "[]", type.items[-1])]
    return []


def part_at(type: Type | None, path: Path) -> Type | None:
    """The part of a type at a path."""
    for step in path:
        found = None if type is None else dict(_steps(type)).get(step)
        if found is None and step == "?":
            continue  # a value that is there is its own optional
        if found is None and isinstance(type, App) and type.constructor == "optional":
            found = dict(_steps(type.items[0])).get(step)
        type = found
    return type
