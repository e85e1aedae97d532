"""What can be done at a place of a program: fixes of what is wrong there, and the same program written otherwise."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.ide import extraction, rewrites, stubs
from nscompiler.ide.changes import Change, ChangeKind, Done, Selected
from nscompiler.ide.program import Program
from nscompiler.modules.python_file import python_file
from nscompiler.modules.tree import MODULE_FILE, SUFFIX

Offering = Callable[[Selected], Iterator[Change]]
# What may be offered besides the fixes of problems, with the kinds that it has.
_OFFERED: tuple[tuple[ChangeKind, Offering], ...] = (
    (ChangeKind.FIX, stubs.declare_function),
    (ChangeKind.FIX, stubs.declare_parameter),
    (ChangeKind.FIX, stubs.implement),
    (ChangeKind.EXTRACT, extraction.extract),
    (ChangeKind.INLINE, extraction.inline),
    (ChangeKind.REWRITE, rewrites.annotate),
    (ChangeKind.REWRITE, rewrites.wrap),
    (ChangeKind.REWRITE, rewrites.modernise),
    (ChangeKind.IMPORTS, rewrites.organise),
)


def changes_at(
    program: Program, path: str, start: int, end: int, only: Sequence[str] | None = None
) -> tuple[Change, ...]:
    """What is offered for a stretch of a file, fixes first; ``only`` are the kinds asked for, as editors name them."""
    checked = None if program.linked(path) is None else program.file(path)
    selected = None if checked is None else Selected(program, path, checked, start, end)
    found: list[Change] = []
    if ChangeKind.FIX.wanted(only):
        for problem in problems_at(program, path, start, end):
            found += fixes_of(problem)
            found += () if selected is None else stubs.ignore(selected, problem)
    for kind, offer in _OFFERED:
        if selected is not None and kind.wanted(only):
            found += offer(selected)
    return tuple(found)


def problems_at(program: Program, path: str, start: int, end: int) -> tuple[Diagnostic, ...]:
    """The problems that touch a stretch of a file, of a module or of the Python code beside one."""
    modules: Iterable[str] = (path,)
    if not path.endswith(SUFFIX):
        modules = (one for one in program.paths_of_all if python_file(one) == path)
    elif path.rpartition("/")[2] == MODULE_FILE and (own := program.linked(path)) is not None and own.ref is None:
        modules = program.paths_of_all  # that it has no header is found with those who import it
    found = (problem for module in modules for problem in program.problems_in(module))
    return tuple(dict.fromkeys(problem for problem in found if touches(problem, path, start, end)))


def touches(problem: Diagnostic, path: str, start: int, end: int) -> bool:
    """Whether a problem is at a stretch of a file."""
    span = problem.primary.span
    return span.path == path and span.start <= end and start <= span.end


def fixes_of(problem: Diagnostic) -> Iterator[Change]:
    """What a problem offers to be done."""
    for fix in problem.fixes:
        sure = fix.applicability is Applicability.MACHINE_APPLICABLE
        title = fix.title[:1].upper() + fix.title[1:]
        yield Change(title, ChangeKind.FIX, lambda fix=fix: Done(fix.edits), sure, problem)  # type: ignore[misc]
