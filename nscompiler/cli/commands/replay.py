"""``nsc replay``: dead letters back into their workflow."""

from pathlib import Path

import click

from nscompiler.cli.options import parameter_option, path_option


@click.command("replay")
@click.argument("letters", metavar="LETTERS", type=click.Path(path_type=Path))
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflow", required=False)
@parameter_option
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How the program writes its log.")
@click.option("--quiet", "-q", is_flag=True, help="The program logs only what is wrong.")
@path_option
def command(
    letters: Path,
    path: str,
    workflow: str | None,
    parameters: tuple[str, ...],
    log_format: str | None,
    quiet: bool,
    search: tuple[str, ...],
) -> int:
    """Feed a file of dead letters back into their workflow.

    Each value enters at the function that failed on it and goes on from there, under the same policies; what fails
    again becomes a dead letter again. LETTERS is moved to LETTERS.replaying meanwhile, where an interrupted replay
    goes on, and to LETTERS.replayed in the end. A letter that cannot be fed back is told of and stays.

    WORKFLOW may be left out: the letters name it.
    """
    from nscompiler.cli import programs, replaying
    from nscompiler.cli.commands.run import program_arguments

    source = replaying.taken(letters)
    found = replaying.read(source)
    if not found:
        click.echo(f"{letters} has no letters", err=True)
        return 0
    compilation = programs.compiled(path, search, stays_here=True)
    known = programs.names(compilation)
    chosen = programs.chosen(compilation, path, workflow or replaying.workflow_of(found, source, known))
    (graph,) = programs.lowered(compilation, (chosen,))
    arguments = [*program_arguments(parameters, log_format), *(["--quiet"] if quiet else [])]
    return replaying.replay(compilation, chosen[0], graph, found, source, arguments)
