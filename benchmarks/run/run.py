"""Running beside other ways to do the same: ``python benchmarks/run/run.py [--records N] [--pairs N] [--peers NAMES]``.

JSON lines of orders are decoded and validated, a method gives each another amount, a second drops some (``?``), a third
makes one record a tag of them (``*``), and these are written as JSON lines. The workflow, with every check and with
checkpoints, and the same by hand run in turn, ``--pairs`` times; then each other peer once between two more runs of the
workflow. Told are whole processes: records of input a second, CPU, and the peak of memory; ratios are those of runs
side by side. All outputs have to have the same number of lines.

    --records N     lines of input (1,000,000: 86 MB)
    --peers NAMES   only peers whose name begins with one of these, between commas; ``none`` for no others
    --markdown      the table as the documents have it
    --only PARTS    work, workers, start, http: which parts to run, between commas
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from corpus import orders
from peers_at_hand import HERE, Peer, peers

ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Figures:
    """What a run took: seconds of wall clock and CPU, and the peak of memory in MiB, children's included in the CPU."""

    wall: float
    cpu: float
    peak: float


def measured(command: list[str], folder: Path, environment: dict[str, str], output: Path | None = None) -> Figures:
    """Runs a command once. Raises RuntimeError where it fails."""
    log = folder / "log"
    began = time.perf_counter()
    with log.open("wb") as errors, (output or Path(os.devnull)).open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{command[:3]} failed: {log.read_text(errors='replace')[-2000:]}")
    return Figures(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def built(folder: Path) -> list[str]:
    """The command that runs the workflow, built into a folder."""
    command = [sys.executable, "-m", "nscompiler", "build", str(HERE / "workflow"), "-o", str(folder / "built")]
    subprocess.run(command, check=True, capture_output=True)
    return [sys.executable, "-m", next((folder / "built").glob("*/__main__.py")).parent.name, "-q"]


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


class Work:
    """The standard workload in a folder."""

    def __init__(self, folder: Path, records: int) -> None:
        self.folder = folder
        self.records = records
        self.ours = built(folder)
        self.environment = {**ENVIRONMENT, "PYTHONPATH": str(folder / "built")}
        orders(folder / "orders.jsonl", records)
        self.wanted = 0

    def workflow(self, *options: str) -> Figures:
        """One run of the workflow."""
        return self._checked(measured([*self.ours, *options], self.folder, self.environment))

    def peer(self, peer: Peer) -> Figures:
        """One run of a peer."""
        target = self.folder / "tagged.jsonl"
        shutil.rmtree(f"{target}.parts", ignore_errors=True)
        command = list(peer.command)
        if peer.to_stdout:
            command[command.index("{in}")] = "orders.jsonl"
        else:
            at = command.index("{}")
            command[at : at + 1] = ["orders.jsonl", "tagged.jsonl"]
        environment = {**ENVIRONMENT, **peer.environment}
        return self._checked(measured(command, self.folder, environment, target if peer.to_stdout else None))

    def _checked(self, figures: Figures) -> Figures:
        found = lines_of(self.folder / "tagged.jsonl")
        self.wanted = self.wanted or found
        if found != self.wanted:
            raise RuntimeError(f"{found} lines of output, not {self.wanted}")
        (self.folder / "tagged.jsonl").unlink()
        return figures

    def rate(self, figures: Figures) -> float:
        """Records of input a second."""
        return self.records / figures.wall


def head() -> str:
    """The machine, for the table."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def work(bench: Work, pairs: int, wanted: list[str] | None, *, markdown: bool) -> None:
    """The workflow beside the loop by hand, then beside all others."""
    (hand,) = peers(["by hand"])
    both = [(bench.peer(hand), bench.workflow()) for _ in range(pairs)]
    rows = []
    ratio = statistics.median(ours.cpu / by_hand.cpu for by_hand, ours in both)
    slower = statistics.median(ours.wall / by_hand.wall for by_hand, ours in both)
    middle = sorted((ours for _, ours in both), key=lambda one: one.wall)[len(both) // 2]
    fastest = sorted((by_hand for by_hand, _ in both), key=lambda one: one.wall)[len(both) // 2]
    rows.append(("the workflow", "", "1.00", "1.00", bench.rate(middle), middle.cpu, middle.peak))
    rows.append((hand.name, hand.version, f"{1 / slower:.2f}", f"{1 / ratio:.2f}", bench.rate(fastest), fastest.cpu,
                 fastest.peak))  # fmt: skip
    for peer in [] if wanted is None else peers(wanted):
        if peer.name == hand.name:
            continue
        try:
            before, theirs, after = bench.workflow(), bench.peer(peer), bench.workflow()
        except RuntimeError as error:
            print(f"{peer.name} is left out: {error}", file=sys.stderr)
            continue
        wall, cpu = (before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2
        name = peer.name if peer.methods else f"{peer.name} (no Python methods)"
        rows.append((name, peer.version, f"{theirs.wall / wall:.2f}", f"{theirs.cpu / cpu:.2f}", bench.rate(theirs),
                     theirs.cpu, theirs.peak))  # fmt: skip
    print(f"{bench.records:,} records; {head()}; the workflow's CPU is {ratio:.2f} × that by hand ({pairs} pairs)\n")
    table(("way", "version", "time ×", "CPU ×", "records/s", "CPU s", "peak MiB"), rows, markdown=markdown)


def table(titles: tuple[str, ...], rows: list[tuple[object, ...]], *, markdown: bool) -> None:
    """Prints rows under their titles."""
    shown = [[f"{cell:,.0f}" if isinstance(cell, float) and cell >= 10 else f"{cell:.1f}" if isinstance(cell, float)
              else str(cell) for cell in row] for row in rows]  # fmt: skip
    if markdown:
        for line in (titles, ["---"] * len(titles), *shown):
            print(f"| {' | '.join(line)} |")
        return
    widths = [max(map(len, column)) for column in zip(titles, *shown, strict=True)]
    for line in (titles, *shown):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def workers(bench: Work, pairs: int) -> None:
    """Methods of 20 µs each: one process, and two workers, in turn."""
    slow = {**bench.environment, "BENCH_SPIN": "20e-6"}
    both = []
    for _ in range(pairs):
        one = measured(bench.ours, bench.folder, slow)
        two = measured([*bench.ours, "--workers", "2"], bench.folder, slow)
        both.append((one, two))
        print(f"one process {one.wall:6.2f} s   2 workers {two.wall:6.2f} s   ratio {one.wall / two.wall:.2f}")
    faster = statistics.median(one.wall / two.wall for one, two in both)
    print(f"{bench.records:,} records, methods of 20 µs; {head()}: 2 workers are {faster:.2f} × as fast as one process")


def start(bench: Work, runs: int) -> None:
    """From the start of the process to its first record, beside Python's start."""
    few = bench.folder / "few"
    few.mkdir(exist_ok=True)
    orders(few / "orders.jsonl", 1)
    took: dict[str, list[float]] = {"python": [], "workflow": []}
    for _ in range(runs):
        took["python"].append(measured([sys.executable, "-c", "pass"], few, ENVIRONMENT).wall)
        took["workflow"].append(measured(bench.ours, few, bench.environment).wall)
    python, workflow = (1000 * statistics.median(took[name]) for name in ("python", "workflow"))
    print(
        f"start to the end of one record: {workflow:.0f} ms, Python's own start {python:.0f} ms, "
        f"{workflow - python:.0f} ms over it ({runs} runs; {head()})"
    )


def main() -> None:
    """Parses the arguments and runs the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--peers", default="")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--only", default="work,workers,start,http")
    options = parser.parse_args()
    wanted = None if options.peers == "none" else [one for one in options.peers.split(",") if one]
    parts = options.only.split(",")
    with tempfile.TemporaryDirectory() as name:
        if {"work", "workers", "start"} & set(parts):
            bench = Work(Path(name), options.records)
        if "work" in parts:
            work(bench, options.pairs, wanted, markdown=options.markdown)
        if "workers" in parts:
            orders(Path(name) / "fewer.jsonl", options.records // 10)
            bench.records = options.records // 10
            (Path(name) / "fewer.jsonl").replace(Path(name) / "orders.jsonl")
            workers(bench, options.pairs)
        if "start" in parts:
            start(bench, 11)
        if "http" in parts:
            from serving import serving

            serving(Path(name))


if __name__ == "__main__":
    main()
