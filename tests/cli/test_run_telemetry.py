"""OpenTelemetry: the spans of a run, as an OTLP receiver gets them."""

import http.client
import importlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from running_nsc import PLAIN

from nscompiler.cli.main import main

ROOT = Path(__file__).parents[2]
MODULE = """\
module Traced:0.1.0

import Http:1.0.0

@stateless
fun inside : Text -> Text
fun later : Text -> Text
fun fussy : Text -> Text with { key : Text }
fun each : Text -> Text

def sync = Sources.http<Text> { http_path = "/sync", http_port = 0 } | inside | Sinks.reply
def overlapped = Sources.http<Text> { http_path = "/later", http_port = 0 } | later | Sinks.reply
def asks = Sources.stdin | Http.get<Text, Text> { url = "{}", url_answer = "raw" } | Sinks.stdout
def many = Sources.stdin | inside | Sinks.stdout
def batch = Sources.stdin | each | fussy { key = $TRACED_KEY, on_error = "skip", retry = 1 } | Sinks.stdout
"""
SERVICE = """\
import asyncio
import nstack
from opentelemetry import propagate


class Module(nstack.Module):
    def inside(self, text):
        carrier = {}
        propagate.inject(carrier)
        return carrier.get("traceparent", "none")

    async def later(self, text):
        await asyncio.sleep(0)
        return self.inside(text)

    def fussy(self, text):
        if text == "bad":
            raise ValueError("wrong key " + self.args["key"])
        return text

    def each(self, text):
        yield from text.split()
"""


class Receiver(ThreadingHTTPServer):
    """Keeps the spans that it is sent over OTLP."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[str | None] = []

    @property
    def environment(self) -> dict[str, str]:
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_port}", "OTEL_BSP_SCHEDULE_DELAY": "50"}

    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class Handler(BaseHTTPRequestHandler):
    """``/v1/traces``."""

    server: Receiver

    def do_GET(self) -> None:
        body = (self.headers["traceparent"] or "none").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        made = ExportTraceServiceRequest()
        made.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(made)
        self.server.headers.append(self.headers["x-tenant"])
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built program."""
    folder = tmp_path_factory.mktemp("traced")
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    assert main(["build", str(folder), "-o", str(folder / "out")]) == 0
    return folder


def started(built: Path, workflow: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    own = {**PLAIN, "PYTHONPATH": f"{built / 'out'}:{ROOT / 'stdlib'}", "TRACED_KEY": "s3cret-key", **environment}
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-m", "traced", workflow, *arguments], cwd=built, env=own, text=True, **pipes
    )


@contextmanager
def serving(built: Path, workflow: str, **environment: str) -> Iterator[int]:
    """The program while it serves; its port. Afterwards all its spans have come."""
    process = started(built, workflow, **environment)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)/", line)
        assert found, line + process.stderr.read()
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=60)


def post(port: int, path: str, text: str, **headers: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, f'{{"params": "{text}"}}', headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode().strip('"')
    finally:
        connection.close()


def attributes(span: Span) -> dict[str, Any]:
    return {one.key: next(iter(MessageToDict(one.value).values())) for one in span.attributes}


NOWHERE = "http://127.0.0.1:1"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("workflow", "path", "stage"),
    [("sync", "/sync", "inside"), ("overlapped", "/later", "later")],
)
def test_a_request_goes_on_in_its_senders_trace(
    built: Path, receiver: Receiver, workflow: str, path: str, stage: str
) -> None:
    with serving(built, workflow, OTEL_EXPORTER_OTLP_HEADERS="x-tenant=shop", **receiver.environment) as port:
        passed_on = [post(port, path, "a", traceparent=PARENT), post(port, path, "b")]
    named = {name: [span for span in receiver.spans() if span.name == name] for name in
             ("Sources.http", f"Traced.{stage}", "Sinks.reply")}  # fmt: skip
    assert {name: len(found) for name, found in named.items()} == dict.fromkeys(named, 2)
    first = next(span for span in named["Sources.http"] if span.parent_span_id)
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    assert first.kind == Span.SPAN_KIND_SERVER
    other = next(span for span in named["Sources.http"] if span is not first)
    assert not other.parent_span_id
    assert other.trace_id != first.trace_id
    for source, told in zip((first, other), passed_on, strict=True):
        assert told[:-2] == f"00-{source.trace_id.hex()}-{source.span_id.hex()}-"
        assert int(told[-2:], 16) & 1, "sampled"
        for name in (f"Traced.{stage}", "Sinks.reply"):
            below = [span for span in named[name] if span.trace_id == source.trace_id]
            assert [span.parent_span_id for span in below] == [source.span_id]
            assert source.start_time_unix_nano <= below[0].start_time_unix_nano
            assert below[0].end_time_unix_nano <= source.end_time_unix_nano
    assert set(receiver.headers) == {"shop"}
    (resource,) = {
        one.value.string_value
        for request in receiver.requests
        for spans in request.resource_spans
        for one in spans.resource.attributes
        if one.key == "service.name"
    }
    assert resource == workflow


def test_a_batch_has_a_span_for_each_stage_and_its_failures(built: Path, receiver: Receiver) -> None:
    process = started(built, "batch", OTEL_SERVICE_NAME="shop", **receiver.environment)
    out, err = process.communicate("good bad\nfine\n", timeout=60)
    assert (process.returncode, out) == (0, "good\nfine\n"), err
    spans = receiver.spans()
    (source,) = [span for span in spans if span.name == "Sources.stdin"]
    assert source.kind == Span.SPAN_KIND_CONSUMER
    below = {span.name: span for span in spans if span.parent_span_id == source.span_id}
    assert set(below) == {"Traced.each", "Traced.fussy", "Sinks.stdout"}
    assert len(spans) == 4
    fussy = below["Traced.fussy"]
    assert attributes(fussy)["nstack.at"] == "module.nml:15:36"
    assert (attributes(fussy)["nstack.calls"], attributes(fussy)["nstack.errors"]) == ("3", "2")
    assert fussy.status.code == Status.STATUS_CODE_ERROR
    events = [{one.key: one.value.string_value for one in event.attributes} for event in fussy.events]
    assert [(event["exception.type"], event["nstack.outcome"]) for event in events] == [
        ("ValueError", "tried again"),
        ("ValueError", "skipped"),
    ]
    assert events[0]["exception.message"] == "wrong key ***"
    assert "in fussy" in events[0]["exception.stacktrace"]
    assert not any(b"s3cret" in request.SerializeToString() for request in receiver.requests)
    assert below["Sinks.stdout"].kind == Span.SPAN_KIND_PRODUCER
    assert source.status.code == Status.STATUS_CODE_UNSET


@pytest.mark.thorough
def test_requests_that_are_sent_go_on_in_the_trace(built: Path, receiver: Receiver) -> None:
    process = started(built, "asks", **receiver.environment)
    out, err = process.communicate(f"http://127.0.0.1:{receiver.server_port}/\n", timeout=60)
    assert process.returncode == 0, err
    (source,) = [span for span in receiver.spans() if span.name == "Sources.stdin"]
    assert out.startswith(f"00-{source.trace_id.hex()}-{source.span_id.hex()}-")
    assert {span.name for span in receiver.spans()} == {"Sources.stdin", "Http.get", "Sinks.stdout"}


@pytest.mark.thorough
def test_a_batch_that_workers_work_on_has_its_span(built: Path, receiver: Receiver) -> None:
    process = started(built, "many", "--workers", "2", **receiver.environment)
    out, err = process.communicate("a\nb\n", timeout=60)
    assert (process.returncode, out) == (0, "none\nnone\n"), err
    assert {span.name for span in receiver.spans()} == {"Sources.stdin"}


@pytest.mark.parametrize(
    ("environment", "code", "says"),
    [
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE}, 0, ""),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": NOWHERE}, 0, ""),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, 2, "OTEL_TRACES_EXPORTER = zipkin (http/protobuf) is not known here"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"},
            0,
            "OpenTelemetry: ",
        ),
    ],
)
def test_a_collector_that_is_not_there_harms_no_run(
    built: Path, environment: dict[str, str], code: int, says: str
) -> None:
    process = started(built, "batch", **environment)
    out, err = process.communicate("good\n", timeout=60)
    assert (process.returncode, out) == (code, "good\n" if code == 0 else "")
    assert says in err
    assert err.count("OpenTelemetry") <= 1
    assert "Traceback" not in err


def test_what_grpc_needs_is_named(built: Path, tmp_path: Path) -> None:
    (tmp_path / "grpc.py").write_text("raise ModuleNotFoundError(\"No module named 'grpc'\", name='grpc')\n")
    path = f"{tmp_path}:{built / 'out'}:{ROOT / 'stdlib'}"
    process = started(built, "batch", PYTHONPATH=path, OTEL_TRACES_EXPORTER="otlp", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    out, err = process.communicate("good\n", timeout=60)
    assert (process.returncode, out) == (0, "good\n")
    assert 'pip install "opentelemetry-exporter-otlp-proto-grpc"' in err


@pytest.mark.thorough
def test_spans_travel_over_grpc_where_that_is_asked_for(built: Path) -> None:
    grpc = pytest.importorskip("grpc")
    service = importlib.import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc")
    seen: list[ExportTraceServiceRequest] = []

    class Collector(service.TraceServiceServicer):  # type: ignore[name-defined,misc]
        def Export(  # noqa: N802  # its name in the protocol
            self, request: ExportTraceServiceRequest, context: object
        ) -> ExportTraceServiceResponse:
            seen.append(request)
            return ExportTraceServiceResponse()

    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        service.add_TraceServiceServicer_to_server(Collector(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        process = started(
            built, "many",
            OTEL_TRACES_EXPORTER="otlp",
            OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        out, err = process.communicate("fox\n", timeout=60)
        server.stop(None).wait()
    assert process.returncode == 0, err
    assert out.startswith("00-")
    scopes = [scope for request in seen for spans in request.resource_spans for scope in spans.scope_spans]
    assert {span.name for scope in scopes for span in scope.spans} == {"Sources.stdin", "Traced.inside", "Sinks.stdout"}
