"""Between a stage's thread and a sink: values gather, are encoded in chunks, and are written and flushed on the
event loop.

There is no queue operation for a single value. A value is appended to a list; the event loop is woken when the list
was idle, takes whatever has gathered by then, and under load that is a large chunk. The thread itself encodes a
full chunk, and waits while too much is unwritten.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Collection
from time import perf_counter
from typing import Any

from .connector import SinkConnector
from .direct import Direct
from .errors import NotNow, ReaderGone, Refused, RefusedValues
from .faultpoints import fault
from .fuse import Gathering
from .meter import Times
from .policy import Current, Guard, Halt, Stopped
from .token import Token
from .worker import on_loop

CHUNK, LARGE_CHUNK = 512, 8192
"""At most so many values are encoded together, or so many where they are written at once …"""
CHUNK_BYTES = 256 << 10
"""… and about so many bytes."""
PENDING_RECORDS = 16 * CHUNK
"""A stage waits while more values than this are unwritten …"""
PENDING_BYTES = 64 << 20
"""… or more bytes."""

BUSY = 64
"""A sink that has just written so many values at once is under load …"""
GATHER = 0.002
"""… and lets more gather for so many seconds, …"""
GATHER_LONG = 0.01
"""… or for so many where it was more than a chunk."""
GLANCE = 0.05
"""So many seconds pass before the event loop looks again at what a stage writes by itself."""


class Chunk:
    """Some encoded values. ``values`` are kept only where a failed write must tell them."""

    __slots__ = ("count", "encoded", "size", "values")

    def __init__(self, encoded: Any, count: int, values: list[Any] | None) -> None:
        self.encoded = encoded
        self.count = count
        self.size = len(encoded) if isinstance(encoded, bytes | bytearray) else getattr(encoded, "size", 0)
        self.values = values


class Outbox:
    """The way from one stage to one sink. ``put`` and ``seal`` belong to the stage's thread, ``steal`` and
    ``written`` to the event loop.
    """

    def __init__(
        self,
        connector: SinkConnector,
        guard: Guard,
        halt: Halt,
        current: Current,
        wake: Callable[[], None],
        direct: Direct | None = None,
    ) -> None:
        self.queue: deque[Chunk | Token] = deque()
        self._buffer: list[Any] = []
        self._connector = connector
        self._guard = guard
        self._halt = halt
        self._current = current
        self._wake = wake
        self._lock = threading.Lock()
        self._room = threading.Event()
        self._direct = direct
        self._most = self._chunk = CHUNK if direct is None else LARGE_CHUNK
        self._idle = True
        self._glanced = 0
        self._unsealed = False
        self._gone = False
        self.limit = 1
        """With so many values gathered something is ``due``: one, while the event loop does not know of any."""
        self._queued = [0, 0]
        self._written = [0, 0]
        self._refused = 0
        self.times = Times()
        self._keeps = guard.policy.on_error != "stop" or guard.policy.retry > 0
        self.put = self._make_put()

    def _make_put(self) -> Callable[[Any, Any], None]:
        buffer = self._buffer
        append = buffer.append

        def put(value: Any, token: Any) -> None:
            append(value)
            if len(buffer) >= self.limit:
                self.due()

        return put

    def gathering(self) -> Gathering:
        """What code needs that puts values in by itself, as ``put`` does."""
        return Gathering(self._buffer, self)

    def due(self) -> None:
        """Values have come: the event loop has to know of the first, and a full chunk is encoded. Raises Stopped when
        the run has failed."""
        self.limit = self._chunk  # first: when the event loop makes it one again meanwhile, that stands
        if self._idle:
            self._idle = False
            self._wake()
        if len(self._buffer) >= self._chunk:
            self.push()

    def push(self) -> None:
        """Encodes what has gathered and waits for room. Raises Stopped when the run has failed meanwhile."""
        with self._lock:
            self._encode_all()
        while self._over() and not (self._halt.failed or self._gone):
            self._room.clear()
            if self._over():
                self._wake()
                self._room.wait(1.0)
        if self._halt.failed or self._gone:
            raise Stopped

    def put_encoded(self, encoded: bytes, count: int) -> None:
        """Values that somebody else has encoded, as ``encode`` of the sink would. Waits for room. Raises Stopped when
        the run has failed."""
        with self._lock:
            self._encode_all()
            self._queue_chunk(Chunk(encoded, count, None))
        if self._idle:
            self._idle = False
            self._wake()
        if self._over():
            self.push()

    def seal(self, token: Token) -> None:
        """Everything put so far belongs to this token: it is done only when the sink has flushed that."""
        if not self._buffer and not self._unsealed:
            return
        with self._lock:
            self._encode_all()
            if not self._unsealed:  # all of it is written
                fault("acknowledging")
                return
            self._unsealed = False
            token.add()
            self.queue.append(token)
        if self._idle:
            self._idle = False
            self._wake()
        if self._over():
            self.push()

    def moves(self) -> bool:
        """Whether the stage has written something by itself since this was asked last: then it needs nobody."""
        before, self._glanced = self._glanced, self._written[0]
        return self._direct is not None and self._direct.on and self._glanced != before

    def steal(self) -> None:
        """The event loop takes what has gathered, unless the thread is just doing so itself."""
        self._idle = True
        self.limit = 1
        if self._buffer and self._lock.acquire(blocking=False):
            try:
                self._encode_all()
            except Stopped:
                pass  # told already; the thread sees it at its next step
            finally:
                self._lock.release()

    def written(self, chunk: Chunk) -> None:
        """The event loop has written a chunk (or given it up)."""
        self._written[0] += chunk.count
        self._written[1] += chunk.size
        if not self._room.is_set() and not self._over():
            self._room.set()

    def release(self) -> None:
        """Lets a waiting thread look at the run's state again."""
        self._room.set()

    def give_up(self) -> None:
        """Nothing can be written any more: the stage stops at its next value."""
        self._gone = True
        self._chunk = self.limit = 1
        self._room.set()

    def given(self) -> int:
        """How many values the stage has put in."""
        return self._queued[0] + self._refused + len(self._buffer)

    def unwritten(self) -> int:
        """How many of them wait."""
        return self._queued[0] - self._written[0] + len(self._buffer)

    def _over(self) -> bool:
        records, size = self._queued[0] - self._written[0], self._queued[1] - self._written[1]
        return records > PENDING_RECORDS or size > PENDING_BYTES

    def _encode_all(self) -> None:
        buffer = self._buffer
        while buffer:
            count = min(len(buffer), self._chunk)
            part = buffer[:count]
            del buffer[:count]
            self._encode(part)

    def _encode(self, values: list[Any]) -> None:
        try:
            began = perf_counter()
            encoded = self._connector.encode(values)
            self.times.add_all(perf_counter() - began, len(values))
            self._queue_up(encoded, values)
        except Exception as error:
            if len(values) == 1:
                self._refused += 1
                self._guard.settle(error, values[0], self._current)
                return
            for value in values:
                self._encode([value])

    def _queue_up(self, encoded: Any, values: list[Any]) -> None:
        chunk = Chunk(encoded, len(values), values if self._keeps else None)
        self._queue_chunk(chunk)
        if not self._gone:
            self._chunk = max(1, min(self._most, CHUNK_BYTES * chunk.count // max(1, chunk.size)))

    def _queue_chunk(self, chunk: Chunk) -> None:
        self._queued[0] += chunk.count
        self._queued[1] += chunk.size
        if self._direct is not None and self._direct.write(chunk.encoded, chunk.count):
            self._written[0] += chunk.count
            self._written[1] += chunk.size
            return
        self._unsealed = True
        self.queue.append(chunk)
        if self._direct is not None:
            self._wake()


class Writer:
    """One sink's task on the event loop: writes what its outboxes hold, flushes, and gives the tokens back."""

    def __init__(self, connector: SinkConnector, guard: Guard, halt: Halt, loop: asyncio.AbstractEventLoop) -> None:
        self.connector = connector
        self.guard = guard
        self.outboxes: list[Outbox] = []
        self.times = Times()
        self._halt = halt
        self._loop = loop
        self._event = asyncio.Event()
        self._draining = asyncio.Lock()
        self._closing = False
        write = connector.direct()
        self.direct = None if write is None else Direct(write, guard, self.times)
        self.gone = False
        self.reader_gone: Callable[[], None] = lambda: None

    def outbox(self, current: Current) -> Outbox:
        """A new outbox, for the stage that works on ``current``."""
        box = Outbox(self.connector, self.guard, self._halt, current, self.wake, self.direct)
        self.outboxes.append(box)
        return box

    def wake(self) -> None:
        """There is something to write. Any thread may call it."""
        on_loop(self._loop, self._event.set)

    async def run(self) -> None:
        """Writes until ``finish``, and everything that is there by then."""
        while True:
            await self._event.wait()
            self._event.clear()
            last = self._closing
            before = self.guard.tally.values_out
            moving = [box for box in self.outboxes if box.moves()]
            await self.settle(moving if not last else ())
            if last:
                return
            if moving:
                self._loop.call_later(GLANCE, self._event.set)
            written = self.guard.tally.values_out - before
            if written >= BUSY and self.direct is None:
                await asyncio.sleep(GATHER if written <= CHUNK else GATHER_LONG)

    def finish(self) -> None:
        """No stage puts anything in any more: write what is left and end."""
        self._closing = True
        self._event.set()

    async def settle(self, but: Collection[Outbox] = ()) -> None:
        """Everything that the stages have given so far is written and flushed when this returns; what gathers in some
        outboxes may be left there."""
        async with self._draining:
            while await self._drain(but):
                pass

    async def _drain(self, but: Collection[Outbox]) -> bool:
        """Writes and flushes a good deal at most. Whether more is left."""
        done: list[Token] = []
        written: list[tuple[Outbox, Chunk]] = []
        room = PENDING_RECORDS
        for box in self.outboxes:
            if box not in but:
                box.steal()
            while box.queue and room > 0:
                item = box.queue.popleft()
                if isinstance(item, Token):
                    done.append(item)
                elif await self._write(box, item):
                    written.append((box, item))
                    room -= max(item.count, item.size * PENDING_RECORDS // PENDING_BYTES)
        flushed = not written or await self._flush([chunk for _, chunk in written])
        for box, chunk in written:
            box.written(chunk)
        # What tokens stand for was not written where the sink is given up: their sources must not hear that it was.
        if not flushed or self.gone:
            return False
        if done:
            fault("acknowledging")
        for token in done:
            token.release()
        return any(box.queue for box in self.outboxes)

    async def _write(self, box: Outbox, chunk: Chunk) -> bool:
        began = perf_counter()
        fault("writing")
        if self.gone or not await self._attempt(lambda: self.connector.write(chunk.encoded), chunk):
            box.written(chunk)
            return False
        self.times.add_all(perf_counter() - began, chunk.count)
        self.guard.tally.values_out += chunk.count
        return True

    async def _flush(self, written: list[Chunk]) -> bool:
        fault("flushing")
        if self.gone:
            return False
        try:
            flushed = await self._attempt(self.connector.flush, None)
        except Refused as error:
            if self.guard.policy.on_error == "stop":
                self._give_up(error, None)
                return self._unsafe(written)
            for chunk in written:
                self.guard.tally.values_out -= chunk.count
                if not await self._sort_out(chunk.values or []):
                    return False
            return True
        return flushed or self._unsafe(written)

    def _unsafe(self, written: list[Chunk]) -> bool:
        """What was written is not kept by a sink that could not flush it; False."""
        if self._halt.failed:
            self.guard.tally.values_out -= sum(chunk.count for chunk in written)
        return False

    async def _sort_out(self, values: list[Any], tries: int = 0) -> bool:
        """Writes values of which the sink has refused some, and finds those; False when it was given up."""
        encoded = self.connector.encode(values)
        chunk = Chunk(encoded, len(values), values)
        try:
            if not await self._attempt(lambda: self.connector.write(encoded), chunk):
                return not self.gone
            if not await self._attempt(self.connector.flush, None):
                return False
        except Refused as error:
            return await self._refused(values, error, tries)
        self.guard.tally.values_out += len(values)
        return True

    async def _refused(self, values: list[Any], error: Refused, tries: int) -> bool:
        middle = len(values) // 2
        if middle:
            return await self._sort_out(values[:middle]) and await self._sort_out(values[middle:])
        if tries < self.guard.policy.retry and not self._halt.failed:
            self.guard.report(error, f"try {tries + 1} of {self.guard.policy.retry + 1}")
            await asyncio.sleep(backoff(tries))
            return await self._sort_out(values, tries + 1)
        self.guard.settle(error, values[0], None)
        return True

    async def _attempt(self, action: Callable[[], Any], chunk: Chunk | None, first: int = 0) -> bool:
        """Writes or flushes under the sink's policy, ``first`` times of which are over; False when it was given up."""
        tries = self.guard.policy.retry
        for attempt in range(first, tries + 1):
            try:
                await action()
            except (ReaderGone, BrokenPipeError):
                self._end()
                self.reader_gone()
                return False
            except Refused:
                raise
            except RefusedValues as error:
                return chunk is not None and await self._leave_out(error, chunk, attempt)
            except Exception as error:
                if attempt < tries:
                    self.guard.report(error, f"try {attempt + 1} of {tries + 1}")
                    await asyncio.sleep(backoff(attempt))
                    continue
                self._give_up(error, chunk)
                return False
            else:
                return True
        return False

    async def _leave_out(self, error: RefusedValues, chunk: Chunk, attempt: int) -> bool:
        """Of a chunk that is written all but some values: those meet the policy, unless they may be taken later. False
        when the run stops."""
        again = self._tried_again(error, chunk, attempt)
        try:
            for at, why in error.those.items():
                if at not in again:
                    self.guard.settle(why, chunk.values[at] if chunk.values is not None else None, None)
        except Stopped:
            self._end()
            self._halt.fail()
            return False
        refused = len(error.those) - len(again)
        if again and chunk.values is not None:
            self.guard.report(error.those[again[0]], f"try {attempt + 1} of {self.guard.policy.retry + 1}")
            await asyncio.sleep(backoff(attempt))
            values = [chunk.values[at] for at in again]
            encoded = self.connector.encode(values)
            part = Chunk(encoded, len(values), values)
            if not await self._attempt(lambda: self.connector.write(encoded), part, attempt + 1):
                refused += part.count
            if self.gone:
                return False
        self.guard.tally.values_out -= refused  # who writes the chunk counts all of it
        return True

    def _tried_again(self, error: RefusedValues, chunk: Chunk, attempt: int) -> list[int]:
        if attempt == self.guard.policy.retry or chunk.values is None or self._halt.failed:
            return []
        return [at for at, why in error.those.items() if isinstance(why, NotNow)]

    def _give_up(self, error: Exception, chunk: Chunk | None) -> None:
        try:
            if chunk is None:  # what has been written is not safe: nothing can be said about single values
                self.guard.report(error)
                raise Stopped
            for value in chunk.values or ():
                self.guard.settle(error, value, None)
            if chunk.values is None:
                self.guard.settle(error, None, None)
                self.guard.tally.skipped += chunk.count - 1
        except Stopped:
            self._end()
            self._halt.fail()

    def _end(self) -> None:
        self.gone = True
        for box in self.outboxes:
            box.give_up()


def backoff(attempt: int) -> float:
    """Seconds to wait after the ``attempt``-th failure, from 0: doubling from 50 ms up to 5 s."""
    return min(5.0, 0.05 * 2.0**attempt)
