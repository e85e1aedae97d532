"""What a name in a file's tokens would be, without a tree: files with mistakes have none there."""

from nscompiler.grammar.lexer import Tokens

_OPENERS, _CLOSERS = frozenset("([{<"), frozenset(")]}>")


class Context:
    """What a name at a token would be, going by the tokens before it: a ``function``, a ``type``, a
    type ``variable``, a ``module``."""

    def __init__(self, tokens: Tokens, kind: dict[str, int]) -> None:
        self._tokens = tokens
        self._kind = kind
        self._naming = frozenset((kind["LNAME"], kind["UNAME"]))
        self._heads = (kind["IMPORT"], kind["MODULE"])
        self._starters = frozenset((kind["TYPE"], kind["FUN"], kind["DEF"], *self._heads))
        # What is being declared, whether a type stands there, and the brackets that are open.
        self._keyword = -1
        self._typed = False
        self._sum = False
        self._open: list[str] = []

    def wanted(self, at: int) -> str:
        """What a name at this token would be; nothing where no name is used. Tokens are asked for in order."""
        kinds, texts = self._tokens.kinds, self._tokens.texts
        text, before = texts[at], texts[at - 1] if at else ""
        if self._keyword in self._heads and self._is_first_of_line(at):
            self._keyword = -1  # an expression, if no declaration
        if kinds[at] in self._starters and before not in (".", "{", ",", "@", "|") and self._begins(at):
            self._begin(at)
        elif text in _OPENERS:
            self._open.append(text)
        elif text in _CLOSERS:
            del self._open[-1:]
        elif not self._open and text == ";":
            self._keyword, self._typed = -1, False
        elif not self._open and text == "=" and self._keyword == self._kind["DEF"]:
            self._typed = False
        elif kinds[at] in self._naming:
            return self._named(at, before, texts[at + 1])
        return ""

    def _is_first_of_line(self, at: int) -> bool:
        gap = self._tokens.gaps[at]
        return at == 0 or "\n" in gap or "\r" in gap

    def _begins(self, at: int) -> bool:
        return self._is_first_of_line(at) or self._tokens.kinds[at + 1] in self._naming

    def _begin(self, at: int) -> None:
        self._keyword, self._open = self._tokens.kinds[at], []
        self._typed = self._keyword not in self._heads
        self._sum = self._keyword == self._kind["TYPE"] and self._is_sum(at + 1)

    def _is_sum(self, at: int) -> bool:
        """Whether the type that a token names has alternatives."""
        kinds, texts, depth = self._tokens.kinds, self._tokens.texts, 0
        while at < len(kinds) and kinds[at] not in self._starters and (depth or texts[at] != "|"):
            depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)
            at += 1
        return at < len(kinds) and texts[at] == "|"

    def _named(self, at: int, before: str, behind: str) -> str:
        if before in (".", "@", "as", "is") or (at and self._tokens.kinds[at - 1] in self._starters):
            return ""
        if behind == ".":
            return "module"
        capital = self._tokens.kinds[at] == self._kind["UNAME"]
        if self._typed or "<" in self._open:
            alternative = self._sum and not self._open and before in ("=", "|")
            return ("" if alternative else "type") if capital else "variable"
        return "function" if not capital and "{" not in self._open and self._keyword not in self._heads else ""
