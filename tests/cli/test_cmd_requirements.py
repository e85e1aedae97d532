"""The light test of pip requirements against what is installed."""

import pytest

from nscompiler.tools import requirements
from nscompiler.tools.requirements import Lacking, lacking


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
