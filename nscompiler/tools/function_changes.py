"""What changed in a function's type and in the facts about it.

The question is the checker's own: may the new function stand wherever the old one's type was asked for? Its input must
take what the old one took, its output must fit what the old one gave. Then nothing in the types breaks; otherwise the
differences say where.
"""

from collections.abc import Iterator

import attrs

from nscompiler.tools import changes
from nscompiler.tools.changes import Change, Level
from nscompiler.tools.type_differences import (
    Difference,
    aligned,
    differences,
    renames,
    rigid,
    shown_layouts,
    shown_path,
)
from nscompiler.typecheck import constraints
from nscompiler.typecheck.fits import JointCheck, would_fit
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface, Scheme, Traits
from nscompiler.types.show import Names, lone_tails, show, show_scheme
from nscompiler.types.types import App, Type, Types, Var


def function_changes(old: FunctionInterface, new: FunctionInterface, types: Types) -> Iterator[Change]:
    """Everything but the parameters."""
    if old.kind != new.kind:
        audience = changes.RUNNERS if old.kind == "workflow" else changes.CALLERS
        before, after = f"{old.kind} {show_scheme(old.scheme)}", f"{new.kind} {show_scheme(new.scheme)}"
        yield Change("kind-changed", old.name, Level.MAJOR, "", before, after, audience)
    else:
        yield from _Schemes(old, new, types).changes()
    yield from _attributes(old, new)
    if old.kind == new.kind:
        yield from _facts(old, new)
    if (old.doc or "") != (new.doc or ""):
        yield Change("docs", old.name, Level.PATCH, "documentation")


# --- types


@attrs.frozen(slots=True, eq=False)
class _Needed:
    """A new scheme in the place of an old one: the store of what its variables had to become, what does not fit on
    each side, and the labels that it forbids an old row."""

    store: Store
    variables: dict[Type, Type]
    input_fits: bool
    output_fits: bool
    forbidden: tuple[str, ...]


class _Schemes:
    """The comparison of two schemes. The old one's variables stand for themselves alone: whoever uses it may have put
    anything in their place."""

    def __init__(self, old: FunctionInterface, new: FunctionInterface, types: Types) -> None:
        self.name, self.kind, self.types = old.name, old.kind, types
        self.old, self.new = old.scheme, new.scheme
        self._rigid = rigid(types, self.old.variables)
        self.before = self._side(self.old, self._rigid)
        pairs = aligned((self.old.input, self.old.output), (self.new.input, self.new.output))
        self._same = {var: self._rigid[own] for var, own in pairs.items() if own in self._rigid}
        self.after = self._side(self.new, self._same)
        self._names = Names(hidden=lone_tails(*self.before, *self.after))
        self.needed = self._place()

    def _side(self, scheme: Scheme, bindings: dict[Type, Type]) -> tuple[Type, Type]:
        substitute = self.types.substitute
        return substitute(scheme.input, bindings), substitute(scheme.output, bindings)

    def _place(self) -> _Needed:
        """Put the new scheme where the old one was."""
        store = Store(self.types)
        given = store.instantiate(self.new.variables, {})
        input, output = self._side(self.new, given)
        for scheme, bindings in ((self.old, self._rigid), (self.new, given)):
            for row, labels in scheme.lacks:
                store.bar(bindings[row], labels)
        for type in (*self.before, input, output):
            store.learn(type)
        barred = {row: store.lacks(row) for row in self._rigid.values()}
        input_fits = not JointCheck(store).fit(self.before[0], input)
        output_fits = not JointCheck(store).fit(output, self.before[1])
        forbidden = sorted(label for row, labels in barred.items() for label in store.lacks(row) - labels)
        return _Needed(store, dict(given), input_fits, output_fits, tuple(forbidden))

    def changes(self) -> Iterator[Change]:
        sides = [*self._side_changes("input", 0), *self._side_changes("output", 1)]
        yield from sides
        if self.needed.input_fits and self.needed.output_fits:
            yield from self._forbidden()
            yield from self._generalised()
            yield from self._requirements()
        yield from self._arguments(named_only=not sides)
        yield from self._unwrapped()

    def _side_changes(self, side: str, place: int) -> Iterator[Change]:
        fits = (self.needed.input_fits, self.needed.output_fits)[place]
        different = differences(self.before[place], self.after[place])
        pairs = {} if fits else renames(different)
        taken = frozenset(pairs.values())
        found = [self._change(one, side, fits, pairs.get(one)) for one in different if one not in taken]
        yield from found
        if not fits and not any(change.breaking for change in found):
            # Each part would fit; together they do not, as where one variable stands for two types.
            before, after = (self._show(type) for type in (self.before[place], self.after[place]))
            yield Change(f"{side}-changed", self.name, Level.MAJOR, side, before, after, self._audience(side))

    def _change(self, one: Difference, side: str, fits: bool, other: Difference | None = None) -> Change:
        """A difference, or two: ``other`` is what a name has become."""
        path = side + shown_path(one.path)
        if other is not None:
            kind = f"{side}-{one.kind.replace('removed', 'renamed')}"
            return Change(kind, self.name, Level.MAJOR, path, one.label, other.label, self._audience(side))
        before = None if one.before is None else self._show(one.before)
        after = None if one.after is None else self._show(one.after)
        if one.of_layout:
            return self._layout(one, path, side)
        widened, narrowed = self._direction(one)
        breaks = not fits and not (widened if side == "input" else narrowed)
        harmless, harmful = ("widened", "narrowed") if side == "input" else ("narrowed", "widened")
        word = harmless if (widened, narrowed)[side == "output"] else harmful if widened or narrowed else "changed"
        kind = f"{side}-{word if one.kind == 'changed' else one.kind}"
        return Change(
            kind,
            self.name,
            Level.MAJOR if breaks else Level.MINOR,
            path,
            before,
            after,
            self._audience(side) if breaks else "",
            _remark(one, side, breaks),
        )

    def _direction(self, one: Difference) -> tuple[bool, bool]:
        """Whether what stands there takes more than before, and whether it gives less."""
        if one.kind in ("field-added", "constructor-removed", "closed"):
            return False, one.kind != "closed"
        if one.kind in ("field-removed", "constructor-added", "opened"):
            return True, False
        if one.before is None or one.after is None:
            return False, False
        store = Store(self.types)
        return would_fit(store, one.before, one.after), would_fit(store, one.after, one.before)

    def _layout(self, one: Difference, path: str, side: str) -> Change:
        before, after = shown_layouts(one)
        breaks = one.kind == "order" and side == "output"
        level = Level.MAJOR if breaks else Level.MINOR
        audience = changes.UNPACKERS if breaks else ""
        return Change(f"{side}-{one.kind}", self.name, level, path, before, after, audience)

    def _show(self, type: Type) -> str:
        return show(type, self._names)

    def _name(self, variable: Var) -> str:
        """A scheme's variable by the name that the types show it with."""
        shown = self._rigid.get(variable) or self._same.get(variable, variable)
        assert isinstance(shown, Var)
        return self._names.of(shown)

    def _audience(self, side: str) -> str:
        return changes.CALLERS if side == "input" else changes.READERS

    def _forbidden(self) -> Iterator[Change]:
        if self.needed.forbidden:
            labels = ", ".join(self.needed.forbidden)
            remark = "what passes through must not have a field of that name"
            yield Change("label-forbidden", self.name, Level.MAJOR, "input", None, labels, changes.CALLERS, remark)

    def _generalised(self) -> Iterator[Change]:
        """Variables where there was a type: whoever relied on that type being inferred must write it now."""
        own = frozenset(self._rigid.values())
        for variable, fresh in self.needed.variables.items():
            found = self.needed.store.resolve(fresh)
            if isinstance(variable, Var) and variable.kind != "row" and found not in own and found is not fresh:
                before, after = self._show(found), self._name(variable)
                remark = "it takes any type now, so it no longer says which one comes"
                yield Change("generalised", self.name, Level.MAJOR, "type", before, after, changes.INFERRERS, remark)

    def _requirements(self) -> Iterator[Change]:
        substitute, resolve = self.types.substitute, self.needed.store.resolve
        held = constraints.Promises((one.name, substitute(one.type, self._rigid)) for one in self.old.requirements)
        known = {(one.name, substitute(one.type, self._rigid).canon) for one in self.old.requirements}
        met = set()
        for one in self.new.requirements:
            type = resolve(substitute(one.type, self.needed.variables))
            met.add((one.name, type.canon))
            open_, broken = constraints.check(one.name, type)
            if broken or not all(held.hold(need.name, need.type) for need in open_):
                after = f"{self._show(type)} is {one.name}"
                yield Change("constraint-added", self.name, Level.MAJOR, "where", None, after, changes.CALLERS)
        for name, type in known - met:
            before = f"{self._show(type)} is {name}"
            yield Change("constraint-removed", self.name, Level.MINOR, "where", before)

    def _arguments(self, named_only: bool) -> Iterator[Change]:
        """``f<A, B>`` gives types by their place. ``named_only`` where nothing else changed: rests got names."""
        old, new = _givable(self.old), _givable(self.new)
        resolved = [self.needed.store.resolve(self.needed.variables[var]) for var in new[: len(old)]]
        before, after = (" ".join(map(self._name, side)) or "none" for side in (old, new))
        if [self._rigid[var] for var in old] == resolved:
            if named_only and len(new) > len(old):
                yield Change("type-arguments-added", self.name, Level.MINOR, "type arguments", before, after)
        else:
            yield Change(
                "type-arguments", self.name, Level.MAJOR, "type arguments", before, after, changes.INSTANTIATORS
            )

    def _unwrapped(self) -> Iterator[Change]:
        """What is always there fits where it might be missing, but ``f?`` finds nothing to take out."""
        old, new = self.before[1], self.after[1]
        while isinstance(old, App) and isinstance(new, App) and old.constructor in ("list", "vector", "optional"):
            if old.constructor == "optional" and new.constructor != "optional":
                break
            old, new = old.items[-1], new.items[-1]
        # A variable there can be an optional again, and is where `?` stands behind it.
        if _is_optional(old) and not (_is_optional(new) or isinstance(new, Var)) and self.needed.output_fits:
            remark = "`?` has nothing to leave out any more"
            before, after = self._show(old), self._show(new)
            yield Change(
                "optional-removed", self.name, Level.MAJOR, "output", before, after, "who writes `?` after it", remark
            )


def _givable(scheme: Scheme) -> list[Var]:
    return [var for var in scheme.variables if var.kind != "row" or var.name]


def _remark(one: Difference, side: str, breaks: bool) -> str:
    if one.kind != "field-added":
        return ""
    if side == "input":
        return "a field that is optional must be given as well" if _is_optional(one.after) else ""
    return "" if breaks else "only `{ … | r }` that has such a field already, or `&` with other fields, sees it"


def _is_optional(type: Type | None) -> bool:
    return isinstance(type, App) and type.constructor == "optional"


# --- attributes and facts


def _attributes(old: FunctionInterface, new: FunctionInterface) -> Iterator[Change]:
    before, after = dict(old.attributes), dict(new.attributes)
    for name in ("deprecated", "experimental"):
        if name in before and name not in after:
            yield Change(f"{name}-removed", old.name, Level.MINOR, f"@{name}", before[name])
        elif name in after and name not in before:
            yield Change(f"{name}-added", old.name, Level.MINOR, f"@{name}", None, after[name])
        elif before.get(name) != after.get(name):
            yield Change(f"{name}-changed", old.name, Level.PATCH, f"@{name}", before[name], after[name])


def _facts(old: FunctionInterface, new: FunctionInterface) -> Iterator[Change]:
    one, other, name = old.traits, new.traits, old.name
    if one.bounded != other.bounded:
        yield _bounded(old, new)
    if one.stateless and not other.stateless:
        remark = "`--workers` and `parallelism` refuse it"
        yield Change("stateless-removed", name, Level.MAJOR, "@stateless", None, None, changes.PARALLEL, remark)
    elif other.stateless and not one.stateless:
        yield Change("stateless-added", name, Level.MINOR, "@stateless")
    yield from _replay(name, one, other)
    if old.kind != "workflow":
        yield from _replies(old, new)


def _bounded(old: FunctionInterface, new: FunctionInterface) -> Change:
    audience = changes.RUNNERS if old.kind == "workflow" else changes.READERS
    if old.traits.bounded:
        remark = "what ended by itself runs on now"
        return Change("unbounded", old.name, Level.MAJOR, "", "bounded", "unbounded", audience, remark)
    remark = "it may end now, and a failure stops a workflow whose sources all end"
    return Change("bounded", old.name, Level.MINOR, "", "unbounded", "bounded", "", remark)


def _replay(name: str, old: Traits, new: Traits) -> Iterator[Change]:
    if frozenset(old.replay) == frozenset(new.replay):
        return
    before, after = (", ".join(sorted(one.replay)) or "none" for one in (old, new))
    worse = "none" in new.replay and "none" not in old.replay and bool(old.replay)
    remark = "after a stop it no longer gives again what was under way" if worse else ""
    level, audience = (Level.MAJOR, changes.READERS) if worse else (Level.MINOR, "")
    yield Change("replay", name, level, "@replay", before, after, audience, remark)


def _replies(old: FunctionInterface, new: FunctionInterface) -> Iterator[Change]:
    one, other = old.traits, new.traits
    before, after = len(one.replies), len(other.replies)
    if bool(before) != bool(after):
        remark = "only `Sources.http` may come before it" if after else "requests get no value as their answer"
        words = ["replies" if count else "does not reply" for count in (before, after)]
        yield Change("replies", old.name, Level.MAJOR, "", words[0], words[1], changes.CALLERS, remark)
    elif after > before:
        remark = "one request would be answered twice"
        yield Change("replies", old.name, Level.MAJOR, "", None, None, changes.CALLERS, remark)
    if one.http_only and not other.http_only:
        remark = "a `Sinks.reply` behind it has requests no more"
        yield Change("other-sources", old.name, Level.MAJOR, "", None, None, changes.REPLIERS, remark)
    if other.paths > one.paths:
        remark = "a value comes out more than one way, so one `Sinks.reply` behind it would answer twice"
        yield Change("more-ways", old.name, Level.MAJOR, "", None, None, changes.REPLIERS, remark)
