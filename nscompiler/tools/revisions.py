"""Two states of a program side by side: paths or git revisions, and the changes of each module between them."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

import attrs

from nscompiler.diagnostics.codes import project as project_codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.files import DiskFiles, Files
from nscompiler.flow.module_files import module_files
from nscompiler.modules.program import LinkedModule
from nscompiler.modules.python_file import python_file
from nscompiler.modules.reference import ModuleRef, Version
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import shown_reference
from nscompiler.tools.changes import Change, Level, described, highest
from nscompiler.tools.git_files import GitError, GitFiles, Repository
from nscompiler.tools.semver import compare, next_version, suffices
from nscompiler.types.types import Types

SCHEMA_VERSION = 1


class NoSuchState(Exception):
    """What was given is neither a path nor a revision, or lacks what is to be compared; the notes say what to do."""

    def __init__(self, message: str, *notes: str) -> None:
        super().__init__(message)
        self.notes = notes


@attrs.frozen(slots=True)
class Place:
    """A path, at a git revision or (None) on the disk as it is. A revision alone has no path."""

    path: str | None
    revision: str | None = None

    def __str__(self) -> str:
        return " at ".join(part for part in (self.path, self.revision) if part is not None)


def place(text: str) -> Place:
    """What a text means: a file or folder that is there, else ``REVISION:PATH``, else a revision.

    A path after a colon is one from the repository's root, or with ``./`` one from here, as git has it. Raises
    NoSuchState where it means nothing, and GitError where git cannot be asked.
    """
    if os.path.exists(text):
        return Place(text)
    try:
        repository = Repository.around(".")
    except GitError as error:
        raise NoSuchState(f"there is no file or folder `{text}`", f"nor a revision of that name: {error}") from None
    if repository.commit(text) is not None:
        return Place(None, text)
    revision, colon, path = text.partition(":")
    if colon and repository.commit(revision) is not None:
        here = path.startswith(("./", "../")) or path == "."
        return Place(path if here else os.path.relpath(os.path.join(repository.root, path)), revision)
    names = (*repository.names(), *os.listdir("."))
    raise NoSuchState(f"there is no file, folder or git revision `{text}`", _offer(text, names))


def _offer(text: str, names: Iterable[str]) -> str:
    meant = did_you_mean(near(text, tuple(names)))
    return meant or "in a clone without history or tags, `git fetch --tags` may bring it"


def both_places(old: str, new: str | None = None, within: str | None = None) -> tuple[Place, Place]:
    """The two states that a command compares; without a ``new`` one it is what lies on the disk. A revision alone
    stands for ``within``, else for what the other side names, else for this folder."""
    one, other = place(old), Place(None) if new is None else place(new)
    path = within or one.path or other.path or "."
    return attrs.evolve(one, path=one.path or path), attrs.evolve(other, path=other.path or path)


class States(AbstractContextManager["States"]):
    """Compilations of several states whose types can be compared; to be closed, for git is asked as they go on.
    ``search`` are further folders to find modules in, ``types`` the table that all share."""

    def __init__(self, search: Sequence[str] = (), types: Types | None = None) -> None:
        self.types = types or Types()
        self.search = tuple(search)
        self._open = ExitStack()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def files(self, revision: str | None, around: str = ".") -> Files:
        """The files of a revision of the repository around a path, or those of the disk."""
        if revision is None:
            return DiskFiles()
        folder = around if os.path.isdir(around) else os.path.dirname(around) or "."
        repository = Repository.around(folder if os.path.isdir(folder) else ".")
        commit = repository.commit(revision)
        if commit is None:
            raise NoSuchState(f"there is no git revision `{revision}`", _offer(revision, repository.names()))
        return self._open.enter_context(GitFiles(repository, commit, (standard_folder(),)))

    def compilation(self, at: Place, paths: Iterable[str] | None = None) -> Compilation:
        """The compilation of a place. Raises NoSuchState where it is not there at that revision."""
        path = at.path or "."
        files = self.files(at.revision, path)
        if not files.is_file(path) and not files.is_folder(path):
            raise NoSuchState(f"there is no file or folder `{path}` at {at.revision}")
        return Compilation(files, (path,) if paths is None else paths, self.search, types=self.types)


def hindrances(compilation: Compilation) -> tuple[Diagnostic, ...]:
    """The errors that leave open what a program's interfaces are. That a release has changed is none: it is what a
    comparison is about."""
    problems = compilation.problems
    return tuple(one for one in problems if one.is_error and one.code is not project_codes.CHANGED_RELEASE)


def unknown_interfaces(compilation: Compilation) -> frozenset[str]:
    """The files whose interface errors leave open: their own, those of an import, or those of what they import."""
    unknown: set[str] = set()
    for item in compilation.program.modules:  # what is imported comes before what imports it
        imported = (one.path for one in item.imports.resolved)
        if item.imports.poisoned or _has_errors(item, compilation) or not unknown.isdisjoint(imported):
            unknown.add(item.path)
    return frozenset(unknown)


def _has_errors(item: LinkedModule, compilation: Compilation) -> bool:
    parsed = compilation.parsed(item.path)
    problems = (*(() if parsed is None else parsed.problems), *compilation.checked[item.path].problems)
    return any(problem.is_error for problem in problems)


def tells_modules(compilation: Compilation) -> bool:
    """Whether errors leave open only what is in modules, not which modules there are."""
    files = {name for item in compilation.program.modules for name in (item.path, python_file(item.path))}
    found = hindrances(compilation)
    located = all(one.primary.span.path in files for one in found)
    return located and not any(one.is_error for one in compilation.discovery.problems)


@attrs.frozen(slots=True)
class ModuleDiff:
    """The changes of one module. ``before`` and ``after`` are its references, None on a side where it is not there;
    ``name`` is what to call it, for a script its file. ``status`` is ``changed``, ``added`` or ``removed``; ``files``
    are those that differ, beside what ``changes`` tell. ``alike`` names a new module that declares just what this one
    did, where this one is gone."""

    name: str
    path: str
    before: ModuleRef | None
    after: ModuleRef | None
    status: str
    changes: tuple[Change, ...] = ()
    files: tuple[str, ...] = ()
    alike: str = ""

    @property
    def level(self) -> Level:
        """The greatest level of its changes."""
        if self.status != "changed":
            return Level.MAJOR if self.status == "removed" else Level.MINOR
        return highest(self.changes) if self.changes else Level.PATCH if self.files else Level.NONE

    @property
    def follows(self) -> Version | None:
        """The version that may follow at the earliest; None where nothing was released that it could follow."""
        if self.before is None or self.status != "changed" or not self.before.version.is_release:
            return None
        return next_version(self.before.version, self.level)

    @property
    def says_so(self) -> bool | None:
        """Whether the version says what changed; None where it need not, as that of a snapshot."""
        if self.follows is None or self.before is None or self.after is None or not self.after.version.is_release:
            return None
        return suffices(self.before.version, self.after.version, self.level)


def compared(old: Compilation, new: Compilation) -> tuple[tuple[ModuleDiff, ...], tuple[str, ...]]:
    """The changes of each module that either side was asked for, by name, unchanged ones too; and the names of those
    whose interface errors leave open on one side."""
    unknown: list[str] = []
    found = sorted(_compared(old, new, unknown), key=lambda one: (one.name, one.path))
    return tuple(found), tuple(sorted(unknown))


def _compared(old: Compilation, new: Compilation, unknown: list[str]) -> Iterator[ModuleDiff]:
    open_before, open_after = unknown_interfaces(old), unknown_interfaces(new)
    pairs = list(_pairs(_asked(old), _asked(new)))
    added = [after for before, after in pairs if before is None and after is not None and after.path not in open_after]
    for before, after in pairs:
        item = after or before
        assert item is not None
        name = shown_reference(item) if item.ref is None else item.ref.title
        if (before is not None and before.path in open_before) or (after is not None and after.path in open_after):
            unknown.append(name)
        elif before is not None and after is not None:
            yield module_diff(old, before, new, after)
        else:
            if before is None:
                yield ModuleDiff(name, item.path, None, item.ref, "added")
            else:
                alike = _alike(old, before, new, added)
                yield ModuleDiff(name, item.path, item.ref, None, "removed", alike=alike)


def _alike(old: Compilation, gone: LinkedModule, new: Compilation, added: Sequence[LinkedModule]) -> str:
    """The one new module that declares just what one did that is gone: it may have another name by now."""
    interface = old.checked[gone.path].interface
    names = interface.functions.keys() | interface.types.keys()
    found: list[LinkedModule] = []
    for item in added if names else ():
        other = new.checked[item.path].interface
        if other.functions.keys() | other.types.keys() != names:
            continue
        # The types that a module declares are called after it.
        if all(change.kind in ("input-name", "output-name") for change in compare(interface, other, new.types)):
            found.append(item)
    if len(found) != 1:
        return ""
    return shown_reference(found[0]) if found[0].ref is None else str(found[0].ref)


def _asked(compilation: Compilation) -> list[LinkedModule]:
    wanted = frozenset(compilation.discovery.targets)
    return [item for item in compilation.program.modules if item.path in wanted]


Pair = tuple[LinkedModule | None, LinkedModule | None]


def _pairs(old: list[LinkedModule], new: list[LinkedModule]) -> Iterator[Pair]:
    """Modules by title: equal versions first, then a new one with the newest of the old that is no newer. Two single
    files are what they are, however they are called; scripts go by their files' names."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    groups: dict[str, tuple[list[LinkedModule], list[LinkedModule]]] = {}
    for side, items in enumerate((old, new)):
        for item in items:
            key = f"{shown_reference(item)} (script)" if item.ref is None else item.ref.title
            groups.setdefault(key, ([], []))[side].append(item)
    for before, after in groups.values():
        yield from _pairs_of_one(before, after)


def _pairs_of_one(old: list[LinkedModule], new: list[LinkedModule]) -> Iterator[Pair]:
    used: set[str] = set()
    for item in new:
        match = predecessor(item, old)
        if match is not None:
            used.add(match.path)
        yield match, item
    yield from ((item, None) for item in old if item.path not in used)


def predecessor(item: LinkedModule, old: list[LinkedModule]) -> LinkedModule | None:
    """What a module was before: its own version, else the newest of the older ones, else the oldest."""
    if item.ref is None or not old:
        return old[0] if old else None
    own = item.ref.version
    ranked = sorted(old, key=_version)
    same = [one for one in ranked if _version(one) == own]
    older = [one for one in ranked if _version(one) <= own]
    return same[-1] if same else older[-1] if older else ranked[0]


def _version(item: LinkedModule) -> Version:
    assert item.ref is not None
    return item.ref.version


def module_diff(old: Compilation, before: LinkedModule, new: Compilation, after: LinkedModule) -> ModuleDiff:
    """The changes of one module from one state to another. Raises NoSuchState where one of its files cannot be read."""
    interfaces = old.checked[before.path].interface, new.checked[after.path].interface
    found = compare(*interfaces, new.types)
    name = shown_reference(after) if after.ref is None else after.ref.title
    try:
        files = _changed_files(_contents(before, old.files), _contents(after, new.files), os.path.basename(after.path))
    except OSError as error:
        raise NoSuchState(f"not all files of {name} can be read: {error.strerror or error}") from None
    if found:
        files = tuple(file for file in files if file != os.path.basename(after.path))
    return ModuleDiff(name, after.path, before.ref, after.ref, "changed", found, files)


def _contents(item: LinkedModule, files: Files) -> "Contents":
    """What a module consists of; its own file without the version, which says nothing of the rest."""
    found = module_files(item.path, files)
    own = os.path.basename(item.path)

    def reader(name: str) -> Callable[[], bytes]:
        return lambda: files.read_bytes(os.path.join(found.folder, name))

    def declarations() -> bytes:
        text, header = item.module.source.text, item.module.header
        if header is not None:
            text = text[: header.reference.start] + text[header.reference.end :]
        return text.encode()

    return {".nml": declarations, **{name: reader(name) for name in found.files if name != own}}


Contents = dict[str, Callable[[], bytes]]


def _changed_files(old: Contents, new: Contents, own: str) -> tuple[str, ...]:
    found = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new or old[name]() != new[name]():
            found.append(own if name == ".nml" else name)
    return tuple(found)


def diffs_as_json(old: str, new: str, diffs: Sequence[ModuleDiff]) -> str:
    """The comparison as a JSON document, two spaces deep."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "old": old,
        "new": new,
        "level": max((one.level for one in diffs), key=lambda level: level.rank, default=Level.NONE).value,
        "modules": [_diff_as_json(one) for one in diffs],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _diff_as_json(one: ModuleDiff) -> dict[str, object]:
    return {
        "module": one.name,
        "path": one.path,
        "status": one.status,
        "before": None if one.before is None else str(one.before.version),
        "after": None if one.after is None else str(one.after.version),
        "level": one.level.value,
        "follows": None if one.follows is None else str(one.follows),
        "says_so": one.says_so,
        "changes": [_change_as_json(change) for change in one.changes],
        "files": list(one.files),
        "alike": one.alike or None,
    }


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "name": change.name,
        "path": change.path,
        "level": change.level.value,
        "breaking": change.breaking,
        "before": change.before,
        "after": change.after,
        "for": change.audience or None,
        "remark": change.remark or None,
        "text": described(change),
    }
