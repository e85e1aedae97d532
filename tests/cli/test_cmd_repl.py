"""``nsc repl`` where standard input is no terminal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

MODULE = "module Words:0.1.0\n\nfun split : Text -> [Text]\n\nfun least : Text -> Text with { least : Integer = 2 }\n"
SERVICE = """import nstack


class Module(nstack.Module):
    def split(self, line):
        return line.split()

    def least(self, text):
        return text * self.args["least"]
"""


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A folder with a module in it."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words/module.nml").write_text(MODULE)
    (tmp_path / "words/service.py").write_text(SERVICE)
    return tmp_path


@pytest.mark.thorough
def test_a_script_of_cells(nsc: Nsc, words: Path) -> None:
    script = """import Words:0.1.0 as W
def letters =
  W.split*
  | W.least
["a b", "c"] | letters
:set least=3
["x"] | letters
letters
["done"] | Sinks.log
"""
    done = nsc("repl", input=script)
    assert done.stdout == (
        "letters : Text -> Text with { least : Integer = 2 }\n"
        '"aa"\n"bb"\n"cc"\n"xxx"\n'
        ": Text -> Text with { least : Integer = 2 }\n"
    )
    assert done.returncode == 0
    assert 'OUTPUT: "done"\n' in done.stderr
    assert "session" not in done.stderr
    assert "cell 7:1:1" in done.stderr


def test_the_cells_that_failed_are_told(nsc: Nsc, words: Path) -> None:
    done = nsc("repl", input="import Words:0.1.0 as W\n\n[1] | W.split\ndef a = W.split\n:nonsense\na\n")
    assert done.returncode == 1
    assert done.stdout == "a : Text -> [Text]\n: Text -> [Text]\n"
    assert " --> cell 2:1:7\n" in done.stderr
    assert done.stderr.endswith("error: 2 of 5 cells failed, at lines 3, 5\n")
    alone = nsc("repl", input="nothing\n")
    assert (alone.returncode, alone.stderr.splitlines()[-1]) == (1, "error: the cell at line 1 failed")


def test_a_run_that_fails_fails_its_cell(nsc: Nsc, words: Path) -> None:
    (words / "words/service.py").write_text(SERVICE.replace("line.split()", "1 / 0"))
    done = nsc("repl", input='import Words:0.1.0 as W\n["a"] | W.split\n')
    assert (done.returncode, done.stdout) == (1, "")
    assert "division by zero" in done.stderr


def test_what_a_workflow_needs_is_told(nsc: Nsc, tmp_path: Path) -> None:
    done = nsc("repl", input='fun shout : Text -> Text;\n["a"] | shout\n')
    assert done.returncode == 1
    assert "cell 1:1:5" in done.stderr
    assert "Python" in done.stderr


@pytest.mark.thorough
def test_files_and_folders_are_loaded_first(nsc: Nsc, words: Path) -> None:
    (words / "twice.nml").write_text("fun twice : Text -> Text\n")
    (words / "twice.py").write_text(
        "import nstack\n\n\nclass Module(nstack.Module):\n    def twice(self, text):\n        return text * 2\n"
    )
    done = nsc("repl", "words/module.nml", "twice.nml", input='["a b"] | Words.split* | twice\n')
    assert done.stdout == 'import Words:0.1.0\ntwice : Text -> Text\n"aa"\n"bb"\n'
    elsewhere = words / "elsewhere"
    elsewhere.mkdir()
    assert nsc("repl", "..", input="import Words:0.1.0 as W\nW.split", cwd=elsewhere).stdout == ": Text -> [Text]\n"
    missing = nsc("repl", "nowhere.nml", input="[1]")
    assert (missing.returncode, missing.stdout) == (1, "1\n")


def test_parameters_of_the_command_are_the_sessions(nsc: Nsc, words: Path) -> None:
    done = nsc("repl", "-p", "least=1", "words", input='import Words:0.1.0 as W\n["x"] | W.least\n')
    assert done.stdout == '"x"\n'


@pytest.mark.thorough
def test_saving_and_time_and_history(nsc: Nsc, tmp_path: Path) -> None:
    script = ["def a = Conv.to_json<Integer>", "[1] | a", ":save kept.nml", ":save kept.nml", ":history 1"]
    done = nsc("repl", input="\n".join([*script, ":time [2] | a", ":explain NS0301", ":explain NS99", ""]))
    assert (tmp_path / "kept.nml").read_text() == "def a = Conv.to_json<Integer>\n\n[1] | a\n"
    assert "kept.nml exists\n  `:save! FILE` replaces it" in done.stderr
    assert ":history 1\n" in done.stdout
    assert re.search(r"^note: it took \d+\.\d\d s$", done.stderr, re.MULTILINE)
    assert "NS0301 type-mismatch" in done.stdout
    assert "error: there is no code `NS99`; " in done.stderr
    assert nsc("run", "kept.nml").returncode == 1
    assert nsc("check", "kept.nml").returncode == 0


def test_pictures(nsc: Nsc) -> None:
    done = nsc("repl", input='def w = ["a"] | Conv.to_json | Sinks.log\n:graph w\n:graph Conv.to_json\n')
    assert "Conv.to_json" in done.stdout
    assert "▼" in done.stdout
    assert done.returncode == 1
    assert done.stderr.endswith("the cell at line 3 failed\n")


def test_quitting_ends_the_script(nsc: Nsc) -> None:
    done = nsc("repl", input="[1]\n:quit\n[2]\n")
    assert (done.returncode, done.stdout) == (0, "1\n")


@pytest.mark.parametrize(
    ("options", "more", "colored"),
    [((), {}, False), (("--color", "always"), {}, True), ((), {"FORCE_COLOR": "1"}, True),
     (("--color", "never"), {"FORCE_COLOR": "1"}, False), ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)  # fmt: skip
def test_colours(tmp_path: Path, options: tuple[str, ...], more: dict[str, str], colored: bool) -> None:
    command = [sys.executable, "-m", "nscompiler", "repl", *options]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        input=b"Conv.to_json<Integer>\nnothing",
        capture_output=True,
        env=PLAIN | more,
        check=False,
    )
    assert (b"\x1b[36mInteger\x1b[0m" in done.stdout, b"\x1b[" in done.stderr) == (colored, colored)


def test_without_its_library_the_prompt_says_how_to_get_it(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['prompt_toolkit'] = None; sys.stdin.isatty = sys.stdout.isatty = lambda: True; "
    done = subprocess.run(
        [sys.executable, "-c", f"{hidden}from nscompiler.cli.main import main; sys.exit(main(['repl']))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=PLAIN,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the prompt needs the package prompt_toolkit, which is not installed\n")
    assert "pip install 'nscompiler[repl]'" in done.stderr


def test_files_below_the_folder_are_named_from_there(nsc: Nsc, words: Path) -> None:
    done = nsc("repl", input="import Words:0.1.0 as W\nW.split | W.split\n")
    assert " ::: words/module.nml:3:5\n" in done.stderr


def test_bytes_that_are_no_text_are_told_of_with_their_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "repl"],
        cwd=tmp_path,
        input=b'["a"] | Sinks.log\n"\xff"\n',
        capture_output=True,
        env=PLAIN,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"error: standard input is not UTF-8 text: line 2 has the byte 0xFF\n"
