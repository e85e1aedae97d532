"""``nsc graph`` as a command: forms, files, widths, and what is wrong with a request."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

from nscompiler.cli.main import main
from nscompiler.flow.dump import load

TWO = """\
module Demo.Two:0.1.0

fun numChars : Text -> Integer
def partial = numChars
def one = Sources.stdin | numChars | Sinks.log
def two = ["é"] | Sinks.stdout
"""


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with two workflows and a partial def."""
    (tmp_path / "module.nml").write_text(TWO)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def test_the_terminal_drawing_is_the_default(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", ".", "one"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[0] == "one of Demo.Two:0.1.0"
    assert "│ Demo.Two.numChars │" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.mmd", "---\ntitle: one of Demo.Two:0.1.0"),
        ("a.dot", 'digraph "one"'),
        ("a.gv", 'digraph "one"'),
        ("a.SVG", "<svg "),
        ("a.html", "<!DOCTYPE html>"),
        ("a.json", "{\n"),
        ("a.txt", "one of Demo.Two:0.1.0\n"),
        ("a", "one of Demo.Two:0.1.0\n"),
    ],
)
def test_the_end_of_a_name_tells_the_form(
    two: Path, name: str, begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", ".", "one", "-o", name]) == 0
    assert (two / name).read_text().startswith(begins)
    assert capsys.readouterr().out == ""


def test_a_form_that_is_named_wins(two: Path) -> None:
    assert main(["graph", ".", "one", "-o", "a.html", "--format", "svg"]) == 0
    assert ET.parse(two / "a.html").getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_json_is_the_published_graph(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", ".", "two", "--format", "json"]) == 0
    graph = load(capsys.readouterr().out)
    assert [node.kind for node in graph.nodes] == ["literal", "sink"]


def test_a_page_has_all_workflows(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", ".", "--format", "html"]) == 0
    text = capsys.readouterr().out
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg" class="nsc-graph"') == 2
    assert f"file://{two}/module.nml" in text
    assert main(["graph", ".", "one", "--format", "html", "--links", "none"]) == 0
    text = capsys.readouterr().out
    assert str(two) not in text
    assert text.count("<svg ") == 1


def test_a_drawing_has_the_width_that_is_asked_for(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (two / "wide.nml").write_text(f"Sources.stdin | ({' & '.join(['Sinks.log', 'Sinks.stdout'] * 6)})\n")
    widest = {}
    for width in ("40", "100", "300"):
        assert main(["graph", "wide.nml", "--width", width]) == 0
        widest[width] = max(map(len, capsys.readouterr().out.splitlines()))
    assert widest["40"] <= 40
    assert widest["100"] <= 100 < widest["300"] <= 300
    assert main(["graph", "wide.nml"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("form", "kept"), [("terminal", '["\\xe9"]'), ("svg", "&#233;"), ("html", "&#233;"), ("json", "\\u00e9")]
)
def test_where_only_ascii_may_go(two: Path, form: str, kept: str) -> None:
    command = [sys.executable, "-m", "nscompiler", "graph", ".", "two", "--format", form]
    environment = {**PLAIN, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=two, env=environment, capture_output=True, check=True, timeout=60)
    assert kept in done.stdout.decode("ascii")
    if form == "svg":
        assert "é" in "".join(ET.fromstring(done.stdout).itertext())


def test_ascii_and_colour_by_request(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", ".", "two", "--ascii"]) == 0
    assert capsys.readouterr().out.isascii()
    assert main(["graph", ".", "two", "--color", "always"]) == 0
    assert "\x1b[32m" in capsys.readouterr().out
    assert main(["graph", ".", "two", "-o", "a.txt"]) == 0
    assert "\x1b" not in (two / "a.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((".",), 1, "error: . has 2 workflows; say which one"),
        ((".", "--format", "svg"), 1, "error: . has 2 workflows; say which one"),
        ((".", "ones"), 1, "error: . has no workflow called ones\n  did you mean `one`?"),
        ((".", "partial"), 1, "NS0325"),
        ((".", "partial", "--format", "html"), 1, "NS0325"),
        (("none.nml",), 1, "error: none.nml has no workflow\n"),
        (("none.nml", "--format", "html"), 1, "error: none.nml has no workflow\n"),
        ((".", "one", "-o", "no/such/folder.svg"), 1, "error: cannot write no/such/folder.svg: No such file"),
        ((".", "one", "-o", "."), 1, "error: cannot write .: Is a directory"),
        ((".", "one", "-o", "one.PNG"), 1, "error: no .png can be drawn; names may end in .mmd, .dot, .gv, .svg,"),
        ((".", "one", "--format", "png"), 2, "'png' is not one of"),
        ((".", "one", "--width", "3"), 2, "3 is not in the range"),
    ],
)
def test_what_is_wrong_is_one_clear_error(
    two: Path, arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (two / "none.nml").write_text("fun f : Text -> Text\n")
    given = ["module.nml" if one == "." else one for one in arguments[:1]] + list(arguments[1:])
    assert main(["graph", *given]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said.replace("error: . has", "error: module.nml has") in err


def test_a_program_with_errors_is_not_drawn(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text("fun f : Integer -> Text\ndef w = Sources.stdin | f | Sinks.log\n")
    done = nsc("graph", "w.nml", "-o", "w.svg")
    assert (done.returncode, done.stdout) == (1, "")
    assert "NS0301" in done.stderr
    assert not (tmp_path / "w.svg").exists()


def test_a_closed_pipe_is_no_traceback(two: Path) -> None:
    command = f"{sys.executable} -m nscompiler graph . one --format html | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=two, env=PLAIN, capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout[1:]) in (0, 141)
