"""A name with dashes where it is used, and with `_` where it is declared: `Sources.stdin | to-route`."""

from collections.abc import Iterator
from itertools import pairwise

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.source import SourceFile

_DECLARING = ("fun", "def", "type")


def dashed_uses(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a dash may be: with `_`, the file declares the name, or a module may."""
    texts, kinds, gaps = tokens.texts, tokens.kinds, tokens.gaps
    first = index - 1
    if texts[index] != "-" or first < 1 or kinds[first] not in trial.words:
        return
    until = index
    while texts[until] == "-" and kinds[until + 1] in trial.words and not gaps[until] and not gaps[until + 1]:
        until += 2
    name = "_".join(texts[first:until:2])
    declared = any(before in _DECLARING and text == name for before, text in pairwise(texts))
    if until == index or texts[until] == "=" or not (declared or (texts[first - 1] == "." and not gaps[first])):
        return
    start, end = tokens.starts[first], tokens.ends[until - 1]
    span = source.span(start, end)
    fix = Fix(fitting(f"Write {shown(name)}", "Write `_`"), (Edit(span, name),), Applicability.MAYBE_INCORRECT)
    title = "A name has no `-` inside: letters, digits, `_` and `'` alone"
    yield Slip(first, until, ((kinds[first], name, start, end),), codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)))
