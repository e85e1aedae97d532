"""The light test of pip requirements against what is installed."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from nscompiler.tools import requirements
from nscompiler.tools.requirements import Lacking, installed_in, lacking, name_of


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = {"some-package": "1.4.2", "fresh": "2.0rc1", "local": "1.0+cpu"}

    def version(name: str) -> str:
        if name not in packages:
            raise requirements.PackageNotFoundError(name)
        return packages[name]

    monkeypatch.setattr(requirements, "version", version)


@pytest.mark.parametrize(
    "requirement",
    [
        "some-package",
        "some-package[extra]>=1.4",
        "some-package >= 1.4, < 2",
        "some-package==1.4.2",
        "some-package==1.4.*",
        "some-package~=1.4",
        "some-package!=1.4.1",
        "some-package (>=1.0)",
        "some-package>=1.4.2  # why",
        "local==1.0.0",
        "fresh>=2.0",
        "absent; python_version < '3'",
        "absent @ https://example.org/absent.whl",
        "-r other.txt",
        "./wheels/absent.whl",
        "git+https://example.org/absent.git",
        "# nothing",
        "",
    ],
)
def test_met_or_not_understood(requirement: str) -> None:
    assert lacking([requirement]) == ()


@pytest.mark.parametrize(
    "requirement",
    [
        "some-package>=1.5",
        "some-package<1.4.2",
        "some-package==1.4",
        "some-package==1.3.*",
        "some-package~=1.5",
        "some-package!=1.4.*",
    ],
)
def test_another_version_is_installed(requirement: str) -> None:
    assert lacking([requirement]) == (Lacking(requirement, "1.4.2"),)


def test_absent_packages_are_told_once_in_order() -> None:
    assert lacking(["b>1", "some-package", "a", "b>1"]) == (Lacking("b>1", None), Lacking("a", None))


def test_against_what_another_interpreter_has() -> None:
    found = lacking(["some-package>=2", "other==1"], {"some-package": "2.1"})
    assert found == (Lacking("other==1", None),)


def test_another_interpreter_is_asked() -> None:
    version = importlib.metadata.version("pytest")
    assert installed_in(sys.executable, ["pytest", "no-such-package-anywhere"]) == {"pytest": version}


@pytest.mark.parametrize("said", ["echo 3", "echo no", "exit 1"])
def test_what_is_no_interpreter_does_not_tell(tmp_path: Path, said: str) -> None:
    assert installed_in(str(tmp_path / "absent"), ["pytest"]) is None
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{said}\n")
    script.chmod(0o755)
    assert installed_in(str(script), ["pytest"]) is None


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("left>=2", "left"), ("Some.Package[x] (==1) ; python_version < '3'", "Some.Package"), ("-r other.txt", None)],
)
def test_the_package_that_a_line_names(requirement: str, name: str | None) -> None:
    assert name_of(requirement) == name
