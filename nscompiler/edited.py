"""The check of a program in which one file was edited, and nothing else has changed since it was checked.

Where the file says the same to its importers as before, or has none, and imports the same, only its own problems can be
others: no other file is looked at but for the interfaces that the edited one uses, and what was wrong with others still
is. In every other case, which shows only while the file is checked, ``check_edited`` gives up, and ``recheck`` does
what is to be done.
"""

import marshal
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.stored import mentioned_files
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.kept import Kept, Memory, head_of, read_kept, stub_of
from nscompiler.lints.levels import ByCode, levels_below
from nscompiler.lints.weigh import weigh
from nscompiler.modules.claims import claim
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.imports import Imports, ResolvedImport
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.program import LinkedModule, Program
from nscompiler.modules.python_file import python_file
from nscompiler.modules.reading import Heading, Sources
from nscompiler.modules.reference import ModuleRef
from nscompiler.pipeline.clash_signs import clash_signs
from nscompiler.pipeline.phase import InternalError
from nscompiler.recheck import Recheck
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import Interface
from nscompiler.types.stored import Data


def check_edited(
    path: str,
    files: Files,
    targets: Sequence[str],
    search: Sequence[str],
    memory: Memory,
    summary: Data,
    before: tuple[Diagnostic, ...] = (),
) -> "tuple[Diagnostic, ...] | None":
    """The problems of a program after a file of it was edited; None where more has to be checked than the file.

    ``memory`` and ``summary`` are those of the last check of the whole program, ``before`` are the problems that there
    were before the edit.
    """
    if path not in targets or path not in memory or path in summary[2]:
        return None
    try:
        return Edited(path, files, targets, search, memory, summary).problems_after(before)
    except (NotAloneError, LookupError, InternalError):  # in the last two cases the check of all tells what is wrong
        return None


class NotAloneError(Exception):
    """It does not do to check the edited file alone."""


class Edited(Recheck):
    """A program as it was before, but for one file."""

    def __init__(
        self, path: str, files: Files, targets: Sequence[str], search: Sequence[str], memory: Memory, summary: Data
    ) -> None:
        where, paths, _, signs, imported, ignoring, levels = summary
        super().__init__(files, targets, search, where[2], memory=memory)
        self._path = path
        self._where = where
        self._paths = dict(paths)
        self._signs = frozenset(signs)
        self._is_imported = path in imported
        self._ignoring = ignoring
        self._by_root = {root: dict(of) for root, of in levels}

    def problems_after(self, before: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """All problems. Raises NotAloneError where others may be concerned than those of the edited file."""
        here = self._path, python_file(self._path)
        others = tuple(problem for problem in before if problem.primary.span.path not in here)
        if not mentioned_files(others).isdisjoint(here):
            raise NotAloneError  # what they point at has moved
        own = self._own_problems(bool(others))
        found = ordered((*others, *own))
        failed, fails = (any(problem.is_error for problem in problems) for problems in (before, found))
        if self._ignoring and failed is not fails:
            raise NotAloneError  # idle comments that ignore something are told of where nothing else is wrong
        return found

    def _own_problems(self, others: bool) -> Sequence[Diagnostic]:
        """What is wrong with the edited file, at the levels that hold for it; whether ``others`` have problems too."""
        parsed = self.parsed(self._path)
        if parsed is None or "nsc:" in parsed.module.source.text:
            raise NotAloneError
        if not clash_signs(parsed.module.source.text) <= self._signs:
            raise NotAloneError
        item = self._linked_as_before(parsed.module)
        interface = self._check(item).interface
        own = tuple(self._problems_of(item, True))
        python = self._python_source(self._path)
        ignores = isinstance(python, SourceFile) and "nsc:" in python.text
        concerns_others = self._is_imported and self._differing
        if concerns_others or self._own[self._path][1] or ignores:
            raise NotAloneError
        if others and _names_in(interface) != _names_said(self._memory[self._path]):
            raise NotAloneError  # what messages offer may be names of modules that are not imported
        if all(problem.is_error for problem in own):
            return own
        return weigh(own, (), (), lambda path: levels_below(path, self._levels_by_root))

    @cached_property
    def _levels_by_root(self) -> Mapping[str, ByCode]:
        return {
            root: {id: None if level is None else Severity(level) for id, level in of.items()}
            for root, of in self._by_root.items()
        }

    def _linked_as_before(self, module: syntax.Module) -> LinkedModule:
        """The edited file with its imports, which mean what they meant if they are written the same."""
        kept = self._memory[self._path]
        before = stub_of(module.source, kept.head)
        resolved, poisoned = kept.imports
        if poisoned or len(resolved) != len(module.imports):
            raise NotAloneError
        if _written(module) != _written(before):
            raise NotAloneError
        heading = self.discovery.sources.heading(self._path)
        refs = [self.discovery.index.reference(one.reference.text) for one in module.imports]
        found = [
            ResolvedImport(node, ref, alias, path)
            for node, ref, (alias, path) in zip(module.imports, refs, resolved, strict=True)
            if isinstance(ref, ModuleRef)
        ]
        if not isinstance(heading, Heading) or len(found) != len(refs) or claim(heading) is not None:
            raise NotAloneError
        return LinkedModule(self._path, module, heading.ref, Imports(tuple(found)))

    # --- what is as it was

    @cached_property
    def discovery(self) -> Discovery:
        """Where modules are looked for if a name is not known; nothing is before."""
        sources = Sources(self.files)
        index = ModuleIndex(self.files, sources, *self._where)
        return Discovery((), self.paths, sources, index, {}, {}, {}, ())

    @cached_property
    def _memory(self) -> Mapping[str, Kept]:  # type: ignore[override]
        return LazyMemory(self._given)

    @property
    def program(self) -> Program:
        """Nothing is laid out here."""
        raise NotAloneError

    def _same(self, path: str, kept: Kept) -> bool:
        return path != self._path and super()._same(path, kept)

    def interface(self, path: str) -> Interface | None:
        """What another file exports."""
        if path not in self._stubs and path not in self._checked:
            kept = self._memory[path]
            if self._digest(path)[0] != kept.text:
                raise NotAloneError  # edited before, and its places have moved
            self._stubs[path] = kept
        return super().interface(path)

    def _item(self, path: str) -> LinkedModule:
        held = self._others.get(path)
        if held is None:
            heading = self.discovery.sources.heading(path)
            if not isinstance(heading, Heading):
                raise NotAloneError
            module = stub_of(heading.source, self._memory[path].head)
            held = self._others[path] = LinkedModule(path, module, heading.ref, Imports(()))
        return held

    def whole(self, path: str) -> Checked:
        """Another file with its facts is asked for by lints alone."""
        if path != self._path:
            raise NotAloneError
        return self._checked[path]


class LazyMemory(Mapping[str, Kept]):
    """What is kept of each file, read when it is asked for."""

    def __init__(self, written: Memory) -> None:
        self._written = written
        self._read: dict[str, Kept] = {}

    def __getitem__(self, path: str) -> Kept:
        held = self._read.get(path)
        if held is None:
            held = self._read[path] = read_kept(self._written[path])
        return held

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def _names_in(interface: Interface) -> frozenset[str]:
    return frozenset((*interface.types, *interface.functions)) | interface.broken


def _names_said(kept: Kept) -> frozenset[str] | None:
    """The names that a file declared; None where that was not kept."""
    if not kept.said:
        return None
    said = marshal.loads(kept.said)
    return frozenset((*(one[0] for one in (*said[2], *said[3])), *said[4]))


def _written(module: syntax.Module) -> tuple[object, ...]:
    """A file's header and imports without their places."""
    _, _, own, imports = head_of(module)
    header = None if own is None else (own[2][2], own[3])
    return header, tuple((one[2][2], None if one[3] is None else one[3][2]) for one in imports)
