"""``nsc fmt``: which files are changed, which are left alone, and what is said."""

import os
import stat
from pathlib import Path

import pytest
from running_nsc import Nsc

import nscompiler
from nscompiler.cli import formatting
from nscompiler.cli.main import main
from nscompiler.cli.rewriting import replace_file
from nscompiler.tools.format import FormatFailure, Formatted, format_source

UGLY, LAID_OUT = "def  w=Sources.stdin|Sinks.stdout;\n", "def w = Sources.stdin | Sinks.stdout\n"
BROKEN = "def w = |\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.nml").write_text(UGLY)
    (tmp_path / "sub" / "b.nml").write_text(LAID_OUT)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c.nml").write_text(UGLY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_below_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.utime(folder / "sub" / "b.nml", (1, 1))
    assert main(["fmt"]) == 0
    assert (folder / "a.nml").read_text() == LAID_OUT
    assert (folder / "node_modules" / "c.nml").read_text() == UGLY
    assert (folder / "sub" / "b.nml").stat().st_mtime == 1
    assert sorted(os.listdir(folder)) == ["a.nml", "node_modules", "sub"]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "1 file reformatted, 1 file already formatted\n"
    assert main(["fmt", "a.nml", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_check_lists_and_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", "."]) == 1
    captured = capsys.readouterr()
    assert captured.out == "a.nml\n"
    assert captured.err == "1 file would be reformatted, 1 file already formatted\n"
    assert (folder / "a.nml").read_text() == UGLY
    assert main(["fmt", "--check", "sub"]) == 0


def test_diff_is_one_that_patch_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.nml").write_text(UGLY.rstrip("\n"))
    assert main(["fmt", "--diff", "./a.nml", "sub"]) == 1
    assert capsys.readouterr().out == (
        f"--- a/a.nml\n+++ b/a.nml\n@@ -1 +1 @@\n-{UGLY}\\ No newline at end of file\n+{LAID_OUT}"
    )
    assert (folder / "a.nml").read_text() == UGLY.rstrip("\n")


def test_a_broken_file_is_left_alone_and_the_others_are_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sub" / "b.nml").write_text(BROKEN)
    assert main(["fmt", "sub", "a.nml", "nowhere.nml"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "sub/b.nml:1:9" in captured.err
    assert "there is no file or folder `nowhere.nml`" in captured.err
    assert captured.err.endswith("1 file reformatted, 1 file left alone\n")
    assert (folder / "sub" / "b.nml").read_text() == BROKEN
    assert (folder / "a.nml").read_text() == LAID_OUT


def test_a_bug_leaves_its_file_alone_and_the_others_are_laid_out(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub" / "b.nml").write_text(UGLY)

    def failing(text: str, path: str) -> Formatted:
        if path == "sub/b.nml":
            raise FormatFailure(f"the layout of {path} would lose a comment")
        return format_source(text, path)

    monkeypatch.setattr(formatting, "format_source", failing)
    assert main(["fmt", "sub/b.nml", "a.nml"]) == 70
    summary, error, *_ = capsys.readouterr().err.splitlines()
    assert summary == "1 file reformatted, 1 file left alone"
    assert error == "internal error in sub/b.nml: FormatFailure: the layout of sub/b.nml would lose a comment"
    assert (folder / "sub" / "b.nml").read_text() == UGLY
    assert (folder / "a.nml").read_text() == LAID_OUT


def test_what_is_no_text_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.nml").write_bytes(b"def w = a \xff")
    assert main(["fmt", "a.nml"]) == 1
    assert "is not UTF-8 text" in capsys.readouterr().err
    assert (folder / "a.nml").read_bytes() == b"def w = a \xff"


def test_mode_and_links_stay(folder: Path) -> None:
    os.chmod(folder / "a.nml", 0o751)
    (folder / "link.nml").symlink_to("a.nml")
    assert main(["fmt", "link.nml", "a.nml"]) == 0
    assert (folder / "link.nml").is_symlink()
    assert (folder / "a.nml").read_text() == LAID_OUT
    assert stat.S_IMODE((folder / "a.nml").stat().st_mode) == 0o751


def test_a_mark_and_line_ends_are_a_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.nml").write_bytes(b"\xef\xbb\xbf" + LAID_OUT.encode())
    (folder / "sub" / "b.nml").write_bytes(LAID_OUT.replace("\n", "\r\n").encode())
    assert main(["fmt", "."]) == 0
    assert (folder / "a.nml").read_bytes() == LAID_OUT.encode()
    assert (folder / "sub" / "b.nml").read_bytes() == LAID_OUT.encode()
    assert capsys.readouterr().err == "2 files reformatted\n"


def test_what_cannot_be_written_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)
    assert main(["fmt", "a.nml"]) == 1
    assert capsys.readouterr().err == "error: cannot write a.nml: permission denied\n1 file left alone\n"
    assert (folder / "a.nml").read_text() == UGLY


def test_a_file_is_replaced_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        replace_file("a.nml", b"new")
    assert (folder / "a.nml").read_text() == UGLY
    assert sorted(os.listdir(folder)) == ["a.nml", "node_modules", "sub"]


@pytest.mark.thorough
def test_standard_input(nsc: Nsc) -> None:
    done = nsc("fmt", "-", input=UGLY)
    assert (done.returncode, done.stdout, done.stderr) == (0, LAID_OUT, "")
    assert nsc("fmt", "-", input=LAID_OUT).stdout == LAID_OUT
    assert (
        nsc("fmt", "-", "--check", input=UGLY).returncode,
        nsc("fmt", "-", "--check", input=LAID_OUT).returncode,
    ) == (1, 0)
    broken = nsc("fmt", "-", "--stdin-filename", "cell.nml", input=BROKEN)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "cell.nml:1:9" in broken.stderr
    assert nsc("fmt", "-", "a.nml").returncode == 2


def test_nothing_to_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", str(tmp_path)]) == 0
    assert capsys.readouterr().err == "no files to format\n"


def test_from_python() -> None:
    assert nscompiler.format_source(UGLY).text == LAID_OUT
    assert nscompiler.format_source(BROKEN, "a.nml").problems != ()


def test_a_file_that_is_not_there_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "nowhere.nml"]) == 1
    assert capsys.readouterr().err == ("error[NS0221]: there is no file or folder `nowhere.nml`\n --> nowhere.nml\n\n")


def test_nothing_that_is_there_is_not_counted_by_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", "nowhere.nml"]) == 1
    captured = capsys.readouterr()
    assert "there is no file or folder `nowhere.nml`" in captured.err
    assert captured.err.endswith("\n1 error\n")
