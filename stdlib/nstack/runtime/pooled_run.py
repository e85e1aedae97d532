"""A run with ``--workers N``: sources and sinks are here, the stages between them in N processes."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterable
from typing import Any

import msgspec

from .connector import Batch, SourceConnector
from .declare import Call, Literal, Sink, UserModule, Workflow
from .errors import UsageError
from .log import Log
from .parameters import Resolved
from .parting import unless
from .plan import Lane
from .policy import Stopped
from .pool import Outlet, Pool, PooledLane, refusal
from .pool_messages import Setup, nodes_of
from .remote import is_async
from .standard import STD, StandardFunction
from .status import Counts, Stage
from .supervise import Run


class PooledRun(Run):
    """One run of one workflow, with ``workers`` processes. ``module`` is the flow file's, ``given`` are the parameters
    of the command line. Raises UsageError for a workflow that may not be worked on by several."""

    def __init__(
        self, workflow: Workflow, resolved: Resolved, log: Log, workers: int, module: str, given: dict[str, str],
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(workflow, resolved, log, **options)
        apart = {name: options[name] for name in ("isolated", "memory") if name in options}
        setup = Setup(module, given, list(sys.path), log.format, log.quiet, self.plan.counted, **apart)
        self.pool = Pool(workers, setup, log, self.halt)
        self.pool.tell = self._tell
        self._pooled: dict[int, PooledLane] = {}

    async def _start(self) -> None:
        self._find_connectors()
        for number, (source, function) in enumerate(self.workflow.sources):
            self.lanes.append(self._lane(number, source, function))
        self._allow()
        self._look_back()
        await self._start_workers()
        await self._open_sinks()
        for number, lane in enumerate(self.lanes):
            self._bind(number, lane)
        self._check_reply()
        await self._open_sources()
        await self._start_cuts()

    def _pulls(self, lane: Lane, connector: SourceConnector) -> bool:
        """No: the thread of a lane has the workers to feed."""
        return False

    async def _start_workers(self) -> None:
        """In a thread that is left behind when the run shall end before."""
        done: asyncio.Future[None] = self.loop.create_future()

        def settle(error: Exception | None) -> None:
            if not done.done():
                done.set_result(None) if error is None else done.set_exception(error)

        def start() -> None:
            try:
                self.pool.start()
                error = None
            except Exception as raised:
                error = raised
            self.loop.call_soon_threadsafe(settle, error)

        threading.Thread(target=start, name="starting workers", daemon=True).start()

        async def started() -> None:
            await done

        try:
            await unless(self._ending, started())
        except Stopped:
            self.halt.fail() if not self.interrupted else None
            raise

    def _allow(self) -> None:
        """Raises UsageError for what several processes would change."""
        count = len(self.pool.members)
        for lane in self.lanes:
            if lane.generated:
                raise UsageError(
                    f"--workers {count}: {lane.source.shown} ({lane.source.origin}) is a method that yields, and its "
                    "values go through one by one; leave --workers out"
                )
            for node in lane.nodes:
                cls = None if isinstance(node.provider, UserModule) else STD.get(getattr(node, "function", ""))
                if cls is None and isinstance(node, Call) and not isinstance(node.provider, UserModule):
                    cls = self.registry.find(node.function)
                if cls is not None and cls.state is not StandardFunction.state:
                    raise UsageError(
                        f"--workers {count}: {node.shown} goes on from one value to the next, which several processes "
                        "cannot; leave --workers out"
                    )
        kept = [node for node in nodes_of(self.workflow) if self._keeps(node)]
        if kept:
            raise refusal(sorted({node.shown for node in kept}), count)

    def _keeps(self, node: Any) -> bool:
        """Whether a method may keep something from one value to the next."""
        if not isinstance(node, Call | Sink) or not isinstance(node.provider, UserModule):
            return False
        return not node.stateless and not is_async(node.provider, node.function)

    def _bind(self, number: int, lane: Lane) -> None:
        calls = [node for node in lane.nodes if isinstance(node, Call)]
        for node in lane.nodes:
            assert isinstance(node, Call | Sink)
            self.plan.guard_of(node, self.codecs.of(node.input))
        self.plan.observe(lane)
        ordered = not calls or any(self.resolved.policy(node).ordered for node in calls)
        pooled = PooledLane(self.pool, number, lane.stage, ordered=ordered)
        for place, (sink, connector) in enumerate(zip(self._connected_sinks(), self.sinks, strict=True)):
            if sink in lane.nodes:
                writer = self.plan.writers[id(sink)]
                box = writer.outbox(lane.stage.current)
                lane.stage.boxes.append(box)
                as_they_are = connector.LINES and writer.guard.policy.on_error != "dead_letter"
                pooled.outlets[place] = Outlet(box, self.codecs.of(sink.input), lines=as_they_are)
        for place, one in enumerate(nodes_of(self.workflow)):
            guard = self.plan.guards.get(id(one))
            if guard is not None:
                self.pool.tallies[place] = guard.tally
        self._pooled[id(lane)] = pooled
        self.pool.lanes.append(pooled)

    async def _work(self, lane: Lane) -> None:
        stage = lane.stage
        try:
            if isinstance(lane.source, Literal):
                texts = map(msgspec.json.encode, self.resolved.literals[id(lane.source)])
                stage.feed.offer(Batch([stage.codec.decode_json(text) for text in texts]), 1)
                stage.feed.end()
            await lane.worker.run(self._pooled[id(lane)].consume)
        except Stopped:
            pass
        except Exception as error:
            self.halt.fail()
            self._tell(error)

    def _end(self) -> None:
        super()._end()
        self.pool.release()

    async def _shut_down_modules(self) -> None:
        await asyncio.to_thread(self.pool.close)
        if self.pool.restarts:
            self.log.info("workers", event="workers", workers=len(self.pool.members), restarts=self.pool.restarts)

    def _counts(self) -> Counts:
        return PooledCounts(self)


class PooledCounts(Counts):
    """The stages of a run, with what its workers tell of theirs."""

    def __init__(self, run: PooledRun) -> None:
        super().__init__(run.plan, run.lanes, run.sources)
        self._run = run  # which has its workers later than its counts

    @property
    def workers(self) -> tuple[int, int]:
        """How many processes work on it, and how often one was started again."""
        return len(self._run.pool.members), self._run.pool.restarts

    def stages(self) -> list[Stage]:
        """One for each function."""
        made = super().stages()
        theirs = [one for member in self._run.pool.members for one in tuple(member.shown)]
        known = {(one.kind, one.name, one.origin) for one in made}
        for one in theirs:
            if (one.kind, one.name, one.origin) not in known:  # a ? behind several functions
                known.add((one.kind, one.name, one.origin))
                made.append(Stage(one.name, one.kind, one.origin))
        for stage in made:
            own = (stage.kind, stage.name, stage.origin)
            _add(stage, [one for one in theirs if (one.kind, one.name, one.origin) == own])
        return made


def _add(stage: Stage, theirs: Iterable[Stage]) -> None:
    """A function's numbers with those of the workers. What comes in and goes out of the workflow is counted here."""
    for one in theirs:
        stage.seconds += one.seconds
        stage.dropped += one.dropped
        if one.p95 is not None:
            stage.p95 = max(stage.p95 or 0.0, one.p95)
        if stage.kind in ("call", "drop"):
            stage.values_in += one.values_in
            stage.out += one.out
            stage.queue += one.queue
