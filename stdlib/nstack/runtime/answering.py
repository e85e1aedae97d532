"""Requests whose whole way is one coroutine: they go through it on the loop of the coroutines, from there straight to
their reply, and never meet the thread of their stage.

What a coroutine does cannot hold up the loop that carries the connections: that is another one, on another thread.
"""

from __future__ import annotations

import asyncio
from collections import deque

from .asked import Results
from .calls import MethodCall
from .connector import Batch
from .policy import Stopped
from .stage import Stage
from .token import Token
from .worker import Outcome, UserLoop


class Answering:
    """The requests of one stage. ``offer`` belongs to the event loop, ``give_up`` and ``is_through`` to the stage's
    thread, the rest to the loop of the coroutines. At most ``limit`` requests are in work, the others wait.
    """

    def __init__(self, stage: Stage, call: MethodCall, loop: UserLoop, limit: int) -> None:
        self._stage = stage
        self._call = call
        self._loop = loop
        self._limit = limit
        self._waiting: deque[Batch] = deque()
        self._working: dict[Token, asyncio.Task[None]] = {}
        self._called = False
        # Each pair is changed by one thread only, so that their difference needs no lock.
        self._given, self._taken, self._done = 0, 0, 0
        self._bytes = [0, 0]

    def offer(self, batch: Batch, records: int, size: int) -> bool:
        """Takes a request, unless so many wait already, or so many bytes, or none may come any more."""
        waiting = self._given - self._taken
        full = waiting and (waiting >= records or self._bytes[0] - self._bytes[1] + batch.size > size)
        if full or self._stage.feed.ended:
            return False
        self._given += 1
        self._bytes[0] += batch.size
        self._waiting.append(batch)
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._loop.soon, self._start)  # with all that this round brings
        return True

    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._given - self._taken

    def is_through(self) -> bool:
        """Whether nothing is under way, and nothing comes any more."""
        return self._stage.feed.ended and self._given == self._done

    def give_up(self) -> None:
        """After a failure: who waits for an answer learns that none will come."""
        while self._waiting:
            batch = self._waiting.popleft()
            self._stage.hold(batch.token, batch)
            self._stage.give_up(batch.token)
        for token in tuple(self._working):
            self._stage.give_up(token)

    def _start(self) -> None:
        """Puts to work what may be."""
        self._called = False
        loop = asyncio.get_running_loop()
        while self._waiting and len(self._working) < self._limit:
            batch = self._waiting.popleft()
            self._taken += 1
            self._bytes[1] += batch.size
            self._stage.hold(batch.token, batch)
            self._working[batch.token] = loop.create_task(self._through(batch))

    def _ended(self, token: Token) -> None:
        del self._working[token]
        self._done += 1
        if self._waiting:
            self._start()
        elif self._stage.feed.ended:
            self._stage.feed.poke()

    async def _through(self, batch: Batch) -> None:
        """One request, to its reply."""
        stage, call, token = self._stage, self._call, batch.token
        (value,) = batch.values
        stage.guard.tally.values_in += 1
        if stage.flows is not None:
            stage.flows.arm()
        if call.meter is not None:
            call.meter.overlaps = True
            call.meter.working += 1
        outcome = Outcome(value, token)
        try:
            outcome.result = await call.work(outcome)
        except BaseException as error:
            outcome.error = error
        stage.current.token = token
        try:
            stage.function(Results(call.settle(outcome)), stage.current)
            token.release()
        except Stopped:
            stage.give_up(token)
            stage.feed.poke()
        except Exception as error:
            stage.fail(error)
            stage.give_up(token)
        finally:
            self._ended(token)
