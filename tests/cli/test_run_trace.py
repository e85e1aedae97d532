"""``--trace``: what a run says of the values that it follows."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running_nsc import PLAIN

from nscompiler.cli.main import main

ROOT = Path(__file__).parents[2]
MODULE = """\
module Followed:0.1.0

type Row = { id : Integer, words : Text }

fun split : Row -> [Text]
fun known : Text -> optional Text
fun size : Text -> Integer
fun half : Double -> Double
fun twice : Text -> Text
fun later : Row -> Row
fun refuse : Text -> Void
fun keep : Text -> Void with { key : Text }

def tree =
  Sources.jsonl<Row> { path = "in.jsonl", on_error = "skip" } | split* | known? |
    (size | half | Sinks.log & twice { retry = 1, on_error = "dead_letter" } | Sinks.stdout)
def waits =
  Sources.jsonl<Row> { path = "in.jsonl", on_error = "skip" } | later { retry = 1, on_error = "skip" } | split* |
    Sinks.stdout
def sunk = ["good", "bad", "s3cret-key"] | (refuse { on_error = "skip" } & keep { key = $FOLLOWED_KEY })
def many = Sources.jsonl<Row> { path = "many.jsonl" } | split* | Sinks.stdout
"""
SERVICE = """\
import asyncio
import nstack


class Module(nstack.Module):
    def split(self, row):
        return row.words.split()

    def known(self, text):
        return None if text.startswith("x") else text

    def size(self, text):
        return len(text)

    def half(self, number):
        return number / 2

    def twice(self, text):
        yield text
        if text == "b":
            raise ValueError("no b")
        yield text

    async def later(self, row):
        await asyncio.sleep(0)
        if row.id == 2:
            raise ValueError("no two")
        return row

    def refuse(self, text):
        if text == "bad":
            raise ValueError("refused")

    def keep(self, text):
        pass
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built program and what it reads."""
    folder = tmp_path_factory.mktemp("followed")
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    rows = ['{"id": 1, "words": "a xx b"}', '{"id": "q", "words": "c"}', '{"id": 2, "words": "c"}']
    (folder / "in.jsonl").write_text("\n".join(rows) + "\n")
    many = [json.dumps({"id": number, "words": "w " * 20}) for number in range(3000)]
    (folder / "many.jsonl").write_text("\n".join(many) + "\n")
    assert main(["build", str(folder), "-o", str(folder / "out")]) == 0
    return folder


def run(built: Path, workflow: str, *arguments: str, columns: int = 200) -> subprocess.CompletedProcess[str]:
    environment = {**PLAIN, "PYTHONPATH": f"{built / 'out'}:{ROOT / 'stdlib'}", "COLUMNS": str(columns)}
    environment["FOLLOWED_KEY"] = "s3cret-key"
    command = [sys.executable, "-m", "followed", workflow, *arguments]
    return subprocess.run(command, cwd=built, env=environment, capture_output=True, text=True, timeout=60, check=False)


def traces(log: str) -> list[list[str]]:
    """The trees in a log, each line without its place."""
    found: list[list[str]] = []
    for line in log.splitlines():
        if line.startswith("trace "):
            found.append([line])
        elif found and line.startswith("  "):
            found[-1].append(line)
        elif found:
            break
    return [[line.split("  module.nml:")[0].rstrip() for line in lines] for lines in found]


def steps(log: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log.splitlines()]
    return [line for line in lines if line["event"] == "trace"]


def test_a_tree_shows_what_each_stage_made_of_a_value(built: Path) -> None:
    done = run(built, "tree", "--trace", "2", "--quiet")
    assert done.returncode == 0, done.stderr
    first, second = traces(done.stderr)
    assert first == [
        'trace 1 of 2: Sources.jsonl → {"id":1,"words":"a xx b"}',
        '  Followed.split → ["a","xx","b"]',
        "  * → 3 values",
        '  ├ "a"',
        '  │   Followed.known → "a"',
        "  │   ├ Followed.size → 1",
        "  │   │ convert: widen → 1.0",
        "  │   │ Followed.half → 0.5",
        "  │   │ Sinks.log ← 0.5: written",
        "  │   └ Followed.twice → 2 values",
        '  │     ├ "a"',
        '  │     │   Sinks.stdout ← "a": written',
        '  │     └ "a"',
        '  │         Sinks.stdout ← "a": written',
        '  ├ "xx"',
        "  │   Followed.known → null",
        "  │   ? dropped",
        '  └ "b"',
        '      Followed.known → "b"',
        "      ├ Followed.size → 1",
        "      │ convert: widen → 1.0",
        "      │ Followed.half → 0.5",
        "      │ Sinks.log ← 0.5: written",
        "      └ Followed.twice → 2 values",
        "          ! ValueError: no b; tried again",
        "          ! ValueError: no b: into the dead letters",
        '        ├ "b"',
        '        │   Sinks.stdout ← "b": written',
        '        └ "b"',
        '            Sinks.stdout ← "b": written',
    ]
    assert second == [
        'trace 2 of 2: Sources.jsonl → {"id": "q", "words": "c"}',
        '  ! in.jsonl:2: value.id: expected Integer, got "q": skipped',
    ]
    places = [line.rsplit("  ", 1)[1] for line in done.stderr.splitlines() if line.startswith("  Followed.split")]
    assert places == ["module.nml:15:65"]


@pytest.mark.thorough
def test_what_is_followed_changes_nothing(built: Path) -> None:
    plain, followed = run(built, "tree", "--quiet"), run(built, "tree", "--quiet", "--trace", "99")
    assert followed.stdout == plain.stdout
    assert [line for line in followed.stderr.splitlines() if line.startswith("OUTPUT")] == [
        line for line in plain.stderr.splitlines() if line.startswith("OUTPUT")
    ]


def test_lines_of_json_tell_each_step_and_where_it_comes_from(built: Path) -> None:
    found = steps(run(built, "tree", "--trace", "1", "--trace-where", "id=2", "--log-format", "json").stderr)
    assert {step["trace"] for step in found} == {1}
    assert [(step["step"], step.get("parent"), step.get("value"), step["stage"], step["kind"]) for step in found] == [
        (1, None, None, "Sources.jsonl", "source"),
        (2, 1, 0, "Followed.split", "call"),
        (3, 2, 0, "*", "parts"),
        (4, 3, 0, "Followed.known", "call"),
        (5, 4, 0, "Followed.size", "call"),
        (6, 5, 0, "convert: widen", "made"),
        (7, 5, 0, "Followed.half", "call"),
        (8, 7, 0, "Sinks.log", "sink"),
        (9, 4, 0, "Followed.twice", "call"),
        (10, 9, 0, "Sinks.stdout", "sink"),
        (11, 9, 1, "Sinks.stdout", "sink"),
    ]
    assert found[0]["gave"] == ['{"id":2,"words":"c"}']
    assert (found[1]["given"], found[1]["gave"], found[1]["count"]) == ('{"id":2,"words":"c"}', ['["c"]'], 1)
    assert [step["outcome"] for step in found if step["kind"] == "sink"] == ["written"] * 3


def test_calls_that_overlap_are_told_apart(built: Path) -> None:
    found = steps(run(built, "waits", "--trace", "9", "--log-format", "json").stderr)
    later = {step["given"]: step for step in found if step["stage"] == "Followed.later"}
    assert later['{"id":1,"words":"a xx b"}']["outcome"] == "ok"
    assert later['{"id":2,"words":"c"}']["outcome"] == "skipped"
    assert later['{"id":2,"words":"c"}']["errors"] == ["ValueError: no two"] * 2
    assert [step["given"] for step in found if step["kind"] == "sink"] == ['"a"', '"xx"', '"b"']


def test_secrets_are_not_shown_and_sinks_that_fail_are(built: Path) -> None:
    done = run(built, "sunk", "--trace", "3")
    assert "s3cret" not in done.stderr
    assert traces(done.stderr)[1] == [
        'trace 2 of 3: ["good", "bad", "s3cret-key"] → "bad"'.replace("s3cret-key", "***"),
        '  ├ Followed.refuse ← "bad"',
        "  │   ! ValueError: refused: skipped",
        '  └ Followed.keep ← "bad": written',
    ]
    assert traces(done.stderr)[2][-1] == '  └ Followed.keep ← "***": written'


def test_long_values_and_many_results_are_cut(built: Path) -> None:
    done = run(built, "many", "--trace", "1", "--trace-where", '"id":2999', columns=60)
    (lines,) = traces(done.stderr)
    assert lines[-1] == "  └ … 12 more"
    assert sum(line.startswith("  ├") for line in lines) == 8
    assert max(map(len, done.stderr.splitlines()[:5])) <= 60
    assert done.stdout.count("\n") == 60_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--trace", "0"], "argument --trace: 0 is no number of values; write 1 or more"),
        (["--trace-where", "id=1"], "--trace-where says which values are followed: --trace N says how many"),
        (
            ["--trace", "1", "--trace-where", "=1"],
            "--trace-where =1: write FIELD=VALUE, or a text that is in",
        ),
    ],
)
def test_what_cannot_be_followed_is_a_usage_error(
    built: Path, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from nstack.runtime.command_line import main as program

    monkeypatch.setattr(os, "environ", {**os.environ, "FOLLOWED_KEY": "x"})
    monkeypatch.syspath_prepend(str(built / "out"))
    try:
        code: object = program("followed", {"tree": "followed.flow_tree"}, "tree", arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert says in capfd.readouterr().err
