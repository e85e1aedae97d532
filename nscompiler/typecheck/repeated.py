"""One name that means nothing is one fault, however often it stands in a file; and so are two functions that do not
fit, however often the one follows the other.
"""

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import types as type_codes
from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Role
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck.other_versions import lacking, told_together
from nscompiler.typecheck.scope import Scope

# How many further places are pointed to.
MOST_PLACES = 8
_FURTHER = "and here"
_NAMES = (codes.UNKNOWN_NAME, codes.UNKNOWN_TYPE, codes.UNKNOWN_ALIAS, codes.WRONG_CASE)
_JOINTS = (
    type_codes.TYPE_MISMATCH,
    type_codes.FIELD_MISSING,
    type_codes.FIELD_MISSPELT,
    type_codes.FIELD_COLLISION,
    type_codes.SUM_MISMATCH,
    type_codes.LIST_UNEXPECTED,
    type_codes.LIST_NEEDED,
    type_codes.OPTIONAL_UNEXPECTED,
)
Key = tuple[object, ...]


def told_once(scope: Scope) -> tuple[Diagnostic, ...]:
    """The problems of a file, those about one name as one: it points to the other places, and its fixes change all."""
    problems = tuple(scope.problems)
    if len(problems) < 2:
        return problems
    groups: dict[Key, list[Diagnostic]] = {}
    kept: list[Diagnostic] = []
    for problem in problems:
        if not _is_merged(problem):
            kept.append(problem)
            continue
        key = _key(problem)
        if key not in groups:
            groups[key] = []
            kept.append(problem)
        groups[key].append(problem)
    if not all(len(group) == 1 for group in groups.values()):
        kept = [_merged(groups.get(_key(one), [one])) for one in kept]
    return _by_version(_by_declaration(scope, kept))


def _by_declaration(scope: Scope, problems: list[Diagnostic]) -> list[Diagnostic]:
    """The problems, those that different functions have with one declaration as one."""
    joints = [one for one in problems if one.code in _JOINTS]
    if len(joints) < 2:
        return problems
    from nscompiler.typecheck.refused import of_one_declaration, told_there

    for group in of_one_declaration(joints, scope.refusals, scope.workspace):
        told = told_there(scope.module.source, _merged(group.problems), group)
        gone = {id(one) for one in group.problems}
        place = next(place for place, one in enumerate(problems) if id(one) in gone)
        problems = [
            told if at == place else one for at, one in enumerate(problems) if at == place or id(one) not in gone
        ]
    return problems


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
    return problem.code in _NAMES or (problem.code in _JOINTS and any(map(_is_declaration, problem.related)))


def _key(problem: Diagnostic) -> Key:
    """What two problems have in common that are about one fault."""
    if problem.code in _NAMES:
        return problem.code.id, problem.title
    declared = tuple(label.span for label in problem.related if _is_declaration(label))
    return problem.code.id, problem.title, problem.expected, problem.found, declared


def _is_declaration(label: Label) -> bool:
    return label.role is Role.DECLARATION


def _merged(group: list[Diagnostic]) -> Diagnostic:
    group = sorted(group, key=lambda one: one.primary.span.start)
    first, *others = group
    if not others:
        return first
    told = {first.primary.span, *_further(first)}
    places = dict.fromkeys(span for one in others for span in (one.primary.span, *_further(one)) if span not in told)
    labels = tuple(Label(span, _FURTHER, Role.NOTE) for span in [*places][:MOST_PLACES])
    fixes = tuple(fix for one in first.fixes if (fix := _everywhere(one, others)) is not None)
    return replace(first, related=(*first.related, *labels), fixes=fixes)


def _further(one: Diagnostic) -> list[Span]:
    """The places to which a problem that was merged before points besides its own."""
    return [label.span for label in one.related if label.text == _FURTHER]


def _everywhere(fix: Fix, others: list[Diagnostic]) -> Fix | None:
    """A fix for all places; None where one of them has no such fix. What one that says more changes counts for all."""
    edits = dict.fromkeys(fix.edits)
    for other in others:
        same = next((one for one in other.fixes if one.title == fix.title or _says_more(one, fix)), None)
        if same is None:
            return None
        if len(same.edits) > len(fix.edits) and _says_more(same, fix):
            fix = same
        edits.update(dict.fromkeys(same.edits))
    return replace(fix, edits=tuple(edits))


def _says_more(one: Fix, other: Fix) -> bool:
    """Whether one of two fixes changes all that the other does."""
    mine, theirs = set(one.edits), set(other.edits)
    return mine <= theirs or theirs <= mine
