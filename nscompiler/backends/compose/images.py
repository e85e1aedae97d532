"""The images: one for each placement of modules, one for what has none; each a Dockerfile and its requirements."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping

import attrs

from nscompiler.backends.base import Build, Copy, Emitted
from nscompiler.backends.compose.names import docker_name
from nscompiler.backends.compose.parts import Places
from nscompiler.emit.describe import module_name
from nscompiler.flow.cut import Part
from nscompiler.flow.model import MAIN, Framework, ModuleUse, Process

PLAIN = "runtime"
"""The image of parts without Python modules."""


@attrs.frozen(slots=True, kw_only=True)
class Environment:
    """A Python environment in an image: ``folder`` is where, ``requirements`` the lines for pip, ``variable`` what
    tells the runtime of it (None for the image's own)."""

    name: str
    folder: str
    requirements: tuple[str, ...]
    variable: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Base:
    """The image of a framework: what modules that name it as their parent begin with. ``stage`` is its name."""

    stage: str
    framework: Framework


@attrs.frozen(slots=True, kw_only=True)
class Image:
    """One image. ``folders`` are those of its modules below ``user/``, ``packages`` Debian's, ``commands`` run last;
    ``runtime`` is what pip installs before all else. ``frameworks`` are the images that it begins with, one on the
    other."""

    name: str
    modules: tuple[ModuleUse, ...]
    environments: tuple[Environment, ...]
    packages: tuple[str, ...]
    commands: tuple[str, ...]
    runtime: str
    frameworks: tuple[Base, ...] = ()
    tag: str = ""

    @property
    def shown(self) -> str:
        """Its modules, for people."""
        return ", ".join(module_name(use.reference) for use in self.modules) or "no module: sources and sinks"

    @property
    def folders(self) -> tuple[str, ...]:
        """As ``emit_package`` calls them."""
        return tuple(re.sub("[/:]", "-", use.reference) for use in self.modules)


def images_of(build: Build, parts: Iterable[Part], places: Places, runtime: str) -> dict[str, Image]:
    """The images that parts need, by name."""
    found: dict[str, dict[str, ModuleUse]] = {}
    inside: dict[str, set[str]] = {}
    processes: dict[str, Process] = {}
    for part in parts:
        name = image_of(part, places)
        inside[name] = {places.names[use.reference] for use in part.graph.modules}
        held = found.setdefault(name, {})
        held.update({use.reference: use for use in part.graph.modules})
        processes.update({process.name: process for process in part.graph.processes})
    whole = {use.reference: use for graph in build.graphs for use in graph.modules}
    made: dict[str, Image] = {}
    for name in sorted(found):
        # An image holds all modules of its placements, whether this or that part needs them.
        sharing = {reference for reference in whole if places.names[reference] in inside[name]}
        uses = tuple(whole[reference] for reference in sorted(sharing | set(found[name])))
        made[name] = _image(name, uses, processes.values(), runtime)
    return made


def image_of(part: Part, places: Places) -> str:
    """The name of the image that a part runs in."""
    return "_".join(sorted({places.names[use.reference] for use in part.graph.modules})) or PLAIN


def _image(name: str, uses: tuple[ModuleUse, ...], processes: Iterable[Process], runtime: str) -> Image:
    references = {use.reference for use in uses}
    apart = {reference for process in processes if process.name != MAIN for reference in process.modules}
    environments = [Environment(name=MAIN, folder="/opt/venv", requirements=_lines(uses, references - apart))]
    for process in sorted(processes, key=lambda own: own.name):
        own = references & set(process.modules)
        if process.name != MAIN and own:
            environments.append(
                Environment(
                    name=process.name,
                    folder=f"/opt/venv-{process.name}",
                    requirements=_lines(uses, own, own=False),
                    variable=process.variable,
                )
            )
    bases = _bases(uses)
    return Image(
        name=name,
        modules=uses,
        environments=tuple(environments),
        packages=tuple(sorted({own for use in uses for own in use.packages} - _all(bases, "packages"))),
        commands=tuple(
            dict.fromkeys(own for use in uses for own in use.commands if own not in _all(bases, "commands"))
        ),
        runtime=runtime,
        frameworks=bases,
    )


def _bases(uses: Iterable[ModuleUse]) -> tuple[Base, ...]:
    """The frameworks of all modules, each once and after its own."""
    found = {own.reference: own for use in uses for own in use.frameworks}
    names = (docker_name(reference) for reference in found)
    return tuple(Base(stage=name, framework=own) for name, own in zip(names, found.values(), strict=True))


def _all(bases: Iterable[Base], what: str) -> set[str]:
    return {own for base in bases for own in getattr(base.framework, what)}


def _lines(uses: tuple[ModuleUse, ...], references: Collection[str], *, own: bool = True) -> tuple[str, ...]:
    """The requirements of some modules. Those of frameworks are there already in the image's ``own`` environment."""
    before = _all(_bases(uses), "requirements") if own else set()
    return tuple(sorted({line for use in uses if use.reference in references for line in use.requirements} - before))


def runtime_requirement(build: Build, emitted: Emitted) -> str:
    """What pip installs of the runtime: its wheel with the extras that the connectors need."""
    lines = dict(emitted.files)["requirements.txt"]
    assert isinstance(lines, str)
    return lines.splitlines()[0] if build.runtime is not None else f"nstack-runtime=={build.compiler}"


def tagged(image: Image, dockerfile: str, files: Mapping[str, str | bytes], copies: Iterable[Copy]) -> Image:
    """The image with its tag, which changes with everything that is in it. What is copied from disk is known by its
    modules' hashes."""
    digest = hashlib.sha256(dockerfile.encode())
    for path, content in sorted(files.items()):
        digest.update(f"\0{path}\0".encode())
        digest.update(content.encode() if isinstance(content, str) else content)
    for use in image.modules:
        digest.update(f"\0{use.reference}\0{use.content_hash}".encode())
    for path in sorted(
        copy.path for copy in copies if any(f"/user/{folder}/" in copy.path for folder in image.folders)
    ):
        digest.update(f"\0{path}".encode())
    return attrs.evolve(image, tag=digest.hexdigest()[:12])
