"""Every program gives its answers as DAGs that a real Airflow runs, as ``airflow dags test`` does."""

import json
from pathlib import Path
from typing import Any

import pytest
from backends.compiled import compile_texts
from backends.conformance import Execution, Program, programs
from engines.airflow_client import NEEDS_AIRFLOW, Airflow, airflow, variables

pytestmark = NEEDS_AIRFLOW

PROGRAMS = {program.name: program for program in programs()}
RUNS = [(name, number) for name, program in PROGRAMS.items() for number in range(len(program.runs))]
# What a DAG does not do as a command line does; an entry that starts to work fails the suite until it is taken away.
GAPS = {
    ("parameters-declared", 1): "what no Param declares is left out of a run's configuration",
    ("parameters-declared", 2): "what no Param declares is left out of a run's configuration",
}
QUICK = ("pipe", "files")


@pytest.fixture(scope="module")
def engine() -> Airflow:
    """A loaded Airflow."""
    found = airflow()
    found.ask(do="load", folder=str(found.home / "dags"))
    return found


def built(program: Program, folder: Path) -> None:
    """The program's DAGs, whose tasks fail at once."""
    compiled = compile_texts(program.files)
    assert compiled.problems == ()
    compiled.write(compiled.emit("airflow", retries="0"), folder)


def configuration(run: Execution) -> tuple[str, dict[str, Any]]:
    """The workflow that a run names, and what a form of Airflow's would hold."""
    words = list(run.arguments)
    name = "main" if not words or words[0].startswith("-") else words.pop(0)
    given = [word.partition("=") for word in words if word != "-p"]
    return name, {key: _parsed(value) for key, _, value in given}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def ran(engine: Airflow, program: Program, number: int, folder: Path) -> None:
    """Make one run, and compare what it gives."""
    run, here, dags = program.runs[number], folder / "here", folder / "dags"
    built(program, dags)
    here.mkdir()
    for path, content in {**program.around, "stdin": run.stdin}.items():
        (here / path).write_text(content)
    name, conf = configuration(run)
    done = engine.ask(
        do="run",
        folder=str(dags),
        dag="main" if name == "main" else f"main_{name}",
        conf={"stdin": "stdin", "stdout": "stdout", **conf},
        date=None,
        environment={
            **variables("main", here),
            **{f"AIRFLOW_VAR_{key.upper()}": value for key, value in run.environment.items()},
        },
    )
    assert done["state"] == ("success" if run.code == 0 else "failed"), done
    if run.stdout is not None:
        assert ((here / "stdout").read_text() if (here / "stdout").exists() else "") == run.stdout, done["log"]
    rest = done["log"]
    for line in run.log:
        assert line in rest, done["log"]
        rest = rest[rest.index(line) + len(line) :]
    for path, content in run.files:
        assert (here / path).read_text() == content


def _marked(name: str, number: int) -> Any:
    reason = GAPS.get((name, number))
    gap = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(
        name, number, id=f"{name}-{number}", marks=[*gap, *([] if name in QUICK else [pytest.mark.thorough])]
    )


def test_every_gap_is_a_run_of_a_program() -> None:
    assert set(RUNS) >= set(GAPS)
    assert set(PROGRAMS) >= set(QUICK)


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "number"), [_marked(*run) for run in RUNS])
def test_a_program_gives_its_answers(name: str, number: int, engine: Airflow, tmp_path: Path) -> None:
    ran(engine, PROGRAMS[name], number, tmp_path)
