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

* `$API_KEY`: the variable `API_KEY`
* of the operating system: libgomp1

Made by nsc 0.1.0 from main; do not edit, build again:

    nsc build main.nml --target airflow --set 'task=virtualenv' --set 'pool=etl' --set 'tags=daily, etl' --set 'owner=data' --set 'timeout=2h'

What tasks run is in `main/` and `main_scoring/` beside this file.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, Asset, Param, task

HERE = Path(__file__).parent
FOLDER = "{{ var.value.get('main_folder', '.') }}"
REQUIREMENTS = [f"nstack-runtime @ {(HERE / 'main/runtime/nstack_runtime-0.1.0-py3-none-any.whl').as_uri()}"]
REQUIREMENTS_MAIN_SCORING = [
    f"nstack-runtime @ {(HERE / 'main_scoring/runtime/nstack_runtime-0.1.0-py3-none-any.whl').as_uri()}",
    "scikit-learn>=1.5",
]
STAGED = "{{ var.value.get('main_staged', 'staged') }}/{{ dag.dag_id }}/{{ run_id }}"
READ = [Asset("main/in.jsonl")]
WRITTEN = [Asset("main/out.jsonl")]


@task.virtualenv(
    requirements=REQUIREMENTS,
    system_site_packages=False,
    expect_airflow=False,
    venv_cache_path=str(Path(tempfile.gettempdir()) / "main-environments"),
)
def run(
    workflow: str,
    *options: str,
    home: str,
    folder: str,
    variables: dict[str, str],
) -> str:
    """Run a part of the workflow in a process of its own; what it logs is the log of the task."""
    import os
    import subprocess
    import sys
    from collections import deque

    paths = [home, os.environ.get("PYTHONPATH", "")]
    # PYTHONSAFEPATH: no file of the working folder runs in place of the package that is called as it is.
    search = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONSAFEPATH": "1"}
    last = deque(maxlen=20)
    with subprocess.Popen(
        [sys.executable, "-m", "main", workflow, *options],
        cwd=folder,
        env={**os.environ, **variables, **search},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    ) as process:
        try:
            for line in process.stderr:
                print(line, end="", flush=True)
                last.append(line)
        except BaseException:  # nobody reads what is printed: the task was stopped
            process.terminate()
            raise
    if process.returncode != 0:
        raise RuntimeError(f"{workflow} ended with exit code {process.returncode}:\n{''.join(last)}")
    return last[-1].rstrip() if last else ""


@task.virtualenv(
    requirements=REQUIREMENTS_MAIN_SCORING,
    system_site_packages=False,
    expect_airflow=False,
    venv_cache_path=str(Path(tempfile.gettempdir()) / "main-environments"),
)
def run_main_scoring(
    workflow: str,
    *options: str,
    home: str,
    folder: str,
    variables: dict[str, str],
) -> str:
    """Run a part of the workflow in a process of its own; what it logs is the log of the task."""
    import os
    import subprocess
    import sys
    from collections import deque

    paths = [home, os.environ.get("PYTHONPATH", "")]
    # PYTHONSAFEPATH: no file of the working folder runs in place of the package that is called as it is.
    search = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONSAFEPATH": "1"}
    last = deque(maxlen=20)
    with subprocess.Popen(
        [sys.executable, "-m", "main", workflow, *options],
        cwd=folder,
        env={**os.environ, **variables, **search},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    ) as process:
        try:
            for line in process.stderr:
                print(line, end="", flush=True)
                last.append(line)
        except BaseException:  # nobody reads what is printed: the task was stopped
            process.terminate()
            raise
    if process.returncode != 0:
        raise RuntimeError(f"{workflow} ended with exit code {process.returncode}:\n{''.join(last)}")
    return last[-1].rstrip() if last else ""


with DAG(
    "main_both",
    description="Scores of all numbers.",
    doc_md=__doc__,
    schedule=None,
    max_active_runs=1,
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
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(hours=2),
        "owner": "data",
        "pool": "etl",
    },
    tags=["nstack", "main", "daily", "etl"],
):
    jsonl = run.override(task_id="jsonl", inlets=READ)(
        "both.jsonl",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        "-phow={{ params.how }}",
        "-pleast={{ params.least }}",
        "-pon={{ params.on | tojson }}",
        "-ptags={{ params.tags | tojson }}",
        "-pwait={{ params.wait }}",
        home=str(HERE / "main"),
        folder=FOLDER,
        variables={"NSTACK_STAGED": STAGED},
    )
    score = run_main_scoring.override(task_id="score", queue="gpu", outlets=WRITTEN)(
        "both.score",
        "--run={{ run_id }}.{{ dag_run.clear_number }}",
        "--workers=2",
        "-plimit={{ params.limit }}",
        home=str(HERE / "main_scoring"),
        folder=FOLDER,
        variables={"API_KEY": "{{ var.value.API_KEY }}", "NSTACK_STAGED": STAGED},
    )

    jsonl >> score
