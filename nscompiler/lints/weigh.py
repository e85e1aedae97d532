"""Which problems are shown, and how loud: what comments ignore goes, what projects set a level for gets it."""

from collections.abc import Callable, Iterable, Sequence

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.grammar import syntax
from nscompiler.lints.ignores import ignores_of_module, ignores_of_python, without_ignored
from nscompiler.lints.levels import ByCode
from nscompiler.records import replace
from nscompiler.source import SourceFile


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
