"""Live calls: what a ``Call`` of the emitted code becomes when a workflow runs.

The fast path is generated for each use: call the method, test the result by exact types, hand it on. Everything
that happens rarely (a generator, a coroutine, a result in another form, a failure) lies in ``MethodCall.finish``
and ``MethodCall.failed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from .checks import test_source
from .codec import Codec
from .errors import CallTimeout, NStackError, ResultError
from .faults import accept
from .folders import Folders
from .fuse import Inline
from .meter import Live, Meter, stepped
from .outbox import backoff
from .policy import Guard
from .shapes import Shape
from .user_code import ARGS, Host
from .values import copy_value
from .worker import Outcome, UserLoop


class Turn:
    """One turn in a module's code: its lock, its folder and the parameters of this use."""

    __slots__ = ("args", "enter", "folder", "leave", "lock")

    def __init__(self, host: Host, folders: Folders, args: dict[str, Any]) -> None:
        self.lock = host.lock
        self.folder: Path = host.folder
        self.enter = folders.enter
        self.leave = folders.leave
        self.args = args

    def __enter__(self) -> None:
        self.lock.acquire()
        self.enter(self.folder)
        ARGS.set(self.args)

    def place(self) -> None:
        """The folder and the parameters without the lock, on a thread that has a folder of its own."""
        self.enter(self.folder)
        self.leave()
        ARGS.set(self.args)

    def __exit__(self, *raised: object) -> None:
        self.leave()
        self.lock.release()


class Free:
    """No turn is needed: one thread, one module, one set of parameters."""

    __slots__ = ()

    def __enter__(self) -> None:
        return

    def __exit__(self, *raised: object) -> None:
        return


class MethodCall:
    """One use of a method.

    ``output`` is the codec of what it returns, None for a sink, whose result is ignored. ``turn`` is taken around
    each call and each ``next()``; ``async_turn`` around each step of a coroutine; None means that nobody else can
    be there.
    """

    def __init__(
        self,
        method: Callable[[Any], Any],
        guard: Guard,
        output: Codec | None,
        *,
        turn: Turn | None,
        async_turn: Turn | None,
        args: dict[str, Any],
        user_loop: Callable[[], UserLoop],
        meter: Meter | None = None,
    ) -> None:
        self.meter = meter
        self.method = method
        self.guard = guard
        self.output = output
        self.turn: Turn | Free = turn or Free()
        self.async_turn = async_turn
        self.args = args
        self.user_loop = user_loop
        self.retry = guard.policy.retry
        self.timeout = guard.policy.timeout

    def live(self) -> Live:
        """The function that stands for the node in the stage."""
        test, names = ("False", {}) if self.output is None else test_source(self.output.shape, "result", "c_")
        locked = not isinstance(self.turn, Free)
        lines = ["def call(value, token):"]
        lines += ["    kept = copy(value)"] if self.retry else []
        lines += ["    try:"]
        lines += (
            ["        with turn:", "            result = method(value)"]
            if locked
            else ["        result = method(value)"]
        )
        kept = "kept" if self.retry else "value"
        lines += ["    except BaseException as error:", f"        return failed(error, {kept}, token)"]
        lines += [f"    if {test}:", "        return (result,)", f"    return finish(result, {kept}, token)"]
        own = {
            "method": self.method,
            "failed": self.failed,
            "finish": self.finish,
            "turn": self.turn,
            "copy": copy_value,
        }
        space: dict[str, Any] = {**names, **own}
        exec(compile("\n".join(lines), "<nstack call>", "exec"), space)
        made: Live = space["call"]
        return made

    def inline(self, input: Shape) -> Inline | None:
        """The same for code that has the call in line; None where a call takes more than calling the method."""
        if self.retry or self.output is None or not isinstance(self.turn, Free):
            return None
        return Inline(self.method, "BaseException", _from_above(self.failed), self.finish, input, self.output.shape)

    def finish(self, result: Any, kept: Any, token: Any, tries: int = 0) -> Iterable[Any]:
        """The results, when what the method returned is not simply a proper value."""
        if isinstance(result, GeneratorType):
            return self._whole(self.pull(result, kept, token, tries))
        if isinstance(result, CoroutineType):
            return self._await(lambda: self._stepped(result), kept, token, tries)
        if isinstance(result, AsyncGeneratorType):
            return self._whole(self._pull_async(result, kept, token, tries))
        try:
            return self.proper(result)
        except ResultError as error:
            return self._lost(error, kept, token, tries)

    def proper(self, result: Any) -> tuple[Any, ...]:
        """The checked result as the stage wants it. Raises ResultError."""
        if self.output is None:
            self.guard.tally.values_out += 1
            return ()
        return (result if self.output.test(result) else accept(self.output.shape, result, "result"),)

    def _whole(self, results: Iterator[Any]) -> Iterable[Any]:
        """A sink's generator must run although nobody looks at what it yields."""
        if self.output is not None:
            return results
        for _ in results:
            pass
        return ()

    def failed(self, error: BaseException, kept: Any, token: Any, tries: int = 0) -> Iterable[Any]:
        """Tries again as often as the policy says, then settles. ``kept`` is unchanged by the tries."""
        while tries < self.retry and not self.guard.halt.failed and not is_final(error):
            self.guard.report(error, f"try {tries + 1} of {self.retry + 1}")
            self.guard.halt.asked.wait(pause_after(error, tries))
            tries += 1
            try:
                with self.turn:
                    result = self.method(copy_value(kept))
            except BaseException as again:
                error = again
                continue
            return self.finish(result, kept, token, tries)
        return self._lost(error, kept, token, tries)

    def _lost(self, error: BaseException, kept: Any, token: Any, tries: int) -> tuple[Any, ...]:
        if self.meter is not None:
            self.meter.lost += 1
        self.guard.settle(error, kept, token, again=tries > 0)
        return ()

    def pull(self, made: Generator[Any, Any, Any], kept: Any, token: Any, tries: int) -> Iterator[Any]:
        """A generator's values, each made only when the one before has travelled on."""
        following = self._counted(made.__next__)
        try:
            while True:
                try:
                    with self.turn:
                        item = following()
                except StopIteration:
                    return
                except BaseException as error:
                    yield from self._failed_inside(error, kept, token, tries)
                    return
                yield from self._item(item, kept, token)
        finally:
            with self.turn:
                made.close()

    def _counted(self, following: Callable[[], Any]) -> Callable[[], Any]:
        """A generator's ``next``; the call that made it gives as many values as come."""
        if self.meter is None:
            return following
        self.meter.more -= 1
        return stepped(self.meter.times, following)

    def _failed_inside(self, error: BaseException, kept: Any, token: Any, tries: int) -> Iterable[Any]:
        """A generator that has failed is a call that has failed, whatever it gave before."""
        if self.meter is not None:
            self.meter.more += 1
        return self.failed(error, kept, token, tries)

    def _item(self, item: Any, kept: Any, token: Any) -> tuple[Any, ...]:
        try:
            results = self.proper(item)
        except ResultError as error:
            self.guard.settle(error, kept, token)
            return ()
        if self.meter is not None:
            self.meter.more += len(results)
        return results

    def _await(self, make: Callable[[], Awaitable[Any]], kept: Any, token: Any, tries: int) -> Iterable[Any]:
        try:
            result = self.user_loop().run(lambda: self._limited(make()))
        except BaseException as error:
            return self.failed(error, kept, token, tries)
        return self.finish(result, kept, token, tries)

    def _pull_async(self, made: AsyncGenerator[Any, Any], kept: Any, token: Any, tries: int) -> Iterator[Any]:
        following = self._counted(lambda: self.user_loop().run(lambda: self._limited(self._stepped(made.__anext__()))))
        try:
            while True:
                try:
                    item = following()
                except StopAsyncIteration:
                    return
                except BaseException as error:
                    yield from self._failed_inside(error, kept, token, tries)
                    return
                yield from self._item(item, kept, token)
        finally:
            self.user_loop().run(lambda: self._stepped(made.aclose()))

    async def _limited(self, work: Awaitable[Any]) -> Any:
        """Awaits under the ``timeout``: past it the coroutine is cancelled. Raises CallTimeout."""
        ARGS.set(self.args)
        return await (work if self.timeout is None else cut_off(work, self.timeout))

    def _stepped(self, work: Any) -> Any:
        """The awaitable, with a turn taken around each step between two awaits."""
        return work if self.async_turn is None else Stepped(work, self.async_turn)

    async def work(self, outcome: Outcome) -> Any:
        """For ``overlap``: one value through the method, retries included."""
        if self.meter is None:
            return await self._worked(outcome)
        began = perf_counter()
        try:
            return await self._worked(outcome)
        finally:
            self.meter.times.add(perf_counter() - began)

    async def _worked(self, outcome: Outcome) -> Any:
        kept = outcome.value
        while True:
            try:
                with self.async_turn or Free():
                    made = self.method(copy_value(kept) if self.retry else kept)
                if self.timeout is not None:
                    return self.proper(await self._limited(self._stepped(made)))
                ARGS.set(self.args)
                return self.proper(await self._stepped(made))
            except ResultError:
                raise
            except Exception as error:
                if outcome.tries >= self.retry or self.guard.halt.failed or is_final(error):
                    raise
                self.guard.report(error, f"try {outcome.tries + 1} of {self.retry + 1}")
                await asyncio.sleep(pause_after(error, outcome.tries))
                outcome.tries += 1

    def settle(self, outcome: Outcome) -> Iterable[Any]:
        """The results of a finished ``work``, on the stage's thread."""
        if self.meter is not None:
            self.meter.working -= 1
        if outcome.error is None:
            results: Iterable[Any] = outcome.result
            return results
        return self._lost(outcome.error, outcome.value, outcome.token, outcome.tries)


def is_final(error: BaseException) -> bool:
    """Whether an error says of itself that a repetition would not help."""
    return isinstance(error, NStackError) and getattr(error, "final", False)


def pause_after(error: BaseException, tries: int) -> float:
    """Seconds until a call is repeated: no fewer than the error says that are wanted."""
    wanted: float = getattr(error, "pause", 0.0) if isinstance(error, NStackError) else 0.0
    return max(backoff(tries), wanted)


async def cut_off(work: Awaitable[Any], seconds: float) -> Any:
    """Awaits for so long at most, then cancels. Raises CallTimeout; also where it did not let go for longer, which
    nobody can cut off."""
    held = Held()
    task = asyncio.ensure_future(Stepped(work, held))
    await asyncio.wait((task,), timeout=seconds)
    if task.done():
        result = task.result()
        if held.longest > seconds:
            raise CallTimeout(f"held up all other coroutines for {held.longest:.3g} s, as it waits without await")
        return result
    task.cancel()
    await asyncio.wait((task,))
    raise CallTimeout(f"took longer than {seconds:g} s")


class Held:
    """A turn that measures: ``longest`` is how many seconds a coroutine went on for without letting go."""

    __slots__ = ("_began", "longest")

    def __init__(self) -> None:
        self.longest = 0.0
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = perf_counter()

    def __exit__(self, *raised: object) -> None:
        self.longest = max(self.longest, perf_counter() - self._began)


class Stepped:
    """An awaitable that runs another one step by step, each step within a turn."""

    def __init__(self, work: Any, turn: AbstractContextManager[object]) -> None:
        self._work = work if hasattr(work, "send") else work.__await__()
        self._turn = turn

    def __await__(self) -> Generator[Any, Any, Any]:
        return _steps(self._work, self._turn)


def _steps(work: Any, turn: AbstractContextManager[object]) -> Generator[Any, Any, Any]:
    value: Any = None
    error: BaseException | None = None
    while True:
        with turn:
            try:
                waits_for = work.send(value) if error is None else work.throw(error)
            except StopIteration as end:
                return end.value
        value, error = None, None
        try:
            value = yield waits_for
        except GeneratorExit:
            work.close()
            raise
        except BaseException as raised:
            error = raised


def _from_above(failed: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
    """``failed`` for an exception caught in the stage function itself, whose own frame is nobody's business."""

    def cut(error: BaseException, value: Any, token: Any) -> Iterable[Any]:
        trace = error.__traceback__
        error.__traceback__ = None if trace is None else trace.tb_next
        return failed(error, value, token)

    return cut


def standard_live(
    function: Callable[[Any], Any], guard: Guard, many: bool, input: Shape, meter: Meter | None = None
) -> tuple[Live, Inline | None]:
    """The live form of a standard function: trusted, so its result is not checked. And what it takes to have the call
    in line, unless it gives ``many`` results."""

    def failed(error: Exception, value: Any, token: Any) -> tuple[Any, ...]:
        if meter is not None:
            meter.lost += 1
        guard.settle(error, value, token)
        return ()

    def call(value: Any, token: Any) -> Iterable[Any]:
        try:
            return (function(value),)
        except Exception as error:
            return failed(error, value, token)

    def call_many(value: Any, token: Any) -> Iterable[Any]:
        try:
            results = tuple(function(value))
        except Exception as error:
            return failed(error, value, token)
        if meter is not None:
            meter.more += len(results) - 1
        return results

    if many:
        return call_many, None
    return call, Inline(function, "Exception", failed, _never, input, None)


def _never(result: Any, value: Any, token: Any) -> Iterable[Any]:
    raise AssertionError("what is trusted has no second form")
