"""Short texts about nodes, for comments and messages in the emitted code."""

from nscompiler.emit.python import docstring
from nscompiler.flow.model import Node, Origin
from nscompiler.flow.shape import Shape

_LONGEST = 100


def place(origin: Origin) -> str:
    """``iris/module.nml:5:9``."""
    return f"{origin.file}:{origin.line}:{origin.column}"


def label(node: Node) -> str:
    """What a node is called in a comment."""
    if node.function is not None:
        return f"{module_name(node.function.module)}.{node.function.name}"
    match node.kind:
        case "flatten":
            return "*"
        case "drop_missing":
            return "?"
        case "branch" | "merge":
            return "&"
        case "convert":
            return f"convert: {', '.join(node.conversions)}"
    return node.origin.text


def module_name(reference: str) -> str:
    """``Iris.Workflows`` of ``author/Iris.Workflows:0.1.0``."""
    return reference.split("/")[-1].split(":")[0]


def summary(shape: Shape, start: Node) -> str:
    """A stage in one line: ``Sources.http | Iris.predict | Sinks.log``, cut where it is long."""
    parts: list[str] = []
    node = start
    while True:
        if node.kind not in ("convert", "merge"):
            parts.append("(… & …)" if node.kind == "branch" else label(node))
        after = shape.after[node.id]
        if len(after) != 1 or (shape.nodes[after[0].target].kind == "merge" and node is not start):
            break
        node = shape.nodes[after[0].target]
        if sum(map(len, parts)) > _LONGEST:
            break
    text = docstring(" | ".join(parts).replace(" | *", "*").replace(" | ?", "?"))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip("\\ ") + "…"
