"""``nsc run``: a workflow in the foreground."""

import click

from nscompiler.cli.options import parameter_option, path_option


@click.command("run")
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflow", required=False)
@parameter_option
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How the program writes its log.")
@path_option
def command(
    path: str, workflow: str | None, parameters: tuple[str, ...], log_format: str | None, search: tuple[str, ...]
) -> int:
    """Run a workflow until it ends or is interrupted.

    WORKFLOW may be left out where there is only one; `Demo.w` tells two of one name apart. Standard input and output
    are the program's; its exit code is that of this command.
    """
    from nscompiler.cli import programs, running

    compilation = programs.compiled(path, search, stays_here=True)
    found = programs.chosen(compilation, path, workflow)
    (graph,) = programs.lowered(compilation, (found,))
    return running.run(compilation, found[0], graph, program_arguments(parameters, log_format))


def program_arguments(parameters: tuple[str, ...], log_format: str | None) -> list[str]:
    """The options that are handed on to the program."""
    arguments = [argument for parameter in parameters for argument in ("-p", parameter)]
    return arguments if log_format is None else [*arguments, "--log-format", log_format]
