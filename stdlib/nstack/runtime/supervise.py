"""A run from start to end: modules, sinks and sources are opened, values flow, and everything is stopped in order.

The event loop of the main thread carries the IO and the signals; user code runs on workers.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from os import _exit
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .abrupt import leave, never_a_success
from .alive import Alive
from .aside import Handover, IOThreads
from .checkpoint import Store
from .codec import Codec, Codecs
from .connector import Batch, Context, Registry, SinkConnector, SourceConnector, is_standard
from .cut import Cuts
from .declare import Literal, Sink, Source, UserModule, Workflow, place_in_letters
from .errors import ModuleFailure, NStackError, UsageError
from .faultpoints import fault
from .feed import Feed
from .folders import Folders
from .forks import contain_forks
from .lifeline import tie
from .log import Log
from .opening import open_connector
from .outbox import Writer
from .parameters import Resolved
from .parting import PARTING, nothing_runs_on, unless
from .plan import Lane, Plan, expectation
from .policy import REPLAY, DeadLetters, Guard, Halt, Stopped
from .resuming import Resuming
from .stage import Stage, limited
from .summary import all_skipped, sum_up
from .token import Token
from .tuning import fast_loop, spare_collector
from .user_code import Host, describe, user_trace
from .worker import UserLoop, Worker

if TYPE_CHECKING:
    from .metrics import Exposed
    from .status import Counts, Reporter
    from .telemetry import Telemetry
    from .trace import Tracing

SHUTDOWN = 90.0
"""Seconds that a module's ``shutdown`` may take."""
ABANDON = 2.0
"""Seconds that a Python source which sleeps in its ``next()`` is waited for at the end."""


def _tell_source(token: Token) -> None:
    if token.when_done is not None:
        token.when_done(token)


class Run:
    """One run of one workflow."""

    def __init__(
        self,
        workflow: Workflow,
        resolved: Resolved,
        log: Log,
        *,
        stdout: int = 1,
        registry: Registry | None = None,
        fresh: bool = False,
        resume: bool = False,
        once: bool = False,
        called: str = "",
        status: int | None = None,
        tracing: Tracing | None = None,
        metrics: tuple[str, int] | None = None,
        telemetry: Telemetry | None = None,
        isolated: bool = False,
        memory: int | None = None,
        alive: Path | None = None,
    ) -> None:
        self.workflow = workflow
        self.log = log
        self.tracing = tracing
        self.telemetry = telemetry
        self.stdout = stdout
        self.folder = Path.cwd()
        self.registry = registry or Registry()
        self.codecs = Codecs()
        self.folders = Folders()
        self.halt = Halt()
        self.shared: dict[Any, Any] = {}
        self.dead: dict[Path, DeadLetters] = {}
        self.began = time.monotonic()
        self.state = "starting"
        self.interrupted = False
        self.quiet = False
        self.misused = False
        self.lanes: list[Lane] = []
        self.sources: list[tuple[Lane, SourceConnector]] = []
        self.sinks: list[SinkConnector] = []
        self.opened: list[SinkConnector] = []
        self.writing: list[asyncio.Task[None]] = []
        self.resolved = resolved
        self.resuming = Resuming(
            workflow, Store(self.folder), log, fresh=fresh, resume=resume, once=once, called=called
        )
        self.cuts: Cuts | None = None
        self._loops = None if workflow.bounded else fast_loop()
        self._user_loop: UserLoop | None = None
        self._user_loop_lock = threading.Lock()
        self._io = IOThreads()
        self._collector = gc.get_threshold()
        self._abandoned = False
        self.plan = Plan(
            workflow,
            resolved,
            folders=self.folders,
            codecs=self.codecs,
            registry=self.registry,
            guard=self.guard,
            user_loop=self.user_loop,
            log=log,
            counted=status is not None or metrics is not None,
            tracing=tracing,
            telemetry=telemetry,
            isolated=isolated,
            memory=memory,
        )
        self._continued: bool | None = None
        self._watchers: list[Alive | Reporter | Exposed] = []
        if alive is not None:
            self._watchers.append(Alive(alive, self._state_now))
        if status is not None or metrics is not None:
            from .watchers import watchers

            told = self._counts(), self._state_now, self._seconds, log
            self._watchers += watchers(workflow, *told, status=status, metrics=metrics)

    def _counts(self) -> Counts:
        from .status import Counts  # few runs are watched

        return Counts(self.plan, self.lanes, self.sources)

    def _seconds(self) -> float:
        return time.monotonic() - self.began

    def _state_now(self) -> str:
        return "draining" if self.state == "running" and self.halt.asked.is_set() else self.state

    # ------------------------------------------------------------------------------------------ the whole

    def run(self) -> int:
        """Runs to the end and gives the exit code: 0 done, 1 failed, 130 interrupted."""
        with never_a_success(self.log), asyncio.Runner(loop_factory=self._loops) as runner:
            code = runner.run(self._main())
            ended = runner.run(nothing_runs_on(PARTING))
            if self._abandoned or not ended or self._io.are_stuck():
                # A thread still sleeps in user code or a read, or a client library does not let itself be cancelled:
                # we would wait for them in vain.
                leave(code)
        return code

    async def _main(self) -> int:
        self.loop = asyncio.get_running_loop()
        self.loop.set_default_executor(self._io)
        self._done = Handover(self.loop, _tell_source)
        self._thread = threading.get_ident()
        self._ending = asyncio.Event()
        self.halt.notify = self._end
        self._on_signals()
        self.began = time.monotonic()
        contain_forks(self.log)
        for watcher in self._watchers:
            watcher.start()
        opened = False
        try:
            await self._start()
            opened = True
            self.state = "running"
            await self._flow()
        except Stopped:
            pass
        except Exception as error:
            self._tell(error)
            self.halt.fail()
        finally:
            await self._close(opened)
        self.state = "failed" if self.halt.failed else "interrupted" if self.interrupted else "done"
        if self.tracing is not None:
            self.tracing.tell(ended=True)
        self._sum_up()
        for watcher in self._watchers:
            watcher.end()
        if self.telemetry is not None:
            self.telemetry.end()
        return self._code()

    def _refuse_to_skip_everything(self) -> None:
        if not (self.interrupted or self.halt.failed or self.quiet) and (lost := all_skipped(self.plan, self.workflow)):
            self.log.error(lost)
            self.halt.failed = True

    def _code(self) -> int:
        if self.halt.failed:
            return 2 if self.misused else 1
        return 130 if self.interrupted else 0

    def _tell(self, error: Exception) -> None:
        if isinstance(error, ModuleFailure):
            self.log.error(str(error), trace=error.trace or None)
        elif isinstance(error, NStackError):
            self.misused = self.misused or isinstance(error, UsageError)
            self.log.error(str(error))
        else:
            self.log.error(f"internal error: {describe(error)}", trace=user_trace(error))

    def _on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self.loop.add_signal_handler(number, self._interrupt)
        # Whoever started this process may have held them back until somebody listens.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
        tie(self.loop, self._left_alone)

    def _left_alone(self) -> None:
        if not self.interrupted:
            self._interrupt()

    def _interrupt(self) -> None:
        if self.interrupted:
            self.log.warning("stopped at once")
            _exit(130)
        self.interrupted = True
        self.log.info("stopping: sources stop, what is in flight drains; once more to stop at once", event="stopping")
        self.halt.ask()

    def _end(self) -> None:
        """The run shall end; any thread may say so."""
        try:
            self.loop.call_soon_threadsafe(self._ending.set)
        except RuntimeError:
            return
        for lane in self.lanes:
            lane.stage.feed.poke()
            for box in lane.stage.boxes:
                box.release()

    def _reader_gone(self) -> None:
        self.quiet = True
        self.halt.ask()

    # ------------------------------------------------------------------------------------------ start

    def user_loop(self) -> UserLoop:
        """The loop of the ``async`` methods, made when first needed. Any thread may ask."""
        with self._user_loop_lock:
            if self._user_loop is None:
                self._user_loop = UserLoop(self.folders, self._loops or asyncio.new_event_loop)
            return self._user_loop

    def guard(self, node: Any, codec: Codec | None) -> Guard:
        """A node's policy at work."""
        policy = self.resolved.policy(node)
        path = self.folder / (policy.dead_letter or f"dead-letters/{self.workflow.name}.jsonl")
        dead = self.dead.setdefault(path, DeadLetters(path, os.environ.get(REPLAY)))
        guard = Guard(
            shown=node.shown,
            origin=node.origin,
            text=node.text,
            policy=policy,
            log=self.log,
            halt=self.halt,
            dead=dead,
            codec=codec,
            kind="sink" if isinstance(node, Sink) else "source" if isinstance(node, Source | Literal) else "call",
            workflow=self.resuming.name,
            at=place_in_letters(node),
        )
        guard.watchers = [watcher.failed for watcher in (self.tracing, self.telemetry) if watcher is not None]
        return guard

    async def _start(self) -> None:
        self._find_connectors()
        for number, (source, function) in enumerate(self.workflow.sources):
            self.lanes.append(self._lane(number, source, function))
        self.plan.assign(self.lanes)
        self._look_back()
        self._continued = await self._has_begun()
        for host in self.plan.hosts.values():
            await self._start_host(host)
        await self._open_sinks()
        self._refuse_to_repeat()
        for lane in self.lanes:
            await lane.worker.run(partial(self.plan.bind, lane))
            lane.stage.answering = self.plan.answering(lane)
        self._check_reply()
        self.resuming.restore(self.plan.functions)
        await self._open_sources()
        await self._start_cuts()

    async def _has_begun(self) -> bool | None:
        """Whether this process goes on with a run that others have begun; None where it cannot be so."""
        begun: bool | None = None
        for lane, source in self.sources:
            node = lane.source
            assert isinstance(node, Source)
            found = await source.has_begun(self.resolved.of(node), self._context(node, lane))
            begun = found or begun if found is not None else begun
        return begun

    def _refuse_to_repeat(self) -> None:
        """Raises Stopped where processes before this one have done everything."""
        if (
            self.sinks
            and all(sink.is_complete() for sink in self.sinks)
            and len(self.sinks) == len(self.workflow.sinks)
        ):
            self.log.info(f"{self.workflow.name} has written everything before: nothing is left to do")
            self.halt.ask()
            raise Stopped

    def _find_connectors(self) -> None:
        """Raises UsageError for a connector that is not part of this version, before anything opens."""
        for node in (*(source for source, _ in self.workflow.sources), *self.workflow.sinks):
            if not isinstance(node, Literal) and isinstance(node.provider, str) and node.provider != "Sinks.reply":
                self.registry.find(node.provider)

    def _lane(self, number: int, source: Source | Literal, function: Any) -> Lane:
        codec = self.codecs.of(source.output)
        stage = Stage(self.plan.guard_of(source, codec), codec, self.halt, Feed(self.loop), self._finished)
        lane = Lane(source, function, Worker(f"stage-{number + 1}", self.folders), stage)
        stage.expects = expectation(lane)
        return lane

    async def _start_cuts(self) -> None:
        if self.resuming.on:
            self.cuts = Cuts(self.resuming, self.halt, self.plan.writers.values(), self.plan.functions, self._failed)
            await self.cuts.start()

    def _look_back(self) -> None:
        """Makes the connectors, and finds out whether the run goes on from a checkpoint. Raises NStackError."""
        for lane in self.lanes:
            node = lane.source
            if isinstance(node, Literal) or lane.generated:
                self.resuming.add_source(lane, None, "")
                continue
            source: SourceConnector = self.registry.find(str(node.provider))()
            self.sources.append((lane, source))
            named = source.identity(self.resolved.of(node), self._context(node)) if source.REPLAY == "offset" else None
            self.resuming.add_source(lane, source, named)
        for end in self._connected_sinks():
            sink: SinkConnector = self.registry.find(str(end.provider))()
            self.sinks.append(sink)
            reaching = [lane for lane in self.lanes if end in lane.nodes]
            given = self.resolved.of(end)
            named = sink.identity(given, self._context(end))
            keeps = sink.KEEPS and not is_standard(given.get("path"), 1)
            appends = not self.workflow.bounded or given.get("mode") == "append"
            self.resuming.add_sink(end, sink, named, reaching, keeps=keeps, appends=appends)
        self.resuming.decide()

    def _connected_sinks(self) -> list[Sink]:
        return [
            node
            for node in self.workflow.sinks
            if not isinstance(node.provider, UserModule) and node.provider != "Sinks.reply"
        ]

    def _check_reply(self) -> None:
        for lane in self.lanes:
            if lane.stage.expects is not None and lane.generated:
                raise NStackError(f"{lane.source.shown} reaches a Sinks.reply, which only Sources.http may")

    async def _start_host(self, host: Host) -> None:
        worker = self.plan.home(host).worker
        await worker.run(host.load)
        await self._hook(worker, host, "startup")

    async def _hook(self, worker: Worker, host: Host, name: str) -> None:
        """``startup`` or ``shutdown``, plain or ``async``."""

        def job() -> None:
            made = host.hook(name)
            if hasattr(made, "__await__"):
                host.finish_hook(name, lambda: self.user_loop().run(lambda: made))

        await worker.run(job)

    async def _open_sinks(self) -> None:
        for node, connector in zip(self._connected_sinks(), self.sinks, strict=True):
            codec = self.codecs.of(node.input)
            guard = self.plan.guard_of(node, codec)
            self.opened.append(connector)
            surroundings = self._context(node)
            surroundings.resume = self.resuming.place_of(connector)
            surroundings.ended = self.resuming.end_of(connector)
            action = partial(connector.open, self.resolved.of(node), codec, surroundings)
            await unless(self._ending, open_connector(guard, action))
            writer = Writer(connector, guard, self.halt, self.loop)
            writer.reader_gone = self._reader_gone
            self.plan.writers[id(node)] = writer
            self.writing.append(self.loop.create_task(writer.run()))

    async def _open_sources(self) -> None:
        for lane, connector in self.sources:
            node = lane.source
            assert isinstance(node, Source)
            surroundings = self._context(node, lane)
            surroundings.resume = self.resuming.place_of(connector)
            action = partial(connector.open, self.resolved.of(node), lane.stage.codec, surroundings)
            await unless(self._ending, open_connector(lane.stage.guard, action))

    def _context(self, node: Source | Sink, lane: Lane | None = None) -> Context:
        return Context(
            workflow=self.workflow.name,
            node=node.shown,
            origin=node.origin,
            log=self.log,
            folder=self.folder,
            bounded=self.workflow.bounded,
            stdout=self.stdout,
            shared=self.shared,
            offer=lane.stage.offer if lane is not None else None,
            expects=lane.stage.expects if lane is not None else None,
            failed=lambda: self.halt.failed,
            traced=self.telemetry is not None,
            continued=self._continued,
        )

    # ------------------------------------------------------------------------------------------ flow

    async def _flow(self) -> None:
        if self.halt.asked.is_set():
            raise Stopped
        spare_collector(self._collector)
        pumps = [self.loop.create_task(self._pump(*source)) for source in self.sources if not self._pulls(*source)]
        stages = [asyncio.ensure_future(self._work(lane)) for lane in self.lanes]
        every: asyncio.Future[Any] = asyncio.gather(*stages)
        ending: asyncio.Future[Any] = self.loop.create_task(self._ending.wait())
        await asyncio.wait((every, ending), return_when=asyncio.FIRST_COMPLETED)
        if self._ending.is_set():
            await self._stop_sources(pumps)
            await self._await_stages(every)
        ending.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def _pulls(self, lane: Lane, connector: SourceConnector) -> bool:
        """Whether a stage can read its batches by itself, and is left to it."""
        batches = connector.pull()
        if batches is not None:
            lane.stage.feed.pulled = self._pulled(lane, batches)
        return batches is not None

    def _pulled(self, lane: Lane, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches, on the stage's thread."""
        try:
            for batch in batches:
                fault("reading")
                yield batch
        except Exception as error:
            lane.stage.guard.report(error)
            self.halt.fail()
        fault("draining")
        lane.stage.feed.end()

    async def _pump(self, lane: Lane, connector: SourceConnector) -> None:
        """A connector's batches into its stage's feed."""
        feed = lane.stage.feed
        try:
            async for batch in connector.batches():
                fault("reading")
                await feed.put(batch)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            lane.stage.guard.report(error)
            self.halt.fail()
        finally:
            fault("draining")
            feed.end()

    async def _work(self, lane: Lane) -> None:
        """A stage, from its first value to its last."""
        stage = lane.stage
        try:
            if isinstance(lane.source, Literal):
                texts = map(msgspec.json.encode, self.resolved.literals[id(lane.source)])
                values = [stage.codec.decode_json(text) for text in texts]
                stage.feed.offer(Batch(values), 1)
                stage.feed.end()
            await lane.worker.run(lambda: self._generate(lane) if lane.generated else stage.consume())
        except Stopped:
            pass
        except Exception as error:
            self.halt.fail()  # first: whatever goes wrong while it is told, the run has failed
            self._tell(error)

    def _generate(self, lane: Lane) -> None:
        source = lane.source
        assert isinstance(source, Source)
        method = limited(self.plan.method_of(source), self.workflow.limit)
        lane.stage.generate(method, self.plan.source_turn(lane), self.user_loop)

    async def _stop_sources(self, pumps: list[asyncio.Task[None]]) -> None:
        for _, connector in self.sources:
            await connector.stop()
        for pump in pumps:
            pump.cancel()
        for lane in self.lanes:
            lane.stage.feed.end()

    async def _await_stages(self, every: asyncio.Future[Any]) -> None:
        """Waits until what is in flight has drained. A Python source that sleeps in its ``next()`` holds nothing in
        flight: it is left.
        """
        while not every.done():
            await asyncio.wait({every}, timeout=ABANDON)
            busy = [lane for lane in self.lanes if lane.worker.busy]
            if not every.done() and busy and all(lane.generated and lane.stage.inside_source for lane in busy):
                for lane in busy:
                    self.log.warning(f"{lane.source.shown} still waits for its next value and is left behind")
                self._abandoned = True
                every.cancel()
                with suppress(asyncio.CancelledError):
                    await every  # or asyncio would tell of it at the end
                return

    def _finished(self, token: Token) -> None:
        """A token is done: its source hears of it on the event loop."""
        if token.when_done is None:
            return
        if threading.get_ident() == self._thread:
            token.when_done(token)
        else:
            self._done.give(token)

    # ------------------------------------------------------------------------------------------ end

    async def _close(self, opened: bool) -> None:
        """Flushes the sinks, shuts the modules down, closes the connectors; whatever fails is told and the rest
        still done.
        """
        for writer in self.plan.writers.values():
            writer.finish()
        await self._safely(asyncio.gather(*self.writing))
        if opened:  # before files are put into place
            self._refuse_to_skip_everything()
        self._done.drain()
        if self.cuts is not None:
            await self.cuts.stop()
            if opened:
                await self._safely(self._last_cut(self.cuts))
        await self._safely(self._shut_down_modules())
        for _, source in self.sources:
            await self._safely(source.close())
        completed = opened and not self.halt.failed and not (self.workflow.bounded and self.interrupted)
        for sink in self.opened:
            await self._safely(sink.close(completed=completed))
        if completed and self.workflow.bounded and not self.halt.failed:
            await self._safely(self._forget())
        elif self.workflow.bounded and self.cuts is not None and self.cuts.saved and self.resuming.on:
            self.log.info("the next run goes on from the last checkpoint; --fresh starts over", event="resumable")
        for host in self.plan.hosts.values():
            host.close()
            if left := host.left_behind():
                self.log.warning(left)
        if self._user_loop is not None:
            self._user_loop.close()
        for lane in self.lanes:
            lane.worker.close()

    async def _shut_down_modules(self) -> None:
        for host in self.plan.hosts.values():
            if host.started:
                await self._safely(self._shut_down(host))

    async def _last_cut(self, cuts: Cuts) -> None:
        """A bounded run that has come to its end needs a checkpoint only if there is one already: killed between two
        files that are put into place, it must not begin again with the first one.
        """
        if not self.halt.failed and (cuts.saved or not self.workflow.bounded or self.interrupted):
            await cuts.save()
        if cuts.saved and self.resuming.on:
            self.resuming.save_ends()

    async def _forget(self) -> None:
        self.resuming.store.finish(self.resuming.name, self.resuming.run)
        self.resuming.store.close()

    def _failed(self, error: Exception) -> None:
        self._tell(error)
        self.halt.fail()

    async def _shut_down(self, host: Host) -> None:
        lane = self.plan.home(host)
        worker = lane.worker
        if worker.busy:  # its thread is left behind in user code
            worker = Worker("shutdown", self.folders)
        try:
            await asyncio.wait_for(self._hook(worker, host, "shutdown"), SHUTDOWN)
        except TimeoutError:
            self._abandoned = True
            raise NStackError(
                f"shutdown() of {host.module.reference} took longer than {SHUTDOWN:g} s and is left behind"
            ) from None

    async def _safely(self, work: Any) -> None:
        try:
            await work
        except Stopped:
            pass
        except Exception as error:
            self._tell(error)
            self.halt.fail()

    def _sum_up(self) -> None:
        sum_up(self.plan, self.log, f"{self.workflow.name} {self.state} in {self._seconds():.2f} s")
