"""What each token of a program is, as the compiler's own parser tells: what every highlighter has to agree with.

Classes: ``keyword constant type builtin constructor function field variable namespace reference attribute text number
environment sign comment doc hashbang``.
"""

from collections.abc import Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.lexer import SWALLOWED
from nscompiler.grammar.parse import parse_tokens
from nscompiler.grammar.tables import load
from nscompiler.grammar.walk import walk
from nscompiler.source import SourceFile
from nscompiler.types.types import SCALARS

BUILT_IN = frozenset((*SCALARS, "Map", "Vector", "Matrix", "Void"))
_TERMINALS = {
    "TEXT": "text",
    "LONG_TEXT": "text",
    "INTEGER": "number",
    "DOUBLE": "number",
    "ENVIRONMENT": "environment",
    "REFERENCE": "reference",
    "TRUE": "constant",
    "FALSE": "constant",
}


@attrs.frozen
class Token:
    """A token or comment: its offsets, its class, and the text."""

    start: int
    end: int
    kind: str
    text: str


def tokens_of(text: str) -> list[Token] | None:
    """The tokens and comments of a text in order; None where it has syntax errors."""
    result, tokens = parse_tokens(SourceFile("main.nml", text))
    if result.problems:
        return None
    names = dict(_names(result.module))
    terminals = load().names
    found = [Token(item.start, item.end, _comment(item.text), item.text) for item in result.module.comments]
    for start, end, kind, written in zip(tokens.starts, tokens.ends, tokens.kinds, tokens.texts, strict=True):
        if kind == SWALLOWED or not written:
            continue
        name = terminals[kind]
        told = names.get(start) or _TERMINALS.get(name)
        if told is None:
            told = "keyword" if written[0].isalpha() or written == "_" else "sign"
        found.append(Token(start, end, told, text[start:end]))
    return sorted(found, key=lambda token: token.start)


def _comment(text: str) -> str:
    if text.startswith("#!"):
        return "hashbang"
    return "doc" if text.startswith("///") and not text.startswith("////") else "comment"


def _names(module: syntax.Module) -> Iterator[tuple[int, str]]:
    """Each name by where it starts, and what it names."""
    for node in walk(module):
        for name, kind in _named(node):
            if name is not None and not name.quoted:
                yield name.start, kind


def _named(node: syntax.Node) -> list[tuple[syntax.Name | None, str]]:
    match node:
        case syntax.TypeDecl():
            return [(node.name, "type"), *((name, "variable") for name in node.parameters)]
        case syntax.FunDecl() | syntax.DefDecl():
            return [(node.name, "function")]
        case syntax.FieldDecl() | syntax.Binding() | syntax.ParamDecl():
            return [(node.name, "field")]
        case syntax.RowTail() | syntax.TypeVariable():
            return [(node.name, "variable")]
        case syntax.Constructor():
            return [(node.name, "constructor")]
        case syntax.TypeName():
            own = "type" if node.qualifier else _type(node.name.text)
            return [(node.qualifier, "namespace"), (node.name, own)]
        case syntax.ParamTypeName():
            return [(node.name, _type(node.name.text))]
        case syntax.Constraint():
            return [(node.name, _type(node.name.text))]
        case syntax.Use():
            capital = node.qualifier is None and node.name.text[:1].isupper()
            return [(node.qualifier, "namespace"), (node.name, _type(node.name.text) if capital else "function")]
        case syntax.Attribute():
            return [(node.name, "attribute")]
        case syntax.Import():
            return [(node.alias, "namespace")]
        case _:
            return []


def _type(text: str) -> str:
    return "builtin" if text in BUILT_IN else "type"
