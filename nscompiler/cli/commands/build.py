"""``nsc build``: workflows as files that run without the compiler."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import path_option

if TYPE_CHECKING:
    from nscompiler.pipeline import Compilation


@click.command("build")
@click.argument("path", metavar="FILE|FOLDER")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to; build/NAME by default.")
@click.option("--target", default="local", show_default=True, help="What to build for.")
@click.option("--lock", is_flag=True, help="Start an nstack.lock of the releases that were built.")
@path_option
def command(path: str, output: Path | None, target: str, lock: bool, search: tuple[str, ...]) -> int:
    """Build all workflows of a file, module folder or project.

    Each file with workflows becomes one package. An older build in its place is replaced; a folder that holds anything
    else is left alone. Where a folder has several such files, each package goes into a folder of its own below DIR.
    Where there is an nstack.lock, the releases that were built are noted in it: they may not change any more.
    """
    from nscompiler.cli import programs
    from nscompiler.cli.folders import replace_build
    from nscompiler.cli.report import report_problems
    from nscompiler.cli.running import wheel, write
    from nscompiler.flow.package import package_name

    compilation = programs.compiled(path, search)
    by_file = programs.to_build(compilation)
    if not by_file:
        raise Failure(f"{path} has no workflow to build", "a workflow is a def from a source to a sink, `Void -> Void`")
    runtime = wheel()
    for file, workflows in by_file.items():
        graphs = programs.lowered(compilation, workflows)
        default = graphs[0].name if len(graphs) == 1 else None
        emitted = programs.emitted(compilation, file, graphs, target, default=default, runtime=runtime)
        folder = _folder(output, package_name(graphs[0].module, graphs), len(by_file) > 1)
        replace_build(folder, lambda new, emitted=emitted: write(emitted, new))  # type: ignore[misc]
        click.echo(str(folder))
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


def _folder(output: Path | None, package: str, several: bool) -> Path:
    if output is None:
        return Path("build") / package
    return output / package if several else output
