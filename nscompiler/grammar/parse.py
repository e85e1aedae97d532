"""A file's text → its syntax tree and what is wrong with it."""

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar import lexer
from nscompiler.grammar.build import Builder
from nscompiler.grammar.machine import Machine
from nscompiler.grammar.order import assemble
from nscompiler.grammar.syntax import Module
from nscompiler.grammar.tables import load
from nscompiler.source import SourceFile


@attrs.frozen(slots=True)
class ParseResult:
    """A module, whole or with ``BrokenDecl``s in it, and the syntax errors of its text in order."""

    module: Module
    problems: tuple[Diagnostic, ...]


def parse(source: SourceFile) -> ParseResult:
    """Parse a module, a script or a notebook cell. Never raises, whatever the text."""
    tables, text = load(), source.text
    tokens = lexer.scan(text, tables)
    docs = lexer.docs(tokens, text, (tables.kind["COMMA"], tables.kind["VBAR"]))
    builder = Builder(source, tokens.starts, tokens.ends, tokens.texts, docs)
    items = Machine(tables, tokens, builder).run()
    module = assemble(builder, items, lexer.comments(tokens, text))
    return ParseResult(module, tuple(builder.problems))
