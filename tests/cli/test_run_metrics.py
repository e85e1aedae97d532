"""``--metrics-port``: what Prometheus is told of a run."""

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from running_nsc import PLAIN

from nscompiler.cli.main import main

ROOT = Path(__file__).parents[2]
MODULE = """\
module Measured:0.1.0

fun words : Text -> [Text]
fun known : Text -> optional Text
fun fussy : Text -> Text

def w =
  Sources.http<Text> { http_path = "/w", http_port = 0 } | words* | known? |
    (fussy { on_error = "skip", retry = 1 } | Sinks.log & fussy { on_error = "dead_letter" } | Sinks.log)
"""
SERVICE = """\
import nstack


class Module(nstack.Module):
    def words(self, text):
        return text.split()

    def known(self, word):
        return None if word.startswith("x") else word

    def fussy(self, word):
        if word == "bad":
            raise ValueError(word)
        return word
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built program."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    assert main(["build", str(folder), "-o", str(folder / "out")]) == 0
    return folder


@contextmanager
def running(built: Path, *arguments: str) -> Iterator[tuple[int, int]]:
    """The program while it serves: the ports of its source and of its metrics."""
    environment = {**PLAIN, "PYTHONPATH": f"{built / 'out'}:{ROOT / 'stdlib'}"}
    command = [sys.executable, "-m", "measured", "w", "--metrics-port", *arguments]
    with subprocess.Popen(command, cwd=built, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            ports: dict[str, int] = {}
            while len(ports) < 2:
                line = process.stderr.readline()
                assert line, "it has ended"
                for what, port in re.findall(r"(metrics|listening).*http://127\.0\.0\.1:(\d+)/", line):
                    ports[what] = int(port)
            yield ports["listening"], ports["metrics"]
        finally:
            process.terminate()


def ask(port: int, path: str, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def values(families: dict[str, Metric], name: str) -> dict[tuple[str, str], float]:
    """The samples of a family by stage and place."""
    family = families[name.removesuffix("_total").removesuffix("_count")]
    return {
        (sample.labels["stage"], sample.labels["at"].split(":", 1)[1]): sample.value
        for sample in family.samples
        if sample.name == name
    }


@pytest.mark.thorough
def test_a_run_is_measured(built: Path) -> None:
    with running(built, "0") as (port, metrics):
        for text in ("a b xx", "bad", "c"):
            assert ask(port, "/w", "POST", f'{{"params": "{text}"}}')[0] == 200
        status, text = ask(metrics, "/metrics")
        assert status == 200
        families = {family.name: family for family in prometheus(text)}
        _, strict = ask(metrics, "/metrics", accept="application/openmetrics-text; version=1.0.0")
        assert {family.name.removesuffix("_info") for family in openmetrics(strict)} == {
            name.removesuffix("_info") for name in families
        }
        health = [ask(metrics, "/healthz"), ask(metrics, "/other"), ask(metrics, "/metrics", "POST")]
    source, words, known = ("Sources.http<Text>", "8:3"), ("words", "8:60"), ("known", "8:69")
    skips, buries = ("fussy", "9:6"), ("fussy", "9:59")
    first, second = ("Sinks.log", "9:47"), ("Sinks.log", "9:96")
    assert values(families, "nstack_stage_records_in_total") == {
        source: 3, words: 3, known: 5, skips: 4, buries: 4, first: 3, second: 3,
    }  # fmt: skip
    assert values(families, "nstack_stage_records_out_total") == {
        source: 3, words: 3, known: 5, skips: 3, buries: 3, first: 3, second: 3,
    }  # fmt: skip
    assert values(families, "nstack_stage_records_dropped_total")[known] == 1
    assert values(families, "nstack_stage_records_skipped_total")[skips] == 1
    assert values(families, "nstack_stage_dead_letters_total")[buries] == 1
    assert values(families, "nstack_stage_errors_total") == {
        source: 0, words: 0, known: 0, skips: 2, buries: 1, first: 0, second: 0,
    }  # fmt: skip
    told = {sample.labels["le"]: sample.value for sample in families["nstack_batch_duration_seconds"].samples
            if sample.name.endswith("_bucket")}  # fmt: skip
    assert told["+Inf"] == 3
    timed = values(families, "nstack_stage_record_duration_seconds_count")
    assert timed[words] == 3
    assert [sample.value for sample in families["nstack_source_batches_open"].samples] == [0]
    assert [sample.value for sample in families["nstack_up"].samples] == [1]
    state = {sample.labels["state"]: sample.value for sample in families["nstack_run_state"].samples}
    assert [name for name, value in state.items() if value] == ["running"]
    assert families["nstack_build_info"].samples[0].labels["module"] == "Measured:0.1.0"
    assert families["process_resident_memory_bytes"].samples[0].value > 1 << 20
    assert health == [(200, "running\n"), (404, "there are /metrics and /healthz\n"), (405, "send GET\n")]


def test_names_and_units_are_those_of_prometheus(built: Path) -> None:
    with running(built, "127.0.0.1:0") as (_, metrics):
        families = list(prometheus(ask(metrics, "/metrics")[1]))
    ours = [family for family in families if family.name.startswith("nstack_")]
    listed = re.findall(r"`(nstack_\w+)`", (ROOT / "docs" / "seeing-it-run.md").read_text())
    assert {family.name + "_total" * (family.type == "counter") for family in ours} == set(listed)
    for family in ours:
        assert family.documentation, family.name
        assert re.fullmatch(r"[a-z_]+", family.name)
        assert family.type in ("counter", "gauge", "histogram")
        if family.type == "counter":
            assert all(sample.name.endswith(("_total", "_created")) for sample in family.samples)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        assert not re.search(r"milli|micro|_ms|kilo|_kb", family.name)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("taken", "error: --metrics-port: port {port} on 127.0.0.1 is in use; choose another one"),
        ("192.0.2.1:0", "error: --metrics-port: cannot listen on 192.0.2.1:0: Cannot assign requested address"),
        ("http", "--metrics-port: http is no port; write PORT or HOST:PORT"),
        ("99999", "--metrics-port: 99999 is no port; write PORT or HOST:PORT"),
    ],
)
def test_a_port_that_cannot_be_had_is_an_error_before_anything_opens(built: Path, given: str, says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {**PLAIN, "PYTHONPATH": f"{built / 'out'}:{ROOT / 'stdlib'}"}
        command = [sys.executable, "-m", "measured", "w", "--metrics-port", str(port) if given == "taken" else given]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert says.format(port=port) in done.stderr
    assert "listening" not in done.stderr
