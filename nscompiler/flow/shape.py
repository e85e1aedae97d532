"""The shape of a graph: who follows whom, in which order."""

from collections.abc import Iterable, Mapping

import attrs

from nscompiler.flow.model import Edge, Graph, Node, NodeId


@attrs.frozen(slots=True, eq=False)
class Shape:
    """A graph's edges by their ends. ``after`` and ``before`` are sorted by the edges' rank; ``order`` lists the
    nodes so that each comes after all that lead to it, along the branches in their rank."""

    nodes: Mapping[NodeId, Node]
    after: Mapping[NodeId, tuple[Edge, ...]]
    before: Mapping[NodeId, tuple[Edge, ...]]
    order: tuple[Node, ...]


def shape(graph: Graph) -> Shape:
    """The shape of a graph without cycles."""
    nodes = {node.id: node for node in graph.nodes}
    after: dict[NodeId, list[Edge]] = {node: [] for node in nodes}
    before: dict[NodeId, list[Edge]] = {node: [] for node in nodes}
    for edge in sorted(graph.edges, key=lambda edge: edge.order):
        after[edge.source].append(edge)
        before[edge.target].append(edge)
    order = tuple(nodes[id] for id in _ordered(nodes, after, before))
    return Shape(nodes, _tuples(after), _tuples(before), order)


def _tuples(edges: Mapping[NodeId, list[Edge]]) -> dict[NodeId, tuple[Edge, ...]]:
    return {node: tuple(own) for node, own in edges.items()}


def _ordered(
    nodes: Iterable[NodeId], after: Mapping[NodeId, list[Edge]], before: Mapping[NodeId, list[Edge]]
) -> list[NodeId]:
    waiting = {node: len(before[node]) for node in nodes}
    ready = [node for node in reversed(list(nodes)) if not waiting[node]]
    found: list[NodeId] = []
    while ready:
        node = ready.pop()
        found.append(node)
        # Depth first: what follows the first branch comes before what follows the second.
        for edge in reversed(after[node]):
            waiting[edge.target] -= 1
            if not waiting[edge.target]:
                ready.append(edge.target)
    return found


def reachable(start: Iterable[NodeId], edges: Mapping[NodeId, tuple[Edge, ...]], forward: bool = True) -> set[NodeId]:
    """The nodes that can be reached from some, themselves among them; ``edges`` are a shape's ``after``, or
    ``before`` for the way back."""
    found = set(start)
    stack = list(found)
    while stack:
        for edge in edges[stack.pop()]:
            node = edge.target if forward else edge.source
            if node not in found:
                found.add(node)
                stack.append(node)
    return found
