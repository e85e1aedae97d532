"""Which problems are shown, and how loud: what comments ignore goes, what projects set a level for gets it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.files import Files
from nscompiler.grammar import syntax
from nscompiler.lints.ignores import ignores_of_module, ignores_of_python, without_ignored
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.project import read_project
from nscompiler.modules.reading import read_source
from nscompiler.modules.tree import PROJECT_FILE, is_below, join
from nscompiler.records import replace
from nscompiler.source import SourceFile

ByCode = Mapping[str, Severity | None]


def weigh(
    problems: Sequence[Diagnostic],
    modules: Iterable[syntax.Module],
    python: Iterable[SourceFile],
    levels_of: Callable[[str], ByCode],
) -> Sequence[Diagnostic]:
    """The problems without those that comments ignore, at the levels that hold for their files.

    ``modules`` and ``python`` are the files that may have such comments; ``levels_of`` gives the levels for a path by
    the ids of codes, None for off. What is an error by itself stays one.
    """
    ignores = [found for module in modules for found in ignores_of_module(module)]
    ignores += [found for source in python for found in ignores_of_python(source)]
    if ignores:
        complete = not any(problem.is_error for problem in problems)
        problems = without_ignored(problems, ignores, complete=complete)
    weighed = (_at_level(problem, levels_of) for problem in problems)
    return tuple(problem for problem in weighed if problem is not None)


def _at_level(problem: Diagnostic, levels_of: Callable[[str], ByCode]) -> Diagnostic | None:
    if problem.code.level is Severity.ERROR:
        return problem
    level = levels_of(problem.primary.span.path).get(problem.code.id, problem.severity)
    if level is problem.severity:
        return problem
    return None if level is None else replace(problem, severity=level)


class Levels:
    """The levels that ``lints`` in the project files sets. A project's file is read for a single module of it too, once
    there is something to weigh; what is wrong with the file is told where the project itself is checked."""

    def __init__(self, discovery: Discovery, files: Files) -> None:
        self._discovery = discovery
        self._files = files
        self._found: dict[str, ByCode] = {}

    def of(self, path: str) -> ByCode:
        """The levels for a file, by the ids of codes."""
        roots = [given.root for given in self._discovery.given if is_below(path, given.root)]
        return self._of_root(max(roots, key=len)) if roots else {}

    def _of_root(self, root: str) -> ByCode:
        held = self._found.get(root)
        if held is None:
            held = self._found[root] = self._read(root)
        return held

    def _read(self, root: str) -> ByCode:
        project = self._discovery.projects.get(root)
        file = join(root, PROJECT_FILE)
        if project is None and self._files.is_file(file):
            source = read_source(file, self._files)
            if isinstance(source, SourceFile) and "lints" in source.text:
                project, _ = read_project(root, self._files)
        return {} if project is None else project.levels
