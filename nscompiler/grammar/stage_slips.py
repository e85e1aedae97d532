"""Slips around stages: the bracket before branches that is missing, `f & g)`, and `concat(f, 2)`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import shown
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")


def stage_slips(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slips that a mistake at a token may be."""
    text = tokens.texts[index]
    if text == ")":
        yield from _unopened(source, tokens, trial, index)
    elif text == ",":
        yield from _prefix_with_more(source, tokens, index)


def _unopened(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """``s | f & g)``: branches that are closed and were not opened."""
    texts, depth, bars, joined = tokens.texts, 0, [], False
    for at in range(index - 1, max(index - WINDOW, 0), -1):
        text = texts[at]
        depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
        if depth < 0 or text in (*_DECLARING, ";", ""):
            break
        if depth == 0 and text == "&":
            joined = True
        elif depth == 0 and joined and text == "|":
            bars.append(at)
    if not bars or texts[bars[-1] - 1] in ("=", "("):
        return
    opening = shared_kinds(trial.tables)["("]
    closing = source.span(tokens.starts[index], tokens.ends[index])
    firsts = [bar + 1 for bar in reversed(bars)]
    places = [tokens.starts[first] for first in firsts]
    fixes = tuple(
        Fix(f"Insert `(` before {shown(texts[at])}", (Edit(source.span(place, place), "("),), _MAYBE)
        for at, place in zip(firsts[:2], places, strict=False)
    )
    problem = codes.UNMATCHED_BRACKET.at(closing, "This `)` closes what no `(` opens", fixes=fixes)
    first = bars[-1] + 1
    meant = ((opening, "(", places[0], places[0]), _token(tokens, first))
    yield Slip(first, first + 1, meant, problem)


def _token(tokens: Tokens, at: int) -> tuple[int, str, int, int]:
    return tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at]


def _prefix_with_more(source: SourceFile, tokens: Tokens, index: int) -> Iterator[Slip]:
    """``concat(f, 2)``."""
    texts = tokens.texts
    opening = index
    while opening > max(index - WINDOW, 1) and texts[opening] != "(":
        if texts[opening] in (")", "}", ";", ""):
            return
        opening -= 1
    word, end = texts[opening - 1], index
    if word not in ("concat", "filter"):
        return
    while end < min(index + WINDOW, len(texts) - 1) and texts[end] != ")":
        end += 1
    if texts[end] != ")":
        return
    gone = source.span(tokens.starts[index], tokens.ends[end - 1])
    fix = Fix("Remove the rest", (Edit(gone, ""),), _MAYBE)
    problem = codes.UNEXPECTED.at(gone, f"`{word}` takes one function, and nothing else", fixes=(fix,))
    yield Slip(index, end, (), problem)
