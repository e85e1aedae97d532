"""``nsc impact``: who uses, passes or drops a field, and who sets a parameter."""

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import path_option


@click.command("impact", short_help="Tell which stages a field or a parameter concerns.")
@click.argument("target", metavar="MODULE.TYPE.FIELD|MODULE.FUNCTION.PARAMETER")
@click.argument("path", metavar="[PATH]", default=".")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form."
)
@path_option
def command(target: str, path: str, form: str, search: tuple[str, ...]) -> int:
    """Tell which stages of the workflows at PATH (default: this folder) a field or a parameter concerns.

    A stage gives a field, uses it (its declared input names it), passes it on, drops it or writes it. The module may
    be left out where the rest is enough; `Type.list_of_records.field` goes through lists and optionals. Where there
    are errors, the workflows of files that these do not concern are told of all the same, and the exit code is 1.
    """
    from nscompiler.cli import programs
    from nscompiler.cli.drawing_impact import draw_impact
    from nscompiler.cli.printing import put, put_json
    from nscompiler.tools.impact import impact, impact_as_json, interfaces, schemes
    from nscompiler.tools.targets import NoTarget
    from nscompiler.tools.targets import target as meant

    compilation = programs.compiled_in_part(path, search)
    if not compilation.targets:
        return exits.FAILED
    try:
        wanted = meant(target, interfaces(compilation))
    except NoTarget as error:
        raise Failure(str(error), *error.notes) from None
    graphs, others = programs.lowered_as_far_as_possible(compilation, programs.startable(compilation))
    found = impact(wanted, graphs, schemes(compilation))
    if form == "json":
        put_json(impact_as_json(wanted, found, others))
    else:
        put(draw_impact(wanted.shown, found, len(others)))
    return exits.FAILED if others or compilation.has_errors else exits.OK
