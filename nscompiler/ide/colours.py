"""What each word of a text is, for editors that colour by meaning.

What a name means is taken from the tree, as far as the text could be parsed; in a declaration that is broken, from the
tokens around it.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

import attrs

from nscompiler.grammar import lexer, syntax
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.tables import Tables, load
from nscompiler.grammar.walk import walk
from nscompiler.ide.program import Program
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.scope import BUILT_IN


class Colour(Enum):
    """The kinds of words; named as the editors' protocol names them."""

    NAMESPACE = "namespace"
    TYPE = "type"
    INTERFACE = "interface"
    TYPE_PARAMETER = "typeParameter"
    PARAMETER = "parameter"
    VARIABLE = "variable"
    PROPERTY = "property"
    ENUM_MEMBER = "enumMember"
    DECORATOR = "decorator"
    FUNCTION = "function"
    KEYWORD = "keyword"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    OPERATOR = "operator"


class Shade(Enum):
    """What else is known of a word."""

    DECLARATION = "declaration"
    READONLY = "readonly"
    DEPRECATED = "deprecated"
    DOCUMENTATION = "documentation"
    DEFAULT_LIBRARY = "defaultLibrary"


Painted = tuple[Colour, frozenset[Shade]]
_PLAIN: frozenset[Shade] = frozenset()
_DECLARED = frozenset((Shade.DECLARATION,))
_LIBRARY = frozenset((Shade.DEFAULT_LIBRARY,))


@attrs.frozen(slots=True)
class Piece:
    """A stretch of text, within one line, and what it is."""

    start: int
    end: int
    colour: Colour
    shades: frozenset[Shade] = _PLAIN


_WORDS = frozenset(
    (
        "MODULE",
        "IMPORT",
        "AS",
        "TYPE",
        "FUN",
        "DEF",
        "OPTIONAL",
        "CONCAT",
        "FILTER",
        "WITH",
        "WHERE",
        "IS",
        "TRUE",
        "FALSE",
    )
)
_BY_KIND = {
    "TEXT": Colour.STRING,
    "LONG_TEXT": Colour.STRING,
    "OPEN_TEXT": Colour.STRING,
    "OPEN_LONG_TEXT": Colour.STRING,
    "WRONG_QUOTES": Colour.STRING,
    "INTEGER": Colour.NUMBER,
    "DOUBLE": Colour.NUMBER,
    "BAD_NUMBER": Colour.NUMBER,
}
_OPERATORS = frozenset(("|", "&", "*", "?", "->", "=", ".."))


def colours(program: Program, path: str, start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """The pieces of a file between two offsets, in order; white space, brackets and commas are none."""
    parsed = program.parsed(path)
    if parsed is None:
        return ()
    module = parsed.module
    text = module.source.text
    end = len(text) if end is None else end
    names = dict(_Names(module, program.file(path)).found())
    whole = [*_tokens(text, names), *_comments(module)]
    whole.sort(key=lambda piece: piece.start)
    return tuple(line for piece in whole if piece.start < end and piece.end > start for line in _lines(text, piece))


def _lines(text: str, piece: Piece) -> Iterator[Piece]:
    """A piece line by line; only comments and long texts have several."""
    if piece.colour not in (Colour.COMMENT, Colour.STRING):
        yield piece
        return
    at = piece.start
    for line in text[piece.start : piece.end].splitlines(keepends=True):
        width = len(line.rstrip("\r\n"))
        if width:
            yield attrs.evolve(piece, start=at, end=at + width)
        at += len(line)


def _comments(module: syntax.Module) -> Iterator[Piece]:
    for comment in module.comments:
        documents = comment.text.startswith("///") and not comment.text.startswith("////") and comment.own_line
        yield Piece(
            comment.start, comment.end, Colour.COMMENT, frozenset((Shade.DOCUMENTATION,)) if documents else _PLAIN
        )


# --- tokens


def _tokens(text: str, names: Mapping[int, tuple[int, Painted]]) -> Iterator[Piece]:
    tables = load()
    tokens = lexer.scan(text, tables)
    done = 0
    for index, start in enumerate(tokens.starts):
        if start < done or not tokens.texts[index]:
            continue
        held = names.get(start)
        if held is not None:
            done = held[0]
            yield Piece(start, done, *held[1])
            continue
        painted = _painted(tables, tokens, index)
        if painted is not None:
            yield Piece(start, tokens.ends[index], *painted)


def _painted(tables: Tables, tokens: Tokens, index: int) -> Painted | None:
    """What a token is, going by itself and its neighbours."""
    kind, text = tables.names[tokens.kinds[index]], tokens.texts[index]
    before = tokens.texts[index - 1] if index else ""
    following = tokens.texts[index + 1]
    if kind in _BY_KIND:
        return _BY_KIND[kind], _PLAIN
    if kind == "ENVIRONMENT":
        return Colour.VARIABLE, frozenset((Shade.READONLY,))
    if text in _OPERATORS:
        return Colour.OPERATOR, _PLAIN
    if before == "@":
        return Colour.DECORATOR, _PLAIN
    if text == "@":
        return Colour.DECORATOR, _PLAIN
    if kind in _WORDS:
        return Colour.KEYWORD, _PLAIN
    if kind in ("UNAME", "LNAME"):
        return _word(kind, text, before, following)
    return None


def _word(kind: str, text: str, before: str, following: str) -> Painted:
    if following == "." and (kind == "UNAME" or text.capitalize() in RESERVED_ALIASES):
        return Colour.NAMESPACE, _LIBRARY if text in RESERVED_ALIASES else _PLAIN
    if kind == "UNAME":
        declared = before == "type"
        return Colour.TYPE, _DECLARED if declared else _LIBRARY if text in BUILT_IN else _PLAIN
    if following == ":" and before not in ("fun", "def"):
        return Colour.PROPERTY, _PLAIN
    if following == "=" and before not in ("def",):
        return Colour.PARAMETER, _PLAIN
    return Colour.FUNCTION, _DECLARED if before in ("fun", "def") else _PLAIN


# --- names


class _Names:
    """The names of a tree with what they are."""

    def __init__(self, module: syntax.Module, checked: Checked | None) -> None:
        self._module = module
        same = checked is not None and checked.module is module
        self._uses = checked.facts.uses if checked is not None and same else {}

    def found(self) -> Iterator[tuple[int, tuple[int, Painted]]]:
        """Where each name starts, where it ends, and what it is."""
        for node in walk(self._module):
            for name, colour, shades in self._of(node):
                yield name.start, (name.end, (colour, shades))

    def _of(self, node: syntax.Node) -> Iterator[tuple[syntax.Node, Colour, frozenset[Shade]]]:
        match node:
            case syntax.Header():
                yield node.reference, Colour.NAMESPACE, _DECLARED
            case syntax.Import():
                yield node.reference, Colour.NAMESPACE, _PLAIN
                if node.alias is not None:
                    yield node.alias, Colour.NAMESPACE, _DECLARED
            case syntax.TypeDecl():
                yield node.name, Colour.TYPE, _declared(node)
                yield from ((one, Colour.TYPE_PARAMETER, _DECLARED) for one in node.parameters)
            case syntax.FunDecl() | syntax.DefDecl():
                yield node.name, Colour.FUNCTION, _declared(node)
            case syntax.BrokenDecl():
                if node.name is not None and node.keyword != "import":
                    colour = Colour.TYPE if node.keyword == "type" else Colour.FUNCTION
                    yield node.name, colour, _DECLARED
            case syntax.FieldDecl():
                yield node.name, Colour.PROPERTY, _DECLARED
            case syntax.Constructor():
                yield node.name, Colour.ENUM_MEMBER, _DECLARED
            case syntax.ParamDecl():
                yield node.name, Colour.PARAMETER, _DECLARED
            case syntax.Binding():
                yield node.name, Colour.PARAMETER, _PLAIN
            case syntax.Attribute():
                yield node.name, Colour.DECORATOR, _PLAIN
            case syntax.TypeVariable():
                yield node.name, Colour.TYPE_PARAMETER, _PLAIN
            case syntax.RowTail():
                if node.name is not None:
                    yield node.name, Colour.TYPE_PARAMETER, _PLAIN
            case _:
                yield from self._of_use(node)

    def _of_use(self, node: syntax.Node) -> Iterator[tuple[syntax.Node, Colour, frozenset[Shade]]]:
        match node:
            case syntax.TypeName():
                yield from _qualifier(node.qualifier)
                built_in = node.qualifier is None and node.name.text in BUILT_IN
                yield node.name, Colour.TYPE, _LIBRARY if built_in else _PLAIN
            case syntax.Constraint():
                yield node.name, Colour.INTERFACE, _LIBRARY
            case syntax.ParamTypeName():
                yield node.name, Colour.TYPE, _LIBRARY
            case syntax.Use():
                yield from _qualifier(node.qualifier)
                yield node.name, Colour.FUNCTION, self._shades(node)

    def _shades(self, use: syntax.Use) -> frozenset[Shade]:
        found = set()
        fact = self._uses.get(use)
        if fact is not None and fact.target.attribute("deprecated")[0]:
            found.add(Shade.DEPRECATED)
        if use.qualifier is not None and _is_library(use.qualifier):
            found.add(Shade.DEFAULT_LIBRARY)
        return frozenset(found)


def _qualifier(name: syntax.Name | None) -> Iterator[tuple[syntax.Node, Colour, frozenset[Shade]]]:
    if name is not None:
        yield name, Colour.NAMESPACE, _LIBRARY if _is_library(name) else _PLAIN


def _is_library(name: syntax.Name) -> bool:
    return name.text[:1].upper() + name.text[1:] in RESERVED_ALIASES


def _declared(decl: syntax.TypeDecl | syntax.FunDecl | syntax.DefDecl) -> frozenset[Shade]:
    deprecated = any(attribute.name.text == "deprecated" for attribute in decl.attributes)
    return _DECLARED | {Shade.DEPRECATED} if deprecated else _DECLARED
