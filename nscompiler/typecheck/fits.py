"""The relation at a joint: does what the left side gives fit what the right side takes?

``Joint(store).fit(given, needed)`` decides it, binds variables on the way and returns what does not fit, all of it.
``conversions(given, needed)`` names what must happen to a value between two concrete types that fit.

A producer's bare variable that meets a record is bound to it with fresh tails, so that a part of a pipe gives the same
verdict whether it stands alone or not; a consumer's bare variable takes the producer's type exactly. Positions that
want ``Double`` or an optional wait until the others of the joint are solved: a variable is never guessed wider.
"""

from collections.abc import Iterable

import attrs

from nscompiler.typecheck.unify import Store
from nscompiler.types.types import App, Record, Scalar, SizeType, Sum, Type, Types, Var


@attrs.frozen(eq=False, repr=False, match_args=False, getstate_setstate=False)
class Mismatch:
    """One thing that does not fit. ``kind`` is type, missing, collision, constructors, infinite or infinite-row;
    ``path`` leads
    to the place inside the value (``.x``, ``[]``, ``.0``, ``?``, ``Click``); ``labels`` are fields or constructors."""

    kind: str
    path: tuple[str, ...]
    given: Type
    needed: Type
    labels: tuple[str, ...] = ()


class Joint:
    """One joint's check against a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.types = store.types
        self.mismatches: list[Mismatch] = []
        self._waiting: list[tuple[Type, Type, tuple[str, ...]]] = []

    def fit(self, given: Type, needed: Type) -> tuple[Mismatch, ...]:
        """What does not fit; nothing if all does."""
        self._fit(given, needed, ())
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for one, other, path in waiting:
                self._fit(one, other, path, last=True)
        return tuple(self.mismatches)

    def _fail(self, kind: str, path: tuple[str, ...], given: Type, needed: Type, labels: Iterable[str] = ()) -> None:
        self.mismatches.append(Mismatch(kind, path, given, needed, tuple(labels)))

    def _fit(self, given: Type, needed: Type, path: tuple[str, ...], last: bool = False) -> None:
        given, needed = self.store.head(given), self.store.head(needed)
        if given.canon is needed.canon:
            return
        if given is self.types.error or needed is self.types.error:
            self.store.poison(given, needed)
            return
        if isinstance(given, Var) and not given.rigid:
            self._from_variable(given, needed, path, last)
        elif isinstance(needed, Var) and not needed.rigid:
            self._bind(needed, given, path, given, needed)
        elif isinstance(needed, App) and needed.constructor == "optional":
            optional = isinstance(given, App) and given.constructor == "optional"
            inside = given.items[0] if optional and isinstance(given, App) else given
            self._fit(inside, needed.items[0], (*path, "?") if optional else path)
        else:
            self._fit_known(given, needed, path)

    def _from_variable(self, given: Var, needed: Type, path: tuple[str, ...], last: bool) -> None:
        if isinstance(needed, Var) and not (needed.rigid or given.kind != needed.kind):
            self._bind(needed, given, path, given, needed)
        elif _wants_waiting(needed) and not last:
            self._waiting.append((given, needed, path))
        else:
            self._bind(given, self._opened(needed), path, given, needed)

    def _bind(self, variable: Var, type: Type, path: tuple[str, ...], given: Type, needed: Type) -> None:
        if self.store.occurs(variable, type):
            self._fail("infinite-row" if variable.kind == "row" else "infinite", path, given, needed)
        else:
            self.store.bind(variable, type)

    def _fit_known(self, given: Type, needed: Type, path: tuple[str, ...]) -> None:
        match given, needed:
            case Scalar(), Scalar() if given.name == "Integer" and needed.name == "Double":
                return
            case App(), App() if _containers(given, needed):
                for place, (one, other) in enumerate(_pairs(given, needed)):
                    self._fit(one, other, (*path, _step(needed, place)))
            case Record(), Record():
                self._fit_records(given, needed, path)
            case Sum(), Sum():
                self._fit_sums(given, needed, path)
            case _:
                self._fail("type", path, given, needed)

    def _fit_sums(self, given: Sum, needed: Sum, path: tuple[str, ...]) -> None:
        unknown = [name for name, _ in given.constructors if not needed.has(name)]
        if unknown:
            self._fail("constructors", path, given, needed, unknown)
        for name, payload in sorted(given.constructors, key=lambda pair: pair[0]):
            other = needed.payload(name)
            if payload is not None and other is not None:
                self._fit(payload, other, (*path, name))
            elif payload is not other and needed.has(name):
                self._fail("type", (*path, name), payload or self.types.unit, other or self.types.unit)

    def _fit_records(self, given: Record, needed: Record, path: tuple[str, ...]) -> None:
        have = dict(given.fields)
        want = dict(needed.fields)
        missing = [label for label in needed.labels if label not in have]
        extra = [label for label in given.labels if label not in want]
        for label in sorted(want.keys() & have.keys()):
            self._fit(have[label], want[label], (*path, "." + label))
        if needed.tail is not None and given.tail is needed.tail:
            if missing or extra:
                self._fail("infinite-row", path, given, needed, missing or extra)
            return
        tail = self._supply_missing(given, needed, missing, path)
        if needed.tail is not None:
            self._bind_rest(given, needed, extra, tail, path)

    def _supply_missing(self, given: Record, needed: Record, missing: list[str], path: tuple[str, ...]) -> Type | None:
        """Bind an open producer's tail to what it must have; its new tail."""
        row = given.tail
        if not missing:
            return row
        if not isinstance(row, Var) or row.rigid:
            self._fail("missing", path, given, needed, missing)
            return row
        barred = [label for label in missing if label in self.store.lacks(row)]
        if barred:
            self._fail("missing", path, given, needed, barred)
            return row
        wanted = dict(needed.fields)
        rest = self.types.variable("row", "", row.origin)
        fields = [(label, self._opened(wanted[label])) for label in missing]
        self._bind(row, self.types.record(fields, rest), path, given, needed)
        return rest

    def _bind_rest(
        self, given: Record, needed: Record, extra: list[str], tail: Type | None, path: tuple[str, ...]
    ) -> None:
        """Bind a consumer's tail to the producer's further fields."""
        row = needed.tail
        assert row is not None
        if not isinstance(row, Var) or row.rigid:
            if extra or tail is not row:
                self._fail("type", path, given, needed, extra)
            return
        collision = [label for label in extra if label in self.store.lacks(row)]
        if collision:
            self._fail("collision", path, given, needed, collision)
            return
        have = dict(given.fields)
        rest: Type
        if not extra and tail is not None:
            rest = tail
        else:
            rest = self.types.record([(label, have[label]) for label in extra], tail)
        if rest is not row:
            self._bind(row, rest, path, given, needed)

    def _opened(self, type: Type) -> Type:
        """A type with a fresh tail on every closed record that a value of it holds."""
        type = self.store.head(type)
        match type:
            case Record():
                tail = self.types.variable("row") if type.tail is None else type.tail
                opened = self.types.record([(name, self._opened(part)) for name, part in type.fields], tail, type.alias)
                self.store.learn(opened)
                return opened
            case App() if type.constructor in ("list", "optional", "map", "tuple", "vector"):
                return self.types.app(type.constructor, map(self._opened, type.items), type.alias)
        return type


def _wants_waiting(needed: Type) -> bool:
    if isinstance(needed, Scalar):
        return needed.name == "Double"
    return isinstance(needed, App) and needed.constructor == "optional"


def _containers(given: App, needed: App) -> bool:
    if given.constructor == "vector" and needed.constructor == "list":
        return True
    return given.constructor == needed.constructor and len(given.items) == len(needed.items)


def _pairs(given: App, needed: App) -> list[tuple[Type, Type]]:
    if given.constructor == "vector" and needed.constructor == "list":
        return [(given.items[1], needed.items[0])]
    return list(zip(given.items, needed.items, strict=True))


def _step(needed: App, place: int) -> str:
    if needed.constructor == "tuple":
        return f".{place}"
    return {"optional": "?", "map": "{}"}.get(needed.constructor, "[]")


def same_size(given: Type, needed: Type) -> bool:
    """Whether two sizes of vectors are one number."""
    return isinstance(given, SizeType) and given is needed


def fits(types: Types, given: Type, needed: Type) -> bool:
    """Whether one closed type fits another."""
    return not Joint(Store(types)).fit(given, needed)


CONVERSIONS = ("relayout", "drop", "widen", "inject", "some", "list", "tuple", "map")


def conversions(given: Type, needed: Type) -> tuple[str, ...]:
    """What must happen to a value between two concrete types of which the first fits the second: of ``relayout drop
    widen inject some list tuple map``, the last three where it happens inside. Nothing if the value can stay as it
    is."""
    found: set[str] = set()
    _convert(given, needed, found)
    return tuple(kind for kind in CONVERSIONS if kind in found)


def _convert(given: Type, needed: Type, found: set[str]) -> None:
    if given is needed:
        return
    match given, needed:
        case Scalar(), Scalar():
            if given.canon is not needed.canon:
                found.add("widen")
        case App(), App() if needed.constructor == "optional" and given.constructor == "optional":
            _convert(given.items[0], needed.items[0], found)
        case _, App() if needed.constructor == "optional":
            # A value that is there is its own optional: only what lies inside may change.
            _convert(given, needed.items[0], found)
        case App(), App():
            _convert_items(given, needed, found)
        case Record(), Record():
            _convert_records(given, needed, found)
        case Sum(), Sum():
            _convert_sums(given, needed, found)


def _convert_items(given: App, needed: App, found: set[str]) -> None:
    inside: set[str] = set()
    for one, other in _pairs(given, needed):
        _convert(one, other, inside)
    if inside:
        found |= inside
        found.add({"vector": "list"}.get(needed.constructor, needed.constructor))


def _same_alias(given: Type, needed: Type) -> bool:
    one, other = given.alias, needed.alias
    if one is None or other is None:
        return one is other
    return (one.module, one.name) == (other.module, other.name)


def _convert_records(given: Record, needed: Record, found: set[str]) -> None:
    if len(given.fields) > len(needed.fields):
        found.add("drop")
    elif given.labels != needed.labels or not _same_alias(given, needed):
        found.add("relayout")
    for label, type in needed.fields:
        own = given.field(label)
        if own is not None:
            _convert(own, type, found)


def _convert_sums(given: Sum, needed: Sum, found: set[str]) -> None:
    if len(given.constructors) < len(needed.constructors):
        found.add("inject")
    elif not _same_alias(given, needed) or [n for n, _ in given.constructors] != [n for n, _ in needed.constructors]:
        found.add("relayout")
    for name, payload in given.constructors:
        other = needed.payload(name)
        if payload is not None and other is not None:
            _convert(payload, other, found)
