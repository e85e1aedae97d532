"""Which modules of a project declare a name: what a missing import may have meant."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import ClassVar, Protocol

from nscompiler.modules.importers import imports_in
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.modules.tree import SUFFIX
from nscompiler.patterns import Pattern
from nscompiler.records import Record

# A text is only skimmed for its declarations: whoever offers an import can be wrong, and must not be slow.
_DECLARED = Pattern(r"(?m)^[ \t]*(?:@\w+(?:\(.*?\))?\s+)*(?:fun|def|type)\s+([A-Za-z_][\w']*)")
_USED = Pattern(r"(?<![\w.'])(\w[\w']*+)\s*+\.\s*(?=([A-Za-z_][\w']*))")
_HEAD = Pattern(r"(?m)^[ \t]*(?:import|module)\b[^\n;]*")
# How many versions of a module are looked at.
_MOST_VERSIONS = 20


class Exporting(Record):
    """A module that declares a name: its reference, the last part of its name, the references that it imports."""

    __match_args__: ClassVar[tuple[str, ...]] = ("reference", "alias", "imports")
    __slots__ = __match_args__

    def __init__(self, reference: str, alias: str, imports: frozenset[str]) -> None:
        self.reference = reference
        self.alias = alias
        self.imports = imports


class Elsewhere(Protocol):
    """Where the names of the modules can be found that a file could import."""

    def declaring(self, name: str) -> tuple[Exporting, ...]:
        """The modules that declare a name, each in its newest version."""
        ...

    def versions_declaring(self, reference: str, names: frozenset[str]) -> tuple[str, ...]:
        """The other versions of a module that declare all of some names, newest first."""
        ...


@lru_cache(maxsize=256)  # it is asked for each import that finds nothing
def declared_names(text: str) -> frozenset[str]:
    """The functions and types that a module declares, going by its text."""
    return frozenset(_DECLARED.findall(text))


@lru_cache(maxsize=1)  # it is asked of one file after the other, for each name that it wants and nothing has
def names_used(text: str) -> dict[str, frozenset[str]]:
    """The names that a text wants of modules, by the alias of each."""
    found: dict[str, set[str]] = {}
    for alias, name in _USED.findall(_HEAD.sub("", text)):
        found.setdefault(alias, set()).add(name)
    return {alias: frozenset(names) for alias, names in found.items()}


Skimmed = tuple[str, frozenset[str], Exporting]
"""A module's text, and what a look at it says: the names that it declares, and itself."""


class Exports:
    """The names that the modules of an index declare; their texts are skimmed at the first question.

    ``before`` are the same of an earlier state of the files: what has the same text is not skimmed again. With
    ``edited`` only those files have other texts, and there are the same modules as before.
    """

    def __init__(
        self, index: ModuleIndex, before: "Exports | None" = None, edited: Collection[str] | None = None
    ) -> None:
        self._index = index
        self._versions: dict[ModuleRef, frozenset[str]] = {}
        self._skimmed: dict[ModuleRef, Skimmed] = {} if before is None else before._skimmed
        self._found: dict[str, tuple[Exporting, ...]] | None = None
        self._earlier: dict[str, tuple[Exporting, ...]] | None = None
        self._edited: frozenset[str] = frozenset()
        if before is not None and edited is not None:
            self._earlier = before._earlier if before._found is None else before._found
            self._edited = before._edited.union(edited) if before._found is None else frozenset(edited)

    def declaring(self, name: str) -> tuple[Exporting, ...]:
        """The modules outside the standard library that declare a name, each in its newest version."""
        return self._all.get(name, ())

    def versions_declaring(self, reference: str, names: frozenset[str]) -> tuple[str, ...]:
        """The other versions of a module that declare all of some names, newest first."""
        own = self._index.reference(reference)
        others = [] if isinstance(own, ReferenceFault) else [one for one in self._index.versions(own) if one != own]
        return tuple(str(one.version) for one in others[:_MOST_VERSIONS] if names <= self._declared(one))

    def _declared(self, ref: ModuleRef) -> frozenset[str]:
        """What a version declares; nothing where several files claim to be it."""
        held = self._versions.get(ref)
        if held is None:
            paths = self._index.find(ref)
            text = self._index.heading(paths[0]).source.text if len(paths) == 1 else ""
            held = self._versions[ref] = declared_names(text)
        return held

    @property
    def names(self) -> Collection[str]:
        """All names that modules outside the standard library declare."""
        return self._all.keys()

    @property
    def _all(self) -> dict[str, tuple[Exporting, ...]]:
        if self._found is None:
            self._found = self._collect() if self._earlier is None else self._mend(self._earlier)
        return self._found

    def _mend(self, found: dict[str, tuple[Exporting, ...]]) -> dict[str, tuple[Exporting, ...]]:
        """What an earlier state found, with the files anew that were edited since."""
        found, self._skimmed = dict(found), dict(self._skimmed)
        for path in self._edited:
            if not path.endswith(SUFFIX):
                continue
            heading = self._index.heading(path)
            held = None if heading.ref is None else self._skimmed.get(heading.ref)
            if heading.ref is None or held is None:
                continue
            text = heading.source.text
            now = self._skimmed[heading.ref] = text, declared_names(text), _exporting(heading.ref, text)
            for name in held[1] | now[1]:
                others = [one for one in found.get(name, ()) if one.reference != now[2].reference]
                ones = [*others, now[2]] if name in now[1] else others
                found[name] = tuple(sorted(ones, key=lambda one: one.reference))
                if not ones:
                    del found[name]
        return found

    def _collect(self) -> dict[str, tuple[Exporting, ...]]:
        self._skimmed = dict(self._skim())
        found: dict[str, list[Exporting]] = {}
        for _, names, one in self._skimmed.values():
            for name in names:
                found.setdefault(name, []).append(one)
        return {name: tuple(sorted(ones, key=lambda one: one.reference)) for name, ones in found.items()}

    def _skim(self) -> Iterator[tuple[ModuleRef, Skimmed]]:
        for newest, *_ in self._index.contents.refs.values():
            paths = self._index.find(newest)
            if len(paths) != 1 or self._index.is_standard(paths[0]):
                continue
            text = self._index.heading(paths[0]).source.text
            held = self._skimmed.get(newest)
            if held is None or held[0] != text:
                held = text, declared_names(text), _exporting(newest, text)
            yield newest, held


def _exporting(ref: ModuleRef, text: str) -> Exporting:
    imports = frozenset(name.removeprefix("nstack/") for name, _ in imports_in(text))
    return Exporting(str(ref), ref.last_part, imports)
