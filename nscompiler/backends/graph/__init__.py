"""Pictures of a flow graph as text: Mermaid and Graphviz's DOT, with the type of what flows on every arrow."""

from nscompiler.backends.base import Build, Emitted, Unsupported
from nscompiler.backends.graph.draw import dot, mermaid
from nscompiler.flow.model import Graph

__all__ = ["BACKEND", "GraphBackend", "dot", "mermaid"]


class GraphBackend:
    """``--target graph``: two text files for each workflow."""

    name = "graph"
    runs = False

    def unsupported(self, graph: Graph) -> tuple[Unsupported, ...]:
        """Everything can be drawn."""
        return ()

    def emit(self, build: Build) -> Emitted:
        """``WORKFLOW.mmd`` and ``WORKFLOW.dot`` for each workflow."""
        files: list[tuple[str, str | bytes]] = []
        for graph in build.graphs:
            files += [(f"{graph.name}.dot", dot(graph)), (f"{graph.name}.mmd", mermaid(graph))]
        return Emitted(files=tuple(sorted(files, key=lambda file: file[0])))


BACKEND = GraphBackend()
