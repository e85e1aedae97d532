"""What a workflow asks for that containers cannot give, each with the place and what to do instead."""

import ipaddress
import re
from collections.abc import Iterator, Mapping

import attrs

from nscompiler.backends.base import Build, Unsupported
from nscompiler.backends.compose.parts import Places, is_standard, split
from nscompiler.backends.compose.services import alone_because, ports, reads_stdin, service_name
from nscompiler.backends.compose.waiting import circles
from nscompiler.emit.describe import label
from nscompiler.flow.model import Graph, Node, Origin, Placement

PATHS = ("path", "dead_letter")
_PROJECT = re.compile(r"(?:[a-z0-9][a-z0-9_-]*)?")
WIDTH = 80
"""Columns that a title may have."""
NUMBERS = ("channel_bytes", "channel_messages")


def unsupported(build: Build) -> tuple[Unsupported, ...]:
    """Everything of a build, in the order of the program."""
    found = tuple(_settings(build)) or (*_nodes(build), *_ports(build), *circles(build), *_placements(build))
    return tuple(attrs.evolve(lack, title=_cut(lack.title)) for lack in found)


def _cut(title: str) -> str:
    return title if len(title) <= WIDTH else title[: WIDTH - 1].rstrip() + "…"


def _nodes(build: Build) -> Iterator[Unsupported]:
    for graph in build.graphs:
        for node in graph.nodes:
            yield from _node(node, build.settings)


def _settings(build: Build) -> Iterator[Unsupported]:
    origin = build.graphs[0].origin
    if not _PROJECT.fullmatch(build.settings["project"]):
        yield Unsupported(
            title="the setting project is no name for Compose",
            remedy="small letters and digits, and - and _ behind the first: --set project=shop-orders",
            origin=origin,
        )
    if build.settings["stdin"].startswith(("/", "~")):
        yield Unsupported(
            title="the setting stdin names a file that is not on a volume",
            remedy="a relative path is one on the volume `work`",
            origin=origin,
        )
    for setting in NUMBERS:
        if not build.settings[setting].isdigit() or int(build.settings[setting]) < 1:
            yield Unsupported(
                title=f"the setting {setting} is no number from 1 on",
                remedy=f"as in: --set {setting}=1000",
                origin=origin,
            )


def _node(node: Node, settings: Mapping[str, str]) -> Iterator[Unsupported]:
    if reads_stdin(node) and not settings["stdin"]:
        yield _lack(
            node,
            f"{label(node)} has nobody to read from: a container has no standard input",
            "take requests (`Sources.http`), or name a file on the volume `work`: --set stdin=FILE",
        )
    for parameter in node.parameters if node.function is not None and node.function.standard else ():
        value, origin = parameter.value, parameter.origin or node.origin
        if parameter.name == "http_port" and parameter.environment is not None and settings["secrets"] == "file":
            yield Unsupported(
                title=f"{label(node)} has its port from a secret, which Compose does not read",
                remedy="write the number; HTTP_PORT_NUMBER publishes it under another one",
                origin=origin,
            )
        if not isinstance(value, str):
            continue
        if parameter.name == "http_host" and parameter.fixed and _is_here(value):
            yield Unsupported(
                title=f"{label(node)} listens on {value}, which is inside its container",
                remedy='leave http_host out, or say http_host = "0.0.0.0": the port is published from there',
                origin=origin,
            )
        elif parameter.name.endswith("_host") and parameter.name != "http_host" and _is_here(value):
            yield Unsupported(
                title=f"{label(node)} looks for its server on {value}, its own container",
                remedy=f'say where it is: {parameter.name} = $NAME, or "host.docker.internal" for this machine',
                origin=origin,
            )
        elif parameter.name in PATHS and value.startswith(("/", "~")) and not value.startswith("/dev/"):
            yield Unsupported(
                title=f"{label(node)} names the file {value}, which is not on a volume",
                remedy="a relative path is one on the volume `work`",
                origin=origin,
            )
    if node.policy.dead_letter is not None and node.policy.dead_letter.startswith(("/", "~")):
        yield _lack(node, "dead letters at an absolute path are not on a volume", "a relative path is")


def _lack(node: Node, title: str, remedy: str) -> Unsupported:
    return Unsupported(title=title, remedy=remedy, origin=node.origin)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ports(build: Build) -> Iterator[Unsupported]:
    """One port for two services."""
    places = Places.of(build)
    taken: dict[str, str] = {}
    for graph in build.graphs:
        for part in split(build, graph, places):
            own = service_name(graph, part)
            for port in ports(part):
                other = taken.setdefault(port, own)
                if other != own:
                    number = _port_of(_http(part.graph))
                    yield Unsupported(
                        title=f"port {number} is that of two services, {other} and {own}",
                        remedy="give each its own http_port, or build one workflow alone: nsc build PATH WORKFLOW",
                        origin=_http(part.graph).origin,
                    )


def _port_of(node: Node) -> str:
    port = next(own for own in node.parameters if own.name == "http_port")
    return f"${port.environment}" if port.environment is not None else str(port.value)


def _http(graph: Graph) -> Node:
    return next(node for node in graph.nodes if node.kind == "source" and is_standard(node, "http"))


def _first_use(build: Build, placement: Placement) -> Origin | None:
    nodes = (node for graph in build.graphs for node in graph.nodes if node.function is not None)
    return next((node.origin for node in nodes if node.function and node.function.module in placement.modules), None)


def _placements(build: Build) -> Iterator[Unsupported]:
    places = Places.of(build)
    for placement in build.placements:
        at = _first_use(build, placement)
        if at is None:
            continue
        if placement.runs_on is not None:
            yield Unsupported(
                title=f"the place {placement.name} is to run on {placement.runs_on}: Compose has one machine",
                remedy="leave `runs-on` out for this target",
                origin=at,
            )
        if not placement.replicas or placement.replicas == 1:
            continue
        for graph in build.graphs:
            for part in split(build, graph, places):
                own = {use.reference for use in part.graph.modules}
                why = alone_because(graph, part)
                if own & set(placement.modules) and why is not None:
                    yield Unsupported(
                        title=f"the place {placement.name} is to have {placement.replicas} replicas",
                        remedy=f"{service_name(graph, part)} can have one: {why}",
                        origin=at,
                    )
