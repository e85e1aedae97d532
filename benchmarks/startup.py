"""What one `nsc check` of a small file costs beyond starting Python: `make bench`, or `python benchmarks/startup.py`.

The two commands run in turn, so that a change of the machine's speed meets both. Wall-clock and CPU time of whole
processes, medians of the runs; a first run of each, which may write byte code, is not counted.
"""

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
NSC = "from nscompiler.cli.main import start; start()"  # what the script `nsc` runs
PROGRAM = """module Demo.Workflows:0.1.0

type PlantInfo = { petalLength : Double, petalWidth : Double }
type Event = Click Text | View { url : Text }

/// The species for some measurements.
fun predict : PlantInfo -> Text
fun clean : { petalLength : Double, petalWidth : Double, name : Text } -> PlantInfo
fun words : Text -> [Text]
fun length : Text -> optional Integer
fun top : [a] -> [a] with { n : Integer = 10 }
fun enrich : { user : Text | r } -> { user : Text, country : Text | r }
fun event : Text -> Event

def serve = Sources.http { http_path = "/iris" } | predict | Sinks.reply
def show = Conv.to_json | Sinks.log
def lengths = words* | length?
def count = Sources.stdin | lengths | show
def events = Sources.stdin | event | Sinks.log
"""


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall-clock and CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the medians and their difference."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # What an earlier check of the same file found would be told again.
    cold = {**environment, "NSC_NO_CACHE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "module.nml"
        program.write_text(PROGRAM)
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "nsc --version": [sys.executable, "-c", NSC, "--version"],
            "nsc check (20 lines)": [sys.executable, "-c", NSC, "check", str(program)],
            "the same again": [sys.executable, "-c", NSC, "check", str(program)],
        }
        environment["NSC_CACHE_DIR"] = folder
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for turn in range(RUNS + 1):
            for name, command in commands.items():
                figures = measure(command, environment if name == "the same again" else cold)
                if turn:
                    found[name].append(figures)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {RUNS} runs each"
    )
    base = [statistics.median(side) for side in zip(*found["python -c pass"], strict=True)]
    for name, runs in found.items():
        wall, cpu = (statistics.median(side) for side in zip(*runs, strict=True))
        more = f"wall {1000 * (wall - base[0]):+6.1f} ms, CPU {1000 * (cpu - base[1]):+6.1f} ms over Python"
        print(f"{name:22} wall {1000 * wall:6.1f} ms, CPU {1000 * cpu:6.1f} ms; {more}")


if __name__ == "__main__":
    main()
