"""What surrounds a command and is not as usual: closed streams, names that are no text, variables that are not set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

WORKFLOW = "module Flow:1.0.0\n\nfun same : Text -> Text\n\ndef w = Sources.stdin | same | Sinks.stdout\n"
SERVICE = "import nstack\n\n\nclass Module(nstack.Module):\n    def same(self, text):\n        return text\n"


def write_flow(folder: Path) -> Path:
    folder.mkdir()
    (folder / "module.nml").write_text(WORKFLOW)
    (folder / "service.py").write_text(SERVICE)
    return folder


def in_shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command line of a shell, which may close streams; ``nsc`` and ``python`` are those of this test."""
    names = f'nsc() {{ "{sys.executable}" -m nscompiler "$@"; }}; python() {{ "{sys.executable}" "$@"; }}; '
    return subprocess.run(
        ["sh", "-c", names + command], cwd=folder, capture_output=True, text=True, env=PLAIN, timeout=60, check=False
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("command", "out", "error"),
    [
        ("nsc check flow >&-", "", ""),
        ("nsc list all flow >&-", "", ""),
        ("nsc check flow 2>&-", "no problems in 1 module\n", ""),
        ("nsc notebook <&-", "", "`notebook.nml` is empty"),
        ("nsc run flow <&-", "", "w done"),
        ("echo a | nsc run flow >&-", "", "w done"),
        ("echo a | nsc run flow 2>&-", "a\n", ""),
        ("nsc build flow -o out && PYTHONPATH=out python -m flow <&-", "out\n", "w done"),
        ("nsc build flow -o out && echo a | PYTHONPATH=out python -m flow >&-", "out\n", "in=1 out=1"),
    ],
)
def test_a_closed_stream_is_an_empty_one(tmp_path: Path, command: str, out: str, error: str) -> None:
    write_flow(tmp_path / "flow")
    done = in_shell(tmp_path, command)
    assert done.stdout == out
    assert error in done.stderr
    assert done.returncode == ("empty" in error)


@pytest.mark.skipif(sys.platform == "darwin", reason="file names are UTF-8 there")
def test_a_folder_whose_name_is_no_text(nsc: Nsc, tmp_path: Path) -> None:
    write_flow(tmp_path / os.fsdecode(b"b\xe9d"))
    done = nsc("run", os.fsdecode(b"b\xe9d"), input="a\n")
    assert (done.returncode, done.stdout) == (0, "a\n")
    assert r"b\udce9d/module.nml:5:9" in done.stderr


def test_a_cell_that_is_no_text(nsc: Nsc) -> None:
    done = nsc("notebook", os.fsdecode(b'["\xe9"] | Sinks.stdout'))
    assert done.returncode == 1
    assert "`notebook.nml` is not UTF-8 text: the byte 0xe9 at offset 2" in done.stderr


@pytest.mark.parametrize("command", ["check", "run", "build"])
def test_an_empty_path_is_not_this_folder(nsc: Nsc, tmp_path: Path, command: str) -> None:
    write_flow(tmp_path / "flow")
    done = nsc(command, "")
    assert done.returncode == 1
    assert "the name of a file or folder is empty" in done.stdout + done.stderr


@pytest.mark.thorough
def test_a_slip_in_a_parameter_that_one_function_takes_all_the_same_is_told(nsc: Nsc, tmp_path: Path) -> None:
    write_flow(tmp_path / "flow")
    for given, told in (("max_lin=9", True), ("colour=red", False), ("max_line=9", False)):
        done = nsc("run", "flow", "-p", given, input="a\n")
        assert (done.returncode, done.stdout) == (0, "a\n")
        assert ("gets it; is max_line meant?" in done.stderr) == told
