"""``nsc ps``: ``docker compose ps`` for a build."""

import click


@click.command("ps", context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[DIR] [ARGUMENT]...")
def command(arguments: tuple[str, ...]) -> int:
    """List the services of a build for Compose.

    `--all` lists those that have ended, too.
    DIR is where `nsc build --target compose` has put it; without one it is this folder, or the only such build below
    `build`. What follows goes to `docker compose ps`.
    """
    from nscompiler.cli.composing import hand_over

    hand_over("ps", arguments)
