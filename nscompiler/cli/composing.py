"""Docker Compose as commands of ours use it: where a build for it lies, and the program that takes over."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from nscompiler.cli.failure import Failure

FILE = "compose.yaml"
_SERVICE = re.compile(r"  ([\w.-]+):\s*$")
_NEEDED = re.compile(r"\$\{(\w+):?\?")
_WHY = "      nstack.alone: >-"
"""The label that says why a service cannot be scaled; the text stands below it."""
_TEXT = re.compile(r" {8}(\S.*)$")
STATELESS = "a function whose result depends on the value and its parameters alone may be declared @stateless"


def hand_over(verb: str, given: Sequence[str]) -> "NoReturn":
    """Run ``docker compose VERB`` in the folder of a build, in the place of this process. Raises Failure."""
    folder, arguments = build_and_arguments(given)
    _refuse_scaling(folder, arguments)
    if verb != "up":
        for name in _needed(folder):
            os.environ.setdefault(name, "0")  # what is not started needs no value, but Compose asks for one
    command = (*program(), verb, *arguments)
    os.chdir(folder)
    os.execvp(command[0], command)


def build_and_arguments(given: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """The folder of the build that is meant, and what Compose is told. Raises Failure.

    The first argument names the folder, if it is one. Else it is this folder, or the only build below ``build``.
    """
    if given and not given[0].startswith("-") and Path(given[0]).exists():
        folder = Path(given[0])
        if not (folder / FILE).is_file():
            raise _no_build(folder)
        return folder, tuple(given[1:])
    if given and given[0].startswith(("/", ".", "~")):
        raise Failure(f"there is no folder {given[0]}", "make a build for Compose: nsc build PATH --target compose")
    found = [folder for folder in (Path(), *sorted(Path("build").glob("*"))) if (folder / FILE).is_file()]
    if len(found) == 1:
        return found[0], tuple(given)
    if found:
        raise Failure(f"name one of the builds: {', '.join(map(str, found))}")
    here = "there is no build for Compose here"
    if given and not given[0].startswith("-"):
        here = f"there is no folder {given[0]}, and no build for Compose here"
    raise Failure(here, "make one: nsc build PATH --target compose")


def _no_build(folder: Path) -> Failure:
    """What is said of a folder or file that is something else."""
    try:
        target = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["target"]
    except (OSError, ValueError, LookupError, TypeError):
        target = None
    if isinstance(target, str):
        return Failure(
            f"{folder} is a build for the target {target}, not for Compose",
            "build its program for this one: nsc build PATH --target compose, then name that folder",
        )
    holds = folder.suffix == ".nml" or any(next(folder.glob(own), None) for own in ("*.nml", "*/*.nml"))
    return Failure(
        f"{folder} is no build for Compose",
        f"make one: nsc build {folder if holds else 'PATH'} --target compose, then name its folder",
    )


def program() -> tuple[str, ...]:
    """What runs Compose: the plug-in of Docker, or the program of its own. Raises Failure where there is none."""
    if shutil.which("docker") and _answers("docker", "compose", "version"):
        return "docker", "compose"
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    raise Failure(
        "Docker Compose is not installed",
        "https://docs.docker.com/compose/install says how; `docker compose version` tries it",
    )


def _answers(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _refuse_scaling(folder: Path, arguments: Sequence[str]) -> None:
    """Raises Failure where a service shall run several times that can run once; Compose does not know why."""
    scaled = dict(_scaled(arguments))
    alone = _alone(folder) if scaled else {}
    for name, count in scaled.items():
        why = alone.get(name)
        if why is not None and count not in ("0", "1"):
            raise Failure(
                f"{name} cannot run {count} times: {why}",
                *([STATELESS] if "@stateless" in why else []),
            )


def _scaled(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option != "--scale":
            continue
        text = value if equals else next(iter(arguments[place + 1 :]), "")
        name, _, count = text.partition("=")
        yield name, count


def _needed(folder: Path) -> list[str]:
    """The variables that Compose refuses to go on without."""
    try:
        return _NEEDED.findall((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        return []  # as below


def _alone(folder: Path) -> Mapping[str, str]:
    """Why services run once, by name, as the build has written it."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return {}  # Compose will say what it thinks of it
    found: dict[str, str] = {}
    service, inside = "", False
    for line in lines:
        if named := _SERVICE.match(line):
            service = named[1]
        if inside and (text := _TEXT.match(line)):
            found[service] = f"{found.get(service, '')} {text[1]}".strip()
        else:
            inside = line == _WHY
    return found
