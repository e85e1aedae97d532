"""The examples do what they say: checked, built and run in a copy, their results computed a second time here."""

import csv
import http.client
import importlib.util
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from nscompiler.files import DiskFiles
from nscompiler.pipeline.compilation import Compilation

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
LIMIT = 120  # seconds; only a run that hangs takes so long
SPECIES = {"setosa", "versicolor", "virginica"}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples, without what earlier runs left."""
    copied = tmp_path / "examples"
    leftovers = (EXAMPLES / name for name in (".gitignore", "iris/.gitignore", "orders/.gitignore"))
    named = [line for file in leftovers if file.is_file() for line in file.read_text().split()]
    shutil.copytree(EXAMPLES, copied, ignore=shutil.ignore_patterns("__pycache__", ".nsc_cache", "build", *named))
    return copied


def environment(*search: Path, **variables: str) -> dict[str, str]:
    """The environment of a child that finds the compiler, the runtime and what was built."""
    path = os.pathsep.join(map(str, (*search, ROOT, ROOT / "stdlib")))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **variables}


def python(*arguments: str, cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments; whatever it is, it has to succeed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment(**variables), input=stdin,
        capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def nsc(*arguments: str, cwd: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "nscompiler", *arguments, cwd=cwd, stdin=stdin, **variables)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("project", "modules", "files"), [("iris", 2, 3), ("orders", 5, 5)])
def test_project_has_no_problems(project: str, modules: int, files: int) -> None:
    compilation = Compilation(DiskFiles(), (str(EXAMPLES / project),))
    assert [problem.title for problem in compilation.problems] == []
    assert (compilation.module_count, len(compilation.selected)) == (modules, files)


# --- iris


def test_data_is_the_whole_set_split_by_the_committed_script(examples: Path) -> None:
    data = examples / "iris" / "data"
    kept = [data / "test.csv", data.parent / "classify" / "train.csv"]
    before = [path.read_bytes() for path in kept]
    for path in kept:
        path.unlink()
    python("split.py", cwd=data)
    assert [path.read_bytes() for path in kept] == before
    test, train = map(rows_of, kept)
    assert (len(train), len(test)) == (100, 50)
    assert {row["species"] for row in test} == {row["species"] for row in train} == SPECIES

    def counted(rows: list[dict[str, str]]) -> Counter[tuple[str, ...]]:
        return Counter(tuple(row.values()) for row in rows)

    assert counted(train) + counted(test) == counted(rows_of(data / "iris.csv"))


@pytest.mark.thorough
def test_classifier_is_right_about_nine_of_ten_unseen_flowers(examples: Path) -> None:
    iris = examples / "iris"
    nsc("run", "workflows", "evaluate", cwd=iris)
    verdicts = [json.loads(line) for line in (iris / "verdicts.jsonl").read_text().splitlines()]
    flowers = rows_of(iris / "data" / "test.csv")
    assert [verdict["species"] for verdict in verdicts] == [flower["species"] for flower in flowers]
    assert {verdict["prediction"] for verdict in verdicts} == SPECIES
    right = sum(verdict["species"] == verdict["prediction"] for verdict in verdicts)
    assert right / len(verdicts) >= 0.9


@contextmanager
def serving(iris: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The built package's HTTP workflow, on a port that the system chose."""
    process = subprocess.Popen(
        [sys.executable, "-m", "iris_workflows", "serve", "-p", "http_port=0"], cwd=iris,
        env=environment(iris / "built"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        found = (re.search(r"listening on http://127\.0\.0\.1:(\d+)/iris", line) for line in process.stderr)
        yield process, next(int(match[1]) for match in found if match)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def ask(port: int, value: object) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("POST", "/iris", json.dumps({"params": value}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.thorough
def test_built_package_answers_requests(examples: Path) -> None:
    iris = examples / "iris"
    nsc("build", "workflows", "-o", "built", cwd=iris)
    flower = {"sepalLength": 6.3, "sepalWidth": 2.9, "petalLength": 5.6, "petalWidth": 1.8}
    with serving(iris) as (process, port):
        assert ask(port, flower) == (200, '"virginica"')
        status, fault = ask(port, {**flower, "petalWidth": "wide"})
        told = 'params.petalWidth: expected Double, got "wide"'
        assert (status, json.loads(fault)["detail"]) == (400, told)
        small = json.dumps({**flower, "petalLength": 1.4, "petalWidth": 0.2})
        sent = nsc("send", "/iris", small, "--port", str(port), cwd=iris)
        assert sent.stdout == '"setosa"\n'
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LIMIT) == 130


def test_script_reads_flowers_from_standard_input(examples: Path) -> None:
    flower = '{"petalWidth": 0.2, "petalLength": 1.4, "sepalWidth": 3.5, "sepalLength": 5}\n'
    done = nsc("run", "ask.nml", cwd=examples / "iris", stdin=2 * flower)
    assert done.stdout == "setosa\nsetosa\n"
    assert "trained on 100 flowers" in done.stderr


# --- orders


def orders_of(examples: Path) -> list[dict[str, object]]:
    events = [json.loads(line, parse_float=Decimal) for line in (examples / "orders" / "feed" / "events.jsonl").open()]
    return [event["order"] for event in events if event["kind"] == "order"]


def total_of(order: dict[str, object], rate: str = "1") -> Decimal:
    """What an order costs: a coupon takes a tenth off."""
    total = sum(line["quantity"] * line["price"] for line in order["lines"])  # type: ignore[attr-defined]
    return (total * Decimal("0.9" if order.get("coupon") else "1") * Decimal(rate)).quantize(Decimal("0.01"))


def test_events_are_what_the_committed_script_writes(examples: Path) -> None:
    feed = examples / "orders" / "feed"
    before = (feed / "events.jsonl").read_bytes()
    (feed / "events.jsonl").unlink()
    python("generate.py", cwd=feed)
    assert (feed / "events.jsonl").read_bytes() == before


def test_every_order_is_billed_and_picked(examples: Path) -> None:
    folder, stock = examples / "orders", examples / "stock.db"
    nsc("run", "workflows", "daily", cwd=folder, ORDERS_DATABASE=str(stock))
    orders = orders_of(examples)
    assert any(order.get("coupon") for order in orders)
    invoices = [json.loads(line) for line in (folder / "invoices.jsonl").read_text().splitlines()]
    assert [tuple(invoice.values()) for invoice in invoices] == [
        (order["id"], order["customer"], "EUR", str(total_of(order))) for order in orders
    ]
    wanted: Counter[str] = Counter()
    for order in orders:
        for line in order["lines"]:  # type: ignore[attr-defined]
            wanted[line["sku"]] += line["quantity"]
    connection = sqlite3.connect(stock)
    assert dict(connection.execute("SELECT sku, pieces FROM picked")) == wanted
    connection.close()


def test_nearest_currency_wins(examples: Path) -> None:
    nsc("run", "workflows", "abroad", cwd=examples / "orders")
    with (examples / "orders" / "large.csv").open(newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    expected = [
        [str(order["id"]), order["customer"], currency, str(total_of(order, rate))]
        for order in orders_of(examples)
        for currency, rate in (("SEK", "11.2"), ("EUR", "1"))
        if total_of(order, rate) >= 100
    ]
    assert header == ["order", "customer", "currency", "total"]
    assert {row[2] for row in rows} == {"SEK", "EUR"}
    assert rows == expected


# --- the mistake and the demo


def test_mistake_is_found_where_it_is() -> None:
    compilation = Compilation(DiskFiles(), (str(EXAMPLES / "mistakes" / "wrong_type.nml"),))
    (problem,) = compilation.problems
    span = problem.primary.span
    marked = compilation.sources[span.path].text[span.start : span.end]
    assert (problem.code.name, marked) == ("type-mismatch", "predict")
    assert "`petalWidth`" in problem.primary.text


def demo_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_demo", EXAMPLES / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.thorough  # `.ci/run` makes the demonstration too
def test_demo_shows_accuracy_matrix_answer_and_mistake() -> None:
    done = python(str(EXAMPLES / "demo.py"), cwd=ROOT)
    accuracy = re.search(r"^accuracy (0\.\d\d|1\.00)$", done.stdout, re.MULTILINE)
    assert accuracy is not None
    assert float(accuracy[1]) >= 0.9
    assert re.search(r"^virginica +\d+ +\d+ +\d+$", done.stdout, re.MULTILINE)
    assert '\n"virginica"\n' in done.stdout
    assert "error[NS0301]" in done.stdout


def test_demo_fails_when_the_classifier_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = tmp_path / "verdicts.jsonl"
    lines = [{"species": "setosa", "prediction": "setosa" if number else "virginica"} for number in range(9)]
    verdicts.write_text("".join(json.dumps(line) + "\n" for line in lines))
    demo = demo_module()
    with pytest.raises(demo.DemoFailed, match=r"below 0\.9"):
        demo.judge(verdicts)
    assert "accuracy 0.89" in capsys.readouterr().out


def test_demo_fails_when_a_command_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    demo = demo_module()
    with pytest.raises(demo.DemoFailed, match="ended with 1, not 0"):
        demo.run("nsc check nowhere", tmp_path)
    assert "$ nsc check nowhere" in capfd.readouterr().out
