"""Runs that did not finish, and those that go on after them: whole processes, killed at a point of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from nstack.runtime.checkpoint import Store

ROOT = Path(__file__).parents[2]

PROGRAM = """
module Keep.Copy:0.1.0

import Conv:1.0.0 as Conv

type Row = { n : Integer, parts : [Text] }
type Part = { n : Integer, part : Text }

fun taken : Row -> [Part]
fun kept : Part -> optional Part
fun slowly : Row -> [Part]

def copied =
  Sources.jsonl<Row> { path = "in.jsonl" } | taken* | kept? |
  ( Sinks.jsonl { path = "out.jsonl" } & Sinks.csv { path = "out.csv" } )

def rows =
  Sources.jsonl<Row> { path = "in.jsonl" } | taken* | Conv.to_csv | Sinks.jsonl { path = "texts.jsonl" }

def both =
  (Sources.jsonl<Row> { path = "in.jsonl" } & Sources.jsonl<Row> { path = "more.jsonl" }) | taken* |
  Sinks.jsonl { path = "out.jsonl" }

def appended =
  Sources.jsonl<Row> { path = "in.jsonl" } | taken* | Sinks.jsonl { path = "out.jsonl", mode = "append" }

def strict =
  Sources.jsonl<Row> { path = "in.jsonl" } | taken { on_error = "stop" } * |
  Sinks.jsonl { path = "out.jsonl", mode = "append" }

def awaited =
  Sources.jsonl<Row> { path = "in.jsonl" } | slowly { parallelism = 4 } * | Sinks.jsonl { path = "out.jsonl" }

def columns =
  Sources.jsonl<Row> { path = "in.jsonl" } | taken* |
  ( Sinks.parquet { path = "out.parquet", row_group = 100 } & Sinks.jsonl { path = "out.jsonl" } )

def shown = Sources.jsonl<Row> { path = "in.jsonl" } | taken* | Sinks.log

def queried =
  Sources.sqlite<{ n : Integer }> { path = "in.db", query = "SELECT 1 AS n" } | Sinks.jsonl { path = "out.jsonl" }
"""

SERVICE = """
import asyncio, os, time
import nstack

class Module(nstack.Module):
    def taken(self, row):
        time.sleep(float(os.environ.get("SLOW", "0")))
        if row.n == int(os.environ.get("FAILS", "-1")):
            raise ValueError("not this one")
        return [nstack.Part(n=row.n, part=part) for part in row.parts]

    def kept(self, part):
        return part if part.n % 5 else None

    async def slowly(self, row):
        await asyncio.sleep(float(os.environ.get("SLOW", "0")))
        return [nstack.Part(n=row.n, part=part) for part in row.parts]
"""


class Folder:
    """A folder in which built workflows run."""

    def __init__(self, folder: Path, built: Path) -> None:
        self.folder = folder
        self.built = built

    def rows(self, name: str, count: int, first: int = 0) -> None:
        """A file of rows."""
        rows = [{"n": n, "parts": [f"{name}{n}", "ä"][: n % 3]} for n in range(first, first + count)]
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(self, workflow: str, *arguments: str, fault: str = "", slow: float = 0.0) -> tuple[int, str]:
        """Exit code and log; killed at a point, each row ``slow``."""
        path = os.pathsep.join([str(self.built), str(ROOT / "stdlib")])
        done = subprocess.run(
            [sys.executable, "-P", "-m", "keep_copy", workflow, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, "NSTACK_FAULTS": fault, "SLOW": str(slow)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr

    def start(self, workflow: str, slow: float, fails: int = -1, *arguments: str) -> subprocess.Popen[str]:
        """A process, each row ``slow``, of which one ``fails``."""
        path = os.pathsep.join([str(self.built), str(ROOT / "stdlib")])
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "keep_copy", workflow, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, "SLOW": str(slow), "FAILS": str(fails), "NSTACK_FAULTS": ""},
            stderr=subprocess.PIPE,
            text=True,
        )

    def text(self, name: str) -> str:
        """A file's text."""
        return (self.folder / name).read_text()

    def parts(self, name: str) -> list[tuple[int, str]]:
        """What a file of parts holds."""
        return [(part["n"], part["part"]) for part in map(json.loads, self.text(name).splitlines())]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built once."""
    source = tmp_path_factory.mktemp("keep")
    (source / "module.nml").write_text(PROGRAM)
    (source / "service.py").write_text(SERVICE)
    command = [sys.executable, "-m", "nscompiler", "build", str(source), "-o", str(source / "built")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return source / "built"


@pytest.fixture
def here(tmp_path: Path, built: Path) -> Folder:
    """An empty folder with the program."""
    return Folder(tmp_path, built)


def expected(name: str, count: int, first: int = 0) -> list[tuple[int, str]]:
    """The parts of the rows that ``Folder.rows`` writes."""
    return [(n, part) for n in range(first, first + count) for part in [f"{name}{n}", "ä"][: n % 3]]


@pytest.mark.thorough
def test_a_bounded_run_that_was_killed_goes_on_and_its_files_are_exact(here: Folder) -> None:
    here.rows("in.jsonl", 800)
    assert here.run("copied", fault="committed:1", slow=0.002)[0] == -9
    assert not (here.folder / "out.jsonl").exists()
    left = here.parts("out.jsonl.partial")
    # Rows of the first checkpoint and after it: what was written behind the checkpoint is taken back and comes again.
    assert 0 < len(left) < 800
    assert here.run("copied", fault="writing:2")[0] == -9
    code, told = here.run("copied", "--resume")
    assert code == 0, told
    assert "Keep.Copy.copied goes on where it was at" in told
    wanted = [one for one in expected("in.jsonl", 800) if one[0] % 5]
    assert here.parts("out.jsonl") == wanted
    assert here.text("out.csv").splitlines() == ["n,part", *(f"{n},{part}" for n, part in wanted)]
    assert not list(here.folder.glob("*.partial"))
    code, told = here.run("copied", "--resume")
    assert code == 2
    assert told.startswith(
        f"error: --resume: the last run of Keep.Copy.copied was done at {done_at(here, 'Keep.Copy.copied')}; "
        "leave --resume out to start another one\n"
    )
    assert here.run("copied")[0] == 0
    assert here.parts("out.jsonl") == wanted


def done_at(here: Folder, workflow: str) -> str:
    """When the last run was done, as the checkpoints say."""
    past = Store(here.folder).past(workflow)
    assert past is not None
    assert past.state == "finished"
    return past.at


@pytest.mark.thorough
def test_of_runs_with_names_each_goes_on_with_itself_alone(here: Folder) -> None:
    here.rows("in.jsonl", 800)
    assert here.run("copied", "--run=monday", fault="committed:1", slow=0.002)[0] == -9
    code, told = here.run("copied", "--run=tuesday", "--resume")
    assert code == 2
    assert "leave --resume out to start another one" in told
    assert "goes on" not in here.run("copied", "--run=tuesday")[1]
    wanted = [one for one in expected("in.jsonl", 800) if one[0] % 5]
    assert here.parts("out.jsonl") == wanted
    assert here.run("copied", "--run=wednesday", fault="committed:1", slow=0.002)[0] == -9
    code, told = here.run("copied", "--run=wednesday", "--resume")
    assert (code, "goes on where it was" in told) == (0, True)
    assert here.parts("out.jsonl") == wanted


@pytest.mark.thorough
def test_killed_between_two_files_that_are_put_into_place(here: Folder) -> None:
    here.rows("in.jsonl", 500)
    assert here.run("copied", fault="placing:2", slow=0.002)[0] == -9
    assert (here.folder / "out.jsonl").exists()
    assert (here.folder / "out.csv.partial").exists()
    assert here.run("copied")[0] == 0
    wanted = [one for one in expected("in.jsonl", 500) if one[0] % 5]
    assert here.parts("out.jsonl") == wanted
    assert len(here.text("out.csv").splitlines()) == 1 + len(wanted)


@pytest.mark.thorough
def test_a_header_in_the_middle_of_the_pipe_comes_once(here: Folder) -> None:
    here.rows("in.jsonl", 500)
    assert here.run("rows", fault="committed:1", slow=0.002)[0] == -9
    code, told = here.run("rows")
    assert code == 0, told
    assert "goes on" in told
    texts = [json.loads(line) for line in here.text("texts.jsonl").splitlines()]
    assert texts == ["n,part", *(f"{n},{part}" for n, part in expected("in.jsonl", 500))]


def test_killed_before_the_first_checkpoint_a_file_that_is_appended_to_is_exact_too(here: Folder) -> None:
    here.rows("in.jsonl", 20)
    assert here.run("appended")[0] == 0
    assert here.run("appended", fault="flushing:1")[0] == -9
    assert len(here.parts("out.jsonl")) > len(expected("in.jsonl", 20))
    code, told = here.run("appended")
    assert code == 0, told
    assert here.parts("out.jsonl") == 2 * expected("in.jsonl", 20)


@pytest.mark.thorough
def test_a_run_that_is_made_once_leaves_nothing_to_go_on_with(here: Folder) -> None:
    here.rows("in.jsonl", 300)
    process = here.start("copied", 0.02, -1, "--once")
    file = here.folder / "out.jsonl.partial"
    until(lambda: file.exists() and file.stat().st_size)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 130, told
    assert "the next run" not in told
    assert not (here.folder / ".nstack").exists()


@pytest.mark.parametrize("workflow", ["copied", pytest.param("awaited", marks=pytest.mark.thorough)])
def test_a_slow_run_stops_between_two_values_and_goes_on_there(here: Folder, workflow: str) -> None:
    here.rows("in.jsonl", 300)
    process = here.start(workflow, slow=0.02)
    file = here.folder / "out.jsonl.partial"
    until(lambda: file.exists() and file.stat().st_size)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 130, told
    assert "the next run goes on from the last checkpoint; --fresh starts over" in told
    left = len(here.parts("out.jsonl.partial"))
    code, told = here.run(workflow)
    assert code == 0, told
    assert "goes on" in told
    every = expected("in.jsonl", 300)
    wanted = [one for one in every if one[0] % 5] if workflow == "copied" else every
    assert left < len(wanted)
    assert here.parts("out.jsonl") == wanted


@pytest.mark.thorough
@pytest.mark.parametrize("fault", ["flushing:2", "writing:4"])
def test_a_run_whose_file_is_whole_or_not_there_starts_over_exactly(here: Folder, fault: str) -> None:
    here.rows("in.jsonl", 800)
    assert here.run("columns", fault=fault, slow=0.001)[0] == -9
    assert not (here.folder / "out.parquet").exists()
    assert not (here.folder / "out.jsonl").exists()
    assert (here.folder / "out.jsonl.partial").exists()
    code, told = here.run("columns", "--resume")
    assert code == 2
    assert "what Sinks.parquet writes is good only once it is complete" in told
    code, told = here.run("columns")
    assert code == 0, told
    found = pq.read_table(here.folder / "out.parquet").to_pylist()
    assert [(row["n"], row["part"]) for row in found] == here.parts("out.jsonl") == expected("in.jsonl", 800)
    assert not list(here.folder.glob("*.partial"))


def test_what_others_append_meanwhile_stays(here: Folder) -> None:
    here.rows("in.jsonl", 300)
    (here.folder / "out.jsonl").write_text('{"n":-1,"part":"theirs"}\n')
    process = here.start("appended", slow=0.02)
    until(lambda: (here.folder / "out.jsonl").stat().st_size > 100)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 130, told
    before = here.parts("out.jsonl")
    with (here.folder / "out.jsonl").open("a") as file:
        file.write('{"n":-2,"part":"theirs, without an end of the line"}')
    # Killed before it has written anything, it must still know whose they are.
    assert here.run("appended", fault="writing:1")[0] == -9
    code, told = here.run("appended")
    assert code == 0, told
    every = expected("in.jsonl", 300)
    assert here.parts("out.jsonl") == [
        (-1, "theirs"),
        *every[: len(before) - 1],
        (-2, "theirs, without an end of the line"),
        *every[len(before) - 1 :],
    ]


@pytest.mark.thorough
def test_what_others_append_behind_values_that_come_again_is_told(here: Folder) -> None:
    here.rows("in.jsonl", 400)
    process = here.start("strict", slow=0.005, fails=390)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 1, told
    at = (here.folder / "out.jsonl").stat().st_size
    with (here.folder / "out.jsonl").open("a") as file:
        file.write('{"n":-2,"part":"theirs"}\n')
    code, told = here.run("strict")
    assert code == 1
    grown = "out.jsonl has got 25 bytes from somebody else since the run that is to go on ended"
    assert f"error: Sinks.jsonl: {grown} at byte {at}" in told
    with (here.folder / "out.jsonl").open("r+") as file:
        file.truncate(at)
    code, told = here.run("strict")
    assert code == 0, told
    assert here.parts("out.jsonl") == expected("in.jsonl", 400)


@pytest.mark.thorough
def test_one_process_at_a_time_goes_on(here: Folder) -> None:
    here.rows("in.jsonl", 300)
    first = here.start("appended", slow=0.02)
    until(lambda: Store(here.folder).path.exists() and Store(here.folder).past("Keep.Copy.appended"))
    code, told = here.run("appended")
    assert code == 1
    assert told.startswith("error: Keep.Copy.appended runs in this folder already: stop it first, or start this one in")
    first.kill()
    first.communicate()
    assert here.run("appended")[0] == 0
    assert here.parts("out.jsonl") == expected("in.jsonl", 300)


def until(true: Callable[[], Any]) -> None:
    """Waits for something that another process does."""
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.thorough
def test_two_sources_that_meet_in_one_file(here: Folder) -> None:
    here.rows("in.jsonl", 400)
    here.rows("more.jsonl", 400, first=1000)
    for point in ("committed:1", "committing:1"):
        assert here.run("both", fault=point, slow=0.002)[0] == -9
    code, told = here.run("both")
    assert code == 0, told
    assert "goes on" in told
    assert sorted(here.parts("out.jsonl")) == expected("in.jsonl", 400) + expected("more.jsonl", 400, first=1000)


@pytest.mark.thorough
def test_what_does_not_fit_the_checkpoint_is_told_with_the_remedy(here: Folder) -> None:
    here.rows("in.jsonl", 500)
    assert here.run("copied", fault="committed:1", slow=0.002)[0] == -9
    given = here.text("in.jsonl")
    (here.folder / "in.jsonl").write_text(given.replace('"n": 0', '"n": 7'))
    code, told = here.run("copied")
    assert code == 1
    assert "in.jsonl has changed since the run that is to go on at byte" in told
    assert "it begins otherwise; --fresh starts over" in told
    (here.folder / "in.jsonl").write_text(given)
    (here.folder / "out.csv.partial").write_text("n,part\n")
    code, told = here.run("copied")
    assert code == 1
    assert "out.csv.partial is not what the run that is to go on has written" in told
    code, told = here.run("copied", "--fresh")
    assert (code, "goes on" in told) == (0, False)
    assert here.parts("out.jsonl") == [one for one in expected("in.jsonl", 500) if one[0] % 5]


@pytest.mark.thorough
def test_where_there_is_nothing_to_go_on_with(here: Folder) -> None:
    here.rows("in.jsonl", 3)
    code, told = here.run("copied", "--resume")
    assert (code, told.splitlines()[0]) == (
        2,
        "error: --resume: no run of Keep.Copy.copied has left a checkpoint in this folder; "
        "leave --resume out to start one",
    )
    code, told = here.run("shown", "--resume")
    assert (code, told.splitlines()[0]) == (
        2,
        "error: --resume: Keep.Copy.shown has no checkpoints: what it writes is not kept",
    )
    code, told = here.run("queried", "--resume")
    assert (code, told.splitlines()[0]) == (
        2,
        "error: --resume: Keep.Copy.queried has no checkpoints: Sources.sqlite cannot go on where it was without key",
    )
    code, told = here.run("copied", "--resume", "--fresh")
    assert code == 2
    assert "not allowed with argument" in told
    assert here.run("copied")[0] == 0
    assert not (here.folder / ".nstack").exists()  # a short run leaves nothing behind


def test_checkpoints_that_cannot_be_read(here: Folder) -> None:
    here.rows("in.jsonl", 3)
    (here.folder / ".nstack").mkdir()
    (here.folder / ".nstack/checkpoints.db").write_text("this is no database, and it is long enough to be seen\n" * 20)
    code, told = here.run("copied")
    assert code == 1
    assert told.startswith("error: checkpoints cannot be read, .nstack/checkpoints.db: file is not a database"), told
    assert here.run("copied", "--fresh")[0] == 0
    assert (here.folder / ".nstack/checkpoints.damaged").exists()
