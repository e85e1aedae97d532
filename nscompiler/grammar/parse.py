"""A file's text → its syntax tree and what is wrong with it."""

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar import lexer
from nscompiler.grammar.build import Builder
from nscompiler.grammar.depth import drop_deep_trees, mark_deep_brackets, shorten
from nscompiler.grammar.lexical import unclosed_comment
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
    tables = load()
    text = shorten(source.text, tables)
    tokens = lexer.scan(text, tables)
    mark_deep_brackets(text, tokens, tables)
    docs = lexer.docs(tokens, text, (tables.kind["COMMA"], tables.kind["VBAR"]))
    builder = Builder(source, tokens.starts, tokens.ends, tokens.texts, docs)
    items = Machine(tables, tokens, builder).run()
    items = drop_deep_trees(source, items, builder.problems)
    if tokens.unclosed >= 0:
        builder.problems.append(unclosed_comment(source, tokens.unclosed, tokens.open_comments))
    module = assemble(builder, items, lexer.comments(tokens, text))
    return ParseResult(module, in_order(builder.problems))


def in_order(problems: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Problems by their place."""
    return tuple(sorted(problems, key=lambda problem: (problem.primary.span.start, problem.primary.span.end)))
