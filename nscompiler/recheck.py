"""A check that takes over from an earlier one what has not changed.

What is kept of a file (``Kept``) holds while its text, the Python file beside it and the files that its lints looked
into are the same, its imports mean the same files, and none of these says anything else to its importers than before
(``types.stored`` tells what a module says from where it says it). Then the file is neither parsed nor checked; what it
exports is read back when an importer that is checked asks. So a change to a body checks one file, and a change to an
interface those that import it.

What needs more than interfaces – laying out a workflow, a lint that follows a binding into another file – has the
files concerned checked whole.
"""

import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.stored import read_diagnostics
from nscompiler.files import Files
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.kept import VERSION, Keeping, Kept, Memory, Spoilt, imports_of, read_kept, stub_of, write_kept
from nscompiler.modules.program import LinkedModule
from nscompiler.pipeline.named import shown_reference
from nscompiler.records import replace
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.facts import Checked, Facts
from nscompiler.types.interface import Interface
from nscompiler.types.restored import read_interface
from nscompiler.types.stored import Data, modules_named

if TYPE_CHECKING:
    from nscompiler.flow import program as flow


class Recheck(Keeping):
    """A compilation beside the memory of an earlier one, of the same paths by the same compiler."""

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        *,
        memory: Memory,
    ) -> None:
        super().__init__(files, paths, search, standard)
        self._given = memory
        self._stubs: dict[str, Kept] = {}
        self._stand_ins: dict[str, Checked] = {}
        self._differing: set[str] = set()
        self._kept_places: dict[str, Data] = {}
        self._own: dict[str, tuple[tuple[Diagnostic, ...], tuple[str, ...]]] = {}
        self._clean: set[str] = set()
        self._paths: dict[str, str] = {}
        self._others: dict[str, LinkedModule] = {}
        self._standard_found: dict[str, Interface | None] = {}
        self._laid_out: set[str] = set()
        """The files that workflows may be laid out of; once there is one, nothing stands in for a standard module."""

    @property
    def taken_over(self) -> frozenset[str]:
        """The files that were neither parsed nor checked."""
        return frozenset(self._stubs)

    # --- which files are as they were

    @cached_property
    def _memory(self) -> dict[str, Kept]:
        """What was given, unless it cannot be read, or the standard library has changed, which every file may use
        unasked."""
        try:
            memory = {path: read_kept(written) for path, written in self._given.items()}
        except Spoilt:
            return {}
        standard = [path for path in memory if self.discovery.index.is_standard(path)]
        same = all(self._digest(path) == (memory[path].text, memory[path].python) for path in standard)
        return memory if same else {}

    def _parse(self, path: str) -> ParseResult | None:
        source = self.discovery.sources.source(path)
        kept = self._memory.get(path)
        barred = self._laid_out and self.discovery.index.is_standard(path)
        if not isinstance(source, SourceFile) or kept is None or kept.problems is None or barred:
            return super()._parse(path)
        if self._same(path, kept):
            self._stubs[path] = kept
            return ParseResult(stub_of(source, kept.head), ())
        return super()._parse(path)

    def _same(self, path: str, kept: Kept) -> bool:
        """Whether a file, its Python file, and what its lints looked into are as they were."""
        return self._digest(path) == (kept.text, kept.python) and all(
            other in self._memory and self._digest(other) == (self._memory[other].text, self._memory[other].python)
            for other in kept.consulted
        )

    def _stands(self, item: LinkedModule) -> bool:
        """Whether what is kept of a file does for it; if not, the file is parsed now."""
        kept = self._stubs.get(item.path)
        if kept is None:
            return False
        imported = {found.path for found in item.imports.resolved}
        if imports_of(item) == kept.imports and not self._differing & imported:
            return True
        self._make_whole(item.path)
        return False

    def _make_whole(self, path: str) -> None:
        """Parse a file of which only the head is there."""
        del self._stubs[path]
        self._stand_ins.pop(path, None)
        held = self._parsed[path]
        assert held is not None
        self._parsed[path] = parse(held.module.source)

    # --- checking

    def _check_all(self) -> None:
        self._paths = {shown_reference(item): item.path for item in self.program.modules}
        for item in self.program.modules:
            if not self._stands(item):
                self._check(item)

    def _check(self, item: LinkedModule) -> Checked:
        if item.path in self._checked:
            return self._checked[item.path]
        if self.discovery.index.is_standard(item.path):
            self._paths.setdefault(shown_reference(item), item.path)
            self._others.setdefault(item.path, item)
        if self._stands(item):
            return self._stand_in(item)
        parsed = self._parsed[item.path]
        assert parsed is not None
        checked = super()._check(replace(item, module=parsed.module))
        if self._differs(item.path, checked.interface):
            self._differing.add(item.path)
        return checked

    def _differs(self, path: str, interface: Interface) -> bool:
        """Whether an importer could see a difference to what is kept of a file."""
        written = self._write(path, interface)
        if written is None:
            return True
        kept = self._memory.get(path)
        named = {self._paths.get(name, "") for name in modules_named(written[0])}
        return kept is None or marshal.dumps(written[0], VERSION) != kept.said or bool(named & self._differing)

    def interface(self, path: str) -> Interface | None:
        """What a file that was checked before exports, this time or an earlier one."""
        held = super().interface(path)
        if held is not None or path not in self._stubs:
            return held
        return self._stand_in(self._item(path)).interface

    @cached_property
    def _items(self) -> dict[str, LinkedModule]:
        return {item.path: item for item in self.program.modules}

    def _item(self, path: str) -> LinkedModule:
        return self._others.get(path) or self._items[path]

    def _stand_in(self, item: LinkedModule) -> Checked:
        """What is known of a file that is not checked: its interface."""
        held = self._stand_ins.get(item.path)
        if held is None:
            kept = self._stubs[item.path]
            said, places = marshal.loads(kept.said), self._places(item.path)

            def digest() -> str:
                from nscompiler.typecheck.hashing import interface_hash

                return interface_hash(interface.module, interface.types, interface.functions, self.types.digests)

            found = self._interface_of, self._place
            held_by = self._declared, self._anchors
            interface = read_interface(said, places, item.path, self.types, *found, *held_by, digest)
            interface = replace(interface, tree=lambda: parse(item.module.source).module)
            facts = Facts({}, {}, {}, {}, {})
            held = Checked(item.module, interface.module, facts, interface, None, ())
            self._stand_ins[item.path] = held
        return held

    def _interface_of(self, module: str) -> Interface:
        interface = self.interface(self._paths[module])
        assert interface is not None
        return interface

    def _place(self, path: str, number: int) -> Span:
        span = Span(path, *self._places(path)[number])
        self._anchors.setdefault(span, (path, number))
        return span

    def _places(self, path: str) -> Data:
        """The places of a file's interface."""
        written = self._written.get(path)
        if written is not None:
            return written[1]
        held = self._kept_places.get(path)
        if held is None:
            held = self._kept_places[path] = marshal.loads(self._memory[path].places)
        return held

    def standard_interface(self, alias: str) -> Interface | None:
        """What a module of the standard library exports; looked for once."""
        if alias not in self._standard_found:
            self._standard_found[alias] = super().standard_interface(alias)
        return self._standard_found[alias]

    # --- what was found

    def _problems_of(self, item: LinkedModule, asked_for: bool) -> Iterable[Diagnostic]:
        kept = self._stubs.get(item.path)
        if kept is not None and kept.problems is not None:
            self._own[item.path] = read_diagnostics(kept.problems), kept.consulted
            return self._own[item.path][0]
        self._modules.consulted.clear()
        found = tuple(super()._problems_of(item, asked_for))
        self._own[item.path] = found, tuple(sorted(self._modules.consulted - {item.path}))
        return found

    @cached_property
    def checked(self) -> Mapping[str, Checked]:
        """Every file of the program, by path: checked, or what stands in for one that was taken over."""
        self._check_all()
        return CheckedFiles(self)

    @property
    def selected(self) -> tuple[Checked, ...]:
        """The files asked for that could be read, whole."""
        for path in self.targets:
            self._prepare(path)
        return super().selected

    @cached_property
    def _modules(self) -> "Consulted":
        return Consulted(self)

    def whole(self, path: str) -> Checked:
        """A file that was checked, with its facts."""
        if path in self._stubs:
            self._make_whole(path)
        return self._check(self._item(path))

    def known(self, path: str) -> Checked:
        """A file of the program, with its facts or without. Raises KeyError for another."""
        return self._check(self._items[path])

    def paths_of_all(self) -> Iterator[str]:
        """The files of the program."""
        yield from self._items

    def path_of(self, reference: str) -> str | None:
        """The file of a module of the program."""
        return self._paths.get(reference)

    def references(self) -> Iterator[str]:
        """All modules of the program."""
        yield from self._paths

    def _clashes_in(self, path: str) -> Iterator[Diagnostic]:
        if self._is_clean(path):
            self._clean.add(path)
            return
        self._prepare(path)
        found = tuple(super()._clashes_in(path))
        if not found:
            self._clean.add(path)
        yield from found

    def _is_clean(self, path: str) -> bool:
        """Whether nothing clashed in a file's workflows, and nothing has changed that they are made of."""
        kept = self._stubs.get(path)
        return kept is not None and kept.clean and self._closure(path) <= self._stubs.keys()

    def _closure(self, path: str) -> set[str]:
        """A file with all that it imports, directly or not."""
        found, pending = {path}, [path]
        while pending:
            imported = {one.path for one in self._items[pending.pop()].imports.resolved} - found
            found |= imported
            pending += imported
        return found

    def _flow_program(self, path: str) -> "flow.Program":
        self._prepare(path)
        return super()._flow_program(path)

    def _prepare(self, path: str) -> None:
        """Have a file and all behind its imports checked whole, so that workflows can be laid out."""
        needed = self._closure(path) - self._laid_out
        if needed:
            self._laid_out |= needed
            self._check_whole(needed)

    def _check_whole(self, paths: set[str]) -> None:
        """Check files with facts that speak of each other, not of what stands in for one of them."""
        for path in paths:
            if path in self._stubs:
                self._make_whole(path)
            self._checked.pop(path, None)
        for path in [path for path in self._stubs if self.discovery.index.is_standard(path)]:
            self._make_whole(path)
        self._standard_found.clear()
        for item in self.program.modules:
            if item.path in paths:
                self._check(item)

    # --- what is kept

    def memory(self) -> Memory:
        """What the next check may take over, once all problems were asked for."""
        unseen = {path: kept for path, kept in self._memory.items() if self.discovery.index.is_standard(path)}
        seen = {path: self._keep(item) for path, item in {**self._items, **self._others}.items()}
        return {path: self._as_written(path, kept) for path, kept in {**unseen, **seen}.items()}

    def _as_written(self, path: str, kept: Kept) -> bytes:
        same = kept is self._memory.get(path)
        return self._given[path] if same else write_kept(kept)

    def _known_items(self) -> Iterable[LinkedModule]:
        return {**self._items, **self._others}.values()

    def _keep(self, item: LinkedModule) -> Kept:
        stub = self._stubs.get(item.path)
        clean = item.path in self._clean or (item.path in self._items and self._is_clean(item.path))
        if stub is not None:
            return stub if stub.clean is clean else replace(stub, clean=clean)
        problems, consulted = self._own.get(item.path, ((), ()))
        return self._kept(item, self._checked[item.path], problems, consulted, clean)

    def summary(self) -> Data | None:
        """What ``edited`` has to know of a program, once all problems were asked for; None where it does not do."""
        return self._summary({path for _, consulted in self._own.values() for path in consulted})


class CheckedFiles(Mapping[str, Checked]):
    """The files of a program by path."""

    def __init__(self, program: Recheck) -> None:
        self._program = program

    def __getitem__(self, path: str) -> Checked:
        return self._program.known(path)

    def __iter__(self) -> Iterator[str]:
        return self._program.paths_of_all()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Consulted(Mapping[str, Checked]):
    """All modules of a program by reference; it notes which ones were asked for, and gives them whole."""

    def __init__(self, program: Recheck) -> None:
        self._program = program
        self.consulted: set[str] = set()

    def __getitem__(self, reference: str) -> Checked:
        path = self._program.path_of(reference)
        if path is None:
            raise KeyError(reference)
        self.consulted.add(path)
        return self._program.whole(path)

    def __iter__(self) -> Iterator[str]:
        return self._program.references()

    def __len__(self) -> int:
        return sum(1 for _ in self)
