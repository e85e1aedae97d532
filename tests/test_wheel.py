"""What users install is what is tested: both wheels are built, installed in fresh environments, and used there.

The compiler's environment gets ``nscompiler`` and what it depends on. The worker's gets ``nstack-runtime`` alone: an
emitted program has to run there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import attrs
import pytest
from built_wheels import Wheels, build, build_environment
from native_parser import building

ROOT = Path(__file__).parent.parent
MODULE = "module Demo.Shout:0.1.0\n\nfun shout : Text -> Text\n\ndef loud = Sources.stdin | shout | Sinks.stdout\n"
SERVICE = (
    "import nstack\n\n\nclass Module(nstack.Module):\n    def shout(self, text):\n        return text.upper() + '!'\n"
)
LIBRARY = (".so", ".pyd")
WRONG = "module Demo.Wrong:0.1.0\n\ndef w = [1, 2] | Conv.to_json | Conv.to_jsn | Sinks.log\n"


@attrs.frozen
class Environment:
    """A fresh virtual environment."""

    folder: Path

    def script(self, name: str) -> str:
        """The path of one of its commands."""
        return str(self.folder / "bin" / name)

    def run(self, *command: str, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of its commands in a folder, with nothing of ours in the process's environment."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "NSC_", "NSTACK_", "COV"))
        }
        return subprocess.run(
            [self.script(command[0]), *command[1:]],
            cwd=cwd,
            env={**kept, "NO_COLOR": "1", "HOME": str(cwd)},
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def fresh(folder: Path, *wanted: str, links: Path) -> Environment:
    """A new environment with packages installed; ours come from ``links``, others from the index."""
    if uv := shutil.which("uv"):
        make = [[uv, "venv", "--quiet", "--python", sys.executable, str(folder)]]
        install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python")]
    else:
        make = [[sys.executable, "-m", "venv", "--without-pip", str(folder)]]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin/python")]
        install = [*pip, "install", "--quiet"]
    for command in (*make, [*install, "--find-links", str(links), *wanted]):
        done = subprocess.run(command, capture_output=True, text=True, env=build_environment(), check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return Environment(folder)


@pytest.fixture(scope="module")
def author(wheels, tmp_path_factory) -> Environment:
    """Where programs are written: the compiler and all that it depends on."""
    folder = tmp_path_factory.mktemp("author")
    return fresh(folder / "venv", str(wheels.compiler), str(wheels.runtime), links=wheels.runtime.parent)


@pytest.fixture(scope="module")
def worker(wheels, tmp_path_factory) -> Environment:
    """Where programs run: the runtime alone."""
    return fresh(tmp_path_factory.mktemp("worker") / "venv", str(wheels.runtime), links=wheels.runtime.parent)


@pytest.fixture
def demo(tmp_path) -> Path:
    """A module folder with one workflow."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    return folder


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata(wheel: Path) -> str:
    """The metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return archive.read(entry).decode()


def tracked_files(folder: Path) -> set[str]:
    """The source and data files of a package, as a wheel names them."""
    kinds = {".py", ".nml", ".lark", ".j2", ".typed"}
    files = [file for file in folder.rglob("*") if file.suffix in kinds or file.name == "py.typed"]
    return {str(file.relative_to(folder.parent)) for file in files if "__pycache__" not in file.parts}


@pytest.mark.thorough
def test_runtime_wheel_is_the_same_bytes_each_time(wheels):
    assert wheels.runtime.name == wheels.runtime_again.name
    assert wheels.runtime.read_bytes() == wheels.runtime_again.read_bytes()


@pytest.mark.thorough
def test_jupyter_finds_the_kernel_where_the_wheel_is_installed(wheels, author):
    name = "share/jupyter/kernels/nstack/kernel.json"
    assert [entry for entry in names(wheels.compiler) if entry.endswith(f".data/data/{name}")]
    spec = json.loads((author.folder / name).read_text())
    assert spec["argv"] == ["python", "-m", "nscompiler.cli.kernel", "-f", "{connection_file}"]
    without = author.run("python", "-m", "nscompiler.cli.kernel", cwd=author.folder)
    assert (without.returncode, without.stderr) == (
        1,
        "error: the kernel needs ipykernel; install it with: pip install 'nscompiler[jupyter]'\n",
    )


@pytest.mark.thorough
def test_wheels_hold_every_file_of_their_packages(wheels):
    compiler, runtime = names(wheels.compiler), names(wheels.runtime)
    assert tracked_files(ROOT / "nscompiler") <= compiler
    assert tracked_files(ROOT / "lsp/nslsp") <= compiler
    assert tracked_files(ROOT / "stdlib/nstack") <= runtime
    assert {"nscompiler/py.typed", "nscompiler/grammar/nml.lark"} <= compiler
    assert any(file.endswith(".j2") for file in compiler)
    assert any(file.endswith(".tables") for file in compiler), (
        "installed, the parser's tables are not made on first use"
    )
    library = {f"nstack/modules/{name}.nml" for name in ("Sources", "Sinks", "Conv", "Std")}
    assert {"nstack/py.typed", *library} <= runtime


@pytest.mark.thorough
def test_wheels_hold_nothing_else(wheels):
    assert {file.split("/")[0] for file in names(wheels.runtime)} <= {"nstack", runtime_info(wheels)}
    tops = {file.split("/")[0] for file in names(wheels.compiler) if ".dist-info" not in file}
    assert {re.sub(r"-\d+\.\d+\.\d+", "", top) for top in tops} <= {"nscompiler", "nslsp", "nscompiler.data"}
    assert not any("__pycache__" in file for file in names(wheels.compiler) | names(wheels.runtime))


@pytest.mark.thorough
def test_with_a_compiler_of_c_the_wheel_has_the_parser_in_c(wheels, author, demo):
    libraries = {file for file in names(wheels.compiler) if file.startswith("nscompiler/grammar/_native")}
    if building.compiler() is None:
        assert not os.environ.get("CI"), "there is no compiler of C here"
        assert libraries == set()
        return
    assert libraries == {f"nscompiler/grammar/_native{sysconfig.get_config_var('EXT_SUFFIX')}"}
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert f"-{tag}-{tag}" in wheels.compiler.name
    show = "from nscompiler.grammar import native; print(native.parser() is not None)"
    assert author.run("python", "-c", show, cwd=demo).stdout == "True\n"


@pytest.mark.thorough
@pytest.mark.parametrize("asked", [{"CC": "no-such-compiler"}, {"NSC_COMPILE": "1", "CC": "no-such-compiler"}])
def test_without_a_compiler_of_c_the_wheel_is_pure_python(wheels, tmp_path, asked):
    wheel = build(ROOT, tmp_path, **asked)
    assert wheel.name.endswith("-py3-none-any.whl")
    assert names(wheel) == {file for file in names(wheels.compiler) if not file.endswith(LIBRARY)}


@pytest.mark.thorough
def test_a_pure_wheel_can_be_asked_for(tmp_path):
    wheel = build(ROOT, tmp_path, NSC_COMPILE="0")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not any(file.endswith(LIBRARY) for file in names(wheel))


@pytest.mark.thorough
def test_a_compiler_that_fails_leaves_the_wheel_pure(tmp_path):
    wheel = build(ROOT, tmp_path, CC="false")
    assert wheel.name.endswith("-py3-none-any.whl")


def runtime_info(wheels: Wheels) -> str:
    """The metadata folder of the runtime's wheel."""
    return "-".join(wheels.runtime.name.split("-")[:2]) + ".dist-info"


@pytest.mark.thorough
def test_runtime_needs_msgspec_and_nothing_else(wheels):
    needed = re.findall(r"^Requires-Dist: ([\w.-]+)[^;\n]*$", metadata(wheels.runtime), re.MULTILINE)
    assert needed == ["msgspec"]


@pytest.mark.thorough
def test_both_have_one_version_and_the_compiler_asks_for_it(wheels):
    versions = [
        re.search(r"^Version: (.+)$", metadata(wheel), re.MULTILINE) for wheel in (wheels.compiler, wheels.runtime)
    ]
    assert versions[0]
    assert versions[1]
    assert versions[0][1] == versions[1][1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (asked,) = [item for item in project["project"]["dependencies"] if item.startswith("nstack-runtime")]
    assert asked.endswith(f"=={versions[0][1]}")


@pytest.mark.thorough
def test_the_command_works_where_it_was_installed(author, demo):
    version = author.run("nsc", "--version", cwd=demo)
    assert version.returncode == 0, version.stderr
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    same = author.run("python", "-m", "nscompiler", "--version", cwd=demo)
    assert same.stdout == version.stdout
    checked = author.run("nsc", "check", "--format", "json", str(demo), cwd=demo)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["summary"]["errors"] == 0


@pytest.mark.thorough
def test_a_mistake_is_reported_where_it_was_installed(author, tmp_path):
    (tmp_path / "wrong.nml").write_text(WRONG)
    checked = author.run("nsc", "check", "--format", "json", "wrong.nml", cwd=tmp_path)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    (found,) = json.loads(checked.stdout)["diagnostics"]
    assert (found["file"], found["line"], found["severity"]) == ("wrong.nml", 3, "error")
    assert "to_json" in json.dumps(found)
    told = author.run("nsc", "check", "wrong.nml", cwd=tmp_path)
    assert "wrong.nml:3:" in told.stdout + told.stderr


@pytest.mark.thorough
def test_a_program_is_built_here_and_runs_there(author, worker, demo, tmp_path):
    out = tmp_path / "out"
    built = author.run("nsc", "build", str(demo / "module.nml"), "-o", str(out), "--target", "local", cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    shutil.rmtree(demo)
    moved = tmp_path / "elsewhere"
    out.rename(moved)
    package = emitted_package(moved)
    ran = worker.run("python", "-m", package.name, cwd=package.parent, text="one\ntwo ü\n")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "ONE!\nTWO Ü!\n"


def emitted_package(folder: Path) -> Path:
    """The package that ``python -m`` starts."""
    (found,) = {file.parent for file in folder.rglob("__main__.py")}
    return found


@pytest.mark.thorough
def test_the_worker_has_no_compiler(worker, tmp_path):
    names = ("nscompiler", "lark", "rich", "attrs", "nstack")
    code = f"from importlib.util import find_spec; print([name for name in {names} if find_spec(name)])"
    assert worker.run("python", "-c", code, cwd=tmp_path).stdout == "['nstack']\n"


@pytest.mark.thorough
def test_runtime_loads_without_its_extras(worker, tmp_path):
    done = worker.run("python", "-W", "error", "-c", "import nstack, nstack.runtime", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
