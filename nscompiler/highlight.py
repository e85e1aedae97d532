"""Colours for the language in Pygments: documentation, notebooks, ``rich`` and the prompt.

The tokens are the compiler's own, so comments, texts and numbers are exactly what it takes for such. What it tells of
a word only when it parses (a keyword or a field's name, a type or a function) is told here from the tokens around it,
so that a program that is still being written has its colours too.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments.lexer import Lexer
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
    _TokenType,
)

from nscompiler.grammar import lexer
from nscompiler.grammar.tables import Tables, load
from nscompiler.grammar.text import long_text, plain_text
from nscompiler.types.types import SCALARS

Piece = tuple[int, _TokenType, str]

#: The names that are types without being declared.
BUILT_IN_TYPES = frozenset((*SCALARS, "Map", "Vector", "Matrix", "Void"))
_KEYWORDS = {
    **dict.fromkeys(("module", "import", "as"), Keyword.Namespace),
    **dict.fromkeys(("type", "fun", "def"), Keyword.Declaration),
    **dict.fromkeys(("optional", "concat", "filter", "with", "where", "is"), Keyword),
    **dict.fromkeys(("true", "false"), Keyword.Constant),
    "_": Keyword.Pseudo,
}
_KEYWORD_CLASSES = frozenset(_KEYWORDS.values())
_DECLARES = {"type": Name.Class, "fun": Name.Function, "def": Name.Function}
_REFERENCES = frozenset(("module", "import"))
_OPENS, _CLOSES = frozenset("({["), frozenset(")}]")
_OPERATORS = frozenset(("|", "&", "*", "?", "->", "=", "@", "<", ">"))
_ESCAPE = re.compile(r"\\(?:u\{[^}\"\n\r]*\}?|u[0-9A-Fa-f]{0,4}|[\s\S])")
_OPEN_QUOTES = re.compile(r'"""|"')
_LITERALS = {
    "INTEGER": Number.Integer,
    "DOUBLE": Number.Float,
    "ENVIRONMENT": Name.Variable.Global,
}


class NmlLexer(Lexer):
    """Lexer for ``.nml`` files, found by Pygments as ``nml``. Any text has tokens, which add up to it."""

    name = "NStack"
    aliases: ClassVar[list[str]] = ["nml", "nstack"]
    filenames: ClassVar[list[str]] = ["*.nml"]
    mimetypes: ClassVar[list[str]] = ["text/x-nml"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[Piece]:
        """The pieces of a text: where each starts, its class, and what is written there."""
        return _Colours(text, load()).pieces()

    def analyse_text(text: str) -> float:  # type: ignore[misc, override]  # noqa: N805
        """How much a text looks like the language, from 0 to 1; Pygments makes it a static method."""
        if re.search(r"^\s*(?:module|import)\s+(?:[\w.]+/)*[A-Z][\w.]*:\d+\.\d+\.\d+", text, re.MULTILINE):
            return 0.9
        return 0.4 if re.search(r"\bSources\.\w+[^|]*\|", text) else 0.0


class _Colours:
    """One run over one text."""

    def __init__(self, text: str, tables: Tables) -> None:
        self._text = text
        self._tables = tables
        self._tokens = lexer.scan(text, tables)
        self._comments = iter(lexer.comments(self._tokens, text))
        self._comment = next(self._comments, None)
        self._depth = 0
        self._base = 0  # the depth at which the item began
        self._angles: list[int] = []  # the depths at which a `<` is open
        self._item = ""  # the keyword of the item that is being read
        self._types = False  # whether types stand here, and not expressions
        self._is_sum = False

    def pieces(self) -> Iterator[Piece]:
        """All pieces in order."""
        tokens, index, keyword = self._tokens, 0, ""
        while True:
            yield from self._ignored(tokens.starts[index] - len(tokens.gaps[index]), tokens.starts[index])
            if not tokens.texts[index]:
                return
            if keyword in _REFERENCES and (match := self._tables.reference.match(self._text, tokens.starts[index])):
                yield from _reference(match)
                index, keyword = self._behind(index, match.end()), ""
                if tokens.starts[index - 1] < match.end() < tokens.ends[index - 1]:
                    yield match.end(), Error, self._text[match.end() : tokens.ends[index - 1]]
                continue
            kind = self._classify(index, keyword)
            keyword = tokens.texts[index] if kind in _KEYWORD_CLASSES else ""
            yield from self._token(index, kind)
            index += 1

    def _behind(self, index: int, end: int) -> int:
        """The first token that starts where a module reference has ended, or later."""
        while self._tokens.starts[index] < end and self._tokens.texts[index]:
            index += 1
        return index

    def _ignored(self, start: int, end: int) -> Iterator[Piece]:
        """White space and comments between two tokens."""
        while self._comment is not None and self._comment.start < end:
            comment = self._comment
            if start < comment.start:
                yield start, Whitespace, self._text[start : comment.start]
            yield comment.start, _comment_class(comment.text), comment.text
            start = comment.end
            self._comment = next(self._comments, None)
        if start < end:
            yield start, Whitespace, self._text[start:end]

    def _token(self, index: int, kind: _TokenType) -> Iterator[Piece]:
        start, text = self._tokens.starts[index], self._tokens.texts[index]
        if kind is not String.Double:
            yield start, kind, text
            return
        match self._tables.names[self._tokens.kinds[index]]:
            case "TEXT":
                yield from _escaped(start, text, plain_text(text)[1])
            case "LONG_TEXT":
                yield from _escaped(start, text, long_text(text)[1])
            case _:
                opening = _OPEN_QUOTES.match(text)
                marks = opening.end() if opening else 0
                yield start, Error, text[:marks]
                if len(text) > marks:
                    yield start + marks, kind, text[marks:]

    # --- what a token is

    def _classify(self, index: int, keyword: str) -> _TokenType:
        text, name = self._tokens.texts[index], self._tables.names[self._tokens.kinds[index]]
        if name in _LITERALS:
            return _LITERALS[name]
        if name in ("TEXT", "LONG_TEXT", "OPEN_TEXT", "OPEN_LONG_TEXT"):
            return String.Double
        if text in _KEYWORDS or name in ("UNAME", "LNAME"):
            return self._word(index, keyword)
        if self._tokens.kinds[index] > self._tables.kind["$END"]:
            return Error
        self._sign(text)
        if text == "@":
            return Name.Decorator
        return Operator if text in _OPERATORS else Punctuation

    def _sign(self, text: str) -> None:
        """Keep count of brackets, and of whether types or expressions follow."""
        if text in _OPENS:
            self._depth += 1
        elif text in _CLOSES:
            self._depth -= 1
            while self._angles and self._angles[-1] > self._depth:
                self._angles.pop()  # a bracket that is closed ends what was open in it
        elif self._depth > self._base and text not in "<>":
            return
        elif text == ";":
            self._begin("", -1)
        elif text in (":", "=") and self._item == "def":
            self._types = text == ":"
        elif text == "<":
            self._angles.append(self._depth)
        elif text == ">" and self._angles:
            self._angles.pop()

    def _begin(self, item: str, index: int) -> None:
        """A declaration begins, or a bare expression (``""``)."""
        self._base = self._depth
        self._angles.clear()
        self._item = item
        self._types = item in ("type", "fun")
        self._is_sum = item == "type" and self._has_bar(index)

    def _has_bar(self, index: int) -> bool:
        """Whether the type declared here is a sum: a ``|`` outside brackets."""
        depth, texts = 0, self._tokens.texts
        for at in range(index + 1, len(texts)):
            text = texts[at]
            depth += (text in _OPENS) - (text in _CLOSES)
            if depth < 0 or (depth == 0 and text in (";", "type", "fun", "def", "@", "module", "import")):
                return False
            if depth == 0 and text == "|":
                return True
        return False

    def _before(self, index: int) -> str:
        return self._tokens.texts[index - 1] if index > 0 else ""

    def _word(self, index: int, keyword: str) -> _TokenType:
        before, text, after = self._before(index), self._tokens.texts[index], self._tokens.texts[index + 1]
        if keyword in ("fun", "def") or (keyword == "type" and text not in _KEYWORDS):
            return _DECLARES[keyword]
        if before == "@":
            return Name.Decorator
        if before in ("{", ",") and after in (":", "="):
            return Name.Attribute
        if before == ".":
            return Name.Class if self._typed() else Name.Function
        if before == "|" and after == "}" and text in _KEYWORDS and self._typed():
            return Name.Variable
        if text in _KEYWORDS:
            if text in _DECLARES or text in _REFERENCES:
                self._begin(text, index)
            return _KEYWORDS[text]
        return self._name(index, before, text, after)

    def _name(self, index: int, before: str, text: str, after: str) -> _TokenType:
        if after == ".":
            return Name.Namespace
        if before == "as" and self._item == "import":
            self._begin("", index)
            return Name.Namespace
        large = self._tables.names[self._tokens.kinds[index]] == "UNAME"
        if not large:
            return Name.Variable if self._typed() else Name.Function
        if self._is_sum and self._depth == self._base and before in ("=", "|"):
            return Name.Constant
        return Keyword.Type if text in BUILT_IN_TYPES else Name.Class

    def _typed(self) -> bool:
        """Whether types stand here."""
        return self._types or bool(self._angles)


def _comment_class(text: str) -> _TokenType:
    if text.startswith("#!"):
        return Comment.Hashbang
    if text.startswith("/*"):
        return Comment.Multiline
    return String.Doc if text.startswith("///") and not text.startswith("////") else Comment.Single


def _reference(match: re.Match[str]) -> Iterator[Piece]:
    """A module reference: the name up to the version's colon, and the version."""
    name, colon, version = match[0].partition(":")
    yield match.start(), Name.Namespace, name
    if colon:
        yield match.start() + len(name), Punctuation, colon
    if version:
        yield match.start() + len(name) + 1, Number, version


def _escaped(start: int, text: str, bad: tuple[object, ...]) -> Iterator[Piece]:
    """A text between quotes, its escapes apart; those that mean nothing are errors."""
    wrong = {getattr(problem, "start", -1) for problem in bad}
    at = 0
    for match in _ESCAPE.finditer(text):
        if at < match.start():
            yield start + at, String.Double, text[at : match.start()]
        yield start + match.start(), Error if match.start() in wrong else String.Escape, match[0]
        at = match.end()
    yield start + at, String.Double, text[at:]


__all__ = ["BUILT_IN_TYPES", "NmlLexer"]
