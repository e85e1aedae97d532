"""What happens to a graph between lowering and a backend: plain functions, in one order."""

from collections.abc import Callable

from nscompiler.flow.model import Graph
from nscompiler.flow.passes.fuse import fuse
from nscompiler.flow.passes.place import place
from nscompiler.flow.passes.prune import prune

PASSES: tuple[Callable[[Graph], Graph], ...] = (prune, fuse, place)
"""Every pass, in the order in which they run; each takes a graph and gives another of the same meaning."""


def run_passes(graph: Graph) -> Graph:
    """The graph after all passes."""
    for step in PASSES:
        graph = step(graph)
    return graph
