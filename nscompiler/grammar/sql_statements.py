"""Statements of SQL outside of any text, ``CREATE TABLE a (…)``: no part of a module, told of once."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import shown
from nscompiler.source import SourceFile, Span

_SECOND = {
    "CREATE": ("TABLE", "VIEW", "INDEX", "SCHEMA", "OR", "TEMP", "TEMPORARY", "UNIQUE", "MATERIALIZED"),
    "INSERT": ("INTO",),
    "DELETE": ("FROM",),
    "DROP": ("TABLE", "VIEW", "INDEX", "SCHEMA"),
    "ALTER": ("TABLE", "VIEW"),
    "TRUNCATE": ("TABLE",),
}
_DECLARING = ("type", "fun", "def", "import", "module", "@")
SELECT = "SELECT"
"""What a query begins with."""


def statement(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> tuple[int, int, Diagnostic] | None:
    """The statement that a token is a part of, as its first token, the one behind it and what is told of it."""
    first = index
    while not _begins(tokens, trial, first):
        if not first or first < index - WINDOW or tokens.texts[first] in (";", *_DECLARING):
            return None
        first -= 1
    until = first + 1
    while tokens.texts[until] and tokens.texts[until] != ";":
        if trial.begins_line(tokens, until) and tokens.texts[until] in _DECLARING:
            break
        until += 1
    last = until - 1 if tokens.texts[until] != ";" else until
    span = source.span(tokens.starts[first], tokens.ends[last])
    return first, until, told_as_sql(span, tokens.texts[first])


def told_as_sql(span: Span, word: str) -> Diagnostic:
    """What is told of a statement that begins with a word."""
    title = f"SQL stands in a text: {shown(word)} begins no declaration and no stage"
    return codes.NO_DECLARATION.at(span, title, "a query is given as `pg_query`; tables are made elsewhere")


def _begins(tokens: Tokens, trial: Trial, at: int) -> bool:
    if at + 1 >= len(tokens.texts) or not trial.begins_line(tokens, at):
        return False
    word, second = tokens.texts[at].upper(), tokens.texts[at + 1].upper()
    if word == SELECT:
        rest = (text.upper() for text in tokens.texts[at + 1 : at + WINDOW])
        return "FROM" in rest
    return second in _SECOND.get(word, ())
