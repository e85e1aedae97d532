"""The values that a parameter may have, written without quotes or with commas: `mode : fast | slow`, `"a", "b"`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.mistakes import SCALARS
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import fitting
from nscompiler.source import SourceFile

_MOST = 32
_FAR = 400
_CLOSING = {"[": "]", "(": ")", "{": "}", "": ""}
# What other languages call a type of a few values.
_NAMES = ("Enum", "Literal", "Choice", "OneOf")


def choices(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token inside of a parameter's type may be."""
    texts, words, text = tokens.texts, trial.words, trial.kind["TEXT"]
    first = index
    while first > max(0, index - _MOST) and texts[first - 1] not in (":", "=", "->", "}"):
        first -= 1
    if first < 3 or texts[first - 1] != ":" or tokens.kinds[first - 2] not in words:
        return
    if not _is_parameter(texts, first - 3):
        return
    named = texts[first] in _NAMES and texts[first + 1] in ("[", "(")
    at = first + named
    opened = texts[at] if texts[at] in ("[", "(", "{") else ""
    at += bool(opened)
    values: list[int] = []
    while tokens.kinds[at] in words or tokens.kinds[at] == text:
        if tokens.kinds[at] != text and texts[at + 1] == ":":
            break  # the next parameter
        values.append(at)
        at += 1
        if texts[at] not in ("|", ",") or len(values) > _MOST:
            break
        at += 1
    until = at + 1 if opened else values[-1] + 1 if values else at
    plain = all(tokens.kinds[value] == text for value in values)
    bars = all(texts[value + 1] == "|" for value in values[:-1])
    types = SCALARS.intersection(texts[value] for value in values)
    if types or (opened and not named and any(texts[value][:1].isupper() for value in values)):
        return  # `(A, B)` is a tuple of types
    if len(values) < 2 or (opened and texts[at] != _CLOSING[opened]) or not (opened or bars or plain):
        return
    bar = shared_kinds(trial.tables)["|"]
    meant: list[tuple[int, str, int, int]] = []
    for value in values:
        start, end = tokens.starts[value], tokens.ends[value]
        meant += [(bar, "|", start, start)] if meant else []
        meant.append((text, texts[value] if tokens.kinds[value] == text else quote(texts[value]), start, end))
    written = " | ".join(text for _, text, *_ in meant if text != "|")
    edits = [Edit(source.span(tokens.starts[first], tokens.ends[until - 1]), written)]
    if texts[until] == "=" and tokens.kinds[until + 1] in words and texts[until + 1] in [texts[one] for one in values]:
        # The default is written as the values are.
        place = source.span(tokens.starts[until + 1], tokens.ends[until + 1])
        edits.append(Edit(place, quote(texts[until + 1])))
        sign, default = ((tokens.kinds[until], "=", tokens.starts[until], tokens.ends[until]), place)
        meant += [sign, (text, quote(texts[until + 1]), default.start, default.end)]
        until += 2
    span = edits[0].span
    title = "The values of a parameter stand in quotes, with `|` between them"
    fix = Fix(fitting(f"Write `{written}`", "Write them so"), tuple(edits), Applicability.MAYBE_INCORRECT)
    yield Slip(first, until, tuple(meant), codes.NOT_A_LITERAL.at(span, title, fixes=(fix,)))


def _is_parameter(texts: list[str], at: int) -> bool:
    """Whether what stands before a name is the `{` behind a `with`, or a comma in these."""
    depth = 0
    for place in range(at, max(0, at - _FAR), -1):
        text = texts[place]
        depth += (text in ("}", "]", ")")) - (text in ("{", "[", "("))
        if depth < 0:
            return text == "{" and texts[place - 1] == "with"
    return False
