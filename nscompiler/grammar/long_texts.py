"""Texts that go on over several lines and stand in the quotes of one: ``pg_query = "select id,`` and the rest below."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.lexer import Kinds, Tokens
from nscompiler.grammar.tables import Tables
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

# How long such a text may be: a query, not half of the file.
_LONGEST = 4_000
_REST = Pattern(r'"(?!"")(?P<inner>[^"\\]*+)"(?!")(?=[ \t]*+(?:[,})\]|;\n\r]|$))')
_DECLARATION = Pattern(r"(?:^|[\n\r])(?:module|import|type|fun|def|@)")


def text_end(text: str, start: int) -> int:
    """Where a text ends that starts at an open quote and goes on below, -1 if none does."""
    match = _REST.match(text, start, min(len(text), start + _LONGEST))
    if match is None or _DECLARATION.search(match["inner"]) is not None:
        return -1
    return match.end()


def told(source: SourceFile, start: int, end: int) -> Diagnostic:
    """What is wrong with it."""
    edits = tuple(Edit(source.span(at, at), '""') for at in (start, end))
    fix = Fix('Write `"""` around it', edits, Applicability.MAYBE_INCORRECT)
    return codes.UNTERMINATED_TEXT.at(source.span(start, end), 'A text on several lines stands in `"""`', fixes=(fix,))


def read(tokens: Tokens, tables: Tables, text: str, index: int, end: int) -> None:
    """Reads it as one text, and what is behind it anew."""
    tokens.kinds[index], tokens.ends[index] = tables.kind["LONG_TEXT"], end
    tokens.texts[index] = f'""{text[tokens.starts[index] : end]}""'
    tokens.cut(index + 1, len(tokens.kinds))
    tokens.extend(tables.token.findall(text, end), end, Kinds(tables))
