"""Which Python a module with a process of its own gets, and what is said where it is of no use."""

import sys
from pathlib import Path

import pytest
from environments import bare_environment
from nstack.runtime.declare import Process, UserModule
from nstack.runtime.errors import UsageError
from nstack.runtime.interpreter import own_interpreters

VARIABLE = "NSTACK_PYTHON_FAR_1_0_0"


def module(root: Path, name: str = "far") -> UserModule:
    """A module with a process of its own, in a package that is built into ``root``."""
    return UserModule(f"{name.title()}:1.0.0", root / "made" / "user" / name, process=Process(f"{name}-1.0.0", root))


def told(*modules: UserModule) -> list[str]:
    """The lines of what is said of modules."""
    with pytest.raises(UsageError) as raised:
        own_interpreters(modules)
    return str(raised.value).splitlines()


def fake(path: Path, *lines: str, code: int = 0) -> Path:
    """A program that stands for a Python: it says these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = "".join(f"echo '{line}'\n" for line in lines)
    path.write_text(f"#!/bin/sh\n{said}exit {code}\n")
    path.chmod(0o755)
    return path


def test_modules_without_a_process_of_their_own_share_this_one(tmp_path: Path) -> None:
    assert own_interpreters([UserModule("A:1.0.0", tmp_path)]) == {}


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    lines = told(module(tmp_path), module(tmp_path, "other"))
    folder = tmp_path / "made" / "user" / "other" / ".venv"
    assert lines[0] == "Far:1.0.0 needs a Python environment of its own"
    assert lines[5:] == [
        "Other:1.0.0 needs a Python environment of its own",
        f"  there is no Python at {folder}/bin/python; make one with:",
        f"    {sys.executable} -m venv {folder}",
        f"    (cd {tmp_path} && {folder}/bin/python -m pip install -r requirements/other-1.0.0.txt)",
        "  or name another Python in NSTACK_PYTHON_OTHER_1_0_0",
    ]


def test_paths_are_quoted_for_the_shell_and_short_where_they_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "out of place"
    root.mkdir()
    monkeypatch.chdir(root)
    folder = root / "made" / "user" / "far" / ".venv"
    assert told(module(root))[2:4] == [
        f"    {sys.executable} -m venv '{folder}'",
        f"    '{folder}/bin/python' -m pip install -r requirements/far-1.0.0.txt",
    ]


@pytest.mark.parametrize(
    ("said", "code", "what", "commands"),
    [
        (["nstack:python 3.9.2", "nstack:lacks ImportError: no"], 0, "is Python 3.9.2, and 3.11 or newer is needed", 2),
        (["nstack:python 3.12.1", "nstack:version 0.0.7"], 0, "has nstack 0.0.7, and this is nstack ", 1),
        (["hello"], 0, "cannot be used: it does not answer", 2),
        (["nstack:python 3.12.1"], 3, "cannot be used: exit code 3", 2),
    ],
)
def test_a_python_that_is_of_no_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str], code: int, what: str, commands: int
) -> None:
    python = fake(tmp_path / "env" / "bin" / "python", *said, code=code)
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    monkeypatch.setenv(VARIABLE, str(python))
    lines = told(module(tmp_path))
    assert f"{python}, which {VARIABLE} names, {what}" in lines[1]
    shown = [line.strip() for line in lines if line.startswith("    ")]
    assert shown[-1] == f"(cd {tmp_path} && {python} -m pip install -r requirements/far-1.0.0.txt)"
    assert shown[:-1] == ([f"{sys.executable} -m venv --clear {tmp_path}/env"] if commands == 2 else [])


def test_what_cannot_be_run_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python").write_text("no program")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    assert f"{tmp_path}/python, which {VARIABLE} names, cannot be used: Permission denied" in told(module(tmp_path))[1]


@pytest.mark.parametrize("packages", [(), ("nstack",)])
def test_an_environment_without_the_runtime_or_what_that_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: tuple[str, ...]
) -> None:
    python = bare_environment(tmp_path / "env", *packages)
    monkeypatch.setenv(VARIABLE, str(python))
    lines = told(module(tmp_path))
    missing = "msgspec" if packages else "nstack"
    assert f"names, cannot import nstack (ModuleNotFoundError: No module named '{missing}')" in lines[1]
    assert lines[2] == f"    (cd {tmp_path} && {python} -m pip install -r requirements/far-1.0.0.txt)"


def test_no_folder_that_is_no_environment_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = fake(tmp_path / "usr" / "bin" / "python", "nstack:python 3.9.2", "nstack:lacks it")
    monkeypatch.setenv(VARIABLE, str(python))
    lines = told(module(tmp_path))
    own = tmp_path / "made" / "user" / "far" / ".venv"
    assert lines[2] == f"    {sys.executable} -m venv {own}"
    assert lines[4] == f"    unset {VARIABLE}"


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("/nowhere/at/all/python", "/nowhere/at/all/python, which does not exist"),
        ("/nowhere/at/all/bin/python", "/nowhere/at/all/bin/python, which does not exist"),
        ("python3.99", "python3.99, which is no command on the PATH and no file in {here}"),
    ],
)
def test_a_variable_that_names_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, what: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, named)
    own = tmp_path / "made" / "user" / "far" / ".venv"
    assert told(module(tmp_path))[1:] == [
        f"  {VARIABLE} names {what.format(here=tmp_path)}; make one with:",
        f"    {sys.executable} -m venv {own}",
        f"    {own}/bin/python -m pip install -r requirements/far-1.0.0.txt",
        f"    unset {VARIABLE}",
        f"  or name another Python in {VARIABLE}",
    ]
    fake(own / "bin" / "python")
    assert told(module(tmp_path))[1:3] == [
        f"  {VARIABLE} names {what.format(here=tmp_path)}; take that of its own folder with:",
        f"    unset {VARIABLE}",
    ]


def test_an_environment_may_be_made_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "env" / "bin" / "python"))
    assert told(module(tmp_path))[2] == f"    {sys.executable} -m venv {tmp_path}/env"


def test_the_folder_of_an_environment_is_not_its_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = fake(tmp_path / "env" / "bin" / "python")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "env"))
    assert told(module(tmp_path))[1:3] == [
        f"  {tmp_path}/env, which {VARIABLE} names, is a folder; name the Python in it with:",
        f"    export {VARIABLE}={python}",
    ]


def test_the_environment_belongs_where_the_module_was_copied_from(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (tmp_path / "made" / "user").mkdir(parents=True)
    (tmp_path / "made" / "user" / "far.origin").write_text(str(mine))
    assert told(module(tmp_path))[1] == f"  there is no Python at {mine}/.venv/bin/python; make one with:"
    mine.rmdir()
    assert f"there is no Python at {tmp_path}/made/user/far/.venv/bin/python" in told(module(tmp_path))[1]
