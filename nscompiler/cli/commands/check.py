"""``nsc check``: the problems of files and folders."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from nscompiler.cli.options import color_option, complete_code, path_option
from nscompiler.diagnostics.render import FORMATS, WRITTEN

if TYPE_CHECKING:
    from nscompiler.cli.checking import Asked
    from nscompiler.diagnostics.selection import Selection

# The forms that have the fixes in them.
_WITH_FIXES = ("json", "jsonl", "sarif")


def code_option(name: str, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that takes codes: ids, prefixes of ids and names, separated by commas; None where it is not given."""
    return click.option(
        name, metavar="CODE[,CODE…]", multiple=True, callback=_codes, shell_complete=complete_code, help=help
    )


def _codes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> frozenset[str] | None:
    if not given:
        return None
    from nscompiler.diagnostics.selection import UnknownCode, matching
    from nscompiler.diagnostics.suggest import did_you_mean

    try:
        return frozenset(code_id for text in given for word in text.split(",") for code_id in matching(word))
    except UnknownCode as unknown:
        offer = did_you_mean(unknown.near) or "`nsc explain` lists them"
        raise click.BadParameter(f"there is no code `{unknown.word}`; {offer}") from None


@click.command("check", short_help="Check files, folders or projects, and say what is wrong.")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form.")
@color_option
@click.option("-q", "--quiet", is_flag=True, help="No closing line.")
@code_option("--select", "Tell only of these codes, names or prefixes such as NS03.")
@code_option("--ignore", "Do not tell of these.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--stats", is_flag=True, help="Tell how much was checked, what was found and how long it took.")
@click.option("--against", metavar="REVISION", help="Fail for releases that changed since then and do not say so.")
@click.option("--watch", is_flag=True, help="Check again after each change; Ctrl-C ends.")
@click.option("--fix", is_flag=True, help="Change the files: apply all fixes that are safe, then tell what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also the fixes that may be wrong.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@path_option
def command(
    paths: tuple[str, ...],
    select: frozenset[str] | None,
    ignore: frozenset[str] | None,
    stats: bool,
    watch: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    **options: Any,
) -> int:
    """Check files, module folders, folder trees or projects (default: this folder).

    Diagnostics go to standard output. The exit code is 1 if one of them is an error. Codes that are not told of count
    for nothing.
    """
    from nscompiler.cli.checking import Asked, check_paths

    if stats and options["against"] is not None:
        raise click.UsageError("--stats measures a check of one state: it does not go with --against")
    asked = Asked(**options, selection=_selection(select, ignore), statistics=stats)
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if fix or diff:
        if stats or watch:
            raise click.UsageError("--fix and --diff go with neither --stats nor --watch")
        if diff and asked.form not in WRITTEN:
            there = "; the fixes, too, are in what it tells without --diff" if asked.form in _WITH_FIXES else ""
            raise click.UsageError(f"--diff writes a unified diff: it does not go with --format {asked.form}{there}")
        from nscompiler.cli.fixing import fix_paths

        return fix_paths(paths, asked, unsafe=unsafe_fixes, write=not diff)
    if watch:
        _watch(paths, asked)
    return check_paths(paths, asked)


def _watch(paths: tuple[str, ...], asked: "Asked") -> NoReturn:
    from nscompiler.cli.watch import watch

    if asked.form not in WRITTEN:
        raise click.UsageError(f"--watch is for people to read: it goes with --format {' or '.join(WRITTEN)}")
    watch(paths, asked)


def _selection(select: frozenset[str] | None, ignore: frozenset[str] | None) -> "Selection | None":
    if select is None and ignore is None:
        return None
    from nscompiler.diagnostics.selection import Selection

    return Selection(select, ignore or frozenset())
