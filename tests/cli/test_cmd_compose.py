"""``nsc up``, ``down``, ``ps`` and ``logs``: which build they mean, what they hand on, and what they refuse."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nscompiler.cli.main import main

PROGRAM = """@stateless
fun double : Integer -> Integer
fun count : Integer -> Integer
def w = Sources.http<Integer> { http_path = "/x" } | double | Sinks.log
def v = Sources.http<Integer> { http_path = "/x", http_port = 8081 } | count | Sinks.log
"""
PYTHON = """import nstack


class Module(nstack.Module):
    def double(self, n):
        return 2 * n

    def count(self, n):
        return n
"""
TOLD = '#!/bin/sh\nif [ "$1" = compose ] && [ "$2" = version ]; then exit {plugin}; fi\necho "$0 $@ in $PWD"\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that is built for Compose."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "main.nml").write_text(PROGRAM)
    (folder / "main.py").write_text(PYTHON)
    assert main(["build", str(folder / "main.nml"), "--target", "compose", "-o", str(folder / "built")]) == 0
    return folder / "built"


@pytest.fixture
def here(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the program was built."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").mkdir()
    shutil.copytree(built, tmp_path / "build" / "main-compose")
    return tmp_path


def programs(folder: Path, *names: str, plugin: bool = True) -> str:
    """A PATH on which some programs say how they were called."""
    bin_ = folder / "bin"
    bin_.mkdir()
    for name in names:
        (bin_ / name).write_text(TOLD.format(plugin=0 if plugin else 1))
        (bin_ / name).chmod(0o755)
    return str(bin_)


def nsc(path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a process, with nothing but some programs on its PATH."""
    return subprocess.run(
        [sys.executable, "-m", "nscompiler", *arguments],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_only_build_is_meant_and_what_follows_is_handed_on(here: Path) -> None:
    path = programs(here, "docker", "docker-compose")
    built = here / "build" / "main-compose"
    for verb, *given in (("up",), ("down", str(built)), ("ps", "build/main-compose"), ("logs",)):
        told = nsc(path, verb, *given, "--some", "-x", "service")
        assert (told.stdout, told.returncode) == (
            f"{path}/docker compose {verb} --some -x service in {built}\n",
            0,
        ), told.stderr


def test_the_program_of_its_own_does_where_docker_has_no_plug_in(here: Path) -> None:
    path = programs(here, "docker", "docker-compose", plugin=False)
    assert nsc(path, "ps").stdout == f"{path}/docker-compose ps in {here}/build/main-compose\n"


def test_compose_that_is_not_installed_is_told_with_the_remedy(here: Path) -> None:
    told = nsc(programs(here, "docker", plugin=False), "up")
    assert told.returncode == 1
    assert told.stderr.splitlines()[0] == "error: Docker Compose is not installed"
    assert "docs.docker.com/compose/install" in told.stderr


def main_told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that fails says."""
    capsys.readouterr()
    assert main(arguments) == 1
    return capsys.readouterr().err


def test_a_folder_without_a_build_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["up", "-d"]) == 1
    assert "error: there is no build for Compose here\n  make one: nsc build PATH" in capsys.readouterr().err
    (tmp_path / "main.nml").write_text("")
    assert main(["up", "main.nml"]) == 1
    assert "error: main.nml is no build for Compose" in capsys.readouterr().err
    assert "nsc build main.nml --target compose" in main_told(capsys, "up", "main.nml")
    assert "error: there is no folder ./nothere\n" in main_told(capsys, "up", "./nothere")
    assert f"error: there is no folder {tmp_path}/nothere\n" in main_told(capsys, "up", f"{tmp_path}/nothere")
    assert "error: there is no folder w-log, and no build for Compose here\n" in main_told(capsys, "logs", "w-log")
    (tmp_path / "other.nml").write_text("def w = [1] | Sinks.log\n")
    assert main(["build", "other.nml", "--target", "airflow", "-o", "dags"]) == 0
    told = main_told(capsys, "up", "dags")
    assert "error: dags is a build for the target airflow, not for Compose\n" in told
    assert "nsc build PATH --target compose" in told
    for name in ("one", "two"):
        (tmp_path / "build" / name).mkdir(parents=True)
        (tmp_path / "build" / name / "compose.yaml").write_text("services: {}\n")
    assert main(["ps"]) == 1
    assert "error: name one of the builds: build/one, build/two" in capsys.readouterr().err


def test_what_starts_nothing_needs_no_variables(here: Path) -> None:
    (here / "build" / "main-compose" / "compose.yaml").write_text(
        "services:\n  a:\n    image: x\n    environment:\n      OUT: ${OUT?set OUT}\n    ports: ['${PORT:?set it}:1']\n"
    )
    (here / "bin").mkdir()
    docker = here / "bin" / "docker"
    docker.write_text('#!/bin/sh\necho "$3 $OUT $PORT"\n')
    docker.chmod(0o755)
    assert nsc(str(here / "bin"), "up", "a").stdout == "a  \n"
    assert nsc(str(here / "bin"), "down", "a").stdout == "a 0 0\n"


def test_only_what_may_run_several_times_is_scaled(here: Path) -> None:
    path = programs(here, "docker")
    for option in (["--scale", "w-double=3"], ["--scale=v-count=1"], ["--scale", "nothing=2"]):
        assert nsc(path, "up", *option).returncode == 0
    for service, why in (
        ("v-count", "count is neither @stateless nor async (main.nml:5:72)"),
        ("w-http", "it holds a source"),
        ("w-log", "it holds a sink"),
    ):
        told = nsc(path, "up", "--scale", f"{service}=2")
        assert told.returncode == 1
        assert told.stderr.startswith(f"error: {service} cannot run 2 times: {why}\n")
