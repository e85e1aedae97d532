"""Programs with their answers, one a file in ``programs/*.md``: what every backend that runs has to give.

A program's sections are fenced blocks. The word after the fence and what follows it say what a block is:

``nml PATH`` and ``python PATH``
    files of the program; ``main.nml`` is the one that is built.
``text PATH``
    a file that lies in the working directory of the run.
``run [NAME=VALUE …] [-- ARGUMENTS]``
    one run: variables of its environment, its arguments; the block is its standard input. What follows belongs to it:
``stdout``, ``log``, ``exit CODE``, ``file PATH``
    its standard output; lines of its log that must occur, in order, each as a part of a line; its exit code (0 if
    not given); a file that it must have written.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
from backends.compiled import compile_texts

from nscompiler import backends

FOLDER = Path(__file__).parent / "programs"
ROOT = Path(__file__).parents[2]
ENGINES = {"airflow": "test_airflow_conformance.py", "compose": "test_compose_conformance.py"}
"""Backends whose output is run by an engine of its own: the programs run there in a file of their own."""

_BLOCK = re.compile(r"^```(\w+)[ \t]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@attrs.define(slots=True)
class Execution:
    """One run and what it must give."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    stdin: str
    stdout: str | None = None
    log: tuple[str, ...] = ()
    code: int = 0
    files: tuple[tuple[str, str], ...] = ()


@attrs.frozen(slots=True)
class Program:
    """A program, the files around it, and its runs."""

    name: str
    files: dict[str, str]
    around: dict[str, str]
    runs: tuple[Execution, ...]


def read(path: Path) -> Program:
    """The program that a Markdown file describes."""
    files: dict[str, str] = {}
    around: dict[str, str] = {}
    runs: list[Execution] = []
    for kind, rest, body in _BLOCK.findall(path.read_text()):
        if kind in ("nml", "python"):
            files[rest or "main.nml"] = body
        elif kind == "text":
            around[rest] = body
        elif kind == "run":
            runs.append(_execution(rest, body))
        else:
            _expect(runs[-1], kind, rest, body)
    assert runs, f"{path.name} runs nothing"
    return Program(path.stem, files, around, tuple(runs))


def _execution(rest: str, body: str) -> Execution:
    variables, _, arguments = rest.partition("--")
    pairs = (pair.partition("=") for pair in variables.split())
    return Execution(tuple(arguments.split()), {name: value for name, _, value in pairs}, body)


def _expect(run: Execution, kind: str, rest: str, body: str) -> None:
    match kind:
        case "stdout":
            run.stdout = body
        case "log":
            run.log = tuple(body.splitlines())
        case "exit":
            run.code = int(rest)
        case "file":
            run.files = (*run.files, (rest, body))
        case _:
            raise AssertionError(f"unknown block {kind}")


def programs() -> Iterator[Program]:
    """All programs, by name."""
    for path in sorted(FOLDER.glob("*.md")):
        yield read(path)


def running_backends() -> tuple[str, ...]:
    """The backends whose output Python runs."""
    found = ((name, backends.find(name)) for name in backends.names())
    return tuple(name for name, backend in found if backend is not None and backend.runs and name not in ENGINES)


def start(program: Program, target: str, folder: Path) -> tuple[str, ...]:
    """Build a program into a folder; the command that runs it there."""
    compiled = compile_texts(program.files)
    assert compiled.problems == ()
    default = "main" if "main" in compiled.graphs else None
    emitted = compiled.emit(target, default)
    compiled.write(emitted, folder)
    assert emitted.start[0] == "python"
    return (sys.executable, *emitted.start[1:])


def execute(run: Execution, command: tuple[str, ...], built: Path, here: Path) -> subprocess.CompletedProcess[str]:
    """One run, in a working directory of its own, with nothing of the compiler at hand but what Python's environment
    holds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NSTACK_", "PYTHON"))}
    paths = os.pathsep.join([str(built), str(ROOT / "stdlib")])
    return subprocess.run(
        [*command, *run.arguments],
        cwd=here,
        env={**kept, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **run.environment},
        input=run.stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_answers(
    program: Program, command: tuple[str, ...], built: Path, folder: Path, environment: dict[str, str]
) -> None:
    """Make all runs of a program, each in a folder below ``folder``, and compare what they give."""
    for number, run in enumerate(program.runs):
        here = folder / str(number)
        here.mkdir()
        for path, content in program.around.items():
            (here / path).write_text(content)
        whole = attrs.evolve(run, environment={**environment, **run.environment})
        done = execute(whole, command, built, here)
        assert done.returncode == run.code, done.stdout + done.stderr
        if run.stdout is not None:
            assert done.stdout == run.stdout, done.stderr
        rest = done.stderr
        for line in run.log:
            assert line in rest, done.stderr
            rest = rest[rest.index(line) + len(line) :]
        for path, content in run.files:
            assert (here / path).read_text() == content
