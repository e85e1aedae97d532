"""Running flow graphs: built into a cache, started as a process of their own."""

import os
import shutil
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from signal import SIGHUP, SIGTERM
from typing import TYPE_CHECKING

from nscompiler.cli import exits, programs
from nscompiler.cli.child import run_python
from nscompiler.cli.failure import Failure
from nscompiler.cli.folders import RunCache, write_files
from nscompiler.flow.package import package_name
from nscompiler.pipeline import Compilation

if TYPE_CHECKING:
    from nscompiler.backends.base import Emitted
    from nscompiler.flow.model import Graph


def run(compilation: Compilation, path: str, graph: "Graph", arguments: Sequence[str] = ()) -> int:
    """Build one graph of a file and run it in the foreground; its exit code.

    ``arguments`` are for the program: ``-p name=value``, ``--log-format json``.
    """
    require(graph)
    emitted = programs.emitted(compilation, path, (graph,), default=graph.name)
    package = package_name(graph.module, (graph,))
    cache = RunCache(Path(programs.root_of(compilation)))
    folder = cache.place(f"{package}-{_identity(emitted)}", lambda new: write(emitted, new))
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    # -P: a file of the user's folder must not stand in the way of a module that the runtime imports.
    try:
        code = run_python(["-P", "-m", package, graph.name, *arguments], environment)
    except OSError as error:
        raise Failure(f"cannot start {sys.executable}: {error.strerror or error}") from None
    if code in _TOLD:
        return code
    # Nothing of ours ends so: the user's code, or something that it calls, ended the process under the runtime.
    how = f"signal {code - 128}" if code > 128 else f"exit code {code}"
    raise Failure(f"the process of {graph.name} ended with {how} before the workflow was done")


_TOLD = (exits.OK, exits.FAILED, exits.USAGE, exits.INTERRUPTED, exits.BROKEN_PIPE, 128 + SIGHUP, 128 + SIGTERM)


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
        digest.update(f"{copy.path}\0{os.path.abspath(copy.source)}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def require(graph: "Graph") -> None:
    """End the command if this interpreter lacks a package that the graph's modules require. Nothing is installed."""
    wanted = [requirement for use in graph.modules for requirement in use.requirements]
    if not wanted:
        return
    from nscompiler.tools.requirements import lacking

    lacks = lacking(wanted)
    if lacks:
        quoted = " ".join(f"'{lack.requirement}'" for lack in lacks)
        notes = [f"{lack.requirement}: {lack.found or 'nothing'} is installed" for lack in lacks]
        raise Failure(
            "packages that the modules require are missing", *notes, f"install them with: pip install {quoted}"
        )
