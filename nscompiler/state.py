"""One state of a set of files that are being edited, and the next one.

A ``State`` is a compilation that answers file by file, and an edit makes another (``State.after``), which takes over
whatever the edit does not touch. What an edit touches:

- the file itself is parsed and checked;
- who imports it is checked again where its interface says anything else than before;
- where only places in it moved, those are checked again whose interfaces or problems point into it;
- a file with problems is checked again when anything behind its imports has changed, or when modules declare other
  names than before, since what a message offers may have changed.

``tests/test_state.py`` compares long runs of edits with compilations from scratch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.stored import mentioned_files
from nscompiler.files import Files
from nscompiler.grammar.parse import ParseResult, parse
from nscompiler.lints.weigh import Levels, weigh
from nscompiler.modules.exports import Exports, declared_names
from nscompiler.modules.program import LinkedModule, Program, Resolved, arrange, reach, resolve
from nscompiler.modules.python_file import python_file
from nscompiler.modules.reading import Heading
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import SUFFIX
from nscompiler.pipeline import Compilation, Scope, may_clash, shown_reference
from nscompiler.records import replace
from nscompiler.source import SourceFile
from nscompiler.typecheck.check import check_module
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import Interface
from nscompiler.types.types import Types

NONE: frozenset[str] = frozenset()


@attrs.frozen(slots=True, eq=False)
class Own:
    """What is to be told of one file, and what it was found out from: its imports, its check, the Python files and the
    checks of other files that were looked into."""

    resolved: Resolved
    checked: Checked
    problems: tuple[Diagnostic, ...]
    python: frozenset[str]
    consulted: Mapping[str, Checked]


class State(Compilation):
    """A compilation that an edit turns into another one. What it says of a file never changes."""

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        types: Types | None = None,
    ) -> None:
        super().__init__(files, paths, search, standard, types)
        self._resolved: dict[str, Resolved] = {}
        self._carried: dict[str, Checked] = {}
        self._dirty: set[str] = set()
        self._bound: dict[str, LinkedModule] = {}
        self._mentions: dict[str, tuple[Checked, frozenset[str]]] = {}
        self._own: dict[str, Own] = {}
        self._earlier_exports: Exports | None = None

    # --- from one state to the next

    def after(self, files: Files, changed: Iterable[str], paths: Iterable[str] | None = None) -> "State":
        """The state in which some files, of any kind, have another content; one of them may be new or gone.

        ``files`` are not those of this state changed: both are still asked. ``paths`` are what is to be checked, where
        that is something else than before.
        """
        touched = frozenset(changed)
        _ = self._arranged  # what it parses is taken over
        following = State(files, self.paths if paths is None else paths, self._search, self._standard, self.types)
        kept = ((path, held) for path, held in self._parsed.items() if held is not None and path not in touched)
        following._parsed = dict(kept)
        following._carried = {**self._carried, **self._checked}
        following._dirty = self._dirty - self._checked.keys()
        following._bound, following._mentions = self._bound, self._mentions
        following._earlier_exports = vars(self).get("_exports", self._earlier_exports)
        if any(self.discovery.index.is_standard(path) for path in touched):
            return State(files, self.paths, self._search, self._standard)
        if following.paths == self.paths and following._has_layout_of(self, touched):
            following._python = {path: held for path, held in self._python.items() if path not in touched}
            following._own = {path: own for path, own in self._own.items() if not own.python & touched}
            following._take_over_links(self, touched)
        else:
            touched |= following._keep_equal_texts()
            following._dirty |= following._with_problems()
        following._dirty |= {path for path in following._with_problems() if following.closure(path) & touched}
        return following

    def _has_layout_of(self, before: "State", touched: frozenset[str]) -> bool:
        """Take over what is where, unless a touched file has a say in that."""
        sources = before.discovery.sources.without(touched, self.files)
        for path in touched:
            if path.endswith(SUFFIX):
                old, new = before.discovery.sources.heading(path), sources.heading(path)
                if not isinstance(old, Heading) or not isinstance(new, Heading) or _placing(old) != _placing(new):
                    return False
            elif not path.endswith(".py"):
                return False
        index = before.discovery.index.reading(sources, self.files)
        vars(self)["discovery"] = replace(before.discovery, sources=sources, index=index)
        return True

    def _keep_equal_texts(self) -> frozenset[str]:
        """Keep of what was parsed what has the same text still; the paths of what has not."""
        parsed, self._parsed = self._parsed, {}
        for path, held in parsed.items():
            source = self.discovery.sources.source(path)
            if held is not None and isinstance(source, SourceFile) and held.module.source.text == source.text:
                self._parsed[path] = held
        return frozenset(parsed.keys() - self._parsed.keys())

    def _take_over_links(self, before: "State", touched: frozenset[str]) -> None:
        """Look up only the imports of what was touched; where they lead to the same files, the order is the same."""
        program, problems = before._arranged
        again = {path for path in touched if path in before._resolved}
        if any(_says(before, path) != _says(self, path) for path in again):
            again |= {path for path, one in before._resolved.items() if one.problems}
            self._dirty |= self._with_problems()
        else:
            vars(self)["_exports"] = before._exports
        self._resolved = {path: one for path, one in before._resolved.items() if path not in again}
        found = {path: one for path in again if (one := self._resolve(path)) is not None}
        same = found.keys() == again and all(
            _edges(one.item) == _edges(before._resolved[path].item) for path, one in found.items()
        )
        if same and not problems:
            modules = (found[item.path].item if item.path in found else item for item in program.modules)
            vars(self)["_arranged"] = Program(tuple(modules)), ()
            vars(self)["_importers"] = before._importers

    def _with_problems(self) -> set[str]:
        return {path for path, checked in self._carried.items() if checked.problems}

    # --- what is where

    @cached_property
    def _exports(self) -> Exports:
        return Exports(self.discovery.index, self._earlier_exports)

    def _resolve(self, path: str) -> Resolved | None:
        """A file with its imports looked up, once; None where it cannot be read."""
        module = self._syntax(path)
        if module is None:
            return None
        held = self._resolved.get(path)
        if held is None:
            held = self._resolved[path] = resolve(path, module, self.discovery.index)
        return held

    @cached_property
    def _arranged(self) -> tuple[Program, tuple[Diagnostic, ...]]:
        return arrange([one.item for one in reach(self.discovery.targets, self._resolve)])

    @cached_property
    def _linked(self) -> tuple[Program, tuple[Diagnostic, ...]]:
        program, problems = self._arranged
        own = (problem for item in program.modules for problem in self._resolved[item.path].problems)
        return program, tuple(dict.fromkeys((*own, *problems)))

    @property
    def program(self) -> Program:
        """All files with their imports resolved, what is imported before what imports it."""
        return self._arranged[0]

    @cached_property
    def _items(self) -> dict[str, LinkedModule]:
        return {item.path: item for item in self.program.modules}

    @property
    def paths_of_all(self) -> tuple[str, ...]:
        """Every file of the program, what is imported before what imports it."""
        return tuple(self._items)

    @property
    def exports(self) -> Exports:
        """The modules that declare a name, imported or not."""
        return self._exports

    def text(self, path: str) -> SourceFile | None:
        """The text of any file; None where there is none."""
        return self.sources.get(path)

    @cached_property
    def _importers(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for item in self.program.modules:
            for one in item.imports.resolved:
                found.setdefault(one.path, set()).add(item.path)
        return {path: frozenset(importers) for path, importers in found.items()}

    @cached_property
    def _paths_by_reference(self) -> dict[str, str]:
        return {shown_reference(item): item.path for item in self.program.modules if item.ref is not None}

    def linked(self, path: str) -> LinkedModule | None:
        """A file of the program with its imports; None for another."""
        return self._items.get(path)

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file themselves."""
        return self._importers.get(path, NONE)

    def closure(self, path: str) -> set[str]:
        """A file with all that it imports, directly or not."""
        found, pending = {path}, [path]
        while pending:
            item = self._items.get(pending.pop())
            imported = {one.path for one in item.imports.resolved} - found if item is not None else set()
            found |= imported
            pending += imported
        return found

    def path_of(self, reference: str) -> str | None:
        """The file of a module of the program or of the standard library, by its reference as text."""
        found = self._paths_by_reference.get(reference)
        if found is None:
            held = self.discovery.index.reference(reference)
            paths = self.discovery.index.find(held) if isinstance(held, ModuleRef) else ()
            found = paths[0] if len(paths) == 1 else None
        return found

    def scope(self, path: str) -> Mapping[str, Interface | None]:
        """What the aliases in a file stand for, those of the standard library among them."""
        return Scope(self, self._items[path])

    # --- checking

    def settle(self, path: str) -> None:
        """Have a file checked, and before it whatever of its imports has to be checked again."""
        if path not in self._checked:
            wanted = self.closure(path)
            for item in self.program.modules:
                if item.path in wanted:
                    self._settle(item)

    def _check_all(self) -> None:
        for _ in self.checking():
            pass

    def checking(self) -> Iterator[str]:
        """Check what has to be checked, file by file; each is told of when it is done."""
        for item in self.program.modules:
            if item.path not in self._checked:
                self._settle(item)
                yield item.path

    def _settle(self, item: LinkedModule) -> None:
        if item.path in self._checked:
            return
        old = self._carried.get(item.path)
        if old is not None and item.path not in self._dirty and self._same_imports(item, old):
            self._checked[item.path] = old
            return
        checked = self._check(item)
        self._bound[item.path] = item
        if old is None or old.interface.hash != checked.interface.hash:
            self._dirty |= self.importers(item.path)
        elif old.module is not checked.module:
            self._dirty |= self._pointing_into(item.path)

    def _same_imports(self, item: LinkedModule, old: Checked) -> bool:
        """Whether a file was checked as it is now, with aliases that stood for the same files."""
        held = self._bound.get(item.path)
        return held is item or (held is not None and old.module is item.module and _bound(held) == _bound(item))

    def _pointing_into(self, path: str) -> set[str]:
        """Files that tell places in a file, in problems or to those who import them."""
        return {
            other
            for other in self._carried
            if other not in self._checked and path in self._mentioned(other, self._carried[other])
        }

    def _mentioned(self, path: str, checked: Checked) -> frozenset[str]:
        held = self._mentions.get(path)
        if held is None or held[0] is not checked:
            found = mentioned_files(checked.problems) | mentioned_by(checked.interface)
            held = self._mentions[path] = checked, found
        return held[1]

    def interface(self, path: str) -> Interface | None:
        """What a file exports."""
        if path in self._items:
            self.settle(path)
        return super().interface(path)

    def standard_interface(self, alias: str) -> Interface | None:
        """What a module of the standard library exports."""
        path = f"{self.discovery.index.standard}/{alias}.nml"
        if path in self._carried:
            self._checked.setdefault(path, self._carried[path])
        return super().standard_interface(alias)

    def file(self, path: str) -> Checked | None:
        """What is known of a file of the program; None for another, and for one that cannot be read."""
        if path in self._items:
            self.settle(path)
        return self._checked.get(path)

    def probe(self, path: str, text: str) -> tuple[ParseResult, Checked]:
        """What would be known of a file with the same imports that had another text."""
        parsed = parse(SourceFile(path, text))
        item = replace(self._items[path], module=parsed.module)
        self.settle(path)
        standard = self.discovery.index.is_standard(path)
        return parsed, check_module(
            parsed.module, shown_reference(item), Scope(self, item), self.types, standard=standard
        )

    def service(self, path: str) -> Service | None:
        """What the Python code beside a file says; None where there is none."""
        checked = self.file(path)
        return None if checked is None else self._service(checked)

    # --- what was found

    def problems_in(self, path: str) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with a file of the program and the Python file beside it, by place, but for what
        needs whole workflows (``late_problems``). Of files that were not asked for, only the errors."""
        item = self._items.get(path)
        if item is None:
            return ()
        self.settle(path)
        asked_for = path in self._targets
        found = (*self._resolved[path].problems, *self._problems_of(item, asked_for))
        if not asked_for:
            found = tuple(problem for problem in found if problem.is_error)
        return self._shown(path, found)

    def news(self) -> tuple[str, ...]:
        """The files of which ``problems_in`` may say something else than it last did, in this state or an earlier one.

        Everything that has to be checked again is checked for it.
        """
        self._check_all()
        own = self._own
        return tuple(path for path in self._items if (held := own.get(path)) is None or not self._holds(held, path))

    def late_problems(self, path: str) -> tuple[Diagnostic, ...]:
        """Files and endpoints that two nodes of a workflow of this file would share."""
        behind = self.closure(path)
        texts = [self._text(one) for one in behind]
        if path not in self._targets or not may_clash(texts) or any(self._has_errors(one) for one in behind):
            return ()
        return self._shown(path, tuple(self._clashes_in(path)))

    def common_problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files together: where they are, their rings, versions and project files."""
        found = (*self.discovery.problems, *self._arranged[1], *self._project_problems(), *self._load_problems)
        return ordered(weigh(found, (), (), self._levels.of))

    def _has_errors(self, path: str) -> bool:
        return any(
            problem.is_error
            for problem in (*self._resolved[path].problems, *self._problems_of(self._items[path], False))
        )

    def _problems_of(self, item: LinkedModule, asked_for: bool) -> Sequence[Diagnostic]:
        held = self._own.get(item.path)
        if held is None or not self._holds(held, item.path):
            self._modules.consulted.clear()
            checked = self._checked[item.path]
            problems = tuple(super()._problems_of(item, item.path in self._targets))
            consulted = {path: self._checked[path] for path in self._modules.consulted if path != item.path}
            python = frozenset(python_file(path) for path in (item.path, *consulted))
            held = self._own[item.path] = Own(self._resolved[item.path], checked, problems, python, consulted)
        return held.problems

    def _holds(self, own: Own, path: str) -> bool:
        for other in own.consulted:
            self.file(other)
        same = self._checked[path] is own.checked and self._resolved[path] is own.resolved
        return same and all(self._checked.get(other) is checked for other, checked in own.consulted.items())

    def _shown(self, path: str, found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What comments and levels leave of problems."""
        parsed, python = self._parsed[path], self._python.get(python_file(path))
        module = (parsed.module,) if parsed is not None and "nsc:" in parsed.module.source.text else ()
        beside = (python,) if isinstance(python, SourceFile) and "nsc:" in python.text else ()
        if not found and not module and not beside:
            return ()
        return ordered(weigh(found, module, beside, self._levels.of))

    @cached_property
    def _levels(self) -> Levels:
        return Levels(self.discovery, self.files)

    @cached_property
    def _targets(self) -> frozenset[str]:
        return frozenset(self.discovery.targets)

    @cached_property
    def _modules(self) -> "Consulted":
        return Consulted(self)

    def _text(self, path: str) -> str:
        source = self.discovery.sources.source(path)
        return source.text if isinstance(source, SourceFile) else ""


class Consulted(Mapping[str, Checked]):
    """All modules of a program by reference; it notes the files of those that were asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.consulted: set[str] = set()

    def __getitem__(self, reference: str) -> Checked:
        path = self._state.path_of(reference)
        checked = None if path is None else self._state.file(path)
        if path is None or checked is None:
            raise KeyError(reference)
        self.consulted.add(path)
        return checked

    def __iter__(self) -> Iterator[str]:
        return (str(item.ref) for item in self._state.program.modules if item.ref is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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


def _placing(heading: Heading) -> tuple[ModuleRef | None, bool, bool]:
    """What of a text decides which module it is."""
    return heading.ref, heading.scanned is None, not heading.source.text.strip()


def _says(state: State, path: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What messages about other files may have from a file's text: what it declares and imports."""
    module = state._syntax(path)
    imports = () if module is None else tuple(one.reference.text for one in module.imports)
    return declared_names(state._text(path)), imports


def _edges(item: LinkedModule) -> tuple[str, ...]:
    return tuple(found.path for found in item.imports.resolved)


def _bound(item: LinkedModule) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """The aliases of a file with the files that they stand for, and those that stand for nothing."""
    return tuple((found.alias, found.path) for found in item.imports.resolved), item.imports.poisoned
