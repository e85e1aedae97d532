"""What was read of a file's items when the automaton is stuck: where each begins and ends, what was told of it, and how
it is read anew.
"""

from bisect import bisect_left
from typing import Any

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.build import Braces, Builder, Item
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.place import MOST
from nscompiler.grammar.syntax import Header, Node
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.trial import WINDOW, Trial, next_start
from nscompiler.records import replace


class ItemStack:
    """The items among the stacks of one run."""

    __slots__ = ("_builder", "_start", "_symbols", "_tables", "_tokens", "_trial", "misspelt")

    def __init__(self, tables: Tables, tokens: Tokens, builder: Builder, trial: Trial) -> None:
        self._tables = tables
        self._tokens = tokens
        self._builder = builder
        self._trial = trial
        self._symbols = (tables.nonterminal["items"], tables.nonterminal["closed"])
        # Where words were told of as misspelt: more may be told of what stands behind such a one.
        self.misspelt: set[int] = set()
        # From which token on the next one that begins a declaration is known, and how far that is from the end.
        self._start = (0, len(tokens.kinds))

    def close(self, states: list[int], level: int) -> None:
        """Let the state at a level be the one in which a list of items stands there."""
        states[level:] = [self._tables.rows[states[level - 1]][self._symbols[1]]]

    def open(self, states: list[int], values: list[Any]) -> None:
        """Begin a list of items where one was expected: a mistake at its very start."""
        row = self._tables.rows[states[-1]]
        if self._symbols[1] in row:
            states.append(row[self._symbols[1]])
            values.append([])

    def level(self, states: list[int]) -> int:
        """Where the innermost list of items lies in the stack of states."""
        level = len(states) - 1
        while level > 0 and states[level] not in self._trial.items:
            level -= 1
        return level

    def first(self, parts: list[Any], index: int) -> int:
        """The first token of what was read of an item."""
        for part in parts:
            if isinstance(part, int):
                return part
            if isinstance(part, Node):
                return bisect_left(self._tokens.starts, self._builder.start(part))
            if isinstance(part, (list, tuple)):
                nested = self.first([item for item in part if item is not None], -1)
                if nested >= 0:
                    return nested
        return index

    def back_to(self, states: list[int], values: list[Any], index: int) -> int:
        """Forget what was read of the item, and of items before it, that holds a token; where to read on."""
        self.open(states, values)
        level = self.level(states)
        parts = values[level:]
        index = min(index, self.first(parts, index))
        del states[level + 1 :], values[level:]
        items: list[Item] = values[level - 1]
        index = self.item_start(items, index)
        while items and items[-1].end > self._tokens.starts[index]:
            items.pop()
        states[level] = self._tables.rows[states[level - 1]][self._symbols[1]]
        return index

    def item_start(self, items: list[Item], index: int) -> int:
        """Where the item that holds a token starts, of those that were read; the token if none does.

        A module in braces is never read anew, its mistakes were told: the token behind it where the token lies in it.
        """
        starts = self._tokens.starts
        for item in reversed(items):
            if item.end <= starts[index]:
                break
            if isinstance(item, Braces):
                return bisect_left(starts, item.end)
            index = min(index, bisect_left(starts, self._builder.start(item) if isinstance(item, Node) else item.start))
        return index

    def next_start(self, index: int) -> int:
        """The first token after this one that begins a declaration, or the end; looked for once for all before it.

        It is counted from the end: what is read anew lies before it.
        """
        since, left = self._start
        count = len(self._tokens.kinds)
        if not since <= index < count - left:
            self._start = since, left = index, count - next_start(self._trial, self._tokens, index)
        return count - left

    def silent(self, states: list[int], values: list[Any], index: int) -> bool:
        """Whether this item's mistake was told already: one is enough."""
        problems = self._builder.problems
        first = self.first(values[self.level(states) :], index)
        start = self._tokens.starts[first]
        told = (problem.primary.span for problem in problems[-1:])
        return len(problems) >= MOST or any(span.end > start and span.start not in self.misspelt for span in told)

    def report(self, problem: Diagnostic, silent: bool) -> None:
        """Report a problem; where one of its item was told already, its fix becomes a part of that of an equal one."""
        problems = self._builder.problems
        if not silent:
            self._builder.report(problem)
            return
        told = problems[-1] if problems else problem
        if told.title != problem.title or len(told.fixes) != 1 or len(problem.fixes) != 1:
            return
        first, second = told.fixes[0], problem.fixes[0]
        if first.title == second.title and len(first.edits) < WINDOW:
            problems[-1] = replace(told, fixes=(replace(first, edits=(*first.edits, *second.edits)),))

    def limit(self, states: list[int], first: int) -> int:
        """Where an item ends at the latest: at the brace that closes the module, or the end of the file."""
        tokens = self._tokens
        end = len(tokens.kinds) - 1
        while end > 0 and tokens.texts[end - 1] == "" and tokens.kinds[end - 1] == self._trial.kind["$END"]:
            end -= 1
        if not self._in_braces(states):
            return end
        last = end - 1
        while last > first and tokens.texts[last] in (";", ""):
            last -= 1
        if tokens.texts[last] != "}" or last < first:
            return end
        gap = tokens.gaps[last]
        alone = "\n" in gap or "\r" in gap
        brace = self._tables.literals
        return last if alone or tokens.kinds.count(brace["{"]) <= tokens.kinds.count(brace["}"]) else end

    def _in_braces(self, states: list[int]) -> bool:
        return sum(state in self._trial.items for state in states) > 1

    def is_module(self, values: list[Any]) -> bool:
        lists = [value for value in values if isinstance(value, list)]
        return len(lists) > 1 or any(isinstance(item, Header) for item in lists[0][:1])
