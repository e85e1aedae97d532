"""Tasks that fail, that take too long, and that have an environment or a container of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import containers
import pytest
from backends.compiled import compile_texts
from engines.airflow_client import NEEDS_AIRFLOW, Airflow, airflow, variables

pytestmark = [NEEDS_AIRFLOW, pytest.mark.thorough]

PROGRAM = {
    "main.nml": """fun check : Integer -> { n : Integer, ok : Boolean }
fun slow : Integer -> Integer
def letters = [1, 2, 3] | check { on_error = "dead_letter" } | Conv.to_json | Sinks.stdout
def stops = [1, 2, 3]
  | check
  | Conv.to_json | Sinks.stdout
def slowly = Sources.jsonl<Integer> { path = "many.jsonl" } | slow | Sinks.jsonl { path = "out.jsonl" }
""",
    "main.py": """import time

import nstack


class Module(nstack.Module):
    def check(self, n):
        if n == 2:
            raise ValueError("two is wrong")
        return {"n": n, "ok": "yes" if n == 3 else True}

    def slow(self, n):
        time.sleep(0.05)
        return n
""",
}


@pytest.fixture(scope="module")
def engine() -> Airflow:
    """A loaded Airflow."""
    found = airflow()
    found.ask(do="load", folder=str(found.home / "dags"))
    return found


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Where tasks work."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def run(engine: Airflow, here: Path, dag: str, **settings: str) -> dict[str, Any]:
    """One run of a DAG of the program."""
    dags = here.parent / "dags"
    compiled = compile_texts(PROGRAM)
    compiled.write(compiled.emit("airflow", retries="0", **settings), dags)
    return engine.ask(do="run", folder=str(dags), dag=dag, conf=None, date=None, environment=variables("main", here))


def test_a_failing_value_fails_its_task_with_what_was_wrong_and_where(engine: Airflow, here: Path) -> None:
    done = run(engine, here, "main_stops")
    assert done["state"] == "failed"
    assert "error: main.check: ValueError: two is wrong  [at=main.nml:5:5" in done["log"]
    raised = done["log"].rpartition("RuntimeError: ")[2]
    assert raised.startswith("stops ended with exit code 1:\n")
    assert "two is wrong" in raised


def test_dead_letters_are_linked(engine: Airflow, here: Path) -> None:
    done = run(engine, here, "main_letters")
    assert done["state"] == "success"
    path = done["xcoms"]["letters"]["dead_letters"]
    assert path == str((here / "dead-letters/letters.jsonl").resolve())
    letters = [json.loads(line) for line in Path(path).read_text().splitlines()]
    assert ["two is wrong" in letters[0]["error"], "expected Boolean" in letters[1]["error"]] == [True, True]
    assert "dead_letters=2" in done["xcoms"]["letters"]["return_value"]


@pytest.mark.soak
def test_a_task_past_its_time_ends_with_its_process(engine: Airflow, here: Path) -> None:
    (here / "many.jsonl").write_text("".join(f"{n}\n" for n in range(4000)))
    done = run(engine, here, "main_slowly", timeout="3s")
    assert done["state"] == "failed"
    assert "AirflowTaskTimeout" in done["log"]
    assert not (here / "out.jsonl").exists()
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "-m main slowly" not in listed


def test_a_task_that_is_killed_ends_with_its_process(engine: Airflow, here: Path) -> None:
    (here / "many.jsonl").write_text("".join(f"{n}\n" for n in range(4000)))

    def kill() -> None:
        while not list(here.glob("out.jsonl.partial")):
            time.sleep(0.05)
        os.kill(engine.pid, signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill)
        done = run(engine, here, "main_slowly")
        killing.result()
    assert done["state"] == "failed"
    assert "slowly ended with exit code 130" in done["log"]
    assert "what is in flight drains" in done["log"]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "-m main slowly" not in listed


@pytest.mark.soak
def test_an_environment_is_made_for_the_tasks(engine: Airflow, here: Path) -> None:
    source, dags = here.parent / "source", here.parent / "dags"
    source.mkdir()
    for name, text in PROGRAM.items():
        (source / name).write_text(text)
    settings = ["--set", "task=virtualenv", "--set", "retries=0", "--set", f"cache={here.parent / 'environments'}"]
    command = [sys.executable, "-m", "nscompiler", "build", str(source / "main.nml"), "letters", "stops"]
    built = subprocess.run(
        [*command, "--target", "airflow", *settings, "-o", str(dags)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    given = variables("main", here)
    request = {"do": "run", "folder": str(dags), "date": None, "environment": given}
    done = engine.ask(**request, dag="main_letters", conf={"stdout": "out"})
    assert done["state"] == "success", done["log"]
    assert (here / "out").read_text() == '{"n":1,"ok":true}\n'
    made = os.listdir(here.parent / "environments")
    failed = engine.ask(**request, dag="main_stops", conf=None)
    assert failed["state"] == "failed"
    assert "two is wrong" in failed["log"].rpartition("AirflowException: ")[2]
    assert os.listdir(here.parent / "environments") == made


CONTAINED = {
    "nstack-project.yaml": "modules: [clean, score]\nplaces:\n  scoring:\n    modules: [Score]\n    memory: 256m\n",
    "clean/module.nml": "module Clean:0.1.0\nfun clean : Integer -> Double\n",
    "clean/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def clean(self, n):\n"
    '        return float("nan") if n == 2 else n / 2\n',
    "score/module.nml": "module Score:0.1.0\nfun score : Double -> Text with { word : Text }\n",
    "score/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def score(self, x):\n"
    "        return f\"{self.args['word']} {x}\"\n",
    "main.nml": """import Clean:0.1.0 as Clean
import Score:0.1.0 as Score
def both = [1, 2, 3] | Clean.clean | Score.score { word = $WORD } | Sinks.jsonl { path = "out.jsonl" }
""",
}


@pytest.mark.soak
def test_tasks_are_containers(engine: Airflow, tmp_path: Path) -> None:
    for path, text in CONTAINED.items():
        (tmp_path / "source" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / path).write_text(text)
    volume, names = "nstack-airflow-work", "localhost/nstack-airflow-{name}:1"
    settings = [f"--set={one}" for one in ("task=docker", f"volume={volume}", f"image={names}", "retries=0")]
    command = [sys.executable, "-m", "nscompiler", "build", "main.nml", "--target", "airflow", "-o", "../dags"]
    built = subprocess.run([*command, *settings], cwd=tmp_path / "source", capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    with containers.engine() as surroundings:

        def docker(*words: str) -> str:
            told = subprocess.run(
                ["docker", *words],
                env={**os.environ, **surroundings, "DOCKER_BUILDKIT": "0"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert told.returncode == 0, told.stdout + told.stderr
            return told.stdout

        images = {folder: names.replace("{name}", folder.replace("_", "-")) for folder in ("main", "main_scoring")}
        try:
            for folder, image in images.items():
                base = f"BASE={surroundings['BASE_IMAGE']}"
                docker("build", "--quiet", "--build-arg", base, "--tag", image, str(tmp_path / "dags" / folder))
            environment = {"DOCKER_HOST": surroundings["DOCKER_HOST"], "AIRFLOW_VAR_WORD": "value"}
            done = engine.ask(
                do="run", folder=str(tmp_path / "dags"), dag="main_both", conf=None, date=None, environment=environment
            )
            assert done["state"] == "success", done["log"]
            mounted = ["run", "--rm", "--volume", f"{volume}:/data", images["main"]]
            assert docker(*mounted, "cat", "/data/out.jsonl") == '"value 0.5"\n"value nan"\n"value 1.5"\n'
            left = docker("ps", "--all", "--quiet", "--filter", f"volume={volume}")
            assert left == ""
        finally:
            docker("volume", "rm", "--force", volume)
            docker("image", "rm", "--force", *images.values())
