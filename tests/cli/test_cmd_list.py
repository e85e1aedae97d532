"""``nsc list`` and the texts of ``nsc graph``: what is in a program."""

from pathlib import Path

import pytest
from running_nsc import Nsc

from nscompiler.cli.main import main

PROGRAM = """\
module Demo.All:0.1.0

type Point = { x : Double, y : Double }
type Pair a b = (a, b)
type Points = [Point]

fun norm : Point -> Double
fun pairs : Void -> Pair Text Point
fun keep : Points -> Void
def distance = norm | Conv.to_json
def w = Sources.http { http_path = "/p" } | norm | Sinks.log
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "module.nml").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("modules", []),
        ("functions", ["norm : Point -> Double", "distance : Point -> Text"]),
        ("sources", ["pairs : Void -> Pair Text Point"]),
        ("sinks", ["keep : Points -> Void"]),
        ("workflows", ["w : Workflow"]),
        ("types", ["Point = { x : Double, y : Double }", "Pair a b = (a, b)", "Points = [Point]"]),
    ],
)
def test_one_kind(program: Path, capsys: pytest.CaptureFixture[str], kind: str, members: list[str]) -> None:
    assert main(["list", kind]) == 0
    assert capsys.readouterr().out.splitlines() == ["Demo.All:0.1.0", *(f"    {member}" for member in members)]


def test_all_has_every_member(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "all", "."]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 1 + 3 + 5
    assert "    w : Workflow" in printed


def test_expand_writes_types_out(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "sources", "--expand"]) == 0
    assert "    pairs : Void -> (Text, { x : Double, y : Double })\n" in capsys.readouterr().out
    assert main(["list", "types", "--expand"]) == 0
    assert "    Points = [{ x : Double, y : Double }]\n" in capsys.readouterr().out


def test_the_standard_library_on_request(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "sinks", "--standard"]) == 0
    printed = capsys.readouterr().out
    assert "\nSinks:1.0.0\n" in printed
    assert "    stdout : Text -> Void\n" in printed


def test_what_is_understood_is_listed_and_the_rest_fails(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program / "module.nml").write_text(PROGRAM + "def broken = nothing\n")
    assert main(["list", "workflows"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "Demo.All:0.1.0\n    w : Workflow\n"
    assert "nsc check ." in captured.err


def test_a_path_that_does_not_exist_is_told_once(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "all", "/nope"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[0] == "error[NS0221]: there is no file or folder `/nope`"
    assert "nsc check" not in captured.err


def test_fields_have_quotes_where_they_need_them(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program / "module.nml").write_text('module A:0.1.0\n\ntype T = { größe : Text, "User-Id" : Text, "Id" : Text }\n')
    assert main(["list", "types"]) == 0
    assert capsys.readouterr().out == 'A:0.1.0\n    T = { größe : Text, "User-Id" : Text, "Id" : Text }\n'


def test_list_as_a_process(nsc: Nsc, program: Path) -> None:
    assert nsc("list", "workflows").stdout == "Demo.All:0.1.0\n    w : Workflow\n"
    assert nsc("list", "everything").returncode == 2


def test_graph_as_mermaid_and_dot(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text("Sources.stdin | Sinks.stdout\n")
    drawn = nsc("graph", "w.nml", "--format", "mermaid")
    assert drawn.returncode == 0
    assert "flowchart LR" in drawn.stdout
    assert "Sources.stdin" in drawn.stdout
    assert nsc("graph", "w.nml", "--format", "dot").stdout.startswith('digraph "main" {')


def test_graph_wants_a_workflow(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", ".", "norm"]) == 1
    assert "NS0325" in capsys.readouterr().err
