"""Takes away what changes nothing: steps no value reaches or leaves, conversions of nothing, ``Std.identity``; then
numbers the nodes in the order in which a value meets them and forgets the types that nothing mentions."""

from collections.abc import Iterable, Mapping

import attrs

from nscompiler.flow.model import Edge, Graph, ModuleUse, Node, NodeId, TypeDef, TypeId
from nscompiler.flow.shape import reachable, shape


def prune(graph: Graph) -> Graph:
    """The graph without superfluous nodes, modules and types."""
    return forget_unused(_numbered(_contracted(_connected(graph))))


def forget_unused(graph: Graph) -> Graph:
    """The graph without modules and types that none of its nodes mentions. The nodes keep their numbers, the types do
    not."""
    return _types_in_use(_modules_in_use(graph))


def _connected(graph: Graph) -> Graph:
    view = shape(graph)
    from_source = reachable((node.id for node in graph.nodes if node.kind in ("source", "literal")), view.after)
    to_sink = reachable((node.id for node in graph.nodes if node.kind == "sink"), view.before, forward=False)
    kept = from_source & to_sink
    if len(kept) == len(graph.nodes):
        return graph
    return attrs.evolve(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )


def _is_idle(node: Node) -> bool:
    if node.kind == "convert":
        return not node.conversions
    function = node.function
    return node.kind == "call" and function is not None and function.standard and function.name == "identity"


def _contracted(graph: Graph) -> Graph:
    """The graph with the two neighbours of each idle node joined, where one edge can carry both ranks."""
    kinds = {node.id: node.kind for node in graph.nodes}
    idle = {node.id for node in graph.nodes if _is_idle(node)}
    edges = dict.fromkeys(graph.edges)
    inward = {edge.target: edge for edge in graph.edges if edge.target in idle}
    outward = {edge.source: edge for edge in graph.edges if edge.source in idle}
    for node in sorted(idle):
        joined = _joined(inward[node], outward[node], kinds)
        if joined is None:
            idle.discard(node)
            continue
        del edges[inward[node]], edges[outward[node]]
        edges[joined] = None
        inward[joined.target] = outward[joined.source] = joined
    return attrs.evolve(graph, nodes=tuple(node for node in graph.nodes if node.id not in idle), edges=tuple(edges))


def _joined(inward: Edge, outward: Edge, kinds: Mapping[NodeId, str]) -> Edge | None:
    leaves_branch = kinds[inward.source] == "branch"
    if leaves_branch and kinds[outward.target] == "merge" and inward.order != outward.order:
        return None
    order = inward.order if leaves_branch else outward.order
    return Edge(source=inward.source, target=outward.target, order=order)


def _numbered(graph: Graph) -> Graph:
    order = shape(graph).order
    numbers = {node.id: place for place, node in enumerate(order, 1)}
    edges = (Edge(source=numbers[edge.source], target=numbers[edge.target], order=edge.order) for edge in graph.edges)
    return attrs.evolve(
        graph,
        nodes=tuple(attrs.evolve(node, id=numbers[node.id]) for node in order),
        edges=tuple(sorted(edges, key=lambda edge: (edge.source, edge.order, edge.target))),
    )


def _modules_in_use(graph: Graph) -> Graph:
    called = {(node.function.module, node.function.name) for node in graph.nodes if node.function is not None}
    modules = (
        attrs.evolve(
            use,
            signatures=tuple(own for own in use.signatures if (use.reference, own[0]) in called),
            parameters=tuple(own for own in use.parameters if (use.reference, own[0]) in called),
        )
        for use in graph.modules
    )
    return attrs.evolve(graph, modules=tuple(use for use in modules if use.signatures))


def _types_in_use(graph: Graph) -> Graph:
    used = _closure(graph.types, _mentioned(graph))
    numbers = {old: new for new, old in enumerate(used)}

    def renumber(type: TypeId | None) -> TypeId | None:
        return None if type is None else numbers[type]

    return attrs.evolve(
        graph,
        types=tuple(attrs.evolve(graph.types[old], items=tuple(map(renumber, graph.types[old].items))) for old in used),
        nodes=tuple(
            attrs.evolve(node, input=renumber(node.input), output=renumber(node.output)) for node in graph.nodes
        ),
        modules=tuple(_renumbered(use, numbers) for use in graph.modules),
    )


def _mentioned(graph: Graph) -> Iterable[TypeId | None]:
    for node in graph.nodes:
        yield node.input
        yield node.output
    for use in graph.modules:
        for _, type in use.types:
            yield type
        for _, input, output in use.signatures:
            yield input
            yield output


def _closure(types: tuple[TypeDef, ...], start: Iterable[TypeId | None]) -> list[TypeId]:
    found: set[TypeId] = set()
    stack = list(start)
    while stack:
        type = stack.pop()
        if type is not None and type not in found:
            found.add(type)
            stack.extend(types[type].items)
    return sorted(found)


def _renumbered(use: ModuleUse, numbers: dict[TypeId, TypeId]) -> ModuleUse:
    def renumber(type: TypeId | None) -> TypeId | None:
        return None if type is None else numbers[type]

    return attrs.evolve(
        use,
        types=tuple((name, numbers[type]) for name, type in use.types),
        signatures=tuple((name, renumber(input), renumber(output)) for name, input, output in use.signatures),
    )
