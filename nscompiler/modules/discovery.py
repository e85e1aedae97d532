"""From the paths that a command was given to what is to be checked."""

import os
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.files import Files
from nscompiler.modules.index import ModuleIndex, conflict, distinct_files
from nscompiler.modules.lock import Lock, read_lock
from nscompiler.modules.reading import Heading, Sources, empty_file, missing_module_file, unreadable
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import (
    CONFIG_FILE,
    LOCK_FILE,
    MODULE_FILE,
    PROJECT_FILE,
    SUFFIX,
    folder_of,
    is_below,
    join,
    root_for,
    walk,
)
from nscompiler.modules.wording import titled
from nscompiler.records import Record, replace
from nscompiler.source import Span

if TYPE_CHECKING:
    from nscompiler.modules.project import ModuleConfig, ProjectConfig


class PathKind(Enum):
    """What a given path is."""

    MODULE = "module"
    SCRIPT = "script"
    FOLDER = "module folder"
    TREE = "folder tree"
    PROJECT = "project"


class Given(Record):
    """One given path: what it is, the root for its imports, and the files that it stands for."""

    __match_args__: ClassVar[tuple[str, ...]] = ("path", "kind", "root", "targets")
    __slots__ = __match_args__

    def __init__(self, path: str, kind: PathKind, root: str, targets: tuple[str, ...]) -> None:
        self.path = path
        self.kind = kind
        self.root = root
        self.targets = targets


class Discovery(Record):
    """What is to be checked, and where to look for what it imports.

    ``targets`` are readable ``.nml`` files, each once, in the order of the paths given, sorted within a folder.
    ``configs`` are the ``nstack.yaml`` files of the targets' folders, by folder; ``projects`` and ``locks`` those of
    the roots, by root.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "given",
        "targets",
        "sources",
        "index",
        "configs",
        "projects",
        "locks",
        "problems",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        given: tuple[Given, ...],
        targets: tuple[str, ...],
        sources: Sources,
        index: ModuleIndex,
        configs: "dict[str, ModuleConfig]",
        projects: "dict[str, ProjectConfig]",
        locks: dict[str, Lock],
        problems: tuple[Diagnostic, ...],
    ) -> None:
        self.given = given
        self.targets = targets
        self.sources = sources
        self.index = index
        self.configs = configs
        self.projects = projects
        self.locks = locks
        self.problems = problems


def discover(
    paths: Iterable[str], files: Files, extra_paths: Sequence[str] = (), standard: str | None = None
) -> Discovery:
    """Find out what each path is and which files it stands for.

    ``extra_paths`` are the folders of ``--path`` and ``NSTACK_PATH``, ``standard`` that of the standard library's
    modules. Of a folder every ``.nml`` file below it is a target, scripts too. Nothing outside the given paths is
    searched before an import has to be found.
    """
    search = _Search(files)
    for path in _uniform(tuple(paths)):
        search.take(path)
    standard = os.path.normpath(standard) if standard is not None else None
    search.check_duplicates(standard)
    roots = tuple(dict.fromkeys(given.root for given in search.given))
    for root in roots:
        search.read_root(root)
    extra = tuple(dict.fromkeys(os.path.normpath(path) for path in extra_paths))
    search.check_extra(extra)
    if not extra:
        search.check_places()
    present = tuple(path for path in extra if files.is_folder(path) or files.is_file(path))
    return Discovery(
        tuple(search.given),
        tuple(search.targets),
        search.sources,
        ModuleIndex(files, search.sources, roots, present, standard, search.walked),
        search.configs,
        search.projects,
        search.locks,
        tuple(dict.fromkeys(search.problems)),
    )


def _uniform(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths normalised, so that one file has one name: those below the working folder are relative to it, unless
    all were given absolute. An empty one, such as a variable of a shell that is not set, is no name of this folder."""
    if "" in paths:
        return ("", *_uniform(tuple(path for path in paths if path)))
    if all(os.path.isabs(path) for path in paths):
        return tuple(dict.fromkeys(os.path.normpath(path) for path in paths))
    here = os.path.abspath(".")
    absolute = ((path, os.path.abspath(path)) for path in paths)
    named = (os.path.relpath(full, here) if is_below(full, here) else os.path.normpath(path) for path, full in absolute)
    return tuple(dict.fromkeys(named))


class _Search:
    """What the given paths have come to so far."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.sources = Sources(files)
        self.given: list[Given] = []
        self.walked: dict[str, tuple[str, ...]] = {}
        self.targets: dict[str, Heading] = {}
        self.configs: dict[str, ModuleConfig] = {}
        self.projects: dict[str, ProjectConfig] = {}
        self.locks: dict[str, Lock] = {}
        self.problems: list[Diagnostic] = []

    def take(self, path: str) -> None:
        """Add one given path."""
        if self._files.is_folder(path):
            self._take_folder(path)
        elif not self._files.is_file(path):
            self.problems.append(no_such_path(path, self._files))
        elif path.endswith(SUFFIX):
            self._take_file(path)
        else:
            note = f"give its folder: `{folder_of(path)}`"
            title = titled("`{}` is no `.nml` file", path)
            self.problems.append(codes.NOT_A_MODULE_FILE.at(Span(path, 0, 0), title, notes=(note,)))

    def _take_file(self, path: str) -> None:
        heading = self._read_target(path)
        if heading is None:
            return
        kind = PathKind.SCRIPT if heading.scanned is None else PathKind.MODULE
        folder = folder_of(path)
        self.given.append(Given(path, kind, root_for(folder, self._files), (path,)))
        if os.path.basename(path) == MODULE_FILE and self._files.is_file(join(folder, CONFIG_FILE)):
            self._read_config(folder)

    def _take_folder(self, folder: str) -> None:
        found = walk(folder, self._files)
        self.walked[folder] = found.modules
        self.problems += (unreadable(path, error) for path, error in found.failures)
        self.sources.unread.update(path for path, _ in found.failures)
        targets = tuple(path for path in found.modules if self._read_target(path) is not None)
        self.given.append(Given(folder, self._kind(folder), root_for(folder, self._files), targets))
        for configured in found.configured:
            self._read_config(configured)
            if not self._files.is_file(join(configured, MODULE_FILE)) and not self._has_api_block(configured):
                self.problems.append(missing_module_file(configured, Span(join(configured, CONFIG_FILE), 0, 0)))
        if not found.modules and not found.configured and not found.failures:
            self.problems.append(_no_modules(folder))

    def _has_api_block(self, folder: str) -> bool:
        """Whether a folder's ``nstack.yaml`` has an ``api`` block, whose report says what ``module.nml`` to write."""
        path = join(folder, CONFIG_FILE)
        return any(problem.code.name == "api-block" and problem.primary.span.path == path for problem in self.problems)

    def _kind(self, folder: str) -> PathKind:
        if self._files.is_file(join(folder, PROJECT_FILE)):
            return PathKind.PROJECT
        return PathKind.FOLDER if self._files.is_file(join(folder, MODULE_FILE)) else PathKind.TREE

    def _read_target(self, path: str) -> Heading | None:
        heading = self.sources.heading(path)
        if not isinstance(heading, Heading):
            self.problems.append(heading)
            self.sources.unread.add(path)
            return None
        if path not in self.targets and not heading.source.text.strip():
            self.problems.append(empty_file(path))
        self.targets[path] = heading
        return heading

    def _read_config(self, folder: str) -> None:
        if folder in self.configs:
            return
        from nscompiler.modules.project import read_module_config  # for start-up: most files have no nstack.yaml

        config, problems = read_module_config(folder, self._files)
        self.problems += problems
        if config is not None:
            self.configs[folder] = config

    def read_root(self, root: str) -> None:
        """Read a root's lock and, where the root itself was given, its project file.

        For one module of a project its file is not read: that costs more than checking the module does.
        """
        if self._files.is_file(join(root, LOCK_FILE)):
            lock, problems = read_lock(root, self._files)
            self.problems += problems
            self.locks[root] = lock
        if any(given.path == root and given.kind is PathKind.PROJECT for given in self.given):
            from nscompiler.modules.project import read_project

            project, problems = read_project(root, self._files)
            self.problems += problems
            if project is not None:
                self.projects[root] = project

    def check_duplicates(self, standard: str | None) -> None:
        """Report targets that claim one reference, and drop those that are one file met by two ways."""
        claims: dict[ModuleRef, list[str]] = {}
        for path, heading in self.targets.items():
            if heading.ref is not None:
                claims.setdefault(heading.ref, []).append(path)
        for ref, paths in claims.items():
            different = distinct_files(paths, self._files)
            for path in paths:
                if path not in different:
                    del self.targets[path]
            if len(different) > 1:
                self.problems.append(conflict(ref, [self.targets[path] for path in different], standard))

    def check_places(self) -> None:
        """Warn about modules that a project places and does not have."""
        known = [str(heading.ref) for heading in self.targets.values() if heading.ref is not None]
        for project in self.projects.values():
            self.problems += project.misplaced(known)

    def check_extra(self, extra: Iterable[str]) -> None:
        """Warn about search folders that are not there; whatever is not found for it is an error of its own."""
        for path in extra:
            if not self._files.is_folder(path) and not self._files.is_file(path):
                self.problems.append(replace(no_such_path(path, self._files), severity=Severity.WARNING))


def no_such_path(path: str, files: Files) -> Diagnostic:
    """The error for a path that is neither a file nor a folder, with near names beside it."""
    if not path:
        hint = "is a variable not set? `.` is the folder that you are in"
        return codes.NO_SUCH_PATH.at(Span("", 0, 0), "the name of a file or folder is empty", notes=(hint,))
    folder, name = folder_of(path), os.path.basename(path)
    try:
        beside = files.list(folder)
    except OSError:
        beside = ()
    if name in beside:
        title = titled("`{}` is neither a file nor a folder", path)
        return codes.NOT_A_MODULE_FILE.at(Span(path, 0, 0), title, notes=("a device, a pipe or a broken link",))
    wanted = [other for other in beside if other.endswith(SUFFIX) or files.is_folder(join(folder, other))]
    meant = tuple(join(folder, other) for other in near(name, wanted))
    note = did_you_mean(meant)
    title = titled("there is no file or folder `{}`", path)
    return codes.NO_SUCH_PATH.at(Span(path, 0, 0), title, notes=() if note is None else (note,))


def _no_modules(folder: str) -> Diagnostic:
    return codes.NO_MODULES.at(Span(folder, 0, 0), titled("there is no `.nml` file in `{}` or below it", folder))
