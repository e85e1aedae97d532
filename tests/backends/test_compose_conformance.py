"""The conformance programs in containers, on a real engine: the answers are those of the local backend."""

from collections.abc import Iterator
from pathlib import Path

import containers
import pytest
from backends.conformance import programs
from backends.suite_in_containers import Case, cases, files

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


def assert_answers(chosen: list[object], engine: dict[str, str], folder: Path, *, one_image: bool) -> None:
    """Run programs as one project and compare what each gives."""
    runs = list(cases(chosen))  # type: ignore[arg-type]
    inputs = [case.run.stdin for case in runs if case.run.stdin]
    assert len(inputs) <= 1, "all workflows of a project have one standard input"
    settings = ["stdin=given", *(["secrets=file"] if one_image else [])]
    options = [word for setting in settings for word in ("--set", setting)]
    built = containers.build(folder, files(runs, one_image=one_image), *options, source="all/module.nml")
    variables = {name: value for case in runs for name, value in case.run.environment.items()}
    if one_image:
        (built / "secrets").mkdir()
        for name, value in variables.items():
            (built / "secrets" / name).write_text(f"{value}\n")
        variables = {}
    with containers.project(built, engine, f"nstack-suite-{one_image:d}", **variables) as project:
        (project.data / "given").write_text("".join(inputs))
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
