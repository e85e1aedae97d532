"""Which nodes have to be in one task, because the branches of a ``&`` meet again and their order counts: for each value
all that the first branch gives comes before what the second one gives, which files between tasks do not keep."""

from collections.abc import Iterable
from itertools import combinations

from nscompiler.flow.model import Graph, NodeId
from nscompiler.flow.shape import Shape, reachable, shape


def kept_in_order(graph: Graph) -> tuple[frozenset[NodeId], ...]:
    """Groups of nodes, each from the branches to the merges between them; none shares a node with another."""
    view = shape(graph)
    place = {node.id: number for number, node in enumerate(view.order)}
    found: list[frozenset[NodeId]] = []
    for node in graph.nodes:
        if node.kind != "merge":
            continue
        ways = [reachable([edge.source], view.before, forward=False) for edge in view.before[node.id]]
        for one, other in combinations(ways, 2):
            branches = [id for id in one & other if view.nodes[id].kind == "branch"]
            # What came before the last one was one flow there.
            branch = max(branches, key=place.__getitem__, default=None)
            if branch is not None and not _any_order(branch, node.id, view):
                found = _joined(found, {branch, node.id}, view)
    return tuple(found)


def _any_order(branch: NodeId, merge: NodeId, view: Shape) -> bool:
    """Whether all functions between the two say ``ordered = false``."""
    between = [view.nodes[id] for id in _between(frozenset((branch, merge)), view)]
    called = [node.policy.ordered for node in between if node.function is not None]
    return bool(called) and not any(called)


def _joined(groups: list[frozenset[NodeId]], ends: Iterable[NodeId], view: Shape) -> list[frozenset[NodeId]]:
    """The groups with one more, which takes in those that it meets, and all that lies between."""
    new = _between(frozenset(ends), view)
    while sharing := [group for group in groups if group & new]:
        groups = [group for group in groups if group not in sharing]
        new = _between(new.union(*sharing), view)
    return [*groups, new]


def _between(nodes: frozenset[NodeId], view: Shape) -> frozenset[NodeId]:
    return frozenset(reachable(nodes, view.after) & reachable(nodes, view.before, forward=False))
