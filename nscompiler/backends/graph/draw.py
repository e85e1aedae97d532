"""Draws a graph as text. Nodes are named as the program names them, arrows by the type that flows."""

from collections.abc import Iterator

from nscompiler.flow.model import Edge, Graph, Node

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
    """A Mermaid flowchart, from left to right."""
    lines = ["---", f"title: {graph.name} of {graph.module}", "---", "flowchart LR"]
    for node in graph.nodes:
        left, right = _MERMAID.get(node.kind, ("(", ")"))
        lines.append(f"    n{node.id}{left}{_mermaid_text(label(node))}{right}")
    for edge, shown in _flows(graph):
        lines.append(f"    n{edge.source} -->|{_mermaid_text(shown)}| n{edge.target}")
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """A digraph for Graphviz, from left to right."""
    lines = [
        f"digraph {_quoted(graph.name)} {{",
        "    rankdir=LR;",
        f"    label={_quoted(f'{graph.name} of {graph.module}')};",
    ]
    for node in graph.nodes:
        shape = _DOT.get(node.kind, "box")
        style = "" if node.kind in _DOT else ", style=rounded"
        lines.append(f"    n{node.id} [label={_quoted(label(node))}, shape={shape}{style}];")
    for edge, shown in _flows(graph):
        lines.append(f"    n{edge.source} -> n{edge.target} [label={_quoted(shown)}];")
    return "\n".join([*lines, "}"]) + "\n"


def label(node: Node) -> str:
    """What is written in a node: the function's name, or what the step does."""
    function = node.function
    if function is not None:
        module = function.module.split("/")[-1].split(":")[0]
        return f"{module}.{function.name}"
    match node.kind:
        case "literal":
            return node.origin.text
        case "flatten":
            return "*"
        case "drop_missing":
            return "?"
        case "convert":
            return ", ".join(node.conversions)
    return "&"


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
