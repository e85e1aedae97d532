"""Following single values through a workflow: what each stage made of them, and where they went.

The functions of a stage are called depth first on one thread, so that whatever is called while a function's result
travels is a part of what became of that result. A ``Tracer``, one for each stage, keeps that place (``at``). Calls are
wrapped; the source, ``?`` and ``*`` have lines of their own (``trace_lines.py``). Where nothing is followed none of
this exists.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from .codec import Codec
from .declare import Call, Sink
from .errors import UsageError
from .faults import shown_python
from .log import Log
from .meter import Live
from .policy import Current, Guard
from .token import Token
from .trace_drawing import facts, tree
from .trace_steps import Result, Step, Trace
from .values import Record, Sum
from .worker import WORKED_ON

RESULTS = 8
"""So many results of one call are followed; further ones are counted."""
SHOWN = 160
"""Characters of a value."""


class Where:
    """Which values are followed: those whose field has a value (``user.name=ada``), or whose JSON has a text in it."""

    def __init__(self, text: str) -> None:
        path, equals, wanted = text.partition("=")
        if not text or (equals and not path):
            raise UsageError(f"--trace-where {text}: write FIELD=VALUE, or a text that is in the value")
        self._path = path.split(".") if equals else []
        self._wanted = wanted if equals else text

    def takes(self, codec: Codec | None, value: Any) -> bool:
        """Whether a value is one of them; of a record that is none (no codec) the text is all there is to go by."""
        if codec is None:
            return self._wanted in (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))
        try:
            text = codec.encode_json(value)
        except Exception:
            return False
        if not self._path:
            return self._wanted in text.decode()
        found = msgspec.json.decode(text)
        for part in self._path:
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return self._wanted == (found if isinstance(found, str) else msgspec.json.encode(found).decode())


class Tracing:
    """The values of a run that are followed: ``most`` of them, told in the log one by one when they are through."""

    def __init__(self, most: int, where: Where | None, log: Log) -> None:
        self.most = most
        self._where = where
        self._log = log
        self._taken = 0
        self._open: list[Trace] = []
        self._tracers: dict[int, Tracer] = {}
        self._lock = threading.Lock()

    @property
    def over(self) -> bool:
        """Whether no further value is followed."""
        return self._taken >= self.most

    def begin(self, root: Step, codec: Codec | None, value: Any, token: Token | None) -> Trace | None:
        """A value comes from a source: follows it, if it is one of those."""
        if self.over or (self._where is not None and not self._where.takes(codec, value)):
            return None
        with self._lock:
            if self.over:
                return None
            self._taken += 1
            trace = Trace(self._taken, root, token)
            self._open.append(trace)
        if codec is not None:
            root.count, root.results = 1, [Result(self.shown(codec, value))]
        return trace

    def shown(self, codec: Codec | None, value: Any) -> str:
        """A value in little room, without secrets."""
        try:
            encoded = msgspec.json.encode(value, enc_hook=_plain) if codec is None else codec.encode_json(value)
            text = encoded.decode()
        except Exception:  # the value itself may be what is wrong
            text = shown_python(value)
        if codec is None and isinstance(value, bytes):
            text = value.decode("utf-8", "replace").strip()
        text = self._log.clean(text)
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"

    def tracer(self, source: Any, codec: Codec) -> Tracer:
        """For one stage; it belongs to the thread that asks."""
        made = self._tracers[threading.get_ident()] = Tracer(self, source, codec)
        return made

    # ------------------------------------------------------------------------------------------ what goes wrong

    def failed(self, guard: Guard, outcome: str | None, error: BaseException, value: Any) -> None:
        """A call, a record or a write has failed: for good with an ``outcome``, or it is tried again."""
        step = self._failing(guard, value)
        if step is None:
            return
        step.errors.append(self._log.clean(guard.told(error).removeprefix(f"{guard.shown}: ")))
        if outcome is not None:
            step.outcome = outcome

    def _failing(self, guard: Guard, value: Any) -> Step | None:
        tracer = self._tracers.get(threading.get_ident())
        work = WORKED_ON.get()
        for one in self._tracers.values():
            if work is not None and (step := one.step_of(work)) is not None:
                return step
        if tracer is not None and isinstance(tracer.at, Step):
            return tracer.at
        if tracer is not None and tracer.at is None and guard is tracer.guard:
            return tracer.refused(value)
        for trace in tuple(self._open):  # a sink that writes what it was given before
            for step in trace.sinks():
                if step.value is value and value is not None and step.origin == guard.origin:
                    return step
        return None

    # ------------------------------------------------------------------------------------------ the end

    def finishing(self, finish: Callable[[Token], object]) -> Callable[[Token], object]:
        """What a stage calls when a token is done."""

        def finished(token: Token) -> None:
            finish(token)
            self.tell()

        return finished

    def tell(self, *, ended: bool = False) -> None:
        """Tells of what is through by now; at the end of the run of what is not, too. Any thread may call it."""
        if not self._open:
            return
        with self._lock:
            ready = [trace for trace in self._open if ended or (trace.worked and _is_done(trace.token))]
            self._open = [trace for trace in self._open if trace not in ready]
        for trace in ready:
            self._tell(trace, _is_done(trace.token))

    def _tell(self, trace: Trace, done: bool) -> None:
        token = trace.token
        for step in trace.sinks():
            if step.outcome == "ok":
                step.outcome = "written" if done else "not written"
        if done and token is not None and token.expects is not None:
            trace.answer = token.problem.status if token.problem else 200
            if token.problem is None and token.expects == "one" and not token.replies:
                trace.answer = 204
        if self._log.format == "json":
            for line in facts(trace, self.most):
                self._log.tell(**line)
        else:
            self._log.tell("\n".join(tree(trace, self.most)))


def _is_done(token: Token | None) -> bool:
    return token is None or token.done


class Tracer:
    """What one stage does with the values that are followed: ``at`` is the step that works, or the result that travels;
    None between values, and for those that nobody follows."""

    def __init__(self, tracing: Tracing, source: Any, codec: Codec) -> None:
        self.at: Step | Result | None = None
        self.guard: Guard | None = None
        self.current: Current | None = None
        self.leave: Callable[[], None] = _stay
        """Called where no further value is followed."""
        self._tracing = tracing
        self._source = source
        self._codec = codec
        self._overlapped: dict[int, tuple[Trace, Step]] = {}

    # ------------------------------------------------------------------------------------------ what lines call

    def each(self, values: Iterable[Any]) -> Iterator[Any]:
        """The values of a batch."""
        for value in values:
            trace = self._begin(value)
            if trace is None:
                yield value
                continue
            self.at = trace.root.results[0]
            yield value
            self._end(trace)

    def _begin(self, value: Any) -> Trace | None:
        tracing = self._tracing
        if tracing.over:
            self.leave()
            return None
        return tracing.begin(self._root(), self._codec, value, self._token())

    def _end(self, trace: Trace) -> None:
        self.at = None
        trace.worked = True
        self._tracing.tell()

    def refused(self, value: Any) -> Step | None:
        """A record of which no value was made."""
        root = self._root(self._tracing.shown(None, value))
        trace = self._tracing.begin(root, None, value, self._token())
        if trace is None:
            return None
        trace.worked = True
        return root

    def _root(self, given: str = "") -> Step:
        return Step("source", self._source.shown, self._source.origin, given)

    def _token(self) -> Token | None:
        return None if self.current is None else self.current.token

    def dropped(self, origin: str) -> None:
        """A ``?`` has met a missing value."""
        if isinstance(self.at, Result):
            self.at.dropped = origin

    def made(self, name: str, origin: str, value: Any) -> None:
        """A conversion, or a function that is written out."""
        if isinstance(self.at, Result):
            step = Step("made", name, origin)
            step.count, step.results = 1, [Result(self._tracing.shown(None, value))]
            self.at.steps.append(step)

    def parts(self, values: Sequence[Any], origin: str) -> Iterator[Any]:
        """What a ``*`` takes apart."""
        before = self.at
        if not isinstance(before, Result):
            yield from values
            return
        step = Step("parts", "*", origin)
        before.steps.append(step)
        for value in values:
            self.at = self._gave(step, None, value)
            yield value
        self.at = before

    # ------------------------------------------------------------------------------------------ calls

    def followed(self, node: Call | Sink, live: Live, input: Codec, output: Codec | None) -> Live:
        """The live function of a node, with a look at what goes in and what comes out."""

        def call(value: Any, token: Any) -> Iterable[Any]:
            before = self.at
            if not isinstance(before, Result):
                return live(value, token)
            step = self._enter(before, node, input, value)
            results = live(value, token)
            if output is None:
                self.at = before
                return results
            return self._results(step, before, results, output)

        return call

    def _enter(self, before: Result, node: Call | Sink, input: Codec, value: Any) -> Step:
        step = Step(
            "sink" if isinstance(node, Sink) else "call", node.shown, node.origin, self._tracing.shown(input, value)
        )
        step.value = value if isinstance(node, Sink) else None
        before.steps.append(step)
        self.at = step
        return step

    def _results(self, step: Step, before: Result | None, results: Iterable[Any], output: Codec) -> Iterator[Any]:
        for result in results:
            self.at = self._gave(step, output, result)
            yield result
            self.at = step
        self.at = before

    def _gave(self, step: Step, codec: Codec | None, value: Any) -> Result | None:
        """One more result; None where no more are followed."""
        step.count += 1
        if step.count > RESULTS:
            return None
        made = Result(self._tracing.shown(codec, value))
        step.results.append(made)
        return made

    # ------------------------------------------------------------------------------------------ calls that overlap

    def taken(self, outcome: Any, call: Any) -> None:
        """An ``async`` method starts with a value of the source."""
        trace = self._tracing.begin(self._root(), self._codec, outcome.value, outcome.token)
        if trace is not None:
            step = Step("call", call.guard.shown, call.guard.origin, trace.root.results[0].shown)
            trace.root.results[0].steps.append(step)
            self._overlapped[id(outcome)] = (trace, step)

    def step_of(self, outcome: object) -> Step | None:
        """The call of such a method."""
        held = self._overlapped.get(id(outcome))
        return held[1] if held else None

    def settled(self, outcome: Any, call: Any) -> Iterator[Any]:
        """Its results."""
        held = self._overlapped.get(id(outcome))
        if held is None:
            yield from call.settle(outcome)
            return
        trace, step = held
        self.at = step
        yield from self._results(step, None, call.settle(outcome), call.output)
        del self._overlapped[id(outcome)]
        self._end(trace)


def _plain(value: Any) -> Any:
    """A record or a constructor as JSON has it."""
    if isinstance(value, Record):
        return dict(Record.items(value))
    if isinstance(value, Sum):
        return value.__label__ if value.__payload__ is None else {value.__label__: value.value}
    return shown_python(value)


def _stay() -> None:
    return
