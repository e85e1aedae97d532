"""Checking beside other type checkers: ``python benchmarks/check/run.py [--sizes 10,100,1000,10000] [--runs 5]``.

One generator writes the same program for each tool. In every turn each tool checks it once, so that a change of the
machine's speed meets all; the medians of wall-clock and CPU time of whole processes are printed, as ratios to ours
first. The peers are installed into ``benchmarks/check/.peers`` at the first run, from PyPI and npm; one that cannot be
had is left out with the reason. Ours runs as it lies here, which is with the parser in C where there is a compiler of
C, in pure Python, and as the wheel that ``make compiled`` has last installed, if it has.
"""

import argparse
import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from corpora import write

from nscompiler.grammar import native

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
COMPILED = Path(sys.prefix) / "compiled" / "bin" / "python"
PYPI = ("zuban", "ty", "pyrefly", "mypy")
NPM = {"tsc": "typescript@5.9", "typescript 7": "typescript@7"}


@dataclass
class Tool:
    """A checker: the language that it reads, its command, its version, and what its environment has besides."""

    name: str
    language: str
    command: list[str]
    version: str
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Figures:
    """What runs took: seconds of wall clock and CPU, and the peak of memory in KiB."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)


def measure(command: list[str], folder: Path, environment: dict[str, str], figures: Figures) -> None:
    """Run a command once."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    figures.wall.append(time.perf_counter() - began)
    figures.cpu.append(used.ru_utime + used.ru_stime)
    figures.peak.append(used.ru_maxrss)


def installed_peers() -> list[Tool]:
    """The peers that can be had, installed where they are not yet."""
    found = []
    if not (PEERS / "bin").is_dir():
        venv.create(PEERS, with_pip=True)
    for name in PYPI:
        program = PEERS / "bin" / name
        if not program.exists():
            _try([str(PEERS / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", name], name)
        if program.exists():
            found.append(Tool(name, "py", _python_command(name, program), _version([str(program), "--version"])))
    for name, package in NPM.items():
        folder = PEERS / package
        program = folder / "node_modules/.bin/tsc"
        if not program.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _try(["npm", "install", "--silent", "--prefix", str(folder), package], name)
        if program.exists():
            found.append(Tool(name, "ts", [str(program), "-p", "."], _version([str(program), "--version"])))
    return found


def _python_command(name: str, program: Path) -> list[str]:
    return {
        "zuban": [str(program), "check", "."],
        "ty": [str(program), "check", "."],
        "pyrefly": [str(program), "check"],
        "mypy": [str(program), "--cache-dir", os.devnull, "."],
    }[name]


def _try(command: list[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} is left out: {(done.stderr or done.stdout).strip().splitlines()[-1:]}", file=sys.stderr)


def _version(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().split("\n")[0]


def ours() -> list[Tool]:
    """This compiler as it lies here, in pure Python, and in its compiled form."""
    found = [_ours("nsc", sys.executable)]
    if native.parser() is not None:
        found.append(_ours("nsc, pure", sys.executable, NSC_NO_NATIVE="1"))
    if COMPILED.exists():
        found.append(_ours("nsc, compiled", str(COMPILED)))
    return [tool for tool in found if tool.version.startswith("nsc ")]


def _ours(name: str, python: str, **environment: str) -> Tool:
    command = [python, "-P", "-c", "from nscompiler.cli.main import start; start()"]  # as the script `nsc` does
    return Tool(name, "nml", [*command, "check", "."], _version([*command, "--version"]), environment)


class Bench:
    """The programs of all sizes, and what was measured on them."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.files: dict[tuple[str, int], list[Path]] = {}
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.environment["NSC_CACHE_DIR"] = str(folder / "cache")

    def program(self, language: str, size: int) -> Path:
        """The folder of a program, written when first asked for."""
        folder = self.folder / f"{language}-{size}"
        if (language, size) not in self.files:
            self.files[language, size] = write(language, size, folder)
        return folder

    def cold(self, tools: list[Tool], size: int) -> dict[str, Figures]:
        """All tools without anything kept from before, in turn."""
        found = {tool.name: Figures() for tool in tools}
        environment = {**self.environment, "NSC_NO_CACHE": "1"}
        for turn in range(self.runs + 1):
            for tool in tools:
                figures = found[tool.name] if turn else Figures()
                given = {**environment, **tool.environment}
                measure(tool.command, self.program(tool.language, size), given, figures)
        return found

    def again(self, tool: Tool, size: int, change: Callable[[int], None]) -> Figures:
        """Ours beside what it keeps, after a change before each run."""
        folder, figures = self.program(tool.language, size), Figures()
        given = {**self.environment, **tool.environment}
        for turn in range(self.runs + 3):  # the first checks fill what is kept
            change(turn)
            measure(tool.command, folder, given, figures if turn > 2 else Figures())
        return figures

    def edits(self, tool: Tool, size: int) -> dict[str, Figures]:
        """Ours after the changes that people make."""
        folder = self.program(tool.language, size)
        files = self.files[tool.language, size]
        texts = {path: path.read_text() for path in files}

        def older(seconds: float) -> None:
            for path in files:
                os.utime(path, (time.time() - seconds,) * 2)

        def append(path: Path, turn: int) -> None:
            path.write_text(f"{texts[path]}// {turn}\n")

        def fault(path: Path, turn: int) -> None:
            path.write_text(
                f"{texts[path]}// {turn}\ndef wrong = Sources.stdin | lift{len(files) - 1} | Sinks.nowhere\n"
            )

        def interface(path: Path, turn: int) -> None:
            path.write_text(texts[path].replace("score : Double", f"score : {('Integer', 'Double')[turn % 2]}"))

        def forget(turn: int) -> None:
            shutil.rmtree(self.environment["NSC_CACHE_DIR"], ignore_errors=True)

        def first(turn: int) -> None:
            forget(turn)
            measure(tool.command, folder, {**self.environment, **tool.environment}, Figures())
            append(files[-1], turn)

        kept = self.again(tool, size, forget)
        first_edit = self.again(tool, size, first)
        files[-1].write_text(texts[files[-1]])
        older(3600)
        time.sleep(2.1)  # what is younger than a tick of the clock is read again
        nothing = self.again(tool, size, lambda turn: None)
        hashed = self.again(tool, size, lambda turn: older(7200 + turn))
        leaf = self.again(tool, size, lambda turn: append(files[-1], turn))
        wrong = self.again(tool, size, lambda turn: fault(files[-1], turn))
        files[-1].write_text(texts[files[-1]])
        body = self.again(tool, size, lambda turn: append(files[0], turn))
        wide = self.again(tool, size, lambda turn: interface(files[size // 2], turn))
        for path, text in texts.items():
            path.write_text(text)
        return {
            "from scratch, and kept": kept,
            "the first edit after that": first_edit,
            "nothing changed": nothing,
            "every file touched": hashed,
            "a module that nobody imports edited": leaf,
            "a fault in that module": wrong,
            "a comment in the first module": body,
            "a field's type in the middle": wide,
        }


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def print_cold(sizes: list[int], tools: list[Tool], cold: dict[int, dict[str, Figures]]) -> None:
    """One table a size: ratios to ours first."""
    for size in sizes:
        own = cold[size]["nsc"]
        print(f"\ncold, {size} modules")
        print("| tool | × nsc, wall | × nsc, CPU | wall s | CPU s | peak MiB |\n|---|---|---|---|---|---|")
        for tool in tools:
            if tool.name not in cold[size]:
                continue
            one = cold[size][tool.name]
            wall, cpu = middle(one.wall), middle(one.cpu)
            print(
                f"| {tool.name} | {wall / middle(own.wall):.2f} | {cpu / middle(own.cpu):.2f} | {wall:.3f} | {cpu:.3f} "
                f"| {max(one.peak) / 1024:.0f} |"
            )


def print_growth(sizes: list[int], tools: list[Tool], cold: dict[int, dict[str, Figures]]) -> None:
    """The exponent of growth between the two largest sizes, and memory a module."""
    if len(sizes) < 2:
        return
    small, large = sizes[-2], sizes[-1]
    print(f"\ngrowth from {small} to {large} modules: exponent of the CPU time, KiB a module")
    for tool in tools:
        if tool.name in cold[large]:
            one, other = cold[small][tool.name], cold[large][tool.name]
            exponent = math.log(middle(other.cpu) / middle(one.cpu)) / math.log(large / small)
            print(f"  {tool.name:14} {exponent:5.2f}  {(max(other.peak) - max(one.peak)) / (large - small):7.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10,100,1000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--cold", action="store_true", help="from scratch only, without edits")
    given = parser.parse_args()
    sizes = sorted(int(size) for size in given.sizes.split(","))
    own = ours()
    tools = [*own, *([] if given.alone else installed_peers())]
    machine = f"{platform.platform()}, Python {platform.python_version()}"
    print(f"{machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(", ".join(f"{tool.name}: {tool.version}" for tool in tools))
    with tempfile.TemporaryDirectory(prefix="bench-check-") as folder:
        bench = Bench(Path(folder), given.runs)
        cold = {size: bench.cold(tools, size) for size in sizes}
        print_cold(sizes, tools, cold)
        print_growth(sizes, tools, cold)
        for size in () if given.cold else sizes[-2:]:
            for tool in own:
                print(f"\n{tool.name} again, {size} modules (wall ms, CPU ms)")
                for what, figures in bench.edits(tool, size).items():
                    print(f"  {what:38} {1000 * middle(figures.wall):7.1f} {1000 * middle(figures.cpu):7.1f}")
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nthis process and its children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s of CPU")


if __name__ == "__main__":
    main()
