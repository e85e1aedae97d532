"""Commas that are missing in a list of fields, parameters or literals, however many, and signs in their place."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import PARTNER, Segment
from nscompiler.grammar.wording import shown

_MOST = 20_000
"""How many commas of one item are set."""
_READ = 2
"""So many tokens have to be read behind a comma for it to be one of several that are missing."""
_LISTS = frozenset(("{", "["))


def missing_commas(segment: Segment) -> tuple[Diagnostic | None, bool]:
    """``{ a : A b : B; c : C }``: one error for all of them, None where commas are no help; and whether the item is
    whole then, or only the lists in which they are missing."""
    segment = segment.uncut()
    found, whole = _places(segment)
    if not found:
        return None, False
    first, replaced = found[0]
    what, title = shown(segment.text(first)), f"A `,` is missing before {shown(segment.text(first))}"
    if replaced:
        title = f"Items are separated by `,`, not {what}"
    if len(found) > 1:
        title += f", and in {'one more place' if len(found) == 2 else f'{len(found) - 1} more places'}"
    edits = tuple(
        Edit(segment.span(place), ",") if replaced else segment.insertion(place, [","]) for place, replaced in found
    )
    fix = Fix("Write each `,`" if len(found) > 1 else "Write `,`", edits, Applicability.MACHINE_APPLICABLE)
    label = "" if replaced else "expected `,` before this"
    return codes.MISSING_COMMA.at(segment.span(first), title, label, fixes=(fix,)), whole


def _places(segment: Segment) -> tuple[list[tuple[int, bool]], bool]:
    """Where commas are missing, and whether something stands in the place of one; and whether that is all.

    Those of lists that are closed or behind which a name and its sign were read, where it is not.
    """
    trial, kinds = segment.trial, segment.kinds
    at = max(segment.at - 1, 0)
    before, states = segment.states(at), segment.states(at)
    found: list[tuple[int, bool]] = []
    closed = 0
    opened = list(_opened(segment, at))
    while at < len(kinds):
        here = states.copy()
        if trial.shift(states, kinds[at]):
            before = here
        else:
            listed = len(found) < _MOST and bool(opened) and opened[-1] in _LISTS
            set_there = _set(segment, at, here, before, found[-1][0] if found else -1) if listed else None
            if set_there is None:
                read = sum(place + _READ <= at for place, _ in found)
                return found[: max(closed, read)], False
            place, states = set_there
            before = states.copy()
            found.append((place, segment.text(place) == ";"))
        _follow(opened, segment.text(at))
        if not _LISTS.intersection(opened):
            closed = len(found)
        at += 1
    return found, trial.ends(states, segment.tokens.kinds[segment.stop])


def _set(segment: Segment, at: int, here: list[int], before: list[int], last: int) -> tuple[int, list[int]] | None:
    """Where a comma does, behind the last that was set, and the stack behind the token that was refused.

    ``here`` is the stack before that token, ``before`` the one before the token before it.
    """
    trial, comma = segment.trial, segment.trial.tables.literals[","]
    if segment.text(at) == ";":
        return (at, here) if trial.shift(here, comma) else None
    for place, base in ((at, here), (at - 1, before)):
        states = base.copy()
        kinds = [comma, *segment.kinds[place : at + 1]]
        if place > last and trial.feed(states, kinds) == len(kinds):
            return place, states
    return None


def _opened(segment: Segment, at: int) -> Iterator[str]:
    """The signs of the brackets that are open before a position, outermost first."""
    opened: list[str] = []
    for position in range(at):
        _follow(opened, segment.text(position))
    yield from opened


def _follow(opened: list[str], text: str) -> None:
    if text in PARTNER:
        opened.append(text)
    elif opened and text == PARTNER[opened[-1]]:
        opened.pop()
