"""``nsc diff``: what changed in the interfaces of modules, and the versions that follow."""

import sys

import click

from nscompiler.cli import exits
from nscompiler.cli.environment import search_folders
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import color_option, path_option
from nscompiler.cli.report import columns, report_problems, wants_color

LEVELS = ("major", "minor", "patch")


@click.command("diff", short_help="Tell what changed in the interfaces of modules.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--in", "within", metavar="PATH", help="Compare only this file or folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="The form.",
)
@click.option("--fail-on", type=click.Choice(LEVELS), help="Exit with 1 if a change asks for this or more.")
@click.option("--all", "every", is_flag=True, help="Name modules without changes too.")
@color_option
@path_option
def command(
    old: str,
    new: str | None,
    within: str | None,
    form: str,
    fail_on: str | None,
    every: bool,
    color: str,
    search: tuple[str, ...],
) -> int:
    """Tell what changed in the interfaces of modules from OLD to NEW (default: what is there now).

    Each is a file, a folder, or a git revision (`v1.0.0`, `HEAD~1`, `main:some/folder`); a revision alone stands for
    what the other side names. Each change says whom it breaks, if anybody, and each module which version may follow.
    """
    from nscompiler.cli.drawing_changes import draw, draw_markdown
    from nscompiler.cli.printing import put, put_json
    from nscompiler.cli.states import explained
    from nscompiler.tools.changes import Level
    from nscompiler.tools.revisions import States, both_places, compared, diffs_as_json, hindrances, tells_modules

    with explained(), States(search_folders(search)) as states:
        places = both_places(old, new, within)
        sides = [states.compilation(at) for at in places]
        wrong = [(at, side) for at, side in zip(places, sides, strict=True) if hindrances(side)]
        for at, side in wrong:
            if at.revision is not None:
                click.echo(f"{at}:", err=True)
            report_problems(side, hindrances(side), sys.stderr, color=color)
            if not tells_modules(side):
                raise Failure(f"{at} has errors, so its interfaces are not known")
        found, unknown = compared(*sides)
        if unknown and not found:
            raise Failure(f"{wrong[0][0]} has errors, so its interfaces are not known")
    if form == "json":
        put_json(diffs_as_json(str(places[0]), str(places[1]), found))
    elif form == "markdown":
        put(draw_markdown(found, every=every))
    else:
        put(draw(found, every=every, color=wants_color(color, sys.stdout), width=columns(sys.stdout)))
    if unknown:
        raise Failure(f"not compared, as errors leave their interfaces open: {', '.join(unknown)}")
    worst = max((one.level.rank for one in found), default=0)
    return exits.FAILED if fail_on is not None and worst >= Level(fail_on).rank else exits.OK
