"""A real Docker engine for tests, and projects of Compose that are built and run with it.

``tests/engine.sh`` installs and starts the engine. Several runs share it: the last one to end stops it.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import attrs
import pytest

TESTS = Path(__file__).parent
BIN = Path(sys.executable).parent
COMPOSE = str(BIN / "docker-compose")
IMAGES = {"BASE_IMAGE": "localhost/base:1", "NATS_IMAGE": "localhost/nats:1"}
"""What stands for the public images, which no registry gives here."""


@contextmanager
def engine() -> Iterator[dict[str, str]]:
    """The variables that lead to the engine. The test is skipped where none can be started, but never with
    ``CI=true``."""
    here = Path(os.environ.get("TMPDIR") or "/tmp") / "nstack-engine"
    here.mkdir(exist_ok=True)
    with (here / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # before it is started, or whoever is the last one just now would stop it
        try:
            yield {"DOCKER_HOST": _started(), **IMAGES}
        finally:
            _stop_if_last(users)


def _stop_if_last(users: TextIO) -> None:
    """Stops the engine unless somebody else still needs it."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    subprocess.run([TESTS / "engine.sh", "stop"], capture_output=True, check=False)


def _started() -> str:
    """Starts the engine, unless it runs; its address."""
    told = subprocess.run([TESTS / "engine.sh", "start"], capture_output=True, text=True, check=False)
    if told.returncode:
        reason = f"no Docker engine: {(told.stderr or told.stdout).strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return told.stdout.strip().rpartition("=")[2]


def build(folder: Path, files: Mapping[str, str], *options: str, source: str = "main.nml") -> Path:
    """Write a program into a folder and build it for Compose as its author would; where the result is."""
    for path, text in files.items():
        target = folder / "source" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    command = [sys.executable, "-m", "nscompiler", "build", source, "--target", "compose", "-o", str(folder / "built")]
    told = subprocess.run([*command, *options], cwd=folder / "source", capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return folder / "built"


@attrs.frozen
class Container:
    """One container as Compose lists it."""

    id: str
    name: str
    service: str
    state: str
    code: int
    health: str


class Project:
    """A built project. ``data`` is the folder that stands for its volume ``work``."""

    def __init__(self, folder: Path, surroundings: Mapping[str, str], name: str, **variables: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.data.chmod(0o777)
        own = {"COMPOSE_PROJECT_NAME": name, "NSTACK_DATA": "./data", "DOCKER_BUILDKIT": "0"}
        self.environment = {**os.environ, **surroundings, **own, **variables}
        self.name = name

    def compose(self, *arguments: str, check: bool = True, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """``docker compose`` with arguments."""
        return self._run([COMPOSE, *arguments], check, timeout)

    def docker(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """``docker`` with arguments."""
        return self._run(["docker", *arguments], check, 60)

    def nsc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of our own commands, in the folder of the build."""
        path = os.pathsep.join([str(BIN), self.environment["PATH"]])
        return self._run(["env", f"PATH={path}", sys.executable, "-m", "nscompiler", *arguments], True, 300)

    def kill(self, service: str) -> None:
        """Kills the process of a service's only container, as the system does when there is no memory left."""
        (one,) = (one for one in self.containers() if one.service == service)
        os.kill(int(self.docker("inspect", "--format", "{{.State.Pid}}", one.id).stdout), signal.SIGKILL)

    def _run(self, command: list[str], check: bool, timeout: float) -> subprocess.CompletedProcess[str]:
        told = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or told.returncode == 0, told.stdout + told.stderr
        return told

    def containers(self) -> list[Container]:
        """All containers of the project, those that have ended too."""
        told = self.compose("ps", "--all", "--no-trunc", "--format", "json").stdout
        found = [json.loads(line) for line in told.splitlines()]
        return [
            Container(one["ID"], one["Name"], one["Service"], one["State"], one["ExitCode"], one["Health"])
            for one in found
        ]

    def until(self, what: str, holds: Callable[[list[Container]], bool], seconds: float = 120) -> list[Container]:
        """Waits until something holds of the containers."""
        latest = time.monotonic() + seconds
        while True:
            found = self.containers()
            if holds(found):
                return found
            if time.monotonic() > latest:
                logs = self.compose("logs", "--no-color", "--tail", "20", check=False).stdout
                pytest.fail(f"{self.name}: not {what} within {seconds:g} s:\n{found}\n{logs}", pytrace=False)
            time.sleep(0.2)

    def up(self, *options: str) -> None:
        """Builds, and starts all services in the background."""
        self.compose("up", "--detach", "--quiet-pull", *options)

    def until_done(self, seconds: float = 120) -> dict[str, int]:
        """Waits until all services but the broker have ended for good; their exit codes."""
        found = self.until("done", lambda all_: all(is_over(one) for one in all_ if one.service != "broker"), seconds)
        return {one.service: one.code for one in found if one.service != "broker"}

    def output(self, service: str, *, log: bool = False) -> str:
        """What a service has written to standard output, or its log."""
        told = [self.logs(one) for one in self.containers() if one.service == service]
        return "".join(err if log else out for out, err in told)

    def logs(self, container: Container) -> tuple[str, str]:
        """What one container has written to standard output, and its log."""
        told = self.docker("logs", container.id)
        return told.stdout, told.stderr

    def down(self) -> None:
        """Takes everything away, and looks whether that was all."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
        mine = f"label=com.docker.compose.project={self.name}"
        for kind in ("container", "volume", "network"):
            every = ["--all"] if kind == "container" else []
            left = self.docker(kind, "ls", *every, "--quiet", "--filter", mine).stdout
            assert left == "", f"a {kind} is left: {left}"


def is_over(container: Container) -> bool:
    """Whether a container has ended and is not being started again."""
    return container.state == "exited"


@contextmanager
def project(folder: Path, surroundings: Mapping[str, str], name: str, **variables: str) -> Iterator[Project]:
    """A built project, which is taken down at the end."""
    made = Project(folder, surroundings, name, **variables)
    try:
        yield made
    finally:
        made.compose("down", "--volumes", "--remove-orphans", "--timeout", "1", check=False)


def lines(path: Path) -> Iterable[object]:
    """The values of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]
