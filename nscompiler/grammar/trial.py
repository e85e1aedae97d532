"""Trying token sequences: the automaton without values, to learn what could stand somewhere and which repair would do.

Only mistakes come here, so it is written for clarity; what a mistake costs is bounded by ``WINDOW``.
"""

from functools import lru_cache

from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.tables import Tables

#: How many tokens around a mistake are looked at.
WINDOW = 64
_NAMING, _DECLARING = ("import", "module"), ("type", "fun", "def")
_STARTERS = ("MODULE", "IMPORT", "TYPE", "FUN", "DEF", "AT")
_KEYWORDS = (
    *("MODULE", "IMPORT", "AS", "TYPE", "FUN", "DEF", "OPTIONAL", "CONCAT", "FILTER", "WITH", "WHERE", "IS"),
    *("TRUE", "FALSE", "HOLE", "LNAME", "UNAME"),
)
# After one of these on the same line a keyword is no declaration but a name (or a mistake inside one).
_NO_START_AFTER = ("LBRACE", "COMMA", "VBAR", "LPAR", "LSQB", "DOT", "AT", "FUN", "DEF", "TYPE")


class Trial:
    """The automaton over kinds of tokens alone."""

    __slots__ = ("_no_start_after", "bads", "items", "kind", "names", "starters", "tables", "words")

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.kind = tables.kind
        self.names = tables.names
        self.words = frozenset(self.kind[name] for name in _KEYWORDS)
        self.starters = frozenset(self.kind[name] for name in _STARTERS)
        self._no_start_after = frozenset(self.kind[name] for name in _NO_START_AFTER)
        number = tables.nonterminal
        lists = [number["items"], number["closed"], number["open"]]
        self.items = frozenset(row[symbol] for row in tables.rows for symbol in lists if symbol in row)
        stands_for = {"BAD_NUMBER": "INTEGER", "OPEN_TEXT": "TEXT", "OPEN_LONG_TEXT": "TEXT", "WRONG_QUOTES": "TEXT"}
        stands_for["SHELL_VARIABLE"] = "ENVIRONMENT"
        dropped = ("OPEN_COMMENT", "WRONG_COMMENT", "CONTROL", "STRAY")
        self.bads = {self.kind[bad]: self.kind[good] for bad, good in stands_for.items()}
        self.bads |= {self.kind[bad]: SWALLOWED for bad in dropped}

    def shift(self, states: list[int], kind: int) -> bool:
        """Read one token onto a stack; whether it can stand there. A stack that refused is spoilt."""
        rows, rules = self.tables.rows, self.tables.rules
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                return True
            left, length, _ = rules[~action]
            if length:
                del states[-length:]
            states.append(rows[states[-1]][left])

    def feed(self, states: list[int], kinds: list[int]) -> int:
        """Read tokens onto a stack; how many could stand there."""
        for count, kind in enumerate(kinds):
            if not self.shift(states, kind):
                return count
        return len(kinds)

    def ends(self, states: list[int], kind: int) -> bool:
        """Whether an item may end before this token, the first of the next one or the end."""
        rows, rules = self.tables.rows, self.tables.rules
        states = states.copy()
        while True:
            if states[-1] in self.items:
                return True
            action = rows[states[-1]].get(kind)
            if action is None or action >= 0:
                return False
            left, length, _ = rules[~action]
            if length:
                del states[-length:]
            states.append(rows[states[-1]][left])

    def expected(self, states: list[int]) -> frozenset[int]:
        """The kinds of token that can stand next."""
        kinds = {kind for state in states for kind in self.tables.rows[state] if kind < len(self.names)}
        return frozenset(kind for kind in kinds if self.shift(states.copy(), kind))

    def is_start(self, tokens: Tokens, index: int) -> bool:
        """Whether a token begins a declaration, judged by its neighbours alone: the parser has lost its way."""
        kinds = tokens.kinds
        if kinds[index] not in self.starters:
            return bool(self.misspelt_keyword(tokens, index))
        gap, new_line = tokens.gaps[index], self.begins_line(tokens, index)
        if kinds[index + 1] in self.words:
            return new_line or kinds[index - 1] not in self._no_start_after
        return new_line and gap[-1:] in ("", "\n", "\r")

    def misspelt_keyword(self, tokens: Tokens, index: int) -> str:
        """The keyword that the first word of a line was meant for, if the rest is a declaration: ``tpye T = …``."""
        texts, following = tokens.texts, index + 1
        if tokens.kinds[index] != self.kind["LNAME"] or not self.begins_line(tokens, index):
            return ""
        while tokens.kinds[following] in self.words or texts[following] in (".", "/"):
            if self.begins_line(tokens, following):
                return ""
            following += 1
        if following == index + 1 or texts[following] not in ("=", ":"):
            return ""
        is_reference = texts[following] == ":" and texts[following + 1][:1].isdigit()
        return _meant(texts[index], _NAMING if is_reference else _DECLARING)

    def begins_line(self, tokens: Tokens, index: int) -> bool:
        """Whether a token is the first of its line."""
        return not index or "\n" in tokens.gaps[index] or "\r" in tokens.gaps[index]


@lru_cache(maxsize=256)  # it is asked of the same lines after each mistake before them
def _meant(word: str, keywords: tuple[str, ...]) -> str:
    return next(iter(near(word, keywords)), "")


def next_start(trial: Trial, tokens: Tokens, index: int, read: int = 0) -> int:
    """The first token after this one that begins a declaration, or the end.

    Attributes before the token ``read`` are part of the item: they were read as such.
    """
    kinds, end, at = tokens.kinds, trial.kind["$END"], trial.kind["AT"]
    for following in range(index + 1, len(kinds) - 1):
        if kinds[following] == end:
            return following
        if trial.is_start(tokens, following) and not (kinds[following] == at and following < read):
            return following
    return len(kinds) - 1
