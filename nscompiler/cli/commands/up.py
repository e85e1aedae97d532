"""``nsc up``: ``docker compose up`` for a build."""

import click


@click.command("up", context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[DIR] [ARGUMENT]...")
def command(arguments: tuple[str, ...]) -> int:
    """Start the services of a build for Compose.

    Values go through until they are stopped; `-d` leaves them running. Images that are missing are built. A service is
    scaled with `--scale SERVICE=N`, where that changes no answer.
    DIR is where `nsc build --target compose` has put it; without one it is this folder, or the only such build below
    `build`. What follows goes to `docker compose up`.
    """
    from nscompiler.cli.composing import hand_over

    hand_over("up", arguments)
