"""What several functions refuse of one declaration is one fault, that of the declaration: they agree, and it alone says
something else.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Role
from nscompiler.records import Record, replace
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.explain import cut
from nscompiler.typecheck.facts import Refusal
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Types

# How many problems of a file are compared with each other.
_MOST_COMPARED = 64
# How many functions a label names.
_MOST_NAMED = 3


class Group(Record):
    """Problems of one fault; with the fix that none of them has by itself and its place, where there is such a one."""

    __match_args__: ClassVar[tuple[str, ...]] = ("problems", "fix", "place")
    __slots__ = __match_args__

    def __init__(self, problems: list[Diagnostic], fix: Fix | None = None, place: Span | None = None) -> None:
        self.problems = problems
        self.fix = fix
        self.place = place


def of_one_declaration(
    problems: Sequence[Diagnostic], refusals: Mapping[Span, Sequence[Refusal]], types: Types
) -> list[Group]:
    """Those problems, two or more in a group, that one edit of one declaration would mend."""
    left, groups = list(problems[:_MOST_COMPARED]), []
    for find in (_by_fix, lambda some: _by_place(some, refusals, types)):
        while (group := find(left)) is not None:
            groups.append(group)
            left = [one for one in left if all(one is not other for other in group.problems)]
    return groups


def _by_fix(problems: Sequence[Diagnostic]) -> Group | None:
    """The most problems that a fix which one of them has would mend."""
    best: list[Diagnostic] = []
    tried: set[frozenset[object]] = set()
    for fix in (fix for one in problems for fix in one.fixes):
        edits = frozenset((edit.span, edit.text) for edit in fix.edits)
        if edits in tried:
            continue
        tried.add(edits)
        mended = [one for one in problems if any(_is_part(other, edits) for other in one.fixes)]
        best = mended if len(mended) > len(best) else best
    return Group(best) if len(best) > 1 else None


def _is_part(fix: Fix, edits: frozenset[object]) -> bool:
    return bool(fix.edits) and all((edit.span, edit.text) in edits for edit in fix.edits)


def _by_place(problems: Sequence[Diagnostic], refusals: Mapping[Span, Sequence[Refusal]], types: Types) -> Group | None:
    """The most problems for which another type at one place of a declaration would do."""
    at: dict[tuple[Span, bool], list[tuple[Diagnostic, Refusal]]] = {}
    for one in problems:
        for refusal in refusals.get(one.primary.span, ()):
            at.setdefault((refusal.place, refusal.input), []).append((one, refusal))
    best: Group | None = None
    for refused in at.values():
        for _, chosen in refused if len(refused) > 1 else ():
            agreed = [(one, other) for one, other in refused if _would_do(types, chosen, other)]
            # Two of one function, or of one pipe, are no two opinions: there it is rather the stages that are mixed up.
            opinions = min(len({other.by for _, other in agreed}), len({other.define for _, other in agreed}))
            if opinions > 1 and (best is None or len(agreed) > len(best.problems)):
                best = Group([one for one, _ in agreed], chosen.fix, chosen.place)
    return best


def _would_do(types: Types, chosen: Refusal, other: Refusal) -> bool:
    """Whether what one problem wants at a place does for another one, too."""
    if chosen.wanted is other.wanted:
        return True
    given, needed = (other, chosen) if chosen.input else (chosen, other)
    return would_fit(Store(types), given.wanted, needed.wanted)


def told_there(source: SourceFile, merged: Diagnostic, group: Group) -> Diagnostic:
    """A group's problem, which points to all its places, told at the declaration: if nothing else can be at fault."""
    fixes = merged.fixes if group.fix is None else (group.fix, *merged.fixes)
    merged = replace(merged, fixes=fixes[:3])
    place = group.place
    if place is None and len(fixes) == 1:
        place = fixes[0].edits[0].span
    where = merged.primary.span
    if place is None or place.path != source.path or place.start == place.end:
        return merged
    after = _named(source, [one.primary.span for one in group.problems])
    before = _named(source, [_producer(one) for one in group.problems])
    if len(after) > 1:
        label = f"{_listed(after)} cannot take this"
    elif len(before) > 1:
        label = f"this cannot take what {_listed(before)} give"
    else:
        return merged
    related = (replace(merged.primary, role=Role.CONSUMER), *(one for one in merged.related if one.span != place))
    return replace(merged, primary=Label(place, label), related=related) if where != place else merged


def _producer(problem: Diagnostic) -> Span:
    found = (label.span for label in problem.related if label.role is Role.PRODUCER)
    return next(found, problem.primary.span)


def _named(source: SourceFile, spans: Sequence[Span]) -> list[str]:
    return list(dict.fromkeys(source.text[span.start : span.end] for span in spans))


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{cut(name)}`" for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        return f"{', '.join(shown)} and others"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
