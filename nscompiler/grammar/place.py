"""What all rules' actions share: the tokens' places, brackets around nodes, lists."""

from sys import intern
from typing import TypeVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.syntax import Name, Node
from nscompiler.grammar.text import BadEscape
from nscompiler.source import SourceFile

#: After so many mistakes a file is no program: further ones are passed over in silence.
MOST = 200
T = TypeVar("T")
N = TypeVar("N", bound=Node)


class Places:
    """Where tokens and nodes stand in one file.

    A node does not count its own brackets, but what holds it does: ``outer`` keeps, for a node in brackets, the
    offsets with them.
    """

    __slots__ = ("docs", "ends", "outer", "problems", "source", "starts", "texts")

    def __init__(
        self, source: SourceFile, starts: list[int], ends: list[int], texts: list[str], docs: dict[int, str]
    ) -> None:
        self.source = source
        self.starts = starts
        self.ends = ends
        self.texts = texts
        self.docs = docs
        self.outer: dict[Node, tuple[int, int]] = {}
        self.problems: list[Diagnostic] = []

    def report(self, problem: Diagnostic) -> None:
        """Keep a mistake, unless there are very many already."""
        if len(self.problems) < MOST:
            self.problems.append(problem)

    def name(self, token: int) -> Name:
        """A token as a name. A name that stands in many places is one text in memory."""
        return Name(self.starts[token], self.ends[token], intern(self.texts[token]))

    def start(self, node: Node) -> int:
        """Where a node starts, its brackets included."""
        outer = self.outer.get(node) if self.outer else None
        return outer[0] if outer else node.start

    def end(self, node: Node) -> int:
        """Where a node ends, its brackets included."""
        outer = self.outer.get(node) if self.outer else None
        return outer[1] if outer else node.end

    def group(self, opening: int, node: N, closing: int) -> N:
        """``( … )`` around a type or an expression: no node of its own."""
        self.outer[node] = (self.starts[opening], self.ends[closing])
        return node

    def list_none(self) -> list[T]:
        """An empty list."""
        return []

    def list_one(self, item: T) -> list[T]:
        """A list's first item."""
        return [item]

    def list_grow(self, items: list[T], item: T) -> list[T]:
        """One more, with nothing between."""
        items.append(item)
        return items

    def list_pair(self, first: T, separator: int, second: T) -> list[T]:
        """A list's first two items."""
        return [first, second]

    def list_more(self, items: list[T], separator: int, item: T) -> list[T]:
        """One more, after a separator."""
        items.append(item)
        return items

    def bad_escapes(self, token: int, bad: tuple[BadEscape, ...]) -> None:
        """Report escapes in a text literal that mean nothing."""
        raise NotImplementedError
