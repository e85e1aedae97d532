"""``nsc targets``: what ``nsc build --target`` can build for."""

import json
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits

if TYPE_CHECKING:
    from nscompiler.backends.base import Backend


@click.command("targets")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(form: str) -> int:
    """List what `nsc build` can build for, and its settings.

    Targets of other wheels are among them. One that cannot be loaded is listed with the reason, and the exit code
    is 1.
    """
    from nscompiler import backends
    from nscompiler.cli import targets
    from nscompiler.cli.failure import Failure

    listed: list[Backend] = []
    broken: list[Failure] = []
    for name in backends.names():
        try:
            listed.append(targets.found(name))
        except Failure as error:
            broken.append(error)
    if form == "json":
        click.echo(json.dumps({"targets": [_as_json(backend) for backend in listed]}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_described(listed)))
    for failure in broken:
        failure.show()
    return exits.FAILED if broken else exits.OK


def _described(listed: "list[Backend]") -> list[str]:
    """A line for each target, and one below it for each setting."""
    width = max(len(backend.name) for backend in listed)
    lines = []
    for backend in listed:
        lines.append(f"{backend.name:<{width}}  {backend.about}")
        for setting in backend.settings:
            values = "|".join(setting.choices) or "TEXT"
            default = f" (default: {setting.default})" if setting.default else ""
            lines.append(f"{'':<{width}}    --set {setting.name}={values}  {setting.about}{default}")
    return lines


def _as_json(backend: "Backend") -> dict[str, object]:
    return {
        "name": backend.name,
        "about": backend.about,
        "runs": backend.runs,
        "settings": [
            {
                "name": setting.name,
                "about": setting.about,
                "default": setting.default,
                "choices": list(setting.choices),
            }
            for setting in backend.settings
        ],
    }
