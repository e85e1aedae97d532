"""``nsc docs``: the modules of a project as a static site."""

from pathlib import Path

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import path_option


@click.command("docs", short_help="Document modules as a static site.")
@click.argument("path", metavar="FILE|FOLDER", default=".")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to.")
@click.option("--title", default="Modules", show_default=True, help="What the site is called.")
@click.option("-s", "--standard", is_flag=True, help="Document the standard library as well.")
@path_option
def command(path: str, output: Path, title: str, standard: bool, search: tuple[str, ...]) -> int:
    """Document the modules at PATH (default: this folder) as a static site.

    A page for each module has its types, functions, parameters and workflows with their pictures. The site needs no
    server and no network. An older one in its place is replaced; a folder that holds anything else is left alone. A
    workflow that cannot be laid out has no picture; then the exit code is 1.
    """
    from nscompiler.cli import programs
    from nscompiler.cli.folders import replace_build, write_files
    from nscompiler.tools.site import MANIFEST, site

    compilation = programs.compiled(path, search)
    if not compilation.module_count:
        raise Failure(f"{path} has no module to document", "a module's file starts with `module Name:0.1.0`")
    found = [
        one for one in programs.startable(compilation) if one[1].name in compilation.checked[one[0]].interface.functions
    ]
    graphs, left_out = programs.lowered_as_far_as_possible(compilation, found)
    drawn = [file for file, workflow in found if workflow not in left_out]
    files = site(compilation, zip(drawn, graphs, strict=True), title=title, standard=standard)
    replace_build(output, lambda folder: write_files(folder, files), MANIFEST)
    click.echo(str(output / "index.html"))
    return exits.FAILED if left_out else exits.OK
