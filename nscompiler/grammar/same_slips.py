"""A type of an import that is written in small letters wherever it stands, ``A.plant``: one slip, told once."""

from collections.abc import Sequence

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.patterns import Pattern
from nscompiler.records import replace
from nscompiler.source import SourceFile

_QUALIFIER = Pattern(r"[\w']+\s*\.\s*\Z")
#: How far back the alias of a name is looked for.
_LONGEST = 80
#: How many further places are pointed to.
_MOST_PLACES = 8


def told_once(source: SourceFile, problems: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The problems of a text, those of one such name as one whose fix mends all places."""
    groups: dict[str, list[Diagnostic]] = {}
    kept: list[Diagnostic] = []
    for problem in problems:
        name = _qualified(source, problem) if problem.code is codes.NAME_CASE else ""
        if not name or name not in groups:
            kept.append(problem)
        if name:
            groups.setdefault(name, []).append(problem)
    together = {id(group[0]): _merged(group) for group in groups.values() if len(group) > 1}
    return tuple(together.get(id(problem), problem) for problem in kept)


def _qualified(source: SourceFile, problem: Diagnostic) -> str:
    """The name that a problem is about, with its alias and what is told of it; empty where it has no alias."""
    span = problem.primary.span
    found = _QUALIFIER.search(source.text[max(0, span.start - _LONGEST) : span.start])
    if found is None or len(problem.fixes) != 1:
        return ""
    return f"{''.join(found[0].split())}{source.text[span.start : span.end]}: {problem.title}"


def _merged(group: list[Diagnostic]) -> Diagnostic:
    first, *others = group
    labels = tuple(Label(one.primary.span, "and here", Role.NOTE) for one in others[:_MOST_PLACES])
    edits = dict.fromkeys(edit for one in group for fix in one.fixes for edit in fix.edits)
    fix = replace(first.fixes[0], edits=tuple(edits))
    return replace(first, related=(*first.related, *labels), fixes=(fix,))
