"""A workflow that dead letters are fed back into: each enters where it failed, and goes from there as it would have."""

from collections.abc import Iterable, Mapping

import attrs

from nscompiler.flow.model import Edge, Function, Graph, Node, NodeId, Parameter
from nscompiler.flow.passes import run_passes

SOURCES = "Sources:1.0.0"
AGAIN = "Sources.dead_letters"
"""What a letter names that no source could read when it was fed back: its place is that of the first source."""
READABLE = ("jsonl", "amqp", "redis", "nats", "mqtt", "kafka", "kafka_backlog")
"""Sources whose records are JSON for themselves: what they could not decode may be read again from a letter."""


@attrs.frozen(slots=True)
class Entry:
    """Where letters enter: the function that they name, and its place as they know it."""

    node: NodeId
    function: str
    at: str


def shown(node: Node) -> str:
    """A node's function as letters and logs have it: ``Shop.price``, ``Sinks.postgres``."""
    if node.function is None:
        return node.origin.text
    return f"{node.function.module.rsplit('/', 1)[-1].split(':', 1)[0]}.{node.function.name}"


def place(node: Node) -> str:
    """A node's place as letters have it: ``module.nml:3:9``, and ``#2`` behind it for the second of several uses."""
    use = f"#{node.use}" if node.use else ""
    return f"{node.origin.file}:{node.origin.line}:{node.origin.column}{use}"


def find(graph: Graph, function: str, at: str) -> Node | str:
    """The node that a letter names, or why there is none."""
    named = [node for node in graph.nodes if node.kind in ("source", "call", "sink") and shown(node) == function]
    if function == AGAIN:
        named = [node for node in graph.nodes if node.kind == "source" and place(node) == at]
    exact = [node for node in named if place(node) == at]
    found = exact or named
    if not found:
        return f"the workflow does not call {function} any more"
    if len(found) > 1:
        return f"the workflow calls {function} several times, and none of them is at {at or 'the place that it names'}"
    (node,) = found
    if node.kind == "source" and (node.function is None or node.function.name not in READABLE):
        return f"a record of {function} cannot be read without its source: mend it there"
    return node


def replayed(graph: Graph, path: str, entries: Iterable[Entry]) -> Graph:
    """The graph with the letters of a file as its sources, each before the function that they name."""
    nodes = {node.id: _adding(node) for node in graph.nodes if node.kind not in ("source", "literal")}
    old = {node.id: node for node in graph.nodes if node.id not in nodes}
    edges = [edge for edge in graph.edges if edge.source not in old]
    free = max((node.id for node in graph.nodes), default=0) + 1
    for entry in entries:
        target = old.get(entry.node) or nodes[entry.node]
        source = _source(free, target, path, entry)
        free += 1
        nodes[source.id] = source
        if target.id in old:
            edges += [attrs.evolve(edge, source=source.id) for edge in graph.edges if edge.source == target.id]
            continue
        inward = next((edge for edge in edges if edge.target == target.id), None)
        if inward is None:
            edges.append(Edge(source=source.id, target=target.id))
            continue
        merge = attrs.evolve(target, id=free, kind="merge", output=target.input, function=None, parameters=())
        free += 1
        nodes[merge.id] = merge
        edges.remove(inward)
        edges.append(Edge(source=inward.source, target=merge.id, order=inward.order))
        edges.append(Edge(source=source.id, target=merge.id, order=inward.order + 1))
        edges.append(Edge(source=merge.id, target=target.id))
    kept = _reached([id for id in nodes if nodes[id].kind == "source"], edges)
    made = attrs.evolve(
        graph,
        nodes=tuple(node for node in nodes.values() if node.id in kept),
        edges=tuple(edge for edge in edges if edge.source in kept and edge.target in kept),
        bounded=True,
        processes=(),
    )
    return run_passes(made)


def _adding(node: Node) -> Node:
    """A sink that adds to what the workflow's run has written; where it cannot, it leaves alone what is there."""
    if node.kind != "sink":
        return node
    return attrs.evolve(
        node,
        parameters=tuple(
            attrs.evolve(one, value="append" if "append" in one.choices else "error")
            if one.name == "mode" and "replace" in one.choices
            else one
            for one in node.parameters
        ),
    )


def _reached(start: Iterable[NodeId], edges: Iterable[Edge]) -> set[NodeId]:
    after: dict[NodeId, list[NodeId]] = {}
    for edge in edges:
        after.setdefault(edge.source, []).append(edge.target)
    found, stack = set(start), list(start)
    while stack:
        for target in after.get(stack.pop(), ()):
            if target not in found:
                found.add(target)
                stack.append(target)
    return found


def _source(id: NodeId, target: Node, path: str, entry: Entry) -> Node:
    given: Mapping[str, str] = {"path": path, "function": entry.function, "at": entry.at}
    return attrs.evolve(
        target,
        id=id,
        kind="source",
        input=None,
        output=target.output if target.kind == "source" else target.input,
        function=Function(module=SOURCES, name="dead_letters", standard=True, bounded=True, replay="offset"),
        parameters=(
            *(Parameter(name=name, type="Text", value=text, fixed=True) for name, text in given.items()),
            Parameter(name="max_line", type="Integer", value=1 << 26, fixed=True),
        ),
        policy=attrs.evolve(target.policy, retry=0, timeout=None, parallelism=None),
        conversions=(),
        values=(),
    )
