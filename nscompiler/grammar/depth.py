"""The limit on nesting: what follows the parser walks trees by recursion."""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.build import Braces, Item
from nscompiler.grammar.lexer import Kinds, Tokens
from nscompiler.grammar.syntax import BrokenDecl, Decl, DefDecl, Expr, Literal, Node, ParamType, TypeExpr
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.walk import children
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

#: Levels of brackets, and of nodes, in one declaration.
LIMIT = 200
#: The kind of the bracket that is one too many.
TOO_DEEP = -2

_OPENERS, _CLOSERS = ("LPAR", "LSQB", "LBRACE", "LESSTHAN"), ("RPAR", "RSQB", "RBRACE", "MORETHAN")
# Signs that put a node around what is there without a bracket, or with one that is closed again.
_WRAPPERS = ("*", "?", "optional", "{")
_LARGE, _LONG = 100_000, 10_000
_RUN = Pattern(rf"[({{\[<](?:[ \t\r\n]*+[({{\[<]){{{_LONG},}}+")
_NESTING = (Expr, TypeExpr, Literal, ParamType)


def too_deep(source: SourceFile, start: int, end: int) -> Diagnostic:
    """The one message."""
    return codes.TOO_DEEP.at(source.span(start, end), f"This is nested more than {LIMIT} levels deep")


def shorten(text: str, tables: Tables) -> str:
    """A large text with a very long run of opening brackets cut to one more than the limit, the rest as spaces.

    What they hold in memory as tokens is what makes a hostile file slow.
    """
    if len(text) < _LARGE:
        return text
    run = _RUN.search(text)
    if run is None or _is_inside(text, run.start(), tables):
        return text
    brackets = [at for at, character in enumerate(run[0][: 64 * LIMIT]) if character in "({[<"]
    keep = run.start() + brackets[min(LIMIT, len(brackets) - 1)] + 1
    return text[:keep] + " " * (run.end() - keep) + text[run.end() :]


def _is_inside(text: str, at: int, tables: Tables) -> bool:
    """Whether a place lies in a text or a comment: the tokens before it do not end there."""
    pairs = [pair for pair in tables.token.findall(text, 0, at) if any(pair)]
    gap, last = pairs[-1] if pairs else ("", "")
    if any(token == "/*" for _, token in pairs):
        return True
    if last:
        return Kinds(tables)[last] > tables.kind["$END"]
    return "//" in re.split(r"[\n\r]", gap)[-1]


def mark_deep_brackets(text: str, tokens: Tokens, tables: Tables) -> None:
    """Give the first bracket that is too deep, in each declaration, the kind that stops the parser."""
    if sum(map(text.count, "({[<")) <= LIMIT:
        return
    kinds = tokens.kinds
    openers = [tables.kind[name] for name in _OPENERS]
    trial, depth = Trial(tables), 0
    steps = dict.fromkeys(openers, 1) | {tables.kind[name]: -1 for name in _CLOSERS}
    for index, kind in enumerate(kinds):
        step = steps.get(kind)
        if step is None:
            if kind in trial.starters and trial.is_start(tokens, index):
                depth = 0
            continue
        depth = max(0, depth + step)
        if depth == LIMIT + 1 and step > 0:
            kinds[index] = TOO_DEEP


def drop_deep_trees(source: SourceFile, items: list[Item], problems: list[Diagnostic]) -> list[Item]:
    """The items, with a broken one for each whose tree is too deep without too many brackets: ``f****…``."""
    if sum(map(source.text.count, _WRAPPERS)) <= LIMIT:
        return items
    kept: list[Item] = []
    lists = [(items, kept)]
    while lists:
        read, into = lists.pop()
        for item in read:
            if isinstance(item, Braces):
                inner: list[Item] = []
                lists.append((item.items, inner))
                into.append(item._replace(items=inner))
            elif (shallow := _shallow(source, item, problems)) is not None:
                into.append(shallow)
    return kept


def _shallow(source: SourceFile, item: Item, problems: list[Diagnostic]) -> Item | None:
    """An item, or what stands for it after it was told to be too deep."""
    deep = _deep_node(item) if isinstance(item, (Decl, Expr)) else None
    if deep is None:
        return item
    problems.append(too_deep(source, deep.start, deep.end))
    if not isinstance(item, Decl) or isinstance(item, BrokenDecl):
        return None
    keyword = "def" if isinstance(item, DefDecl) else "type"
    return BrokenDecl(item.start, item.end, keyword, item.name)  # type: ignore[attr-defined]


def _deep_node(item: Node) -> Node | None:
    """The first node below more than the limit of others that nest."""
    waiting = [(item, 0)]
    while waiting:
        node, depth = waiting.pop()
        below = children(node)
        if below and isinstance(node, _NESTING):
            depth += 1
            if depth > LIMIT + 1:
                return node
        waiting += [(child, depth) for child in below]
    return None
