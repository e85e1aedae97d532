"""Stages written as a chain of calls, `inbound.parcelOf().label()`, or as the items of a list, `- f⏎- g`; a field that
is read, `p?.id`; and `f!` for `f?`.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.syntax import NAMELESS
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import LITERALS, fitting, shown
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("fun", "def", "type", "import")


def foreign_chains(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token may be."""
    text = tokens.texts[index]
    if text == ")" and tokens.texts[index - 1] == "(" and index > 1:
        yield from _called(source, tokens, trial, index - 1)
    elif text == "." and tokens.texts[index - 1] == "?" and tokens.kinds[index + 1] in trial.words:
        yield from _field(source, tokens, trial, index)
    elif text == "!" and index and not tokens.gaps[index]:
        yield from _asserted(source, tokens, trial, index)
    elif text == "-" and trial.begins_line(tokens, index):
        yield from _items(source, tokens, trial, index)


def _called(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``a.b().c()``."""
    texts, words, bar = tokens.texts, trial.words, shared_kinds(trial.tables)["|"]
    first = index - 1
    while first > 1 and texts[first - 1] == "." and tokens.kinds[first - 2] in words and not tokens.gaps[first]:
        first -= 2
    names, at = [first], first
    meant = [(tokens.kinds[first], texts[first], tokens.starts[first], tokens.ends[first])]
    while at < first + WINDOW:
        at += 1
        if texts[at : at + 2] == ["(", ")"]:
            at += 2
        if texts[at] != "." or tokens.kinds[at + 1] not in words or tokens.gaps[at + 1]:
            break
        sign = "." if texts[at - 1][:1].isupper() else "|"
        kind = tokens.kinds[at] if sign == "." else bar
        meant += [(kind, sign, tokens.starts[at], tokens.ends[at])]
        at += 1
        names.append(at)
        meant.append((tokens.kinds[at], texts[at], tokens.starts[at], tokens.ends[at]))
    if len(names) < 2 or all(text != "|" for _, text, *_ in meant):
        return
    span = source.span(tokens.starts[first], tokens.ends[at - 1])
    written = "".join(" | " if text == "|" else text for _, text, *_ in meant)
    fix = Fix(fitting(f"Write `{written}`", "Write them in a pipe"), (Edit(span, written),), _MAYBE)
    title = "Functions are not called one on the other: values flow through them, `f | g`"
    yield Slip(first, at, tuple(meant), codes.MISSING_PIPE.at(span, title, fixes=(fix,)))


def _field(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``p?.id``."""
    first = index - 2
    if tokens.kinds[first] not in trial.words:
        return
    span = source.span(tokens.starts[index], tokens.ends[index + 1])
    name = shown(f".{tokens.texts[index + 1]}")
    title = fitting(f"A function of a module reads a field: there is no {name}", "A function of a module reads a field")
    problem = codes.UNEXPECTED.at(span, title, "declare it with `fun`, and name it behind a `|`")
    start = tokens.starts[first]
    yield Slip(first, index + 2, ((trial.kind["LNAME"], NAMELESS, start, span.end),), problem, nameless=True)


def _asserted(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``f! | g``, where the file declares that what ``f`` gives may be missing."""
    texts, name = tokens.texts, tokens.texts[index - 1]
    functions = range(texts.count("fun"))  # most files that are all mistakes have none
    at = 0
    for _ in functions:
        at = texts.index("fun", at) + 1
        if texts[at] == name:
            until = next((end for end in range(at, len(texts)) if texts[end] in _DECLARING or not texts[end]), at)
            if "optional" not in [texts[one + 1] for one in range(at, until) if texts[one] == "->"]:
                return
            span = source.span(tokens.starts[index], tokens.ends[index])
            fix = Fix("Write `?`", (Edit(span, "?"),), _MAYBE)
            problem = codes.STRAY_CHARACTER.at(span, "What may be missing is let go by `?`, not by `!`", fixes=(fix,))
            sign = (shared_kinds(trial.tables)["?"], "?", span.start, span.end)
            yield Slip(index, index + 1, (sign,), problem)
            return


def _items(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``- Sources.stdin⏎- f``."""
    texts, kinds = tokens.texts, shared_kinds(trial.tables)
    places, at = [index], index + 1
    while at < index + WINDOW and texts[at]:
        begins = trial.begins_line(tokens, at)
        if begins and texts[at] != "-":
            break
        places += [at] if begins else []
        at += 1
    if len(places) < 2:
        return
    values = [trial.names[tokens.kinds[one + 1]] for one in places]
    if len(values) * 2 == at - index and LITERALS.issuperset(values):
        yield _values(source, tokens, trial, range(index, at))
        return
    meant, edits = [], []
    for one in range(index, at):
        start, end = tokens.starts[one], tokens.ends[one]
        if one not in places:
            meant.append((tokens.kinds[one], texts[one], start, end))
        elif one != index:
            meant.append((kinds["|"], "|", start, end))
            edits.append(Edit(source.span(start, end), "|"))
        else:
            edits.append(Edit(source.span(start, tokens.starts[one + 1]), ""))
    span = source.span(tokens.starts[index], tokens.ends[index])
    fix = Fix("Join them by `|`", tuple(edits), _MAYBE)
    title = "Stages are no list with dashes: `|` joins them"
    yield Slip(index, at, tuple(meant), codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)))


def _values(source: SourceFile, tokens: Tokens, trial: Trial, places: range) -> Slip:
    """``- "a"⏎- "b"``."""
    kinds = shared_kinds(trial.tables)
    span = source.span(tokens.starts[places[0]], tokens.ends[places[-1]])
    meant = []
    for number, at in enumerate(places):
        sign = ("[" if number == 0 else ",") if number % 2 == 0 else ""
        meant.append(
            (kinds[sign] if sign else tokens.kinds[at], sign or tokens.texts[at], tokens.starts[at], tokens.ends[at])
        )
    meant.append((kinds["]"], "]", span.end, span.end))
    written = f"[{', '.join(tokens.texts[at] for at in places[1::2])}]"
    fix = Fix(fitting(f"Write `{written}`", "Write it in `[ ]`"), (Edit(span, written),), _MAYBE)
    place = source.span(tokens.starts[places[0]], tokens.ends[places[0]])
    title = "A list of values is written `[a, b]`, without dashes"
    return Slip(places.start, places.stop, tuple(meant), codes.STRAY_CHARACTER.at(place, title, fixes=(fix,)))
