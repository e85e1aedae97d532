"""Going through a syntax tree without knowing its nodes; iterative, so that depth does not matter."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from nscompiler.grammar.syntax import Node


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below one, in the order in which they stand in the text."""
    found: list[Node] = []
    kind: Any = type(node)
    for field in _fields(kind):
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Node)]
    found.sort(key=_start)
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, each before what is in it, in the order of the text."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))


def node_at(root: Node, offset: int) -> tuple[Node, ...]:
    """The nodes around an offset, the root first, the smallest last.

    A cursor right behind a name counts as in it, unless something else starts there. Comments are no part of it.
    """
    path: list[Node] = [root]
    while True:
        inside = [child for child in children(path[-1]) if child.start <= offset <= child.end]
        if not inside:
            return tuple(path)
        path.append(min(inside, key=lambda child: (offset == child.end, child.end - child.start)))


@lru_cache(maxsize=256)
def _fields(kind: Any) -> tuple[str, ...]:
    """The names of a class's attributes that may hold nodes."""
    skipped = ("start", "end", "source", "comments", "early_separators", "text", "raw", "doc", "quoted", "prefix")
    return tuple(name for name in kind.__match_args__ if name not in skipped)


def _start(node: Node) -> int:
    return node.start
