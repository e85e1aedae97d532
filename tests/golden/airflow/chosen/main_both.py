"""# main.both

Scores of all numbers.

They are read from `in.jsonl`, and are "good" | "bad".

| stage           | takes                                      | gives     | task  | written at |
|-----------------|--------------------------------------------|-----------|-------|------------|
| `Sources.jsonl` |                                            | `Integer` | jsonl | main.nml:7 |
| `Clean.clean`   | `Integer`                                  | `Row`     | jsonl | main.nml:7 |
| `Score.score`   | `{ n : Integer, share : optional Double }` | `Text`    | score | main.nml:8 |
| `Sinks.jsonl`   | `Text`                                     |           | score | main.nml:8 |

    type Row = { n : Integer, share : optional Double }

Needs:

* of the operating system: libgomp1

Made by nsc 0.1.0 from main; do not edit, build again:

    nsc build main.nml --target airflow --set 'split=module' --set 'python={{ var.value.etl_python }}' --set 'folder={{ var.value.etl_folder }}' --set 'staged=s3://runs/{{ ds }}/' --set 'environment=API_KEY={{ conn.api.password }};' --set 'schedule=@daily' --set 'start_date=2026-01-31' --set 'queue=etl' --set 'max_active_runs=3' --set 'retry_delay=30s'

What tasks run is in `main_clean/` and `main_scoring/` beside this file.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param, get_current_context, task

HERE = Path(__file__).parent
FOLDER = "{{ var.value.etl_folder }}"
PYTHON_MAIN_CLEAN = "{{ var.value.etl_python }}"
PYTHON_MAIN_SCORING = "{{ var.value.etl_python }}"
STAGED = "s3://runs/{{ ds }}/{{ dag.dag_id }}/{{ run_id }}"
READ = [Asset("main/in.jsonl")]
WRITTEN = [Asset("main/out.jsonl")]


@task
def run(
    workflow: str,
    *options: str,
    home: str,
    folder: str,
    python: str,
    variables: dict[str, str],
    dead_letters: str,
) -> str:
    """Run a part of the workflow in a process of its own; what it logs is the log of the task."""
    log = logging.getLogger("airflow.task")
    paths = [home, os.environ.get("PYTHONPATH", "")]
    # PYTHONSAFEPATH: no file of the working folder runs in place of the package that is called as it is.
    search = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONSAFEPATH": "1"}
    process = subprocess.Popen(
        [python or sys.executable, "-m", "main", workflow, *options],
        cwd=folder,
        env={**os.environ, **variables, **search},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    )
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    last = deque(maxlen=20)
    try:
        for line in process.stderr:
            log.log(logging.ERROR if line.startswith("error") else logging.INFO, line.rstrip())
            last.append(line)
        code = process.wait()
    finally:  # past its time, or marked as failed: let it finish what it is at
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stderr.close()
        signal.signal(signal.SIGTERM, before)
    if dead_letters and Path(folder, dead_letters).exists():
        get_current_context()["ti"].xcom_push("dead_letters", str(Path(folder, dead_letters).resolve()))
    if code != 0:
        raise RuntimeError(f"{workflow} ended with exit code {code}:\n{''.join(last)}")
    return last[-1].rstrip() if last else ""


with DAG(
    "main_both",
    description="Scores of all numbers.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 31, tzinfo=ZoneInfo("UTC")),
    catchup=False,
    max_active_runs=3,
    params={
        "how": Param("well", type="string", enum=["fast", "well"], description='how : "fast" | "well"'),
        "least": Param(
            0, type="integer", minimum=-9223372036854775808, maximum=9223372036854775807, description="least : Integer"
        ),
        "limit": Param(0.5, type="number", description="limit : Double"),
        "on": Param(True, type="boolean", description="on : Boolean"),
        "tags": Param(["a"], type="array", items={"type": "string"}, description="tags : [Text]"),
        "wait": Param(
            "90s",
            type="string",
            pattern="^(\\d+(\\.\\d+)?(ms|us|s|m|h|d))+$|^\\d+(\\.\\d+)?$|^P",
            description="wait : Duration",
        ),
    },
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "queue": "etl"},
    tags=["nstack", "main"],
):
    jsonl = run.override(task_id="jsonl", inlets=READ)(
        "both.jsonl",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        "-phow={{ params.how }}",
        "-pleast={{ params.least }}",
        "-pon={{ params.on | tojson }}",
        "-ptags={{ params.tags | tojson }}",
        "-pwait={{ params.wait }}",
        home=str(HERE / "main_clean"),
        folder=FOLDER,
        python=PYTHON_MAIN_CLEAN,
        variables={"NSTACK_STAGED": STAGED},
        dead_letters="",
    )
    score = run.override(task_id="score", queue="gpu", outlets=WRITTEN)(
        "both.score",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        "--workers=2",
        "-plimit={{ params.limit }}",
        home=str(HERE / "main_scoring"),
        folder=FOLDER,
        python=PYTHON_MAIN_SCORING,
        variables={"API_KEY": "{{ conn.api.password }}", "NSTACK_STAGED": STAGED},
        dead_letters="dead-letters/both.jsonl",
    )

    jsonl >> score
