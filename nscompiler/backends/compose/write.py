"""The files of a build for Compose."""

import json
import textwrap
from collections.abc import Iterable
from functools import cache
from typing import Any

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined

from nscompiler.backends.base import Build, Emitted
from nscompiler.backends.compose.images import PLAIN, Image, images_of, runtime_requirement, tagged
from nscompiler.backends.compose.names import docker_name
from nscompiler.backends.compose.parts import SERVER, Places, split
from nscompiler.backends.compose.services import Service, channels_of, service_of
from nscompiler.backends.compose.waiting import waiting
from nscompiler.emit import emit_package
from nscompiler.flow.cut import Part
from nscompiler.flow.model import Graph, Node

WIDTH = 100
START = ("docker", "compose", "up")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("nscompiler.backends.compose"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters |= {"q": quoted, "flow": flow, "json": quoted, "hashed": hashed, "folded": _wrapped}
    return made


def quoted(text: str) -> str:
    """A text in double quotes, as YAML, JSON and Docker have it."""
    return json.dumps(text, ensure_ascii=False)


def flow(value: Any) -> str:
    """A list or pairs on one line."""
    if value and isinstance(value[0], tuple):
        return "{" + ", ".join(f"{name}: {quoted(own)}" for name, own in value) + "}"
    return "[" + ", ".join(map(quoted, value)) + "]"


def hashed(lines: Iterable[str]) -> bool:
    """Whether every requirement is locked to the hashes of its files."""
    return all("--hash=" in line for line in lines)


def _fill(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values).rstrip("\n") + "\n"


def write(build: Build) -> Emitted:
    """All files; the package's own among them."""
    places = Places.of(build)
    parts = [(graph, part) for graph in build.graphs for part in split(build, _reachable(graph), places)]
    package = emit_package(attrs.evolve(build, graphs=tuple(part.graph for _, part in parts), default=None))
    files = {path: content for path, content in package.files if not path.startswith("requirements")}
    images = _images(build, parts, places, package, files)
    services = waiting(build, parts, _told_apart(service_of(build, graph, part, places) for graph, part in parts))
    channels = channels_of(build, parts)
    files["compose.yaml"] = _compose(build, services, images, channels)
    files[".dockerignore"] = "*\n!images\n!runtime\n!" + build.package + "\n**/__pycache__\n"
    if channels:
        files["nats.conf"] = _fill("nats.conf.j2")
    return Emitted(files=tuple(sorted(files.items())), copies=package.copies, origins=package.origins, start=START)


def _told_apart(services: Iterable[Service]) -> tuple[Service, ...]:
    """Services with a number each where names are one in small letters."""
    found: dict[str, Service] = {}
    for service in services:
        name, count = service.name, 1
        while name in found:
            count += 1
            name = f"{service.name}-{count}"
        found[name] = attrs.evolve(service, name=name)
    return tuple(found.values())


def _reachable(graph: Graph) -> Graph:
    """HTTP sources listen for others than their own container."""

    def listening(node: Node) -> Node:
        parameters = tuple(
            attrs.evolve(own, value="0.0.0.0") if own.name == "http_host" and not own.fixed else own
            for own in node.parameters
        )
        return attrs.evolve(node, parameters=parameters) if node.kind == "source" else node

    return attrs.evolve(graph, nodes=tuple(map(listening, graph.nodes)))


def _images(
    build: Build, parts: list[tuple[Graph, Part]], places: Places, package: Emitted, files: dict[str, str | bytes]
) -> dict[str, Image]:
    """The images with their tags; puts their files among the others."""
    runtime = runtime_requirement(build, package)
    wheel = f"./runtime/{build.runtime.name}" if build.runtime is not None else f"nstack-runtime=={build.compiler}"
    common = {path: content for path, content in files.items() if path.startswith(("runtime/", f"{build.package}/"))}
    made: dict[str, Image] = {}
    for name, image in images_of(build, (part for _, part in parts), places, runtime).items():
        own: dict[str, str | bytes] = {}
        for environment in image.environments:
            if environment.requirements:
                own[f"images/{name}/{environment.name}.txt"] = "".join(f"{line}\n" for line in environment.requirements)
        for base in image.frameworks:
            if base.framework.requirements:
                lines = "".join(f"{line}\n" for line in base.framework.requirements)
                own[f"images/{name}/{base.stage}.txt"] = lines
        dockerfile = _fill(
            "Dockerfile.j2",
            image=image,
            package=build.package,
            folder=f"images/{name}",
            wheel=wheel,
            folders=[f"{build.package}/user/{folder}" for folder in image.folders],
            title=f"{build.module} {name}",
        )
        made[name] = tagged(image, dockerfile, {**common, **own}, package.copies)
        files.update(own)
        files[f"images/{name}/Dockerfile"] = dockerfile
    return made


def _compose(build: Build, services: tuple[Service, ...], images: dict[str, Image], channels: tuple[str, ...]) -> str:
    project = project_name(build)
    plain = PLAIN if PLAIN in images else sorted(images)[0]
    return _fill(
        "compose.yaml.j2",
        header=_header(build, services),
        project=project,
        server=SERVER,
        channels=channels,
        runs_channels=plain,
        services=services,
        secrets=sorted({name for service in services for name in service.secrets}),
        images={
            name: {
                "reference": f"${{REGISTRY:-}}{project}-{name}:{image.tag}",
                "dockerfile": f"images/{name}/Dockerfile",
            }
            for name, image in images.items()
        },
    )


def project_name(build: Build) -> str:
    """What Compose calls the whole: small letters, digits, ``-`` and ``_``."""
    return build.settings["project"] or docker_name(build.package)


def _header(build: Build, services: tuple[Service, ...]) -> list[str]:
    names = ", ".join(dict.fromkeys(service.part.graph.name.partition(".")[0] for service in services))
    lines = [
        f"{build.module} for Docker Compose, workflows: {names}.",
        *_wrapped(f"Written by `{build.command}`: build again instead of changing it."),
    ]
    if build.doc:
        lines += ["", *_wrapped(build.doc.strip().split("\n\n")[0])]
    crossings = [(service, own) for service in services for own in service.part.writes]
    if crossings:
        lines += ["", "What goes from one service to another:"]
        lines += [
            f"  {service.name} -> {_reader(services, service, own.reader)} : {own.shown}"[:WIDTH]
            for service, own in crossings
        ]
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _reader(services: tuple[Service, ...], writer: Service, part: str) -> str:
    workflow = writer.part.graph.name.partition(".")[0]
    return next(
        own.name for own in services if own.part.name == part and own.part.graph.name.partition(".")[0] == workflow
    )
