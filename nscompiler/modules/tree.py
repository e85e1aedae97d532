"""Walking folders: what lies below one, and which folder is the root for finding modules."""

import os
from collections.abc import Iterator
from typing import ClassVar

from nscompiler.files import Files
from nscompiler.records import Record

MODULE_FILE = "module.nml"
CONFIG_FILE = "nstack.yaml"
PROJECT_FILE = "nstack-project.yaml"
LOCK_FILE = "nstack.lock"
MANIFEST = "manifest.json"
SUFFIX = ".nml"

_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})


class Found(Record):
    """What lies below a folder, sorted: files of the language, folders with an ``nstack.yaml``, and what failed."""

    __match_args__: ClassVar[tuple[str, ...]] = ("modules", "configured", "failures")
    __slots__ = __match_args__

    def __init__(
        self, modules: tuple[str, ...], configured: tuple[str, ...], failures: tuple[tuple[str, OSError], ...]
    ) -> None:
        self.modules = modules
        self.configured = configured
        self.failures = failures


def walk(folder: str, files: Files) -> Found:
    """Everything of ours below a folder.

    Left out are folders whose names start with a dot, ``node_modules``, ``__pycache__``, ``venv``, and what a build
    wrote (a ``manifest.json`` and no ``module.nml``) unless it is the folder itself. A link to a folder outside is
    followed once.
    """
    modules: list[str] = []
    configured: list[str] = []
    failures: list[tuple[str, OSError]] = []
    links = _Links(folder, files)
    pending = [os.path.normpath(folder)]
    while pending:
        at = pending.pop()
        try:
            names = files.list(at)
        except OSError as error:
            failures.append((at, error))
            continue
        if MANIFEST in names and MODULE_FILE not in names and at != os.path.normpath(folder):
            continue
        if CONFIG_FILE in names:
            configured.append(at)
        for name in names:
            path = join(at, name)
            if not _may_hold_modules(name):
                continue
            if name.endswith(SUFFIX) and files.is_file(path):
                modules.append(path)
            elif files.is_folder(path) and links.may_enter(path):
                pending.append(path)
    return Found(tuple(sorted(modules)), tuple(sorted(configured)), tuple(failures))


def _may_hold_modules(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED


class _Links:
    """Which linked folders to enter: not those that lie below the start anyway, and no target twice."""

    def __init__(self, start: str, files: Files) -> None:
        self._files = files
        self._start = start
        self._entered: list[str] = []

    def may_enter(self, folder: str) -> bool:
        if not self._files.is_link(folder):
            return True
        self._entered = self._entered or [self._files.real_path(self._start)]
        target = self._files.real_path(folder)
        if any(is_below(target, entered) or is_below(entered, target) for entered in self._entered):
            return False
        self._entered.append(target)
        return True


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; both absolute, or both relative to one place, and normalised."""
    if folder == ".":
        return not os.path.isabs(path) and path != ".." and not path.startswith("../")
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def join(folder: str, name: str) -> str:
    """A path in a folder, without a leading ``./``."""
    if folder == ".":
        return name
    return f"{folder.rstrip('/')}/{name}"


def folder_of(path: str) -> str:
    """The folder that holds a path, ``.`` where the path is a bare name."""
    folder, slash, _ = path.rpartition("/")
    return folder.rstrip("/") or slash or "."


def root_for(folder: str, files: Files) -> str:
    """The root for finding modules: the nearest folder with an ``nstack-project.yaml``, else the repository's root,
    else the folder given."""
    repository = None
    for above in ascend(folder):
        if files.is_file(join(above, PROJECT_FILE)):
            return above
        git = join(above, ".git")
        if repository is None and (files.is_folder(git) or files.is_file(git)):
            repository = above
    return repository or os.path.normpath(folder)


def ascend(folder: str) -> Iterator[str]:
    """A folder and those above it, nearest first; a relative one goes on as ``..``, ``../..`` up to the top."""
    at = os.path.normpath(folder)
    while True:
        yield at
        if at in {"/", "//"}:
            return
        if at == "." or os.path.basename(at) == "..":
            if os.path.abspath(at) == "/":
                return
            at = ".." if at == "." else f"../{at}"
        else:
            at = folder_of(at)
