"""``nsc test``: one value through one function."""

import click

from nscompiler.cli.commands.run import program_arguments
from nscompiler.cli.options import parameter_option, path_option
from nscompiler.cli.values import ValueCommand, json_value


@click.command("test", short_help="Send one value through a function and print the results.", cls=ValueCommand)
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("function")
@click.argument("value", metavar="JSON", required=False)
@parameter_option
@path_option
def command(path: str, function: str, value: str | None, parameters: tuple[str, ...], search: tuple[str, ...]) -> int:
    """Send one value through a function or def and print its results as JSON, one a line.

    A source takes no value; its first results are printed.
    """
    from nscompiler.cli import programs, running

    compilation = programs.compiled(path, search, stays_here=True)
    file, target = programs.function_called(compilation, path, function)
    takes_value = target.kind in ("function", "sink")
    if takes_value and value is None:
        raise click.UsageError(f"`{function}` takes a value: give one as JSON")
    if value is not None and not takes_value:
        raise click.UsageError(f"`{function}` is a {target.kind} and takes no value")
    given = None if value is None else json_value(value)
    graph, problems = compilation.lower_function(file, target, given)
    programs.refuse(compilation, problems)
    assert graph is not None
    return running.run(compilation, file, graph, program_arguments(parameters, None))
