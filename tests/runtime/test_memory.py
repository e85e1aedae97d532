"""A source that is much faster than its sink does not make the workflow grow.

``make soak`` looks for five minutes, ``.ci/run`` for one, every test run for some seconds.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
module Fast.Flow:0.1.0

type Row = { n : Integer, text : Text }

fun near : Row -> Row
fun apart : Row -> Text

def w =
  Sources.jsonl<Row> { path = "pipe" } | near |
  ( (apart { timeout = "60s" } | Sinks.stdout) & Sinks.jsonl { path = "out.jsonl" } )
"""

SERVICE = """
import nstack

class Module(nstack.Module):
    def near(self, row):
        return row

    def apart(self, row):
        return row.text
"""


def resident(process: int) -> int:
    """Bytes that a process and its descendants hold in memory."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    pages = 0
    for one in family:
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


class Flow:
    """The workflow in the middle: a thread that writes into its source as fast as it is let, and a slow reader."""

    def __init__(self, folder: Path) -> None:
        (folder / "module.nml").write_text(PROGRAM)
        (folder / "service.py").write_text(SERVICE)
        command = [sys.executable, "-m", "nscompiler", "build", str(folder), "-o", str(folder / "built")]
        subprocess.run(command, check=True, capture_output=True)
        os.mkfifo(folder / "pipe")
        path = os.pathsep.join([str(folder / "built"), str(ROOT / "stdlib")])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "fast_flow", "w"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        self.read = 0
        threading.Thread(target=self._write, args=(folder / "pipe",), daemon=True).start()

    def _write(self, pipe: Path) -> None:
        block = b"".join(b'{"n": %d, "text": "%s"}\n' % (n, b"x" * (n % 200)) for n in range(1000))
        with pipe.open("wb") as file:
            try:
                while True:
                    file.write(block)
            except OSError:
                return  # the reader has gone: that is the end

    def pull(self, seconds: float, most: float = float("inf")) -> float:
        """Reads for so many seconds, at most so many values a second; gives how many it were."""
        began, before = time.monotonic(), self.read
        while (passed := time.monotonic() - began) < seconds:
            if self.read - before >= most * passed:
                time.sleep(0.01)  # this is what a slow reader does
            else:
                self.read += os.read(self.out.fileno(), 1 << 14).count(b"\n")
        return (self.read - before) / seconds


def grown(folder: Path, warm: float, seconds: float) -> dict[str, float]:
    """The memory after ``warm`` seconds and after all of them, with a reader ten times as slow as the source can be."""
    flow = Flow(folder)
    try:
        os.read(flow.out.fileno(), 1)  # it has started
        fastest = flow.pull(2.0)
        slow = flow.pull(warm, fastest / 10)
        first = resident(flow.process.pid)
        slow = flow.pull(seconds - warm, fastest / 10)
        last = resident(flow.process.pid)
    finally:
        flow.process.kill()
        flow.process.wait()
        flow.out.close()
    mib = 1 << 20
    return {
        "seconds": seconds,
        "values": flow.read,
        "values a second, unhindered": round(fastest),
        "values a second, with the slow sink": round(slow),
        f"MiB after {warm:g} s": round(first / mib, 1),
        "MiB at the end": round(last / mib, 1),
        "ratio": last / first,
    }


@pytest.mark.thorough
def test_a_fast_source_for_a_moment(tmp_path: Path) -> None:
    warm, seconds = (30.0, 60.0) if os.environ.get("CI") == "true" else (1.5, 4.0)
    found = grown(tmp_path, warm, seconds)
    assert found["values"] > 100
    assert found["ratio"] <= 1.05, found


@pytest.mark.soak
def test_a_fast_source_for_minutes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    found = grown(tmp_path, 30.0, 300.0)
    for name, value in found.items():
        record_property(name, value)
    assert found["ratio"] <= 1.05, found
