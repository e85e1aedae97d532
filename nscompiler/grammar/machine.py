"""The loop that runs the tables: an LALR automaton with a stack of its own, so that no text is too deep for it.

What the tables do not foresee goes to ``_unusual``: a module reference (which only the state asks for), a bad token,
or a mistake. After a mistake the automaton drops back to the list of items and goes on at the next declaration.
"""

from functools import cache
from typing import Any

from nscompiler.grammar.build import Builder
from nscompiler.grammar.chained import Left
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.recovery import Recovery
from nscompiler.grammar.spaced import spaced_reference, written_apart
from nscompiler.grammar.tables import Tables, load


@cache
def _rules() -> list[tuple[int, int, Any]]:
    """The rules of the grammar with the builder's functions; None passes the one part on."""
    return [(left, length, getattr(Builder, name) if name else None) for left, length, name in load().rules]


class Machine:
    """One run over one file's tokens."""

    __slots__ = ("_builder", "_left", "_recovery", "_reference", "_tables", "_tokens", "states", "values")

    def __init__(self, tables: Tables, tokens: Tokens, builder: Builder, left: Left | None) -> None:
        self._left = left
        self._tables = tables
        self._tokens = tokens
        self._builder = builder
        self._reference = tables.kind["REFERENCE"]
        self._recovery: Recovery | None = None
        self.states = [tables.start]
        self.values: list[Any] = []

    def run(self) -> list[Any]:
        """Parse to the end; the items in order.

        The one hot loop of the parser: it is long because calls cost more than what they would do.
        """
        builder = self._builder
        rows, rules, kinds = self._tables.rows, _rules(), self._tokens.kinds
        states, values = self.states, self.values
        push, pop, push_state, pop_state = values.append, values.pop, states.append, states.pop
        index = 0
        kind = kinds[0]
        row = rows[states[-1]]
        while True:
            try:
                action = row[kind]
            except KeyError:
                index = self._unusual(index)
                if index < 0:
                    break
                kind = kinds[index]
                row = rows[states[-1]]
                continue
            if action >= 0:
                push_state(action)
                push(index)
                row = rows[action]
                index += 1
                kind = kinds[index]
                continue
            left, length, make = rules[~action]
            if length == 1:
                if make is not None:
                    values[-1] = make(builder, values[-1])
                states[-1] = action = rows[states[-2]][left]
            elif length == 3:
                third, second = pop(), pop()
                values[-1] = make(builder, values[-1], second, third)
                pop_state()
                pop_state()
                states[-1] = action = rows[states[-2]][left]
            elif length == 2:
                second = pop()
                values[-1] = make(builder, values[-1], second)
                pop_state()
                states[-1] = action = rows[states[-2]][left]
            elif length:
                parts = values[-length:]
                del values[-length:], states[-length:]
                push(make(builder, *parts))
                action = rows[states[-1]][left]
                push_state(action)
            else:
                push(make(builder))
                action = rows[states[-1]][left]
                push_state(action)
            row = rows[action]
        items: list[Any] = values[-1]
        return items

    def _unusual(self, index: int) -> int:
        """Where to go on when the tables have no action for a token; -1 at the end."""
        if self._tokens.kinds[index] == SWALLOWED:
            while self._tokens.kinds[index] == SWALLOWED:
                index += 1
            return index
        state = self.states[-1]
        if state == self._tables.accept:
            return -1
        if self._reference in self._tables.rows[state] and self._read_reference(index):
            return index
        return self._refused(index)

    def _refused(self, index: int) -> int:
        """Where to go on after a token that cannot stand where it does."""
        if self._recovery is None:
            self._recovery = Recovery(self._tables, self._tokens, self._builder, self._left)
        return self._recovery.recover(self.states, self.values, index)

    def _read_reference(self, index: int) -> bool:
        """Take the characters from a token on as one module reference; whether they look like one."""
        tokens, text = self._tokens, self._builder.source.text
        match = self._tables.reference.match(text, tokens.starts[index])
        if match is None:
            return False
        last, end, reference = index, match.end(), match[0]
        apart = spaced_reference(text, reference, end)
        if apart is not None:
            self._builder.report(written_apart(self._builder.source, tokens.starts[index], apart))
            end, reference = apart.end, apart.text
        while tokens.ends[last] < end:
            last += 1
            tokens.kinds[last] = SWALLOWED
        tokens.kinds[index] = self._reference
        tokens.ends[index] = end
        tokens.texts[index] = reference
        return True
