"""The bounded queue between a source on the event loop and its stage's thread."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator

from .connector import Batch
from .worker import on_loop

RECORDS = 1024
"""A source waits while so many records are queued …"""
BYTES = 1 << 20
"""… or so many bytes, as long as there is at least one batch."""
OFFERED_BYTES = 64 << 20
"""A server's requests are refused when so many bytes of them wait, or as many requests as it says."""


class Feed:
    """Batches on their way to one thread. ``put``, ``offer`` and ``end`` belong to the event loop, ``take`` and
    ``wait`` to the thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[Batch] = deque()
        self._signal = threading.Event()
        self._room = asyncio.Event()
        self._put = [0, 0]
        self._taken = [0, 0]  # each pair is changed by one thread only, so their difference needs no lock
        self._starved = False
        self.ended = False
        self.pulled: Iterator[Batch] | None = None
        """What gives the batches where the thread reads them by itself: nothing is queued then."""

    def offer(self, batch: Batch, records: int, size: int = OFFERED_BYTES) -> bool:
        """Queues a batch unless the queue is full or the source has been told to stop. Never waits."""
        if self.ended or (self._queue and (self._waiting(0) >= records or self._waiting(1) + batch.size > size)):
            return False
        self._put[0] += _records(batch)
        self._put[1] += batch.size
        self._queue.append(batch)
        self.poke()
        return True

    async def put(self, batch: Batch) -> None:
        """Queues a batch; waits for room first. A batch that comes after the end is dropped, unacknowledged."""
        while not self.ended and not self.offer(batch, RECORDS, BYTES):
            self._room.clear()
            self._starved = True
            if self._queue:  # a batch taken before ``_starved`` was set would wake nobody
                await self._room.wait()

    def end(self) -> None:
        """No more batches come; those that are queued are still taken."""
        self.ended = True
        self._room.set()
        self.poke()

    def poke(self) -> None:
        """Wakes the thread, if it waits."""
        if not self._signal.is_set():
            self._signal.set()

    def take(self) -> Batch | None:
        """The next batch, if one is there, or the thread's own reading gives one."""
        if self.pulled is None:
            return self.take_queued()
        batch = None if self.ended else next(self.pulled, None)
        if batch is not None:
            for counts in (self._put, self._taken):
                counts[0] += _records(batch)
                counts[1] += batch.size
        return batch

    def take_queued(self) -> Batch | None:
        """The next batch, if one is queued."""
        try:
            batch = self._queue.popleft()
        except IndexError:
            return None
        self._taken[0] += _records(batch)
        self._taken[1] += batch.size
        if self._starved:
            self._starved = False
            on_loop(self._loop, self._room.set)
        return batch

    def wait(self, ready: Callable[[], bool]) -> None:
        """Blocks until a batch is there, the source has ended, or ``ready()``, which someone who calls ``poke`` has
        made true.
        """
        while True:
            self._signal.clear()
            if self._queue or self.ended or ready():
                return
            self._signal.wait()

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Blocks until ``ready()``, which someone who calls ``poke`` has made true."""
        while True:
            self._signal.clear()
            if ready():
                return
            self._signal.wait()

    def left(self) -> int:
        """How many records wait now."""
        return self._waiting(0)

    def queued(self) -> int:
        """How many records wait now, those of blocks of lines counted one by one."""
        waiting = tuple(self._queue)
        return sum(len(one.values) if one.block is None else one.block.count(b"\n") for one in waiting)

    def queued_bytes(self) -> int:
        """How many bytes wait now, as far as the source knows."""
        return self._waiting(1)

    def taken_bytes(self) -> int:
        """How many bytes were taken so far."""
        return self._taken[1]

    def _waiting(self, which: int) -> int:
        return self._put[which] - self._taken[which]


def _records(batch: Batch) -> int:
    return len(batch.values) or 1
