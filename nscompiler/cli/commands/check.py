"""``nsc check``: the problems of files and folders."""

import click

from nscompiler.cli.options import color_option, path_option
from nscompiler.cli.report import FORMATS, check_paths


@click.command("check")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form.")
@color_option
@click.option("-q", "--quiet", is_flag=True, help="No closing line.")
@path_option
def command(paths: tuple[str, ...], form: str, color: str, quiet: bool, search: tuple[str, ...]) -> int:
    """Check files, module folders, folder trees or projects (default: this folder).

    Diagnostics go to standard output. The exit code is 1 if one of them is an error.
    """
    return check_paths(paths, search=search, form=form, color=color, quiet=quiet)
