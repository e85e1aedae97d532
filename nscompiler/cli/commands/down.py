"""``nsc down``: ``docker compose down`` for a build."""

import click


@click.command("down", context_settings={"ignore_unknown_options": True}, options_metavar="")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[DIR] [ARGUMENT]...")
def command(arguments: tuple[str, ...]) -> int:
    """Stop the services of a build for Compose, and take them away.

    What is in flight is kept by the broker and goes on with the next `nsc up`; `--volumes` takes that away, too.
    DIR is where `nsc build --target compose` has put it; without one it is this folder, or the only such build below
    `build`. What follows goes to `docker compose down`.
    """
    from nscompiler.cli.composing import hand_over

    hand_over("down", arguments)
