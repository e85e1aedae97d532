"""Options that several commands have."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def color_option(command: Command) -> Command:
    """``--color auto|always|never``."""
    choices = click.Choice(["auto", "always", "never"])
    return click.option("--color", type=choices, default="auto", show_default=True, help="Use colours.")(command)


def path_option(command: Command) -> Command:
    """``--path FOLDER``, as often as there are folders."""
    return click.option(
        "--path", "search", metavar="FOLDER", multiple=True, help="A further folder to find modules in; repeatable."
    )(command)


def parameter_option(command: Command) -> Command:
    """``-p name=value``, as often as there are parameters; only the form is checked here."""
    return click.option(
        "-p",
        "--param",
        "parameters",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_checked_form,
        help="Set a parameter of the workflow; repeatable.",
    )(command)


def _checked_form(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for text in given:
        if not text.partition("=")[0].strip() or "=" not in text:
            raise click.BadParameter(f"`{text}` is not NAME=VALUE")
    return given


def complete_code(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """What a shell offers for codes: ids and names that go on from the last of those given, after a comma if any."""
    from nscompiler.diagnostics import codes

    given, comma, begun = incomplete.rpartition(",")
    words = (word for code in codes.all_codes() for word in (code.id, code.name))
    return [f"{given}{comma}{word}" for word in sorted(words) if word.startswith(begun)]
