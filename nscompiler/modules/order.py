"""Ordering modules by their imports: dependencies first, and rings where there is no order.

Tarjan's algorithm for strongly connected components (SIAM J. Comput. 1, 1972), with a stack of its own, since import
chains may be longer than Python's.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import Span

K = TypeVar("K", bound=Hashable)


class Edge(Record, Generic[K]):
    """An import: what is imported, and where that is written."""

    __match_args__: ClassVar[tuple[str, ...]] = ("target", "span")
    __slots__ = __match_args__

    def __init__(self, target: K, span: Span) -> None:
        self.target = target
        self.span = span


class Cycle(Record, Generic[K]):
    """A ring of imports: ``edges[i]`` is where ``ring[i]`` imports the next, the last one the first."""

    __match_args__: ClassVar[tuple[str, ...]] = ("ring", "edges")
    __slots__ = __match_args__

    def __init__(self, ring: tuple[K, ...], edges: tuple[Span, ...]) -> None:
        self.ring = ring
        self.edges = edges


class Order(Record, Generic[K]):
    """Dependencies before dependents, everything else as given.

    ``component`` numbers the modules by the group in which all reach each other: an import between two of one number
    belongs to a ring. There is one ring in ``cycles`` for each group, a shortest through its first module.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("order", "cycles", "component")
    __slots__ = __match_args__

    def __init__(self, order: tuple[K, ...], cycles: tuple[Cycle[K], ...], component: Mapping[K, int]) -> None:
        self.order = order
        self.cycles = cycles
        self.component = component


def order(graph: Mapping[K, Sequence[Edge[K]]]) -> Order[K]:
    """Order the modules of a graph; edges to what is not in it are passed over. The same graph gives the same order."""
    components = tuple(_components(graph))
    number = {node: at for at, members in enumerate(components) for node in members}
    place = {node: at for at, node in enumerate(graph)}
    starts = [min(members, key=place.__getitem__) for members in components if _is_ring(members, graph)]
    cycles = [_ring(start, graph, number) for start in sorted(starts, key=place.__getitem__)]
    return Order(tuple(node for members in components for node in members), tuple(cycles), number)


def _components(graph: Mapping[K, Sequence[Edge[K]]]) -> Iterator[list[K]]:
    """Strongly connected components, dependencies first."""
    found: dict[K, int] = {}
    low: dict[K, int] = {}
    open_nodes: dict[K, None] = {}
    for root in graph:
        if root in found:
            continue
        found[root] = low[root] = len(found)
        open_nodes[root] = None
        path = [(root, iter(graph[root]))]
        while path:
            node, edges = path[-1]
            target = next((edge.target for edge in edges if edge.target in graph), None)
            if target is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == found[node]:
                    yield _close(node, open_nodes)
            elif target not in found:
                found[target] = low[target] = len(found)
                open_nodes[target] = None
                path.append((target, iter(graph[target])))
            elif target in open_nodes:
                low[node] = min(low[node], found[target])


def _close(node: K, open_nodes: dict[K, None]) -> list[K]:
    """Take a whole component off the open nodes, ``node`` last: the others were reached from it."""
    members: list[K] = []
    while True:
        members.append(open_nodes.popitem()[0])
        if members[-1] == node:
            return members


def _is_ring(members: list[K], graph: Mapping[K, Sequence[Edge[K]]]) -> bool:
    return len(members) > 1 or any(edge.target == members[0] for edge in graph[members[0]])


def _ring(start: K, graph: Mapping[K, Sequence[Edge[K]]], component: Mapping[K, int]) -> Cycle[K]:
    """A shortest ring through a node that is on one: breadth first, within its component."""
    came: dict[K, tuple[K, Span]] = {}
    level = [start]
    while start not in came:
        following: list[K] = []
        for node in level:
            for edge in graph[node]:
                if component.get(edge.target) == component[start] and edge.target not in came:
                    came[edge.target] = (node, edge.span)
                    following.append(edge.target)
        level = following
    ring: list[K] = []
    spans: list[Span] = []
    at = start
    while not ring or at != start:
        at, span = came[at]
        ring.append(at)
        spans.append(span)
    return Cycle(tuple(reversed(ring)), tuple(reversed(spans)))


def cycle_problem(cycle: Cycle[K], names: Mapping[K, str]) -> Diagnostic:
    """The error for a ring, told once: each import in it has its place."""
    ring = [names.get(node, str(node)) for node in cycle.ring]
    following = [*ring[1:], ring[0]]
    texts = [f"{name} imports {target}" for name, target in zip(ring, following, strict=True)]
    related = tuple(Label(span, text, Role.IMPORT) for span, text in list(zip(cycle.edges, texts, strict=True))[1:])
    title = (
        titled("`{}` and `{}` import each other", *ring)
        if len(ring) == 2
        else titled(f"`{{}}` imports itself through {len(ring) - 1} other modules", ring[0])
    )
    return codes.IMPORT_CYCLE.at(
        cycle.edges[0], title, texts[0], related=related, notes=(f"the ring: {' -> '.join([*ring, ring[0]])}",)
    )
