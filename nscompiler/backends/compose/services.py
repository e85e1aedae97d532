"""The services: what a part of a workflow needs around it to run in a container."""

from collections.abc import Iterable, Sequence

import attrs

from nscompiler.backends.base import Build
from nscompiler.backends.compose.images import image_of
from nscompiler.backends.compose.names import docker_name
from nscompiler.backends.compose.parts import CHANNELS, SERVER, Channels, Places, is_standard
from nscompiler.emit.describe import label, place
from nscompiler.flow.cut import Part
from nscompiler.flow.model import Graph, Node, Placement
from nscompiler.flow.shape import reachable, shape

ALIVE = "/tmp/alive"
RESTARTS = 5


@attrs.frozen(slots=True, kw_only=True)
class Service:
    """One service of the compose file. ``alone`` says why there can be no second one beside it, None where there can.

    ``about`` are the comment's lines; ``environment`` are variables that pass through, each with what needs it,
    ``secrets`` those that are files. ``after`` are the services that have to have ended before.
    """

    name: str
    part: Part
    image: str
    about: tuple[str, ...]
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    ports: tuple[str, ...]
    channels: bool
    restart: str
    alone: str | None
    limits: tuple[tuple[str, str], ...] = ()
    replicas: int | None = None
    after: tuple[str, ...] = ()


def service_of(build: Build, graph: Graph, part: Part, places: Places) -> Service:
    """The service of one part."""
    variables = tuple(name for name in part.graph.environment if name != SERVER)
    as_files = build.settings["secrets"] == "file"
    given = build.settings["stdin"] if any(map(reads_stdin, part.graph.nodes)) else ""
    placement = _placement(build, part)
    alone = alone_because(graph, part)
    return Service(
        name=service_name(graph, part),
        part=part,
        image=image_of(part, places),
        about=_about(part),
        command=(
            part.graph.name,
            *("--alive-file", ALIVE),
            *(("--environment-folder", "/run/secrets") if as_files else ()),
            *(("--stdin", given) if given else ()),
        ),
        environment=() if as_files else tuple((name, _need(part, name)) for name in variables),
        secrets=variables if as_files else (),
        ports=ports(part),
        channels=any(map(is_channel, part.graph.nodes)),
        restart=f"on-failure:{RESTARTS}" if part.graph.bounded else "unless-stopped",
        alone=alone,
        limits=_limits(placement),
        replicas=placement.replicas if placement is not None and alone is None else None,
    )


def service_name(graph: Graph, part: Part) -> str:
    """``iris-predict`` for the part ``predict`` of the workflow ``iris``."""
    return docker_name(f"{graph.name}-{part.name}")


def _need(part: Part, variable: str) -> str:
    """What Compose says where a variable is missing: what it is needed for. No brace nor dollar sign is in it."""
    for node in part.graph.nodes:
        for own in node.parameters:
            if own.environment == variable:
                return f"set {variable}: {label(node)} needs it for {own.name}"
    return f"set {variable}: a literal needs it"


def _about(part: Part) -> tuple[str, ...]:
    """What a part does, a line for each function, with its type and its place."""
    lines = []
    for node in shape(part.graph).order:
        if node.kind in ("source", "literal", "call", "sink") and not is_channel(node):
            lines.append(f"{label(node)} : {signature(part.graph, node)}  ({place(node.origin)})")
    return tuple(" ".join(line.split()) if len(line) < 100 else line[:99] + "…" for line in lines)


def signature(graph: Graph, node: Node) -> str:
    """The concrete type of a node, as people write it."""
    ends = (node.input, node.output)
    return " -> ".join("Void" if end is None else graph.types[end].shown for end in ends)


def reads_stdin(node: Node) -> bool:
    """Whether a node is a source at standard input."""
    if node.kind != "source" or node.function is None or not node.function.standard:
        return False
    paths = [own.value for own in node.parameters if own.name == "path"]
    return node.function.name == "stdin" or any(path in ("-", "/dev/stdin", "/dev/fd/0") for path in paths)


def is_channel(node: Node) -> bool:
    """Whether a node is an end of a channel."""
    return node.function is not None and node.function.module == CHANNELS


def alone_because(graph: Graph, part: Part) -> str | None:
    """Why a part cannot run several times side by side; None where that changes no answer."""
    own = [node for node in graph.nodes if node.id in part.nodes]
    why = next(filter(None, map(_keeps_something, own)), None)
    if why is not None or not all(node.policy.ordered for node in own if _is_users(node)):
        return why
    after = reachable(part.nodes, shape(graph).after) - set(part.nodes)
    for node in graph.nodes:
        if node.id in after and _is_users(node) and not (node.function and node.function.stateless):
            return (
                f"the order may matter to {label(node)}: ordered = false says that it does not ({place(node.origin)})"
            )
    return None


def _keeps_something(node: Node) -> str | None:
    """Why a node is alone whatever comes after it."""
    if node.kind in ("source", "literal", "sink"):
        return "it holds a sink" if node.kind == "sink" else "it holds a source"
    function = node.function
    if is_standard(node, "to_csv", "from_csv"):
        return f"{label(node)} keeps a header for all rows"
    if function is None or function.standard:
        return None
    if not function.stateless and not function.coroutine:
        return f"{function.name} is neither @stateless nor async ({place(node.origin)})"
    if node.policy.ordered and any(name == "ordered" for name, _ in node.policy.fixed):
        return f"{function.name} is to keep the order ({place(node.origin)})"
    return None


def _is_users(node: Node) -> bool:
    return node.kind in ("call", "sink") and node.function is not None and not node.function.standard


def ports(part: Part) -> tuple[str, ...]:
    """The ports that HTTP sources listen on, published under the same number unless a variable says another."""
    found: dict[str, None] = {}
    for node in part.graph.nodes:
        if node.kind == "source" and is_standard(node, "http"):
            port = next(own for own in node.parameters if own.name == "http_port")
            if port.environment is not None:
                given = f"${{{port.environment}:?is the port of {label(node)}}}"
                found[f"{given}:{given}"] = None
            else:
                found[f"${{HTTP_PORT_{port.value}:-{port.value}}}:{port.value}"] = None
    return tuple(found)


def _placement(build: Build, part: Part) -> Placement | None:
    own = {use.reference for use in part.graph.modules}
    found = [placement for placement in build.placements if own & set(placement.modules)]
    if len(found) < 2:
        return found[0] if found else None
    # Several share a service, which gets what they would have together.
    return Placement(
        name="",
        memory=_sum(placement.memory for placement in found),
        cpus=_sum(placement.cpus for placement in found),
    )


def _sum(values: Iterable[int | float | None]) -> int | None:
    held = list(values)
    return None if None in held else sum(held)  # type: ignore[arg-type]


def _limits(placement: Placement | None) -> tuple[tuple[str, str], ...]:
    if placement is None:
        return ()
    found = []
    if placement.cpus is not None:
        found.append(("cpus", f"{placement.cpus:g}"))
    if placement.memory is not None:
        found.append(("memory", f"{placement.memory // (1 << 20)}m"))
    return tuple(found)


def channels_of(build: Build, parts: Sequence[tuple[Graph, Part]]) -> tuple[str, ...]:
    """The channels of each workflow that has any, with commas between them."""
    found: dict[str, list[str]] = {}
    for graph, part in parts:
        own = Channels(build, graph.name)
        found.setdefault(graph.name, []).extend(own.channel(crossing) for crossing in part.writes)
    return tuple(",".join(names) for names in found.values() if names)
