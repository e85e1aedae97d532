"""What changed between two interfaces of one module, and the version that follows from it.

``compare`` gives the changes. A change that breaks a program which was right before is ``major``; ``docs/versions.md``
tells what is promised and what is not. ``next_version`` and ``suffices`` turn the greatest level into versions: in
``0.y.z`` the second number says what in later versions the first one says.
"""

from collections.abc import Iterator

import attrs

from nscompiler.diagnostics.suggest import near
from nscompiler.modules.reference import Version
from nscompiler.tools import changes
from nscompiler.tools.changes import Change, Level, highest
from nscompiler.tools.function_changes import function_changes
from nscompiler.tools.parameter_changes import parameter_changes
from nscompiler.tools.type_differences import Difference, differences, renames, rigid, shown_layouts, shown_path
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface, Interface, TypeInterface
from nscompiler.types.show import Names, show, show_scheme
from nscompiler.types.types import Types

__all__ = ["Change", "Level", "compare", "highest", "next_version", "suffices"]


def compare(old: Interface, new: Interface, types: Types) -> tuple[Change, ...]:
    """All changes from one interface to another, breaking ones first, then by name.

    Both must have been checked into the one table ``types``. Names that could not be understood are left out.
    """
    found = [*_type_changes(old, new, types), *_functions(old, new, types)]
    broken = old.broken | new.broken
    kept = (change for change in found if change.name not in broken)
    return tuple(sorted(kept, key=lambda change: (-change.level.rank, change.name)))


# --- functions


def _functions(old: Interface, new: Interface, types: Types) -> Iterator[Change]:
    added = {name: one for name, one in new.functions.items() if name not in old.functions}
    for name, one in old.functions.items():
        if name in new.functions:
            yield from function_changes(one, new.functions[name], types)
            yield from parameter_changes(one, new.functions[name])
        else:
            yield _removed(one, added)
    for name, one in added.items():
        yield Change("function-added", name, Level.MINOR, one.kind, None, _shown(one))


def _removed(one: FunctionInterface, added: dict[str, FunctionInterface]) -> Change:
    audience = changes.RUNNERS if one.kind == "workflow" else changes.CALLERS
    alike = [name for name, other in added.items() if _shown(other) == _shown(one)]
    meant = near(one.name, alike) or (tuple(alike) if len(alike) == 1 and one.kind != "workflow" else ())
    remark = f"`{meant[0]}` is new and has the same type" if meant else ""
    return Change("function-removed", one.name, Level.MAJOR, one.kind, _shown(one), None, audience, remark)


def _shown(one: FunctionInterface) -> str:
    return "Workflow" if one.kind == "workflow" else show_scheme(one.scheme)


# --- types


def _type_changes(old: Interface, new: Interface, types: Types) -> Iterator[Change]:
    for name, one in old.types.items():
        if name in new.types:
            yield from _Declarations(one, new.types[name], types).changes()
        else:
            before = show(types.named(one.body, None))
            yield Change("type-removed", name, Level.MAJOR, "type", before, None, changes.NAMERS_OF_TYPE)
    for name, one in new.types.items():
        if name not in old.types:
            yield Change("type-added", name, Level.MINOR, "type", None, show(types.named(one.body, None)))


@attrs.frozen(slots=True, eq=False)
class _Declarations:
    """One ``type`` before and after. Who names it uses it for what goes in and for what comes out, so no difference of
    structure is without harm: each is either one to those who make its values or one to those who read them."""

    old: TypeInterface
    new: TypeInterface
    types: Types

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        kinds = [[var.kind for var in one.parameters] for one in (old, new)]
        if kinds[0] != kinds[1]:
            before, after = (" ".join(var.name for var in one.parameters) or "none" for one in (old, new))
            yield Change("type-parameters", old.name, Level.MAJOR, "parameters", before, after, changes.NAMERS_OF_TYPE)
        else:
            yield from self._body()
        if old.deprecated != new.deprecated:
            word = "added" if old.deprecated is None else "removed" if new.deprecated is None else "changed"
            level = Level.PATCH if word == "changed" else Level.MINOR
            yield Change(f"deprecated-{word}", old.name, level, "@deprecated", old.deprecated, new.deprecated)
        if (old.doc or "") != (new.doc or ""):
            yield Change("docs", old.name, Level.PATCH, "documentation")

    def _body(self) -> Iterator[Change]:
        fixed = rigid(self.types, self.old.parameters)
        place = dict(zip(self.new.parameters, self.old.parameters, strict=True))
        old = self.types.substitute(self.old.body, fixed)
        new = self.types.substitute(self.new.body, {mine: fixed[theirs] for mine, theirs in place.items()})
        old, new = (self.types.named(one, None) for one in (old, new))
        found = differences(old, new)
        pairs = renames(found)
        taken = frozenset(pairs.values())
        for one in found:
            if one not in taken:
                yield self._change(one, pairs.get(one))

    def _change(self, one: Difference, other: Difference | None) -> Change:
        """A difference, or two: ``other`` is what a name has become."""
        path = "type" + shown_path(one.path)
        if other is not None:
            kind = f"type-{one.kind.replace('removed', 'renamed')}"
            return Change(kind, self.old.name, Level.MAJOR, path, one.label, other.label, changes.USERS_OF_TYPE)
        if one.of_layout:
            breaks = one.kind == "order"
            level, audience = (Level.MAJOR, changes.UNPACKERS) if breaks else (Level.MINOR, "")
            return Change(f"type-{one.kind}", self.old.name, level, path, *shown_layouts(one), audience)
        names = Names()
        before = None if one.before is None else show(one.before, names)
        after = None if one.after is None else show(one.after, names)
        return Change(f"type-{one.kind}", self.old.name, Level.MAJOR, path, before, after, self._audience(one))

    def _audience(self, one: Difference) -> str:
        if one.kind in ("field-added", "constructor-removed"):
            return changes.MAKERS_OF_TYPE
        if one.kind in ("field-removed", "constructor-added"):
            return changes.READERS_OF_TYPE
        if one.before is not None and one.after is not None:
            store = Store(self.types)
            if would_fit(store, one.before, one.after):
                return changes.READERS_OF_TYPE
            if would_fit(store, one.after, one.before):
                return changes.MAKERS_OF_TYPE
        return changes.NAMERS_OF_TYPE


# --- versions


def next_version(version: Version, level: Level) -> Version:
    """The first release that may follow a release with changes of a level; the same one without changes.

    In ``0.y.z`` a breaking change takes the next ``y``, everything else the next ``z``.
    """
    major, minor, patch = version.major, version.minor, version.patch
    if level is Level.NONE:
        return version
    if major == 0:
        return Version(0, minor + 1, 0) if level is Level.MAJOR else Version(0, minor, patch + 1)
    if level is Level.MAJOR:
        return Version(major + 1, 0, 0)
    return Version(major, minor + 1, 0) if level is Level.MINOR else Version(major, minor, patch + 1)


def suffices(old: Version, new: Version, level: Level) -> bool:
    """Whether a version says that changes of a level were made since an older one."""
    wanted = next_version(old, level)
    return (new.major, new.minor, new.patch) >= (wanted.major, wanted.minor, wanted.patch)
