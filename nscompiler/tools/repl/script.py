"""The items of a session as the text of one script, and places in it as places in the cells."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cached_property
from typing import Any

from nscompiler.diagnostics.model import Diagnostic, Kind
from nscompiler.records import parts
from nscompiler.source import SourceFile, Span
from nscompiler.tools.repl.items import EXPRESSION, IMPORT, Item


class Script:
    """Items in the order that the language wants: imports, declarations, at most one expression.

    ``path`` is the file that the text stands for.
    """

    def __init__(self, path: str, items: Iterable[Item]) -> None:
        self.path = path
        self.items = tuple(sorted(items, key=lambda item: (item.kind != IMPORT, item.kind == EXPRESSION)))
        self._starts: list[int] = []
        pieces: list[str] = []
        at = 0
        for item in self.items:
            # What ends a declaration before an expression, which would go on with it after a type.
            before = ";\n" if item.kind == EXPRESSION and pieces else ""
            pieces.append(f"{before}{item.text}\n")
            self._starts.append(at + len(before))
            at += len(pieces[-1])
        self.text = "".join(pieces)

    def item_at(self, offset: int) -> Item | None:
        """The item that an offset of the text lies in or behind."""
        index = bisect_right(self._starts, offset) - 1
        return self.items[index] if index >= 0 else None

    def offset_of(self, item: Item) -> int:
        """Where an item's text starts."""
        return self._starts[self.items.index(item)]

    def in_cell(self, span: Span) -> Span:
        """A place of this text as a place of the cell that it comes from; places in other files stay."""
        index = bisect_right(self._starts, span.start) - 1
        if span.path != self.path or index < 0:
            return span
        item, base = self.items[index], self._starts[index]
        start = min(span.start - base, len(item.text))
        end = max(start, min(span.end - base, len(item.text)))
        return Span(item.source.path, item.start + start, item.start + end)

    def told(self, problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Problems with all their places in the cells."""
        return tuple(relocated(problem, self.in_cell) for problem in problems)

    @cached_property
    def sources(self) -> Mapping[str, SourceFile]:
        """The cells by the path that places in them carry."""
        return {item.source.path: item.source for item in self.items}


def relocated(problem: Diagnostic, move: Callable[[Span], Span]) -> Diagnostic:
    """A problem with all its places moved."""
    moved: Diagnostic = _relocated(problem, move)
    return moved


def _relocated(value: Any, move: Callable[[Span], Span]) -> Any:
    if isinstance(value, Span):
        return move(value)
    if isinstance(value, tuple):
        return tuple(_relocated(one, move) for one in value)
    if value is None or isinstance(value, str | int | float | Enum | Kind):
        return value
    return type(value)(*(_relocated(part, move) for part in parts(value)))
