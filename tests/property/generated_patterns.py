"""Polymorphic functions for a known type: parts of the type became variables, and the output is over them."""

from __future__ import annotations

import random

import attrs
from property.generated_constraints import MEET
from property.generated_types import BYTES, Chooser, T, key, may_be_missing, record, substitute, variable, walk


@attrs.define
class Pattern:
    """An input and what its variables stand for. ``loose`` if it wants of an unknown type nothing that would be
    decided too early: no `Double`, no optional, no list, no sum."""

    input: T
    found: dict[str, T | int]
    loose: bool

    @property
    def types(self) -> list[str]:
        """The variables for types."""
        return [name for name, bound in self.found.items() if isinstance(bound, T) and not name.startswith("r")]

    @property
    def rows(self) -> list[str]:
        """The row variables."""
        return [name for name in self.found if name.startswith("r")]

    @property
    def sizes(self) -> list[str]:
        """The size variables."""
        return [name for name, bound in self.found.items() if isinstance(bound, int)]


class Patterns:
    """Makes patterns; types are written without names, but for sums."""

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self.rng: random.Random = chooser.rng
        self._pattern = Pattern(T("()"), {}, True)
        self._same: dict[object, str] = {}

    def pattern(self, type: T) -> Pattern:
        """A pattern that a closed type fits."""
        self._pattern = Pattern(type, {}, True)
        self._same = {}
        self._pattern.input = self._abstract(type, 0)
        return self._pattern

    def _name(self, letters: str, bound: T | int) -> str:
        name = f"{letters}{len(self._pattern.found)}"
        self._pattern.found[name] = bound
        return name

    def _abstract(self, type: T, depth: int) -> T:
        rng = self.rng
        if type == BYTES:
            return type
        if rng.random() < (0.3 if depth == 0 else 0.5):
            held = self._same.get(key(type))
            if held is None or rng.random() < 0.3:
                held = self._same[key(type)] = self._name(rng.choice("abt"), type)
            return variable(held)
        match type.head:
            case "record":
                return self._abstract_record(type, depth)
            case "Vector":
                return self._abstract_vector(type, depth)
            case "tuple":
                return T("tuple", tuple(self._abstract(part, depth + 1) for part in type.parts if part is not None))
            case "optional":
                self._pattern.loose = False
                inside = self._abstract(type.item, depth + 1)
                return T("optional", (type.item if may_be_missing(inside) else inside,))
            case "list":
                return T("list", (self._abstract(type.item, depth + 1),))
            case "Map":
                return T("Map", (self._abstract(type.item, depth + 1),))
        wider = self.chooser.wider(type)
        if wider.head in ("optional", "Double", "sum"):
            self._pattern.loose = False
        return attrs.evolve(wider, name=wider.name if wider.head == "sum" else None)

    def _abstract_record(self, type: T, depth: int) -> T:
        rng = self.rng
        fields = list(type.fields.items())
        rng.shuffle(fields)
        own = {label: self._abstract(part, depth + 1) for label, part in fields if rng.random() < 0.6}
        rest = record({label: part for label, part in fields if label not in own})
        if rng.random() < 0.7:
            tail = ".." if rng.random() < 0.15 else self._name("r", rest)
            return record(own, tail)
        return record(own)

    def _abstract_vector(self, type: T, depth: int) -> T:
        assert isinstance(type.size, int)
        item = self._abstract(type.item, depth + 1)
        if self.rng.random() < 0.25 and item != T("Byte"):
            self._pattern.loose = False
            return T("list", (item,))
        size: int | str = self._name("n", type.size) if self.rng.random() < 0.6 else type.size
        spelled = "Matrix" if item.head == "Vector" and self.rng.random() < 0.5 else ""
        return T("Vector", (item,), size=size, spelling=spelled)

    # --- outputs

    def output(self, pattern: Pattern, allowed: tuple[str, ...], shape: str = "") -> T:
        """A type over the variables of a pattern; ``shape`` asks for a list, vector or optional of one."""
        rng = self.rng
        kind = shape or rng.choice(
            ("part", "part", "list", "tuple", "row", "row", "Map", "Vector", "optional", "closed")
        )
        if kind == "closed":
            return self.chooser.type(2, allowed)
        if kind == "row":
            return self._with_row(pattern, allowed)
        part = self._part(pattern, allowed)
        if kind == "optional":
            while may_be_missing(substitute(part, pattern.found)):
                part = self.chooser.type(1, allowed, missing=False)
            return T("optional", (part,))
        if kind == "tuple":
            return T("tuple", (part, self._part(pattern, allowed)))
        if kind == "Vector":
            size = rng.choice([*pattern.sizes, 2])
            return T("Vector", (part,), size=size)
        return part if kind == "part" else T(kind, (part,))

    def _part(self, pattern: Pattern, allowed: tuple[str, ...]) -> T:
        if pattern.types and self.rng.random() < 0.8:
            return variable(self.rng.choice(pattern.types))
        return self.chooser.type(1, allowed)

    def _with_row(self, pattern: Pattern, allowed: tuple[str, ...]) -> T:
        if not pattern.rows:
            return self._part(pattern, allowed)
        row = self.rng.choice(pattern.rows)
        rest = pattern.found[row]
        assert isinstance(rest, T)
        fields: dict[str, T] = {}
        for own in self._records(pattern.input):
            if own.tail == row:
                fields = {label: part for label, part in own.fields.items() if self.rng.random() < 0.7}
                # `..` may not stand in an output.
                fields = {label: part for label, part in fields.items() if all(one.tail != ".." for one in walk(part))}
        new = self.rng.choice(("new", "d", "added'", "Big-One"))
        if new not in rest.labels:
            fields[new] = self._part(pattern, allowed)
        return record(fields, row)

    def _records(self, type: T) -> list[T]:
        inner = [one for part in type.parts if part is not None for one in self._records(part)]
        return [type, *inner] if type.head == "record" else inner

    def constraints(self, pattern: Pattern) -> list[tuple[str, str]]:
        """Some constraints that hold."""
        found = []
        for name, bound in pattern.found.items():
            if isinstance(bound, T) and self.rng.random() < 0.2:
                found += [(name, one) for one in MEET if MEET[one](bound) and not (one == "Present" and name[0] == "r")]
        return found[:2]
