"""``nsc check --fix``: what is written back, what is left alone, what is told."""

import os
import stat
from pathlib import Path

import planted
import pytest
from click import UsageError
from click.testing import CliRunner, Result

from nscompiler.cli.commands.check import command
from nscompiler.cli.failure import Failure
from nscompiler.cli.fixing import _replace
from nscompiler.diagnostics.model import Applicability
from nscompiler.files import MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.fixing import fix

FAULTS = tuple(fault for document in planted.documents() for fault in planted.faults(document) if fault.start is None)

# Three faults with safe fixes, and one whose fix may be wrong.
MIXED = """fun numChars : Text -> Integer
fun words : Text -> [Text]
fun mark : Text -> Text with { label : Text = "" }
def v = Sources.stdin | numchars | Sinks.log
def w = Sources.stdin | words | mark { label = true } | Sinks.log
def x = Sources.stdin mark | Sinks.log
"""
SAFE = (
    MIXED.replace("numchars", "numChars")
    .replace("label = true", 'label = "true"')
    .replace("stdin mark", "stdin | mark")
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments], standalone_mode=False)


def test_safe_fixes_are_applied_and_the_rest_is_told(here: Path) -> None:
    (here / "main.nml").write_text(MIXED)
    done = check("--fix", "--format", "concise", ".")
    assert (here / "main.nml").read_text() == SAFE
    assert done.return_value == 1
    assert (
        done.stdout
        == "main.nml:5:33: error[NS0305] `words` gives a list, but `mark` takes one value\n1 error in 1 file\n"
    )
    assert done.stderr == "3 problems fixed in 1 file, 1 left; --unsafe-fixes would take on 1 of them\n"


def test_unsafe_fixes_only_where_they_are_asked_for(here: Path) -> None:
    (here / "main.nml").write_text(MIXED)
    done = check("--fix", "--unsafe-fixes", ".")
    assert (here / "main.nml").read_text() == SAFE.replace("| words |", "| words* |")
    assert (done.return_value, done.stdout, done.stderr) == (
        0,
        "no problems in 1 file\n",
        "4 problems fixed in 1 file, 0 left\n",
    )


def test_a_difference_is_shown_and_nothing_written(here: Path) -> None:
    (here / "main.nml").write_text(MIXED)
    done = check("--diff", ".")
    assert (here / "main.nml").read_text() == MIXED
    assert done.return_value == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == ["--- a/main.nml", "+++ b/main.nml"]
    assert [line for line in lines if line.startswith("-def")] == ["-" + line for line in MIXED.splitlines()[3:]]
    assert [line for line in lines if line.startswith("+def")] == ["+" + line for line in SAFE.splitlines()[3:]]
    assert done.stderr.startswith("3 problems would be fixed in 1 file, 1 left")


def test_a_file_without_faults_has_no_difference(here: Path) -> None:
    (here / "main.nml").write_text("Sources.stdin | Sinks.stdout\n")
    done = check("--diff", ".")
    assert (done.return_value, done.stdout, done.stderr) == (0, "", "0 problems would be fixed, 0 left\n")


def test_a_last_line_without_its_end_is_shown_as_such(here: Path) -> None:
    (here / "main.nml").write_text("fun numChars : Text -> Integer\ndef f = numchars")
    assert check("--diff", ".").stdout.endswith(
        "-def f = numchars\n\\ No newline at end of file\n+def f = numChars\n\\ No newline at end of file\n"
    )


def test_a_fix_that_brings_up_more_errors_is_taken_back(here: Path) -> None:
    text = "fun numChars : Text -> Integer\nfun b : Boolean -> Text\ndef v = [1, 2] | numchars | b | Sinks.log\n"
    (here / "main.nml").write_text(text)
    done = check("--fix", "--format", "concise", "-q", ".")
    assert (here / "main.nml").read_text() == text
    assert done.stdout == "main.nml:3:18: error[NS0405] `numchars` is spelt `numChars`\n"
    done = check("--fix", ".")
    assert done.stderr == "0 problems fixed, 1 left; what 1 of them offers would leave more errors\n"


def test_fixes_in_one_place_come_one_after_the_other(here: Path) -> None:
    (here / "tools.nml").write_text("module My.Tools:1.0.0\nfun count : Text -> Integer\nfun upper : Text -> Text\n")
    (here / "main.nml").write_text("def v = Sources.stdin | upper | count | Sinks.log\n")
    done = check("--fix", "--unsafe-fixes", ".")
    assert (here / "main.nml").read_text() == (
        "import My.Tools:1.0.0\n\ndef v = Sources.stdin | Tools.upper | Tools.count | Sinks.log\n"
    )
    assert done.return_value == 0


def test_files_that_were_not_asked_for_stay_as_they_are(here: Path) -> None:
    plants = "module My.Plants:1.0.0\nfun load : Text -> { petalLenght : Double }\n"
    (here / "plants.nml").write_text(plants)
    (here / "main.nml").write_text(
        "import My.Plants:1.0.0\nfun predict : { petalLength : Double } -> Text\ndef f = Plants.load | predict\n"
    )
    check("--fix", "--unsafe-fixes", "main.nml")
    assert (here / "plants.nml").read_text() == plants
    assert "fun predict : { petalLenght : Double }" in (here / "main.nml").read_text()


def test_only_the_codes_that_are_selected_are_fixed(here: Path) -> None:
    (here / "main.nml").write_text(MIXED)
    check("--fix", "--select", "NS0405", ".")
    assert (here / "main.nml").read_text() == MIXED.replace("numchars", "numChars")


def test_mark_line_ends_mode_and_link_of_a_file_are_kept(here: Path) -> None:
    real = here / "real.txt"
    lines = "module My.Main:1.0.0\r\n\r\nfun numChars : Text -> Integer\r\ndef f = numchars | count\r\n"
    real.write_bytes(b"\xef\xbb\xbf" + lines.encode())
    real.chmod(0o640)
    (here / "main.nml").symlink_to(real)
    (here / "tools.nml").write_text("module My.Tools:1.0.0\nfun count : Integer -> Integer\n")
    check("--fix", "--unsafe-fixes", ".")
    assert (here / "main.nml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    mended = lines.replace("numchars | count", "numChars | Tools.count").replace(
        "1.0.0\r\n\r\n", "1.0.0\r\n\r\nimport My.Tools:1.0.0\r\n\r\n"
    )
    assert real.read_bytes() == b"\xef\xbb\xbf" + mended.encode()
    assert sorted(os.listdir(here)) == ["main.nml", "real.txt", "tools.nml"]


def test_a_file_that_changed_meanwhile_is_not_written(here: Path) -> None:
    (here / "main.nml").write_text("def f = Std.identity\n")
    with pytest.raises(Failure, match=r"main\.nml was changed meanwhile"):
        _replace(str(here / "main.nml"), "new\n", {str(here / "main.nml"): "def f = Std.some\n"})
    assert (here / "main.nml").read_text() == "def f = Std.identity\n"


@pytest.mark.parametrize("arguments", [["--unsafe-fixes"], ["--fix", "--watch"], ["--diff", "--stats"]])
def test_options_that_do_not_go_together(arguments: list[str]) -> None:
    done = check(*arguments)
    assert done.exception is not None
    assert "--fix" in str(done.exception)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("json", "not go with --format json; the fixes, too, are in what it tells without --diff"),
        ("junit", "not go with --format junit"),
    ],
)
def test_a_difference_has_one_form(form: str, said: str) -> None:
    done = check("--diff", "--format", form, ".")
    assert isinstance(done.exception, UsageError)
    assert (done.exception.exit_code, done.stdout) == (2, "")
    assert str(done.exception).endswith(said)
    assert not isinstance(check("--diff", "--format", "concise", ".").exception, UsageError)


# The fixes that are safe are some of all.
@pytest.mark.parametrize("unsafe", [pytest.param(False, marks=pytest.mark.thorough), True])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=[pytest.mark.thorough] if place % 5 else [], id=fault.name)
        for place, fault in enumerate(FAULTS)
    ],
)
def test_no_planted_fault_gets_worse_and_fixing_comes_to_an_end(fault: planted.Planted, unsafe: bool) -> None:
    standard = standard_folder()
    library = check_texts(fault.files).compilation.files
    paths = [path for path in fault.files if path.endswith(".nml")]

    def compile(files: object) -> Compilation:
        return Compilation(files, paths, standard=standard)  # type: ignore[arg-type]

    fixed = fix(compile, library, lambda problems: problems, unsafe=unsafe)
    errors = sum(one.is_error for one in fixed.problems)
    assert errors <= 1
    if unsafe and not any(kind in ("none", "set-parameter") for kind in fault.fixes) and fault.fixes:
        # What has a blank to fill in is no fix that a command could make.
        blanks = fault.found()[0].fixes[0].applicability is Applicability.HAS_PLACEHOLDERS
        assert errors == (1 if blanks else 0)
    after = {**fault.files, **fixed.after}
    again = fix(compile, MemoryFiles(dict(after), library), lambda problems: problems, unsafe=unsafe)
    assert not again.after
