"""``--metrics-port``: a run's counts for Prometheus, and whether it is well, over HTTP.

Names and units are those of https://prometheus.io/docs/practices/naming. A thread of its own answers, so that a run
which is busy still tells how it is.
"""

from __future__ import annotations

import errno
import platform
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from nstack.version import __version__

from .alive import WELL
from .errors import UsageError
from .meter import BOUNDS, Times
from .status import Counts, Snapshot

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

HOST = "127.0.0.1"
STATES = ("starting", "running", "draining", "done", "failed", "interrupted")
PATIENCE = 10
"""Seconds that somebody who asks may take."""
_COUNTED = (
    ("records_in", "values_in", "Values that came to a stage"),
    ("records_out", "out", "Values that a stage gave; of a sink those that are written"),
    ("records_dropped", "dropped", "Values that the ? behind a stage dropped"),
    ("records_skipped", "skipped", "Values whose call failed and that on_error = skip left out"),
    ("dead_letters", "dead_letters", "Values that were written to the dead letters"),
    ("errors", "errors", "Calls, records and writes that failed, tries included"),
    ("busy_seconds", "seconds", "Seconds that a stage has worked, estimated from the calls that were timed"),
)


def address_of(text: str) -> tuple[str, int]:
    """``PORT`` or ``HOST:PORT``. Raises ValueError."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text} is no port; write PORT or HOST:PORT")
    return host.strip("[]") or HOST, int(port)


class RunMetrics:
    """What Prometheus is told of a run. ``snapshot`` tells how it is now, ``started`` is when it began, in
    seconds since the epoch."""

    def __init__(self, counts: Counts, snapshot: Callable[[], Snapshot], started: float, module: str) -> None:
        self._counts = counts
        self._snapshot = snapshot
        self._started = started
        self._module = module

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        snapshot = self._snapshot()
        workflow = snapshot.workflow
        yield from self._run(snapshot)
        yield from self._stages(snapshot)
        yield from self._sources(workflow)

    def _run(self, snapshot: Snapshot) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        workflow = snapshot.workflow
        build = {"version": __version__, "module": self._module, "python": platform.python_version()}
        yield InfoMetricFamily("nstack_build", "The runtime, and the module of the workflow", build)
        up = GaugeMetricFamily("nstack_up", "Whether values may go through the workflow", labels=["workflow"])
        up.add_metric([workflow], snapshot.state in WELL)
        yield up
        state = GaugeMetricFamily(
            "nstack_run_state", "1 for the state that the run is in", labels=["workflow", "state"]
        )
        for name in STATES:
            state.add_metric([workflow, name], name == snapshot.state)
        yield state
        start = GaugeMetricFamily("nstack_run_start_time_seconds", "When the run began", labels=["workflow"])
        start.add_metric([workflow], self._started)
        yield start

    def _stages(self, snapshot: Snapshot) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        names = ["workflow", "stage", "kind", "at"]
        labels = [[snapshot.workflow, stage.name, stage.kind, stage.origin] for stage in snapshot.stages]
        for name, attribute, help in _COUNTED:
            counter = CounterMetricFamily(f"nstack_stage_{name}", help, labels=names)
            for label, stage in zip(labels, snapshot.stages, strict=True):
                counter.add_metric(label, getattr(stage, attribute))
            yield counter
        queue = GaugeMetricFamily("nstack_stage_queue_records", "Values that wait for a stage", labels=names)
        for label, stage in zip(labels, snapshot.stages, strict=True):
            queue.add_metric(label, stage.queue)
        yield queue
        took = HistogramMetricFamily(
            "nstack_stage_record_duration_seconds",
            "What a stage takes for a value, of those that were timed",
            labels=names,
        )
        times = [self._counts.times.get(id(node), ()) for node in self._counts.nodes()]
        timed = [label for label in labels if label[2] != "drop"]
        for label, some in zip(timed, times, strict=False):  # a stage may just be opening
            took.add_metric(label, *_histogram(some))
        yield took

    def _sources(self, workflow: str) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        names = ["workflow", "source", "at"]
        bytes_ = GaugeMetricFamily("nstack_source_queue_bytes", "Bytes that were read and wait", labels=names)
        tokens = GaugeMetricFamily(
            "nstack_source_batches_open", "Batches that not every sink has flushed yet", labels=names
        )
        took = HistogramMetricFamily(
            "nstack_batch_duration_seconds", "From the start of a batch until every sink has flushed it", labels=names
        )
        for lane in self._counts.lanes():
            label = [workflow, lane.source.shown, lane.source.origin]
            bytes_.add_metric(label, lane.stage.feed.queued_bytes())
            tokens.add_metric(label, lane.batches.open)
            took.add_metric(label, *_histogram([lane.batches.times]))
        yield from (bytes_, tokens, took)
        lag = GaugeMetricFamily("nstack_source_lag_records", "Records that wait with the server", labels=names)
        for lane, connector in self._counts.connectors():
            behind = connector.lag()
            if behind is not None:
                lag.add_metric([workflow, lane.source.shown, lane.source.origin], behind)
        yield lag
        answered = CounterMetricFamily(
            "nstack_source_answers", "Requests that a source has answered", labels=[*names, "status"]
        )
        for lane, connector in self._counts.connectors():
            for status, count in connector.answers().items():
                answered.add_metric([workflow, lane.source.shown, lane.source.origin, str(status)], count)
        yield answered


def _histogram(times: Sequence[Times]) -> tuple[list[tuple[str, float]], float]:
    """Cumulative buckets, and what all of them took."""
    buckets, total = [], 0
    for index, bound in enumerate((*map(repr, BOUNDS), "+Inf")):
        total += sum(one.buckets[index] for one in times)
        buckets.append((bound, float(total)))
    return buckets, sum(one.timed for one in times)


class Exposed:
    """The server. Raises UsageError for a port that cannot be had; ``address`` is where it listens."""

    def __init__(self, address: tuple[str, int], metrics: RunMetrics, state: Callable[[], str]) -> None:
        from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, make_wsgi_app

        registry = CollectorRegistry(auto_describe=False)
        registry.register(metrics)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._metrics = make_wsgi_app(registry)
        self._state = state
        host, port = address
        try:
            self._server = _Server((host, port), _Handler)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(f"--metrics-port: port {port} on {host} is in use; choose another one") from None
            raise UsageError(f"--metrics-port: cannot listen on {host}:{port}: {error.strerror or error}") from None
        self._server.set_app(self._answer)
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    def start(self) -> None:
        """Answers from now on, until ``end``."""
        self._thread.start()

    def end(self) -> None:
        """Gives the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if method not in ("GET", "HEAD"):
            return _plain(start, "405 Method Not Allowed", "send GET", ("Allow", "GET, HEAD"))
        if path == "/metrics":
            made: Iterable[bytes] = self._metrics(environ, start)
            return made
        if path == "/healthz":
            state = self._state()
            return _plain(start, "200 OK" if state in WELL else "503 Service Unavailable", state)
        return _plain(start, "404 Not Found", "there are /metrics and /healthz")


def _plain(start: Callable[..., Any], status: str, text: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    body = f"{text}\n".encode()
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *headers])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without the look-up of our own name, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "nstack", self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone."""


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, format: str, *args: Any) -> None:
        """The log is for the run."""
