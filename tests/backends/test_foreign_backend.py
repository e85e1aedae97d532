"""A target from another distribution: its wheel is built and installed, and it gives every program's answers."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from backends.compiled import compile_texts
from backends.conformance import assert_answers, programs, start
from built_wheels import build

from nscompiler import backends

PROJECT = Path(__file__).parent / "foreign"
PROGRAMS = tuple(programs())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that the wheel is installed in; this process finds it too."""
    folder = tmp_path_factory.mktemp("foreign")
    with zipfile.ZipFile(build(PROJECT, folder / "wheel")) as wheel:
        wheel.extractall(folder / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder / "site")
        backends._foreign.cache_clear()
        yield folder / "site"
    backends._foreign.cache_clear()


def nsc(site: Path, here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, where the wheel is installed."""
    paths = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "nscompiler", *arguments],
        cwd=here,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_listed_with_the_others(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(nsc(installed, tmp_path, "targets", "--format", "json").stdout)["targets"]
    own = next(target for target in listed if target["name"] == "starter")
    assert own["about"] == "a package that start.py starts"
    assert [setting["name"] for setting in own["settings"]] == ["greeting"]


def test_it_builds_what_runs(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "one.nml").write_text('def w = ["a", "b"] | Sinks.stdout\n')
    built = nsc(installed, tmp_path, "build", "one.nml", "--target", "starter", "--set", "greeting=hello", "-o", "out")
    assert (built.returncode, built.stdout) == (0, "out\n"), built.stderr
    run = subprocess.run(
        [sys.executable, "start.py"], cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "a\nb\n"), run.stderr
    assert run.stderr.startswith("hello\n")


def test_what_it_cannot_run_is_told_at_its_line(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "two.nml").write_text('def w =\n  Sources.http<Text> { http_path = "/" }\n    | Sinks.reply\n')
    built = nsc(installed, tmp_path, "build", "two.nml", "--target", "starter", "-o", "out")
    assert built.returncode == 1
    assert built.stderr.startswith("error[NS0612]: `Sinks.reply` has nobody to answer here")
    assert "two.nml:3:7" in built.stderr
    assert "build it for the target `local`" in built.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("name", [program.name for program in PROGRAMS])
@pytest.mark.usefixtures("installed")
def test_a_program_gives_its_answers(name: str, tmp_path: Path) -> None:
    program = next(own for own in PROGRAMS if own.name == name)
    built = tmp_path / "built"
    assert compile_texts(program.files).problems == ()
    assert_answers(program, start(program, "starter", built), built, tmp_path, {})
