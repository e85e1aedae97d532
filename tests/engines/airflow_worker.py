"""Runs DAGs for tests, within Airflow's own Python: it is imported once, and asked by lines of JSON.

Each line on standard input is a request, each line on descriptor ``argv[1]`` its answer. What Airflow logs meanwhile is
in the answer, too.
"""

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from airflow import settings
from airflow.dag_processing.dagbag import DagBag


def bag_of(folder: str) -> Any:
    """The DAGs of a folder, as the DAG processor finds them."""
    settings.DAGS_FOLDER = folder
    return DagBag(folder)


def load(folder: str) -> dict[str, Any]:
    """What a folder has, and what cannot be imported."""
    begin = time.process_time()
    bag = bag_of(folder)
    return {
        "errors": dict(bag.import_errors),
        "seconds": time.process_time() - begin,
        "dags": {id: describe(dag) for id, dag in bag.dags.items()},
    }


def describe(dag: Any) -> dict[str, Any]:
    """What Airflow makes of a DAG."""
    return {
        "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "operators": sorted({type(task).__name__ for task in dag.tasks}),
        "schedule": type(dag.timetable).__name__,
        "catchup": dag.catchup,
        "start": None if dag.start_date is None else dag.start_date.isoformat(),
        "end": None if dag.end_date is None else dag.end_date.isoformat(),
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "tags": sorted(dag.tags),
        "doc": dag.doc_md,
        "inlets": {task.task_id: [asset.name for asset in task.inlets] for task in dag.tasks if task.inlets},
        "outlets": {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets},
        "retries": {task.task_id: [task.retries, task.retry_delay.total_seconds()] for task in dag.tasks},
    }


def run(folder: str, dag: str, conf: dict[str, Any] | None, date: str | None) -> dict[str, Any]:
    """One run, as ``airflow dags test`` makes it."""
    bag = bag_of(folder)
    if bag.import_errors:
        return {"state": "unimportable", "errors": dict(bag.import_errors)}
    made = bag.dags[dag].test(
        logical_date=datetime.now(UTC) if date is None else datetime.fromisoformat(date), run_conf=conf
    )
    tasks = {one.task_id: {"state": str(one.state), "tries": one.try_number} for one in made.get_task_instances()}
    return {"state": str(made.state), "run_id": made.run_id, "tasks": tasks, "xcoms": xcoms(made)}


def xcoms(made: Any) -> dict[str, dict[str, Any]]:
    """What tasks have left for others."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    found: dict[str, dict[str, Any]] = {}
    with create_session() as session:
        for one in session.query(XComModel).filter_by(dag_id=made.dag_id, run_id=made.run_id):
            found.setdefault(one.task_id, {})[one.key] = XComModel.deserialize_value(one)
    return found


REQUESTS: dict[str, Callable[..., dict[str, Any]]] = {"load": load, "run": run}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What one request gives, with what is logged meanwhile."""
    kept = dict(os.environ)
    os.environ.update(request.pop("environment", {}))
    with tempfile.TemporaryFile() as log:
        streams = [os.dup(1), os.dup(2)]
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            given = REQUESTS[request.pop("do")](**request)
        except Exception:
            given = {"state": "broken", "errors": {"": traceback.format_exc()}}
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, kept_stream in enumerate(streams, 1):
                os.dup2(kept_stream, number)
                os.close(kept_stream)
            os.environ.clear()
            os.environ.update(kept)
        log.seek(0)
        return {**given, "log": log.read().decode(errors="replace")}


def main() -> None:
    """Answer until nobody asks any more."""
    with os.fdopen(int(sys.argv[1]), "w") as answers:
        for line in sys.stdin:
            answers.write(json.dumps(answer(json.loads(line))) + "\n")
            answers.flush()


main()
