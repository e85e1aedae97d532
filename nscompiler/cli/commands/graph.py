"""``nsc graph``: the picture of a workflow, as text."""

import click

from nscompiler.cli import exits
from nscompiler.cli.options import path_option


@click.command("graph")
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflow", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot"]),
    default="mermaid",
    show_default=True,
    help="The language.",
)
@path_option
def command(path: str, workflow: str | None, form: str, search: tuple[str, ...]) -> int:
    """Print the flow graph of a workflow as a Mermaid diagram, or in Graphviz's DOT."""
    from nscompiler.backends.graph import dot, mermaid
    from nscompiler.cli import programs

    compilation = programs.compiled(path, search)
    (graph,) = programs.lowered(compilation, (programs.chosen(compilation, path, workflow),), runs=False)
    click.echo(dot(graph) if form == "dot" else mermaid(graph), nl=False)
    return exits.OK
