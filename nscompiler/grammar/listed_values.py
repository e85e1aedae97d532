"""Values in brackets of other languages: `(1, 2, 3) | f`, `{1, 2, 3}`, `{ tags = ("a", "b") }`. Each is a list."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import LITERALS
from nscompiler.source import SourceFile

_CLOSING = {"(": ")", "{": "}"}


def listed_values(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a bracket, or at the first comma behind it, may be."""
    texts, kinds = tokens.texts, shared_kinds(trial.tables)
    opening = index if texts[index] in _CLOSING else index - 2
    sign = texts[opening] if opening >= 0 else ""
    if sign not in _CLOSING or not (trial.begins_line(tokens, opening) or texts[opening - 1] == "="):
        return
    literals = {trial.kind[name] for name in LITERALS}
    at = opening + 1
    while at < opening + WINDOW and tokens.kinds[at] in literals and texts[at + 1] == ",":
        at += 2
    if at < opening + 3 or tokens.kinds[at] not in literals or texts[at + 1] != _CLOSING[sign]:
        return
    meant = [(tokens.kinds[one], texts[one], tokens.starts[one], tokens.ends[one]) for one in range(opening, at + 2)]
    meant[0] = (kinds["["], "[", *meant[0][2:])
    meant[-1] = (kinds["]"], "]", *meant[-1][2:])
    span = source.span(meant[0][2], meant[-1][3])
    inside = source.text[meant[0][3] : meant[-1][2]].strip()
    fix = Fix("Write `[ ]`", (Edit(span, f"[{inside}]"),), Applicability.MAYBE_INCORRECT)
    title = f"A list of values stands in `[ ]`, not in `{sign} {_CLOSING[sign]}`"
    yield Slip(opening, at + 2, tuple(meant), codes.UNEXPECTED.at(span, title, fixes=(fix,)))
