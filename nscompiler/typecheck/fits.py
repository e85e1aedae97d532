"""The relation at a joint: does what the left side gives fit what the right side takes?

``JointCheck(store).fit(given, needed)`` decides it, binds variables on the way and returns what does not fit, all of
it.
``conversions(given, needed)`` names what must happen to a value between two concrete types that fit.

A producer's bare variable that meets a record is bound to it with fresh tails, so that a part of a pipe gives the same
verdict whether it stands alone or not; a consumer's bare variable takes the producer's type exactly. Positions that
want ``Double`` or an optional wait until the others of the joint are solved: a variable is never guessed wider.
"""

from collections.abc import Iterable
from typing import ClassVar

from nscompiler.typecheck.unify import Store
from nscompiler.types.types import MAX_DEPTH, App, Record, Scalar, Sum, Type, Types, Var

# How many parts of a type get a tail of their own: larger types are shared inside, and written out fill the memory.
MAX_OPENED = 10_000


class Mismatch:
    """One thing that does not fit. ``kind`` is type, missing, collision, constructors, infinite or infinite-row;
    ``path`` leads to the place inside the value (``.x``, ``[]``, ``.0``, ``?``, ``Click``); ``labels`` are fields or
    constructors."""

    __match_args__: ClassVar[tuple[str, ...]] = ("kind", "path", "given", "needed", "labels")
    __slots__ = __match_args__

    def __init__(
        self, kind: str, path: tuple[str, ...], given: Type, needed: Type, labels: tuple[str, ...] = ()
    ) -> None:
        self.kind = kind
        self.path = path
        self.given = given
        self.needed = needed
        self.labels = labels


class _Pair:
    """What is given and what is needed at one place. ``last``: a variable waits for nothing any more."""

    __match_args__: ClassVar[tuple[str, ...]] = ("given", "needed", "path", "last")
    __slots__ = __match_args__

    def __init__(self, given: Type, needed: Type, path: tuple[str, ...], last: bool = False) -> None:
        self.given = given
        self.needed = needed
        self.path = path
        self.last = last


class JointCheck:
    """One joint's check against a store. What is still to be compared lies on a stack: deep types do no harm."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.types = store.types
        self.mismatches: list[Mismatch] = []
        self._stack: list[_Pair] = []
        self._waiting: list[_Pair] = []
        self._again: list[_Pair] = []
        self._taken: set[Type] = set()
        self._seen: set[tuple[Type, Type]] = set()

    def fits(self, given: Type, needed: Type) -> bool:
        """Whether all fits; the first thing that does not settles it."""
        return not self.fit(given, needed, most=1)

    def fit(self, given: Type, needed: Type, most: int | None = None) -> tuple[Mismatch, ...]:
        """What does not fit, or no more of it than ``most``; nothing if all does."""
        self._stack.append(_Pair(given, needed, ()))
        while self._stack:
            self._fit(self._stack.pop())
            if most is not None and len(self.mismatches) >= most:
                break
            if not self._stack and self._waiting:
                waiting, self._waiting = self._waiting, []
                self._stack.extend(_Pair(one.given, one.needed, one.path, True) for one in reversed(waiting))
        if not self.mismatches:
            for pair in self._again:
                self._fit_exactly(pair)
        return tuple(self.mismatches)

    def _fail(self, kind: str, pair: _Pair, labels: Iterable[str] = ()) -> None:
        given, needed = self.store.resolve(pair.given), self.store.resolve(pair.needed)
        self.mismatches.append(Mismatch(kind, pair.path, given, needed, tuple(labels)))

    # --- a variable in several places

    def _note(self, pair: _Pair) -> None:
        """Remember where a variable of the needed side stands that another place has bound already."""
        variable = pair.needed.tail if isinstance(pair.needed, Record) else pair.needed
        if not isinstance(variable, Var) or pair.last:
            return
        if variable in self._taken:
            self._again.append(pair)
        elif not self.store.known(variable):
            self._taken.add(variable)

    def _fit_exactly(self, pair: _Pair) -> None:
        """A variable that stands in several places of what is needed is the same type in all: nothing is widened or
        dropped to make it so. Two types that fit each other are one."""
        needed, given = self.store.head(pair.needed), self.store.head(pair.given)
        if isinstance(pair.needed, Record) and pair.needed.tail is not None and isinstance(given, Record):
            # Only the rest must be the same: what is written out may differ.
            own = frozenset(pair.needed.labels)
            given = self.types.record([field for field in given.fields if field[0] not in own], given.tail)
            needed = self.store.head(pair.needed.tail)
            needed = needed if isinstance(needed, Record) else self.types.record((), needed)
        if JointCheck(self.store).fit(needed, given):
            self._fail("type", _Pair(given, needed, pair.path))

    # --- one place

    def _fit(self, pair: _Pair) -> None:
        self._note(pair)
        given, needed = self.store.head(pair.given), self.store.head(pair.needed)
        if given.canon is needed.canon:
            return
        if not pair.last:
            if (given, needed) in self._seen:
                return
            self._seen.add((given, needed))
        pair = _Pair(given, needed, pair.path, pair.last)
        if given is self.types.error or needed is self.types.error:
            self.store.poison(given, needed)
        elif isinstance(given, Var) and not given.rigid:
            self._from_variable(given, pair)
        elif isinstance(needed, Var) and not needed.rigid:
            self._bind(needed, given, pair)
        elif isinstance(needed, App) and needed.constructor == "optional":
            optional = isinstance(given, App) and given.constructor == "optional"
            inside = given.items[0] if optional and isinstance(given, App) else given
            self._stack.append(_Pair(inside, needed.items[0], (*pair.path, "?") if optional else pair.path))
        else:
            self._fit_known(pair)

    def _from_variable(self, given: Var, pair: _Pair) -> None:
        needed = pair.needed
        if isinstance(needed, Var) and not (needed.rigid or given.kind != needed.kind):
            self._bind(needed, given, pair)
        elif _wants_waiting(needed) and not pair.last:
            self._waiting.append(pair)
        elif isinstance(needed, App) and needed.constructor == "optional" and self.store.occurs(given, needed):
            # `a` where `optional a` is wanted: a value that is there is its own optional.
            self._stack.append(_Pair(given, needed.items[0], pair.path))
        else:
            self._bind(given, self._opened(needed), pair)

    def _bind(self, variable: Var, type: Type, pair: _Pair) -> None:
        if self.store.occurs(variable, type):
            self._fail("infinite-row" if variable.kind == "row" else "infinite", pair)
        else:
            self.store.bind(variable, type)

    def _fit_known(self, pair: _Pair) -> None:
        match pair.given, pair.needed:
            case Scalar() as given, Scalar() as needed if given.name == "Integer" and needed.name == "Double":
                return
            case App() as given, App() as needed if _containers(given, needed) and self._sizes_agree(given, needed):
                items = enumerate(_pairs(given, needed))
                found = [_Pair(one, other, (*pair.path, _step(needed, place))) for place, (one, other) in items]
                self._stack.extend(reversed(found))
            case Record() as given, Record() as needed:
                self._fit_records(given, needed, pair)
            case Sum() as given, Sum() as needed:
                self._fit_sums(given, needed, pair)
            case _:
                self._fail("type", pair)

    def _sizes_agree(self, given: App, needed: App) -> bool:
        if needed.constructor != "vector":
            return True
        sizes = given.items[0], needed.items[0]
        return would_fit(self.store, *sizes) and not JointCheck(self.store).fit(*sizes)

    def _fit_sums(self, given: Sum, needed: Sum, pair: _Pair) -> None:
        wanted = dict(needed.constructors)
        unknown = [name for name, _ in given.constructors if name not in wanted]
        if unknown:
            self._fail("constructors", pair, unknown)
        for name, payload in sorted(given.constructors, key=lambda own: own[0], reverse=True):
            if name not in wanted or payload is wanted[name]:
                continue
            inside = _Pair(payload or self.types.unit, wanted[name] or self.types.unit, (*pair.path, name))
            if payload is not None and wanted[name] is not None:
                self._stack.append(inside)
            else:
                self._fail("payload", inside)

    # --- records

    def _fit_records(self, given: Record, needed: Record, pair: _Pair) -> None:
        have = dict(given.fields)
        want = dict(needed.fields)
        missing = [label for label in needed.labels if label not in have]
        extra = [label for label in given.labels if label not in want]
        unknown = self.types.error in (given.tail, needed.tail)
        if unknown:
            # What cannot be known is not held against anybody.
            self.store.poison(given, needed)
        elif needed.tail is not None and given.tail is needed.tail:
            if missing or extra:
                self._fail("infinite-row", pair, missing or extra)
        else:
            tail = self._supply_missing(given, needed, missing, pair)
            if needed.tail is not None:
                self._bind_rest(given, needed, extra, tail, pair)
        for label in sorted(want.keys() & have.keys(), reverse=True):
            self._stack.append(_Pair(have[label], want[label], (*pair.path, "." + label)))

    def _supply_missing(self, given: Record, needed: Record, missing: list[str], pair: _Pair) -> Type | None:
        """Bind an open producer's tail to what it must have; its new tail."""
        row = given.tail
        if not missing:
            return row
        if not isinstance(row, Var) or row.rigid:
            self._fail("missing", pair, missing)
            return row
        barred = [label for label in missing if label in self.store.lacks(row)]
        if barred:
            self._fail("missing", pair, barred)
            return row
        wanted = dict(needed.fields)
        rest = self.types.variable("row", "", row.origin)
        fields = [(label, self._opened(wanted[label])) for label in missing]
        self._bind(row, self.types.record(fields, rest), pair)
        return rest

    def _bind_rest(self, given: Record, needed: Record, extra: list[str], tail: Type | None, pair: _Pair) -> None:
        """Bind a consumer's tail to the producer's further fields."""
        row = needed.tail
        assert row is not None
        if not isinstance(row, Var) or row.rigid:
            if extra or tail is not row:
                self._fail("type", pair, extra)
            return
        collision = [label for label in extra if label in self.store.lacks(row)]
        if collision:
            self._fail("collision", pair, collision)
            return
        have = dict(given.fields)
        rest: Type
        if not extra and tail is not None:
            rest = tail
        else:
            rest = self.types.record([(label, have[label]) for label in extra], tail)
        if rest is not row:
            self._bind(row, rest, pair)

    def _opened(self, type: Type) -> Type:
        """A type with a fresh tail on every closed record that a value of it holds; in a very large type, on the
        outer ones."""
        return self._open(self.store.resolve(type), [MAX_OPENED], 0)

    def _open(self, type: Type, left: list[int], depth: int) -> Type:
        left[0] -= 1
        if left[0] < 0 or depth > MAX_DEPTH:
            return type
        match type:
            case Record():
                tail = self.types.variable("row") if type.tail is None else type.tail
                fields = []
                for name, part in type.fields:
                    fields.append((name, self._open(part, left, depth + 1)))
                self.store.bar(tail, frozenset(type.labels))
                return self.types.record(fields, tail, type.alias)
            case App():
                items = []
                for item in type.items:
                    items.append(self._open(item, left, depth + 1))
                return self.types.app(type.constructor, items, type.alias)
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
    if given.constructor == "vector":
        return [(given.items[1], needed.items[-1])]
    return list(zip(given.items, needed.items, strict=True))


def _step(needed: App, place: int) -> str:
    if needed.constructor == "tuple":
        return f".{place}"
    return {"optional": "?", "map": "{}"}.get(needed.constructor, "[]")


def fits(types: Types, given: Type, needed: Type) -> bool:
    """Whether one closed type fits another."""
    return JointCheck(Store(types)).fits(given, needed)


def would_fit(store: Store, given: Type, needed: Type) -> bool:
    """Whether a type would fit another as things stand; nothing is bound."""
    with store.trial():
        return JointCheck(store).fits(given, needed)


def fit_for_good(store: Store, given: Type, needed: Type) -> bool:
    """Whether a type fits another; then what it says of variables stays."""
    before = store.mark()
    if not JointCheck(store).fit(given, needed):
        return True
    store.take_back(before)
    return False


CONVERSIONS = ("relayout", "drop", "widen", "inject", "some", "list", "tuple", "map")


def conversions(given: Type, needed: Type) -> tuple[str, ...]:
    """What must happen to a value between two concrete types of which the first fits the second: of ``relayout drop
    widen inject some list tuple map``, the last three where it happens inside. Nothing if the value can stay as it
    is."""
    found = _Conversions().between(given, needed)
    return tuple(kind for kind in CONVERSIONS if kind in found)


class _Conversions:
    """The conversions between the parts of two types; each pair of parts is looked at once."""

    def __init__(self) -> None:
        self._done: dict[tuple[Type, Type], set[str]] = {}

    def between(self, given: Type, needed: Type) -> set[str]:
        if given is needed:
            return set()
        found = self._done.get((given, needed))
        if found is None:
            found = self._done[given, needed] = set()
            self._find(given, needed, found)
        return found

    def _find(self, given: Type, needed: Type, found: set[str]) -> None:
        match given, needed:
            case Scalar(), Scalar():
                if given.canon is not needed.canon:
                    found.add("widen")
            case App(), App() if needed.constructor == "optional" and given.constructor == "optional":
                found |= self.between(given.items[0], needed.items[0])
            case _, App() if needed.constructor == "optional":
                # A value that is there is its own optional: only what lies inside may change.
                found |= self.between(given, needed.items[0])
            case App(), App():
                for one, other in _pairs(given, needed):
                    found |= self.between(one, other)
                if found:
                    found.add({"vector": "list"}.get(needed.constructor, needed.constructor))
            case Record(), Record():
                self._find_in_records(given, needed, found)
            case Sum(), Sum():
                self._find_in_sums(given, needed, found)

    def _find_in_records(self, given: Record, needed: Record, found: set[str]) -> None:
        if len(given.fields) > len(needed.fields):
            found.add("drop")
        elif given.labels != needed.labels or not _same_alias(given, needed):
            found.add("relayout")
        have = dict(given.fields)
        for label, type in needed.fields:
            if label in have:
                found |= self.between(have[label], type)

    def _find_in_sums(self, given: Sum, needed: Sum, found: set[str]) -> None:
        names = [[name for name, _ in one.constructors] for one in (given, needed)]
        if len(given.constructors) < len(needed.constructors):
            found.add("inject")
        elif not _same_alias(given, needed) or names[0] != names[1]:
            found.add("relayout")
        wanted = dict(needed.constructors)
        for name, payload in given.constructors:
            other = wanted.get(name)
            if payload is not None and other is not None:
                found |= self.between(payload, other)


def _same_alias(given: Type, needed: Type) -> bool:
    one, other = given.alias, needed.alias
    if one is None or other is None:
        return one is other
    return (one.module, one.name) == (other.module, other.name)
