"""A compilation that is checked file by file, as far as is asked, beside what an earlier one left.

``nscompiler.state`` makes one out of another; here is what holds of a single one: which files are settled, and how
those that are not become so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.stored import mentioned_files
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.exports import Exports
from nscompiler.modules.links import Links
from nscompiler.modules.program import LinkedModule, Program, Resolved, arrange, reach, resolve
from nscompiler.modules.reference import ModuleRef
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import shown_reference
from nscompiler.pipeline.views import Scope
from nscompiler.records import replace
from nscompiler.source import SourceFile
from nscompiler.typecheck.check import check_module
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.hashing import differing
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import Interface
from nscompiler.types.types import Types

#: From so many names on each importer is taken for one that uses some of them.
_MANY_NAMES = 20


@attrs.define(slots=True, eq=False)
class Trails:
    """Who looked into a file, for all states of one program: those whose problems or interfaces point into it, and
    those whose lints did. It only grows, so that some of those did so once and do no longer. And what its text shows
    signs of, and what was worked out of its check."""

    mentions: dict[str, tuple[Checked, frozenset[str]]] = attrs.Factory(dict)
    pointing: dict[str, set[str]] = attrs.Factory(dict)
    reading: dict[str, set[str]] = attrs.Factory(dict)
    signs: dict[str, tuple[syntax.Module, int]] = attrs.Factory(dict)
    remembered: dict[str, tuple[Checked, Any]] = attrs.Factory(dict)


class Settling(Compilation):
    """A compilation that settles files one by one.

    A file is *settled* once it is known what it says in this state. ``_checked`` has the settled ones, ``_carried``
    what an earlier state said of others; ``_dirty`` are those of the others that have to be checked anew in any case.
    With ``only`` some of the files of the paths are targets, and the rest is read where they import it; ``_altered``
    are those that were checked so, of which others that import them do not know.
    """

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        types: Types | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        super().__init__(files, paths, search, standard, types, stays_here=True)
        self._only = only
        self._resolved: dict[str, Resolved] = {}
        self._carried: dict[str, Checked] = {}
        self._dirty: set[str] = set()
        self._unsettled: set[str] | None = None
        self._queue: list[tuple[int, str]] = []
        self._troubled: set[str] = set()
        self._altered: set[str] = set()
        self._bound: dict[str, LinkedModule] = {}
        self._trails = Trails()
        self._earlier_exports: Exports | None = None
        self._exports_edited: frozenset[str] | None = None

    # --- what is where

    @cached_property
    def _discovered(self) -> Discovery:
        return super().discovery

    @cached_property
    def discovery(self) -> Discovery:
        """The files that the paths stand for, and where their imports are looked for."""
        found, only = self._discovered, self._only
        return found if only is None else replace(found, targets=tuple(one for one in found.targets if one in only))

    @cached_property
    def _exports(self) -> Exports:
        return Exports(self.discovery.index, self._earlier_exports, self._exports_edited)

    def _resolve(self, path: str) -> Resolved | None:
        """A file with its imports looked up, once; None where it cannot be read."""
        module = self._syntax(path)
        if module is None:
            return None
        held = self._resolved.get(path)
        if held is None:
            held = self._resolved[path] = resolve(path, module, self.discovery.index)
        return held

    def take_parsed(self, other: "Settling") -> None:
        """Take over the syntax of files that have the same text in another state."""
        for path, held in other._parsed.items():
            source = self.discovery.sources.source(path)
            if held is not None and isinstance(source, SourceFile) and held.module.source.text == source.text:
                self._parsed.setdefault(path, held)

    def loading(self) -> Iterator[str]:
        """Read and parse the files of the program, one by one; those that were are passed over."""
        for path in self.discovery.targets:
            if path not in self._parsed:
                self.parsed(path)
                yield path

    @cached_property
    def _arranged(self) -> tuple[Program, tuple[Diagnostic, ...]]:
        return arrange([one.item for one in reach(self.discovery.targets, self._resolve)])

    @cached_property
    def _links(self) -> Links:
        return Links.of(self._arranged[0])

    @cached_property
    def _linked(self) -> tuple[Program, tuple[Diagnostic, ...]]:
        program, problems = self._arranged
        own = (problem for item in program.modules for problem in self._resolved[item.path].problems)
        return program, tuple(dict.fromkeys((*own, *problems)))

    @property
    def program(self) -> Program:
        """All files with their imports resolved, what is imported before what imports it."""
        return self._arranged[0]

    @property
    def remembered(self) -> dict[str, tuple[Checked, Any]]:
        """What features have worked out of files' checks, by path, with the check that it is of."""
        return self._trails.remembered

    @property
    def paths_of_all(self) -> tuple[str, ...]:
        """Every file of the program, what is imported before what imports it."""
        return tuple(self._links.items)

    @property
    def exports(self) -> Exports:
        """The modules that declare a name, imported or not."""
        return self._exports

    def text(self, path: str) -> SourceFile | None:
        """The text of any file; None where there is none."""
        return self.sources.get(path)

    def linked(self, path: str) -> LinkedModule | None:
        """A file of the program with its imports; None for another."""
        return self._links.items.get(path)

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file themselves."""
        return self._links.importers(path)

    def closure(self, path: str) -> set[str]:
        """A file with all that it imports, directly or not."""
        return self._links.closure(path)

    def path_of(self, reference: str) -> str | None:
        """The file of a module of the program or of the standard library, by its reference as text."""
        found = self._links.path_of(reference)
        if found is None:
            held = self.discovery.index.reference(reference)
            paths = self.discovery.index.find(held) if isinstance(held, ModuleRef) else ()
            found = paths[0] if len(paths) == 1 else None
        return found

    def scope(self, path: str) -> Mapping[str, Interface | None]:
        """What the aliases in a file stand for, those of the standard library among them."""
        return Scope(self, self._links.items[path])

    # --- checking

    @property
    def _pending(self) -> set[str]:
        """The files of the program that are not settled."""
        if self._unsettled is None:
            for path in self._altered:
                self._dirty |= self.importers(path) | self._pointing_into(path)
            if self._only is None:
                self._altered.clear()
            self._unsettled = self._links.items.keys() - self._checked.keys()
            self._queue = [(self._links.place[path], path) for path in self._unsettled]
            heapify(self._queue)
        return self._unsettled

    def _first_pending(self) -> str | None:
        """The file that comes first of those that are not settled; None where all are."""
        pending = self._pending
        while self._queue and self._queue[0][1] not in pending:
            heappop(self._queue)
        return self._queue[0][1] if self._queue else None

    @property
    def pending(self) -> frozenset[str]:
        """The files that are still to be checked, as far as is known."""
        return frozenset(self._pending)

    def settle(self, path: str) -> None:
        """Have a file checked, and before it whatever of its imports has to be checked again."""
        first, place = self._first_pending(), self._links.place
        if first is None or place[first] > place[path]:
            return  # what is imported comes first, and all of that is settled
        wanted = self._links.closure(path)
        waiting = [(place[one], one) for one in wanted & self._pending]
        heapify(waiting)
        while waiting:
            _, one = heappop(waiting)
            if one in self._pending:
                for doubted in self._settle(self._links.items[one]):
                    if doubted in wanted:
                        heappush(waiting, (place[doubted], doubted))

    def _check_all(self) -> None:
        for _ in self.checking():
            pass

    def checking(self) -> Iterator[str]:
        """Check what has to be checked, file by file; each is told of when it is done."""
        while (path := self._first_pending()) is not None:
            self._settle(self._links.items[path])
            yield path

    def _settle(self, item: LinkedModule) -> Iterable[str]:
        """Settle a file whose imports are; those that have to be checked anew for what it says now."""
        path = item.path
        self._pending.discard(path)
        old = self._carried.pop(path, None)
        if old is not None and path not in self._dirty and self._same_imports(item, old):
            self._checked[path] = old
            return ()
        try:
            checked = self._check(item)
        except BaseException:  # a bug of ours: the file is as little settled as before
            self._pending.add(path)
            heappush(self._queue, (self._links.place[path], path))
            if old is not None:
                self._carried[path] = old
            raise
        self._dirty.discard(path)
        self._bound[path] = item
        self._note(path, checked)
        if old is None:
            doubted: Iterable[str] = self.importers(path)
        elif old.interface.broken != checked.interface.broken or old.interface.hash != checked.interface.hash:
            doubted = self._using(path, differing(old.interface, checked.interface, self.types.digests))
        else:
            doubted = self._pointing_into(path) if old.module is not checked.module else ()
        self._doubt(doubted)
        if self._only is not None:
            self._altered.add(path)  # who imports it may not be of this state
        return [one for one in doubted if one in self._links.items]

    def _using(self, path: str, names: frozenset[str]) -> list[str]:
        """The importers of a file that may use some of its names, going by their texts."""
        items = self._links.items
        return [
            other
            for other in self.importers(path)
            if len(names) > _MANY_NAMES or any(name in items[other].module.source.text for name in names)
        ]

    def _note(self, path: str, checked: Checked) -> None:
        """Keep in mind what a check depends on, and that something else may be to be told."""
        if checked.problems:
            self._troubled.add(path)
        else:
            self._troubled.discard(path)
        for other in self._mentioned(path, checked):
            self._trails.pointing.setdefault(other, set()).add(path)
        self._tell_again(path)
        for other in self._trails.reading.get(path, ()):
            self._tell_again(other)

    def _same_imports(self, item: LinkedModule, old: Checked) -> bool:
        """Whether a file was checked as it is now, with aliases that stood for the same files."""
        held = self._bound.get(item.path)
        return held is item or (held is not None and old.module is item.module and _bound(held) == _bound(item))

    def _pointing_into(self, path: str) -> set[str]:
        """Files that tell places in a file, in problems or to those who import them."""
        found = set()
        for other in self._trails.pointing.get(path, ()):
            checked = self._checked.get(other) or self._carried.get(other)
            if other != path and checked is not None and path in self._mentioned(other, checked):
                found.add(other)
        return found

    def _mentioned(self, path: str, checked: Checked) -> frozenset[str]:
        held = self._trails.mentions.get(path)
        if held is None or held[0] is not checked:
            found = mentioned_files(checked.problems) | mentioned_by(checked.interface)
            held = self._trails.mentions[path] = checked, found
        return held[1]

    def interface(self, path: str) -> Interface | None:
        """What a file exports."""
        if path in self._links.items:
            self.settle(path)
        return super().interface(path)

    def standard_interface(self, alias: str) -> Interface | None:
        """What a module of the standard library exports."""
        path = f"{self.discovery.index.standard}/{alias}.nml"
        if path in self._carried:
            self._checked.setdefault(path, self._carried[path])
        return super().standard_interface(alias)

    def _standard_modules(self) -> list[Checked]:
        """Those of earlier states too: a file whose check is taken over does not ask for what it names again."""
        return [own for own in {**self._carried, **self._checked}.values() if own.interface.standard]

    def file(self, path: str) -> Checked | None:
        """What is known of a file of the program; None for another, and for one that cannot be read."""
        if path in self._links.items:
            self.settle(path)
        return self._checked.get(path)

    def probe(self, path: str, text: str) -> tuple[ParseResult, Checked]:
        """What would be known of a file with the same imports that had another text."""
        parsed = parse(SourceFile(path, text))
        item = replace(self._links.items[path], module=parsed.module)
        self.settle(path)
        standard = self.discovery.index.is_standard(path)
        return parsed, check_module(
            parsed.module, shown_reference(item), Scope(self, item), self.types, standard=standard
        )

    def service(self, path: str) -> Service | None:
        """What the Python code beside a file says; None where there is none."""
        checked = self.file(path)
        return None if checked is None else self._service(checked)

    def _doubt(self, paths: Iterable[str]) -> None:
        """Have files checked anew before anything is said of them."""
        for path in paths:
            self._dirty.add(path)
            held = self._checked.pop(path, None)
            if held is not None:
                self._carried[path] = held
            if self._unsettled is not None and path in self._links.items and path not in self._unsettled:
                self._unsettled.add(path)
                heappush(self._queue, (self._links.place[path], path))

    def _tell_again(self, path: str) -> None:
        """Something else may be to be told of a file."""


def mentioned_by(interface: Interface) -> frozenset[str]:
    """The other files that an interface points into."""
    found: set[str] = set()
    for function in interface.functions.values():
        row, traits = function.parameters, function.traits
        found.update(one.span.path for one in row.settable if one.span is not None)
        found.update(one.span.path for one in row.fixed)
        found.update(span.path for span in traits.replies)
        found.update(one.origin.path for one in function.scheme.requirements if one.origin is not None)
    return frozenset(found)


def _bound(item: LinkedModule) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """The aliases of a file with the files that they stand for, and those that stand for nothing."""
    return tuple((found.alias, found.path) for found in item.imports.resolved), item.imports.poisoned
