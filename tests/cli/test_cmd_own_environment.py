"""Two modules that need different versions of a package, in two real environments: from the first error to the end."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from environments import wheel, wheel_of_installed
from running_nsc import PLAIN

FILES = {
    "base/module.nml": """
module Base:0.1.0

type Reading = { place : Text, values : [Double] }

fun scale : Reading -> Reading with { factor : Double }
""",
    "base/service.py": """
import left
import nstack

class Module(nstack.Module):
    def scale(self, reading):
        place, values = reading
        return (f"{place}+{left.VERSION}", [self.args["factor"] * value for value in values])
""",
    "base/requirements.txt": "left==1.0\n",
    "far/module.nml": """
module Far:1.0.0

import Base:0.1.0

@bounded
fun readings : Void -> Base.Reading
fun words : Base.Reading -> Text
fun keep : Text -> Void
""",
    "far/service.py": """
import left
import nstack

class Module(nstack.Module):
    def startup(self):
        print("far starts with", left.VERSION)

    def readings(self):
        yield {"place": left.VERSION, "values": [1, 2.5]}

    def words(self, reading):
        for value in reading.values:
            yield f"{reading.place} {value} {left.VERSION}"

    def keep(self, text):
        print("kept", text)
""",
    "far/requirements.txt": "left>=2\n",
    "main.nml": """
import Base:0.1.0
import Far:1.0.0

def both = Far.readings | Base.scale { factor = 2 } | Far.words | (Sinks.stdout & Far.keep)
def alone = Far.readings | Far.words | Sinks.stdout
""",
}
BOTH = "2.0+1.0 2.0 2.0\n2.0+1.0 5.0 2.0\n"
VARIABLE = "NSTACK_PYTHON_FAR_1_0_0"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels of everything that is not made on the spot."""
    folder = tmp_path_factory.mktemp("wheels")
    for version in ("1.0", "2.0"):
        wheel(folder, "left", version, {"left.py": f"VERSION = '{version}'\n".encode()})
    wheel_of_installed(folder, "msgspec")
    return folder


class Project:
    """A project's folder, and an environment for commands in which ``left`` is of version 1.0."""

    def __init__(self, folder: Path, shelf: Path) -> None:
        self.folder = folder
        for path, text in FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text.lstrip())
        installed = folder / ".installed"
        zipfile.ZipFile(shelf / "left-1.0-py3-none-any.whl").extractall(installed)
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        self.environment = {**PLAIN, **offline, "PYTHONPATH": str(installed)}

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def nsc(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run ``nsc``."""
        return self.run(sys.executable, "-m", "nscompiler", *arguments, **more)

    def make_environments(self, told: str) -> None:
        """Give the commands that an error shows. To be quicker than a person, this environment's pip installs."""
        commands = [line.strip() for line in told.splitlines() if line.startswith("    ")]
        assert len(commands) == 2
        for command in commands:
            quick = command.replace("-m venv", "-m venv --without-pip")
            quick = re.sub(r"(\S+/\.venv/bin/python) -m pip", rf"{sys.executable} -m pip --python \1", quick)
            assert quick != command
            done = self.run("bash", "-c", quick)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path, shelf: Path) -> Project:
    """The project."""
    return Project(tmp_path / "project", shelf)


def hashes(project: Project) -> list[object]:
    """Build the project; what its manifest says of the modules."""
    done = project.nsc("build", "main.nml", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "`Far:1.0.0` runs in a process of its own" in done.stderr
    found: list[object] = json.loads((project.folder / "out" / "manifest.json").read_text())["modules"]
    return found


@pytest.mark.thorough
def test_each_module_has_its_own_version_from_the_error_to_the_run(project: Project) -> None:
    before = hashes(project)
    refused = project.nsc("run", "main.nml", "both")
    python = project.folder / "far" / ".venv" / "bin" / "python"
    assert refused.returncode == 2
    assert refused.stderr.startswith(
        "error: Far:1.0.0 needs a Python environment of its own: "
        "it requires left>=2, and Base:0.1.0 requires left==1.0\n"
        f"  there is no Python at {python}; make one with:\n"
    )
    project.make_environments(refused.stderr)

    done = project.nsc("run", "main.nml", "both")
    assert (done.returncode, done.stdout) == (0, BOTH), done.stderr
    assert "far starts with 2.0\n" in done.stderr
    assert "kept 2.0+1.0 5.0 2.0\n" in done.stderr
    assert len(list((project.folder / ".nsc_cache" / "run").glob("main-*/"))) == 1, "it was built once"
    # Where they do not meet, and for one value: this environment has not what the module needs, its folder's has.
    done = project.nsc("run", "main.nml", "alone")
    assert (done.returncode, done.stdout) == (0, "2.0 1.0 2.0\n2.0 2.5 2.0\n"), done.stderr
    done = project.nsc("test", "--path", ".", "far", "words", '{"place": "here", "values": [1]}')
    assert (done.returncode, done.stdout) == (0, '"here 1.0 2.0"\n'), done.stderr

    # The environment is no part of the module: what is built is the same, and runs with it where it is named.
    assert hashes(project) == before
    out = project.folder / "out"
    assert list(out.rglob(".venv")) == []
    path = os.pathsep.join([str(out), project.environment["PYTHONPATH"]])
    done = project.run(sys.executable, "-m", "main", "both", PYTHONPATH=path, **{VARIABLE: str(python)})
    assert (done.returncode, done.stdout) == (0, BOTH), done.stderr
    done = project.run(sys.executable, "-m", "main", "alone", PYTHONPATH=path)
    assert done.returncode == 2
    assert f"there is no Python at {out}/main/user/Far-1.0.0/.venv/bin/python" in done.stderr

    (project.folder / "far" / "requirements.txt").write_text("left>=3\n")
    done = project.nsc("run", "main.nml", "both")
    assert (done.returncode, done.stderr) == (
        1,
        "error: packages that Far:1.0.0 requires are missing\n"
        "  left>=3: 2.0 is installed\n"
        f"  install them with: {python} -m pip install 'left>=3'\n",
    )


def test_what_this_environment_lacks_concerns_its_own_modules_only(project: Project) -> None:
    (project.folder / "base" / "requirements.txt").write_text("left==1.1\n")
    done = project.nsc("run", "main.nml", "both")
    assert done.returncode == 1
    assert "  left==1.1: 1.0 is installed\n  install them with: pip install 'left==1.1'\n" in done.stderr
    assert "left>=2" not in done.stderr


@pytest.mark.thorough
def test_the_folder_of_an_environment_is_no_part_of_a_module(project: Project) -> None:
    before = hashes(project)
    inside = project.folder / "far" / ".venv" / "lib"
    inside.mkdir(parents=True)
    (inside / "module.nml").write_text("module Far:1.0.0\n")
    (inside / "other.py").write_text("")
    (project.folder / "far" / "nstack.yaml").write_text("stack: {language: python}\nfiles:\n  - '**'\n")
    checked = project.nsc("check", ".")
    assert (checked.returncode, "1 hint in 2 modules" in checked.stdout) == (0, True), checked.stdout
    after = hashes(project)
    (inside / "other.py").write_text("changed")
    assert hashes(project) == after != before
    copied = [str(file.relative_to(project.folder / "out")) for file in (project.folder / "out").rglob("*.py")]
    assert "main/user/Far-1.0.0/service.py" in copied
    assert [path for path in copied if "other" in path or ".venv" in path] == []
