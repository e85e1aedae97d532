"""Commas that are missing in a list of fields, parameters or literals, however many, and signs in their place."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.wording import shown

_MOST = 1000
"""How many commas of one item are set."""
_LISTS = ("{", "[")
_PARTNERS = {"{": "}", "[": "]", "(": ")", "<": ">"}


def missing_commas(segment: Segment) -> Diagnostic | None:
    """``{ a : A b : B; c : C }``: one error for all of them; None if the item is not whole with commas alone."""
    segment = segment.uncut()
    found = _places(segment)
    if not found:
        return None
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
    return codes.MISSING_COMMA.at(segment.span(first), title, "expected `,` before this", fixes=(fix,))


def _places(segment: Segment) -> list[tuple[int, bool]]:
    """Where commas are missing, and whether something stands in the place of one; empty if that is not all."""
    trial, kinds = segment.trial, segment.kinds
    comma = trial.tables.literals[","]
    at = max(segment.at - 1, 0)
    states, before = segment.states(at), segment.states(at)
    found: list[tuple[int, bool]] = []
    opened = list(_opened(segment, at))
    while at < len(kinds):
        here = states.copy()
        if trial.shift(states, kinds[at]):
            before = here
        elif len(found) == _MOST or not opened or opened[-1] not in _LISTS:
            return []
        elif segment.text(at) == ";":
            states, before = here.copy(), here
            if not trial.shift(states, comma):
                return []
            found.append((at, True))
        else:
            place, after = next(
                (
                    (place, after)
                    for place, base in ((at, here), (at - 1, before))
                    if (not found or place > found[-1][0])
                    and trial.feed(after := base.copy(), [comma, *kinds[place : at + 1]]) == at + 2 - place
                ),
                (-1, []),
            )
            if place < 0:
                return []
            found.append((place, False))
            states, before = after, after
        _follow(opened, segment.text(at))
        at += 1
    return found if trial.ends(states, segment.tokens.kinds[segment.stop]) else []


def _opened(segment: Segment, at: int) -> Iterator[str]:
    """The signs of the brackets that are open before a position, outermost first."""
    opened: list[str] = []
    for position in range(at):
        _follow(opened, segment.text(position))
    yield from opened


def _follow(opened: list[str], text: str) -> None:
    if text in _PARTNERS:
        opened.append(text)
    elif opened and text == _PARTNERS[opened[-1]]:
        opened.pop()
