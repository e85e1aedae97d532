"""A value that takes in what stands behind it: a text closed by the quote of the next one, `"night, path = "x"`,
and an address without quotes, whose `//` begins a comment. The line is read again as it was meant.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.lexer import Tokens, scan
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_TWO_TEXTS = Pattern(r'"[^"\\,\]}]*+(?=\]?[ \t]*(?:,[ \t]*[a-z_]\w*[ \t]*=[ \t]*\[?|,[ \t]*)"\Z)')
_ADDRESS = Pattern(r"[a-z][a-z0-9+]*://[^\s,}]+")
_LINE = Pattern(r"[^\n\r]*")


def swallowing(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token may be."""
    for at in (index - 1, index):
        if at >= 0 and tokens.kinds[at] == trial.kind["TEXT"]:
            found = _TWO_TEXTS.match(tokens.texts[at])
            if found is not None:
                yield from _unclosed(source, tokens, trial, at, tokens.starts[at] + found.end())
                return
    if tokens.texts[index - 1 : index] == ["="] and tokens.texts[index + 1 : index + 2] == [":"]:
        address = _ADDRESS.match(source.text, tokens.starts[index])
        if address is not None:
            span = source.span(tokens.starts[index], address.end())
            right = quote(address[0])
            fix = Fix("Put it in quotes", (Edit(span, right),), _MAYBE)
            title = fitting(f"A text stands in quotes: {shown(address[0])}", "A text stands in quotes")
            problem = codes.NOT_A_LITERAL.at(span, title, fixes=(fix,))
            yield _again(source, tokens, trial, index, address.end(), right, problem)


def _unclosed(source: SourceFile, tokens: Tokens, trial: Trial, at: int, end: int) -> Iterator[Slip]:
    start = tokens.starts[at]
    text = source.text[start:end].rstrip(" \t")
    place = source.span(start + len(text), start + len(text))
    fix = Fix('Insert `"`', (Edit(place, '"'),), _MAYBE)
    title = 'This text is never closed with `"`'
    problem = codes.UNTERMINATED_TEXT.at(source.span(start, place.end), title, fixes=(fix,))
    yield _again(source, tokens, trial, at, place.end, f'{text}"', problem)


def _again(source: SourceFile, tokens: Tokens, trial: Trial, at: int, end: int, text: str, problem: Diagnostic) -> Slip:
    """The line from a token on, which is a text up to an offset; what is behind that is read anew."""
    rest = _LINE.match(source.text, end)
    written = "" if rest is None else rest[0]
    until = at + 1
    while until < len(tokens.kinds) - 1 and tokens.starts[until] < end + len(written):
        until += 1
    again = scan(written, trial.tables)
    inside = zip(again.kinds, again.texts, again.starts, again.ends, strict=True)
    behind = [(kind, piece, end + first, end + last) for kind, piece, first, last in inside][:-1]
    return Slip(at, until, ((trial.kind["TEXT"], text, tokens.starts[at], end), *behind), problem)
