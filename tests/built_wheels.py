"""The wheels of both distributions, built as a release builds them."""

import os
import subprocess
import sys
from pathlib import Path

import attrs

ROOT = Path(__file__).parent.parent


@attrs.frozen
class Wheels:
    """The two wheels and a second build of the runtime's."""

    compiler: Path
    runtime: Path
    runtime_again: Path


def build(project: Path, out: Path, **environment: str) -> Path:
    """Build the wheel of a project."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(project)]
    surroundings = {**build_environment(), **environment}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    return wheel


def build_environment() -> dict[str, str]:
    """The environment of a build: the same moment for every build, and no measuring of the build tools."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    return {**kept, "SOURCE_DATE_EPOCH": "1704067200"}


def build_all(folder: Path) -> Wheels:
    """Build everything below a folder."""
    return Wheels(
        build(ROOT, folder / "compiler"),
        build(ROOT / "stdlib", folder / "runtime"),
        build(ROOT / "stdlib", folder / "again"),
    )
