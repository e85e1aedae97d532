"""A worker: a process with an instance of each module, which works on the pieces that its run sends. Started by
``pool.py`` only.

It is a run of its own whose values come from, and go to, the run that has started it.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from .codec import Codec
from .connector import Batch, Context, Parameters, SinkConnector
from .declare import Workflow
from .log import Log
from .parameters import Resolved, resolve
from .plan import Lane
from .policy import Stopped
from .pool_messages import (
    LENGTH,
    TALLIES,
    Counted,
    Counts,
    Done,
    Ended,
    Output,
    Ready,
    Setup,
    ToWorker,
    Work,
    framed,
    nodes_of,
    to_worker,
)
from .status import INTERVAL
from .status import Counts as StageCounts
from .supervise import Run
from .token import Token

_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
_UNBOUNDED = 1 << 62


class Line:
    """The worker's end of the socket pair, on its event loop."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.work: Work | None = None
        """What is worked on."""

    async def open(self) -> None:
        """Has to run before everything else."""
        self._reader, self._writer = await asyncio.open_unix_connection(sock=self._end, limit=1 << 20)

    async def receive(self) -> ToWorker | None:
        """The next message; None when the run has gone."""
        try:
            size = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))[0]
            return to_worker.decode(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, OSError):
            return None

    def send(self, message: Any) -> None:
        """Sends a message, some time soon."""
        self._writer.write(framed(message))

    async def room(self) -> None:
        """Waits while too much is unsent. The run that should read it may have gone."""
        try:
            await self._writer.drain()
        except OSError:
            os._exit(1)


class PoolSink(SinkConnector):
    """The way of one sink's values, as JSON lines, to the run. The real one is open there."""

    def __init__(self, line: Line, number: int) -> None:
        self._line = line
        self._number = number
        self._lines: Callable[[Sequence[Any]], bytes] = lambda values: b""

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Opens nothing."""
        self._lines = codec.encode_lines

    def encode(self, values: Sequence[Any]) -> tuple[int, bytes]:
        """JSON lines, and how many; raises EncodeError."""
        return len(values), self._lines(values)

    async def write(self, encoded: tuple[int, bytes]) -> None:
        """Sends them, as what the piece that is worked on has given."""
        assert self._line.work is not None
        self._line.send(Output(self._line.work.piece, self._number, *encoded))
        await self._line.room()


class PoolRun(Run):
    """The run of a worker."""

    def __init__(self, workflow: Workflow, resolved: Resolved, log: Log, line: Line, setup: Setup) -> None:
        super().__init__(workflow, resolved, log, isolated=setup.isolated, memory=setup.memory)
        self._line = line
        self._told: dict[int, list[int]] = {}
        self._failed_piece: tuple[Work, Token, float] | None = None
        self.plan.counted = setup.counted

    def _on_signals(self) -> None:
        """A signal to the whole group reaches the run too, which lets what is in flight drain."""

    def _refuse_to_skip_everything(self) -> None:
        """So it does of this."""

    def _sum_up(self) -> None:
        """The run tells of all workers together."""

    async def _start(self) -> None:
        await self._line.open()
        await super()._start()

    def _look_back(self) -> None:
        self.sinks += [PoolSink(self._line, number) for number, _ in enumerate(self._connected_sinks())]

    async def _open_sources(self) -> None:
        self._line.send(Ready())

    async def _flow(self) -> None:
        stages = [self.loop.create_task(self._work(lane)) for lane in self.lanes]
        feeding = self.loop.create_task(self._feed())
        telling = self.loop.create_task(self._tell_counts()) if self.plan.counted else None
        await asyncio.wait((*stages, feeding), return_when=asyncio.FIRST_COMPLETED)
        feeding.cancel()
        for lane in self.lanes:
            lane.stage.feed.end()
        await asyncio.wait(stages)
        if telling is not None:
            telling.cancel()

    async def _feed(self) -> None:
        """One piece after the other: what comes out while it is worked on belongs to it."""
        while isinstance(work := await self._line.receive(), Work):
            stage, began, done = self.lanes[work.lane].stage, time.perf_counter(), asyncio.Event()
            self._line.work = work
            token = Token(partial(self._piece_done, work, began, done))
            stage.expects = work.expects
            if work.place:
                batch = Batch.lines(work.block, token, place=work.place, first=work.first)
            else:
                batch = Batch.lines(work.block, token)
            stage.feed.offer(batch, _UNBOUNDED, _UNBOUNDED)
            await done.wait()
        if work is None:
            os._exit(1)  # the run has gone

    def _piece_done(self, work: Work, began: float, done: asyncio.Event, token: Token) -> None:
        if self.halt.failed:  # what it gave before it failed is still on its way
            self._failed_piece = (work, token, began)
            return
        self._send_done(work, token, began)
        self._line.work = None
        done.set()

    def _send_done(self, work: Work, token: Token, began: float, *, failed: bool = False) -> None:
        problem = None if token.problem is None else (token.problem.id, token.problem.status, token.problem.title)
        seconds = time.perf_counter() - began
        self._line.send(Done(work.piece, seconds, self._counted(), list(token.replies or ()), problem, failed))

    def _counted(self) -> list[Counts]:
        """What the nodes have counted since the last time. A sink's values count where they are written."""
        counts = []
        for number, node in enumerate(nodes_of(self.workflow)):
            guard = self.plan.guards.get(id(node))
            if guard is None:
                continue
            now = [getattr(guard.tally, name) for name in TALLIES]
            if id(node) in self.plan.writers:
                now[TALLIES.index("values_out")] = 0
            before = self._told.get(number, [0] * len(now))
            if now != before:
                counts.append(Counts(number, [a - b for a, b in zip(now, before, strict=True)]))
                self._told[number] = now
        return counts

    async def _tell_counts(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            self._line.send(self._stages())

    def _stages(self) -> Counted:
        return Counted(StageCounts(self.plan, self.lanes, []).stages())

    async def _work(self, lane: Lane) -> None:
        try:
            await lane.worker.run(lane.stage.consume)
        except Stopped:
            pass
        except Exception as error:
            self.halt.fail()
            self._tell(error)

    async def _close(self, opened: bool) -> None:
        await super()._close(opened)
        if self._failed_piece is not None:
            work, token, began = self._failed_piece
            self._send_done(work, token, began, failed=True)
        if self.plan.counted:
            self._line.send(self._stages())
        self._line.send(Ended(self._counted(), self.halt.failed))
        await self._line.room()


def _leave_stopping_to_run() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _setup(end: socket.socket) -> Setup:
    with end.makefile("rb", buffering=0) as file:
        size = LENGTH.unpack(file.read(LENGTH.size) or b"")[0]
        data = b""
        while len(data) < size:
            data += file.read(size - len(data)) or b""
    message = to_worker.decode(data)
    assert isinstance(message, Setup)
    return message


def main() -> int:
    """Works until the run has no more work."""
    end = socket.socket(fileno=int(sys.argv[1]))
    end.set_inheritable(False)
    _leave_stopping_to_run()
    setup = _setup(end)
    sys.path[:] = setup.path
    sys.stdout.reconfigure(line_buffering=True, write_through=False)  # type: ignore[union-attr]
    log = Log(setup.log_format, quiet=setup.quiet)
    workflow: Workflow = import_module(setup.module).workflow
    resolved = resolve(workflow, setup.given, os.environ)
    log.workflow = workflow.name
    log.hide(tuple(resolved.secrets))
    return PoolRun(workflow, resolved, log, Line(end), setup).run()


if __name__ == "__main__":
    sys.exit(main())
