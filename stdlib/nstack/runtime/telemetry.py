"""OpenTelemetry: a span for each batch of a source, and below it one for each stage that the batch went through.

It is set up by the standard variables (``OTEL_EXPORTER_OTLP_ENDPOINT`` and the others of
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables). A stage's span reaches from its first
call to its last, since the stages of a batch take turns; how long it worked is an attribute. A sink's span ends when
the sink has flushed. While a batch is worked on its span is the current one, so that what instruments user code finds
it, and clients pass ``traceparent`` on.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from importlib import import_module
from time import time_ns
from typing import TYPE_CHECKING, Any

from .connector import Batch
from .declare import Call, Literal, Sink, Source
from .errors import UsageError
from .log import Log
from .meter import Live
from .policy import Current, Guard
from .token import Token
from .user_code import text_of, user_trace
from .worker import WORKED_ON, Outcome

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

PATIENCE = 5000
"""Milliseconds for the last spans to leave at the end of a run."""
ERRORS = 16
"""So many failures of a stage are told in a span; further ones are counted."""
_EXPORTERS = {
    ("otlp", "http/protobuf"): ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "OTLPSpanExporter"),
    ("otlp", "grpc"): ("opentelemetry.exporter.otlp.proto.grpc.trace_exporter", "OTLPSpanExporter"),
}


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the variables ask for traces."""
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter == "none" or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return bool(exporter) or any(environment.get(name) for name in endpoints)


def telemetry(environment: Mapping[str, str], workflow: str, module: str, log: Log) -> Telemetry | None:
    """What traces a run where the variables ask for it; None, and a warning, where a package for it is missing. Raises
    UsageError for an exporter that is not known."""
    if not is_wanted(environment):
        return None
    try:
        return Telemetry(_exporter(environment), environment, workflow, module, log)
    except ImportError as error:
        needed = "opentelemetry-exporter-otlp-proto-grpc" if "grpc" in str(error.name) else "nstack-runtime[otel]"
        log.warning(f'no traces are sent, although OTEL_… variables ask for them: pip install "{needed}"')
        return None


def _exporter(environment: Mapping[str, str]) -> SpanExporter:
    name = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    if name == "console":
        made: SpanExporter = import_module("opentelemetry.sdk.trace.export").ConsoleSpanExporter(out=sys.stderr)
        return made
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    found = _EXPORTERS.get((name, protocol or "http/protobuf"))
    if found is None:
        known = "otlp (over http/protobuf or grpc), console and none"
        raise UsageError(
            f"OTEL_TRACES_EXPORTER = {name} ({protocol or 'http/protobuf'}) is not known here; {known} are"
        )
    exporter: SpanExporter = getattr(import_module(found[0]), found[1])()
    return exporter


def passed_on(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a request that is sent, with ``traceparent`` where the run is traced."""
    if "opentelemetry.propagate" not in sys.modules:
        return headers
    from opentelemetry import propagate

    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return {**carrier, **headers}


class Telemetry:
    """The traces of a run. Ended by ``end``, which sends what is left."""

    def __init__(
        self, exporter: SpanExporter, environment: Mapping[str, str], workflow: str, module: str, log: Log
    ) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        named = "OTEL_SERVICE_NAME" in environment or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
        about = {"nstack.workflow": workflow, "nstack.module": module}
        self._provider = TracerProvider(resource=Resource.create(about | ({} if named else {"service.name": workflow})))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(self._provider)  # what instruments user code uses it too
        self.tracer = self._provider.get_tracer("nstack")
        self.log = log
        self._spans: dict[int, Spans] = {}
        _tell_once(log)

    def spans(self, source: Source | Literal, guard: Guard, current: Current) -> Spans:
        """For one stage; they belong to the thread that asks."""
        made = self._spans[threading.get_ident()] = Spans(self, source, guard, current)
        return made

    def failed(self, guard: Guard, outcome: str | None, error: BaseException, value: Any) -> None:
        """A call, a record or a write has failed."""
        work = WORKED_ON.get()
        if isinstance(work, Outcome):
            for spans in self._spans.values():
                spans.failed(work.token, guard, error, outcome)
        elif (mine := self._spans.get(threading.get_ident())) is not None:
            mine.failed(mine.current.token, guard, error, outcome)

    def end(self) -> None:
        """Sends what is left, for as long as that may take."""
        self._provider.force_flush(PATIENCE)
        self._provider.shutdown()


class Work:
    """What one stage did for a batch, in nanoseconds."""

    __slots__ = ("busy", "calls", "errors", "first", "last")

    def __init__(self, first: int) -> None:
        self.first = first
        self.last = first
        self.calls = 0
        self.busy = 0
        self.errors: list[tuple[int, BaseException, str | None]] = []


class BatchSpan:
    """The span of a batch; ``works`` has what each stage did, by its guard."""

    __slots__ = ("context", "span", "works")

    def __init__(self, span: Span, context: Context) -> None:
        self.span = span
        self.context = context
        self.works: dict[int, Work] = {}

    def work(self, guard: Guard, at: int) -> Work:
        """That of one stage."""
        made = self.works.get(id(guard))
        if made is None:
            made = self.works[id(guard)] = Work(at)
        return made

    def note(self, guard: Guard, began: int, ended: int, calls: int = 1) -> None:
        """The stage has worked."""
        work = self.work(guard, began)
        work.last = ended
        work.calls += calls
        work.busy += ended - began


class Spans:
    """Those of one stage's batches. It observes the stage (see ``batches.py``)."""

    def __init__(self, telemetry: Telemetry, source: Source | Literal, guard: Guard, current: Current) -> None:
        from opentelemetry.trace import SpanKind

        self.current = current
        self._telemetry = telemetry
        self._source = source
        self._guard = guard
        self._nodes: dict[int, Call | Sink] = {}
        self._open: dict[int, BatchSpan] = {}
        self._attached: Any = None
        requests = isinstance(source, Source) and source.provider == "Sources.http"
        self._kind = SpanKind.SERVER if requests else SpanKind.CONSUMER

    # ------------------------------------------------------------------------------------------ batches

    def opened(self, token: Token, batch: Batch | None) -> None:
        """A batch begins: its span becomes the thread's current one."""
        from opentelemetry import context, propagate, trace

        carrier = batch.carrier if batch is not None else None
        parent = propagate.extract(carrier) if carrier else context.Context()
        about = {"nstack.stage": self._source.shown, "nstack.at": self._source.origin}
        span = self._telemetry.tracer.start_span(self._source.shown, context=parent, kind=self._kind, attributes=about)
        made = BatchSpan(span, trace.set_span_in_context(span, parent))
        if span.is_recording():
            self._open[id(token)] = made
        if self._attached is not None:
            context.detach(self._attached)
        self._attached = context.attach(made.context)

    def finished(self, token: Token) -> None:
        """A batch is done: its spans end."""
        made = self._open.pop(id(token), None)
        if made is None:
            return
        now = time_ns()
        for key, work in made.works.items():
            node = self._nodes.get(key)
            if node is not None:
                self._end_stage(made, node, work, now)
        own = made.works.get(id(self._guard))
        if own is not None:
            self._tell_errors(made.span, own)
        if token.problem is not None:
            made.span.set_attribute("http.response.status_code", token.problem.status)
            self._mark(made.span, token.problem.title)
        made.span.end(now)

    def _end_stage(self, made: BatchSpan, node: Call | Sink, work: Work, now: int) -> None:
        from opentelemetry.trace import SpanKind

        sink = isinstance(node, Sink)
        about: dict[str, Any] = {"nstack.stage": node.shown, "nstack.at": node.origin, "nstack.calls": work.calls}
        span = self._telemetry.tracer.start_span(
            node.shown,
            context=made.context,
            kind=SpanKind.PRODUCER if sink else SpanKind.INTERNAL,
            attributes={**about, "nstack.busy_seconds": work.busy / 1e9},
            start_time=work.first,
        )
        self._tell_errors(span, work)
        span.end(now if sink else work.last)

    def _tell_errors(self, span: Span, work: Work) -> None:
        """As the semantic conventions have exceptions, without secrets."""
        clean = self._telemetry.log.clean
        for at, error, outcome in work.errors[:ERRORS]:
            told = {
                "exception.type": type(error).__qualname__,
                "exception.message": clean(text_of(error)),
                "exception.stacktrace": clean(getattr(error, "trace", None) or user_trace(error)),
                "nstack.outcome": outcome or "tried again",
            }
            span.add_event("exception", told, at)
        lost = [(error, outcome) for _, error, outcome in work.errors if outcome is not None]
        if work.errors:
            span.set_attribute("nstack.errors", len(work.errors))
        if lost:
            self._mark(span, clean(text_of(lost[0][0])))

    def _mark(self, span: Span, text: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        span.set_status(Status(StatusCode.ERROR, text))

    def failed(self, token: Token, guard: Guard, error: BaseException, outcome: str | None) -> None:
        """Something of a batch has failed; a batch of another stage is not known here."""
        made = self._open.get(id(token))
        if made is not None:
            now = time_ns()
            made.work(guard, now).errors.append((now, error, outcome))

    # ------------------------------------------------------------------------------------------ calls

    def timed(self, node: Call | Sink, guard: Guard, live: Callable[..., Any]) -> Live:
        """The live function of a node, with a clock around it."""
        self._nodes[id(guard)] = node
        current, held = self.current, self._open

        def call(value: Any, token: Any) -> Any:
            made = held.get(id(current.token))
            if made is None:
                return live(value, token)
            began = time_ns()
            results = live(value, token)
            made.note(guard, began, time_ns())
            return results if results is None or type(results) is tuple else _steps(made, guard, results)

        return call

    async def worked(self, call: Any, outcome: Outcome, work: Awaitable[Any]) -> Any:
        """A coroutine for one value of a batch, with a clock around it."""
        from opentelemetry import context

        made = self._open.get(id(outcome.token))
        if made is None:
            return await work
        context.attach(made.context)
        began = time_ns()
        try:
            return await work
        finally:
            made.note(call.guard, began, time_ns())


def _steps(made: BatchSpan, guard: Guard, results: Iterable[Any]) -> Iterator[Any]:
    following = iter(results)
    while True:
        began = time_ns()
        try:
            result = next(following)
        except StopIteration:
            return
        finally:
            made.note(guard, began, time_ns(), 0)
        yield result


class _Once(logging.Handler):
    """The first thing that goes wrong while spans are sent; the rest would fill the log."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Tells it."""
        if not self._told:
            self._told = True
            self._log.warning(f"OpenTelemetry: {record.getMessage()}; nothing more is told of this")


def _tell_once(log: Log) -> None:
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(_Once(log))
    logger.propagate = False
