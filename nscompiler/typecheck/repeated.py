"""One name that means nothing is one fault, however often it stands in a file."""

from collections.abc import Iterable

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Role
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck.other_versions import lacking, told_together

# How many further places are pointed to.
MOST_PLACES = 8


def told_once(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The problems of a file, those about one name as one: it points to the other places, and its fixes change all."""
    problems = tuple(problems)
    if len(problems) < 2:
        return problems
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    kept: list[Diagnostic] = []
    for problem in problems:
        if not _is_merged(problem):
            kept.append(problem)
            continue
        key = problem.code.id, problem.title
        if key not in groups:
            groups[key] = []
            kept.append(problem)
        groups[key].append(problem)
    if not all(len(group) == 1 for group in groups.values()):
        kept = [_merged(groups.get((one.code.id, one.title), [one])) for one in kept]
    return _by_version(kept)


def _by_version(problems: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The problems, those about names that one imported version lacks as one."""
    groups: dict[Span, list[Diagnostic]] = {}
    for problem in problems:
        place = lacking(problem)
        if place is not None:
            groups.setdefault(place, []).append(problem)
    together = {id(group[0]): told_together(group) for group in groups.values() if len(group) > 1}
    gone = {id(problem) for group in groups.values() for problem in group[1:]}
    return tuple(together.get(id(problem), problem) for problem in problems if id(problem) not in gone)


def _is_merged(problem: Diagnostic) -> bool:
    return problem.code in (codes.UNKNOWN_NAME, codes.UNKNOWN_TYPE, codes.UNKNOWN_ALIAS, codes.WRONG_CASE)


def _merged(group: list[Diagnostic]) -> Diagnostic:
    group = sorted(group, key=lambda one: one.primary.span.start)
    first, *others = group
    if not others:
        return first
    places = dict.fromkeys(one.primary.span for one in others if one.primary.span != first.primary.span)
    labels = tuple(Label(span, "and here", Role.NOTE) for span in [*places][:MOST_PLACES])
    fixes = tuple(fix for one in first.fixes if (fix := _everywhere(one, others)) is not None)
    return replace(first, related=(*first.related, *labels), fixes=fixes)


def _everywhere(fix: Fix, others: list[Diagnostic]) -> Fix | None:
    """A fix for all places; None where one of them has no such fix."""
    edits = dict.fromkeys(fix.edits)
    for other in others:
        same = next((one for one in other.fixes if one.title == fix.title), None)
        if same is None:
            return None
        edits.update(dict.fromkeys(same.edits))
    return replace(fix, edits=tuple(edits))
