"""``nsc fmt``: programs in the one canonical layout."""

import click

from nscompiler.cli.formatting import CHECK, DIFF, STANDARD_INPUT, WRITE, format_input, format_paths
from nscompiler.cli.options import color_option


@click.command("fmt", short_help="Bring files into the one layout.")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--check", is_flag=True, help="Change nothing: list the files that would change; exit with 1 if any.")
@click.option("--diff", is_flag=True, help="Change nothing: show what would change; exit with 1 if anything.")
@click.option("--stdin-filename", metavar="FILE", default="<stdin>", help="What messages call standard input.")
@color_option
@click.option("-q", "--quiet", is_flag=True, help="No closing line.")
def command(paths: tuple[str, ...], check: bool, diff: bool, stdin_filename: str, color: str, quiet: bool) -> int:
    """Lay out files, and all .nml files below folders (default: this folder).

    `-` takes standard input to standard output. A file with syntax errors is left alone.
    """
    action = DIFF if diff else CHECK if check else WRITE
    if STANDARD_INPUT not in paths:
        return format_paths(paths or (".",), action, color=color, quiet=quiet)
    if len(paths) > 1:
        raise click.UsageError("`-` stands alone: standard input goes to standard output, files are changed in place")
    return format_input(stdin_filename, action, color=color)
