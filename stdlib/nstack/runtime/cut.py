"""Consistent cuts: now and then all stages rest, every sink flushes, and the places of sources and sinks at that moment
are written in one transaction.

A cut of a stage lies between two values, so what a file sink holds up to its recorded length is exactly what came of
the values before the recorded places of the sources, whatever ran side by side (compare Chandy and Lamport,
*Distributed Snapshots*, 1985: here the channels are emptied instead of recorded). Stages rest only while what is under
way reaches the sinks. Making it safe on disk goes on beside them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any

from . import faultpoints
from .checkpoint import Key, Unusable
from .errors import NStackError
from .faultpoints import fault
from .outbox import Writer
from .pause import Slices
from .plan import Lane
from .policy import Halt
from .resuming import Resuming

EVERY = 0.5 if not faultpoints.ON else 0.05
"""Seconds between two checkpoints, at least (a run that is to be killed makes more of them) …"""
SHARE = 50 if not faultpoints.ON else 1
"""… and so many times what the last one took."""
PATIENCE, LONGEST_PATIENCE = 0.5, 30.0
"""Seconds that stages are held up for a call that takes long; twice as many the next time."""


class Cuts:
    """Makes the checkpoints of one run."""

    def __init__(
        self,
        resuming: Resuming,
        halt: Halt,
        writers: Iterable[Writer],
        functions: Iterable[tuple[Key, Any]],
        failed: Callable[[Exception], None],
    ) -> None:
        self._failed = failed
        self._resuming = resuming
        self._halt = halt
        self._writers = tuple(writers)
        self._functions = tuple(functions)
        self._lanes: Sequence[Lane] = [source.lane for source in resuming.sources]
        self._rested = asyncio.Event()
        self._patience = PATIENCE
        self._moves = 0
        self._saving = asyncio.Lock()
        self._settling: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._last: dict[Key, Any] = {}
        self.saved = bool(resuming.past)
        """Whether there is a checkpoint of this run."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._rested.set)

        for lane in self._lanes:
            lane.stage.pause.tell = tell
            lane.stage.slices = Slices()

    async def start(self) -> None:
        """Makes a checkpoint now and then, from here on. The first comes before any value, where a file is appended to:
        a run that is killed before the second must know what was there before it. Raises as ``save``."""
        if any(sink.appends for sink in self._resuming.sinks):
            await self.save()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Makes none any more; one that is being written is written."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            async with self._saving:  # a thread may still write
                self._task = None

    async def _run(self) -> None:
        pause = EVERY
        while self._resuming.on:
            await asyncio.sleep(pause)
            moves = self._moved()
            if moves == self._moves:
                continue
            began = perf_counter()
            try:
                if await self.save():
                    self._moves = moves
            except Exception as error:
                self._failed(error)
                return
            pause = max(EVERY, SHARE * (perf_counter() - began))

    def _moved(self) -> int:
        return sum(lane.stage.place.moves for lane in self._lanes)

    async def save(self) -> bool:
        """Makes one checkpoint. False where the stages did not come to rest in time, or the run has failed. Raises
        NStackError where a sink cannot make safe what it has, or an offset of a source is no JSON."""
        async with self._saving:
            return await self._save()

    async def _save(self) -> bool:
        places = await self._cut()
        if places is None or not self._resuming.on:
            return False
        if places == self._last:
            return True
        for sink in self._resuming.sinks:
            await sink.connector.secure()
        fault("committing")
        try:
            await asyncio.to_thread(self._resuming.save, places)
        except Unusable as error:
            self._resuming.unusable(error)
            return False
        except (TypeError, ValueError) as error:
            raise NStackError(f"a place cannot be kept in a checkpoint, it is no JSON: {error}") from None
        fault("committed")
        self._last, self.saved = places, True
        return True

    async def _cut(self) -> dict[Key, Any] | None:
        for lane in self._lanes:
            lane.stage.pause.ask()
        try:
            if not await self._in_time(self._rest()) or not await self._in_time(self._settle()):
                self._patience = min(2 * self._patience, LONGEST_PATIENCE)
                return None
            self._patience = PATIENCE
            return None if self._halt.failed or any(writer.gone for writer in self._writers) else self._places()
        finally:
            for lane in self._lanes:
                lane.stage.pause.release()

    async def _in_time(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether something is done before patience ends. What is not goes on: a sink is never left in the middle."""
        task = asyncio.ensure_future(work)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        await asyncio.wait((task,), timeout=self._patience)
        return task.done()

    async def _rest(self) -> None:
        while not all(lane.stage.pause.resting for lane in self._lanes):
            self._rested.clear()
            if not all(lane.stage.pause.resting for lane in self._lanes):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._rested.wait(), self._patience)
            if not self._lanes[0].stage.pause.asked:
                return

    async def _settle(self) -> None:
        for writer in self._writers:
            await writer.settle()

    def _places(self) -> dict[Key, Any] | None:
        resuming = self._resuming
        unmarked = [source.lane for source in resuming.sources if not source.lane.stage.marks]
        if unmarked:
            resuming.sources = [source for source in resuming.sources if source.lane not in unmarked]
            resuming.sinks = [sink for sink in resuming.sinks if not set(unmarked) & set(sink.lanes)]
            if resuming.workflow.bounded or not resuming.sources:
                resuming.on = False
                return None
        places: dict[Key, Any] = {source.key: source.place() for source in resuming.sources}
        places |= {sink.key: sink.connector.position() if sink.key.identity else None for sink in resuming.sinks}
        return places | {key: function.state() for key, function in self._functions}
