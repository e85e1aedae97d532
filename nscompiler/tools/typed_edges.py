"""How much of a workflow is typed: which of its edges carry `Json` or a byte string, of which nothing is known.

Such values fit nothing but themselves, so they are no way round the type checker; but what is inside them is checked
by nobody before it is read.
"""

from collections.abc import Iterable, Sequence

import attrs

from nscompiler.flow.model import Graph, TypeDef, TypeId
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows

_CONSUMERS = frozenset(("call", "sink"))


@attrs.frozen(slots=True)
class TypedEdges:
    """The edges of one workflow that lead to a function or a sink, by what they carry: only typed values, a typed value
    with something untyped inside, or nothing but untyped."""

    module: str
    workflow: str
    typed: int
    partly: int
    untyped: int

    @property
    def total(self) -> int:
        """All edges that were counted."""
        return self.typed + self.partly + self.untyped

    def values(self) -> dict[str, object]:
        """The same as JSON values."""
        return attrs.asdict(self)


def typed_edges(graph: Graph) -> TypedEdges:
    """The edges of one workflow, counted."""
    untyped, holding = _untyped(graph.types)
    nodes = {node.id: node for node in graph.nodes}
    carried = [nodes[edge.target].input for edge in graph.edges if nodes[edge.target].kind in _CONSUMERS]
    whole = sum(type in untyped for type in carried)
    partly = sum(type in holding for type in carried)
    return TypedEdges(graph.module, graph.name, len(carried) - whole - partly, partly, whole)


def edges_of(compilation: Compilation) -> tuple[TypedEdges, ...]:
    """The edges of every workflow of the files asked for; none where a program has errors."""
    if compilation.has_errors:
        return ()
    found = []
    for checked in compilation.selected:
        path = checked.module.source.path
        lowered = (compilation.lower(path, workflow)[0] for workflow in workflows(checked))
        found += [typed_edges(graph) for graph in lowered if graph is not None]
    return tuple(found)


def _untyped(types: Sequence[TypeDef]) -> tuple[frozenset[TypeId], frozenset[TypeId]]:
    """The types that are untyped altogether, and those that hold one among other things."""
    untyped: set[TypeId] = set()
    holding: set[TypeId] = set()
    for _ in types:  # a type may stand before its parts: until nothing changes
        before = len(untyped), len(holding)
        for place, type in enumerate(types):
            if _is_untyped(type, types, untyped):
                untyped.add(place)
            elif _holds(type.items, untyped, holding):
                holding.add(place)
        if before == (len(untyped), len(holding)):
            break
    return frozenset(untyped), frozenset(holding - untyped)


def _is_untyped(type: TypeDef, types: Sequence[TypeDef], untyped: set[TypeId]) -> bool:
    if type.kind == "scalar":
        return type.name == "Json"
    if type.kind not in ("list", "optional", "map", "vector") or type.items[0] is None:
        return False
    item = types[type.items[0]]
    return type.items[0] in untyped or (type.kind == "list" and item.kind == "scalar" and item.name == "Byte")


def _holds(items: Iterable[TypeId | None], untyped: set[TypeId], holding: set[TypeId]) -> bool:
    return any(item in untyped or item in holding for item in items if item is not None)
