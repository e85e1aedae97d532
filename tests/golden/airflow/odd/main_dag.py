"""# main.dag

| stage         | takes  | gives  | task | written at |
|---------------|--------|--------|------|------------|
| `["a"]`       |        | `Text` | dag  | main.nml:6 |
| `main.f`      | `Text` | `Text` | dag  | main.nml:6 |
| `Sinks.jsonl` | `Text` |        | dag  | main.nml:6 |

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
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, Asset, Param, task

HERE = Path(__file__).parent
FOLDER = "{{ var.value.get('main_folder', '.') }}"
PYTHON = "{{ var.value.get('main_python', '') }}"
WRITTEN = [Asset("main/run.jsonl")]


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
    "main_dag",
    description="The workflow dag of main",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    params={
        "params": Param("x", type="string", description="params : Text"),
        "words": Param(["{{ ds }}", "\"'"], type="array", items={"type": "string"}, description="words : [Text]"),
    },
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["nstack", "main"],
):
    dag = run.override(task_id="dag", outlets=WRITTEN)(
        "dag",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        "-pparams={{ params.params }}",
        "-pwords={{ params.words | tojson }}",
        home=str(HERE / "main"),
        folder=FOLDER,
        python=PYTHON,
        variables={},
    )
