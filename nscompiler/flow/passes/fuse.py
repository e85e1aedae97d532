"""Gives each node the number of the stage that runs it.

A stage is what one function executes: everything behind a source, along all branches, up to the next merge of values
that come different ways. A merge begins a stage of its own, which all the stages before it call.
"""

import attrs

from nscompiler.flow.model import Graph, NodeId
from nscompiler.flow.shape import shape


def fuse(graph: Graph) -> Graph:
    """The graph with ``stage`` on every node, numbered from 1 in the order of the nodes."""
    view = shape(graph)
    stages: dict[NodeId, int] = {}
    count = 0
    for node in view.order:
        before = view.before[node.id]
        if node.kind == "merge" or not before:
            count += 1
            stages[node.id] = count
        else:
            stages[node.id] = stages[before[0].source]
    return attrs.evolve(graph, nodes=tuple(attrs.evolve(node, stage=stages[node.id]) for node in graph.nodes))
