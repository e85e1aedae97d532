"""What a module consists of on disk, as far as building a workflow needs it."""

from collections.abc import Callable, Iterator, Mapping

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files
from nscompiler.flow.model import Framework
from nscompiler.flow.program import ModuleFiles
from nscompiler.modules.contents import content_files, content_hash, read_requirements
from nscompiler.modules.project import ModuleConfig, read_module_config
from nscompiler.modules.python_file import python_file
from nscompiler.modules.reading import read_source
from nscompiler.modules.tree import MODULE_FILE, SUFFIX, folder_of
from nscompiler.source import SourceFile
from nscompiler.typecheck.service import read_service


class UnreadableContents(OSError):
    """A file of a module cannot be read; ``problem`` says which, and why."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.title)
        self.problem = problem


Parent = Callable[[ModuleConfig], tuple[str, str] | None]
"""The reference and the ``.nml`` file of the module that an ``nstack.yaml`` names as its parent; None without one."""


def _no_parent(config: ModuleConfig) -> None:
    return None


class LazyModuleFiles(Mapping[str, ModuleFiles]):
    """The files of modules by reference, given the paths of their ``.nml`` files; read and hashed when they are first
    asked for. ``parent`` finds the frameworks."""

    def __init__(self, paths: Mapping[str, str], files: Files, parent: Parent | None = None) -> None:
        self._paths = paths
        self._files = files
        self._parent: Parent = parent or _no_parent
        self._held: dict[str, ModuleFiles] = {}

    def __getitem__(self, reference: str) -> ModuleFiles:
        held = self._held.get(reference)
        if held is None:
            path = self._paths[reference]
            own = module_files(path, self._files)
            held = self._held[reference] = _with_frameworks(own, frameworks_of(path, self._files, self._parent))
        return held

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def module_files(path: str, files: Files) -> ModuleFiles:
    """The Python file of a module, the Python files beside it, and those that its ``nstack.yaml`` lists.

    Raises UnreadableContents where one of them cannot be read.
    """
    folder = folder_of(path)
    own_folder = path.rpartition("/")[2] == MODULE_FILE
    config, _ = read_module_config(folder, files) if own_folder else (None, ())
    listed = {*(config.files if config is not None else ()), *_helpers(folder, files)}
    digest, problems = content_hash(path, listed, files)
    if digest is None:
        raise UnreadableContents(problems[0])
    python = python_file(path)
    source = read_source(python, files) if files.is_file(python) else None
    return ModuleFiles(
        folder=folder,
        content_hash=digest,
        python=None if source is None else python.rpartition("/")[2],
        service=read_service(source.text) if isinstance(source, SourceFile) else None,
        files=content_files(path, listed, files),
        requirements=read_requirements(folder, files) if own_folder else (),
        packages=() if config is None else tuple(entry.value for entry in config.packages),
        commands=() if config is None else tuple(entry.value for entry in config.commands),
    )


def frameworks_of(path: str, files: Files, parent: Parent) -> tuple[Framework, ...]:
    """The frameworks of a module, the outermost first. One that is its own ends the search.

    Raises UnreadableContents where a file of one cannot be read.
    """
    found: dict[str, Framework] = {}
    while (config := _config(path, files)) is not None and (named := parent(config)) is not None:
        reference, path = named
        if reference in found:
            break
        own = module_files(path, files)
        found[reference] = Framework(
            reference=reference,
            content_hash=own.content_hash,
            requirements=own.requirements,
            packages=own.packages,
            commands=own.commands,
        )
    return tuple(reversed(found.values()))


def _config(path: str, files: Files) -> ModuleConfig | None:
    folder, own_folder = folder_of(path), path.rpartition("/")[2] == MODULE_FILE
    return read_module_config(folder, files)[0] if own_folder else None


def _with_frameworks(own: ModuleFiles, frameworks: tuple[Framework, ...]) -> ModuleFiles:
    if not frameworks:
        return own
    before: tuple[Framework | ModuleFiles, ...] = (*frameworks, own)
    return attrs.evolve(
        own,
        frameworks=frameworks,
        requirements=tuple(dict.fromkeys(line for one in before for line in one.requirements)),
        packages=tuple(dict.fromkeys(package for one in before for package in one.packages)),
        commands=tuple(dict.fromkeys(command for one in before for command in one.commands)),
    )


def _helpers(folder: str, files: Files) -> tuple[str, ...]:
    """The Python files of a folder that a module's code may import: all that are not another ``.nml`` file's own."""
    names = files.list(folder)
    others = {name.removesuffix(SUFFIX) + ".py" for name in names if name.endswith(SUFFIX)}
    return tuple(name for name in names if name.endswith(".py") and name != "setup.py" and name not in others)
