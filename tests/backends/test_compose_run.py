"""A workflow in containers, on a real engine: it gives what it gives in one process, and nothing is left behind."""

from collections.abc import Iterator
from pathlib import Path

import containers
import pytest

PROGRAM = {
    "nstack-project.yaml": "modules: [w]\n",
    "frame/module.nml": "module Plant.Frame:1.0.0\n",
    "frame/nstack.yaml": "stack: {language: python, api-version: 1}\ncommands: [touch /opt/framed]\n",
    "frame/requirements.txt": "six>=1.16\n",
    "plant/module.nml": """module Plant.Shown:0.1.0

type Plant = { n : Integer, name : Text }

@stateless
fun twice : Plant -> [Plant]
fun show : Plant -> Text
""",
    "plant/nstack.yaml": "parent: Plant.Frame:1.0.0\ncommands: [test -f /opt/framed]\n",
    "plant/service.py": """import nstack
import six


class Module(nstack.Module):
    def twice(self, plant):
        return [plant, plant]

    def show(self, plant):
        print("showing", plant.n)
        return six.ensure_str(plant.name) * plant.n
""",
    "w/module.nml": """module Plant.Workflows:0.1.0

import Plant.Shown:0.1.0 as P

def plants = Sources.jsonl<P.Plant> { path = "in.jsonl" }
def w = plants | (P.twice* | Conv.to_json | Sinks.stdout & P.show | Sinks.jsonl { path = "out.jsonl" })
""",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """The engine."""
    with containers.engine() as found:
        yield found


@pytest.mark.thorough
def test_a_workflow_runs_twice_and_leaves_nothing(engine: dict[str, str], tmp_path: Path) -> None:
    built = containers.build(tmp_path, PROGRAM, source="w/module.nml")
    with containers.project(built, engine, "nstack-twice") as project:
        (project.data / "in.jsonl").write_text('{"n":1,"name":"a"}\n{"n":2,"name":"b"}\n')
        for times in (1, 2):
            project.nsc("up", "--detach")
            codes = project.until_done()
            assert set(codes.values()) == {0}, codes
            assert sorted(codes) == ["channels", "w-jsonl", "w-jsonl-2", "w-stdout", "w-twice"]
            printed = '{"n":1,"name":"a"}\n' * 2 + '{"n":2,"name":"b"}\n' * 2
            assert project.output("w-stdout") == printed * times
            assert (project.data / "out.jsonl").read_text() == '"a"\n"bb"\n'
            assert project.output("w-twice", log=True).count("showing 2") == times
        assert "w-twice" in project.nsc("ps", "--all").stdout
        assert "showing 2" in project.nsc("logs", "--no-color", "w-twice").stdout
        project.nsc("down", "--volumes", "--timeout", "5")
        project.down()


SLOW = {
    "main.nml": """@stateless
fun slow : Integer -> Integer
def w = Sources.jsonl<Integer> { path = "in.jsonl" } | slow | Sinks.jsonl { path = "out.jsonl" }
""",
    "main.py": """import time

import nstack


class Module(nstack.Module):
    def slow(self, n):
        time.sleep(0.001)
        return n
""",
}
COUNT = 6000


@pytest.mark.soak
def test_a_run_that_ends_goes_on_after_each_of_its_services_was_killed(engine: dict[str, str], tmp_path: Path) -> None:
    built = containers.build(tmp_path, SLOW, "--set", "channel_messages=3")
    with containers.project(built, engine, "nstack-killed") as project:
        (project.data / "in.jsonl").write_text("".join(f"{n}\n" for n in range(COUNT)))
        (project.data / "out.jsonl").write_text("of a run before\n")
        written = project.data / "out.jsonl.partial"
        project.up()
        for number, service in enumerate(("w-jsonl", "w-slow", "w-jsonl-2"), 1):
            project.until(
                "written",
                lambda _, number=number: written.exists() and written.read_bytes().count(b"\n") > number * COUNT // 8,
            )
            project.kill(service)
        codes = project.until_done(200)
        assert set(codes.values()) == {0}, codes
        found = [int(line) for line in (project.data / "out.jsonl").read_text().splitlines()]
        assert set(found) == set(range(COUNT))
        assert len(found) < 2 * COUNT
        assert not written.exists()
        project.down()


LINKED = {
    "main.nml": """@stateless
fun slow : Integer -> Integer
@stateless
fun even : Integer -> Integer
def größe = Sources.jsonl<Integer> { path = "in.jsonl" } | slow | Sinks.jsonl { path = "mid.jsonl" }
def second =
  Sources.jsonl<Integer> { path = "mid.jsonl" } | even { on_error = "dead_letter" } | Sinks.jsonl { path = $OUT }
""",
    "main.py": """import time

import nstack


class Module(nstack.Module):
    def slow(self, n):
        time.sleep(0.2)
        return n

    def even(self, n):
        if n % 2:
            raise ValueError("odd")
        return n
""",
}


@pytest.mark.soak
def test_a_workflow_reads_what_the_one_before_it_has_just_written(engine: dict[str, str], tmp_path: Path) -> None:
    built = containers.build(tmp_path, LINKED)
    with containers.project(built, engine, "nstack-linked", OUT="out.jsonl") as project:
        for start in (2, 20):
            (project.data / "in.jsonl").write_text("".join(f"{start + n}\n" for n in range(10)))
            project.up()
            codes = project.until_done()
            assert set(codes.values()) == {0}, codes
            assert containers.lines(project.data / "out.jsonl") == list(range(start, start + 10, 2))
        aside = ("run", "--rm", "--no-deps", "--entrypoint", "mv", "second-jsonl")
        project.compose(*aside, "dead-letters/second.jsonl", "dead-letters/taken.jsonl")
        letters = tmp_path / "taken.jsonl"
        project.compose("cp", "second-jsonl:/data/dead-letters/taken.jsonl", str(letters))
        assert len(containers.lines(letters)) == 10
        told = project.nsc("replay", str(letters), str(tmp_path / "source" / "main.nml"), "--quiet").stderr
        assert "10 fed back, 10 of them failed again and are in dead-letters/second.jsonl" in told
        project.down()
