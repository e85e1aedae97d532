"""What stands for a value and is no literal: a name, another language's truth or nothing."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.number_words import number_meant
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown

_MAYBE = Applicability.MAYBE_INCORRECT
# What other languages call a value that is none.
_NOTHING = ("none", "null", "nil", "undefined")
# The types of parameters whose defaults are no texts.
_NO_TEXTS = ("Integer", "Double", "Boolean")
# What files of settings take for a truth value.
_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def _is_expected(segment: Segment, *names: str) -> bool:
    return all(segment.trial.kind[name] in segment.expected for name in names)


def not_a_literal(around: Surroundings) -> Diagnostic | None:
    """``f { p = g }``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at - 1) != "=" or not segment.is_word(at) or not _is_expected(segment, "TEXT", "INTEGER"):
        return None
    if _is_expected(segment, "LNAME"):
        return None
    fixes: tuple[Fix, ...] = ()
    truth = segment.text(at).lower()
    if truth in ("true", "false"):
        title = f"Truth values are `true` and `false`: {shown(segment.text(at))}"
        fixes = (Fix(f"Write `{truth}`", (Edit(segment.span(at), truth),), _MAYBE),)
        return codes.NOT_A_LITERAL.at(segment.span(at), title, fixes=fixes)
    if truth in _TRUTHS:
        right = _TRUTHS[truth]
        offered = [(f"Write `{right}`", right), ("Put it in quotes", f'"{segment.text(at)}"')]
        fixes = tuple(Fix(title, (Edit(segment.span(at), text),), _MAYBE) for title, text in offered)
        title = f"Truth values are `true` and `false`, and a text stands in quotes: {shown(segment.text(at))}"
        return codes.NOT_A_LITERAL.at(segment.span(at), title, fixes=fixes)
    if truth in _NOTHING and segment.whole_with(at - 1, 2, []):
        title = f"There is no {shown(segment.text(at))}: a parameter without a default has to be set"
        fix = Fix(f"Remove `= {segment.text(at)}`", (segment.removal(at - 1, at),), _MAYBE)
        return codes.NOT_A_LITERAL.at(segment.span(at), title, fixes=(fix,))
    if truth in _NOTHING:
        title = f"There is no {shown(segment.text(at))}: a parameter that is not given has its default"
        return codes.NOT_A_LITERAL.at(segment.span(at), title, fixes=_left_out(segment, at))
    if segment.whole_as(at, "TEXT"):
        fixes = tuple(Fix(title, (Edit(segment.span(at), text),), _MAYBE) for title, text in _meant(segment, at))
    return codes.NOT_A_LITERAL.at(
        segment.span(at), f"A value is a literal, not a name: {shown(segment.text(at))}", fixes=fixes
    )


def _meant(segment: Segment, at: int) -> list[tuple[str, str]]:
    """What a name may stand for, as it is offered and as it is written: a text, a variable of the environment or, where
    a number is declared, that."""
    name, quoted = segment.text(at), ("Put it in quotes", f'"{segment.text(at)}"')
    number = number_meant(name)
    if segment.text(at - 3) == ":" and segment.text(at - 2) in _NO_TEXTS:
        return [(f"Write `{number}`", number)] if number is not None and segment.text(at - 2) != "Boolean" else []
    if len(name) > 1 and name.isupper():
        return [("Read it from the environment", f"${name}"), quoted]
    return [quoted] if number is None else [(f"Write `{number}`", number), quoted]


def _left_out(segment: Segment, at: int) -> tuple[Fix, ...]:
    """A binding to nothing taken away; what stands for nothing in a file is a text."""
    if not segment.is_word(at - 2) or segment.text(at - 3) not in ("{", ",") or segment.text(at + 1) not in ("}", ","):
        return ()
    name, text = segment.text(at - 2), segment.text(at)
    if segment.text(at - 3) == ",":
        first, last = segment.end(at - 4), segment.end(at)
    elif segment.text(at + 1) == ",":
        first, last = segment.start(at - 2), segment.start(at + 2)
    else:
        first, last = segment.end(at - 4), segment.end(at + 1)
    gone = Fix(f"Remove `{name} = {text}`", (Edit(segment.source.span(first, last), ""),), _MAYBE)
    quoted = Fix("Put it in quotes", (Edit(segment.span(at), f'"{text}"'),), _MAYBE)
    return (quoted, gone) if name.endswith("_null") else (gone,)
