"""Workflows that a real Airflow runs: on a schedule into a database, in tasks that are tried again, day by day."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backends.compiled import compile_texts
from connectors.s3_server import running
from databases import NEEDS_POSTGRES, new_schema
from engines.airflow_client import NEEDS_AIRFLOW, Airflow, airflow, variables
from engines.airflow_servers import ENDED, servers

pytestmark = [NEEDS_AIRFLOW, pytest.mark.thorough]


@pytest.fixture(scope="module")
def engine() -> Airflow:
    """A loaded Airflow."""
    found = airflow()
    found.ask(do="load", folder=str(found.home / "dags"))
    return found


def build(files: dict[str, str], folder: Path, path: str = "main.nml", **settings: str) -> None:
    """The DAGs of a program."""
    compiled = compile_texts(files, path)
    assert compiled.problems == ()
    compiled.write(compiled.emit("airflow", **settings), folder)


def run(engine: Airflow, dags: Path, here: Path, dag: str, **more: Any) -> dict[str, Any]:
    """One run of a DAG of ``main``."""
    environment = {**variables("main", here), **more.pop("environment", {})}
    request: dict[str, Any] = {"conf": None, "date": None, **more}
    return engine.ask(do="run", folder=str(dags), dag=dag, environment=environment, **request)


IRIS = {
    "main.nml": """type Plant = { id : Integer, length : Double, width : Double }
type Species = { id : Integer, species : Text }
fun read : () -> [Plant] with { plants : Text }
@stateless
fun predict : Plant -> Species with { threshold : Double = 2.5 }

/// The species of the plants of the day, in the database.
def iris = Sources.schedule { cron = "30 5 * * *", timezone = "Europe/Berlin" }
  | read { plants = $PLANTS }* | predict
  | Sinks.postgres { pg_host = $PG_HOST, pg_port = $PG_PORT, pg_table = $PG_TABLE, pg_password = $PG_PASSWORD,
      pg_conflict = "update" }
""",
    "main.py": """import csv

import nstack


class Module(nstack.Module):
    def read(self, _):
        with open(self.args["plants"]) as file:
            return [{"id": int(r["id"]), "length": float(r["length"]), "width": float(r["width"])}
                    for r in csv.DictReader(file)]

    def predict(self, plant):
        large = plant.length * plant.width > self.args["threshold"]
        return {"id": plant.id, "species": "virginica" if large else "setosa"}
""",
}


@NEEDS_POSTGRES
def test_a_scheduled_workflow_predicts_into_a_database(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "plants.csv").write_text("id,length,width\n1,1.4,0.2\n2,5.1,1.9\n3,2.0,1.1\n")
    build(IRIS, tmp_path / "dags", retries="0")
    loaded = engine.ask(do="load", folder=str(tmp_path / "dags"))
    assert loaded["errors"] == {}
    assert loaded["dags"]["main_iris"]["schedule"] == "CronTriggerTimetable"
    with new_schema() as schema:
        schema.run("CREATE TABLE S.species (id bigint PRIMARY KEY, species text)")
        known = schema.sink("species")
        environment = {
            "AIRFLOW_VAR_PLANTS": str(here / "plants.csv"),
            "AIRFLOW_VAR_PG_HOST": known["pg_host"],
            "AIRFLOW_VAR_PG_PORT": str(known["pg_port"]),
            "AIRFLOW_VAR_PG_TABLE": known["pg_table"],
            "AIRFLOW_CONN_PG_PASSWORD": "postgres://me:s3cr3t-word@nowhere/",
        }
        for conf, second in ((None, "virginica"), ({"threshold": 20}, "setosa")):
            done = run(engine, tmp_path / "dags", here, "main_iris", environment=environment, conf=conf)
            assert done["state"] == "success", done["log"]
            assert "s3cr3t-word" not in done["log"]
            assert schema.run("SELECT * FROM S.species ORDER BY id") == [(1, "setosa"), (2, second), (3, "setosa")]
    wrong = run(engine, tmp_path / "dags", here, "main_iris", environment=environment, conf={"threshold": "much"})
    assert wrong["state"] == "broken"
    assert "'much' is not of type 'number'" in wrong["errors"][""]


TWO = {
    "nstack-project.yaml": "modules: [clean, score]\nplaces:\n  scoring:\n    modules: [Score]\n",
    "clean/module.nml": "module Clean:0.1.0\ntype Row = { n : Integer, share : Double }\nfun clean : Integer -> Row\n",
    "clean/service.py": """import nstack


class Module(nstack.Module):
    def clean(self, n):
        print("cleaning", n)
        return {"n": n, "share": float("nan") if n == 2 else n / 2}
""",
    "score/module.nml": "module Score:0.1.0\nfun score : { n : Integer, share : Double } -> Text "
    "with { mended : Text }\n",
    "score/service.py": """import os

import nstack


class Module(nstack.Module):
    def score(self, row):
        if row.n == 3 and not os.path.exists(self.args["mended"]):
            raise ValueError("three is too much")
        return f"{row.n} {row.share}"
""",
    "main.nml": """import Clean:0.1.0 as Clean
import Score:0.1.0 as Score
def both = Sources.jsonl<Integer> { path = "in.jsonl" } | Clean.clean | Score.score { mended = $MENDED }
  | Sinks.jsonl { path = "out.jsonl" }
""",
}


def test_the_second_of_two_tasks_is_tried_again_alone(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "in.jsonl").write_text("1\n2\n3\n")
    build(TWO, tmp_path / "dags", retries="1", retry_delay="1s")
    loaded = engine.ask(do="load", folder=str(tmp_path / "dags"))
    assert loaded["dags"]["main_both"]["tasks"] == {"jsonl": ["score"], "score": []}, loaded["errors"]
    mended = {"AIRFLOW_VAR_MENDED": str(here / "mended")}
    failed = run(engine, tmp_path / "dags", here, "main_both", environment=mended)
    assert failed["state"] == "failed"
    assert failed["tasks"] == {"jsonl": {"state": "success", "tries": 1}, "score": {"state": "failed", "tries": 2}}
    assert failed["log"].count("cleaning 1") == 1
    assert "three is too much" in failed["log"]
    assert "score/module.nml" in failed["log"] or "main.nml:3" in failed["log"]
    assert not (here / "out.jsonl").exists()
    (here / "mended").write_text("")
    done = run(engine, tmp_path / "dags", here, "main_both", environment=mended)
    assert done["state"] == "success", done["log"]
    assert (here / "out.jsonl").read_text() == '"1 0.5"\n"2 nan"\n"3 1.5"\n'


DAILY = {
    "main.nml": """type Reading = { day : Text, n : Integer }
fun readings : () -> [Reading] with { day : Text }
@stateless
fun doubled : Reading -> Reading
def daily = Sources.schedule { cron = "0 6 * * *", timezone = "Europe/Berlin" } | readings { day = $DAY }* | doubled
  | Sinks.jsonl { path = $OUT, mode = "replace" }
""",
    "main.py": """import nstack


class Module(nstack.Module):
    def readings(self, _):
        day = self.args["day"]
        return [{"day": day, "n": n} for n in range(int(day[-2:]))]

    def doubled(self, reading):
        return {"day": reading.day, "n": 2 * reading.n}
""",
}
LINKED = {
    "linked.nml": """def first = [1, 2] | Sinks.jsonl { path = "numbers.jsonl" }
def second = Sources.jsonl<Integer> { path = "numbers.jsonl" } | Sinks.jsonl { path = "copied.jsonl" }
"""
}
SETTINGS = {"environment": "DAY={{ ds }};OUT=out-{{ ds }}.jsonl", "retries": "0"}
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")


def expected(day: str) -> str:
    """What one day's run writes."""
    return "".join(f'{{"day":"{day}","n":{2 * n}}}\n' for n in range(int(day[-2:])))


def test_a_run_of_a_day_repeated_gives_the_same(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    build(DAILY, tmp_path / "dags", **SETTINGS)
    for day in (*DAYS, *DAYS):
        done = run(engine, tmp_path / "dags", here, "main_daily", date=f"{day}T05:00:00+00:00")
        assert done["state"] == "success", done["log"]
        assert (here / f"out-{day}.jsonl").read_text() == expected(day)
    assert sorted(file.name for file in here.glob("*.jsonl")) == [f"out-{day}.jsonl" for day in DAYS]


def test_the_scheduler_backfills_three_days_and_again_and_starts_what_waits_for_an_asset(tmp_path: Path) -> None:
    here, dags = tmp_path / "here", tmp_path / "dags"
    here.mkdir()
    build(DAILY, dags / "daily", environment=SETTINGS["environment"], retry_delay="1s")
    build(LINKED, dags / "linked", "linked.nml")
    # Within hours of 05:00 the scheduler starts the run of today as well.
    runs = "SELECT state FROM dag_run WHERE dag_id = 'main_daily' AND run_type = 'backfill'"
    second = "SELECT state, run_type FROM dag_run WHERE dag_id = 'linked_second'"
    backfill = ["backfill", "create", "--dag-id", "main_daily", "--from-date", DAYS[0], "--to-date", "2026-03-04"]
    environment = {**variables("main", here), **variables("linked", here)}
    with closing(Airflow()) as own, servers(own, dags, tmp_path, **environment) as running:
        running.command("dags", "unpause", ".*", "--treat-dag-id-as-regex", "--yes")
        running.command(*backfill)
        running.command("dags", "trigger", "linked_first")
        with running.scheduling():
            first = running.wait_for(runs, lambda found: all(state in ENDED for (state,) in found))
            linked = running.wait_for(second, lambda found: found and found[0][0] in ENDED)
            running.wait_for("SELECT completed_at FROM backfill", lambda found: found[0][0] is not None)
        assert [state for (state,) in first] == ["success"] * 3, running.log()
        assert linked == [("success", "asset_triggered")], running.log()
        assert (here / "copied.jsonl").read_text() == "1\n2\n"
        written = {day: (here / f"out-{day}.jsonl") for day in DAYS}
        assert {day: file.read_text() for day, file in written.items()} == {day: expected(day) for day in DAYS}
        before = {day: file.stat().st_ino for day, file in written.items()}
        running.command(*backfill, "--reprocess-behavior", "completed")
        with running.scheduling():
            again = running.wait_for(
                "SELECT state FROM backfill_dag_run JOIN dag_run ON dag_run.id = dag_run_id",
                lambda found: len(found) >= 6 and all(state in ENDED for (state,) in found),
            )
        assert {state for (state,) in again} == {"success"}, running.log()
        assert {day: file.read_text() for day, file in written.items()} == {day: expected(day) for day in DAYS}
        assert all(file.stat().st_ino != before[day] for day, file in written.items())


APPENDED = {
    "main.nml": """fun rows : () -> [Integer]
fun once : Integer -> Integer with { mark : Text }
def hourly = Sources.schedule { cron = "@hourly" } | rows* | once { mark = $MARK } | Sinks.jsonl { path = "log.jsonl" }
""",
    "main.py": """import pathlib

import nstack


class Module(nstack.Module):
    def rows(self, _):
        return list(range(2000))

    def once(self, n):
        mark = pathlib.Path(self.args["mark"])
        if n == 1500 and not mark.exists():
            mark.touch()
            raise ValueError("only the first time")
        return n
""",
}


@pytest.mark.soak
def test_a_run_that_is_tried_again_appends_what_it_has_once(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    build(APPENDED, tmp_path / "dags", retries="1", retry_delay="1s")
    every = "".join(f"{n}\n" for n in range(2000))
    for count, (day, tries) in enumerate((("2026-03-01", 2), ("2026-03-02", 1)), 1):
        environment = {"AIRFLOW_VAR_MARK": str(here / "mark")}
        done = run(
            engine, tmp_path / "dags", here, "main_hourly", date=f"{day}T05:00:00+00:00", environment=environment
        )
        assert done["tasks"] == {"hourly": {"state": "success", "tries": tries}}, done["log"]
        assert (here / "log.jsonl").read_text() == count * every


@pytest.mark.soak
def test_values_between_tasks_may_be_objects_of_a_store(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "in.jsonl").write_text("1\n2\n")
    build(TWO, tmp_path / "dags", retries="0", staged="s3://runs/staged")
    with running() as server:
        server.client().create_bucket(Bucket="runs")
        environment = {
            "AIRFLOW_VAR_MENDED": "",
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_ACCESS_KEY_ID": server.key,
            "AWS_SECRET_ACCESS_KEY": server.secret,
        }
        done = run(engine, tmp_path / "dags", here, "main_both", environment=environment)
        assert done["state"] == "success", done["log"]
        keys = [one["Key"] for one in server.client().list_objects_v2(Bucket="runs")["Contents"]]
        assert keys == [f"staged/main_both/{done['run_id']}/jsonl_to_score.jsonl"]
    assert (here / "out.jsonl").read_text() == '"1 0.5"\n"2 nan"\n'
    assert sorted(path.name for path in here.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.soak
def test_a_file_of_the_working_folder_does_not_run_in_place_of_the_program(engine: Airflow, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "main.py").write_text("raise SystemExit(0)\n")
    build({"main.nml": 'def w = [1, 2] | Sinks.jsonl { path = "out.jsonl" }\n'}, tmp_path / "dags")
    assert run(engine, tmp_path / "dags", here, "main_w")["state"] == "success"
    assert (here / "out.jsonl").read_text() == "1\n2\n"
