"""The parameters of a function behind another word than `with`: `fun f : A -> B where { n : Integer }`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.source import SourceFile


def parameter_lists(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake inside of the braces, or behind them, may be."""
    texts = tokens.texts
    for at in range(index - 1, max(0, index - WINDOW), -1):
        if texts[at] == "where" and texts[at + 1] == "{":
            span = source.span(tokens.starts[at], tokens.ends[at])
            fix = Fix("Write `with`", (Edit(span, "with"),), Applicability.MAYBE_INCORRECT)
            title = "The parameters of a function stand behind `with`, not `where`"
            meant = (shared_kinds(trial.tables)["with"], "with", span.start, span.end)
            yield Slip(at, at + 1, (meant,), codes.UNEXPECTED.at(span, title, fixes=(fix,)))
            return
        if texts[at] in ("fun", "def", "type", ";"):
            return
