"""What a running program tells of itself on the descriptor that it is given: facts of whole programs."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from running_nsc import PLAIN

from nscompiler.cli.main import main

ROOT = Path(__file__).parents[2]
MODULE = """\
module Counted:0.1.0

type Row = { n : Integer }

fun half : Integer -> optional Integer
fun twice : Integer -> Integer
fun upto : Integer -> [Integer]
fun each : Integer -> Integer
fun fussy : Integer -> Integer
fun lists : Integer -> [[Integer]]
fun maybes : Integer -> [optional Integer]
fun shown : Integer -> Text
fun number : Row -> Integer
fun keep : Integer -> Void
fun slept : Integer -> Integer
fun far : Integer -> Integer
fun three : Void -> Integer

def drops = [1, 2, 3, 4, 5, 6] | half? | twice | keep
def parts = [1, 2, 3] | upto* | twice | keep
def both = [1, 2, 3, 4] | (half? & twice) | keep
def merged = [1, 2, 3, 4] | (half & half)? | keep
def inside = [1, 2, 3] | maybes*? | twice | keep
def nested = [1, 2, 3] | lists** | twice | keep
def yields = [3, 4] | each | twice | keep
def skips = [1, 2, 3, 4, 5] | fussy { on_error = "skip" } | twice | keep
def buried = [1, 2, 3, 4, 5] | fussy { on_error = "dead_letter" } | keep
def stops = [1, 2, 3] | fussy | keep
def same = [1, 2, 3, 4] | half? | half? | keep
def file = Sources.jsonl { path = "in.jsonl" } | number | shown | Sinks.jsonl { path = "out.jsonl" }
def table = Sources.csv { path = "in.csv" } | number | keep
def waits = [1, 2, 3] | slept | keep
def apart = [1, 2, 3, 4] | far { timeout = "20s" } | keep
def made = three | half? | keep
"""
SERVICE = """\
import asyncio
import nstack


class Module(nstack.Module):
    def half(self, n):
        return n // 2 if n % 2 == 0 else None

    def twice(self, n):
        return 2 * n

    def upto(self, n):
        return list(range(n))

    def each(self, n):
        yield from range(n)

    def fussy(self, n):
        if n in (2, 3):
            raise ValueError(f"not {n}")
        return n

    def maybes(self, n):
        return [None, n, None]

    def lists(self, n):
        return [[n], list(range(n - 1))]

    def shown(self, n):
        return str(n)

    def number(self, row):
        return row.n

    def keep(self, n):
        pass

    async def slept(self, n):
        await asyncio.sleep(0)
        return n

    def far(self, n):
        return n

    def three(self):
        yield from (1, 2, 3)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built program and what it reads."""
    folder = tmp_path_factory.mktemp("counted")
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    (folder / "in.jsonl").write_text("".join(f'{{"n": {n}}}\n' for n in range(1000)))
    (folder / "in.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(500)))
    assert main(["build", str(folder), "-o", str(folder / "out")]) == 0
    return folder


def started(built: Path, workflow: str, status: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {**PLAIN, "PYTHONPATH": f"{built / 'out'}:{ROOT / 'stdlib'}"}
    command = [sys.executable, "-m", "counted", workflow, "--status-fd", str(status), *arguments]
    return subprocess.Popen(command, cwd=built, env=environment, pass_fds=[status], stderr=subprocess.PIPE, text=True)


def snapshots(built: Path, workflow: str, *arguments: str) -> list[dict[str, Any]]:
    ours, theirs = os.pipe()
    process = started(built, workflow, theirs, *arguments)
    os.close(theirs)
    with os.fdopen(ours) as lines:
        found = [json.loads(line) for line in lines]
    process.communicate(timeout=30)
    return found


def table(built: Path, workflow: str, *arguments: str) -> list[tuple[str, int, int, int]]:
    """The name of each stage, and what came, went and was dropped, at the end."""
    last = snapshots(built, workflow, *arguments)[-1]
    return [(stage["name"], stage["in"], stage["out"], stage["dropped"]) for stage in last["stages"]]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("workflow", "facts"),
    [
        ("drops", [("half", 6, 6, 3), ("twice", 3, 3, 0), ("keep", 3, 3, 0)]),
        ("parts", [("upto", 3, 3, 0), ("twice", 6, 6, 0), ("keep", 6, 6, 0)]),
        ("both", [("half", 4, 4, 2), ("twice", 4, 4, 0), ("keep", 6, 6, 0)]),
        ("merged", [("half", 4, 4, 0), ("half", 4, 4, 0), ("?", 8, 4, 4), ("keep", 4, 4, 0)]),
        ("inside", [("maybes", 3, 3, 6), ("twice", 3, 3, 0), ("keep", 3, 3, 0)]),
        ("nested", [("lists", 3, 3, 0), ("twice", 6, 6, 0), ("keep", 6, 6, 0)]),
        ("yields", [("each", 2, 7, 0), ("twice", 7, 7, 0), ("keep", 7, 7, 0)]),
        ("same", [("half", 4, 4, 2), ("half", 2, 2, 1), ("keep", 1, 1, 0)]),
        ("waits", [("slept", 3, 3, 0), ("keep", 3, 3, 0)]),
        ("apart", [("far", 4, 4, 0), ("keep", 4, 4, 0)]),
        ("made", [("half", 3, 3, 2), ("keep", 1, 1, 0)]),
    ],
)
def test_each_value_is_counted_where_it_comes(
    built: Path, workflow: str, facts: list[tuple[str, int, int, int]]
) -> None:
    assert table(built, workflow)[1:] == facts
    # Whether or not some of the values are followed.
    assert table(built, workflow, "--trace", "2")[1:] == facts


def test_what_the_policy_takes_is_counted_apart(built: Path) -> None:
    (skipped,) = [stage for stage in snapshots(built, "skips")[-1]["stages"] if stage["name"] == "fussy"]
    (buried,) = [stage for stage in snapshots(built, "buried")[-1]["stages"] if stage["name"] == "fussy"]
    told = ("in", "out", "dropped", "skipped", "dead_letters", "errors")
    assert [skipped[name] for name in told] == [5, 3, 0, 2, 0, 2]
    assert [buried[name] for name in told] == [5, 3, 0, 0, 2, 2]


def test_a_run_that_fails_says_so_and_how_far_it_was(built: Path) -> None:
    last = snapshots(built, "stops")[-1]
    assert last["state"] == "failed"
    source, fussy, keep = last["stages"]
    assert (source["out"], source["queue"], source["progress"]) == (
        2,
        1,
        {"done": 2, "total": 3, "unit": "records"},
    )
    assert (fussy["in"], fussy["out"], fussy["errors"], keep["in"]) == (2, 1, 1, 1)


def test_a_file_is_told_in_bytes_and_a_stage_by_its_place(built: Path) -> None:
    last = snapshots(built, "file")[-1]
    assert (last["workflow"], last["state"]) == ("file", "done")
    source, number, shown, sink = last["stages"]
    size = (built / "in.jsonl").stat().st_size
    assert source["progress"] == {"done": size, "total": size, "unit": "bytes"}
    assert [stage["kind"] for stage in last["stages"]] == ["source", "call", "call", "sink"]
    assert [stage["in"] for stage in last["stages"]] == [stage["out"] for stage in last["stages"]] == [1000] * 4
    assert number["origin"].startswith("module.nml:30:")
    assert shown["name"] == "shown"
    for stage in (source, number, shown, sink):
        assert 0 < stage["p95"] < 1
        assert 0 < stage["seconds"] < 10


def test_a_table_is_told_in_bytes(built: Path) -> None:
    source = snapshots(built, "table")[-1]["stages"][0]
    size = (built / "in.csv").stat().st_size
    assert (source["out"], source["progress"]["done"], source["progress"]["total"]) == (500, size, size)


def test_two_stages_of_one_name_are_two(built: Path) -> None:
    halves = [stage for stage in snapshots(built, "same")[-1]["stages"] if stage["name"] == "half"]
    assert len({stage["origin"] for stage in halves}) == 2


def test_a_reader_that_has_gone_changes_nothing(built: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    process = started(built, "file", theirs)
    os.close(theirs)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "file done" in log


def test_a_reader_that_never_reads_holds_nobody_up(built: Path) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with suppress(BlockingIOError):
        while os.write(theirs, b"x" * 4096):  # the pipe is full before the program starts
            pass
    os.set_blocking(theirs, True)
    process = started(built, "file", theirs)
    os.close(theirs)
    _, log = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 0
    assert "file done" in log


def test_without_a_descriptor_nothing_is_told_and_a_wrong_one_is_wrong_usage(built: Path) -> None:
    process = started(built, "drops", 2, "--status-fd", "77")
    _, log = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "argument --status-fd: descriptor 77: Bad file descriptor" in log
