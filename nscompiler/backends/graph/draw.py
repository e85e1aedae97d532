"""Draws a graph as text. Nodes are named as the program names them, arrows by the type that flows."""

from collections.abc import Iterator

from nscompiler.backends.graph.contents import full_name
from nscompiler.flow.model import MAIN, Edge, Graph, Node

_LONGEST_TYPE = 40

_MERMAID = {
    "source": ("([", "])"),
    "literal": ("([", "])"),
    "sink": ("[/", "/]"),
    "branch": ("{{", "}}"),
    "merge": ("{{", "}}"),
    "call": ("[", "]"),
}
_DOT = {
    "source": "oval",
    "literal": "oval",
    "sink": "parallelogram",
    "branch": "hexagon",
    "merge": "hexagon",
    "call": "box",
}


def mermaid(graph: Graph) -> str:
    """A Mermaid flowchart, from left to right. What runs in a process of its own stands in a box with its name."""
    lines = ["---", f"title: {graph.name} of {graph.module}", "---", "flowchart LR"]
    for number, (process, nodes) in enumerate(_by_process(graph)):
        inner = [f"n{node.id}{_mermaid_shape(graph, node)}" for node in nodes]
        if process != MAIN:
            inner = [f"subgraph p{number}[{_mermaid_text(process)}]", *(f"    {line}" for line in inner), "end"]
        lines += [f"    {line}" for line in inner]
    for edge, shown in _flows(graph):
        lines.append(f"    n{edge.source} -->|{_mermaid_text(shown)}| n{edge.target}")
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """A digraph for Graphviz, from left to right. What runs in a process of its own stands in a cluster."""
    lines = [
        f"digraph {_quoted(graph.name)} {{",
        "    rankdir=LR;",
        f"    label={_quoted(f'{graph.name} of {graph.module}')};",
    ]
    for number, (process, nodes) in enumerate(_by_process(graph)):
        inner = [f"n{node.id} [{_dot_shape(graph, node)}];" for node in nodes]
        if process != MAIN:
            head = [f"subgraph cluster_{number} {{", f"    label={_quoted(process)};"]
            inner = [*head, *(f"    {line}" for line in inner), "}"]
        lines += [f"    {line}" for line in inner]
    for edge, shown in _flows(graph):
        lines.append(f"    n{edge.source} -> n{edge.target} [label={_quoted(shown)}];")
    return "\n".join([*lines, "}"]) + "\n"


def _by_process(graph: Graph) -> Iterator[tuple[str, list[Node]]]:
    """The nodes of each process, those of ``main`` first."""
    placed: dict[str, list[Node]] = {MAIN: []}
    for node in graph.nodes:
        placed.setdefault(node.placement or MAIN, []).append(node)
    yield from placed.items()


def _mermaid_shape(graph: Graph, node: Node) -> str:
    left, right = _MERMAID.get(node.kind, ("(", ")"))
    return f"{left}{_mermaid_text(full_name(graph, node))}{right}"


def _dot_shape(graph: Graph, node: Node) -> str:
    rounded = "" if node.kind in _DOT else ", style=rounded"
    return f"label={_quoted(full_name(graph, node))}, shape={_DOT.get(node.kind, 'box')}{rounded}"


def _flows(graph: Graph) -> Iterator[tuple[Edge, str]]:
    nodes = {node.id: node for node in graph.nodes}
    for edge in graph.edges:
        type = nodes[edge.source].output
        shown = "" if type is None else graph.types[type].shown
        yield edge, shown if len(shown) <= _LONGEST_TYPE else shown[: _LONGEST_TYPE - 1].rstrip() + "…"


_ENTITIES = str.maketrans({'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;"})


def _mermaid_text(text: str) -> str:
    return f'"{text.translate(_ENTITIES)}"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
