"""``nsc logs``: ``docker compose logs`` for a build."""

import click


@click.command("logs", context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[DIR] [ARGUMENT]...")
def command(arguments: tuple[str, ...]) -> int:
    """Show what the services of a build for Compose have logged.

    `-f` follows; names of services leave the others out.
    DIR is where `nsc build --target compose` has put it; without one it is this folder, or the only such build below
    `build`. What follows goes to `docker compose logs`.
    """
    from nscompiler.cli.composing import hand_over

    hand_over("logs", arguments)
