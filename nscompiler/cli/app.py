"""The ``nsc`` command: a group whose subcommands are imported when they are called."""

import os
from importlib import import_module

import click

from nscompiler.cli import commands
from nscompiler.version import __version__

PLUGINS = "nscompiler.commands"


class Commands(click.Group):
    """One subcommand for each file of ``cli/commands``; further ones come from wheels with an entry point."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the subcommands, sorted, those of other wheels among them."""
        from importlib.metadata import entry_points

        return sorted({*_own_names(), *(found.name for found in entry_points(group=PLUGINS))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A subcommand by name, imported now; None where there is none."""
        if cmd_name in _own_names():
            command: click.Command = import_module(f"{commands.__name__}.{cmd_name}").command
            return command
        return _plugin(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that the first argument names; of a wrong one is said which may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from nscompiler.diagnostics.suggest import did_you_mean, near  # not at start-up

            offer = did_you_mean(near(args[0], _own_names()))
            raise click.UsageError(f"there is no command `{args[0]}`{f'; {offer}' if offer else ''}", ctx) from error


def _own_names() -> list[str]:
    folder = os.path.dirname(commands.__file__)
    return [name[:-3] for name in os.listdir(folder) if name.endswith(".py") and not name.startswith("_")]


def _plugin(name: str) -> click.Command | None:
    """A subcommand of another wheel; looked for when a name is unknown, as the search takes tens of milliseconds."""
    from importlib.metadata import entry_points

    for found in entry_points(group=PLUGINS, name=name):
        loaded = found.load()
        if isinstance(loaded, click.Command):
            return loaded
    return None


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"nsc {__version__}")
        ctx.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    no_args_is_help=True,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the version."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback if nsc itself fails.")
def nsc() -> None:
    """Check, build and run NStack workflows (.nml files)."""
