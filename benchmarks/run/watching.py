"""What it costs to watch a run: CPU of the same program watched and unwatched, in interleaved pairs.

    python benchmarks/run/watching.py [--rows 200000] [--pairs 7]

The workload is a record a line, a method, a `?`, a `*` and a file. Printed is the median of each pair's ratio.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from nscompiler.cli.main import main as nsc

ROOT = Path(__file__).parents[2]
MODULE = """\
module Bench:0.1.0

type Row = { id : Integer, user : Text, amount : Double, tags : [Text], country : Text }
type Tagged = { id : Integer, tag : Text, amount : Double }

fun priced : Row -> Row
fun large : Row -> optional Row
fun tagged : Row -> [Tagged]

def w = Sources.jsonl<Row> { path = "in.jsonl" } | priced | large? | tagged* | Sinks.jsonl { path = "out.jsonl" }
"""
SERVICE = """\
import nstack


class Module(nstack.Module):
    def priced(self, row):
        row.amount = row.amount * 1.19
        return row

    def large(self, row):
        return row if row.amount > 20 else None

    def tagged(self, row):
        return [(row.id, tag, row.amount) for tag in row.tags]
"""
WAYS: dict[str, list[str]] = {
    "live view (--status-fd)": ["--status-fd"],
    "--metrics-port": ["--metrics-port", "0"],
    "--trace 3": ["--trace", "3"],
}


def run(folder: Path, arguments: list[str]) -> float:
    """The seconds of CPU that the program takes."""
    pipes: tuple[int, ...] = ()
    if arguments == ["--status-fd"]:
        ours, theirs = os.pipe()
        threading.Thread(target=_drain, args=(ours,), daemon=True).start()
        arguments, pipes = ["--status-fd", str(theirs)], (theirs,)
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'out'}:{ROOT / 'stdlib'}"}
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "bench", "w", "--quiet", *arguments],
        cwd=folder,
        env=environment,
        pass_fds=pipes,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    after = os.times()
    for pipe in pipes:
        os.close(pipe)
    return after.children_user + after.children_system - before.children_user - before.children_system


def _drain(descriptor: int) -> None:
    while os.read(descriptor, 1 << 16):
        pass
    os.close(descriptor)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "module.nml").write_text(MODULE)
        (folder / "service.py").write_text(SERVICE)
        with (folder / "in.jsonl").open("w") as lines:
            for number in range(options.rows):
                row = {"id": number, "user": f"u{number % 997}", "amount": number % 100 / 3, "tags": ["a", "b"]}
                lines.write(json.dumps({**row, "country": "DE"}) + "\n")
        assert nsc(["build", str(folder), "-o", str(folder / "out")]) == 0
        run(folder, [])
        for way, arguments in WAYS.items():
            pairs = [(run(folder, []), run(folder, arguments)) for _ in range(options.pairs)]
            ratio = statistics.median(watched / plain for plain, watched in pairs)
            plain = statistics.median(plain for plain, _ in pairs)
            print(f"{way:26} {ratio:.3f} of {plain:.2f} s CPU for {options.rows:,} rows")


if __name__ == "__main__":
    main()
