"""A check that is asked for its answer and for nothing else, as ``nsc check`` is where nothing is known from before.

Of each file it keeps what it exports and what is wrong with it: tree and facts go as soon as the file is checked, and
until its turn comes only its header and imports are read. A lint that follows a name into another file has that one
checked a second time. Where workflows are to be laid out, nothing is dropped. With ``remembers`` what the next check
may take over is written down before the rest goes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.grammar.head import plain_head
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.kept import Keeping, Memory, write_kept
from nscompiler.modules.program import LinkedModule
from nscompiler.pipeline.named import shown_reference
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked, Facts
from nscompiler.types.interface import Interface
from nscompiler.types.stored import Data

# How a comment that ignores problems begins.
_WRITTEN: tuple[Data, Data] = (), ()
_NO_FACTS = Facts({}, {}, {}, {}, {})


class SingleCheck(Keeping):
    """A compilation of which problems, targets and texts may be asked; what it says of files besides has no facts."""

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        *,
        remembers: bool = False,
    ) -> None:
        super().__init__(files, paths, search, standard)
        self._remembers = remembers
        self._memory: dict[str, bytes] = {}
        self._consulted: set[str] = set()
        self._others: dict[str, LinkedModule] = {}

    @cached_property
    def _heads(self) -> dict[str, syntax.Module]:
        """The files of which no more than header and imports were read at first."""
        return {}

    @cached_property
    def _told(self) -> dict[str, Iterable[Diagnostic]]:
        """What is wrong with the files that were checked."""
        return {}

    @cached_property
    def _keeps_all(self) -> bool:
        return self._may_clash or len(self._required) > 1

    @cached_property
    def _ignoring(self) -> dict[str, bool]:
        """What was answered to whether the comments of a file have to be looked at."""
        return {}

    def _may_ignore(self, source: SourceFile) -> bool:
        held = self._ignoring.get(source.path)
        if held is None:
            held = self._ignoring[source.path] = super()._may_ignore(source)
        return held

    def _parse(self, path: str) -> ParseResult | None:
        source = self.discovery.sources.source(path)
        if isinstance(source, SourceFile) and not self.discovery.index.is_standard(path):
            head = plain_head(source)
            if head is not None:
                self._heads[path] = head
                return ParseResult(head, ())
        return super()._parse(path)

    def _check(self, item: LinkedModule) -> Checked:
        path = item.path
        if path in self._checked:
            return self._checked[path]
        if path in self._heads:
            source = item.module.source
            parsed = self._parsed[path] = parse(source, comments=self._may_ignore(source))
            item = LinkedModule(path, parsed.module, item.ref, item.imports)
        checked = super()._check(item)
        if self._remembers and path not in self._written:
            self._write(path, checked.interface)
            if self.discovery.index.is_standard(path):
                self._others[path] = item
        return checked

    def _imports_of(self, item: LinkedModule) -> Mapping[str, Interface | None]:
        """A plain dictionary once the whole standard library was read, as it soon is."""
        standard = {alias: self._checked.get(path) for alias, path in self._standard_paths.items()}
        if None in standard.values() or self.discovery.index.is_standard(item.path):
            return super()._imports_of(item)
        found: dict[str, Interface | None] = dict.fromkeys(item.imports.poisoned)
        found.update((resolved.alias, self.interface(resolved.path)) for resolved in item.imports.resolved)
        for alias, checked in standard.items():
            found.setdefault(alias, None if checked is None else checked.interface)
        return found

    def _check_all(self) -> None:
        targets = frozenset(self.discovery.targets)
        for item in self.program.modules:
            if item.path not in self._told:
                self._check(item)
                self._modules.consulted.clear()
                found = self._told[item.path] = tuple(super()._problems_of(item, item.path in targets))
                if self._remembers:
                    self._remember(item, found)
                self._drop(item)

    def _remember(self, item: LinkedModule, found: tuple[Diagnostic, ...]) -> None:
        consulted = tuple(sorted(self._modules.consulted - {item.path}))
        self._consulted.update(consulted)
        self._memory[item.path] = write_kept(self._kept(item, self._checked[item.path], found, consulted, False))
        if self._written[item.path] is not None:
            self._written[item.path] = _WRITTEN

    def _known_items(self) -> Iterable[LinkedModule]:
        return (*self.program.modules, *self._others.values())

    def memory(self) -> Memory:
        """What the next check may take over, once all problems were asked for."""
        others = {
            path: write_kept(self._kept(item, self._checked[path], (), (), False))
            for path, item in self._others.items()
            if path not in self._memory
        }
        return {**self._memory, **others}

    def summary(self) -> Data | None:
        """What ``edited`` has to know of a program, once all problems were asked for; None where it does not do."""
        return self._summary(self._consulted)

    def _problems_of(self, item: LinkedModule, asked_for: bool) -> Iterable[Diagnostic]:
        return self._told[item.path]

    def _drop(self, item: LinkedModule) -> None:
        """Forget all of a file that nobody will ask for again."""
        head = self._heads.get(item.path)
        if head is None or self._keeps_all:
            return
        checked = self._checked[item.path]
        said = checked.interface
        tree = _Reread(head.source)
        interface = Interface(said.module, said.types, said.functions, said.broken, said.digest, said.standard, tree)
        self._checked[item.path] = Checked(
            head, checked.reference, _NO_FACTS, interface, checked.main, checked.problems, checked.aliases
        )
        if not self._may_ignore(head.source):
            self._parsed[item.path] = ParseResult(head, ())

    @cached_property
    def _modules(self) -> "Followed":
        return Followed(self)

    def whole(self, reference: str) -> Checked | None:
        """A file that was checked, with its facts, by reference; None if there is none."""
        item = self._items.get(reference)
        if item is None:  # of the standard library, perhaps, which is not dropped
            return next((one for one in self._checked.values() if one.reference == reference), None)
        held = self._checked[item.path]
        if held.module is self._heads.get(item.path):
            del self._checked[item.path]
            held = self._check(item)
        return held

    @cached_property
    def _items(self) -> dict[str, LinkedModule]:
        return {shown_reference(item): item for item in self.program.modules}

    def references(self) -> Iterable[str]:
        """All modules of the program."""
        return self._items.keys()


class Followed(Mapping[str, Checked]):
    """The modules of a program by reference; who asks for one gets it with its facts."""

    def __init__(self, program: SingleCheck) -> None:
        self._program = program
        self.consulted: set[str] = set()
        """The paths of those that were asked for."""

    def __getitem__(self, reference: str) -> Checked:
        found = self.get(reference)
        if found is None:
            raise KeyError(reference)
        checked: Checked = found
        return checked

    def get(self, reference: str, default: Any = None) -> Any:
        """As of any mapping, with one call less: lints ask this of most bindings."""
        found = self._program.whole(reference)
        if found is None:
            return default
        self.consulted.add(found.module.source.path)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._program.references())

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Reread:
    """The tree of a file, read again when it is first asked for."""

    __slots__ = ("_module", "_source")

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._module: syntax.Module | None = None

    def __call__(self) -> syntax.Module:
        if self._module is None:
            self._module = parse(self._source).module
        return self._module
