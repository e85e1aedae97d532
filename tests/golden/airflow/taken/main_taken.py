"""# main.taken

| stage       | takes     | gives     | task      | written at |
|-------------|-----------|-----------|-----------|------------|
| `[1]`       |           | `Integer` | str       | main.nml:3 |
| `M.str`     | `Integer` | `Integer` | str       | main.nml:3 |
| `N.between` | `Integer` | `Integer` | between   | main.nml:3 |
| `M.run`     | `Integer` | `Integer` | run       | main.nml:3 |
| `N.between` | `Integer` | `Integer` | between_2 | main.nml:3 |
| `M.os`      | `Integer` | `Integer` | os        | main.nml:3 |
| `N.between` | `Integer` | `Integer` | between_3 | main.nml:3 |
| `M.task`    | `Integer` | `Integer` | task      | main.nml:3 |
| `N.between` | `Integer` | `Integer` | between_4 | main.nml:3 |
| `M.logging` | `Integer` | `Integer` | logging   | main.nml:3 |
| `N.between` | `Integer` | `Integer` | between_5 | main.nml:4 |
| `M.open`    | `Integer` | `Integer` | open      | main.nml:4 |
| `Sinks.log` | `Integer` |           | open      | main.nml:4 |

Made by nsc 0.1.0 from main; do not edit, build again:

    nsc build main.nml --target airflow --set 'split=module'

What tasks run is in `main_m/` and `main_n/` beside this file.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import deque
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, task

HERE = Path(__file__).parent
FOLDER = "{{ var.value.get('main_folder', '.') }}"
PYTHON_MAIN_M = "{{ var.value.get('main_m_python', var.value.get('main_python', '')) }}"
PYTHON_MAIN_N = "{{ var.value.get('main_n_python', var.value.get('main_python', '')) }}"
STAGED = "{{ var.value.get('main_staged', 'staged') }}/{{ dag.dag_id }}/{{ run_id }}"


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
    "main_taken",
    description="The workflow taken of main",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["nstack", "main"],
):
    str_task = run.override(task_id="str")(
        "taken.str",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )
    between = run.override(task_id="between")(
        "taken.between",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_n"),
        folder=FOLDER,
        python=PYTHON_MAIN_N,
        variables={"NSTACK_STAGED": STAGED},
    )
    run_task = run.override(task_id="run")(
        "taken.run",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )
    between_2 = run.override(task_id="between_2")(
        "taken.between_2",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_n"),
        folder=FOLDER,
        python=PYTHON_MAIN_N,
        variables={"NSTACK_STAGED": STAGED},
    )
    os_task = run.override(task_id="os")(
        "taken.os",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )
    between_3 = run.override(task_id="between_3")(
        "taken.between_3",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_n"),
        folder=FOLDER,
        python=PYTHON_MAIN_N,
        variables={"NSTACK_STAGED": STAGED},
    )
    task_task = run.override(task_id="task")(
        "taken.task",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )
    between_4 = run.override(task_id="between_4")(
        "taken.between_4",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_n"),
        folder=FOLDER,
        python=PYTHON_MAIN_N,
        variables={"NSTACK_STAGED": STAGED},
    )
    logging_task = run.override(task_id="logging")(
        "taken.logging",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )
    between_5 = run.override(task_id="between_5")(
        "taken.between_5",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_n"),
        folder=FOLDER,
        python=PYTHON_MAIN_N,
        variables={"NSTACK_STAGED": STAGED},
    )
    open_task = run.override(task_id="open")(
        "taken.open",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        home=str(HERE / "main_m"),
        folder=FOLDER,
        python=PYTHON_MAIN_M,
        variables={"NSTACK_STAGED": STAGED},
    )

    str_task >> between
    between >> run_task
    run_task >> between_2
    between_2 >> os_task
    os_task >> between_3
    between_3 >> task_task
    task_task >> between_4
    between_4 >> logging_task
    logging_task >> between_5
    between_5 >> open_task
