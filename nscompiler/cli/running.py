"""Running flow graphs: built into a cache, started as a process of their own."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from signal import SIGHUP, SIGTERM
from typing import TYPE_CHECKING

import attrs

from nscompiler.cli import exits, programs
from nscompiler.cli.child import run_python
from nscompiler.cli.failure import Failure
from nscompiler.cli.folders import RunCache, write_files
from nscompiler.flow.package import package_name
from nscompiler.pipeline.compilation import Compilation

if TYPE_CHECKING:
    from nscompiler.backends.base import Emitted, Wheel
    from nscompiler.flow.model import Graph, ModuleUse
    from nscompiler.tools.requirements import Lacking

RUNTIME = "nstack-runtime"
"""The distribution that a process of an emitted program needs."""

ORIGIN = ".origin"
"""What the runtime looks for after the name of a copied module's folder: the folder that it was copied from."""


@attrs.frozen(slots=True)
class Start:
    """How the process of a built program is started: the arguments of this interpreter, and the environment."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@attrs.frozen(slots=True)
class Watch:
    """How a run is watched: drawn while it goes on (``live``; None: where there is a terminal for it), at the end with
    a table of where its time went (``profile``)."""

    live: bool | None = None
    profile: bool = False
    color: str = "auto"


UNWATCHED = Watch(live=False)


def run(
    compilation: Compilation,
    path: str,
    graph: "Graph",
    arguments: Sequence[str] = (),
    *,
    at_once: bool = False,
    watch: Watch = UNWATCHED,
) -> int:
    """Build one graph of a file and run it in the foreground; its exit code.

    ``arguments`` are for the program: ``-p name=value``, ``--log-format json``. An interrupt stops it ``at_once``, or
    else in order.
    """
    with built(compilation, path, graph, arguments) as start:
        try:
            code = _run(start, at_once, watch)
        except OSError as error:
            raise Failure(f"cannot start {sys.executable}: {error.strerror or error}") from None
    return told(code, graph.name)


def _run(start: Start, at_once: bool, watch: Watch) -> int:
    live = _can_draw() if watch.live is None else watch.live
    if not live and not watch.profile:
        return run_python(start.arguments, start.environment, at_once=at_once)
    from nscompiler.cli.live.watching import run_watched

    return run_watched(
        start.arguments, start.environment, at_once=at_once, live=live, profile=watch.profile, color=watch.color
    )


def _can_draw() -> bool:
    """Whether a run is drawn where nothing was chosen: on a terminal that can."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


@contextmanager
def built(compilation: Compilation, path: str, graph: "Graph", arguments: Sequence[str] = ()) -> Iterator[Start]:
    """Build one graph of a file into the cache, where it stays while it is in use. Problems end the command."""
    graph = in_own_environments(graph)
    pythons = own_pythons(graph)
    require(graph, pythons)
    # Who has to make an environment for a process needs the wheel for it.
    emitted = programs.emitted(compilation, path, (graph,), default=graph.name, runtime=wheel() if pythons else None)
    assert emitted is not None
    package = package_name(graph.module, (graph,))
    with RunCache(Path(programs.root_of(compilation))) as cache:
        folder = cache.place(f"{package}-{_identity(emitted)}", lambda new: _write_here(emitted, graph, new))
        paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        # -P: a file of the user's folder must not stand in the way of a module that the runtime imports.
        yield Start(("-P", "-m", package, graph.name, *arguments), environment)


def told(code: int, name: str) -> int:
    """The exit code of a program that has told itself how it ended. Raises Failure for one that has not."""
    if code in _TOLD:
        return code
    # Nothing of ours ends so: the user's code, or something that it calls, ended the process under the runtime.
    how = f"signal {code - 128}" if code > 128 else f"exit code {code}"
    raise Failure(f"the process of {name} ended with {how} before the workflow was done")


_TOLD = (exits.OK, exits.FAILED, exits.USAGE, exits.INTERRUPTED, exits.BROKEN_PIPE, 128 + SIGHUP, 128 + SIGTERM)


def _write_here(emitted: "Emitted", graph: "Graph", folder: Path) -> None:
    """Write what runs on this machine: beside each module's copy its folder, which tracebacks then name. Raises
    OSError."""
    write(emitted, folder)
    copies = {copy.source: copy.path for copy in emitted.copies}
    for use in graph.modules:
        copied = copies.get(os.path.join(use.folder.rstrip("/"), use.service))
        if copied is not None:
            place = folder / (copied.removesuffix(f"/{use.service}") + ORIGIN)
            place.write_text(os.path.abspath(use.folder), encoding="utf-8", errors="surrogateescape")


def write(emitted: "Emitted", folder: Path) -> None:
    """Write what a target emitted into a folder. Raises OSError."""
    write_files(folder, dict(emitted.files))
    for copy in emitted.copies:
        target = folder / copy.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy.source, target)


def _identity(emitted: "Emitted") -> str:
    """What a cached build is found by: its texts, and size and time of the files that are copied."""
    digest = sha256()
    for path, content in emitted.files:
        held = content.encode() if isinstance(content, str) else content
        digest.update(f"{path}\0{len(held)}\0".encode() + held)
    for copy in emitted.copies:
        status = os.stat(copy.source)
        place = f"{copy.path}\0{os.path.abspath(copy.source)}\0"
        digest.update(os.fsencode(place) + f"{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def wheel() -> "Wheel":
    """The runtime's wheel, for what runs elsewhere. Ends the command where the runtime is not installed."""
    from nscompiler.backends.base import Wheel
    from nscompiler.tools.runtime_wheel import RuntimeMissing, runtime_wheel

    try:
        made = runtime_wheel()
    except RuntimeMissing as error:
        raise Failure(str(error)) from None
    return Wheel(name=made.name, content=made.content, extras=made.extras)


def in_own_environments(graph: "Graph") -> "Graph":
    """The graph with those modules in processes of their own that have an environment in their folder and require what
    this interpreter lacks."""
    together = [use for use in graph.modules if use.reference in graph.processes[0].modules and use.requirements]
    having = [use for use in together if os.path.exists(_own_python(use))]
    if not having:
        return graph
    from nscompiler.flow.passes.place import separate
    from nscompiler.tools.requirements import lacking

    return separate(graph, [use.reference for use in having if lacking(use.requirements)])


def _own_python(use: "ModuleUse") -> str:
    return os.path.join(os.path.abspath(use.folder), ".venv", "bin", "python")


def own_pythons(graph: "Graph") -> dict[str, str]:
    """The Python of each process other than the workflow's, by the variable that may name it; else it is that of the
    environment in the module's own folder."""
    modules = {use.reference: use for use in graph.modules}
    return {
        process.variable: os.environ.get(process.variable) or _own_python(modules[process.modules[0]])
        for process in graph.processes[1:]
    }


def require(graph: "Graph", pythons: Mapping[str, str]) -> None:
    """End the command if an interpreter lacks a package that the modules which it runs require. Nothing is installed.

    One that is missing, or has no runtime, is told of at the start, with everything that it needs.
    """
    required = {use.reference: use.requirements for use in graph.modules}
    if not any(required.values()):
        return
    from nscompiler.tools.requirements import installed_in, lacking, name_of

    main, *apart = graph.processes
    _refuse(lacking(line for reference in main.modules for line in required[reference]), "the modules require", "pip")
    for process in apart:
        reference = process.modules[0]
        python = shutil.which(pythons[process.variable])
        names = [name for line in required[reference] if (name := name_of(line)) is not None]
        installed = None if python is None else installed_in(python, (*names, RUNTIME))
        if python is not None and installed is not None and RUNTIME in installed:
            pip = f"{shlex.quote(python)} -m pip"
            _refuse(lacking(required[reference], installed), f"{reference} requires", pip)


def _refuse(lacks: "Sequence[Lacking]", required: str, pip: str) -> None:
    if lacks:
        quoted = " ".join(f"'{lack.requirement}'" for lack in lacks)
        notes = [f"{lack.requirement}: {lack.found or 'nothing'} is installed" for lack in lacks]
        raise Failure(f"packages that {required} are missing", *notes, f"install them with: {pip} install {quoted}")
