"""Types as plain tuples, and substitutions of variables as plain dictionaries: nothing is shared, nothing is changed.

A term is ``(constructor, part, …)``: ``("Integer",)``, ``("list", t)``, ``("optional", t)``, ``("map", t)``,
``("tuple", t, …)``, ``("vector", size, t)``, ``("size", n)``, ``("Void",)``; a record is ``("record", ((label, t), …),
tail)`` with sorted labels and a row variable or None, a sum ``("sum", ((label, t or None), …))``. A variable is
``("var", kind, name)``, one of an annotation ``("rigid", kind, name)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Term = tuple[Any, ...]
VOID: Term = ("Void",)
MISSING = ("optional", "()", "Json")


class Misfit(Exception):
    """Something does not fit; the place is that of whoever catches it."""


def is_variable(term: Term | None) -> bool:
    """Whether it may stand for something."""
    return term is not None and term[0] == "var"


def record(fields: Mapping[str, Term], tail: Term | None = None) -> Term:
    """A record; a tail that is a record itself adds its fields."""
    if tail is not None and tail[0] == "record":
        twice = fields.keys() & dict(tail[1]).keys()
        if twice:
            raise Misfit(f"the field {min(twice)} twice")
        fields, tail = {**fields, **dict(tail[1])}, tail[2]
    return ("record", tuple(sorted(fields.items())), tail)


def parts(term: Term) -> list[Term]:
    """The terms right inside one; a tail is one of them."""
    if term[0] == "record":
        return [part for _, part in term[1]] + ([] if term[2] is None else [term[2]])
    if term[0] == "sum":
        return [part for _, part in term[1] if part is not None]
    return [] if term[0] in ("var", "rigid", "size") else list(term[1:])


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """The term with each part changed."""
    if term[0] == "record":
        tail = None if term[2] is None else change(term[2])
        return record({label: change(part) for label, part in term[1]}, tail)
    if term[0] == "sum":
        return ("sum", tuple((label, None if part is None else change(part)) for label, part in term[1]))
    if term[0] in ("var", "rigid", "size"):
        return term
    return (term[0], *(change(part) for part in term[1:]))


def put_in(found: Mapping[Term, Term], term: Term) -> Term:
    """The term with variables replaced; what replaces them is not looked into."""
    return found.get(term, term) if term[0] in ("var", "rigid") else rebuilt(term, lambda part: put_in(found, part))


def variables(term: Term) -> list[Term]:
    """The variables of a term, each once."""
    if term[0] in ("var", "rigid"):
        return [term]
    return list(dict.fromkeys(one for part in parts(term) for one in variables(part)))


def inside(term: Term) -> Iterable[Term]:
    """A term and all in it."""
    yield term
    for part in parts(term):
        yield from inside(part)


def nests_optionals(term: Term) -> bool:
    """Whether an optional of what may be missing stands somewhere in it."""
    return any(one[0] == "optional" and one[1][0] in MISSING for one in inside(term))


def same_shape(one: Term, other: Term, pairs: dict[Term, Term]) -> bool:
    """Whether two terms are one but for the names of variables, of which ``pairs`` holds those that correspond."""
    if one[0] in ("var", "rigid") and other[0] in ("var", "rigid"):
        return pairs.setdefault(one, other) == other and one[1] == other[1]
    if one[0] != other[0]:
        return False
    if one[0] == "size":
        return one == other
    if one[0] == "record" and (one[2] is None) != (other[2] is None):
        return False
    if one[0] in ("record", "sum") and [label for label, _ in one[1]] != [label for label, _ in other[1]]:
        return False
    if one[0] == "sum" and [p is None for _, p in one[1]] != [p is None for _, p in other[1]]:
        return False
    mine, others = parts(one), parts(other)
    return len(mine) == len(others) and all(same_shape(a, b, pairs) for a, b in zip(mine, others, strict=True))
