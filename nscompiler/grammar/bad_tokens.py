"""Tokens that no file may hold, such as a text that is not closed: each is told of and read as what was meant."""

from typing import Any

from nscompiler.grammar import long_texts, odd_names
from nscompiler.grammar.build import Builder
from nscompiler.grammar.item_stack import ItemStack
from nscompiler.grammar.lexer import SWALLOWED, Kinds, Tokens
from nscompiler.grammar.lexical import read_bad, text_ends, unquoted_type
from nscompiler.grammar.place import MOST
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.records import replace

_MOST_LONG_TEXTS = 3


class BadTokens:
    """The bad tokens of one run."""

    __slots__ = ("_builder", "_items", "_long_texts", "_tables", "_tokens", "_trial")

    def __init__(self, tables: Tables, tokens: Tokens, builder: Builder, trial: Trial, items: ItemStack) -> None:
        self._tables = tables
        self._tokens = tokens
        self._builder = builder
        self._trial = trial
        self._items = items
        self._long_texts = 0

    def may_be_slip(self, index: int) -> bool:
        """Whether a token means nothing at all, so that it may stand for a sign."""
        tokens = self._tokens
        if self._tables.names[tokens.kinds[index]] != "STRAY":
            return False
        return not read_bad(self._builder.source, "STRAY", tokens.starts[index], tokens.ends[index]).terminal

    def read(self, states: list[int], values: list[Any], index: int) -> int:
        """Tell of a bad token, and read it as what was meant; where to go on."""
        tokens = self._tokens
        name = self._tables.names[tokens.kinds[index]]
        if name == "OPEN_TEXT" and self._read_long_text(states, values, index):
            return index
        if name == "OPEN_TEXT" and len(self._builder.problems) < MOST:
            self._shorten_text(states, index)
        word = tokens.texts[index][1:-1]
        quoted_type = name == "WRONG_QUOTES" and self._is_type(states, word)
        reading = (
            unquoted_type(self._builder.source, tokens.starts[index], word)
            if quoted_type
            else read_bad(self._builder.source, name, tokens.starts[index], tokens.ends[index])
        )
        keeps = not reading.removes or self._can_go_on(states, index + 1)
        self._items.report(
            reading.problem if keeps else replace(reading.problem, fixes=()), self._items.silent(states, values, index)
        )
        tokens.texts[index] = reading.text
        if not reading.terminal:
            tokens.kinds[index] = SWALLOWED
            return index + 1
        if name in ("BAD_NUMBER", "OPEN_TEXT", "OPEN_LONG_TEXT") and self.is_value(index):
            self.read_any_value(index)
        elif reading.terminal == "SIGN":
            tokens.kinds[index] = self._tables.literals[reading.text]
        else:
            tokens.kinds[index] = self._tables.kind[reading.terminal]
        return index

    def is_value(self, index: int) -> bool:
        """Whether a token is the value of a parameter, where that is given or its default."""
        texts = self._tokens.texts
        return index > 2 and texts[index - 1] == "=" and texts[index - 3] in ("{", ",", ":")

    def is_quoted_name(self, states: list[int], index: int) -> bool:
        """Whether a token is a name in quotes of another kind: of a parameter, ``{ 'n': 3 }``, or of an alternative,
        ``'low' | 'high'``.
        """
        tokens, kind = self._tokens, self._tables.kind
        if tokens.kinds[index] != kind["WRONG_QUOTES"] or tokens.texts[index + 1] not in ("=", ":", "|"):
            return False
        wanted = "UNAME" if tokens.texts[index + 1] == "|" else "LNAME"
        if wanted == "UNAME" and tokens.kinds[index + 2] not in (kind["WRONG_QUOTES"], kind["TEXT"]):
            return False
        expected = self._trial.expected(states.copy())
        return kind[wanted] in expected and kind["TEXT"] not in expected

    def read_any_value(self, index: int) -> None:
        """Read what could not be read as a value that suits every parameter, so that no second error is told of it."""
        self._tokens.kinds[index], self._tokens.texts[index] = self._tables.kind["ENVIRONMENT"], "$_"

    def _read_long_text(self, states: list[int], values: list[Any], index: int) -> bool:
        """Read a text that goes on below as one; False if it does not. What is behind it is read anew: not often."""
        source, start = self._builder.source, self._tokens.starts[index]
        end = long_texts.text_end(source.text, start) if self._long_texts < _MOST_LONG_TEXTS else -1
        if end < 0:
            return False
        self._long_texts += 1
        if not self._items.silent(states, values, index):
            self._builder.report(long_texts.told(source, start, end))
        long_texts.read(self._tokens, self._tables, source.text, index, end)
        return True

    def _is_type(self, states: list[int], word: str) -> bool:
        """Whether a word in quotes can only have been meant as a type."""
        if not (word.isalnum() and word[:1].isupper()):
            return False
        expected, kind = self._trial.expected(states.copy()), self._tables.kind
        return kind["UNAME"] in expected and kind["TEXT"] not in expected

    def _can_go_on(self, states: list[int], index: int) -> bool:
        """Whether the next token can stand once the one before it is gone; two words would become one."""
        tokens = self._tokens
        if not tokens.gaps[index - 1] and not tokens.gaps[index] and odd_names.is_word(tokens, index):
            return False
        kind = self._trial.bads.get(self._tokens.kinds[index], self._tokens.kinds[index])
        return kind == SWALLOWED or self._trial.shift(states.copy(), kind) or self._trial.ends(states, kind)

    def _shorten_text(self, states: list[int], index: int) -> None:
        """Where a text is not closed, end it before a sign with which the rest of its line makes sense, if any."""
        tokens, text = self._tokens, self._builder.source.text
        start, end = tokens.starts[index], tokens.ends[index]
        stop = self._items.next_start(index)
        behind = [tokens.kinds[at] for at in range(index + 1, min(stop, index + WINDOW))]
        for cut in [end, *text_ends(text, start, end)]:
            rest = Tokens()
            rest.extend(self._tables.token.findall(text, cut, end), cut, Kinds(self._tables))
            inside = [kind for kind, start in zip(rest.kinds, rest.starts, strict=True) if start < end]
            trial = states.copy()
            kinds = [self._tables.kind["TEXT"], *inside, *behind]
            if self._trial.feed(trial, kinds) == len(kinds) and self._trial.ends(trial, tokens.kinds[stop]):
                tokens.ends[index] = cut
                tokens.splice(index + 1, rest, len(inside))
                return
