"""``nsc check``: forms, exit codes, streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from running_nsc import PLAIN, Nsc

from nscompiler.cli.commands.check import command
from nscompiler.cli.main import main
from nscompiler.diagnostics.render import FORMATS
from nscompiler.version import __version__

EACH_FORM = pytest.mark.parametrize(
    "form", [pytest.param(one, marks=[pytest.mark.thorough] if place % 3 else []) for place, one in enumerate(FORMATS)]
)

GOOD = "Sources.stdin | Sinks.stdout\n"


def test_a_clean_file(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "good.nml").write_text(GOOD)
    done = nsc("check", "good.nml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no problems in 1 file\n", "")


def test_errors_go_to_standard_output_and_fail(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "bad.nml").write_text("module Demo:0.1.0\n\ndef w = Sources.stdin | shout | Sinks.log\n")
    done = nsc("check", "bad.nml")
    assert done.returncode == 1
    assert "bad.nml:3:25" in done.stdout
    assert done.stdout.endswith("1 error in 1 module\n")
    assert done.stderr == ""


def test_this_folder_is_checked_where_no_path_is_given(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "one.nml").write_text(GOOD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "two.nml").write_text(GOOD)
    assert nsc("check").stdout == "no problems in 2 files\n"


def test_concise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.nml").write_text("def w = Sources.stdin | shout | Sinks.log\n")
    result = CliRunner().invoke(command, ["--format", "concise", "-q", "bad.nml"], standalone_mode=False)
    assert result.return_value == 1
    assert result.stdout == "bad.nml:1:25: error[NS0401] there is no function `shout`\n"


def test_the_json_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.nml").write_text("module Demo:0.1.0\n/* 💡 é */ def w = Sources.stdin | shout | Sinks.log\n")
    result = CliRunner().invoke(command, ["--format", "json", "."], standalone_mode=False)
    document = json.loads(result.stdout)
    assert result.return_value == 1
    assert document["schema_version"] == 1
    (diagnostic,) = document["diagnostics"]
    expected = {
        "file": "bad.nml",
        "line": 2,
        "column": 35,
        "end_line": 2,
        "end_column": 40,
        "severity": "error",
        "code": "NS0401",
    }
    assert {key: diagnostic[key] for key in expected} == expected
    counts = document["summary"]
    assert (counts["errors"], counts["warnings"], counts["modules"], counts["files"]) == (1, 0, 1, 1)


def test_json_of_a_clean_check_is_a_document_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.nml").write_text(GOOD)
    result = CliRunner().invoke(command, ["--format", "json", "good.nml"], standalone_mode=False)
    assert result.return_value == 0
    assert json.loads(result.stdout)["diagnostics"] == []


# --- what is told of, and what for


TWO = "import Missing:0.1.0 as M\nSources.stdin | shout | Sinks.stdout\n"


def codes_of(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
    """The exit code of a check of this folder, and the codes told of."""
    code = main(["check", "--format", "jsonl", *options])
    return code, [json.loads(line)["code"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (1, ["NS0211", "NS0401"])),
        (["--select", "NS0401"], (1, ["NS0401"])),
        (["--select", "ns04"], (1, ["NS0401"])),
        (["--select", "unknown-name,unknown-module"], (1, ["NS0211", "NS0401"])),
        (["--select", "NS"], (1, ["NS0211", "NS0401"])),
        (["--ignore", "NS04"], (1, ["NS0211"])),
        (["--ignore", "NS0401", "--ignore", " NS0211"], (0, [])),
        (["--select", "NS04,NS0211", "--ignore", "NS0401"], (1, ["NS0211"])),
        (["--select", "NS03"], (0, [])),
        (["--exit-zero"], (0, ["NS0211", "NS0401"])),
    ],
)
def test_codes_that_are_chosen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    expected: tuple[int, list[str]],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.nml").write_text(TWO)
    assert codes_of(capsys, *options) == expected


@pytest.mark.parametrize(
    ("option", "word", "said"),
    [
        ("--select", "NS0999", "there is no code `NS0999`"),
        ("--ignore", "type-mismatc", "there is no code `type-mismatc`; did you mean `type-mismatch`?"),
        ("--select", "NS03,,NS04", "there is no code ``"),
        ("--select", "NS98", "there is no code `NS98`"),
        ("--ignore", "NS9999", "there is no code `NS9999`; `nsc explain` lists them"),
        ("--ignore", "sunshine", "`nsc explain` lists them"),
    ],
)
def test_codes_that_there_are_not(capsys: pytest.CaptureFixture[str], option: str, word: str, said: str) -> None:
    assert main(["check", option, word]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_what_is_not_told_of_counts_for_nothing(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "bad.nml").write_text("Sources.stdin | shout | Sinks.stdout\n")
    done = nsc("check", "bad.nml", "--ignore", "NS0401")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no problems in 1 file\n", "")


def test_statistics_beside_the_output(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "module.nml").write_text("module Lib:1.0.0\n\nfun f : Text -> Text\n")
    (tmp_path / "bad.nml").write_text("import Lib:1.0.0 as L\nSources.stdin | L.f | one | two | Sinks.stdout\n")
    done = nsc("check", "bad.nml", "--stats", "--format", "concise", "-q")
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["error[NS0401]"] * 2
    told = done.stderr.splitlines()
    assert told[:3] == [
        "checked: 0 modules, 1 file, 1 imported, 2 lines",
        "problems by code:",
        "       2  NS0401  unknown-name",
    ]
    assert told[3] == "time in milliseconds:"
    assert [line.split()[1] for line in told[4:]] == ["find", "parse", "resolve", "check", "compare", "total"]


def test_statistics_in_the_document(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "good.nml").write_text(GOOD)
    done = nsc("check", "good.nml", "--stats", "--format", "json")
    told = json.loads(done.stdout)["statistics"]
    assert (done.returncode, done.stderr) == (0, "")
    assert (told["modules"], told["files"], told["imported"], told["codes"]) == (0, 1, 0, {})
    assert [(one["typed"], one["untyped"]) for one in told["workflows"]] == [(1, 0)]
    assert list(told["seconds"]) == ["find", "parse", "resolve", "check", "compare"]


def test_statistics_tell_how_much_of_a_workflow_is_typed(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "good.nml").write_text('def raw = Sources.jsonl<Json> { path = "x" } | Sinks.log\n')
    told = nsc("check", "good.nml", "--stats").stderr.splitlines()
    assert told[1:3] == ["edges with typed values:", "    0 of 1  good.raw"]


@EACH_FORM
def test_every_form_goes_to_standard_output_whole(nsc: Nsc, tmp_path: Path, form: str) -> None:
    (tmp_path / "bad.nml").write_text("Sources.stdin | shout | Sinks.stdout\n")
    done = nsc("check", "--format", form, "bad.nml")
    assert (done.returncode, done.stderr) == (1, "")
    assert "NS0401" in done.stdout
    assert done.stdout.endswith("\n")
    assert nsc("check", "--format", form, "--exit-zero", "bad.nml").stdout == done.stdout


@EACH_FORM
def test_every_form_can_be_written_where_there_is_only_ascii(tmp_path: Path, form: str) -> None:
    (tmp_path / "größe.nml").write_text('"é" | größe | Sinks.stdout\n')
    line = [sys.executable, "-m", "nscompiler", "check", "--format", form, "größe.nml"]
    here = {**PLAIN, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(line, cwd=tmp_path, env=here, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.isascii()


@EACH_FORM
def test_every_form_can_name_a_file_that_is_no_unicode(tmp_path: Path, form: str) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.nml"
    with open(name, "wb") as file:
        file.write(b"Sources.stdin | shout | Sinks.stdout\n")
    line = [os.fsencode(sys.executable), b"-m", b"nscompiler", b"check", b"--format", form.encode(), name]
    done = subprocess.run(line, cwd=tmp_path, env=PLAIN, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"NS0401" in done.stdout


# --- colours, paths, usage


def colored(tmp_path: Path, *arguments: str, **environment: str) -> bool:
    (tmp_path / "bad.nml").write_text("def w = Sources.stdin | shout\n")
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "check", "bad.nml", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**PLAIN, **environment},
        check=False,
    )
    assert done.returncode == 1
    return "\x1b[" in done.stdout


def test_a_pipe_is_not_coloured_unless_asked_for(tmp_path: Path) -> None:
    assert not colored(tmp_path)
    assert colored(tmp_path, "--color", "always")
    assert colored(tmp_path, FORCE_COLOR="1")


def test_no_color_wins_over_force_color(tmp_path: Path) -> None:
    assert not colored(tmp_path, NO_COLOR="1", FORCE_COLOR="1")


def test_modules_are_found_in_further_folders(nsc: Nsc, tmp_path: Path) -> None:
    for folder in ("mine", "lib"):
        (tmp_path / folder).mkdir()
    (tmp_path / "lib" / "module.nml").write_text("module Lib:1.0.0\n\ntype Name = Text\n")
    (tmp_path / "mine" / "module.nml").write_text(
        "module Mine:1.0.0\nimport Lib:1.0.0 as L\n\nfun f : L.Name -> L.Name\n"
    )
    assert nsc("check", "mine").returncode == 1
    assert nsc("check", "mine", "--path", "lib").returncode == 0
    here = {**PLAIN, "NSTACK_PATH": str(tmp_path / "lib")}
    command_line = [sys.executable, "-m", "nscompiler", "check", "mine"]
    assert subprocess.run(command_line, cwd=tmp_path, env=here, capture_output=True, check=False).returncode == 0


def test_of_imported_files_only_errors_are_told(nsc: Nsc, tmp_path: Path) -> None:
    for folder in ("mine", "lib"):
        (tmp_path / folder).mkdir()
    (tmp_path / "nstack-project.yaml").write_text("modules: [mine, lib]\n")
    (tmp_path / "lib" / "module.nml").write_text("module Lib:1.0.0\n\nfun f : Text -> Text\n")
    (tmp_path / "lib" / "service.py").write_text("import nstack\nclass Module(nstack.Module):\n    pass\n")
    (tmp_path / "mine" / "module.nml").write_text("module Mine:1.0.0\nimport Lib:1.0.0 as L\ndef g = L.f\n")
    assert nsc("check", "mine").stdout == "no problems in 1 module\n"
    assert "NS0801" in nsc("check", "lib").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "there is no command `chekc`; did you mean `check`?"),
        (["check", "--formt", "json", "."], "--format"),
        (["check", "--format", "xml", "."], "'xml'"),
        ([], "Usage"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err + captured.out
    assert "Traceback" not in captured.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"nsc {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    for name in ("build", "check", "explain", "graph", "init", "list", "notebook", "run", "send", "test"):
        assert f"\n  {name} " in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_a_bug_of_ours_names_phase_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nscompiler.pipeline import compilation

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    (tmp_path / "good.nml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compilation, "check_module", broken)
    assert main(["check", "good.nml"]) == 70
    captured = capsys.readouterr()
    assert "internal error while checking good.nml: ZeroDivisionError: by zero" in captured.err
    assert "Traceback" not in captured.err
    assert main(["check", "good.nml", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command_line", ["check --format concise .", "check", "list functions"])
def test_output_that_nobody_reads_ends_quietly(tmp_path: Path, command_line: str) -> None:
    functions = "".join(f"fun function{n} : Text -> Text\n" for n in range(4000))
    broken = "".join(f"def _{n} = Sources.stdin*\n" for n in range(1200))
    (tmp_path / "big.nml").write_text("module Big:0.1.0\n" + (functions if "list" in command_line else broken))
    line = f"{sys.executable} -m nscompiler {command_line} | head -1 | wc -l; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, env=PLAIN, check=False)
    assert done.stdout.split() == ["1", "141"]
    assert done.stderr == ""


def test_the_module_is_the_command(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("nsc")
    if not script.exists():
        pytest.skip("the package is not installed here")
    by_script = subprocess.run([script, "--version"], capture_output=True, text=True, check=True).stdout
    by_module = [sys.executable, "-m", "nscompiler", "--version"]
    assert by_script == subprocess.run(by_module, capture_output=True, text=True, check=True, env=os.environ).stdout


def test_the_standard_library_has_a_short_name_for_people_and_its_path_for_programs(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text("Sources.stdin | Std.single | Sinks.stdout\n")
    told = nsc("check", "w.nml").stdout
    assert "::: <stdlib>/Std.nml:" in told
    assert "nstack/modules" not in told
    again = nsc("check", "w.nml").stdout
    assert again == told, "also where the answer was kept"
    related = json.loads(nsc("check", "w.nml", "--format", "json").stdout)["diagnostics"][0]["related"]
    files = {Path(label["file"]).name: Path(label["file"]) for label in related}
    assert files["Std.nml"].is_absolute()
    assert files["Std.nml"].is_file()
