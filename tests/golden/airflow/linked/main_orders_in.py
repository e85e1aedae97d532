"""# main.orders_in

| stage              | takes   | gives     | task      | written at |
|--------------------|---------|-----------|-----------|------------|
| `Sources.schedule` |         | `()`      | orders_in | main.nml:4 |
| `main.orders`      | `()`    | `[Order]` | orders_in | main.nml:5 |
| `Sinks.postgres`   | `Order` |           | orders_in | main.nml:5 |

    type Order = { id : Integer, total : Double }

Made by nsc 0.1.0 from main; do not edit, build again:

    nsc build main.nml --target airflow

What tasks run is in `main/` beside this file.
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

from airflow.sdk import DAG, Asset, CronTriggerTimetable, task

HERE = Path(__file__).parent
FOLDER = "{{ var.value.get('main_folder', '.') }}"
PYTHON = "{{ var.value.get('main_python', '') }}"
WRITTEN = [Asset("postgres://db:5432/shop/public/orders")]


@task
def run(
    workflow: str,
    *options: str,
    home: str,
    folder: str,
    python: str,
    variables: dict[str, str],
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
    if code != 0:
        raise RuntimeError(f"{workflow} ended with exit code {code}:\n{''.join(last)}")
    return last[-1].rstrip() if last else ""


with DAG(
    "main_orders_in",
    description="The workflow orders_in of main",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 6 * * 1-5", timezone="Europe/Berlin"),
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")),
    end_date=datetime(2027, 12, 31, 23, 59, 59, tzinfo=ZoneInfo("Europe/Berlin")),
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["nstack", "main"],
):
    orders_in = run.override(task_id="orders_in", outlets=WRITTEN)(
        "orders_in",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main"),
        folder=FOLDER,
        python=PYTHON,
        variables={},
    )
