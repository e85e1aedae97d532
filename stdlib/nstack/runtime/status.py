"""What a run tells of itself while it runs: snapshots of its counts, as JSON lines for whoever gave a descriptor.

A thread of its own takes them and writes them, so that a reader that is slow, or gone, holds nobody up: it misses some.
Nothing of this exists in a run that nobody watches.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from .connector import SourceConnector
from .declare import Call, Literal, Sink, Source, UserModule
from .log import write_all
from .meter import Meter, Times, percentile95

if TYPE_CHECKING:
    from .plan import Lane, Plan

INTERVAL = 0.25
"""Seconds between two snapshots."""
PATIENCE = 0.5
"""Seconds that the reader has at the end to take the last one."""
_NAME = 60


class Progress(msgspec.Struct):
    """How far a source is: ``done`` of ``total``, in ``unit``: ``bytes`` or ``records``."""

    done: int
    total: int
    unit: str


class Stage(msgspec.Struct):
    """One function of the workflow: ``kind`` is ``source``, ``call``, ``sink``, or ``drop`` for a ``?`` where several
    functions' results meet.

    ``in`` counts the values that have come, ``out`` those that it gave, for a sink those that are written. ``dropped``
    is what a ``?`` behind it dropped; ``skipped`` and ``dead_letters`` what its policy did. ``seconds`` is the time
    that all of them took, ``p95`` that of one record, within which 95 of 100 are. ``queue`` counts values that wait.
    """

    name: str
    kind: str
    origin: str
    values_in: int = msgspec.field(default=0, name="in")
    out: int = 0
    dropped: int = 0
    skipped: int = 0
    dead_letters: int = 0
    errors: int = 0
    queue: int = 0
    seconds: float = 0.0
    p95: float | None = None
    progress: Progress | None = None
    lag: int | None = None


class Snapshot(msgspec.Struct):
    """A run at a moment: ``state`` is ``starting``, ``running``, ``draining`` after an interrupt or a failure, and at
    the end ``done``, ``failed`` or ``interrupted``. ``seconds`` is how long it has run. ``workers`` is how many
    processes work on it, ``restarts`` how often one of them was started again."""

    workflow: str
    state: str
    seconds: float
    stages: list[Stage]
    workers: int = 1
    restarts: int = 0


class Counts:
    """The stages of a plan, counted. Any thread may ask."""

    @property
    def workers(self) -> tuple[int, int]:
        """How many processes work on it, and how often one was started again."""
        return 1, 0

    def __init__(self, plan: Plan, lanes: list[Lane], connectors: list[tuple[Lane, SourceConnector]]) -> None:
        self._plan = plan
        self._lanes = lanes
        self._connectors = connectors
        self.times: dict[int, Sequence[Times]] = {}
        """What each node, by its ``id``, has taken, as of the last ``stages``."""

    def nodes(self) -> list[Source | Literal | Call | Sink]:
        """The nodes that ``stages`` tells of, in its order, but for the ``?``s."""
        workflow, lanes = self._plan.workflow, {id(lane.source) for lane in tuple(self._lanes)}
        sources = [source for source, _ in workflow.sources if id(source) in lanes]
        return [*sources, *workflow.calls, *workflow.sinks]

    def connectors(self) -> tuple[tuple[Lane, SourceConnector], ...]:
        """The sources that are connectors."""
        return tuple(self._connectors)

    def lanes(self) -> tuple[Lane, ...]:
        """The sources with what is behind them."""
        return tuple(self._lanes)

    def stages(self) -> list[Stage]:
        """One for each function: sources, calls and sinks, each in the order of the program."""
        workflow, lanes = self._plan.workflow, {id(lane.source): lane for lane in tuple(self._lanes)}
        sources = [self._source(lanes[id(source)]) for source, _ in workflow.sources if id(source) in lanes]
        calls = [self._call(call) for call in workflow.calls]
        return [*sources, *calls, *self._loose_drops(), *(self._sink(sink) for sink in workflow.sinks)]

    def _stage(
        self, node: Source | Literal | Call | Sink, kind: str, times: Sequence[Times], meters: Sequence[Meter] = ()
    ) -> Stage:
        times = self.times[id(node)] = (*times, *(meter.times for meter in meters))
        stage = Stage(
            _short(node.text or node.shown),
            kind,
            node.origin,
            seconds=sum(one.total for one in times) + sum(meter.since() for meter in meters),
            p95=percentile95(chain.from_iterable(tuple(one.recent) for one in times)),
        )
        guard = self._plan.guards.get(id(node))
        if guard is not None:
            tally = guard.tally
            stage.skipped, stage.dead_letters, stage.errors = tally.skipped, tally.dead, tally.errors
        return stage

    def _source(self, lane: Lane) -> Stage:
        made = self._stage(lane.source, "source", [lane.stage.times])
        waiting, read = lane.stage.waiting(), lane.stage.guard.tally.values_in
        made.out = max(0, read - waiting)
        made.values_in = made.out + made.skipped + made.dead_letters
        made.queue = waiting + lane.stage.queued()
        made.dropped = self._dropped(0, lane)
        made.progress = self._progress(lane, read, waiting)
        made.lag = next((connector.lag() for one, connector in self.connectors() if one is lane), None)
        return made

    def _progress(self, lane: Lane, read: int, waiting: int) -> Progress | None:
        """How far a source is, what has been read but waits taken off."""
        if isinstance(lane.source, Literal):
            total = len(self._plan.resolved.literals[id(lane.source)])
            return Progress(max(0, read - waiting), total, "records")
        connector = next((connector for one, connector in tuple(self._connectors) if one is lane), None)
        known = None if connector is None else connector.progress()
        if connector is None or known is None:
            return None
        if connector.COUNTS == "records":
            return Progress(max(0, known[0] - waiting), known[1], "records")
        feed = lane.stage.feed
        held = feed.queued_bytes() + (feed.taken_bytes() * waiting // read if read else 0)
        return Progress(max(0, known[0] - held), known[1], "bytes")

    def _call(self, node: Call) -> Stage:
        meters = self._plan.meters.get(id(node), [])
        made = self._stage(node, "call", (), meters)
        made.values_in = sum(meter.calls() for meter in meters)
        made.out = sum(meter.results() for meter in meters)
        made.queue = sum(meter.working for meter in meters if meter.overlaps)
        made.dropped = self._dropped(id(node), *self._lanes)
        return made

    def _sink(self, node: Sink) -> Stage:
        guard = self._plan.guards.get(id(node))
        written = 0 if guard is None else guard.tally.values_out
        writer = self._plan.writers.get(id(node))
        if writer is not None:
            boxes = tuple(writer.outboxes)
            made = self._stage(node, "sink", [writer.times, *(box.times for box in boxes)])
            made.values_in = sum(box.given() for box in boxes)
            made.queue = sum(box.unwritten() for box in boxes)
        else:
            meters = self._plan.meters.get(id(node), [])
            made = self._stage(node, "sink", (), meters)
            called = sum(meter.calls() for meter in meters)
            method = isinstance(node.provider, UserModule)
            made.values_in = called if method else written + made.skipped + made.dead_letters
        made.out = written
        return made

    def _dropped(self, behind: int, *lanes: Lane) -> int:
        """What the ``?``s behind one function have dropped."""
        return sum(
            lane.flows.numbers[drop.number]
            for lane in lanes
            for drop in tuple(lane.flows.drops)
            if drop.point.sources() == {behind}
        )

    def _loose_drops(self) -> list[Stage]:
        """Each ``?`` that is behind several functions."""
        found: dict[str, Stage] = {}
        for lane in tuple(self._lanes):
            for drop in tuple(lane.flows.drops):
                if len(drop.point.sources()) > 1:
                    made = found.setdefault(drop.origin, Stage("?", "drop", drop.origin))
                    dropped = lane.flows.numbers[drop.number]
                    made.values_in += drop.point.count()
                    made.dropped += dropped
                    made.out = made.values_in - made.dropped
        return list(found.values())


def _short(text: str) -> str:
    return text if len(text) <= _NAME else text[: _NAME - 1] + "…"


class Reporter:
    """Writes a snapshot to a descriptor, again and again; ``take`` makes one."""

    def __init__(self, descriptor: int, take: Callable[[], Snapshot]) -> None:
        self._descriptor = descriptor
        self._take = take
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="status", daemon=True)

    def start(self) -> None:
        """From now on, until ``end``. Children of user code do not get the descriptor."""
        os.set_inheritable(self._descriptor, False)
        self._thread.start()

    def end(self) -> None:
        """Writes the last one, as far as the reader takes it."""
        self._ended.set()
        self._thread.join(PATIENCE)

    def _work(self) -> None:
        encode = msgspec.json.encode
        try:
            while not self._ended.wait(INTERVAL):
                write_all(self._descriptor, encode(self._take()) + b"\n")
            write_all(self._descriptor, encode(self._take()) + b"\n")
            os.close(self._descriptor)
        except OSError:
            return  # whoever read it has gone
