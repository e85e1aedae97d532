"""``nsc notebook``: imports and one expression, given as text, run."""

import sys

import click

from nscompiler.cli.commands.run import program_arguments
from nscompiler.cli.options import parameter_option, path_option

CELL = "notebook.nml"


@click.command("notebook", short_help="Run a program given as text: imports and one expression.")
@click.argument("text", required=False)
@parameter_option
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How the program writes its log.")
@path_option
def command(text: str | None, parameters: tuple[str, ...], log_format: str | None, search: tuple[str, ...]) -> int:
    """Run a program given as TEXT, or on standard input: imports and one expression.

    Imports are looked for as if the program were a file of this folder.
    """
    from nscompiler.cli import programs, running
    from nscompiler.files import DiskFiles, MemoryFiles

    # Bytes that are no text come as surrogates, and are told of as in a file.
    content = sys.stdin.buffer.read() if text is None or text == "-" else text.encode("utf-8", "surrogateescape")
    compilation = programs.compiled(CELL, search, MemoryFiles({CELL: content}, DiskFiles()), stays_here=True)
    found = programs.chosen(compilation, "the program", None)
    (graph,) = programs.lowered(compilation, (found,))
    return running.run(compilation, found[0], graph, ["--once", *program_arguments(parameters, log_format)])
