"""What Airflow cannot run is told at its line, with what to do instead, and nothing is written."""

from pathlib import Path

import pytest
from backends.compiled import compile_texts, service

from nscompiler.cli.main import main

SINCE = {"start_date": "2026-01-01"}
HEAD = """fun tick : () -> Integer
fun twice : Integer -> Integer
fun shown : Integer -> Text
@stateless
fun plain : Integer -> Integer
fun ends : Void -> Integer
"""
LINE = HEAD.count("\n") + 1


def lacks(text: str, modules: dict[str, str] | None = None, **settings: str) -> list[tuple[int, str, str]]:
    """Line, title and remedy of each."""
    files = {"main.nml": text, "main.py": service("tick", "twice", "shown", "plain", "ends"), **(modules or {})}
    compiled = compile_texts(files)
    made, problems = compiled.checked.compilation.build(
        compiled.path, tuple(compiled.graphs.values()), "airflow", settings=settings
    )
    assert (made is None) == bool(problems)
    found = []
    for problem in problems:
        assert problem.code.name == "unsupported-by-target"
        assert len(problem.title) <= 80
        found.append((files["main.nml"][: problem.primary.span.start].count("\n") + 1, problem.title, problem.notes[0]))
    return found


@pytest.mark.parametrize(
    ("workflow", "title", "remedy"),
    [
        (
            'Sources.http<Integer> { http_path = "/" } | Sinks.log',
            "`Sources.http` never ends: Airflow runs bounded workflows",
            "use Sources.schedule or a bounded source, or build with --target compose",
        ),
        (
            "ends | Sinks.log",
            "`main.ends` never ends: Airflow runs bounded workflows",
            "use Sources.schedule or a bounded source, write @bounded before the fun if it does end, or build with "
            "--target compose",
        ),
        (
            '(Sources.schedule { cron = "@daily" } & Sources.schedule { cron = "@hourly" }) | tick | Sinks.log',
            "a DAG has one schedule, and `w` has a second one here",
            "make a workflow for each Sources.schedule; what both do is a def that both use",
        ),
        (
            '(Sources.schedule { cron = "@daily" } | tick & [1]) | Sinks.log',
            "beside a schedule, `[1]` would be read again in each run",
            "make a workflow of its own of it, or read it in a function behind Sources.schedule",
        ),
        (
            "Sources.schedule { cron = $CRON } | tick | Sinks.log",
            "`cron` is $CRON, and Airflow needs to know the times before a task starts",
            "write cron into the program, or build with another program for each schedule",
        ),
        (
            'Sources.schedule { cron = "0 5 * * * 2026,2028" } | tick | Sinks.log',
            "the years 2026,2028 have gaps, and a DAG has one first and one last day",
            "write one year or a range, 2030-2032, and a workflow for each range",
        ),
        (
            'Sources.schedule { cron = "0 5 LW * *" } | tick | Sinks.log',
            "Airflow's cron tables know no working days, LW",
            "write a day of the month, or a weekday such as MON#1",
        ),
        (
            'Sources.schedule { cron = "0 5 * * *", catchup = true } | tick | Sinks.log',
            "`catchup` makes runs up from a first day on, and there is none",
            "give cron a first year, 0 5 * * * 2026-2199, or build with --set start_date=2026-01-31",
        ),
    ],
)
def test_a_lack_is_told_at_its_line(workflow: str, title: str, remedy: str) -> None:
    assert lacks(f"{HEAD}def w =\n  {workflow}\n") == [(LINE + 1, title, remedy)]


@pytest.mark.parametrize(
    ("workflow", "settings"),
    [
        ("@bounded\nfun mine : Void -> Integer\ndef w = mine | Sinks.log", {}),
        ('def w = Sources.schedule { cron = "0 5 * * * 2026-2028" } | tick | Sinks.log', {}),
        ('def w = Sources.schedule { cron = "0 5 * * 5L", catchup = true } | tick | Sinks.log', SINCE),
        ("def w = Sources.stdin | Sinks.stdout", {}),
        ('def w = ([1] & [2]) | twice | Sinks.jsonl { path = "out" }', {"task": "docker"}),
    ],
)
def test_the_remedies_are_remedies(workflow: str, settings: dict[str, str]) -> None:
    methods = {"main.py": service("tick", "twice", "shown", "plain", "ends", "mine")}
    assert lacks(f"{HEAD}{workflow}\n", methods, **settings) == []


def test_a_container_has_no_standard_input() -> None:
    (found,) = lacks("def w =\n  Sources.stdin | Sinks.stdout\n", task="kubernetes")
    assert found == (
        2,
        "a container of Airflow's has no standard input",
        "read a file, as Sources.jsonl does, or build with --set task=external_python",
    )


def test_a_schedule_has_no_standard_input() -> None:
    (found,) = lacks("def w =\n  Sources.stdin | Sinks.stdout\n", schedule="@daily")
    assert found == (
        2,
        "a run on a schedule has nobody to say what its standard input is",
        "read a file, as Sources.jsonl does, or build without --set schedule",
    )


def test_a_parameter_is_not_called_as_a_standard_end() -> None:
    text = 'fun named : Text -> Text with { stdout : Text = "x" }\ndef w =\n  ["a"] | named | Sinks.stdout\n'
    ((line, title, remedy),) = lacks(text, {"main.py": service("named")})
    assert (line, title) == (3, "a function's parameter has the name of the standard one, stdout")
    assert remedy == "give the function's parameter another name, or use a file"


PLACES = {
    "nstack-project.yaml": "modules: [a, b]\nplaces:\n  one:\n    modules: [A]\n",
    "a/module.nml": "module A:0.1.0\nfun f : Integer -> Integer\nfun g : Integer -> Integer\n@stateless\n"
    "fun p : Integer -> Integer\n",
    "a/service.py": service("f", "g", "p"),
    "b/module.nml": "module B:0.1.0\nfun f : Integer -> Integer\n",
    "b/service.py": service("f"),
}
IMPORTS = "import A:0.1.0 as A\nimport B:0.1.0 as B\n"


@pytest.mark.parametrize(
    ("workflow", "settings", "title", "remedy"),
    [
        (
            "[1] | (A.f & B.f) | Sinks.log",
            {},
            "branches that meet again in order cannot be in several tasks",
            "place their modules together, or let them meet in any order with { ordered = false }",
        ),
        (
            "[1] | A.f | B.f | A.g | Sinks.log",
            {},
            "f and g of A:0.1.0 share what it keeps, in two tasks",
            "place it with what is called between them, or write @stateless before what keeps nothing",
        ),
        (
            "[1] | A.f | (Conv.to_json | Sinks.stdout & B.f | Conv.to_json | Sinks.stdout)",
            {},
            "two tasks would write to one standard output",
            "write to files, as Sinks.jsonl does, or place the modules before them together",
        ),
        (
            "[1] | A.f | B.f | Sinks.log",
            {"task": "docker"},
            "`w` becomes 2 tasks, and their containers share no folder",
            "build with --set staged=s3://BUCKET/PREFIX, or with --set volume=NAME",
        ),
        (
            "[1] | A.f | B.f | Sinks.log",
            {"task": "docker", "volume": "work", "image": "mine:1"},
            "`w` needs 2 images, and --set image=mine:1 is one",
            "build with --set image={name}:TAG, in which {name} is the folder of each",
        ),
    ],
)
def test_what_cannot_be_torn_apart_is_told(workflow: str, settings: dict[str, str], title: str, remedy: str) -> None:
    found = lacks(f"{IMPORTS}def w =\n  {workflow}\n", PLACES, **settings)
    assert [(what, instead) for _, what, instead in found] == [(title, remedy)]


@pytest.mark.parametrize(
    "workflow",
    [
        "[1] | ((A.f & B.f) { ordered = false }) | Sinks.log",
        "[1] | A.p | B.f | A.p | Sinks.log",
        "[1] | (A.f | Sinks.log & B.f | Sinks.log)",
        "([1] | A.f & [2] | B.f) | Sinks.log",
        "[1] | (A.f & A.g) | (B.f & Std.identity) | Sinks.log",
        "[1] | (A.f & (A.g & A.p)) | B.f | Sinks.log",
    ],
)
def test_what_can_be_torn_apart_is(workflow: str) -> None:
    assert lacks(f"{IMPORTS}def w = {workflow}\n", PLACES) == []


def test_replicas_are_workers_of_what_keeps_nothing() -> None:
    places = PLACES | {
        "nstack-project.yaml": "modules: [a, b]\nplaces:\n  one:\n    modules: [A]\n    replicas: 3\n",
    }
    (found,) = lacks(f"{IMPORTS}def w =\n  [1] | A.f | Sinks.log\n", places)
    assert found[1:] == (
        "one has 3 replicas, and A.f may keep something",
        "write @stateless before the fun if it keeps nothing, or leave replicas out",
    )
    assert lacks(f"{IMPORTS}def w =\n  [1] | A.p | Sinks.log\n", places) == []


@pytest.mark.parametrize(
    ("settings", "title", "remedy"),
    [
        ({"retries": "many"}, "--set retries=many is no number", "write --set retries=3"),
        ({"max_active_runs": "0"}, "--set max_active_runs=0 is no number", "write --set max_active_runs=3"),
        ({"timeout": "soon"}, "--set timeout=soon is no time", "write --set timeout=30s, 5m, 2h or 1d"),
        ({"start_date": "1.2.2026"}, "--set start_date=1.2.2026 is no day", "write --set start_date=2026-01-31"),
        (
            {"schedule": "0 5 * * * 2026"},
            "--set schedule=0 5 * * * 2026 is no cron table",
            'write minute, hour, day, month and weekday, --set "schedule=30 5 * * 1-5", or @daily',
        ),
        (
            {"environment": "A={{ ds }}"},
            "--set environment: nothing in main reads $A",
            "it reads no variable",
        ),
        (
            {"environment": "A={{ ds }};B"},
            "--set environment: B says nothing of a variable",
            'write --set "environment=NAME={{ var.value.name }};OTHER=text"',
        ),
    ],
)
def test_a_setting_that_cannot_be_read_is_told(settings: dict[str, str], title: str, remedy: str) -> None:
    assert [found[1:] for found in lacks("def w = [1] | Sinks.log\n", **settings)] == [(title, remedy)]


def test_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.nml").write_text('def w = Sources.http<Text> { http_path = "/" } | Sinks.log\n')
    assert main(["build", "w.nml", "--target", "airflow", "-o", "out"]) == 1
    told = capsys.readouterr().err
    assert "error[NS0612]: `Sources.http` never ends: Airflow runs bounded workflows" in told
    assert "w.nml:1:9" in told
    assert not (tmp_path / "out").exists()


def test_modules_that_exclude_each_other_have_two_environments() -> None:
    apart = {
        **PLACES,
        "nstack-project.yaml": "modules: [a, b]\n",
        "a/requirements.txt": "tabulate==0.9.0\n",
        "b/requirements.txt": "tabulate==0.8.0\n",
    }
    program = f"{IMPORTS}def w =\n  [1] | A.f | B.f | Sinks.log\n"
    assert lacks(program, apart) == []
    files = {"main.nml": program, **apart}
    emitted = dict(compile_texts(files).emit("airflow").files)
    required = {path: text for path, text in emitted.items() if path.endswith("requirements.txt")}
    assert required == {
        "main/requirements.txt": "tabulate==0.9.0\n",
        "main_b_0_1_0/requirements.txt": "tabulate==0.8.0\n",
    }
    together = {**apart, "nstack-project.yaml": "modules: [a, b]\nplaces:\n  one:\n    modules: [A, B]\n"}
    assert [found[1:] for found in lacks(program, together)] == [
        (
            "B:0.1.0 requires tabulate==0.8.0, and A:0.1.0 tabulate==0.9.0",
            "place them apart: a task has one environment",
        )
    ]


def test_branches_that_cannot_share_an_environment_have_to_meet_in_any_order() -> None:
    apart = {
        **PLACES,
        "nstack-project.yaml": "modules: [a, b]\n",
        "a/requirements.txt": "six==1.16.0\n",
        "b/requirements.txt": "six>=1.17\n",
    }
    ordered = f"{IMPORTS}def w =\n  [1] | (A.f & B.f) | Sinks.log\n"
    loose = ordered.replace("(A.f & B.f)", "((A.f & B.f) { ordered = false })")
    why = "B:0.1.0 requires six>=1.17, and A:0.1.0 six==1.16.0"
    remedy = "let them meet in any order with { ordered = false }"
    for places in ("", "places:\n  one:\n    modules: [A]\n"):
        files = {**apart, "nstack-project.yaml": f"modules: [a, b]\n{places}"}
        assert [found[1:] for found in lacks(ordered, files)] == [
            ("branches that meet again in order cannot be in several tasks", f"{remedy}: {why}")
        ]
        assert lacks(loose, files) == []
    together = {**apart, "nstack-project.yaml": "modules: [a, b]\nplaces:\n  one:\n    modules: [A, B]\n"}
    assert [found[1:] for found in lacks(ordered, together)] == [(why, f"place them apart, and {remedy}")]
    assert [found[1:] for found in lacks(loose, together)] == [(why, "place them apart: a task has one environment")]
