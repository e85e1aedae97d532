"""Every backend that runs gives every program's answers."""

import subprocess
import sys
from pathlib import Path

import pytest
from backends.compiled import compile_function
from backends.conformance import Execution, assert_answers, execute, programs, running_backends, start

PROGRAMS = tuple(programs())
# What a backend that runs does not do yet; an entry that starts to work fails the suite until it is taken away.
GAPS: dict[tuple[str, str], str] = {}


def paired(*names: str) -> list[object]:
    """Each backend that runs with each program; the declared gaps are expected to fail."""
    return [
        pytest.param(target, name, id=f"{name}-{target}", marks=_marks(target, name))
        for target in running_backends()
        for name in names
    ]


def _marks(target: str, name: str) -> tuple[pytest.MarkDecorator, ...]:
    reason = GAPS.get((target, name))
    return () if reason is None else (pytest.mark.xfail(reason=reason, strict=True),)


def test_the_local_backend_takes_part():
    assert "local" in running_backends()


def test_every_gap_is_a_program_of_a_backend():
    names = {*(program.name for program in PROGRAMS), "trial-of-a-source", "trial-of-a-wrong-value"}
    assert all(target in running_backends() and name in names for target, name in GAPS)


@pytest.mark.thorough
@pytest.mark.parametrize(("target", "name"), paired(*(program.name for program in PROGRAMS)))
def test_a_program_gives_its_answers(target: str, name: str, tmp_path: Path):
    program = next(own for own in PROGRAMS if own.name == name)
    built = tmp_path / "built"
    assert_answers(program, start(program, target, built), built, tmp_path, {})


TRIED = {
    "main.nml": "type P = { n : Integer }\nfun f : P -> [Text]\nfun ticks : Void -> Integer\nfun store : P -> Void\n",
    "main.py": """import nstack


class Module(nstack.Module):
    def f(self, p):
        return ["x"] * p.n

    def ticks(self):
        n = 0
        while True:
            yield n
            n += 1

    def store(self, p):
        print("stored", p.n)
""",
}


def tried(target: str, function: str, value: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """One function, tried out on one value."""
    compiled = compile_function(TRIED, function, value)
    emitted = compiled.emit(target)
    compiled.write(emitted, folder / "built")
    command = (sys.executable, *emitted.start[1:])
    return execute(Execution((), {}, ""), command, folder / "built", folder)


@pytest.mark.parametrize("target", running_backends())
def test_a_function_is_tried_on_one_value(target: str, tmp_path: Path):
    done = tried(target, "f", {"n": 2}, tmp_path)
    assert (done.returncode, done.stdout) == (0, '["x","x"]\n'), done.stderr


@pytest.mark.parametrize(("target", "name"), paired("trial-of-a-wrong-value"))
def test_a_wrong_value_fails_with_its_path(target: str, name: str, tmp_path: Path):
    done = tried(target, "f", {"n": "two"}, tmp_path)
    assert done.returncode == 1
    assert "n: expected Integer" in done.stderr


@pytest.mark.parametrize("target", running_backends())
def test_a_sink_is_tried_too(target: str, tmp_path: Path):
    done = tried(target, "store", {"n": 3}, tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "stored 3" in done.stderr


@pytest.mark.parametrize(("target", "name"), paired("trial-of-a-source"))
def test_a_source_shows_its_first_values(target: str, name: str, tmp_path: Path):
    done = tried(target, "ticks", None, tmp_path)
    assert (done.returncode, done.stdout) == (0, "".join(f"{n}\n" for n in range(10))), done.stderr
