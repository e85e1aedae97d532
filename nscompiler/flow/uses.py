"""Which of several nodes is meant that one place of the program stands for: a def that is used twice has each twice."""

from collections import Counter
from collections.abc import Sequence

import attrs

from nscompiler.flow.model import Function, Node, Origin


def told_apart(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes, those that share function and place numbered."""
    every = Counter(map(_named, nodes))
    seen: Counter[tuple[Function, Origin] | None] = Counter()
    made = []
    for node in nodes:
        named = _named(node)
        seen[named] += 1
        made.append(attrs.evolve(node, use=seen[named]) if named is not None and every[named] > 1 else node)
    return tuple(made)


def _named(node: Node) -> tuple[Function, Origin] | None:
    return None if node.function is None else (node.function, node.origin)
