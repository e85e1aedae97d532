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

    nsc build main.nml --target airflow --set 'task=kubernetes' --set 'volume=work' --set 'namespace=etl' --set 'retries=0'

What tasks run is in `main/` and `main_scoring/`, the images' folder.
"""

from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, Asset, Param
from kubernetes.client.models import V1ResourceRequirements

STAGED = "/data/staged/{{ dag.dag_id }}/{{ run_id }}"
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
    default_args={"retries": 0, "retry_delay": timedelta(minutes=5)},
    tags=["nstack", "main"],
):
    jsonl = KubernetesPodOperator(
        task_id="jsonl",
        name="main-both-jsonl",
        namespace="etl",
        image="main:latest",
        cmds=["python"],
        arguments=[
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
        env_vars={"NSTACK_STAGED": STAGED},
        volumes=[{"name": "work", "persistentVolumeClaim": {"claimName": "work"}}],
        volume_mounts=[{"name": "work", "mountPath": "/data"}],
        on_finish_action="delete_pod",
        inlets=READ,
    )
    score = KubernetesPodOperator(
        task_id="score",
        name="main-both-score",
        namespace="etl",
        image="main-scoring:latest",
        cmds=["python"],
        arguments=[
            "-m",
            "main",
            "both.score",
            "--run={{ run_id }}.{{ dag_run.clear_number }}",
            "--workers=2",
            "-plimit={{ params.limit }}",
        ],
        env_vars={"API_KEY": "{{ var.value.API_KEY }}", "NSTACK_STAGED": STAGED},
        volumes=[{"name": "work", "persistentVolumeClaim": {"claimName": "work"}}],
        volume_mounts=[{"name": "work", "mountPath": "/data"}],
        container_resources=V1ResourceRequirements(limits={"memory": "2147483648", "cpu": "1.5"}),
        node_selector={"nstack": "gpu"},
        on_finish_action="delete_pod",
        outlets=WRITTEN,
    )

    jsonl >> score
