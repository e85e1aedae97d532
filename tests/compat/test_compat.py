"""Programs as they were written for the original NStack: every row of the table is checked, built and run."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import compat_cases
import databases
import pytest
from compat_cases import CASES, Case, Run, Sent
from kept import Golden

from nscompiler.cli.running import write
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
ROOT = HERE.parent.parent
LIMIT = 60  # seconds; only a run that hangs takes so long
INTERRUPTED = 130

INTRODUCTION = """# Programs for the original NStack

Modules of 2016 to 2018 must check, build and run here unchanged. `programs/` holds one program of ours for each
construct that they use, in the spelling of its time. `test_compat.py` checks, builds and runs every row below for
real; the rows stand in `compat_cases.py`, and `pytest --rewrite-golden` writes this page from them.
"""


def copy_of(name: str, folder: Path) -> Path:
    copied = folder / name
    shutil.copytree(PROGRAMS / name, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


# These take longest; of the others one in three runs each time.
THOROUGH = (
    *("sklearn-pretrained", "sklearn-training", "demos", "demo-vectorandmatrix", "movies"),
    *("http-answers", "april-2017", "notebook-plain"),
)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(one, marks=[pytest.mark.thorough] if place % 3 or one.name in THOROUGH else [], id=one.name)
        for place, one in enumerate(CASES)
    ],
)
def test_row_is_true(case: Case, tmp_path: Path) -> None:
    program = copy_of(case.name, tmp_path)
    if case.prepare:
        subprocess.run([sys.executable, case.prepare], cwd=program, check=True, timeout=LIMIT)
    compilation = checked(case, program)
    if case.is_refused:
        return
    built = build(case, compilation, tmp_path / "built")
    if case.needs_postgres and not databases.answers():
        pytest.skip(databases.ABSENT)
    for run in case.runs:
        if case.cell:
            run_cell(case, program)
        else:
            run_workflow(run, built[run.workflow], tmp_path)
    assert case.runs or case.not_run or case.elsewhere or case.build_says, "nothing of this program is run"


# --- checking and building


def checked(case: Case, program: Path) -> Compilation:
    """The program's compilation, after a look at what its check says."""
    compilation = Compilation(DiskFiles(), (str(program),))
    assert sorted(map(as_said, compilation.problems)) == sorted(case.says)
    told = "\n".join(map(everything, compilation.problems))
    assert [quote for quote in case.quotes if quote not in told] == [], told
    return compilation


def as_said(problem: Diagnostic) -> str:
    return f"{problem.severity.value}: {problem.code.name}"


def everything(problem: Diagnostic) -> str:
    """All that a diagnostic says."""
    fixes = [edit.text for fix in problem.fixes for edit in fix.edits]
    return "\n".join((problem.title, problem.primary.text, *problem.notes, *fixes))


@attrs.frozen
class Built:
    """A package that was built: its folder, its name and a workflow in it."""

    folder: Path
    package: str
    workflow: str


def build(case: Case, compilation: Compilation, output: Path) -> dict[str, Built]:
    """Build the workflows of every file of a program, each file into a folder of its own; by workflow."""
    built: dict[str, Built] = {}
    said: list[str] = []
    for own in compilation.selected:
        path = own.module.source.path
        lowered = [compilation.lower(path, workflow) for workflow in workflows(own)]
        said += [as_said(problem) for _, problems in lowered for problem in problems]
        graphs = [graph for graph, _ in lowered if graph is not None]
        if not graphs:
            continue
        emitted, problems = compilation.build(path, graphs, "local")
        assert emitted is not None, problems
        folder = output / re.sub(r"\W", "_", own.reference)
        write(emitted, folder)
        built |= {graph.name: Built(folder, emitted.start[-1], graph.name) for graph in graphs}
    assert said == list(case.build_says)
    return built


# --- running


def environment(*search: Path) -> dict[str, str]:
    """The environment of a child that imports the runtime and what was built."""
    paths = [*search, ROOT, ROOT / "stdlib"]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONUNBUFFERED": "1"}


def command(built: Built, run: Run) -> list[str]:
    given = (*run.parameters, *(("http_port=0",) if run.sent else ()))
    options = [option for parameter in given for option in ("-p", parameter)]
    return [sys.executable, "-m", built.package, built.workflow, *options]


def run_workflow(run: Run, built: Built, folder: Path) -> None:
    """Run a workflow and compare all that comes out of it."""
    if run.sent:
        with serving(run, built, folder) as (log, port):
            for sent in run.sent:
                check_answer(sent, port)
        stdout, errors, code = log.stdout, log.text, log.code
    else:
        done = subprocess.run(
            command(built, run), cwd=folder, env=environment(built.folder), input=run.stdin,
            capture_output=True, text=True, timeout=LIMIT, check=False,
        )  # fmt: skip
        stdout, errors, code = done.stdout, done.stderr, done.returncode
    assert code == (INTERRUPTED if run.sent else run.exit), errors
    assert stdout == run.stdout, errors
    assert outputs(errors) == list(run.outputs), errors
    assert [text for text in run.shown if text not in errors] == [], errors
    assert "Traceback" not in errors or "not today" in errors, errors


def outputs(log: str) -> list[str]:
    """What the log sink wrote."""
    return [line.removeprefix("OUTPUT: ") for line in log.splitlines() if line.startswith("OUTPUT: ")]


@attrs.define
class Log:
    """What a process that serves has said so far, and how it ended."""

    text: str = ""
    stdout: str = ""
    code: int | None = None


@contextmanager
def serving(run: Run, built: Built, folder: Path) -> Iterator[tuple[Log, int]]:
    """Start a workflow, wait until it listens, stop it with SIGTERM at the end."""
    log = Log()
    process = subprocess.Popen(
        command(built, run), cwd=folder, env=environment(built.folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield log, port_of(process, log)
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=LIMIT)
        log.stdout, log.text, log.code = rest, log.text + errors, process.returncode
    finally:
        process.kill()
        process.wait()


def port_of(process: subprocess.Popen[str], log: Log) -> int:
    """The port that a starting workflow says it listens on."""
    assert process.stderr is not None
    for line in process.stderr:
        log.text += line
        if found := re.search(r"listening on http://[^/]+:(\d+)/", line):
            return int(found[1])
    raise AssertionError(f"it ended before it listened:\n{log.text}")


def check_answer(sent: Sent, port: int) -> None:
    """Send a request and look at the answer; whatever the sink logs is there before it is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request(sent.method, sent.path, sent.body.encode(), {"Content-Type": sent.content_type})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    assert answer.status == sent.status, text
    if answer.headers["Content-Type"] == "application/problem+json":
        text = json.loads(text)["detail"]
    assert text.startswith(sent.answer), text


def run_cell(case: Case, program: Path) -> None:
    """``nsc notebook`` with the cell on standard input: the program's own input is then at its end."""
    cell = (program / case.cell).read_text()
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "notebook"], cwd=program, env=environment(), input=cell,
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, outputs(done.stderr)) == (0, "", []), done.stderr


# --- what a row cannot say


def test_first_value_is_out_before_the_second_is_made(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == "demo-digitstring")
    compilation = checked(case, copy_of(case.name, tmp_path))
    built = build(case, compilation, tmp_path / "built")["spelled"]
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    run = Run(sent=(Sent("/digits", '{"params": [1, 2, 3]}'),), parameters=(f"gate={gate}",))
    process = subprocess.Popen(
        command(built, run), cwd=tmp_path, env=environment(built.folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(process, Log()), timeout=LIMIT)
        connection.request("POST", "/digits", run.sent[0].body)
        assert next(line for line in process.stderr if line.startswith("OUTPUT")) == 'OUTPUT: "one"\n'
        # The second value cannot have been made: its maker waits until this file is opened for writing.
        gate.write_text("go on")
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert outputs(process.stderr.read()) == ['"two"', '"three"']
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_notebook_runs_on_the_text_that_it_is_given(tmp_path: Path) -> None:
    program = copy_of("notebook-semicolons", tmp_path)
    cell = (program / "cell.nml").read_text()
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "notebook", cell], cwd=program, env=environment(), input="abc\nde\n",
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert (done.returncode, outputs(done.stderr)) == (0, ["3", "2"]), done.stderr


def test_a_connector_that_cannot_run_says_so(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == "amqp")
    built = build(case, checked(case, copy_of("amqp", tmp_path)), tmp_path / "built")["w"]
    given = command(built, Run("w", parameters=("amqp_connect_timeout=100ms",)))
    done = subprocess.run(
        given, cwd=tmp_path, env=environment(built.folder), capture_output=True, text=True,
        timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert re.search(r"(?m)^error: .*(Sources|Sinks)\.amqp", done.stderr), done.stderr
    assert "Traceback" not in done.stderr


def test_every_program_has_a_row() -> None:
    folders = {entry.name for entry in PROGRAMS.iterdir() if entry.is_dir() and entry.name[0] not in "._"}
    assert folders == {case.name for case in CASES}


def test_the_table_tells_what_the_rows_do(golden: Golden) -> None:
    golden(HERE / "README.md", INTRODUCTION + compat_cases.table())
