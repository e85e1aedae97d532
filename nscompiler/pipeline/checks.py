"""Checks for tests, editors and other programs: of texts, and of files on disk."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import named_functions, workflows
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show_scheme

if TYPE_CHECKING:
    from nscompiler.backends.base import Emitted


class CheckedTexts:
    """What a check of some texts found out."""

    __match_args__: ClassVar[tuple[str, ...]] = ("compilation",)
    __slots__ = __match_args__

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong, by file and place."""
        return self.compilation.problems

    @property
    def checked(self) -> Mapping[str, Checked]:
        """Every file of the program, by path."""
        return self.compilation.checked

    def types(self, path: str) -> dict[str, str]:
        """The printed type of each ``fun`` and ``def`` of a file, and of a script's expression as ``main``."""
        checked = self.checked.get(os.path.normpath(path))
        if checked is None:
            return {}
        return {name: show_type(function) for name, function in named_functions(checked).items()}


def show_type(function: FunctionInterface, *, expand: bool = False) -> str:
    """A function's type as its author would write it; ``expand`` writes the names of types out."""
    return show_scheme(function.scheme, expand=expand)


def check_texts(texts: Mapping[str, str | bytes], paths: Iterable[str] | None = None) -> CheckedTexts:
    """Check files that are given as texts, by path; nothing is read from the disk but the standard library.

    ``paths`` are those to check, all ``.nml`` files by default.
    """
    standard = standard_folder()
    names = sorted(name for name in os.listdir(standard) if name.endswith(".nml"))
    library = {f"{standard}/{name}": DiskFiles().read_bytes(f"{standard}/{name}") for name in names}
    wanted = paths if paths is not None else (path for path in texts if path.endswith(".nml"))
    return CheckedTexts(Compilation(MemoryFiles({**library, **texts}), wanted, standard=standard))


def check(paths: str | Iterable[str], search: Sequence[str] = ()) -> tuple[Diagnostic, ...]:
    """The problems of the files or folders at some paths; see ``nsc check``."""
    return Compilation(DiskFiles(), (paths,) if isinstance(paths, str) else paths, search).problems


def compile(
    path: str, *, target: str = "local", search: Sequence[str] = ()
) -> "tuple[Emitted | None, tuple[Diagnostic, ...]]":
    """What a target emits for all workflows of one file, and the problems; None where one of them is an error.

    Raises LookupError where there is no such target.
    """
    compilation = Compilation(DiskFiles(), (path,), search)
    if compilation.has_errors:
        return None, compilation.problems
    checked = compilation.selected[0]
    lowered = [compilation.lower(checked.module.source.path, workflow) for workflow in workflows(checked)]
    graphs = [graph for graph, _ in lowered if graph is not None]
    problems = [*compilation.problems, *(problem for _, found in lowered for problem in found)]
    if len(graphs) < len(lowered):
        return None, ordered(problems)
    emitted, found = compilation.build(checked.module.source.path, graphs, target)
    return emitted, ordered((*problems, *found))
