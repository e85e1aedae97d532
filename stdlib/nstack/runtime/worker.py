"""Threads for user code: stages run on workers, coroutines on one event loop of their own, so that neither ever
blocks the loop that carries the IO.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, cast

from .folders import Folders

T = TypeVar("T")


class Worker:
    """One thread that does jobs in order. It has a working directory of its own where the platform can
    (``own_folder``).
    """

    def __init__(self, name: str, folders: Folders) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._folders = folders
        self.own_folder = False
        self.busy = False
        self.thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        self.own_folder = self._folders.prepare()
        while (job := self._jobs.get()) is not None:
            job()

    def run(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """Does ``function()`` on the thread; the future belongs to the running event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(_carried(error))
            else:
                future.set_result(cast(T, result))

        def job() -> None:
            result: T | None = None
            raised: BaseException | None = None
            try:
                result = function()
            except BaseException as error:
                raised = error
            self.busy = False
            on_loop(loop, lambda: settle(result, raised))

        self.busy = True
        self._jobs.put(job)
        return future

    def close(self) -> None:
        """Lets the thread end after its present job."""
        self._jobs.put(None)


def _carried(error: BaseException) -> BaseException:
    """A future cannot carry StopIteration, and an exit belongs to nobody but the job."""
    return RuntimeError(repr(error)) if isinstance(error, StopIteration | SystemExit | KeyboardInterrupt) else error


def on_loop(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    """Calls a function soon on a loop, from any thread. Does nothing once the loop is closed: nobody waits any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(function)


WORKED_ON: contextvars.ContextVar[object] = contextvars.ContextVar("nstack_worked_on", default=None)
"""The outcome that a coroutine is to have."""


class Outcome:
    """What became of a coroutine: ``result`` or ``error``, once ``done``. ``tries`` counts the repetitions that
    were made.
    """

    __slots__ = ("done", "error", "result", "token", "tries", "value")

    def __init__(self, value: Any = None, token: Any = None) -> None:
        self.value = value
        self.token = token
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.tries = 0


class UserLoop:
    """The event loop on which the ``async`` methods of user code run, in a thread of its own."""

    def __init__(
        self, folders: Folders, make: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    ) -> None:
        self._folders = folders
        self._loop = make()
        self._waiting: deque[tuple[Callable[[], Awaitable[Any]], Outcome, Callable[[], object]]] = deque()
        self._scheduled = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.own_folder = False
        self._ready = threading.Event()
        self.thread = threading.Thread(target=self._work, name="async", daemon=True)
        self.thread.start()
        self._ready.wait()

    def _work(self) -> None:
        self.own_folder = self._folders.prepare()
        asyncio.set_event_loop(self._loop)
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    def submit(self, make: Callable[[], Awaitable[Any]], outcome: Outcome, tell: Callable[[], object]) -> None:
        """Starts the coroutine that ``make`` gives; ``tell`` is called on the loop's thread once ``outcome`` is
        done.
        """
        self._waiting.append((make, outcome, tell))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        self._scheduled = False
        while self._waiting:
            task = self._loop.create_task(self._carry(*self._waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, make: Callable[[], Awaitable[Any]], outcome: Outcome, tell: Callable[[], object]) -> None:
        try:
            outcome.result = await make()
        except BaseException as error:
            outcome.error = error
        outcome.done = True
        tell()

    def soon(self, function: Callable[[], object]) -> None:
        """Calls a function soon on the loop, from any thread."""
        on_loop(self._loop, function)

    def run(self, make: Callable[[], Awaitable[T]]) -> T:
        """Runs a coroutine and waits for it, from a worker's thread. Raises what it raises."""
        outcome, done = Outcome(), threading.Event()
        self.submit(make, outcome, done.set)
        done.wait()
        if outcome.error is not None:
            raise outcome.error
        result: T = outcome.result
        return result

    def call(self, function: Callable[[], T]) -> T:
        """Does a plain function on the loop's thread and waits for it."""

        async def job() -> T:
            return function()

        return self.run(job)

    def close(self) -> None:
        """Cancels what still runs and ends the thread."""

        async def end() -> None:
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            await self._loop.shutdown_asyncgens()
            self._loop.stop()

        made: Callable[[], Coroutine[Any, Any, None]] = end
        self._loop.call_soon_threadsafe(lambda: self._tasks.add(self._loop.create_task(made())))
        self.thread.join(5.0)
