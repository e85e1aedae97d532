"""Where two types differ, field by field."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import attrs

from nscompiler.diagnostics.suggest import near
from nscompiler.types.show import show_field
from nscompiler.types.types import App, Record, SizeType, Sum, Type, Types, Var

Part = TypeVar("Part")


@attrs.frozen(slots=True, eq=False)
class Difference:
    """One place at which two types are not the same.

    ``kind`` is ``changed``, ``field-added``, ``field-removed``, ``constructor-added``, ``constructor-removed``,
    ``opened`` or ``closed`` (the rest of a record), and for two types that are equal and look different ``order`` (of
    fields or constructors) or ``name`` (of the type). ``path`` leads to the place; ``before`` and ``after`` are None
    where there is nothing.
    """

    kind: str
    path: tuple[str, ...]
    before: Type | None
    after: Type | None

    @property
    def label(self) -> str:
        """The name of the field or constructor at the place."""
        return self.path[-1].removeprefix(".")

    @property
    def of_layout(self) -> bool:
        """Whether the two are one type, written differently."""
        return self.kind in ("order", "name")


def shown_path(steps: Sequence[str]) -> str:
    """``.lines[].price``: the way into a value."""
    return "".join(steps)


def aligned(old: Sequence[Type], new: Sequence[Type]) -> dict[Type, Type]:
    """For each variable of the new types the one that stands at its place in the old ones, each taken once."""
    found: dict[Type, Type] = {}
    taken: set[Type] = set()
    seen: set[tuple[Type, Type]] = set()
    stack = list(reversed(list(zip(old, new, strict=True))))
    while stack:
        before, after = stack.pop()
        if (before, after) in seen or after.ground:
            continue
        seen.add((before, after))
        if isinstance(before, Var) and isinstance(after, Var):
            if before.kind == after.kind and after not in found and before not in taken:
                found[after] = before
                taken.add(before)
        else:
            stack.extend(reversed(list(_shared_parts(before, after))))
    return found


def _shared_parts(old: Type, new: Type) -> Iterator[tuple[Type, Type]]:
    match old, new:
        case App(), App() if old.constructor == new.constructor and len(old.items) == len(new.items):
            yield from zip(old.items, new.items, strict=True)
        case Record(), Record():
            yield from ((type, other) for label, type in old.fields if (other := new.field(label)) is not None)
            if old.tail is not None and new.tail is not None:
                yield old.tail, new.tail
        case Sum(), Sum():
            for name, payload in old.constructors:
                other = new.payload(name)
                if payload is not None and other is not None:
                    yield payload, other


def differences(old: Type, new: Type) -> tuple[Difference, ...]:
    """All differences, from the outside in; what is shared inside the two is told once, at the first place."""
    return tuple(_Walk().between(old, new, ()))


def renames(found: Sequence[Difference]) -> dict[Difference, Difference]:
    """For fields and constructors that are gone the new one beside them that is most likely the same under another
    name: of nearly that name, and of the same type."""
    pairs: dict[Difference, Difference] = {}
    for what in ("field", "constructor"):
        added = [one for one in found if one.kind == f"{what}-added"]
        for gone in (one for one in found if one.kind == f"{what}-removed" and added):
            same = [
                one for one in added if one.path[:-1] == gone.path[:-1] and _canon(one.after) is _canon(gone.before)
            ]
            names = near(gone.label, [one.label for one in same])
            if len(names) == 1:
                pairs[gone] = next(one for one in same if one.label == names[0])
                added.remove(pairs[gone])
    return pairs


def _canon(type: Type | None) -> Type | None:
    return None if type is None else type.canon


class _Walk:
    """One comparison; each pair of parts is looked at once."""

    def __init__(self) -> None:
        self._seen: set[tuple[Type, Type]] = set()

    def between(self, old: Type, new: Type, path: tuple[str, ...]) -> Iterator[Difference]:
        if old is new or (old, new) in self._seen:
            return
        self._seen.add((old, new))
        match old, new:
            case Record(), Record():
                yield from self._records(old, new, path)
            case Sum(), Sum():
                yield from self._sums(old, new, path)
            case App(), App() if _same_shape(old, new):
                for place, (one, other) in enumerate(zip(old.items, new.items, strict=True)):
                    if not isinstance(one, SizeType):
                        yield from self.between(one, other, (*path, *_step(old, place)))
            case _ if old.canon is not new.canon:
                yield Difference("changed", path, old, new)
                return
        if old.canon is new.canon and name_of(old) != name_of(new):
            yield Difference("name", path, old, new)

    def _records(self, old: Record, new: Record, path: tuple[str, ...]) -> Iterator[Difference]:
        for label, type in old.fields:
            other = new.field(label)
            inside = (*path, "." + show_field(label))
            if other is None:
                yield Difference("field-removed", inside, type, None)
            else:
                yield from self.between(type, other, inside)
        known = frozenset(old.labels)
        for label, type in new.fields:
            if label not in known:
                yield Difference("field-added", (*path, "." + show_field(label)), None, type)
        if (old.tail is None) != (new.tail is None):
            yield Difference("opened" if old.tail is None else "closed", path, old, new)
        elif old.tail is not new.tail:
            yield Difference("changed", path, old, new)
        if _order_changed(old.labels, new.labels):
            yield Difference("order", path, old, new)

    def _sums(self, old: Sum, new: Sum, path: tuple[str, ...]) -> Iterator[Difference]:
        for name, payload in old.constructors:
            inside = (*path, "." + name)
            if not new.has(name):
                yield Difference("constructor-removed", inside, payload, None)
                continue
            other = new.payload(name)
            if payload is not None and other is not None:
                yield from self.between(payload, other, inside)
            elif payload is not other:
                yield Difference("changed", inside, payload, other)
        for name, payload in new.constructors:
            if not old.has(name):
                yield Difference("constructor-added", (*path, "." + name), None, payload)
        if _order_changed([name for name, _ in old.constructors], [name for name, _ in new.constructors]):
            yield Difference("order", path, old, new)


def _same_shape(old: App, new: App) -> bool:
    sizes = old.constructor != "vector" or old.items[0] is new.items[0]
    return old.constructor == new.constructor and len(old.items) == len(new.items) and sizes


def _step(type: App, place: int) -> tuple[str, ...]:
    if type.constructor == "tuple":
        return (f".{place}",)
    return {"optional": (), "map": ("{}",)}.get(type.constructor, ("[]",))


def _order_changed(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether what both have comes in another order."""
    in_old, in_new = frozenset(old), frozenset(new)
    return [label for label in old if label in in_new] != [label for label in new if label in in_old]


def name_of(type: Type) -> tuple[str, str] | None:
    """The module, without its version, and the name under which a type is declared."""
    return None if type.alias is None else (type.alias.module.rpartition(":")[0], type.alias.name)


def shown_layouts(one: Difference) -> tuple[str, str]:
    """What two layouts of one type differ in, before and after: the order of fields or constructors, or the name, with
    the modules that declare it where these alone differ."""
    if one.kind == "order":
        return _order(one.before), _order(one.after)
    names = [None if type is None else name_of(type) for type in (one.before, one.after)]
    before, after = ("no name" if name is None else name[1] for name in names)
    if before == after:
        before, after = ("no name" if name is None else ".".join(name) for name in names)
    return before, after


def _order(type: Type | None) -> str:
    labels = type.labels if isinstance(type, Record) else tuple(name for name, _ in getattr(type, "constructors", ()))
    return ", ".join(labels)


def rigid(types: Types, variables: Sequence[Var]) -> dict[Type, Type]:
    """Variables that stand for themselves alone, one for each of some."""
    return {var: types.variable(var.kind, var.name, var.origin, rigid=True) for var in variables}
