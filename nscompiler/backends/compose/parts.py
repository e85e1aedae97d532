"""A workflow in the parts that become services: which node runs where, and the channels between them."""

from collections.abc import Collection, Mapping

import attrs

from nscompiler.backends.base import Build
from nscompiler.backends.compose.names import channel_name, docker_name
from nscompiler.flow.cut import Crossing, Part, cut, reply_paths, stages
from nscompiler.flow.model import Function, Graph, Node, NodeId, Parameter
from nscompiler.flow.shape import reachable, shape

CHANNELS = "nstack/Channels:1.0.0"
SERVER = "NSTACK_CHANNELS"
"""The variable that names the broker to the services."""
WHOLE = ("parquet", "arrow", "s3")
"""Sinks whose file is good only once it is complete: what leads to them has to be one process, which starts over."""
ACK_WAIT, CONNECT_TIMEOUT = 30.0, 120.0
"""Seconds until a message of a reader that has died is given to another; seconds that a broker may take to start."""
PREFETCH = 32

Group = frozenset[NodeId]


@attrs.frozen(slots=True, kw_only=True)
class Places:
    """Where modules run, by reference: what the project says, and else each in an image of its own."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, build: Build) -> "Places":
        """Those of a build."""
        names = {use.reference: image_name(use.reference) for graph in build.graphs for use in graph.modules}
        names |= {reference: docker_name(place.name) for place in build.placements for reference in place.modules}
        return cls(names=names)


def image_name(reference: str) -> str:
    """``iris-classify`` for ``Iris.Classify:0.1.0``; a later version of one name keeps its number apart elsewhere."""
    plain = reference.split("/")[-1].partition(":")[0]
    return docker_name(plain)


class Channels:
    """The medium between the parts of one workflow: a channel of the broker for each crossing."""

    def __init__(self, build: Build, workflow: str) -> None:
        self._prefix = channel_name(f"{build.package}-{workflow}")
        self._bounds = {
            "channel_max_messages": ("Integer", int(build.settings["channel_messages"])),
            "channel_max_bytes": ("Integer", int(build.settings["channel_bytes"])),
        }

    def channel(self, crossing: Crossing) -> str:
        """What the broker calls it."""
        return f"{self._prefix}-{crossing.name}"

    def writes(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """The sink."""
        return Function(module=CHANNELS, name="nats_write", standard=True), self._parameters(crossing)

    def reads(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """The source."""
        function = Function(module=CHANNELS, name="nats_read", standard=True, replay="sender")
        own = {"channel_prefetch": ("Integer", PREFETCH), "channel_ack_wait": ("Duration", ACK_WAIT)}
        return function, self._parameters(crossing, own)

    def _parameters(
        self, crossing: Crossing, more: Mapping[str, tuple[str, object]] | None = None
    ) -> tuple[Parameter, ...]:
        values: dict[str, tuple[str, object]] = {
            "channel": ("Text", self.channel(crossing)),
            **self._bounds,
            "channel_connect_timeout": ("Duration", CONNECT_TIMEOUT),
            **(more or {}),
        }
        made = [Parameter(name=name, type=type, value=value, fixed=True) for name, (type, value) in values.items()]
        made.append(Parameter(name="channel_server", type="Text", environment=SERVER, fixed=True))
        return tuple(sorted(made, key=lambda own: own.name))


def split(build: Build, graph: Graph, places: Places) -> tuple[Part, ...]:
    """The parts of a workflow, each before those that it sends values to."""

    def home(node: Node) -> str | None:
        function = node.function
        if function is not None and not function.standard:
            return places.names[function.module]
        return f"{node.kind} {node.id}" if node.kind in ("source", "literal", "sink") else None

    groups = _joined(graph, (*reply_paths(graph), *_whole_paths(graph), *_held_together(graph)))
    while True:
        parts = _with_branches(graph, stages(graph, home, groups), frozenset().union(*groups))
        more = _instances(graph, parts) or _rings(graph, parts)
        if not more:
            return cut(graph, parts, Channels(build, graph.name))
        groups = _joined(graph, (*groups, *more))


def _with_branches(graph: Graph, parts: Mapping[NodeId, str], held: Collection[NodeId]) -> dict[NodeId, str]:
    """The parts, with each ``&`` that leads to one part alone in that: a value then goes there once, and what comes of
    its branches keeps its order. Nodes that are ``held`` stay."""
    view, found = shape(graph), dict(parts)
    for node in reversed(view.order):
        if node.kind != "branch" or node.id in held:
            continue
        moved, ahead = [node.id], [edge.target for edge in view.after[node.id]]
        for id in ahead:
            if view.nodes[id].kind == "convert" and id not in held:
                moved.append(id)
                ahead += [edge.target for edge in view.after[id]]
        targets = {found[id] for id in ahead if id not in moved}
        if len(targets) == 1:
            found |= dict.fromkeys(moved, targets.pop())
    return found


def _whole_paths(graph: Graph) -> list[Group]:
    view = shape(graph)
    ends = [node.id for node in graph.nodes if node.kind == "sink" and is_standard(node, *WHOLE)]
    return [frozenset(reachable([end], view.before, forward=False)) for end in ends]


def is_standard(node: Node, *names: str) -> bool:
    """Whether a node calls a function of the standard library of one of these names."""
    return node.function is not None and node.function.standard and node.function.name in names


def _held_together(graph: Graph) -> list[Group]:
    """Rows of CSV whose first is a header: what makes them and what reads them in one process, in their order."""
    view = shape(graph)
    found: list[Group] = []
    for node in graph.nodes:
        if is_standard(node, "from_csv") and node.kind == "call":
            found.append(frozenset(reachable([node.id], view.before, forward=False)))
    return found


def _instances(graph: Graph, parts: Mapping[NodeId, str]) -> list[Group]:
    """Modules that keep something from one value to the next and are in several parts: an instance serves all uses."""
    found: list[Group] = []
    for reference in sorted({use.reference for use in graph.modules}):
        uses = [node for node in graph.nodes if node.function is not None and node.function.module == reference]
        stateful = any(node.function is not None and not node.function.stateless for node in uses)
        if stateful and len({parts[node.id] for node in uses}) > 1:
            found.append(frozenset(node.id for node in uses))
    return found


def _rings(graph: Graph, parts: Mapping[NodeId, str]) -> list[Group]:
    """Parts that would wait for each other."""
    ahead: dict[str, set[str]] = {}
    for edge in graph.edges:
        if parts[edge.source] != parts[edge.target]:
            ahead.setdefault(parts[edge.source], set()).add(parts[edge.target])
    for start in sorted(ahead):
        ring = {name for name in _reached(start, ahead) if start in _reached(name, ahead)}
        if ring:
            return [frozenset(id for id, name in parts.items() if name in {start, *ring})]
    return []


def _reached(start: str, ahead: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    stack = [start]
    while stack:
        for name in ahead.get(stack.pop(), ()):
            if name not in found:
                found.add(name)
                stack.append(name)
    return found


def _joined(graph: Graph, groups: Collection[Group]) -> tuple[Group, ...]:
    """Groups that share no node, each with all that lies between two of its own."""
    view = shape(graph)
    done: list[Group] = []
    left = list(groups)
    while left:
        group = left.pop()
        after, before = reachable(group, view.after), reachable(group, view.before, forward=False)
        whole = frozenset(group | (after & before))
        sharing = [other for other in done if other & whole]
        if sharing:
            done = [other for other in done if other not in sharing]
            left.append(whole.union(*sharing))
        else:
            done.append(whole)
    return tuple(sorted(done, key=min))
