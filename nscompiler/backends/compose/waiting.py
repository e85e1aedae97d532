"""Services that wait for others: a workflow that reads what another one writes starts when that is written."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from nscompiler.backends.base import Build, Unsupported
from nscompiler.backends.compose.services import Service
from nscompiler.emit.assets import Assets, assets, names
from nscompiler.flow.cut import Part
from nscompiler.flow.model import Graph


def waiting(build: Build, parts: Sequence[tuple[Graph, Part]], services: Sequence[Service]) -> tuple[Service, ...]:
    """The services, in the order of their parts, each with those of other workflows that it waits for: those that
    write what it reads, and end."""
    linked = assets(build.graphs, build.package)
    made = []
    for (graph, part), service in zip(parts, services, strict=True):
        read = set(linked[graph.name].awaited) & set(_names(build, graph, part, "source"))
        after = [
            other.name
            for (writer, own), other in zip(parts, services, strict=True)
            if writer is not graph and own.graph.bounded and read.intersection(_names(build, writer, own, "sink"))
        ]
        made.append(attrs.evolve(service, after=tuple(after)))
    return tuple(made)


def _names(build: Build, graph: Graph, part: Part, kind: str) -> list[str]:
    nodes = (node for node in graph.nodes if node.kind == kind and node.id in part.nodes)
    return [name for node in nodes for name in names(node, build.package)]


def circles(build: Build) -> Iterator[Unsupported]:
    """Workflows that would wait for each other, so that none could start."""
    linked = assets(build.graphs, build.package)
    ends = {graph.name for graph in build.graphs if graph.bounded}
    told: set[str] = set()
    for graph in build.graphs:
        ring = _ring(graph.name, linked, ends)
        if ring and not told & set(ring):
            told |= set(ring)
            yield Unsupported(
                title=f"workflows wait for what the other writes: {', '.join(ring)}",
                remedy="build one of them alone: nsc build PATH WORKFLOW",
                origin=graph.origin,
            )


def _ring(start: str, linked: Mapping[str, Assets], ends: set[str]) -> tuple[str, ...]:
    """The workflows from one back to it, along what they wait for; none where there is no such way."""
    stack: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while stack:
        way = stack.pop()
        for name in linked:
            if name in ends and set(linked[name].written) & set(linked[way[-1]].awaited) and name != way[-1]:
                if name == start:
                    return way
                if name not in seen:
                    seen.add(name)
                    stack.append((*way, name))
    return ()
