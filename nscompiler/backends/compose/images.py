"""The images: one for each placement of modules, one for what has none; each a Dockerfile and its requirements."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping

import attrs

from nscompiler.backends.base import Build, Copy, Emitted
from nscompiler.backends.compose.parts import Places
from nscompiler.emit.describe import module_name
from nscompiler.flow.cut import Part
from nscompiler.flow.model import MAIN, ModuleUse, Process

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

    @property
    def hashed(self) -> bool:
        """Whether every requirement is locked to the hashes of its files."""
        return bool(self.requirements) and all("--hash=" in line for line in self.requirements)


@attrs.frozen(slots=True, kw_only=True)
class Image:
    """One image. ``folders`` are those of its modules below ``user/``, ``packages`` Debian's, ``commands`` run last;
    ``runtime`` is what pip installs before all else."""

    name: str
    modules: tuple[ModuleUse, ...]
    environments: tuple[Environment, ...]
    packages: tuple[str, ...]
    commands: tuple[str, ...]
    runtime: str
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
                    requirements=_lines(uses, own),
                    variable=process.variable,
                )
            )
    return Image(
        name=name,
        modules=uses,
        environments=tuple(environments),
        packages=tuple(sorted({package for use in uses for package in use.packages})),
        commands=tuple(dict.fromkeys(command for use in uses for command in use.commands)),
        runtime=runtime,
    )


def _lines(uses: Iterable[ModuleUse], references: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({line for use in uses if use.reference in references for line in use.requirements}))


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
