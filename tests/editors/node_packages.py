"""Folders with a package-lock.json, and what is in them run by node. A machine without node skips (never one of CI)."""

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


def require_node() -> None:
    """Skip where node is missing or too old; with CI=true a skipped test fails the run."""
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(f"node {version.strip()} is older than 20")


def installed(folder: Path) -> Path:
    """A folder, its packages installed as its lock file has them; kept as long as that file says the same."""
    require_node()
    lock = (folder / "package-lock.json").read_text("utf-8")
    kept = folder / "node_modules/.installed-for"
    with (Path(tempfile.gettempdir()) / f"nsc-npm-{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not kept.is_file() or kept.read_text("utf-8") != lock:
            try:
                npm(folder, "ci", "--no-audit", "--no-fund")
            except AssertionError as failed:
                if os.environ.get("CI") == "true":
                    raise
                pytest.skip(f"the packages of lsp/{folder.name} cannot be installed: {str(failed).splitlines()[0]}")
            kept.write_text(lock, "utf-8")
    return folder


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
