"""A mistake → one diagnostic. The rules stand in order in ``RULES``: the first that recognises it speaks.

The rules of ``structure.py`` know a mistake by what it looks like; those here try repairs and speak of the one after
which the declaration is whole.
"""

from collections.abc import Callable
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.grammar.commas import missing_commas
from nscompiler.grammar.segment import CLOSERS, PARTNER, Outcome, Repair, Segment
from nscompiler.grammar.structure import STRUCTURE
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import expected_words, one_of, shown
from nscompiler.records import Record

#: How far back a missing closing bracket is looked for.
_BACK = 8
#: How many of the open brackets it may belong to.
_BRACKETS = 3
#: A repair that leaves another mistake in the declaration is believed if it helps over this many tokens.
_HELPS = 6
_MOST_REPAIRS = 6
_SEPARATORS = (",", ";")


class Candidate(Record):
    """A repair and what it tells: the code, the title, where the fault is (up to ``last``), what the fix does."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "repair",
        "code",
        "title",
        "fix",
        "position",
        "label",
        "sure",
        "related",
        "last",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        repair: Repair,
        code: Code,
        title: str,
        fix: str,
        position: int,
        label: str = "",
        sure: bool = True,
        related: tuple[Label, ...] = (),
        last: int | None = None,
    ) -> None:
        self.repair = repair
        self.code = code
        self.title = title
        self.fix = fix
        self.position = position
        self.label = label
        self.sure = sure
        self.related = related
        self.last = last


def explain(around: Surroundings) -> Diagnostic:
    """What is wrong at a segment's mistake."""
    for rule in STRUCTURE:
        found = rule(around)
        if found is not None:
            return found
    best: tuple[Candidate, Outcome] | None = None
    for candidate in candidates(around.segment):
        outcome = around.segment.attempt(candidate.repair)
        if outcome is None:
            continue
        if outcome.whole:
            long = candidate.code is codes.MISSING_COMMA and around.segment.is_cut
            return (missing_commas(around.segment)[0] if long else None) or _told(around.segment, candidate, outcome)
        if outcome.reach >= _HELPS and (best is None or outcome.reach > best[1].reach):
            best = candidate, outcome
    commas, whole = missing_commas(around.segment)
    told = commas if whole else _too_many(around) or commas
    return told or (_told(around.segment, *best) if best else _unexpected(around))


def first_repairs(segment: Segment) -> list[Diagnostic]:
    """What is told of a mistake by each repair that helps over it, the likeliest first, whatever is wrong behind it."""
    found = []
    for candidate in candidates(segment):
        outcome = segment.attempt(candidate.repair)
        if outcome is not None and outcome.edits:
            found.append(_told(segment, candidate, outcome))
    return found[:_MOST_REPAIRS]


def _too_many(around: Surroundings) -> Diagnostic | None:
    """A sign without which the item is whole: one that leaves it broken is no help gone."""
    for candidate in _superfluous(around.segment):
        outcome = around.segment.attempt(candidate.repair)
        if outcome is not None and outcome.whole:
            return _told(around.segment, candidate, outcome)
    return None


def _told(segment: Segment, candidate: Candidate, outcome: Outcome) -> Diagnostic:
    position = min(candidate.position, len(segment.indexes))
    return candidate.code.at(
        segment.span(position, candidate.last),
        candidate.title,
        candidate.label,
        related=candidate.related,
        fixes=(outcome.fix(candidate.fix, candidate.sure),),
    )


def candidates(segment: Segment) -> list[Candidate]:
    """The repairs worth trying at a mistake, the likeliest first."""
    found: list[Candidate] = []
    for propose in _PROPOSALS:
        found += propose(segment)
    return found


# --- one sign for another


def _swapped(segment: Segment) -> list[Candidate]:
    at, text, following = segment.at, segment.text(segment.at), segment.text(segment.at + 1)
    if text == "=" and following == ">" and segment.end(at) == segment.start(at + 1):
        repair = Repair(0, 2, ("->",))
        title = "An arrow is written `->`, not `=>`"
        return [Candidate(repair, codes.MISSING_ARROW, title, "Write `->`", at, last=at + 1)]
    if text == ":" and segment.text(at - 1) == ":":
        title = "`::` is not written here: `:` alone is"
        return [Candidate(Repair(-1, 1, ()), codes.COLON_AND_EQUALS, title, "Write `:`", at - 1, last=at)]
    if text in ("=", ":"):
        other = ":" if text == "=" else "="
        what = "a type" if other == ":" else "a value"
        what = "what a `type` is" if other == "=" and segment.text(at - 2) == "type" else what
        title = f"A `{other}` is needed before {what}, not `{text}`"
        swap = Candidate(Repair(0, 1, (other,)), codes.COLON_AND_EQUALS, title, f"Write `{other}`", at)
        arrow = Candidate(
            Repair(0, 1, ("->",)), codes.MISSING_ARROW, f"An arrow is written `->`, not `{text}`", "Write `->`", at
        )
        doubled = Candidate(
            Repair(-1, 1, ()), codes.COLON_AND_EQUALS, "`:=` is not written here: `=` alone is", "Write `=`", at - 1
        )
        return [swap, doubled, arrow] if segment.text(at - 1) == ":" else [swap, arrow]
    if text in (";", "|", "&") and text != ",":
        title = f"Items are separated by `,`, not `{text}`"
        return [Candidate(Repair(0, 1, (",",)), codes.MISSING_COMMA, title, "Write `,`", at)]
    if text == "," and _is_between_stages(segment):
        title = "Stages are set side by side by `&`, not by `,`"
        return [Candidate(Repair(0, 1, ("&",)), codes.MISSING_PIPE, title, "Write `&`", at, sure=False)]
    if text == ",":
        what = "The alternatives of a sum" if segment.text(0) == "type" else "Stages"
        title = f"{what} are separated by `|`, not `,`"
        return [Candidate(Repair(0, 1, ("|",)), codes.MISSING_PIPE, title, "Write `|`", at)]
    return []


def _is_between_stages(segment: Segment) -> bool:
    """Whether the mistake stands in the brackets around stages, ``f | (g, h)``."""
    opened = segment.open_brackets()
    return bool(opened) and segment.text(opened[-1]) == "(" and segment.text(opened[-1] - 1) in ("|", "&", "=")


# --- one sign too few

_MISSING = {
    "=": (codes.MISSING_EQUALS, "An `=` is missing before {found}"),
    ":": (codes.MISSING_COLON, "A `:` is missing before {found}"),
    "|": (codes.MISSING_PIPE, "A `|` is missing before {found}"),
    ",": (codes.MISSING_COMMA, "A `,` is missing before {found}"),
    "->": (codes.MISSING_ARROW, "A `->` is missing before {found}"),
    "is": (codes.UNEXPECTED, "An `is` is missing before {found}"),
}


def _missing(segment: Segment) -> list[Candidate]:
    found = []
    for back, signs in ((0, ("=", ":", ",", "|", "->", "is")), (1, (",", "->", "=", ":"))):
        position = segment.at - back
        if position <= 0:
            continue
        before = shown(segment.text(position)) if position < len(segment.indexes) else "this"
        for sign in signs:
            if (sign == "|" and segment.text(0) == "type") or (sign == "is" and _takes_any_word(segment)):
                continue  # a sum's alternatives are no stages; a name may well be called `is`
            code, title = _MISSING[sign]
            repair = Repair(-back, 0, (sign,))
            told = title.format(found=before)
            label, sure = f"expected `{sign}` before this", sign != "|" or _is_other_stage(segment, position)
            found.append(Candidate(repair, code, told, f"Insert `{sign}`", position, label, sure))
    return found


def _is_other_stage(segment: Segment, position: int) -> bool:
    """Whether what stands there is surely a stage of its own: neither the one before it again, nor unheard of."""
    text = segment.text(position)
    if not segment.is_word(position) or segment.text(position + 1) == ".":
        return True
    return text != segment.text(position - 1) and segment.tokens.texts.count(text) > 1


def _takes_any_word(segment: Segment) -> bool:
    return segment.trial.kind["FUN"] in segment.expected


def _unclosed(segment: Segment) -> list[Candidate]:
    found = []
    opened = segment.open_brackets()[-_BRACKETS:]
    for inner, position in enumerate(reversed(opened)):
        nearest = segment.at - opened[-inner] if inner else 0
        for back in range(nearest, min(_BACK, segment.at - position - 1) + 1):
            found.append(_closing(segment, position, back))
    return found


def _closing(segment: Segment, position: int, back: int) -> Candidate:
    sign = segment.text(position)
    partner = PARTNER[sign]
    at = segment.end(segment.at - back - 1)
    return Candidate(
        Repair(-back, 0, (partner,)),
        codes.UNCLOSED_BRACKET,
        f"This `{sign}` is never closed",
        f"Insert `{partner}`",
        position,
        sure=sign not in (segment.text(position - 1), segment.text(position + 1)),
        related=(Label(segment.source.span(at, at), f"a `{partner}` would do here", Role.NOTE),),
    )


# --- one sign too many


def _superfluous(segment: Segment) -> list[Candidate]:
    found = []
    for back in (0, 1):
        position = segment.at - back
        text = segment.text(position)
        if not text or position < 0 or (back and segment.is_word(position)):
            continue
        code, title = codes.UNEXPECTED, f"{shown(text)} cannot stand here"
        if text in CLOSERS:
            code, title = codes.UNMATCHED_BRACKET, f"This `{text}` closes nothing"
        elif text in ("|", "&"):
            code, title = codes.MISSING_STAGE, f"One side of this `{text}` is empty"
        sure = _means_nothing(segment, position)
        found.append(Candidate(Repair(-back, 1, ()), code, title, f"Remove {shown(text)}", position, sure=sure))
    return found


def _means_nothing(segment: Segment, position: int) -> bool:
    """Whether a token only separates, and what is beside it separates already or needs no separator."""
    if segment.text(position) not in _SEPARATORS:
        return False
    before, behind = segment.text(position - 1), segment.text(position + 1)
    return segment.text(position) in (before, behind) or before in PARTNER or behind in CLOSERS


_PROPOSALS: tuple[Callable[[Segment], list[Candidate]], ...] = (_swapped, _missing, _unclosed)


# --- nothing helps


def _unexpected(around: Surroundings) -> Diagnostic:
    segment = around.segment
    words = expected_words(segment.trial.names[kind] for kind in segment.expected)
    wanted = one_of(words)
    text = segment.text(segment.at)
    if not text:
        title = f"{around.called()} ends before it is complete"
        return codes.UNFINISHED.at(around.last_span(), title, f"expected {wanted} after this" if wanted else "")
    title = f"Expected {wanted}, found {shown(text)}"
    if len(title) > 80 or not wanted:
        title = f"{shown(text)} cannot stand here"
    return codes.UNEXPECTED.at(segment.span(segment.at), title, f"expected {wanted}" if wanted else "")
