"""One state of a set of files that are being edited, and the next one.

A ``State`` is a compilation that answers file by file, and an edit makes another (``State.after``), which takes over
whatever the edit does not touch. What an edit touches:

- the file itself is parsed and checked;
- who imports it and has a name in the text of which its interface says anything else than before is checked again;
- where only places in it moved, those are checked again whose interfaces or problems point into it;
- a file with problems is checked again when anything behind its imports has changed, or when modules declare other
  names than before, since what a message offers may have changed.

Where an edit leaves the names of modules and their imports as they were, it costs what these files cost and next to
nothing for each module of the program. ``tests/test_state.py`` compares long runs of edits with compilations from
scratch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.stored import mentioned_files
from nscompiler.files import Files
from nscompiler.lints.marks import may_ignore
from nscompiler.lints.weigh import weigh
from nscompiler.modules.claims import claim
from nscompiler.modules.exports import declared_names
from nscompiler.modules.importers import imports_in
from nscompiler.modules.program import LinkedModule, Resolved
from nscompiler.modules.python_file import python_file
from nscompiler.modules.reading import Heading
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import SUFFIX
from nscompiler.pipeline.clash_signs import clash, signs
from nscompiler.records import replace
from nscompiler.settling import Settling
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.types.types import Types


@attrs.frozen(slots=True, eq=False)
class Own:
    """What is to be told of one file, and what it was found out from: its imports, its check, the Python files and the
    checks of other files that were looked into."""

    resolved: Resolved
    checked: Checked
    problems: tuple[Diagnostic, ...]
    python: frozenset[str]
    consulted: Mapping[str, Checked]


class State(Settling):
    """A compilation that an edit turns into another one. What it says of a file never changes."""

    def __init__(
        self,
        files: Files,
        paths: Iterable[str],
        search: Sequence[str] = (),
        standard: str | None = None,
        types: Types | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        super().__init__(files, paths, search, standard, types, only)
        self._own: dict[str, Own] = {}
        self._untold: set[str] | None = None
        self._unlaid: set[str] | None = None
        self._late: set[str] = set()
        self._mistaken: set[str] | None = None

    # --- from one state to the next

    def after(
        self,
        files: Files,
        changed: Iterable[str],
        paths: Iterable[str] | None = None,
        only: frozenset[str] | None = None,
    ) -> "State":
        """The state in which some files, of any kind, have another content; one of them may be new or gone.

        ``files`` are not those of this state changed: both are still asked. ``paths`` are what is to be checked, where
        that is something else than before, and ``only`` the targets among their files, all of them by default.
        """
        touched = frozenset(changed)
        following = State(files, self.paths if paths is None else paths, self._search, self._standard, self.types, only)
        if any(self.discovery.index.is_standard(path) for path in touched):
            return State(files, following.paths, self._search, self._standard, None, only)
        _ = self._arranged  # what it parses is taken over
        following._parsed = dict(self._parsed)
        for path in touched:
            following._parsed.pop(path, None)
        following._bound, following._trails = self._bound, self._trails
        following._troubled, following._altered = set(self._troubled), set(self._altered)
        if following.paths == self.paths and following._has_layout_of(self, touched):
            following._keep(self, touched)
            following._take_over_links(self, touched)
        else:
            following._carry(self)
            following._earlier_exports = self._exports
            touched |= following._keep_equal_texts()
            following._dirty |= following._troubled
        return following

    def _carry(self, before: "State") -> None:
        """Nothing is settled yet, and what was known of files may hold again."""
        self._carried = {**before._carried, **before._checked}
        self._dirty |= before._dirty

    def _has_layout_of(self, before: "State", touched: frozenset[str]) -> bool:
        """Take over what is where, unless a touched file has a say in that."""
        sources = before.discovery.sources.without(touched, self.files)
        for path in touched:
            if path.endswith(SUFFIX):
                # One that was not read before may be new: what the disk says of it now says nothing of then.
                old, new = before.discovery.sources.read(path), sources.heading(path)
                if not isinstance(old, Heading) or not isinstance(new, Heading) or _placing(old) != _placing(new):
                    return False
            elif not path.endswith(".py"):
                return False
        if before.discovery.problems and mentioned_files(before.discovery.problems) & touched:
            return False
        index = before.discovery.index.reading(sources, self.files)
        vars(self)["_discovered"] = replace(before._discovered, sources=sources, index=index)
        return True

    def _keep_equal_texts(self) -> frozenset[str]:
        """Keep of what was parsed what has the same text still; the paths of what has not."""
        parsed, self._parsed = self._parsed, {}
        for path, held in parsed.items():
            source = self.discovery.sources.source(path)
            if held is not None and isinstance(source, SourceFile) and held.module.source.text == source.text:
                self._parsed[path] = held
        return frozenset(parsed.keys() - self._parsed.keys())

    def _keep(self, before: "State", touched: frozenset[str]) -> None:
        """Keep what lies in the same places: the Python files, and what was told of files."""
        self._python = dict(before._python)
        for path in touched:
            self._python.pop(path, None)
        self._load_problems = [one for one in before._load_problems if one.primary.span.path not in touched]
        self._own = dict(before._own)
        self._untold = None if before._untold is None else set(before._untold)
        self._unlaid = None if before._unlaid is None else set(before._unlaid)
        self._late = set(before._late)
        if any(path.endswith(".py") for path in touched):
            for path in [path for path, own in before._own.items() if own.python & touched]:
                del self._own[path]
                self._tell_again(path)
        if (levels := vars(before).get("_levels")) is not None:
            vars(self)["_levels"] = levels

    def _take_over_links(self, before: "State", touched: frozenset[str]) -> None:
        """Look up only the imports of what was touched; where they lead to the same files, the order is the same."""
        if self._only != before._only:
            self._look_up_all(before, touched)
            return
        again = {path for path in touched if path in before._resolved}
        mistaken = before._mistaken_files
        again |= {path for path in mistaken if mentioned_files(before._resolved[path].problems) & touched}
        says = any(_says(before, path) != _says(self, path) for path in touched & again)
        if says:
            again |= mistaken
            self._earlier_exports, self._exports_edited = before._exports, touched
        else:
            vars(self)["_exports"] = before._exports
        self._resolved = dict(before._resolved)
        for path in again:
            del self._resolved[path]
        found = {path: one for path in again if (one := self._resolve(path)) is not None}
        same = found.keys() == again and all(
            _edges(one.item) == _edges(before._resolved[path].item) for path, one in found.items()
        )
        self._mistaken = mistaken - again | {path for path, one in found.items() if one.problems} if same else None
        if same and not before._arranged[1]:
            self._edit(before, {path: found[path].item for path in again if path in before._links.items})
            self._doubt(self._troubled if says else self._troubled & self._links.dependents(touched))
        else:
            self._carry(before)
            self._dirty |= self._troubled
            self._untold = self._unlaid = None
        for path in again:
            self._tell_again(path)

    @property
    def _mistaken_files(self) -> set[str]:
        """The files whose headers or imports are wrong."""
        if self._mistaken is None:
            self._mistaken = {path for path, one in self._resolved.items() if one.problems}
        return self._mistaken

    def _look_up_all(self, before: "State", touched: frozenset[str]) -> None:
        """Other files are targets: the program is put together anew, once it is asked for."""
        kept = {path: one for path, one in before._resolved.items() if path not in touched and not one.problems}
        self._resolved = kept
        self._earlier_exports, self._exports_edited = before._exports, touched
        self._carry(before)
        self._dirty |= self._troubled
        self._untold = self._unlaid = None

    def _edit(self, before: "State", items: Mapping[str, LinkedModule]) -> None:
        """The same program but for the texts of some files: all others are as settled as they were."""
        vars(self)["_links"] = links = before._links.with_items(items.values())
        vars(self)["_arranged"] = links.program, ()
        for name in ("_targets", "_together"):
            if name in vars(before):
                vars(self)[name] = vars(before)[name]
        self._checked, self._carried = dict(before._checked), dict(before._carried)
        self._dirty, self._unsettled = set(before._dirty), set(before._pending)
        self._queue = list(before._queue)
        self._doubt(items)

    def _tell_again(self, path: str) -> None:
        for told in (self._untold, self._unlaid):
            if told is not None:
                told.add(path)

    # --- what was found

    def problems_in(self, path: str) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with a file of the program and the Python file beside it, by place, but for what
        needs whole workflows (``late_problems``). Of files that were not asked for, only the errors."""
        item = self._links.items.get(path)
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
        if self._untold is None:
            own = self._own
            self._untold = {
                path for path in self._links.items if (held := own.get(path)) is None or not self._holds(held, path)
            }
        return tuple(self._links.ordered(self._untold))

    def late_problems(self, path: str) -> tuple[Diagnostic, ...]:
        """Files and endpoints that two nodes of a workflow of this file would share."""
        self._late.discard(path)
        if path not in self._targets or not clash(self._all_signs):
            return ()
        behind = self.closure(path)
        if not clash(reduce(or_, map(self._signs, behind))) or any(self._has_errors(one) for one in behind):
            return ()
        return self._shown(path, tuple(self._clashes_in(path)))

    def late_news(self) -> tuple[str, ...]:
        """The files of which ``late_problems`` may say something else than it last did, as for ``news``."""
        self._check_all()
        doubted = self._targets if self._unlaid is None else self._links.dependents(self._unlaid) & self._targets
        self._unlaid = set()
        self._late |= doubted
        return tuple(self._links.ordered(self._late))

    @cached_property
    def _all_signs(self) -> int:
        return reduce(or_, map(self._signs, self._links.items), 0)

    def _signs(self, path: str) -> int:
        """Which signs of a clash a file's text shows."""
        item = self._links.items.get(path)
        if item is None:
            return 0
        held = self._trails.signs.get(path)
        if held is None or held[0] is not item.module:
            held = self._trails.signs[path] = item.module, signs(item.module.source.text)
        return held[1]

    def common_problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files together: where they are, their rings, versions and project files."""
        return self._together

    @cached_property
    def _together(self) -> tuple[Diagnostic, ...]:
        found = (*self.discovery.problems, *self._arranged[1], *self._project_problems(), *self._load_problems)
        return ordered(weigh(found, (), (), self._levels.of))

    def _has_errors(self, path: str) -> bool:
        item = self._links.items[path]
        if item.imports.poisoned:  # by a file that cannot be read, of which the files together tell
            return True
        return any(problem.is_error for problem in (*self._resolved[path].problems, *self._problems_of(item, False)))

    def _problems_of(self, item: LinkedModule, asked_for: bool) -> Sequence[Diagnostic]:
        held = self._own.get(item.path)
        if held is None or not self._holds(held, item.path):
            self._modules.consulted.clear()
            checked = self._checked[item.path]
            problems = tuple(super()._problems_of(item, item.path in self._targets))
            consulted = {path: self._checked[path] for path in self._modules.consulted if path != item.path}
            for path in consulted:
                self._trails.reading.setdefault(path, set()).add(item.path)
            python = frozenset(python_file(path) for path in (item.path, *consulted))
            held = self._own[item.path] = Own(self._resolved[item.path], checked, problems, python, consulted)
        if self._untold is not None:
            self._untold.discard(item.path)
        return held.problems

    def _holds(self, own: Own, path: str) -> bool:
        for other in own.consulted:
            self.file(other)
        same = self._checked[path] is own.checked and self._resolved[path] is own.resolved
        return same and all(self._checked.get(other) is checked for other, checked in own.consulted.items())

    def _shown(self, path: str, found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What comments and levels leave of problems."""
        parsed, python = self._parsed[path], self._python.get(python_file(path))
        module = (parsed.module,) if parsed is not None and may_ignore(parsed.module.source.text) else ()
        beside = (python,) if isinstance(python, SourceFile) and may_ignore(python.text) else ()
        if not found and not module and not beside:
            return ()
        return ordered(weigh(found, module, beside, self._levels.of))

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


def _placing(heading: Heading) -> tuple[ModuleRef | None, bool, str | None, bool]:
    """What of a text decides which module it is."""
    return heading.ref, heading.scanned is None, claim(heading), not heading.source.text.strip()


def _says(state: State, path: str) -> tuple[frozenset[str], tuple[str, ...], tuple[tuple[str, str], ...]]:
    """What messages about other files may have from a file's text: what it declares and imports."""
    module = state._syntax(path)
    imports = () if module is None else tuple(one.reference.text for one in module.imports)
    text = state._text(path)
    return declared_names(text), imports, imports_in(text)


def _edges(item: LinkedModule) -> tuple[str, ...]:
    return *(found.path for found in item.imports.resolved), "", *item.imports.claimed
