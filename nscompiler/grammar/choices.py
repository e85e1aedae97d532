"""Alternatives as other languages write them: ``"low" | "high"`` for a sum of constructors, ``Text | None`` for what
may be missing.
"""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.inline_sums import APPLIED, SCALARS, TITLE, Written, declared_below, is_declared, is_type_place
from nscompiler.grammar.rewriting import Rewriting
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import NOTHING, fitting, shown

_OPENERS, _CLOSERS = {"(": ")", "[": "]", "{": "}"}, {")": "(", "]": "[", "}": "{"}
_WORDS = ("enum", "struct", "record", "class", "object", "data", "union", "oneof")
_WORD = re.compile(r"[^\W_]+")


# --- texts


def texts_as_alternatives(around: Surroundings) -> Diagnostic | None:
    """``type Level = "low" | "high"``, ``{ level : "low" | "high" }``."""
    segment, at = around.segment, around.segment.at
    if around.keyword not in ("type", "fun", "def"):
        return None
    bar = segment.text(at) == "|" and segment.text(at - 1) == "="
    first = at + bar
    written = _texts(segment, first)
    if written is None:
        return None
    names = [_constructor(around, segment.text(position)) for position in written.starts]
    good = "" not in names and len(set(names)) == len(names)
    body = " | ".join(names)
    if segment.text(at - 1) == "=" and around.keyword == "type" and not segment.open_brackets():
        kind = segment.trial.kind["UNAME"]
        rewriting = Rewriting(segment)
        rewriting.replace(at, written.end, [sign for name in names for sign in ("|", kind)][1:], body)
        what = f"Write {shown(body)}" if len(body) <= 60 else "Write them as constructors"
        numbers = segment.text(first)[0] not in "\"'"
        title = "The alternatives of a sum are constructors: names, and no numbers"
        title = title if numbers else "The alternatives of a sum are constructors, without quotes"
        return codes.WRONG_QUOTES.at(segment.span(first), title, fixes=rewriting.fix(what) if good else ())
    if bar or not is_type_place(around, first):
        return None
    fix = declared_below(around, written, body) if good else None
    where = segment.span(first, written.end - 1)
    fixes = () if fix is None else (fix,)
    if segment.kinds[first] == segment.trial.kind["TEXT"] and segment.whole_with(
        first, written.end - first, [segment.trial.kind["UNAME"]]
    ):
        # What is read and written elsewhere as a text stays one; a sum has another form there.
        fixes = (Fix("Write `Text`", (Edit(where, "Text"),), Applicability.MAYBE_INCORRECT), *fixes)
    title = "Choices of texts are for parameters: the type of these is `Text`"
    return codes.NAMELESS_SUM.at(where, title if len(fixes) > 1 else TITLE, fixes=fixes)


def _texts(segment: Segment, first: int) -> Written | None:
    """Two texts or more with `|` between them, from a position on."""
    kinds, kind = segment.kinds, segment.trial.kind
    starts, position = [], first
    while position < len(kinds) and kinds[position] in (kind["TEXT"], kind["INTEGER"]):
        starts.append(position)
        position += 1
        if segment.text(position) != "|":
            break
        position += 1
    end = starts[-1] + 1 if starts else first
    return Written(first, end, starts) if len(starts) > 1 and position == end else None


def _constructor(around: Surroundings, text: str) -> str:
    """``VeryLow`` for ``"very-low"``; nothing where no name can be made of it."""
    if text[0] not in "\"'":
        own = around.name()
        return f"{own.text}{text}" if own is not None and text.isdecimal() else ""
    words = _WORD.findall(text[1:-1])
    name = "".join(word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)
    return name if name.isascii() and name[:1].isupper() and "\\" not in text else ""


# --- enumerations and words before the braces


def braced_names(around: Surroundings) -> Diagnostic | None:
    """``type Color = { Red, Green }``, ``type Color = enum { Red, Green }``, ``type P = struct { a : Text }``."""
    segment, equal = around.segment, around.head + 2
    word = segment.text(equal + 1)
    opening = equal + 2 if word in _WORDS else equal + 1
    if around.keyword != "type" or segment.text(equal) != "=" or segment.text(opening) not in ("{", "["):
        return None
    closing = segment.behind_bracket(opening) - 1
    names = [segment.text(position) for position in range(opening + 1, closing, 2)]
    commas = {segment.text(position) for position in range(opening + 2, closing, 2)}
    capitals = all(name[:1].isupper() for name in names) and commas <= {",", "|", ";"}
    plain = SCALARS.isdisjoint(names)  # types, and no constructors
    if capitals and plain and len(set(names)) == len(names) > 1 and segment.text(closing) in ("}", "]"):
        names = [name for name in names if name]
        kinds: list[str | int] = []
        for _ in names:
            kinds += ["|", segment.trial.kind["UNAME"]]
        body = " | ".join(names)
        rewriting = Rewriting(segment)
        rewriting.replace(equal + 1, closing + 1, kinds[1:], body)
        fixes = rewriting.fix(fitting(f"Write {shown(body)}", "Write `|` between them"))
        title = "The alternatives of a sum stand side by side, with `|` between them"
        return codes.UNEXPECTED.at(segment.span(equal + 1, closing), title, fixes=fixes) if fixes else None
    if opening == equal + 1 or not segment.whole_with(equal + 1, 1, []):
        return None
    edit = Edit(segment.source.span(segment.start(equal + 1), segment.start(opening)), "")
    fix = Fix(f"Remove {shown(word)}", (edit,), Applicability.MAYBE_INCORRECT)
    title = f"A record stands in `{{ }}` alone, without {shown(word)}"
    return codes.UNEXPECTED.at(segment.span(equal + 1), title, fixes=(fix,))


# --- signs that are too many


def excess_bar(around: Surroundings) -> Diagnostic | None:
    """``type P = | A | B``, ``type P = A || B``, ``type P = A | B |``."""
    segment, at, size = around.segment, around.segment.at, len(around.segment.kinds)
    if around.keyword != "type" or segment.open_brackets() or segment.is_cut:
        return None
    rewriting, runs, position = Rewriting(segment), [], around.head + 2
    while position < size:
        until = position
        while segment.text(until) == "|":
            until += 1
        first = position + (segment.text(position - 1) != "=" and until < size)  # of those between two one stays
        if until > first:
            leads = segment.text(first - 1) == "="
            start, end = (
                (segment.start(first), segment.start(until))
                if leads
                else (segment.end(first - 1), segment.end(until - 1))
            )
            rewriting.replace(first, until, [], "", segment.source.span(start, end))
            runs.append((first, until))
        position = until + 1
    if not runs or not runs[0][0] <= at <= runs[0][1]:
        return None
    first, until = runs[0]
    title = "The alternatives of a sum are separated by one `|`"
    if segment.text(first - 1) == "=" or until == size:
        title = f"The {'first' if until < size else 'last'} `|` of a sum is too many"
    kept = sum(segment.text(one) == "|" for one in range(size)) > sum(until - first for first, until in runs)
    sure = kept and runs[-1][1] < size
    fixes = rewriting.fix("Remove `|`", Applicability.MACHINE_APPLICABLE if sure else Applicability.MAYBE_INCORRECT)
    return codes.MISSING_STAGE.at(segment.span(first), title, fixes=fixes) if fixes else None


# --- what may be missing


def nothing_as_alternative(around: Surroundings) -> Diagnostic | None:
    """``fun f : Text -> Text | None``, ``{ a : null | Text, b : Integer }``."""
    segment, at = around.segment, around.segment.at
    if around.keyword not in ("type", "fun", "def"):
        return None
    rewriting, position = Rewriting(segment), around.head + 3
    told: tuple[int, int, str] | None = None
    while position < len(segment.kinds):
        found = _missing(segment, position) if segment.text(position) == "|" else None
        if found is None or not is_type_place(around, found[0]):
            position += 1
            continue
        first, until, types = found
        kinds: list[str | int] = [segment.trial.kind["OPTIONAL"], *segment.kinds[types.start : types.stop]]
        text = f"optional {segment.source.text[segment.start(types.start) : segment.end(types.stop - 1)]}"
        rewriting.replace(first, until, kinds, text)
        told = told or (first, until, text)
        position = until
    if told is None or not told[0] <= at <= told[1]:
        return None
    fixes = rewriting.fix(fitting(f"Write {shown(told[2])}", "Write `optional`"))
    title = fitting(f"What may be missing is written {shown(told[2])}", "What may be missing is written `optional`")
    return codes.NAMELESS_SUM.at(segment.span(told[0], told[1] - 1), title, fixes=fixes) if fixes else None


def _missing(segment: Segment, bar: int) -> tuple[int, int, range] | None:
    """Around a `|`, a type and a word for what is none: where both start and end, and where the type stands."""
    if segment.text(bar + 1) in NOTHING and segment.text(bar + 2) not in (":", "|"):
        start = _start(segment, bar - 1)
        types = _type(segment, range(start, bar)) if 0 < start < bar else None
        return None if types is None else (start, bar + 2, types)
    if segment.text(bar - 1) in NOTHING and segment.text(bar - 2) != "|":
        end = _end(segment, bar + 1)
        types = _type(segment, range(bar + 1, end)) if end > bar + 1 and segment.text(end) != "|" else None
        return None if types is None else (bar - 1, end, types)
    return None


def _type(segment: Segment, tokens: range) -> range | None:
    """The type among some tokens, without a ``Some`` before it; None where they begin with a constructor."""
    if segment.text(tokens[0]) in ("Some", "Just") and len(tokens) > 1:
        tokens = tokens[1:]
    name = segment.text(tokens[0])
    if not name[0].isupper() or segment.text(tokens[0] + 1) == "." or name in (*SCALARS, *APPLIED):
        return tokens
    return tokens if is_declared(segment, tokens[0]) else None


def _start(segment: Segment, position: int) -> int:
    """Where the type begins that ends at a position."""
    start = position + 1
    while start > 0 and (segment.is_word(start - 1) or segment.text(start - 1) in (*_CLOSERS, ".")):
        start = _opener(segment, start - 1) if segment.text(start - 1) in _CLOSERS else start - 1
    return start


def _opener(segment: Segment, position: int) -> int:
    depth = 0
    while position >= 0:
        depth += (segment.text(position) in _CLOSERS) - (segment.text(position) in _OPENERS)
        if depth == 0:
            return position
        position -= 1
    return 0


def _end(segment: Segment, position: int) -> int:
    """Behind the type that begins at a position."""
    end = position
    while segment.is_word(end) or segment.text(end) in (*_OPENERS, "."):
        end = segment.behind_bracket(end) if segment.text(end) in _OPENERS else end + 1
    return end


CHOICES = (texts_as_alternatives, braced_names, excess_bar, nothing_as_alternative)
