"""Folders with a package-lock.json, and what is in them run by node.

A machine without node, or where ``make editors`` has not fetched the packages, skips; one of CI fetches them.
"""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

LSP = Path(__file__).resolve().parents[2] / "lsp"
TEXTMATE = LSP / "textmate"
VSCODE = LSP / "vscode"
MONACO = Path(__file__).resolve().with_name("monaco")


def require_node() -> None:
    """Skip where node is missing or too old; with CI=true a skipped test fails the run."""
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(f"node {version.strip()} is older than 20")


def installed(folder: Path) -> Path:
    """A folder with its packages as its lock file has them."""
    require_node()
    if os.environ.get("CI") == "true":
        install(folder)
    elif not _has_all(folder):
        pytest.skip(f"the packages of {folder.name} are not there; `make editors` installs them")
    return folder


def install(folder: Path) -> None:
    """Fetch the packages of a folder, unless they are those of its lock file already."""
    with (Path(tempfile.gettempdir()) / f"nsc-npm-{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not _has_all(folder):
            npm(folder, "ci", "--no-audit", "--no-fund")
            (folder / _FETCHED).write_text(_lock(folder), "utf-8")


_FETCHED = "node_modules/.installed-for"


def _has_all(folder: Path) -> bool:
    fetched = folder / _FETCHED
    return fetched.is_file() and fetched.read_text("utf-8") == _lock(folder)


def _lock(folder: Path) -> str:
    return (folder / "package-lock.json").read_text("utf-8")


def npm(folder: Path, *arguments: str) -> str:
    """What an npm command prints. Raises where it fails."""
    return _run(["npm", *arguments], folder)


def node(folder: Path, *arguments: str, said: object = None) -> str:
    """What a node program prints that is given a value as JSON on its standard input."""
    return _run(["node", *arguments], folder, json.dumps(said))


def _run(command: list[str], folder: Path, said: str = "") -> str:
    done = subprocess.run(command, cwd=folder, input=said, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    for each in (TEXTMATE, VSCODE, MONACO):
        install(each)
