"""Pictures of a flow graph, with the type of what flows on every arrow.

Each is a text, made from the graph and nothing else: a drawing in letters, Mermaid, Graphviz's DOT, SVG, and an
interactive HTML page.
"""

from nscompiler.backends.base import Build, Emitted, Setting, Unsupported
from nscompiler.backends.graph.contents import Notes
from nscompiler.backends.graph.draw import dot, mermaid
from nscompiler.backends.graph.svg import STYLE, svg
from nscompiler.backends.graph.terminal import terminal

__all__ = ["BACKEND", "STYLE", "GraphBackend", "Notes", "dot", "mermaid", "svg", "terminal"]


class GraphBackend:
    """``--target graph``: three files for each workflow."""

    name = "graph"
    about = "pictures of each workflow: Mermaid, Graphviz's DOT, SVG"
    runs = False
    settings: tuple[Setting, ...] = ()

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """Everything can be drawn."""
        return ()

    def emit(self, build: Build) -> Emitted:
        """``WORKFLOW.mmd``, ``WORKFLOW.dot`` and ``WORKFLOW.svg`` for each workflow."""
        files: list[tuple[str, str | bytes]] = []
        for graph in build.graphs:
            files += [(f"{graph.name}.dot", dot(graph)), (f"{graph.name}.mmd", mermaid(graph))]
            files.append((f"{graph.name}.svg", svg(graph)))
        return Emitted(files=tuple(sorted(files, key=lambda file: file[0])))


BACKEND = GraphBackend()
