"""The text of DAGs: kept as it is, and what a real Airflow makes of it."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from backends.compiled import compile_texts, service
from engines.airflow_client import NEEDS_AIRFLOW, airflow
from kept import Golden

from nscompiler.backends.base import Wheel

KEPT = Path(__file__).parents[1] / "golden" / "airflow"

MODULES = {
    "nstack-project.yaml": "modules: [clean, score]\nplaces:\n  scoring:\n    modules: [Score]\n    memory: 2g\n"
    "    cpus: 1.5\n    runs-on: gpu\n    replicas: 2\n",
    "clean/module.nml": "module Clean:0.1.0\ntype Row = { n : Integer, share : optional Double }\n"
    'fun clean : Integer -> Row with { least : Integer = 0, how : "fast" | "well" = "well", '
    'wait : Duration = "1m30s", tags : [Text] = ["a"], on : Boolean = true }\n',
    "clean/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def clean(self, n): ...\n",
    "score/module.nml": "module Score:0.1.0\n@stateless\nfun score : { n : Integer, share : optional Double } -> Text "
    "with { key : Text, limit : Double = 0.5 }\n",
    "score/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def score(self, row): ...\n",
    "score/requirements.txt": "scikit-learn>=1.5\n",
    "score/nstack.yaml": "stack: {language: python, api-version: 1, snapshot: [25, 0]}\npackages: [libgomp1]\n"
    "commands: [python -m compileall -q .]\n",
}
TWO = MODULES | {
    "main.nml": """import Clean:0.1.0 as Clean
import Score:0.1.0 as Score

/// Scores of all numbers.
///
/// They are read from `in.jsonl`, and are "good" | "bad".
def both = Sources.jsonl<Integer> { path = "in.jsonl" } | Clean.clean
  | Score.score { key = $API_KEY, on_error = "dead_letter" } | Sinks.jsonl { path = "out.jsonl" }
"""
}
LINKED = {
    "main.nml": """type Order = { id : Integer, total : Double }
fun orders : () -> [Order]

def orders_in = Sources.schedule { cron = "0 6 * * 1-5 2026-2027", timezone = "Europe/Berlin", catchup = true }
  | orders* | Sinks.postgres { pg_host = "db", pg_database = "shop", pg_table = "orders",
      pg_password = "hunter2" }

def report = Sources.postgres<Order> { pg_host = "db", pg_database = "shop", pg_query = "SELECT * FROM orders" }
  | Conv.to_csv | Sinks.stdout

def backup = Sources.postgres<Order> { pg_host = "db", pg_database = "shop", pg_query = "SELECT * FROM orders" }
  | Sinks.s3 { s3_bucket = "backups", s3_key = "orders/latest.jsonl" }
""",
    "main.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def orders(self, _): ...\n",
}

ODD = {
    "main.nml": r"""fun f : Text -> Text with { words : [Text] = ["{{ ds }}", "\"'"], params : Text = "x" }

/// Quotes, \"""three\""" or 'one', a back\slash, {{ ds }}, and a pipe | of two.
def w' = Sources.jsonl<Text> { path = "ü b/*.jsonl" } | f | Sinks.jsonl { path = "/srv/data/a b#c?.jsonl" }

def dag = ["a"] | f | Sinks.jsonl { path = "./run.jsonl" }

def w_ = Sources.jsonl<Text> { path = "run.jsonl" } | Sinks.s3 { s3_bucket = "b", s3_key = "ä/x" }
""",
    "main.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, text):\n        return text\n",
}

# Functions that are called as what a file calls itself: each is a task of its own.
TAKEN = {
    "nstack-project.yaml": "modules: [m, n]\n",
    "m/module.nml": "module M:0.1.0\n"
    + "".join(
        f"@stateless\nfun {name} : Integer -> Integer\n" for name in ("str", "run", "os", "task", "logging", "open")
    ),
    "m/service.py": service("str", "run", "os", "task", "logging", "open"),
    "n/module.nml": "module N:0.1.0\n@stateless\nfun between : Integer -> Integer\n",
    "n/service.py": service("between"),
    "main.nml": """import M:0.1.0 as M
import N:0.1.0 as N
def taken = [1] | M.str | N.between | M.run | N.between | M.os | N.between | M.task | N.between | M.logging
  | N.between | M.open | Sinks.log
""",
}

CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "two": (TWO, {}),
    "virtualenv": (TWO, {"task": "virtualenv", "pool": "etl", "tags": "daily, etl", "owner": "data", "timeout": "2h"}),
    "docker": (TWO, {"task": "docker", "staged": "s3://runs/staged", "image": "registry.example.org/{name}:1.2"}),
    "kubernetes": (TWO, {"task": "kubernetes", "volume": "work", "namespace": "etl", "retries": "0"}),
    "linked": (LINKED, {}),
    "odd": (ODD, {}),
    "taken": (TAKEN, {"split": "module"}),
    "chosen": (
        TWO,
        {
            "split": "module",
            "python": "{{ var.value.etl_python }}",
            "folder": "{{ var.value.etl_folder }}",
            "staged": "s3://runs/{{ ds }}/",
            "environment": "API_KEY={{ conn.api.password }};",
            "schedule": "@daily",
            "start_date": "2026-01-31",
            "queue": "etl",
            "max_active_runs": "3",
            "retry_delay": "30s",
        },
    ),
}
WHEEL = Wheel(name="nstack_runtime-0.1.0-py3-none-any.whl", content=b"wheel", extras=("postgres", "s3", "schedule"))


def emitted(name: str) -> dict[str, str | bytes]:
    """The files of a case, with the wheel, and with the command as ``nsc build`` shows it."""
    files, settings = CASES[name]
    compiled = compile_texts(files)
    assert compiled.problems == ()
    words = " ".join(f"--set '{key}={value}'" for key, value in settings.items())
    made, problems = compiled.checked.compilation.build(
        compiled.path,
        tuple(compiled.graphs.values()),
        "airflow",
        runtime=WHEEL,
        settings=settings,
        command=f"nsc build main.nml --target airflow {words}".rstrip(),
    )
    assert made is not None, problems
    return dict(made.files)


def dags(files: dict[str, str | bytes]) -> dict[str, str]:
    """Those that Airflow reads."""
    return {path: text for path, text in files.items() if "/" not in path and isinstance(text, str)}


@pytest.mark.parametrize("name", CASES)
def test_the_files_are_kept(name: str, golden: Golden) -> None:
    files = emitted(name)
    for path, text in dags(files).items():
        golden(KEPT / name / path.replace(".airflowignore", "airflowignore"), text)
    for path in files:
        if path.endswith(("Dockerfile", "requirements.txt")):
            golden(KEPT / name / path, str(files[path]))


@pytest.mark.thorough
def test_the_same_build_gives_the_same_bytes() -> None:
    for name in CASES:
        assert emitted(name) == emitted(name)


@pytest.mark.thorough
def test_nothing_of_ours_is_imported_and_nothing_is_of_a_machine() -> None:
    for name in CASES:
        for path, text in dags(emitted(name)).items():
            if not path.endswith(".py"):
                continue
            found = ast.walk(ast.parse(text))
            modules = {node.module for node in found if isinstance(node, ast.ImportFrom)}
            foreign = {module for module in modules if module and module.split(".")[0] not in sys.stdlib_module_names}
            assert {module.split(".")[0] for module in foreign} <= {"airflow", "kubernetes"}, path
            assert "nstack.runtime" not in text
            assert str(Path.home()) not in text
            assert str(Path.cwd()) not in text
            assert "/tmp" not in text
            assert "hunter2" not in text


def test_ruff_likes_the_files(tmp_path: Path) -> None:
    for name in CASES:
        for path, text in dags(emitted(name)).items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path).write_text(text)
    ruff = [sys.executable, "-m", "ruff"]
    rules = "E,F,W,I,UP,B,C4,SIM,RET,PIE,PTH"
    for command in (
        ["format", "--check", "--isolated", "--line-length", "120"],
        ["check", "--isolated", "--line-length", "120", "--select", rules, "--ignore", "E501,PTH118"],
    ):
        done = subprocess.run([*ruff, *command, str(tmp_path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_likes_the_dockerfiles() -> None:
    files = sorted(map(str, KEPT.rglob("Dockerfile")))
    assert files
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(hadolint), *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a real Airflow makes of the kept files: of each case its DAGs, by name."""
    engine, found = airflow(), {}
    for name in CASES:
        folder = tmp_path_factory.mktemp(name)
        for path, content in emitted(name).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        for ignored in [path for path in folder.iterdir() if path.is_dir()]:
            (ignored / "no_dag.py").write_text("raise RuntimeError('airflow must not look for a DAG here')\n")
        answer = engine.ask(do="load", folder=str(folder))
        assert answer["errors"] == {}, answer["log"]
        found[name] = answer["dags"]
    return found


@pytest.mark.thorough
@NEEDS_AIRFLOW
def test_airflow_imports_all_of_them(loaded: dict[str, Any]) -> None:
    assert {name: sorted(own) for name, own in loaded.items()} == {
        **{name: ["main_both"] for name in CASES},
        "linked": ["main_backup", "main_orders_in", "main_report"],
        "odd": ["main_dag", "main_w-b99d2e5f", "main_w_"],
        "taken": ["main_taken"],
    }
    operators = {
        name: loaded[name]["main_both"]["operators"] for name in CASES if name not in ("linked", "odd", "taken")
    }
    assert operators == {
        "two": ["_PythonDecoratedOperator"],
        "virtualenv": ["_PythonVirtualenvDecoratedOperator"],
        "docker": ["DockerOperator"],
        "kubernetes": ["KubernetesPodOperator"],
        "chosen": ["_PythonDecoratedOperator"],
    }
    for name in operators:
        assert loaded[name]["main_both"]["tasks"] == {"jsonl": ["score"], "score": []}


@pytest.mark.thorough
@NEEDS_AIRFLOW
def test_a_schedule_has_its_zone_its_days_and_its_catchup(loaded: dict[str, Any]) -> None:
    orders = loaded["linked"]["main_orders_in"]
    assert (orders["schedule"], orders["catchup"]) == ("CronTriggerTimetable", True)
    assert (orders["start"], orders["end"]) == ("2025-12-31T23:00:00+00:00", "2027-12-31T22:59:59+00:00")
    chosen = loaded["chosen"]["main_both"]
    assert (chosen["schedule"], chosen["start"], chosen["catchup"]) == (
        "CronTriggerTimetable",
        "2026-01-31T00:00:00+00:00",
        False,
    )


@pytest.mark.thorough
@NEEDS_AIRFLOW
def test_what_one_workflow_writes_starts_the_others(loaded: dict[str, Any]) -> None:
    table = "postgres://db:5432/shop/public/orders"
    linked = loaded["linked"]
    assert linked["main_orders_in"]["outlets"] == {"orders_in": [table]}
    assert linked["main_report"]["inlets"] == {"report": [table]}
    assert linked["main_report"]["schedule"] == linked["main_backup"]["schedule"] == "AssetTriggeredTimetable"
    assert linked["main_backup"]["outlets"] == {"backup": ["s3://backups/orders/latest.jsonl"]}


def test_each_task_has_the_assets_that_it_reads_and_writes_itself() -> None:
    files = MODULES | {
        "main.nml": """import Clean:0.1.0 as Clean
import Score:0.1.0 as Score
def w = Sources.jsonl<Integer> { path = "in.jsonl" } | Clean.clean
  | (Sinks.jsonl { path = "rows.jsonl" } & Score.score { key = "k" } | Sinks.jsonl { path = "scores.jsonl" })
"""
    }
    text = str(dict(compile_texts(files).emit("airflow").files)["main_w.py"])
    assert 'READ = [Asset("main/in.jsonl")]' in text
    assert 'WRITTEN_JSONL = [Asset("main/rows.jsonl")]' in text
    assert 'WRITTEN_SCORE = [Asset("main/scores.jsonl")]' in text
    assert 'run.override(task_id="jsonl", inlets=READ, outlets=WRITTEN_JSONL)' in text
    assert 'run.override(task_id="score", queue="gpu", outlets=WRITTEN_SCORE)' in text


@pytest.mark.thorough
@NEEDS_AIRFLOW
def test_parameters_are_those_of_the_functions(loaded: dict[str, Any]) -> None:
    params = loaded["two"]["main_both"]["params"]
    assert params == {
        "how": {"type": "string", "enum": ["fast", "well"]},
        "least": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        "limit": {"type": "number"},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "wait": {"type": "string", "pattern": params["wait"]["pattern"]},
    }


@pytest.mark.thorough
@NEEDS_AIRFLOW
def test_settings_are_where_airflow_looks_for_them(loaded: dict[str, Any]) -> None:
    assert loaded["virtualenv"]["main_both"]["tags"] == ["daily", "etl", "main", "nstack"]
    assert loaded["two"]["main_both"]["retries"] == {"jsonl": [2, 300.0], "score": [2, 300.0]}
    assert loaded["chosen"]["main_both"]["retries"] == {"jsonl": [2, 30.0], "score": [2, 30.0]}
    assert loaded["two"]["main_both"]["doc"].startswith("# main.both\n\nScores of all numbers.\n")
