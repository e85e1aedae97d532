"""The conformance programs in containers, on a real engine: the answers are those of the local backend."""

from collections.abc import Iterator
from pathlib import Path

import containers
import pytest
from backends.compiled import compile_texts
from backends.conformance import programs
from backends.suite_in_containers import GAPS, Case, cases, files

PROGRAMS = {program.name: program for program in programs()}
SLICE = (
    *("custom", "drop", "environment-literal", "files", "flatten", "generators", "merge", "modules"),
    *("on-error", "records", "sums", "tee", "tee-with-sinks"),
)
"""Each construct once."""


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """The engine."""
    with containers.engine() as found:
        yield found


@pytest.mark.thorough
def test_a_program_of_each_construct_gives_its_answers(engine: dict[str, str], tmp_path: Path) -> None:
    assert_answers([PROGRAMS[name] for name in SLICE], engine, tmp_path, one_image=True)


@pytest.mark.soak
@pytest.mark.parametrize("one_image", [True, False])
def test_all_programs_give_their_answers(engine: dict[str, str], tmp_path: Path, one_image: bool) -> None:
    assert_answers(list(PROGRAMS.values()), engine, tmp_path, one_image=one_image)


@pytest.mark.parametrize(("name", "workflow"), sorted(GAPS))
def test_what_is_no_answer_is_refused_at_the_build(name: str, workflow: str) -> None:
    compiled = compile_texts(PROGRAMS[name].files)
    graph = compiled.graphs[workflow]
    emitted, problems = compiled.checked.compilation.build(compiled.path, [graph], "compose")
    assert emitted is None
    assert all(GAPS[name, workflow] in problem.title and problem.notes for problem in problems)


def assert_answers(chosen: list[object], engine: dict[str, str], folder: Path, *, one_image: bool) -> None:
    """Run programs as one project and compare what each gives."""
    runs = list(cases(chosen))  # type: ignore[arg-type]
    built = containers.build(folder, files(runs, one_image=one_image), source="all/module.nml")
    variables = {name: value for case in runs for name, value in case.run.environment.items()}
    with containers.project(built, engine, f"nstack-suite-{one_image:d}", **variables) as project:
        for case in runs:
            for path, text in case.program.around.items():
                (project.data / path).write_text(text)
        project.up()
        all_ = project.until("done", lambda all_: all(is_done(case, all_) for case in runs), 400)
        for case in runs:
            assert_answer(case, of(case, all_), project)
        project.down()


def of(case: Case, all_: list[containers.Container]) -> list[containers.Container]:
    """The containers of one workflow."""
    prefix = case.workflow.replace("_", "-").lower() + "-"
    return [one for one in all_ if one.service.startswith(prefix)]


def is_done(case: Case, all_: list[containers.Container]) -> bool:
    """Whether all services have ended; where the run fails, whether one has failed for good."""
    own = of(case, all_)
    assert own, case.workflow
    failed = any(containers.is_over(one) and one.code for one in own)
    return failed or (not case.run.code and all(map(containers.is_over, own)))


def assert_answer(case: Case, own: list[containers.Container], project: containers.Project) -> None:
    """Compare what one run gives; ``own`` are its containers."""
    told = [project.logs(one) for one in own]
    log = "".join(err for _, err in told)
    codes = {one.code for one in own if containers.is_over(one)}
    assert codes - {0} == ({case.run.code} if case.run.code else set()), (case.workflow, own, log)
    if case.run.stdout is not None:
        assert_same(case, "".join(out for out, _ in told), case.run.stdout)
    for line in case.run.log:
        assert line in log, (case.workflow, log)
    for path, text in case.run.files:
        assert_same(case, (project.data / path).read_text(), text)


def assert_same(case: Case, found: str, wanted: str) -> None:
    """Compare lines; in their order where the program has one."""
    lines = found.splitlines(), wanted.splitlines()
    assert lines[0] == lines[1] if case.ordered else sorted(lines[0]) == sorted(lines[1]), case.workflow
