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

Made by nsc 0.1.0 from main; do not edit, build again:

    nsc build main.nml --target airflow --set 'task=docker' --set 'staged=s3://runs/staged' --set 'image=registry.example.org/{name}:1.2'

What tasks run is in `main/` and `main_scoring/`, the images' folder.
"""

from datetime import timedelta

from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import DAG, Asset, Param

STAGED = "s3://runs/staged/{{ dag.dag_id }}/{{ run_id }}"
READ = [Asset("main/in.jsonl")]
WRITTEN = [Asset("main/out.jsonl")]


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
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["nstack", "main"],
):
    jsonl = DockerOperator(
        task_id="jsonl",
        image="registry.example.org/main:1.2",
        entrypoint=["python"],
        command=[
            "-m",
            "main",
            "both.jsonl",
            "--run={{ run_id }}.{{ dag_run.clear_number }}",
            "-phow={{ params.how }}",
            "-pleast={{ params.least }}",
            "-pon={{ params.on | tojson }}",
            "-ptags={{ params.tags | tojson }}",
            "-pwait={{ params.wait }}",
        ],
        environment={"NSTACK_STAGED": STAGED},
        mount_tmp_dir=False,
        auto_remove="force",
        inlets=READ,
    )
    score = DockerOperator(
        task_id="score",
        image="registry.example.org/main-scoring:1.2",
        entrypoint=["python"],
        command=[
            "-m",
            "main",
            "both.score",
            "--run={{ run_id }}.{{ dag_run.clear_number }}",
            "--workers=2",
            "-plimit={{ params.limit }}",
        ],
        environment={"API_KEY": "{{ var.value.API_KEY }}", "NSTACK_STAGED": STAGED},
        mem_limit="2147483648",
        cpus=1.5,
        queue="gpu",
        mount_tmp_dir=False,
        auto_remove="force",
        outlets=WRITTEN,
    )

    jsonl >> score
