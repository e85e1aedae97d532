"""Signs behind a type that other languages write: `Text?`, `Text*`, `Text[]`; and a `*` before a function."""

from collections.abc import Callable
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign_names import scalar_meant
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.records import Record

_MAYBE = Applicability.MAYBE_INCORRECT
_OPENING = {")": "(", "]": "[", "}": "{"}
_LONG = 20
_BEFORE_TYPE = frozenset((":", "->", "=", "(", "[", ",", "<"))
_TYPE_ENDS = frozenset((",", "}", "]", "|", ")", ">", ";", "=", "->", ""))


class _Mark(Record):
    """Positions: the sign's first and last token, and where the type that it is about starts and ends."""

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "last", "start", "final")
    __slots__ = __match_args__

    def __init__(self, first: int, last: int, start: int, final: int) -> None:
        self.first = first
        self.last = last
        self.start = start
        self.final = final


def marked_type(around: Surroundings) -> Diagnostic | None:
    """``fun f : Text -> Integer?``, ``{ id? : Integer }``, ``[Text]*``, ``Integer[]``."""
    segment = around.segment
    first = segment.at - 1 if segment.text(segment.at) == "]" else segment.at
    sign = _sign(segment, first)
    if not sign or not _in_type(around, first):
        return None
    if sign == "?" and "with" in [segment.text(position) for position in range(around.head + 3, first)]:
        title = "No parameter is optional: one with a default may be left out"
        return codes.UNEXPECTED.at(segment.span(first), title, "write `= …` behind the type")
    marks = _marks(around, first, sign)
    if not marks or marks[0].first != first:
        return None
    what, written = ("An optional", "optional T") if sign == "?" else ("A list", "[T]")
    mark = marks[0]
    one = segment.source.text[segment.start(mark.start) : segment.end(mark.final)]
    one = scalar_meant(one) or one
    if len(one) <= _LONG and "`" not in one:
        written = written.replace("T", one)
    title = f"{what} is written `{written}`, without `{sign}`"
    return codes.UNEXPECTED.at(segment.span(first, mark.last), title, fixes=_fixes(segment, marks, sign, written))


def _sign(segment: Segment, position: int) -> str:
    if segment.text(position) in ("?", "*"):
        return segment.text(position)
    return "[]" if segment.text(position) == "[" and segment.text(position + 1) == "]" else ""


def _in_type(around: Surroundings, position: int) -> bool:
    """Whether a type stands there, where these signs have no meaning."""
    segment = around.segment
    if around.keyword in ("type", "fun"):
        return position > around.head + 2
    opened = [segment.text(bracket) for bracket in segment.open_brackets()]
    if around.keyword == "def" and segment.text(around.head + 2) == ":":
        return "=" not in [segment.text(n) for n in range(position)] or "<" in opened
    return "<" in opened


def _marks(around: Surroundings, first: int, sign: str) -> list[_Mark]:
    """The sign, and wherever else in the item it stands behind a type."""
    segment = around.segment
    found: list[_Mark] = []
    last = len(segment.kinds) if around.keyword in ("type", "fun") else first + 1
    for position in range(first, last):
        if _sign(segment, position) != sign:
            continue
        if sign == "?" and segment.text(position + 1) == ":":
            start, stop = position + 2, _type_stop(segment, position + 2)
        elif sign == "?" and segment.text(position - 1) in _BEFORE_TYPE:
            start, stop = position + 1, _type_stop(segment, position + 1)
        else:
            start, stop = _atom_start(segment, position - 1), position - 1
        if not start or stop < start or any(mark.last >= start for mark in found):
            return []
        found.append(_Mark(position, position + len(sign) - 1, start, stop))
    return found


def _atom_start(segment: Segment, position: int) -> int:
    """Where the name or the brackets that end at a position begin; 0 if there is no such thing."""
    opening = _OPENING.get(segment.text(position))
    if opening is None:
        if not segment.is_word(position):
            return 0
        qualified = segment.text(position - 1) == "." and segment.is_word(position - 2)
        return position - 2 if qualified else position
    depth = 0
    while position > 0:
        depth += (segment.text(position) in _OPENING) - (segment.text(position) in _OPENING.values())
        if depth == 0:
            return position if segment.text(position) == opening else 0
        position -= 1
    return 0


def _type_stop(segment: Segment, position: int) -> int:
    """The last token of the type that begins at a position."""
    while segment.text(position) not in _TYPE_ENDS:
        brackets = segment.text(position) in _OPENING.values()
        position = segment.behind_bracket(position) if brackets else position + 1
    return position - 1


def _fixes(segment: Segment, marks: list[_Mark], sign: str, written: str) -> tuple[Fix, ...]:
    """The fix that writes each marked type as it is written here, if the item is whole then."""
    before: dict[int, list[str]] = {}
    behind: dict[int, list[str]] = {}
    edits: list[Edit] = []
    for mark in marks:
        opening, closing = (["["], ["]"]) if sign != "?" else (["optional"], [])
        if sign == "?" and _is_argument(segment, mark.start):
            opening, closing = ["(", "optional"], [")"]
        elif sign == "?" and segment.text(mark.start - 1) == "optional":
            opening = []  # it says so twice
        before[mark.start], behind[mark.final] = opening, closing
        space = " " if "optional" in opening else ""
        edits += _edits(segment, mark, "".join(opening) + space, "".join(closing))
    signs = {position for mark in marks for position in range(mark.first, mark.last + 1)}
    kinds: list[str | int] = []
    for position, kind in enumerate(segment.kinds):
        kinds += before.get(position, ())
        kinds += () if position in signs else (kind,)
        kinds += behind.get(position, ())
    if not segment.whole_with(0, len(segment.kinds), kinds):
        return ()
    return (Fix(f"Write `{written}`", tuple(edits), _MAYBE),)


def _is_argument(segment: Segment, start: int) -> bool:
    """Whether a type stands behind the name of one that it is given to."""
    word = segment.is_word(start - 1) and segment.kinds[start - 1] != segment.trial.kind["OPTIONAL"]
    return word or segment.text(start - 1) in _OPENING


def _edits(segment: Segment, mark: _Mark, opening: str, closing: str) -> tuple[Edit, ...]:
    start, stop = segment.start(mark.start), segment.end(mark.final)
    small = scalar_meant(segment.text(mark.start)) if mark.start == mark.final else None
    if small and mark.first == mark.final + 1:
        return (Edit(segment.span(mark.start, mark.last), f"{opening}{small}{closing}"),)
    before = Edit(segment.source.span(start, start), opening)
    sign = segment.source.span(segment.end(mark.first - 1), segment.end(mark.last))
    if mark.start == mark.last + 1:
        return (
            Edit(segment.source.span(segment.start(mark.first), start), opening),
            *_inserted(segment, stop, closing),
        )
    if mark.first == mark.final + 1:
        return (before, Edit(sign, closing))
    return (Edit(sign, ""), before, *_inserted(segment, stop, closing))


def _inserted(segment: Segment, place: int, text: str) -> tuple[Edit, ...]:
    return (Edit(segment.source.span(place, place), text),) if text else ()


def mark_before(around: Surroundings) -> Diagnostic | None:
    """``Sources.stdin | *f``."""
    segment, at = around.segment, around.segment.at
    sign, kind = segment.text(at), segment.trial.kind
    if sign not in ("*", "?") or not {kind["LNAME"], kind["CONCAT"]} <= segment.expected:
        return None
    end = application_end(segment, at + 1)
    title = f"`{sign}` stands behind a function, not before it"
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, end - at, [*segment.kinds[at + 1 : end], sign]):
        stop = segment.source.span(segment.end(end - 1), segment.end(end - 1))
        removed = segment.source.span(segment.start(at), segment.start(at + 1))
        fixes = (Fix(f"Write `{sign}` behind it", (Edit(removed, ""), Edit(stop, sign)), _MAYBE),)
    return codes.UNEXPECTED.at(segment.span(at), title, fixes=fixes)


def application_end(segment: Segment, position: int) -> int:
    """Behind a function with its type arguments and parameters."""
    if segment.text(position) != "(":
        position += 3 if segment.text(position + 1) == "." else 1
    while segment.text(position) in ("(", "<", "{"):
        position = segment.behind_bracket(position)
    return position


MARKS: tuple[Callable[[Surroundings], Diagnostic | None], ...] = (marked_type, mark_before)
