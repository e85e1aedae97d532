"""The grammar run by lark itself, its trees turned into ours by the builder that the fast loop calls."""

from functools import cache
from typing import Any

from lark import Lark, Token, Tree, UnexpectedInput

from nscompiler.grammar import lexer
from nscompiler.grammar.build import Builder
from nscompiler.grammar.generate import plain_lark
from nscompiler.grammar.order import assemble
from nscompiler.grammar.syntax import Module
from nscompiler.grammar.tables import GRAMMAR_PATH, load
from nscompiler.source import SourceFile


@cache
def lark() -> Lark:
    """The grammar's parser."""
    with open(GRAMMAR_PATH, encoding="utf-8") as file:
        return plain_lark(file.read())


def parse_plainly(text: str) -> Module | int:
    """The module of a text as lark reads it, or the offset at which it refuses."""
    blanked, comments = _without_nested_comments(text)
    if comments.unclosed >= 0:
        return comments.unclosed
    tokens: list[Token] = []
    try:
        interactive = lark().parse_interactive(blanked)
        for token in interactive.exhaust_lexer():
            tokens.append(token)
        tree = interactive.feed_eof()
    except UnexpectedInput as refused:
        at = refused.pos_in_stream
        return len(text) if at is None or at < 0 or getattr(refused, "token", Token("", "")).type == "$END" else at
    return _built(text, tree, tokens, comments)


def _without_nested_comments(text: str) -> tuple[str, lexer.Tokens]:
    """The text with nested comments, which no regex reads, as spaces."""
    tokens = lexer.scan(text, load())
    for comment in lexer.comments(tokens, text):
        if comment.text.count("/*") > 1 and comment.text.startswith("/*"):
            text = text[: comment.start] + " " * (comment.end - comment.start) + text[comment.end :]
    return text, tokens


def _built(text: str, tree: Tree[Any], tokens: list[Token], scanned: lexer.Tokens) -> Module:
    source, kinds = SourceFile("main.nml", text), load().kind
    docs = lexer.docs(scanned, text, (kinds["COMMA"], kinds["VBAR"]))
    texts = [*map(str, tokens), ""]
    builder = Builder(source, [t.start_pos or 0 for t in tokens], [t.end_pos or 0 for t in tokens], texts, docs)
    numbers = {id(token): number for number, token in enumerate(tokens)}
    items = _call(builder, tree, numbers)
    return assemble(builder, items, lexer.comments(scanned, text))


def _call(builder: Builder, tree: Tree[Any], numbers: dict[int, int]) -> Any:
    """The builder's methods called bottom-up, with a stack of our own: lists nest to the left."""
    done: dict[int, Any] = {}
    waiting: list[tuple[Any, bool]] = [(tree, False)]
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Token):
            done[id(node)] = numbers[id(node)]
        elif ready:
            done[id(node)] = getattr(builder, str(node.data))(*(done[id(child)] for child in node.children))
        else:
            waiting.append((node, True))
            waiting += [(child, False) for child in reversed(node.children)]
    return done[id(tree)]
