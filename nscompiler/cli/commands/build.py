"""``nsc build``: workflows as files that run without the compiler."""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.folders import MARKER
from nscompiler.cli.options import path_option
from nscompiler.version import __version__

if TYPE_CHECKING:
    from nscompiler.backends.base import Backend, Emitted
    from nscompiler.flow.model import Graph
    from nscompiler.pipeline.compilation import Compilation


_SECRET = re.compile("password|secret|token", re.IGNORECASE)
"""Names of parameters whose values are shown nowhere."""


@click.command("build")
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflows", nargs=-1, metavar="[WORKFLOW]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to; build/NAME by default.")
@click.option("--target", default="local", show_default=True, help="What to build for; `all` for each that runs.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting of the target, or a parameter.")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Bind a parameter of the workflows.")
@click.option("--lock", is_flag=True, help="Start an nstack.lock of the releases that were built.")
@path_option
def command(
    path: str,
    workflows: tuple[str, ...],
    output: Path | None,
    target: str,
    given: tuple[str, ...],
    parameters: tuple[str, ...],
    lock: bool,
    search: tuple[str, ...],
) -> int:
    """Build the workflows of a file, folder or project.

    All of them are built, or those that are named. Each file with workflows becomes one package. An older build in its
    place is replaced; a folder that holds anything else is left alone. Where a folder has several such files, each
    package goes into a folder of its own below DIR. With `--target all` there is a folder below DIR for each target;
    one that cannot run a workflow is told of and left out. Where there is an nstack.lock, the releases that were built
    are noted in it: they may not change any more.

    --set chooses a setting of the target, which `nsc targets` lists, or binds a parameter of the workflows as -p does:
    what is built then has that as its default. '$NAME' stands for a variable that is read when the workflow starts.
    """
    from nscompiler.cli import programs, targets
    from nscompiler.cli.report import report_problems

    chosen = tuple(targets.wanted(target))
    settings, bound = targets.settings(targets.pairs("--set", given), chosen)
    bound |= targets.pairs("-p", parameters)
    compilation = programs.compiled(path, search)
    by_file = programs.to_build(compilation, path, workflows)
    if not by_file:
        raise Failure(f"{path} has no workflow to build", "a workflow is a def from a source to a sink, `Void -> Void`")
    lowered = {file: programs.lowered(compilation, own) for file, own in by_file.items()}
    lowered = targets.bound(lowered, bound, chosen)
    wish = _Wish(workflows=workflows, settings=settings, bound=bound, output=output, all=target == targets.ALL)
    for backend in chosen:
        _build(compilation, lowered, backend, wish)
    _note_releases(compilation, start=lock)
    if compilation.problems:
        report_problems(compilation, compilation.problems, sys.stderr)
    return exits.OK


def _note_releases(compilation: "Compilation", *, start: bool) -> None:
    """Write the releases that were built into the lock of their project, where there is one or one is to be started."""
    from nscompiler.modules.lock import Lock, lock_text
    from nscompiler.modules.tree import LOCK_FILE

    for given in compilation.discovery.given:
        before = compilation.discovery.locks.get(given.root, Lock() if start else None)
        if before is None:
            continue
        path = Path(given.root) / LOCK_FILE
        text = lock_text(before.with_releases(compilation.releases(given.targets)))
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Failure(f"cannot write {path}: {error.strerror or error}") from None


@attrs.frozen(slots=True, kw_only=True)
class _Wish:
    """What is to be built: ``workflows`` that were named, ``settings`` of targets, ``bound`` parameters; where to, and
    whether for each target that can (``all``)."""

    workflows: tuple[str, ...]
    settings: Mapping[str, str]
    bound: Mapping[str, str]
    output: Path | None
    all: bool


def _build(compilation: "Compilation", lowered: "Mapping[str, list[Graph]]", backend: "Backend", wish: _Wish) -> None:
    """Build all files for one target. Where it is one of several, that it refuses does not end the command."""
    from nscompiler.cli import programs, targets
    from nscompiler.cli.folders import replace_build
    from nscompiler.cli.running import wheel, write
    from nscompiler.flow.package import package_name

    own = targets.own(backend, wish.settings)
    for file, graphs in lowered.items():
        package = package_name(graphs[0].module, graphs)
        emitted = programs.emitted(
            compilation,
            file,
            graphs,
            backend.name,
            default=graphs[0].name if len(graphs) == 1 else None,
            runtime=wheel(),
            settings=own,
            command=_command(file, backend.name, {**own, **wish.bound}, graphs if wish.workflows else ()),
            lenient=wish.all,
        )
        if emitted is None:
            continue
        folder = _folder(wish, package, backend.name, several=len(lowered) > 1)
        marked = _with_manifest(emitted, package, backend.name)
        replace_build(folder, lambda new, marked=marked: write(marked, new))  # type: ignore[misc]
        click.echo(str(folder))


def _command(file: str, target: str, settings: Mapping[str, str], named: "Sequence[Graph]") -> str:
    """What repeats the build, for who reads what was built; the file by its name alone, for a path may be of this
    machine."""
    shown = file if not os.path.isabs(file) else os.path.basename(file)
    words = ["nsc", "build", shown, *(graph.name for graph in named)]
    words += ["--target", target] if target != "local" else []
    for name, value in settings.items():
        words += ["--set", f"{name}={value}" if not _SECRET.search(name) or value.startswith("$") else f"{name}=…"]
    return shlex.join(words)


def _with_manifest(emitted: "Emitted", package: str, target: str) -> "Emitted":
    """What was emitted with the file that tells a build from other folders, for a target that has none of its own."""
    if any(path == MARKER for path, _ in emitted.files):
        return emitted
    content = {"manifest_version": 1, "compiler": __version__, "target": target, "package": package}
    manifest = json.dumps(content, indent=2) + "\n"
    return attrs.evolve(emitted, files=(*emitted.files, (MARKER, manifest)))


def _folder(wish: _Wish, package: str, target: str, *, several: bool) -> Path:
    """Where a build goes: ``build/NAME`` or ``build/NAME-TARGET`` where nothing is said."""
    if wish.output is None:
        return Path("build") / (package if target == "local" else f"{package}-{target}")
    output = wish.output / target if wish.all else wish.output
    return output / package if several else output
