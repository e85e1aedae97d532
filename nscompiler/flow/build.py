"""Collects the nodes and edges of a graph while the program is walked."""

import attrs

from nscompiler.flow.concrete import Table
from nscompiler.flow.model import Edge, Function, Node, NodeId, Origin, Parameter, Policy
from nscompiler.typecheck.fits import conversions
from nscompiler.types.types import Type, VoidType

LARGEST = 20_000
"""The most nodes that a workflow may have."""


class TooLarge(Exception):
    """The workflow has more nodes than any program means."""


@attrs.frozen(slots=True)
class Port:
    """Where values come out: a node, and for a branch the rank of the way."""

    node: NodeId
    order: int = 0


class Builder:
    """The nodes and edges so far. ``port`` arguments say where a node's values come from; None for a node without
    input."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def add(
        self,
        kind: str,
        port: Port | None,
        input: Type | None,
        output: Type | None,
        origin: Origin,
        *,
        function: Function | None = None,
        parameters: tuple[Parameter, ...] = (),
        policy: Policy | None = None,
        converts: tuple[str, ...] = (),
        values: tuple[object, ...] = (),
    ) -> Port:
        """One more node. Raises TooLarge when there are too many."""
        if len(self.nodes) >= LARGEST:
            raise TooLarge
        number = len(self.nodes) + 1
        node = Node(
            id=number,
            kind=kind,
            input=self._id(input),
            output=self._id(output),
            function=function,
            parameters=parameters,
            policy=policy or Policy(),
            conversions=converts,
            values=values,
            origin=origin,
        )
        self.nodes.append(node)
        if port is not None:
            self.edges.append(Edge(source=port.node, target=number, order=port.order))
        return Port(number)

    def _id(self, type: Type | None) -> int | None:
        return None if type is None or isinstance(type, VoidType) else self.table.id(type)

    def convert(self, port: Port | None, given: Type, needed: Type, origin: Origin) -> Port | None:
        """A conversion between two concrete types, where there is anything to do."""
        if port is None or given is needed or isinstance(needed, VoidType):
            return port
        kinds = conversions(given, needed)
        return self.add("convert", port, given, needed, origin, converts=kinds) if kinds else port

    def merge(self, ports: list[Port], type: Type, origin: Origin) -> Port:
        """One node after several, ranked as they are listed."""
        merged = self.add("merge", None, type, type, origin)
        self.edges += [Edge(source=port.node, target=merged.node, order=rank) for rank, port in enumerate(ports)]
        return merged
