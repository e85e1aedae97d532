"""A workflow in parts, for engines that run its stages apart: each part is a graph of its own.

``stages`` says which node belongs to which part, ``cut`` makes the parts. Where an edge leads from one part to
another, the one gets a sink in its place and the other a source; what these call is up to the engine (its ``Medium``).
No two parts wait for each other: the parts, seen as nodes, have no cycle.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

import attrs

from nscompiler.flow.model import MAIN, Edge, Function, Graph, Node, NodeId, Parameter, TypeId
from nscompiler.flow.passes.fuse import fuse
from nscompiler.flow.passes.prune import forget_unused
from nscompiler.flow.shape import Shape, reachable, shape
from nscompiler.flow.variables import variables_in, variables_of


@attrs.frozen(slots=True, kw_only=True)
class Crossing:
    """Values that go from one part to another, over one edge of the whole graph.

    ``name`` is unique in the workflow and an identifier, ``type`` is that of the values in the whole graph's table and
    ``shown`` its text. ``bounded`` if they end, which they do where all sources that they may come from do.
    """

    name: str
    edge: Edge
    writer: str
    reader: str
    type: TypeId
    shown: str
    bounded: bool


class Medium(Protocol):
    """What carries values between the parts of one engine. Both ends are functions of the standard library."""

    def writes(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """The sink that puts the values of a crossing down."""
        ...

    def reads(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """The source that takes them up."""
        ...


@attrs.frozen(slots=True, kw_only=True)
class Part:
    """One part: ``graph`` is what it runs, with a source for each crossing that it ``reads`` and a sink for each that
    it ``writes``. ``nodes`` are the numbers of those that it has of the whole graph; they keep them."""

    name: str
    graph: Graph
    nodes: tuple[NodeId, ...]
    reads: tuple[Crossing, ...] = ()
    writes: tuple[Crossing, ...] = ()


Home = Callable[[Node], str | None]
"""Where a node has to run: nodes of unlike homes are in unlike parts. None for one that runs wherever its
predecessor does."""


def stages(graph: Graph, home: Home, together: Iterable[Collection[NodeId]] = ()) -> dict[NodeId, str]:
    """The part of each node, by its number.

    A node joins the part of its predecessors if these are in one part and of its home, and begins a part of its own
    otherwise. Each collection of ``together`` becomes one part, whatever the homes in it; it has to hold every node
    that lies on a path between two of its nodes, as ``reply_paths`` do. A part is called after the first function
    in it.
    """
    view = shape(graph)
    groups = {id: number for number, group in enumerate(together) for id in group}
    heads: dict[NodeId, NodeId] = {}
    homes: dict[NodeId, str | None] = {}
    first_of_group: dict[int, NodeId] = {}
    for node in view.order:
        before = {heads[edge.source] for edge in view.before[node.id]}
        wanted = home(node)
        if node.id in groups:
            head = first_of_group.setdefault(groups[node.id], node.id)
        elif len(before) == 1 and _may_join(next(iter(before)), wanted, homes, groups):
            head = before.pop()
        else:
            head = node.id
        heads[node.id] = head
        homes.setdefault(head, wanted if wanted is not None else _home_ahead(node, view, home))
    return _named(view, heads)


def _may_join(head: NodeId, wanted: str | None, homes: Mapping[NodeId, str | None], groups: Collection[NodeId]) -> bool:
    """Whether a node may run where a part does that begins with ``head``."""
    return wanted is None or (head not in groups and wanted == homes[head])


def _home_ahead(node: Node, view: Shape, home: Home) -> str | None:
    """The home of what comes next, for a part that begins with something that runs anywhere."""
    while view.after[node.id]:
        node = view.nodes[view.after[node.id][0].target]
        found = home(node)
        if found is not None:
            return found
    return None


def reply_paths(graph: Graph) -> tuple[frozenset[NodeId], ...]:
    """For each request that is answered, all nodes from the sources to the replies; paths that share a node are one."""
    view = shape(graph)
    found: list[frozenset[NodeId]] = []
    for node in graph.nodes:
        if (
            node.kind != "sink"
            or node.function is None
            or (node.function.name, node.function.standard)
            != (
                "reply",
                True,
            )
        ):
            continue
        path = frozenset(reachable([node.id], view.before, forward=False))
        sharing = [other for other in found if other & path]
        found = [other for other in found if other not in sharing]
        found.append(path.union(*sharing))
    return tuple(found)


def _named(view: Shape, heads: Mapping[NodeId, NodeId]) -> dict[NodeId, str]:
    """The parts under names that say what they do, each once."""
    names: dict[NodeId, str] = {}
    taken: set[str] = set()
    for head in dict.fromkeys(heads[node.id] for node in view.order):
        own = [node for node in view.order if heads[node.id] == head]
        stem = next((node.function.name for node in own if node.function is not None), own[0].kind)
        stem = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "stage"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}_{count}"
        taken.add(name)
        names[head] = name
    return {id: names[head] for id, head in heads.items()}


def cut(graph: Graph, parts: Mapping[NodeId, str], medium: Medium) -> tuple[Part, ...]:
    """The parts of a graph, each before those that it sends values to.

    ``parts`` names the part of every node. A part's graph is called ``WORKFLOW.PART``, unless there is one part alone:
    that is the graph itself. ``environment`` of each is what its own parameters and literals read.
    """
    view = shape(graph)
    order = tuple(dict.fromkeys(parts[node.id] for node in view.order))
    if len(order) == 1:
        return (Part(name=order[0], graph=graph, nodes=tuple(node.id for node in graph.nodes)),)
    crossings = _crossings(graph, view, parts)
    return tuple(_part(graph, name, parts, crossings, medium) for name in _sorted(order, crossings))


def _crossings(graph: Graph, view: Shape, parts: Mapping[NodeId, str]) -> tuple[Crossing, ...]:
    found: list[Crossing] = []
    for edge in graph.edges:
        writer, reader = parts[edge.source], parts[edge.target]
        if writer == reader:
            continue
        type = view.nodes[edge.source].output
        assert type is not None, "what leads nowhere has no edge"
        count = sum(other.writer == writer and other.reader == reader for other in found)
        found.append(
            Crossing(
                name=f"{writer}_to_{reader}" + (f"_{count + 1}" if count else ""),
                edge=edge,
                writer=writer,
                reader=reader,
                type=type,
                shown=graph.types[type].shown,
                bounded=_ends(edge.source, view),
            )
        )
    return tuple(found)


def _ends(node: NodeId, view: Shape) -> bool:
    """Whether all sources that lead to a node end."""
    before = (view.nodes[id] for id in reachable([node], view.before, forward=False))
    return all(own.function is None or own.function.bounded is not False for own in before if own.kind == "source")


def _sorted(order: Iterable[str], crossings: Collection[Crossing]) -> list[str]:
    """Parts, writers first; where nothing decides, as they come."""
    waiting, done = list(order), []
    while waiting:
        held = {crossing.reader for crossing in crossings if crossing.writer in waiting}
        ready = next((name for name in waiting if name not in held), None)
        assert ready is not None, "parts that wait for each other"
        waiting.remove(ready)
        done.append(ready)
    return done


def _part(graph: Graph, name: str, parts: Mapping[NodeId, str], crossings: Iterable[Crossing], medium: Medium) -> Part:
    own = {node.id: node for node in graph.nodes if parts[node.id] == name}
    reads = tuple(crossing for crossing in crossings if crossing.reader == name)
    writes = tuple(crossing for crossing in crossings if crossing.writer == name)
    free = max(node.id for node in graph.nodes) + 1
    nodes, edges = list(own.values()), [edge for edge in graph.edges if edge.source in own and edge.target in own]
    ends = {node.id: node for node in graph.nodes}
    for number, crossing in enumerate((*reads, *writes), free):
        reading = number < free + len(reads)
        function, parameters = (medium.reads if reading else medium.writes)(crossing)
        nodes.append(
            Node(
                id=number,
                kind="source" if reading else "sink",
                input=None if reading else crossing.type,
                output=crossing.type if reading else None,
                function=attrs.evolve(function, standard=True, bounded=crossing.bounded if reading else None),
                parameters=parameters,
                origin=ends[crossing.edge.source].origin,
                placement=MAIN,
            )
        )
        ranked = crossing.edge
        edges.append(attrs.evolve(ranked, source=number) if reading else attrs.evolve(ranked, target=number))
    return Part(name=name, graph=_whole(graph, name, nodes, edges), nodes=tuple(own), reads=reads, writes=writes)


def _whole(graph: Graph, name: str, nodes: list[Node], edges: list[Edge]) -> Graph:
    """A part as a graph that a backend can take: its own modules, types, stages, processes and variables."""
    called = {node.function.module for node in nodes if node.function is not None}
    sources = [node.function for node in nodes if node.kind == "source"]
    variables = {name for node in nodes for name in variables_of(node.parameters)}
    variables.update(name for node in nodes for name in variables_in(node.values))
    processes = (
        attrs.evolve(process, modules=tuple(own for own in process.modules if own in called))
        for process in graph.processes
    )
    part = attrs.evolve(
        graph,
        name=f"{graph.name}.{name}",
        nodes=tuple(nodes),
        edges=tuple(sorted(edges, key=lambda edge: (edge.source, edge.order, edge.target))),
        bounded=all(function is None or function.bounded is not False for function in sources),
        environment=tuple(sorted(variables)),
        processes=tuple(process for process in processes if process.modules or process.name == MAIN),
    )
    return fuse(forget_unused(part))
