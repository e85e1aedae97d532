"""What the commands do where the system fails them: folders, locks, terminals, plugins, silent servers."""

import io
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import click
import pytest
from running_nsc import PLAIN, Nsc

from nscompiler.cli.failure import Failure
from nscompiler.cli.folders import MARKER, RunCache, replace_build
from nscompiler.cli.main import main
from nscompiler.cli.report import report_problems, wants_color
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.pipeline.compilation import Compilation

ONE = "module Demo.One:0.1.0\n\ndef w = Sources.stdin | Sinks.stdout\n"
NOTHING: Callable[[Path], None] = lambda new: None  # noqa: E731


@click.command("greet")
def greet() -> None:
    """Say hello."""
    click.echo("hello from another wheel")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "one.nml").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Another wheel offers the command ``greet``."""
    point = metadata.EntryPoint("greet", value, "nscompiler.commands")

    def entry_points(*, group: str, name: str) -> list[metadata.EntryPoint]:
        return [point] if (group, name) == (point.group, point.name) else []

    monkeypatch.setattr(metadata, "entry_points", entry_points)


def test_a_command_of_another_wheel(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    offered(monkeypatch, f"{__name__}:greet")
    assert main(["greet"]) == 0
    assert capsys.readouterr().out == "hello from another wheel\n"
    assert main(["part"]) == 2
    assert "there is no command `part`" in capsys.readouterr().err


def test_an_entry_point_that_is_no_command_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, "os:path")
    assert main(["greet"]) == 2
    assert "there is no command `greet`" in capsys.readouterr().err


def test_a_shell_is_told_the_commands(tmp_path: Path) -> None:
    asking = {**PLAIN, "_NSC_COMPLETE": "bash_complete", "COMP_WORDS": "nsc ch", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler"], cwd=tmp_path, env=asking, capture_output=True, text=True, check=False
    )
    assert done.stdout == "plain,check\n"


def test_a_question_that_is_not_answered_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    def abort(*_: object) -> None:
        raise click.Abort

    monkeypatch.setattr("nscompiler.cli.app.nsc.invoke", abort)
    assert main(["list", "all"]) == 130


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("command", [["check"], ["list", "all"], ["--help"]])
def test_a_full_disk_is_one_error(here: Path, command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nscompiler", *command],
            cwd=here, env=PLAIN, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "error: cannot write the output: No space left on device\n")


def test_another_failure_of_the_system_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr("nscompiler.cli.app.nsc.invoke", fail)
    assert main(["list", "all"]) == 70
    assert "internal error: OSError: [Errno 9]" in capsys.readouterr().err


def test_a_module_cannot_be_made_where_a_file_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "one.nml/Sub"]) == 1
    assert "error: one.nml is a file, so one.nml/Sub cannot be a folder" in capsys.readouterr().err


def test_a_build_cannot_be_written_below_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "one.nml", "-o", "one.nml/out"]) == 1
    assert "error: cannot write one.nml/out: " in capsys.readouterr().err
    assert (here / "one.nml").read_text() == ONE


def test_a_build_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    replace_build(out, lambda new: (new / MARKER).write_text("first"))

    def half(new: Path) -> None:
        (new / MARKER).write_text("second")
        raise OSError(28, "No space left on device")

    with pytest.raises(Failure, match=r"cannot write .*out: No space left on device"):
        replace_build(out, half)
    assert (out / MARKER).read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_lock_that_cannot_be_written_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_text", refuse)
    assert main(["build", "--lock", "one.nml"]) == 1
    printed = capsys.readouterr().err
    assert "cannot write" in printed
    assert "nstack.lock: Permission denied" in printed


def test_a_build_without_the_runtime_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nscompiler.tools import runtime_wheel

    def missing() -> None:
        raise runtime_wheel.RuntimeMissing("the package nstack-runtime is not installed")

    monkeypatch.setattr(runtime_wheel, "runtime_wheel", missing)
    assert main(["build", "one.nml"]) == 1
    assert "error: the package nstack-runtime is not installed" in capsys.readouterr().err
    assert not (here / "build").exists()


def test_one_function_in_two_modules_must_be_named_whole(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "one.nml").write_text("module One:0.1.0\n\nfun f : Text -> Text\n")
    (here / "two.nml").write_text("module Two:0.1.0\n\nfun f : Text -> Text\n")
    assert main(["test", ".", "f", '"x"']) == 1
    printed = capsys.readouterr().err
    assert "has 2 functions called f; name the module too" in printed
    assert "One.f" in printed
    assert "Two.f" in printed


def test_a_program_that_cannot_be_started_is_one_error(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", str(here / "no-python"))
    assert main(["run", "one.nml"]) == 1
    assert f"error: cannot start {here / 'no-python'}: No such file or directory" in capsys.readouterr().err


# --- the cache of builds


def test_a_cache_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    cache = RunCache(tmp_path)
    with pytest.raises(Failure, match=r"cannot write .*below"):
        cache.place("no/such/folder/below", NOTHING)


def test_where_nothing_can_be_written_a_temporary_folder_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("project", "cache"):
        (tmp_path / name).write_text("a file")
    monkeypatch.setenv("NSC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    placed = RunCache(tmp_path / "project").place("demo", NOTHING)
    assert placed.is_dir()
    assert placed.parent.parent == tmp_path
    assert placed.parent.name.startswith("nsc-")


def test_a_cache_without_the_right_to_write_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NSC_CACHE_DIR", str(tmp_path / "cache"))
    real = os.access
    closed = str(tmp_path / "project")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(closed) and real(path, mode))
    assert RunCache(tmp_path / "project").place("demo", NOTHING) == tmp_path / "cache" / "run" / "demo"


@pytest.mark.parametrize("chosen", [True, False])
def test_the_users_cache_is_where_the_desktop_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: bool
) -> None:
    (tmp_path / "project").write_text("a file")
    monkeypatch.delenv("NSC_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    if chosen:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "desktop"))
    else:
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    base = tmp_path / ("desktop" if chosen else ".cache")
    assert RunCache(tmp_path / "project").place("demo", NOTHING) == base / "nsc" / "run" / "demo"


# --- sending


def test_a_server_that_is_silent_is_given_up(nsc: Nsc) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        done = nsc("send", "/x", "1", "--port", str(port), "--timeout", "0.05")
    assert done.returncode == 1
    assert f"127.0.0.1:{port} did not answer within 0.05 seconds" in done.stderr


@pytest.mark.parametrize("host", ["no such host", "a" * 80, "\x00"])
def test_a_machine_whose_name_cannot_be_one(capsys: pytest.CaptureFixture[str], host: str) -> None:
    assert main(["send", "/x", "1", "--host", host]) == 1
    assert capsys.readouterr().err.startswith(f"error: cannot reach {host}:8080: ")


# --- where diagnostics go


def told(stream: io.TextIOBase) -> None:
    """Write a problem in a line that is too long to be shown whole."""
    program = f"def w = nothing | {' | '.join('Std.identity{}' for _ in range(30))}\n".replace("{}", "")
    compilation = Compilation(MemoryFiles({"w.nml": program}, DiskFiles()), ("w.nml",))
    report_problems(compilation, compilation.problems, stream)  # type: ignore[arg-type]


@pytest.mark.parametrize(("encoding", "plain"), [("utf-8", False), ("ascii", True), ("latin-1", True)])
def test_a_stream_gets_signs_that_it_can_hold(encoding: str, plain: bool) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    told(stream)
    stream.flush()
    text = written.getvalue().decode(encoding)
    assert "NS0401" in text
    assert text.isascii() is plain


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("7", 40), ("", 100)])
def test_excerpts_are_as_wide_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    stream = io.StringIO()
    told(stream)
    (line,) = [line for line in stream.getvalue().splitlines() if line.startswith("1 |")]
    assert width - 4 <= len(line) <= width


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "coloured"),
    [
        ("auto", {}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_is_coloured_as_far_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch, choice: str, variables: dict[str, str], coloured: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, Terminal()) is coloured


def test_the_list_of_commands_tells_each_in_a_whole_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2].splitlines()
    assert len(listed) > 15
    assert [line for line in listed if line.endswith("...")] == []
