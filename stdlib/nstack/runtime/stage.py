"""A stage: one source's values, worked on by one thread through the emitted stage function."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from operator import length_hint
from time import perf_counter
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any

from .asked import Asked, Results
from .batches import Observer
from .calls import Free, MethodCall, Turn
from .codec import Codec
from .connector import Batch
from .declare import Stage as StageFunction
from .errors import DecodeError, NStackError, Rejected, ResultError
from .faultpoints import fault
from .faults import accept
from .feed import OFFERED_BYTES, Feed
from .meter import Flows, Live, Times, stepped
from .outbox import Outbox, backoff
from .pause import Pause, Place, Slices
from .policy import Current, Guard, Halt, Stopped
from .token import Problem, Token
from .user_code import RESUME, At, describe
from .worker import WORKED_ON, Outcome, UserLoop

if TYPE_CHECKING:
    from .telemetry import Spans
    from .trace import Tracer

PARALLELISM = 64
"""How many values an ``async`` method works on at a time where the program does not say."""


class Stage:
    """One source and everything that its values go through, on one thread.

    ``current`` names the token in work, ``boxes`` are the ways to the sinks. ``function`` is the linked stage function.
    """

    def __init__(self, guard: Guard, codec: Codec, halt: Halt, feed: Feed, finish: Callable[[Token], object]) -> None:
        self.guard = guard
        self.codec = codec
        self.halt = halt
        self.feed = feed
        self.finish = finish
        self.expects: str | None = None
        self.current = Current()
        self.boxes: list[Outbox] = []
        self.function: StageFunction = _nothing
        self.streams = False
        self.overlapped: dict[int, MethodCall] = {}
        self.inside_source = False
        self.times = Times()
        self.flows: Flows | None = None
        self.tracer: Tracer | None = None
        self.spans: Spans | None = None
        self.observers: list[Observer] = []
        self.pause = Pause()
        self.place = Place()
        self.slices: Slices | None = None
        """Set where a checkpoint keeps how far this stage is: its thread looks now and then whether one is asked
        for."""
        self.marks = True
        """Whether the source has marked all that it gave: only then it can go on."""
        self._left: Iterable[Any] = ()
        self.answering: Asked | None = None
        """Set where requests need this thread for nothing."""

    # ------------------------------------------------------------------------------------------ batches of a connector

    def consume(self) -> None:
        """Works until the source has ended or the run has failed. Runs on the stage's thread; Stopped ends it early."""
        self.pause.end()
        try:
            if self.answering is not None:
                self._await_answers(self.answering)
            elif self.streams:
                self._consume_stream()
            else:
                while (batch := self.next_batch()) is not None:
                    self.process(batch)
        finally:
            self.refuse_rest()
            self.pause.begin()

    def offer(self, batch: Batch, records: int, size: int = OFFERED_BYTES) -> bool:
        """Takes a request, as ``Feed.offer`` does. Event loop only."""
        return (self.feed if self.answering is None else self.answering).offer(batch, records, size)

    def queued(self) -> int:
        """How many records wait before this stage."""
        return self.feed.queued() + (0 if self.answering is None else self.answering.waiting())

    def _await_answers(self, answering: Asked) -> None:
        self.pause.begin()
        self.feed.wait_for(lambda: self.halt.failed or answering.is_through())
        if self.halt.failed:
            answering.give_up()
            raise Stopped

    def fail(self, error: Exception) -> None:
        """What nobody can be blamed for stops the run."""
        self.guard.report(error)
        self.halt.fail()

    def _consume_stream(self) -> None:
        stream = Stream(self)
        self._left = stream.waiting
        try:
            self.function(stream, self.current)
        finally:
            stream.give_up()

    def next_batch(self) -> Batch | None:
        """The next batch, waiting for it; None at the end. Raises Stopped when the run has failed."""
        while True:
            if self.halt.failed or self.leaves():
                raise Stopped
            self.pause.here()
            batch = self.feed.take()
            if batch is not None:
                self.hold(batch.token, batch)
                return batch
            if self.feed.ended:
                return None
            self.wait_for_feed(_never)

    def leaves(self) -> bool:
        """Whether the run shall end and this stage may leave the rest to the next one, which goes on from its place."""
        return self.slices is not None and self.halt.asked.is_set()

    def hold(self, token: Token, batch: Batch | None = None) -> None:
        """A batch begins: from here on its token is waited for."""
        token.hold(self.finish, self.expects)
        for observer in self.observers:
            observer.opened(token, batch)

    def observe(self, observer: Observer) -> None:
        """Tells somebody of each batch, when it begins and when it is done."""
        self.observers.append(observer)
        finish = self.finish

        def finished(token: Token) -> None:
            observer.finished(token)
            finish(token)

        self.finish = finished

    def wait_for_feed(self, ready: Callable[[], bool]) -> None:
        """Waits for the next batch, or ``ready()``, while nothing is under way."""
        self.pause.begin()
        self.feed.wait(ready)
        self.pause.end()

    def process(self, batch: Batch) -> None:
        """One batch through the whole stage."""
        token = self.current.token = batch.token
        try:
            for values in self.wanted(batch):
                self.guard.tally.values_in += len(values)
                if values:
                    self._left = left = iter(values)  # which knows how many are left, at no cost
                    if self.flows is not None:
                        self.flows.arm()
                    if self.slices is None:
                        self.function(left, self.current)
                    else:
                        self._in_slices(left, len(values), self.slices)
        except Stopped:
            self.give_up(token)
            raise
        self.seal(token)
        self.place.reached(token.offset)

    def _in_slices(self, left: Iterator[Any], count: int, slices: Slices) -> None:
        """Some values at a time, so that a checkpoint need not wait for a whole batch of a slow stage."""
        while count:
            self.pause.here()
            if self.leaves():
                self.guard.tally.values_in -= count
                self._left = ()  # they count neither as seen nor as waiting
                raise Stopped
            some = min(count, slices.size)
            began = perf_counter()
            self.function(islice(left, some), self.current)
            slices.took(perf_counter() - began)
            self.place.passed(some)
            count -= some
            fault("calling")

    def wanted(self, batch: Batch) -> Iterator[Sequence[Any]]:
        """The values of a batch without those that an earlier run has had."""
        if not self.place.skip:
            yield from self.decode(batch)
            return
        for values in self.decode(batch):
            yield values[self.place.left_out(len(values)) :]

    def seal(self, token: Token) -> None:
        """The stage is done with a token: from here on it waits for the sinks alone."""
        for box in self.boxes:
            box.seal(token)
        token.release()

    def give_up(self, token: Token) -> None:
        """After a failure: who waits for an answer learns that none will come."""
        token.fail(Problem("", 500, "The workflow has stopped."))
        token.release()

    def refuse_rest(self) -> None:
        """After a failure: gives up what is still queued."""
        while self.halt.failed and (batch := self.feed.take_queued()) is not None:
            self.hold(batch.token, batch)
            self.give_up(batch.token)

    def seen(self) -> int:
        """How many values the stage function has looked at."""
        return self.guard.tally.values_in - self.waiting()

    def waiting(self) -> int:
        """How many decoded values of the batches in work have not been looked at yet."""
        return length_hint(self._left)

    def decode(self, batch: Batch) -> Iterator[Sequence[Any]]:
        """The values of a batch, up to each that cannot be decoded: what comes before it travels before it meets the
        source's policy."""
        if batch.block is not None:
            try:
                began = perf_counter()
                whole = self.codec.decode_lines(batch.block)
                self.times.add_all(perf_counter() - began, len(whole))
            except Exception:  # somewhere in the block: line by line then
                yield from self._decoded(batch.block.split(b"\n"), self._decode_line, batch)
            else:
                yield whole
        elif batch.decode is not None:
            yield from self._decoded(batch.values, batch.decode, batch)
        else:
            yield batch.values

    def _decode_line(self, line: bytes) -> Any:
        return self.codec.decode_json(line) if line.strip() else _EMPTY

    def _decoded(self, records: Sequence[Any], decode: Callable[[Any], Any], batch: Batch) -> Iterator[Sequence[Any]]:
        values: list[Any] = []
        began, failed = perf_counter(), 0
        for index, record in enumerate(records):
            try:
                value = decode(record)
            except Exception as error:
                yield values
                values = []
                self.guard.settle(_placed(error, batch, index), record, self.current)
                began, failed = perf_counter(), index + 1
            else:
                if value is not _EMPTY:
                    values.append(value)
        self.times.add_all(perf_counter() - began, len(records) - failed)
        yield values

    # ------------------------------------------------------------------------------------------ a method that yields

    def generate(
        self,
        method: Callable[[], Any],
        turn: Turn | None,
        user_loop: Callable[[], UserLoop],
    ) -> None:
        """Works on what a Python source yields: each value travels on before the next is made. Raises NStackError
        when the source fails for good.
        """
        RESUME.set(self.place.offset)
        self.expects = None
        source = Generated(self, method, turn or Free(), user_loop)
        self.pause.end()
        try:
            while not source.ended:
                self._portion(source)
        finally:
            self.pause.begin()

    def _portion(self, source: Generated) -> None:
        """The next values of a Python source, through the whole stage."""
        token = self.current.token = Token()
        self.hold(token)
        if self.flows is not None:
            self.flows.arm()
        try:
            self.function(source.some(token), self.current)
        except Stopped:
            self.give_up(token)
            raise
        self.seal(token)


def limited(method: Callable[[], Any], most: int | None) -> Callable[[], Any]:
    """A method that yields, cut off after so many values; the method itself where there is no limit."""
    if most is None:
        return method

    async def some(made: Any) -> AsyncIterator[Any]:
        left = most
        async for value in made:
            yield value
            left -= 1
            if left == 0:
                return

    def cut(*given: Any) -> Any:
        made = method(*given)
        return some(made) if hasattr(made, "__aiter__") else islice(made, most)

    return cut


_EMPTY = object()


def _never() -> bool:
    return False


def _nothing(values: Iterable[Any], token: Any) -> None:
    return


def _placed(error: Exception, batch: Batch, index: int) -> Exception:
    """The fault with the place of its record: ``orders.jsonl:17``."""
    if not batch.place:
        return error
    place = f"{batch.place}:{batch.first + index}"
    if isinstance(error, DecodeError):
        return error.under(place)
    return NStackError(f"{place}: {error if isinstance(error, NStackError) else describe(error)}")


class Generated:
    """The values that a Python source yields, in portions that share a token."""

    PORTION = 256

    def __init__(
        self, stage: Stage, method: Callable[[], Any], turn: Turn | Free, user_loop: Callable[[], UserLoop]
    ) -> None:
        self.ended = False
        self._stage = stage
        self._method = method
        self._turn = turn
        self._user_loop = user_loop
        self._tries = 0
        self._next: Callable[[], Any] | None = None

    def some(self, token: Token) -> Iterator[Any]:
        """The next values, until it is time for another token. The last ``At`` leaves its offset in the token."""
        stage, test = self._stage, self._stage.codec.test
        tally = stage.guard.tally
        for _ in range(self.PORTION):
            if stage.halt.asked.is_set() or not self._pull():
                self.ended = True
                return
            value = self._value
            marked = isinstance(value, At)
            if marked:
                token.offset, value = value.offset, value.value
            elif not isinstance(value, Rejected):
                stage.marks = False
            if not test(value):
                try:
                    value = accept(stage.codec.shape, value, "value")
                except ResultError as error:
                    stage.guard.settle(error, value, stage.current)
                    continue
            tally.values_in += 1
            yield value
            fault("calling")
            if marked:
                stage.place.reached(token.offset)
                return

    def _pull(self) -> bool:
        """Makes the next value; False at the end. Starts the source again as often as its ``retry`` says."""
        stage = self._stage
        while True:
            try:
                stage.inside_source = True
                stage.pause.begin()
                if self._next is None:
                    self._next = self._open()
                self._value = self._next()
                return True
            except (StopIteration, StopAsyncIteration):
                return False
            except BaseException as error:
                self._fail(error)
            finally:
                stage.inside_source = False
                stage.pause.end()

    def _fail(self, error: BaseException) -> None:
        guard = self._stage.guard
        if self._stage.halt.asked.is_set():
            raise Stopped from None
        if self._tries >= guard.policy.retry:
            guard.report(error)  # a source that is broken cannot be skipped: its values would silently be missing
            self._stage.halt.fail()
            raise Stopped from None
        guard.report(error, f"try {self._tries + 1} of {guard.policy.retry + 1}")
        self._stage.halt.asked.wait(backoff(self._tries))
        self._tries += 1
        self._next = None

    def _open(self) -> Callable[[], Any]:
        self._place()
        made = self._method()
        if isinstance(made, AsyncGeneratorType):
            loop = self._user_loop()
            following_one = made.__anext__
            return self._timed(lambda: loop.run(following_one))
        if not hasattr(made, "__iter__"):
            raise NStackError(f"a source is a method that yields; this one returned {made!r}")
        following = self._timed(iter(made).__next__)
        return following if isinstance(self._turn, Free) else self._placed(following)

    def _timed(self, following: Callable[[], Any]) -> Callable[[], Any]:
        return stepped(self._stage.times, following) if self._stage.flows is not None else following

    def _placed(self, following: Callable[[], Any]) -> Callable[[], Any]:
        def step() -> Any:
            self._place()
            return following()

        return step

    def _place(self) -> None:
        """The folder and the parameters, without the lock: a source may sleep in its ``next()``."""
        if isinstance(self._turn, Turn):
            self._turn.place()


class Stream:
    """Values of all batches in one stream, for ``overlap``: each comes with its token, which is sealed when its
    last value is through.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._batch: Token | None = None
        self.waiting: deque[tuple[Any, Token]] = deque()

    def poll(self, wait: bool, ready: Callable[[], bool]) -> Outcome | None:
        """The next value with its token. None when there is none now, or, after waiting, none at all or ``ready()``
        came first.
        """
        stage = self._stage
        if stage.leaves():
            return None
        while not self.waiting:
            if stage.halt.failed:
                raise Stopped
            batch = stage.feed.take()
            if batch is not None:
                self._open(batch)
            elif not wait or stage.feed.ended or ready():
                return None
            else:
                stage.wait_for_feed(ready)
        value, token = self.waiting.popleft()
        if token is not self._batch:
            if self._batch is not None:
                stage.place.reached(self._batch.offset)
            self._batch = token
        stage.place.passed(1)
        return Outcome(value, token)

    @property
    def ended(self) -> bool:
        """Whether no more values come."""
        if self._stage.leaves():
            return True
        return self._stage.feed.ended and not self.waiting and not self._stage.feed.left()

    def _open(self, batch: Batch) -> None:
        stage, token = self._stage, batch.token
        stage.hold(token, batch)
        stage.current.token = token
        try:
            if stage.flows is not None:
                stage.flows.arm()
            for values in stage.wanted(batch):
                stage.guard.tally.values_in += len(values)
                for value in values:
                    token.add()
                    self.waiting.append((value, token))
        except Stopped:
            stage.give_up(token)
            raise
        stage.seal(token)

    def give_up(self) -> None:
        """After a failure: gives up the values that no call has seen yet."""
        while self.waiting:
            self._stage.give_up(self.waiting.popleft()[1])

    def __iter__(self) -> Iterator[Any]:
        stage = self._stage
        while (outcome := self.poll(True, _never)) is not None:
            stage.current.token = outcome.token
            yield outcome.value
            stage.seal(outcome.token)
            stage.pause.here()


def overlapping(stage: Stage) -> Callable[[Live, Iterable[Any], Any], Iterable[Any]]:
    """What ``overlap`` of the emitted code becomes in a stage."""

    def overlap(call: Live, values: Iterable[Any], token: Any) -> Iterable[Any]:
        if isinstance(values, Results):
            return values
        method = stage.overlapped.get(id(call))
        if method is None or not isinstance(values, Stream):
            return chain.from_iterable(map(call, values, repeat(token)))
        return _overlap(stage, method, values)

    return overlap


def _overlap(stage: Stage, call: MethodCall, values: Stream) -> Iterator[Any]:
    """Keeps up to ``parallelism`` values in work; gives results in the values' order, or as they come."""
    policy = call.guard.policy
    limit = policy.parallelism or PARALLELISM
    working: deque[Outcome] = deque()

    def ready() -> bool:
        done = working[0].done if policy.ordered and working else any(outcome.done for outcome in working)
        return done or stage.halt.failed

    try:
        while True:
            if not working:
                stage.pause.here()
            if not working or not stage.pause.asked:
                _fill(stage, call, values, working, ready)
            if stage.halt.failed:
                raise Stopped
            if not working:
                if values.ended:
                    return
                continue
            if not ready():
                _wait(stage, values, working, limit, ready)
                continue
            outcome = next((outcome for outcome in working if outcome.done), None)
            if outcome is not None:
                stage.current.token = outcome.token
                yield from call.settle(outcome) if stage.tracer is None else stage.tracer.settled(outcome, call)
                working.remove(outcome)
                stage.seal(outcome.token)
    finally:
        for outcome in working:  # only after a failure
            stage.give_up(outcome.token)


def _fill(stage: Stage, call: MethodCall, values: Stream, working: deque[Outcome], ready: Callable[[], bool]) -> None:
    """Puts waiting values to work, as many as may be at a time; waits for one only when nothing is in work."""
    loop, poke = call.user_loop(), stage.feed.poke
    limit = call.guard.policy.parallelism or PARALLELISM
    while len(working) < limit and not ready():
        outcome = values.poll(not working, ready)
        if outcome is None:
            return
        working.append(outcome)
        if call.meter is not None:
            call.meter.overlaps = True
            call.meter.working += 1
        if stage.tracer is not None:
            stage.tracer.taken(outcome, call)
        loop.submit(_job(stage, call, outcome), outcome, poke)


def _job(stage: Stage, call: MethodCall, outcome: Outcome) -> Callable[[], Awaitable[Any]]:
    def job() -> Awaitable[Any]:
        WORKED_ON.set(outcome)
        work = call.work(outcome)
        return work if stage.spans is None else stage.spans.worked(call, outcome, work)

    return job


def _wait(stage: Stage, values: Stream, working: deque[Outcome], limit: int, ready: Callable[[], bool]) -> None:
    """Sleeps until a result is ready, or (while there is room) another value is there."""
    if len(working) < limit and not stage.feed.ended and not stage.pause.asked:
        stage.feed.wait(ready)
    else:
        stage.feed.wait_for(ready)
