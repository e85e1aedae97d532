"""Which modules of a project declare a name: what a missing import may have meant."""

import re
from typing import ClassVar

from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.reference import ModuleRef
from nscompiler.records import Record

# A text is only skimmed for its declarations: whoever offers an import can be wrong, and must not be slow.
_DECLARED = re.compile(r"(?m)^[ \t]*(?:@\w+(?:\(.*?\))?\s+)*(?:fun|def|type)\s+([A-Za-z_][\w']*)")
_IMPORTED = re.compile(r"(?m)^[ \t]*import\s+([\w./:-]+)")


class Exporting(Record):
    """A module that declares a name: its reference, the last part of its name, the references that it imports."""

    __match_args__: ClassVar[tuple[str, ...]] = ("reference", "alias", "imports")
    __slots__ = __match_args__

    def __init__(self, reference: str, alias: str, imports: frozenset[str]) -> None:
        self.reference = reference
        self.alias = alias
        self.imports = imports


def declared_names(text: str) -> frozenset[str]:
    """The functions and types that a module declares, going by its text."""
    return frozenset(_DECLARED.findall(text))


def names_used(text: str, alias: str) -> frozenset[str]:
    """The names that a text wants of the module behind an alias."""
    return frozenset(re.findall(rf"(?<![\w.]){re.escape(alias)}\s*\.\s*([A-Za-z_][\w']*)", text))


class Exports:
    """The names that the modules of an index declare; their texts are skimmed at the first question."""

    def __init__(self, index: ModuleIndex) -> None:
        self._index = index
        self._found: dict[str, tuple[Exporting, ...]] | None = None

    def declaring(self, name: str) -> tuple[Exporting, ...]:
        """The modules outside the standard library that declare a name, each in its newest version."""
        if self._found is None:
            self._found = self._skim()
        return self._found.get(name, ())

    def _skim(self) -> dict[str, tuple[Exporting, ...]]:
        found: dict[str, list[Exporting]] = {}
        for versions in self._index.contents.refs.values():
            newest = versions[0]
            paths = self._index.find(newest)
            if len(paths) != 1 or self._index.is_standard(paths[0]):
                continue
            text = self._index.heading(paths[0]).source.text
            one = _exporting(newest, text)
            for name in declared_names(text):
                found.setdefault(name, []).append(one)
        return {name: tuple(sorted(ones, key=lambda one: one.reference)) for name, ones in found.items()}


def _exporting(ref: ModuleRef, text: str) -> Exporting:
    imports = frozenset(name.removeprefix("nstack/") for name in _IMPORTED.findall(text))
    return Exporting(str(ref), ref.last_part, imports)
