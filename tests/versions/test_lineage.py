"""What becomes of a part of a value in a function, and OpenLineage's events of whole workflows."""

import json
from pathlib import Path

import pytest
from openlineage.client import event_v2
from openlineage.client.generated import (
    column_lineage_dataset,
    documentation_job,
    job_type_job,
    schema_dataset,
    sql_job,
)
from openlineage.client.naming.dataset import Kafka, LocalFileSystem, Postgres
from shop import FLOWS, SERVICE, SHOP, compiled, graphs
from two_states import PATH

from nscompiler.cli.main import main
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.impact import schemes
from nscompiler.tools.lineage import Fate, Source, fate, made_from
from nscompiler.tools.openlineage import job_event

TIME = "2024-01-01T00:00:00Z"


def scheme(type: str):
    text = f"module Demo:1.0.0\n\ntype E a = A {{ x : a }} | B\nfun f : {type}\n"
    compilation = Compilation(MemoryFiles({PATH: text}, DiskFiles()), [PATH])
    assert [problem.title for problem in compilation.problems if problem.is_error] == []
    return compilation.checked[PATH].interface.functions["f"].scheme


@pytest.mark.parametrize(
    ("type", "path", "expected"),
    [
        ("{ a : Text } -> Text", (".a",), Fate(uses=True)),
        ("{ a : Text } -> Text", (), Fate(uses=True)),
        ("{ a : Text | r } -> { b : Text | r }", (".c", "[]", ".d"), Fate(passes=((".c", "[]", ".d"),))),
        ("{ a : Text | .. } -> Text", (".c",), Fate()),
        ("a -> a", (".x",), Fate(passes=((".x",),))),
        ("a -> [a]", (".x",), Fate(passes=(("[]", ".x"),))),
        ("a -> (a, optional a)", (".x",), Fate(passes=(("#0", ".x"), ("#1", ".x")))),
        ("(a, b) -> b", ("#1", ".x"), Fate(passes=((".x",),))),
        ("(a, b) -> b", ("#0", ".x"), Fate(uses=True)),
        ("Map a -> { m : a }", ("{}", ".x"), Fate(passes=((".m", ".x"),))),
        ("E a -> [a]", ("|A", ".x", ".y"), Fate(passes=(("[]", ".y"),))),
        ("optional { a : b } -> b", (".a",), Fate(passes=((),))),
        ("Vector 3 a -> a", ("[]", ".x"), Fate(passes=((".x",),))),
    ],
)
def test_what_becomes_of_a_part(type: str, path: tuple[str, ...], expected: Fate) -> None:
    assert fate(scheme(type), path) == expected


@pytest.mark.parametrize(
    ("type", "path", "expected"),
    [
        ("{ a : Text, b : Text } -> Text", (), (Source((".a",), False), Source((".b",), False))),
        ("{ a : Text | r } -> { b : Text | r }", (".c",), (Source((".c",), True),)),
        ("{ a : Text | r } -> { b : Text | r }", (".b",), (Source((".a",), False),)),
        ("a -> Text", (), (Source((), False),)),
        ("(a, a) -> a", (".x",), (Source(("#0", ".x"), True), Source(("#1", ".x"), True))),
        ("Void -> Text", (), ()),
    ],
)
def test_what_a_part_is_made_from(type: str, path: tuple[str, ...], expected: tuple[Source, ...]) -> None:
    assert made_from(scheme(type), path) == expected


# --- events


def events(flows: str = FLOWS) -> dict[str, dict]:
    """The events of a program's workflows, by the workflow's name."""
    program = compiled(flows)
    declared = schemes(program)
    made = [job_event(one, declared, namespace="shop", time=TIME, folder="/data") for one in graphs(program)]
    return {one["job"]["name"].rpartition(".")[2]: one for one in made}


def one_flow(expression: str) -> dict:
    return events(f"module Demo.Flows:1.0.0\n\nimport Demo.Shop:1.0.0 as S\n\ndef w = {expression}\n")["w"]


def columns(event: dict, at: int = 0) -> dict[str, list[str]]:
    """From which fields each field of an output comes, ``=`` before those that are the same."""
    fields = event["outputs"][at]["facets"]["columnLineage"]["fields"]
    return {
        name: [
            ("=" if one["transformations"][0]["subtype"] == "IDENTITY" else "") + f"{one['name']}.{one['field']}"
            for one in held["inputFields"]
        ]
        for name, held in fields.items()
    }


FACETS = {
    "schema": schema_dataset.SchemaDatasetFacet,
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "documentation": documentation_job.DocumentationJobFacet,
    "sql": sql_job.SQLJobFacet,
}


def read_by_the_client(event: dict) -> event_v2.JobEvent:
    """The event as OpenLineage's own client holds it: what it does not know, or misses, raises there."""
    inputs = [event_v2.InputDataset(one["namespace"], one["name"], facets(one["facets"])) for one in event["inputs"]]
    outputs = [event_v2.OutputDataset(one["namespace"], one["name"], facets(one["facets"])) for one in event["outputs"]]
    job = event_v2.Job(event["job"]["namespace"], event["job"]["name"], facets(event["job"]["facets"]))
    made = event_v2.JobEvent(
        eventTime=event["eventTime"], producer=event["producer"], job=job, inputs=inputs, outputs=outputs
    )
    assert event["schemaURL"] == made.schemaURL
    assert set(event) == {"eventTime", "producer", "schemaURL", "job", "inputs", "outputs"}
    return made


def facets(given: dict) -> dict:
    return {name: facet(FACETS[name], held) for name, held in given.items()}


def facet(kind: type, held: dict):
    held = dict(held)
    assert held.pop("_producer").startswith("urn:")
    assert held.pop("_schemaURL") == kind._get_schema()
    if kind is FACETS["schema"]:
        held["fields"] = [schema_dataset.SchemaDatasetFacetFields(**one) for one in held["fields"]]
    if kind is FACETS["columnLineage"]:
        held["fields"] = {name: lineage_of(one) for name, one in held["fields"].items()}
    return kind(**held)


def lineage_of(held: dict) -> column_lineage_dataset.Fields:
    made = [
        column_lineage_dataset.InputField(
            **{
                **one,
                "transformations": [column_lineage_dataset.Transformation(**each) for each in one["transformations"]],
            }
        )
        for one in held["inputFields"]
    ]
    return column_lineage_dataset.Fields(made)


def test_every_event_is_one_of_openlineage() -> None:
    for event in events().values():
        read_by_the_client(json.loads(json.dumps(event)))


def test_fields_come_from_fields() -> None:
    billing = events()["billing"]
    assert (billing["job"]["namespace"], billing["job"]["name"]) == ("shop", "Demo.Flows.billing")
    assert billing["job"]["facets"]["documentation"]["description"] == "Bills."
    assert columns(billing, 0) == {
        "user": ["Demo.Shop.orders.user"],
        "items": ["=Demo.Shop.orders.items"],
        "country": ["Demo.Shop.orders.user"],
        "note": ["=Demo.Shop.orders.note"],
    }
    assert columns(billing, 1) == {
        "user": ["Demo.Shop.orders.items", "Demo.Shop.orders.user"],
        "total": ["Demo.Shop.orders.items", "Demo.Shop.orders.user"],
    }


def test_texts_and_whole_values() -> None:
    found = events()
    assert columns(found["other"]) == {"value": ["=stdin.value"]}
    assert columns(found["names"]) == {"value": ["Demo.Shop.orders.items"]}
    assert columns(found["read"]) == {"value": ["stdin.value"]}
    assert columns(found["shipping"]) == {
        "user": ["=/data/in.user"],
        "items": ["=/data/in.items"],
        "note": ["=/data/in.note"],
    }


def datasets(event: dict, side: str = "inputs") -> list[tuple[str, str]]:
    return [(one["namespace"], one["name"]) for one in event[side]]


def test_names_of_files_are_those_of_the_client() -> None:
    event = one_flow('Sources.csv<{ a : Text }> { path = "in/x.csv" } | Sinks.jsonl { path = "/abs/y.jsonl" }')
    for side, path in (("inputs", "/data/in/x.csv"), ("outputs", "/abs/y.jsonl")):
        named = LocalFileSystem(path)
        assert datasets(event, side) == [(named.get_namespace(), named.get_name())]
    assert columns(event) == {"a": ["=/data/in/x.csv.a"]}
    assert event["job"]["facets"]["jobType"]["processingType"] == "BATCH"


@pytest.mark.parametrize(
    ("source", "namespace", "name"),
    [
        ('kafka<Text> { kafka_topic = "t" }', "kafka://localhost:9092", "t"),
        ('kafka<Text> { kafka_topic = "t", kafka_brokers = "a, b:1" }', "kafka://a:9092", "t"),
        ('kafka_backlog<Text> { kafka_topic = "t", kafka_brokers = $BROKERS }', "kafka://${BROKERS}", "t"),
        ('nats<Text> { nats_subject = "s.>", nats_host = "n" }', "nats://n:4222", "s.>"),
        ('redis<Text> { redis_stream = "s", redis_port = 1 }', "redis://localhost:1", "s"),
        ('mqtt<Text> { mqtt_topic = "a/b" }', "mqtt://localhost:1883", "a/b"),
        ('sqlite<Text> { path = "x.db", query = "SELECT a FROM t" }', "file", "/data/x.db#t"),
        ('sqlite<Text> { path = "x.db", query = "SELECT a FROM t, u" }', "file", "/data/x.db#query-8012b553"),
        ('dead_letters<Text> { path = "x.jsonl" }', "file", "/data/x.jsonl"),
    ],
)
def test_names_of_what_servers_and_databases_hold(source: str, namespace: str, name: str) -> None:
    assert datasets(one_flow(f"Sources.{source} | Sinks.log")) == [(namespace, name)]


def test_two_topics_of_one_server_are_two_datasets() -> None:
    event = one_flow('Sources.kafka<Text> { kafka_topic = "a" } | Sinks.kafka { kafka_topic = "b" }')
    for side, topic in (("inputs", "a"), ("outputs", "b")):
        named = Kafka("localhost", "9092", topic)
        assert datasets(event, side) == [(named.get_namespace(), named.get_name())]
    assert columns(event) == {"value": ["=a.value"]}
    tables = one_flow(
        'Sources.sqlite<Text> { path = "x", query = "SELECT a FROM t" } | Sinks.sqlite { path = "x", table = "u" }'
    )
    assert datasets(tables) + datasets(tables, "outputs") == [("file", "/data/x#t"), ("file", "/data/x#u")]


@pytest.mark.parametrize(
    ("query", "schema", "table"),
    [
        ("select a from t", "public", "t"),
        ("SELECT a, b FROM sales.orders WHERE a > 3 ORDER BY b", "sales", "orders"),
        ("select a from t;", "public", "t"),
    ],
)
def test_names_of_tables_are_those_of_the_client(query: str, schema: str, table: str) -> None:
    event = one_flow(
        f'Sources.postgres<{{ a : Text }}> {{ pg_query = "{query}", pg_host = "db", pg_database = "d" }}'
        f' | Sinks.postgres {{ pg_table = "{schema}.copy", pg_host = "db", pg_database = "d" }}'
    )
    named = Postgres("db", "5432", "d", schema, table)
    assert datasets(event) == [(named.get_namespace(), named.get_name())]
    assert datasets(event, "outputs") == [("postgres://db:5432", f"d.{schema}.copy")]
    assert event["job"]["facets"]["sql"]["query"] == query
    read_by_the_client(event)


@pytest.mark.parametrize(
    "query",
    [
        "select a from t join u on t.x = u.x",
        "select a from t, u",
        "select a from t union select a from u",
        "select a from t where a in (select a from u)",
        "select a from (select a from t) x",
        "with x as (select 1) select a from x",
    ],
)
def test_a_query_of_several_tables_is_a_dataset_of_its_own(query: str) -> None:
    event = one_flow(f'Sources.postgres<{{ a : Text }}> {{ pg_query = "{query}" }} | Sinks.log')
    ((_, name),) = datasets(event)
    assert name.startswith("postgres.query-")


def test_names_of_endpoints_queues_and_unset_variables() -> None:
    event = one_flow(
        'Sources.http<S.Order> { http_path = "orders" } | (Sinks.reply & Sinks.amqp { amqp_exchange = $EXCHANGE })'
    )
    assert datasets(event) == [("http://127.0.0.1:8080", "/orders")]
    assert datasets(event, "outputs") == [
        ("http://127.0.0.1:8080", "/orders#reply"),
        ("amqp://localhost:5672", "/:${EXCHANGE}"),
    ]
    assert event["job"]["facets"]["jobType"]["processingType"] == "STREAMING"


def test_objects_are_datasets_of_their_bucket() -> None:
    event = one_flow(
        'Sources.s3<S.Order> { s3_bucket = "shop", s3_key = "orders/*.jsonl" } '
        '| Sinks.s3 { s3_bucket = "archive", s3_key = "orders.csv.gz", s3_format = "csv" }'
    )
    assert datasets(event) == [("s3://shop", "orders/*.jsonl")]
    assert datasets(event, "outputs") == [("s3://archive", "orders.csv.gz")]


def test_clocks_and_literals_are_no_datasets() -> None:
    event = one_flow("[{}] | Sinks.log".format('"a", "b"'))
    assert (datasets(event), columns(event)) == ([], {"value": []})
    event = one_flow('Sources.schedule { cron = "@daily" } | Sinks.log')
    assert datasets(event) == []


def test_rows_in_lists_have_the_columns_of_a_row() -> None:
    event = one_flow(
        'Sources.jsonl<[{ a : Text, b : Integer }]> { path = "x" } | Std.identity* | Sinks.csv { path = "y" }'
    )
    assert columns(event) == {"a": ["=/data/x.a"], "b": ["=/data/x.b"]}


def test_one_dataset_that_two_sinks_write() -> None:
    event = one_flow("Sources.stdin | (Sinks.stdout & Sinks.stdout)")
    assert columns(event) == {"value": ["=stdin.value"]}


# --- the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {"shop/module.nml": SHOP, "shop/service.py": SERVICE, "flows/module.nml": FLOWS}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert main(["lineage", ".", "--namespace", "n", "--run-in", "/srv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [json.loads(line) for line in lines]
    assert [one["job"]["name"] for one in found] == [
        f"Demo.Flows.{name}" for name in ("billing", "shipping", "names", "read", "other")
    ]
    assert {one["eventTime"] for one in found} == {"1970-01-02T00:00:00.000Z"}
    assert datasets(found[1]) == [("file", "/srv/in")]
    assert main(["lineage", ".", "other"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_files_with_errors_take_no_others_along(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.nml").write_text(
        'def length = Sources.jsonl<Integer> { path = "x" } | Conv.from_json | Sinks.log\n'
    )
    assert main(["lineage", "."]) == 1
    captured = capsys.readouterr()
    assert [json.loads(line)["job"]["name"] for line in captured.out.splitlines()] == [
        f"Demo.Flows.{name}" for name in ("billing", "shipping", "names", "read", "other")
    ]
    assert "NS0301" in captured.err
    assert main(["lineage", "broken.nml"]) == 1
    assert capsys.readouterr().out == ""


def test_the_time_is_now_without_an_epoch(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert main(["lineage", ".", "other"]) == 0
    read_by_the_client(json.loads(capsys.readouterr().out))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert main(["lineage", ".", "other"]) == 1
    assert capsys.readouterr().err == "error: SOURCE_DATE_EPOCH is no number of seconds: soon\n"
