"""Decides which process runs which stage. There is one so far."""

import attrs

from nscompiler.flow.model import Graph

MAIN = "main"
"""The process of the workflow itself."""


def place(graph: Graph) -> Graph:
    """The graph with ``placement`` on every node."""
    return attrs.evolve(graph, nodes=tuple(attrs.evolve(node, placement=MAIN) for node in graph.nodes))
