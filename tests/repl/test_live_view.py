"""A run on a terminal: what is drawn below its log. Programs wait at a gate that the test opens: nothing depends on
time."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pyte
import pytest
from screens import Terminal, prompt

from nscompiler.cli import running
from nscompiler.cli.live.drawing import Sheet, duration, live, profile
from nscompiler.cli.live.region import Region
from nscompiler.cli.live.snapshots import Rates, Snapshot, Stage, read

LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES")
PLAIN = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
NSC = (sys.executable, "-m", "nscompiler")
MODULE = """\
module Gate:0.1.0

type Row = { n : Integer }

fun passed : Row -> Integer
fun odd : Integer -> optional Integer
fun shown : Integer -> Text

def w = Sources.jsonl { path = "in.jsonl" } | passed | odd? | shown | Sinks.stdout
"""
SERVICE = """\
import nstack


class Module(nstack.Module):
    def startup(self):
        self.gate = open("../gate", "rb", buffering=0)

    def passed(self, row):
        assert self.gate.read(1) == b"."
        print("through", row.n)
        return row.n

    def odd(self, n):
        return n if n % 2 else None

    def shown(self, n):
        return f"value {n}"
"""


class Gate:
    """What values wait at."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._descriptor = os.open(path, os.O_RDWR)

    def let(self, count: int) -> None:
        """So many may pass."""
        os.write(self._descriptor, b"." * count)

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A folder ``demo`` with ten values that wait at a gate."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE.replace("../gate", str(tmp_path / "gate")))
    (tmp_path / "in.jsonl").write_text("".join(f'{{"n": {n}}}\n' for n in range(10)))
    made = Gate(tmp_path / "gate")
    yield made
    made.close()


@contextmanager
def at_terminal(folder: Path, *arguments: str, columns: int = 100) -> Iterator[Terminal]:
    with Terminal((*NSC, *arguments), folder, dict(PLAIN), columns=columns) as terminal:
        yield terminal


def row(terminal: Terminal, name: str) -> list[str]:
    """The cells of a stage."""
    (found,) = [line.split() for line in terminal.lines if line.split()[:1] == [name]]
    return found[1:]


@pytest.mark.thorough
def test_stages_and_progress_are_drawn_below_log_and_data(tmp_path: Path, gate: Gate) -> None:
    with at_terminal(tmp_path, "run", "demo", "w") as terminal:
        gate.let(4)
        terminal.wait(" 50 %")  # four are through, and one waits
        assert row(terminal, "passed")[:2] == ["5", "4"]
        assert row(terminal, "odd")[:3] == ["4", "4", "2"]
        assert "w running" in terminal.text
        gate.let(6)
        assert terminal.ended() == 0
        lines = terminal.lines
        start = lines.index(next(line for line in lines if line.startswith("stage ")))
        names = ["stage", "Sources.jsonl", "passed", "odd", "shown", "Sinks.stdout", "w"]
        assert [line.split()[0] for line in lines[start:] if line] == names
        assert lines[start].split()[1:] == ["in", "out", "dropped", "errors", "records/s", "p95", "queue"]
        assert "w done  0:0" in lines[start + 6]
        assert "100 %" in lines[start + 6]
        above = lines[:start]
        assert [line for line in above if line.startswith("through")] == [f"through {n}" for n in range(10)]
        assert [line for line in above if line.startswith("value")] == [f"value {n}" for n in (1, 3, 5, 7, 9)]
        assert any(line.startswith("w done in") for line in above)


@pytest.mark.thorough
def test_an_interrupt_drains_and_is_said(tmp_path: Path, gate: Gate) -> None:
    with at_terminal(tmp_path, "run", "demo", "w") as terminal:
        gate.let(1)
        terminal.wait(" 20 %")
        terminal.press("\x03")
        terminal.wait("w stopping, what is in flight drains")
        gate.let(9)
        assert terminal.ended() == 130
        assert "w interrupted  0:0" in terminal.text
        assert "^C" not in terminal.text
        assert row(terminal, "passed")[:2] == ["10", "10"]


@pytest.mark.thorough
def test_a_second_interrupt_stops_at_once(tmp_path: Path, gate: Gate) -> None:
    with at_terminal(tmp_path, "run", "demo", "w") as terminal:
        gate.let(1)
        terminal.wait(" 20 %")
        terminal.press("\x03")
        terminal.wait("once more to stop at once")
        terminal.press("\x03")
        assert terminal.ended() == 130
        assert "warning: stopped at once" in terminal.text
        assert "w interrupted  0:0" in terminal.text


@pytest.mark.thorough
def test_standard_output_elsewhere_has_data_alone(tmp_path: Path, gate: Gate) -> None:
    shell = f"{sys.executable} -m nscompiler run demo w > data"
    with Terminal(("sh", "-c", shell), tmp_path, dict(PLAIN), columns=60) as terminal:
        gate.let(8)
        terminal.wait(" 90 %")
        gate.let(2)
        assert terminal.ended() == 0
        assert "value" not in terminal.text
        (head,) = [line for line in terminal.lines if line.startswith("stage ")]
        assert head.split() == ["stage", "in", "out", "dropped", "errors", "records/s", "queue"]
    assert (tmp_path / "data").read_text() == "".join(f"value {n}\n" for n in (1, 3, 5, 7, 9))


@pytest.mark.parametrize("option", ["--no-live", "--quiet"])
def test_nothing_is_drawn_where_it_is_not_wanted(tmp_path: Path, gate: Gate, option: str) -> None:
    with at_terminal(tmp_path, "run", "demo", "w", option) as terminal:
        gate.let(10)
        assert terminal.ended() == 0
        assert "stage " not in terminal.text
        assert ("w done in" in terminal.text) is (option == "--no-live")


@pytest.mark.thorough
def test_runs_of_the_prompt_are_drawn_too(tmp_path: Path, gate: Gate) -> None:
    with at_terminal(tmp_path, "repl", "demo") as terminal:
        terminal.wait(prompt(1))
        terminal.press("import Gate:0.1.0 as G\r")
        terminal.wait(prompt(2))
        terminal.press("G.w\r")
        gate.let(4)
        terminal.wait(" 50 %")
        gate.let(6)
        terminal.wait("main done  0:0")
        terminal.wait(prompt(3))


def test_a_profile_says_where_the_time_went(tmp_path: Path, gate: Gate) -> None:
    gate.let(10)
    command = [*NSC, "run", "demo", "w", "--profile"]
    done = subprocess.run(command, cwd=tmp_path, env=PLAIN, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stdout == "".join(f"value {n}\n" for n in (1, 3, 5, 7, 9))
    table = done.stderr[done.stderr.index("stage ") :].splitlines()
    assert table[0].split() == ["stage", "calls", "total", "mean", "p95", "share"]
    calls = [(line.split()[0], line.split()[1]) for line in table[1:-1]]
    assert calls == [("Sources.jsonl", "10"), ("passed", "10"), ("odd", "10"), ("shown", "5"), ("Sinks.stdout", "5")]
    assert sum(float(line.split()[-2]) for line in table[1:-1]) == pytest.approx(100, abs=0.5)
    assert "\x1b" not in done.stderr


# ------------------------------------------------------------------------------------------------ drawing

FEW = Stage("classify", "call", "w.nml:3:9", 1200, 1100, 100, 2, 0, 0.5, 0.0012, 0, None)
SOURCE = Stage("Sources.jsonl", "source", "w.nml:2:9", 1200, 1200, 0, 0, 7, 0.1, 2e-6, 30, 120)
SNAPSHOT = Snapshot("w", "running", 3725.0, (SOURCE, FEW))


def sheet(width: int = 100, height: int = 30, encoding: str = "utf-8", *, colored: bool = False) -> Sheet:
    return Sheet(width, height, colored, encoding)


@pytest.mark.parametrize("width", range(20, 110, 7))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = live(SNAPSHOT, (400.0, 33.5), sheet(width))
    assert max(map(len, lines)) <= width
    assert "out" in lines[0].split()
    assert "classify" in lines[2]


def test_the_least_important_columns_go_first() -> None:
    titles = [live(SNAPSHOT, (1, 1), sheet(width))[0].split()[1:] for width in range(100, 20, -1)]
    every = ["in", "out", "dropped", "errors", "records/s", "p95", "queue"]
    kept = [every, [*every[:5], "queue"], every[:5], every[:4], ["in", "out", "errors"], ["out", "errors"]]
    found = [one for before, one in zip([None, *titles], titles, strict=False) if one != before]
    assert found[: len(kept)] == kept


def test_more_stages_than_lines_are_left_out_in_the_middle() -> None:
    many = attrs.evolve(SNAPSHOT, stages=(SOURCE, *(attrs.evolve(FEW, name=f"stage{n}") for n in range(40))))
    lines = live(many, (1.0,) * 41, sheet(height=12))
    assert len(lines) <= 11
    assert "… 33 more" in lines
    assert lines[-2].startswith("stage39")


def test_without_colours_there_is_no_escape_and_with_ascii_no_other_letter() -> None:
    assert all("\x1b" not in line for line in live(SNAPSHOT, (1, 1), sheet()))
    assert any("\x1b[" in line for line in live(SNAPSHOT, (1, 1), sheet(colored=True)))
    assert all(line.isascii() for line in live(SNAPSHOT, (1, 1), sheet(encoding="ascii")))
    assert all(line.isascii() for line in profile(SNAPSHOT, sheet(encoding="ascii")))


def test_two_stages_of_one_name_are_told_apart() -> None:
    twice = attrs.evolve(SNAPSHOT, stages=(FEW, attrs.evolve(FEW, origin="w.nml:7:2")))
    assert twice.names == ("classify (3:9)", "classify (7:2)")


def test_state_time_and_progress_are_one_line() -> None:
    assert live(SNAPSHOT, (1, 1), sheet())[-1].startswith("w running  1:02:05   25 %")
    unknown = attrs.evolve(SNAPSHOT, stages=(attrs.evolve(SOURCE, total=None), FEW))
    assert live(unknown, (1, 1), sheet())[-1] == "w running  1:02:05"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (1.5e-7, "150 ns"), (2.5e-6, "2.5 us"), (0.0123, "12.3 ms"), (2.0, "2 s"), (4000.0, "4,000 s")],
)
def test_times_have_three_figures(seconds: float | None, shown: str) -> None:
    assert duration(seconds, sheet(encoding="ascii")) == shown


def test_a_rate_is_that_of_the_last_seconds_and_in_the_end_of_all() -> None:
    rates = Rates()
    moments = [attrs.evolve(SNAPSHOT, seconds=float(n), stages=(attrs.evolve(FEW, came=10 * n * n),)) for n in range(8)]
    told = [rates.of(moment)[0] for moment in moments]
    assert told[7] == pytest.approx((490 - 90) / 4)
    assert rates.of(moments[-1], ended=True) == (70.0,)


def test_what_is_no_snapshot_is_passed_over() -> None:
    assert read(b"nonsense") is None
    assert read(b'{"workflow": "w"}') is None


# ------------------------------------------------------------------------------------------------ the region

TEXT = b"one\ntwo\x1b[31m red\x1b[0m\n\nwaits 10 %\rwaits 99 %\rthree\n" + "größer\n".encode()


@pytest.mark.parametrize("size", range(1, 12))
def test_text_goes_by_above_however_it_is_cut(tmp_path: Path, size: int) -> None:
    screen = pyte.Screen(30, 20)
    with (tmp_path / "written").open("wb+", buffering=0) as file:
        region = Region(file.fileno(), lambda: 30)
        region.pass_on(b"before\n", file.fileno())
        region.draw(["a", "b"])
        for start in range(0, len(TEXT), size):
            region.pass_on(TEXT[start : start + size], file.fileno())
            region.draw([f"at {start}", "b"])
        region.pass_on(b"rest", file.fileno())
        region.end(["the", "end"])
        file.seek(0)
        pyte.ByteStream(screen).feed(io.BytesIO(file.read()).read().replace(b"\n", b"\r\n"))
    shown = "\n".join(line.rstrip() for line in screen.display).rstrip().splitlines()
    assert shown == ["before", "one", "two red", "", "three 99 %", "größer", "rest", "the", "end"]


def test_where_nothing_can_be_drawn_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not running._can_draw()
    monkeypatch.setenv("TERM", "xterm")
    assert running._can_draw()
