"""A parameter's value without its quotes: ``path = data/x.csv``, ``cron = 0 5 * * *``. It is read as one text."""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_MOST = 64
"""How many tokens are looked at for the end of a value."""
_PLAIN = Pattern(r"[\w'. ]*")
"""What has no sign in it but points: names, and numbers one after the other, may be something else gone wrong."""
_APART = Pattern(r"-\s+([0-9][0-9_]*+(?:\.[0-9]++)?)")
"""A number with its sign apart."""
_ENVIRONMENT = Pattern(r"(?:(?:process\.env|os\.environ|env|ENV)[.:]|%(?=\w+%))([A-Za-z_][A-Za-z0-9_]*)%?")
"""A variable of the environment as other languages write it."""
_QUERIES = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE"))
_NEVER = frozenset("={}[]()<>|&;$" + "\"'`´‘’‚‛“”„‟«»")


def unquoted(tokens: Tokens, index: int, text: str) -> tuple[int, int] | None:
    """The tokens of a value without quotes, the refused token among them, as first and end; None where it is none."""
    first = index
    while first > 0 and tokens.texts[first - 1] != "=":
        first -= 1
        if index - first > _MOST or tokens.texts[first] in ("{", ",", "") or _is_new_line(tokens, first):
            return None
    if first and tokens.texts[first].upper() in _QUERIES:
        return _query(tokens, first, index)
    end = first
    while end < len(tokens.kinds) and tokens.texts[end] not in (",", "}"):
        end += 1
        if end - first > _MOST or (end < len(tokens.kinds) and _is_new_line(tokens, end)):
            return None
    if first == 0 or not first <= index < end or end == len(tokens.kinds):
        return None
    value = text[tokens.starts[first] : tokens.ends[end - 1]]
    words = _PLAIN.fullmatch(value) is not None and not re.search(r"[\w']\.[\w']", value)
    words = words and (end - first < 2 or not value[:1].isalpha())
    return None if words or not _NEVER.isdisjoint(value) else (first, end)


def _query(tokens: Tokens, first: int, index: int) -> tuple[int, int] | None:
    """``SELECT a, b FROM c WHERE d = 3``: up to the brace, or to the next parameter."""
    end = first
    while tokens.texts[end] != "}":
        if not tokens.texts[end] or end - first > _MOST or _is_new_line(tokens, end) or tokens.texts[end][0] in '"{;':
            return None
        if tokens.texts[end] == "," and tokens.texts[end + 2] == "=" and tokens.texts[end + 3][:1] in ('"', "$", "'"):
            break
        end += 1
    return (first, end) if first <= index < end and end > first + 1 else None


def _is_new_line(tokens: Tokens, index: int) -> bool:
    return "\n" in tokens.gaps[index] or "\r" in tokens.gaps[index]


def can_be_text(place: tuple[int, int], tokens: Tokens, trial: Trial, states: list[int]) -> bool:
    """Whether a text could stand there, and a name could not; ``states`` are those before the value."""
    expected = trial.expected(states.copy())
    closing = trial.tables.literals[tokens.texts[place[1]]]
    fits = trial.feed(states.copy(), [trial.kind["TEXT"], closing]) == 2
    return fits and trial.kind["TEXT"] in expected and trial.kind["LNAME"] not in expected


def quoted(source: SourceFile, place: tuple[int, int], tokens: Tokens, text: int) -> Diagnostic:
    """Reads the value as a text; ``text`` is the kind of such a token."""
    first, end = place
    span = source.span(tokens.starts[first], tokens.ends[end - 1])
    value = source.text[span.start : span.end]
    number = _APART.fullmatch(value)
    if number is not None:
        return _number(source, place, tokens, f"-{number[1]}")
    right = quote(value)
    tokens.kinds[first], tokens.texts[first], tokens.ends[first] = text, right, span.end
    tokens.kinds[first + 1 : end] = [SWALLOWED] * (end - first - 1)
    fix = Fix("Put it in quotes", (Edit(span, right),), Applicability.MAYBE_INCORRECT)
    title = f"A text stands in quotes: {shown(value)}"
    variable = _ENVIRONMENT.fullmatch(value)
    if variable is not None:
        title = f"A variable of the environment is written `${variable[1]}`"
        fix = Fix(f"Write `${variable[1]}`", (Edit(span, f"${variable[1]}"),), Applicability.MAYBE_INCORRECT)
    return codes.NOT_A_LITERAL.at(span, title if len(title) <= 80 else "A text stands in quotes", fixes=(fix,))


def _number(source: SourceFile, place: tuple[int, int], tokens: Tokens, right: str) -> Diagnostic:
    """Reads the value as the number that it is without the space: that of the token behind the sign."""
    first, end = place
    span = source.span(tokens.starts[first], tokens.ends[end - 1])
    tokens.kinds[first], tokens.texts[first], tokens.ends[first] = tokens.kinds[end - 1], right, span.end
    tokens.kinds[first + 1 : end] = [SWALLOWED] * (end - first - 1)
    fix = Fix(f"Write `{right}`", (Edit(span, right),), Applicability.MAYBE_INCORRECT)
    return codes.NOT_A_LITERAL.at(span, f"No space stands behind the sign of a number: {shown(right)}", fixes=(fix,))
