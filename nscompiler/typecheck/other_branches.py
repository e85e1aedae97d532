"""What the other branches of a ``&`` would say if the stage before it gave something else."""

from collections.abc import Callable, Mapping, Sequence

from nscompiler.grammar import syntax
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.replayed import Replay, Share
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import App, Record, Sum, Type, Types

Change = Callable[[Types, Type], Type | None]
"""What a type would be."""


def renamed(pairs: Sequence[tuple[str, str]]) -> Change:
    """Fields or constructors by other names, as (needed, given)."""
    names = {there: wanted for wanted, there in pairs}

    def change(types: Types, type: Type) -> Type | None:
        if isinstance(type, Record):
            return types.record([(names.get(label, label), part) for label, part in type.fields], type.tail)
        if isinstance(type, Sum):
            return types.sum([(names.get(name, name), payload) for name, payload in type.constructors])
        return None

    return change


def in_place(other: Type) -> Change:
    """Another type."""
    return lambda _types, _type: other


def as_it_is(_types: Types, type: Type) -> Type | None:
    """What is only added to disturbs nobody."""
    return type


def mind(
    scope: Scope,
    store: Store,
    uses: Mapping[syntax.Node, UseFact],
    shares: Sequence[Share],
    path: Sequence[str],
    change: Change,
) -> bool:
    """Whether branches that take what they are given would no longer do so, with a change at a path inside it. One that
    takes it by the name of its type changes with it."""
    replay = Replay(scope, store, uses)
    for _, given, branches in shares:
        other = changed(store.types, given, list(path), change)
        for branch in branches:
            if other is not None and replay.first_break(given, branch) is not None:
                continue  # it is at fault itself
            found = None if other is None else replay.first_break(other, branch)
            if other is None or (found is not None and not _is_named(given, found.needed)):
                return True
    return False


def _is_named(given: Type, needed: Type) -> bool:
    one, other = given.alias, needed.alias
    return one is not None and other is not None and (one.module, one.name) == (other.module, other.name)


def changed(types: Types, type: Type, path: list[str], change: Change) -> Type | None:
    """A type with a change at a path inside it; None where the path does not lead through its parts."""
    if not path:
        return change(types, type)
    step, *rest = path
    match type:
        case Record() if step[:1] == ".":
            part = type.field(step[1:])
            inner = None if part is None else changed(types, part, rest, change)
            if inner is None:
                return None
            return types.record([(own, inner if own == step[1:] else one) for own, one in type.fields], type.tail)
        case Sum() if step in dict(type.constructors):
            payload = dict(type.constructors)[step]
            inner = None if payload is None else changed(types, payload, rest, change)
            if inner is None:
                return None
            return types.sum([(own, inner if own == step else one) for own, one in type.constructors])
        case App(constructor="optional") if step != "?":
            inner = changed(types, type.items[0], path, change)
            return None if inner is None else types.optional(inner)
        case App() if step in ("[]", "?", "{}"):
            inner = changed(types, type.items[-1], rest, change)
            return None if inner is None else types.app(type.constructor, [*type.items[:-1], inner])
    return None
