"""What crosses between the event loop and other threads: things handed to the loop, and system calls that it does not
wait in itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar

from .worker import on_loop

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that a system call has to return in when everything else is over."""


class Handover(Generic[T]):
    """Things that any thread hands to a function on the event loop, in order; one call of the loop may take many."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[T], object]) -> None:
        self._loop = loop
        self._take = take
        self._waiting: deque[T] = deque()
        self._called = False

    def give(self, thing: T) -> None:
        """Hands one over, from any thread."""
        self._waiting.append(thing)
        # Two threads at once may both call the loop, which is harmless; that neither does cannot be.
        if not self._called:
            self._called = True
            here = asyncio._get_running_loop()
            if here is None:
                on_loop(self._loop, self.drain)
            else:  # with all that this round of the other loop brings
                here.call_soon(on_loop, self._loop, self.drain)

    def drain(self) -> None:
        """Takes all that was handed over, on the loop."""
        self._called = False
        while self._waiting:
            self._take(self._waiting.popleft())


class IOThreads(ThreadPoolExecutor):
    """The threads behind ``asyncio.to_thread``, which knows whether any of them is still in a system call: a read from
    a pipe that nobody writes to returns to nobody, and Python would wait for its thread at the end.
    """

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="io")
        self._pending: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Does a call on one of the threads."""
        future = super().submit(fn, *args, **kwargs)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    def are_stuck(self) -> bool:
        """Whether a call does not return; waits a moment for those that do."""
        return bool(wait(list(self._pending), PATIENCE).not_done)
