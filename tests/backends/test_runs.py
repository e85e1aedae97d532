"""Every backend that runs gives every program's answers."""

from pathlib import Path

import pytest
from backends.conformance import Program, execute, programs, running_backends, start

PROGRAMS = tuple(programs())


def test_the_local_backend_takes_part():
    assert "local" in running_backends()


@pytest.mark.parametrize("target", running_backends())
@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_a_program_gives_its_answers(program: Program, target: str, tmp_path: Path):
    built = tmp_path / "built"
    command = start(program, target, built)
    for number, run in enumerate(program.runs):
        here = tmp_path / str(number)
        here.mkdir()
        for path, content in program.around.items():
            (here / path).write_text(content)
        done = execute(run, command, built, here)
        assert done.returncode == run.code, done.stdout + done.stderr
        if run.stdout is not None:
            assert done.stdout == run.stdout, done.stderr
        rest = done.stderr
        for line in run.log:
            assert line in rest, done.stderr
            rest = rest[rest.index(line) + len(line) :]
        for path, content in run.files:
            assert (here / path).read_text() == content
