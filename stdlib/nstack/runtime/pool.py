"""``--workers N``: stages that work in N processes, each with an instance of every module.

Sources, sinks and tokens stay in the run. A lane's thread here cuts what its source gives into pieces of JSON lines and
hands each to a worker; blocks of a file go as they are. What comes back is JSON lines for each sink, which a sink of
JSON lines writes as they are. Each worker has a thread of its own here that takes what it sends, so that a worker whose
output waits never keeps its input from being fed. Pieces leave in the order in which they came, unless every function
of the lane has ``ordered = false``.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from .codec import Codec
from .connector import Batch
from .errors import NStackError, UsageError
from .interpreter import this_interpreter
from .outbox import Outbox
from .policy import Stopped
from .pool_messages import TALLIES, Counted, Counts, Done, Ended, Finish, Output, Ready, Setup, Work, framed, receive
from .stage import Stage
from .status import Stage as Shown
from .token import Problem, Token

DEPTH = 2
"""So many pieces a worker has at a time: one that it works on and one that waits."""
PIECE_SECONDS = 0.05
"""A piece is as much as takes so long …"""
PIECE_BYTES = 256 << 10
"""… and at most so large …"""
FIRST_BYTES = 4 << 10
"""… the first so large."""
AHEAD = 16 << 20
"""The output of a piece that is not yet the next to leave is kept up to so many bytes; then its worker waits."""
DEATHS = 3
"""A piece that so many workers in a row have died on ends the run."""
FAREWELL = 95.0
"""Seconds that a worker has at the end: its modules' ``shutdown`` may take 90."""


class Piece:
    """Some values on their way through a worker."""

    __slots__ = (
        "counts",
        "deaths",
        "done",
        "failed",
        "lane",
        "output",
        "problem",
        "replies",
        "sent",
        "size",
        "token",
        "work",
    )

    def __init__(self, lane: PooledLane, token: Token, work: Work) -> None:
        self.lane = lane
        self.token = token
        self.work = work
        self.deaths = 0
        self.sent: object = None
        """To which process."""
        self.done = False
        self.failed = False
        self.output: list[Output] = []
        self.size = 0
        self.counts: list[Counts] = []
        self.replies: list[bytes] = []
        self.problem: tuple[str, int, str] | None = None


class PooledLane:
    """One source's values on their way to the workers and back. ``outlets`` are those of its sinks, by number."""

    def __init__(self, pool: Pool, number: int, stage: Stage, *, ordered: bool) -> None:
        self.stage = stage
        self.outlets: dict[int, Outlet] = {}
        self._pool = pool
        self._number = number
        self._ordered = ordered
        self._pending: deque[Piece] = deque()
        self._turn = threading.Condition()
        self._offset: object = None
        self._bytes = float(FIRST_BYTES)
        self._values = 1.0

    # ------------------------------------------------------------------------------------------ to the workers

    def consume(self) -> None:
        """Feeds until the source has ended and everything is back. Runs on the lane's thread; Stopped ends it early."""
        self.stage.pause.end()
        try:
            while (batch := self._next_batch()) is not None:
                self._send(batch)
            self._settle()
        finally:
            self.stage.refuse_rest()
            self.stage.pause.begin()

    def _next_batch(self) -> Batch | None:
        """The next batch, waiting for it; None at the end. Where it waits, or a checkpoint is asked for, everything
        that was sent has to be back before the thread is at rest."""
        stage = self.stage
        while True:
            if stage.halt.failed:
                raise Stopped
            if stage.pause.asked:
                self._settle()
                stage.pause.here()
            batch = stage.feed.take()
            if batch is not None:
                stage.hold(batch.token, batch)
                return batch
            if stage.feed.ended:
                return None
            if self._pending:
                stage.feed.wait(lambda: not self._pending)
            else:
                self._settle()
                stage.wait_for_feed(lambda: False)

    def _settle(self) -> None:
        """Waits until all that was sent is back. Raises Stopped when the run has failed."""
        stage = self.stage
        stage.feed.wait_for(lambda: not self._pending or stage.halt.failed)
        if stage.halt.failed:
            raise Stopped
        stage.place.reached(self._offset)
        self._offset = None

    def _send(self, batch: Batch) -> None:
        stage, token = self.stage, batch.token
        stage.current.token = token
        try:
            if batch.block is not None and not stage.place.skip:
                for block, first in self._cut(batch.block, batch.first):
                    self._submit(token, block, batch.place, first)
            else:
                for values in stage.wanted(batch):
                    for some in self._portions(values):
                        self._submit(token, stage.codec.encode_lines(some), "", 0)
        except Stopped:
            stage.give_up(token)
            raise
        token.release()
        self._offset = token.offset if token.offset is not None else self._offset

    def _cut(self, block: bytes, first: int) -> Iterator[tuple[bytes, int]]:
        """A block of lines in pieces that take about as long as they should, with the number of their first line."""
        start = 0
        while start < len(block):
            end = block.find(b"\n", min(len(block), start + int(self._bytes)) - 1) + 1 or len(block)
            piece = block[start:end] if start or end < len(block) else block
            yield piece, first
            first += piece.count(b"\n")
            start = end

    def _portions(self, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        start = 0
        while start < len(values):
            some = max(1, int(self._values))
            yield values[start : start + some]
            start += some

    def _submit(self, token: Token, block: bytes, place: str, first: int) -> None:
        token.add()
        work = Work(self._number, self._pool.number(), block, place, first, self.stage.expects)
        piece = Piece(self, token, work)
        with self._turn:
            self._pending.append(piece)
        self._pool.give(piece, self._pending)

    # ------------------------------------------------------------------------------------------ and back

    def came(self, piece: Piece, output: Output) -> None:
        """Some of a piece's output. Waits with much of it until the piece is the next to leave."""
        with self._turn:
            piece.output.append(output)
            piece.size += len(output.lines)
            if piece.size > AHEAD:
                self._turn.wait_for(lambda: self._is_next(piece) or self.stage.halt.failed)
                self._write(piece)

    def done(self, piece: Piece, done: Done) -> None:
        """A piece has come to its end: it leaves, and those behind it that have waited for it."""
        piece.counts, piece.replies, piece.problem, piece.failed = done.counts, done.replies, done.problem, done.failed
        self._learn(piece, done.seconds)
        with self._turn:
            piece.done = True
            if self._ordered:
                while self._pending and self._pending[0].done and not self.stage.halt.failed:
                    self._leave(self._pending[0])
            else:
                self._leave(piece)
            self._turn.notify_all()
        self.stage.feed.poke()

    def _is_next(self, piece: Piece) -> bool:
        return not self._ordered or self._pending[0] is piece

    def _learn(self, piece: Piece, seconds: float) -> None:
        """How large the next pieces shall be."""
        faster = max(0.25, min(4.0, PIECE_SECONDS / max(seconds, 1e-6)))
        if piece.work.place:
            if len(piece.work.block) > self._bytes / 2 or faster < 1:
                self._bytes = min(PIECE_BYTES, max(1.0, len(piece.work.block) * faster))
        else:
            count = piece.work.block.count(b"\n")
            if count > self._values / 2 or faster < 1:
                self._values = min(4096.0, max(1.0, count * faster))

    def _leave(self, piece: Piece) -> None:
        token = piece.token
        try:
            self._write(piece)
        except Stopped:
            self.stage.give_up(token)
        else:
            for reply in piece.replies:
                token.reply(reply)
            if piece.problem is not None:
                token.fail(Problem(*piece.problem))
            for outlet in self.outlets.values():
                outlet.box.seal(token)
            token.release()
        self._pool.add(piece.counts)
        self._pending.remove(piece)
        if piece.failed:
            self.stage.halt.fail()

    def _write(self, piece: Piece) -> None:
        for output in piece.output:
            self.outlets[output.sink].put(output, piece.token)
        piece.output.clear()
        piece.size = 0

    def give_up(self) -> None:
        """After a failure: whoever waits for one of the pieces hears that nothing comes."""
        with self._turn:
            while self._pending:
                self.stage.give_up(self._pending.popleft().token)
            self._turn.notify_all()
        self.stage.feed.poke()


class Outlet:
    """The way of JSON lines into a sink: as they are, where it writes such lines, or else as values."""

    def __init__(self, box: Outbox, codec: Codec, *, lines: bool) -> None:
        self.box = box
        self._codec = codec
        self._lines = lines

    def put(self, output: Output, token: Token) -> None:
        """Some lines. Raises Stopped when the run has failed."""
        if self._lines:
            self.box.put_encoded(output.lines, output.count)
            return
        for value in self._codec.decode_lines(output.lines):
            self.box.put(value, token)


class Member:
    """One worker: its process, the run's end of the socket pair, and the pieces that it has."""

    def __init__(self, pool: Pool, number: int) -> None:
        self.number = number
        self.pieces: dict[int, Piece] = {}
        self.shown: list[Shown] = []
        self.ended = False
        self.failed = False
        self.problem: Exception | None = None
        """Why it could not be started."""
        self._dropped = False
        """Whether it was ended before it was ready."""
        self._pool = pool
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: socket.socket | None = None
        """The run's end of the socket pair, once the worker is ready."""
        self._ready = threading.Event()
        # A process dies with the thread that has started it.
        self.thread = threading.Thread(target=self._live, name=f"worker-{number}", daemon=True)

    def wait(self) -> None:
        """Waits until the modules of the process have started up. Raises Stopped: it has told what is wrong there."""
        self._ready.wait()
        if self.problem is not None:
            raise self.problem

    def _live(self) -> None:
        """Starts the process and takes what it sends, until it has ended. On a thread of its own."""
        try:
            self._start()
        except Exception as error:
            self.problem = error
            self.ended = True
        finally:
            self._ready.set()
        if not self.ended:
            if self._pool.finished:  # it became ready too late to be told with the others
                self.finish()
            self._take()
        self._await_end()

    def _start(self) -> None:
        """Starts the process. Raises NStackError, Stopped."""
        if self._pool.finished:
            raise Stopped
        ours, theirs = socket.socketpair()
        for side in (ours, theirs):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        interpreter = this_interpreter()
        command = [interpreter.executable, "-P", "-m", "nstack.runtime.pool_process", str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=interpreter.environment
            )
        except OSError as error:
            raise NStackError(f"worker {self.number} cannot be started: {error}") from None
        finally:
            theirs.close()
        if self._pool.finished:  # meanwhile
            self._drop(self._process)
        try:
            ours.sendall(framed(self._pool.setup))
            ready = receive(ours)
        except (EOFError, OSError):
            ready = None
        if not isinstance(ready, Ready):
            if ready is None and not self._pool.halt.asked.is_set():
                raise NStackError(f"worker {self.number} has ended before it was ready{self._how()}")
            raise Stopped
        self._end = ours

    def give(self, piece: Piece) -> None:
        """Sends a piece. Where the worker has died meanwhile, the one that follows it gets it."""
        with self._lock:
            self.pieces[piece.work.piece] = piece
            assert self._end is not None
            if piece.sent is not self._end:
                piece.sent = self._end
                with suppress(OSError):
                    self._end.sendall(framed(piece.work))

    def _take(self) -> None:
        """Takes what the worker sends."""
        try:
            while not self.ended:
                try:
                    assert self._end is not None
                    self._took(receive(self._end))
                except (EOFError, OSError):
                    self._died()
        except Stopped:
            pass
        except Exception as error:
            self._pool.broken(error)
        finally:
            self.ended = True
            self._pool.left()

    def _took(self, message: Any) -> None:
        if isinstance(message, Output):
            piece = self.pieces[message.piece]
            piece.lane.came(piece, message)
        elif isinstance(message, Done):
            piece = self.pieces.pop(message.piece)
            self.failed = self.failed or message.failed
            piece.lane.done(piece, message)
            self._pool.freed()
        elif isinstance(message, Counted):
            self.shown = message.stages
        elif isinstance(message, Ended):
            self._pool.add(message.counts)
            self.ended = True
            if message.failed:
                self._pool.halt.fail()

    def _died(self) -> None:
        """Starts another process in the place of one that has died, and gives it the same pieces. Raises Stopped, and
        NStackError where one piece has had its third worker, or the process died as it shut down."""
        pool = self._pool
        how = self._how()
        if pool.halt.failed or self.failed or self._dropped:
            raise Stopped
        if pool.finished:  # all pieces are back; another one would shut down in the same way
            raise NStackError(f"worker {self.number} has died{how} while it shut down")
        first = next(iter(self.pieces.values()), None)
        if first is not None:
            first.deaths += 1
            if first.deaths >= DEATHS:
                raise NStackError(
                    f"worker {self.number} has died {DEATHS} times in a row{how} on {_lines(first.work)}; "
                    "run without --workers to see where"
                )
        pool.restarts += 1
        pool.log.warning(
            f"worker {self.number} has died{how} and starts again; what it had begun is done again, "
            "what its instances had learnt is lost",
            event="restart",
        )
        with self._lock:
            self._start()
            assert self._end is not None
            for piece in self.pieces.values():
                piece.output.clear()
                piece.size = 0
                piece.sent = self._end
                self._end.sendall(framed(piece.work))

    def _how(self) -> str:
        if self._process is None:
            return ""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        if code >= 0:
            return f" (exit code {code})"
        with suppress(ValueError):
            return f" ({signal.Signals(-code).name})"
        return f" (signal {-code})"

    def finish(self) -> None:
        """Tells the worker that no more work comes. One that is not ready yet has begun nothing and is killed, as its
        ``startup`` may take long."""
        with self._lock, suppress(OSError):
            if self._end is not None:
                self._end.sendall(framed(Finish()))
            elif self._process is not None:
                self._drop(self._process)

    def _drop(self, process: subprocess.Popen[bytes]) -> None:
        self._dropped = True
        process.kill()

    def _await_end(self) -> None:
        """Ends the process if it does not end by itself."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0 if self._pool.halt.failed else FAREWELL)
            self._process.kill()
            self._process.wait()
        if self._end is not None:
            self._end.close()


def _lines(work: Work) -> str:
    count = work.block.count(b"\n") or 1
    if not work.place:
        return f"{count} values"
    return f"{work.place}:{work.first}" + (f" to {work.first + count - 1}" if count > 1 else "")


class Pool:
    """The workers of a run. ``tallies`` are those of the nodes, by number."""

    def __init__(self, count: int, setup: Setup, log: Any, halt: Any) -> None:
        self.setup = setup
        self.log = log
        self.halt = halt
        self.lanes: list[PooledLane] = []
        self.tallies: dict[int, Any] = {}
        self.restarts = 0
        self.finished = False
        self.members = [Member(self, number + 1) for number in range(count)]
        self.tell: Callable[[Exception], None] = lambda error: None
        self._free = threading.Condition()
        self._numbers = 0

    def number(self) -> int:
        """The number of a new piece."""
        with self._free:
            self._numbers += 1
            return self._numbers

    def start(self) -> None:
        """Starts the workers: the first alone, for what is wrong with a module shall be told once. Raises Stopped,
        NStackError."""
        first, *others = self.members
        first.thread.start()
        first.wait()
        for member in others:
            member.thread.start()
        for member in others:
            member.wait()

    def give(self, piece: Piece, pending: Sequence[Piece]) -> None:
        """Gives a piece to the worker that has least to do; waits while all have enough. Raises Stopped when the run
        has failed."""
        most = 2 * DEPTH * len(self.members)
        with self._free:
            while True:
                if self.halt.failed:
                    raise Stopped
                member = min(self.members, key=lambda one: len(one.pieces))
                if len(member.pieces) < DEPTH and len(pending) <= most:
                    member.pieces[piece.work.piece] = piece
                    break
                self._free.wait(1.0)
        member.give(piece)

    def freed(self) -> None:
        """A worker has done a piece."""
        with self._free:
            self._free.notify_all()

    def left(self) -> None:
        """A worker takes no more."""
        if self.halt.failed:
            for lane in self.lanes:
                lane.give_up()
        self.freed()

    def broken(self, error: Exception) -> None:
        """Something has gone wrong that is nobody's policy."""
        self.halt.fail()
        self.tell(error)

    def add(self, counts: Sequence[Counts]) -> None:
        """What a worker has counted."""
        with self._free:
            for one in counts:
                tally = self.tallies.get(one.node)
                if tally is not None:
                    for name, more in zip(TALLIES, one.tally, strict=True):
                        setattr(tally, name, getattr(tally, name) + more)

    def release(self) -> None:
        """The run has failed, or shall end: whoever waits looks again."""
        self.freed()
        for lane in self.lanes:
            with lane._turn:
                lane._turn.notify_all()

    def close(self) -> None:
        """No more work comes: the workers shut down. Blocks until they have."""
        self.finished = True
        for member in self.members:
            member.finish()
        if self.halt.failed:
            self.left()
        for member in self.members:
            if member.thread.is_alive():
                member.thread.join(2.0 if self.halt.failed else FAREWELL)


def refusal(functions: Sequence[str], workers: int) -> UsageError:
    """What to say where ``--workers`` would multiply functions that may keep something in their instance."""
    are = "is" if len(functions) == 1 else "are"
    return UsageError(
        f"--workers {workers}: {', '.join(functions)} {are} neither @stateless nor async, and each worker would have "
        "an instance of its own; write @stateless before the fun if its result depends on the value and the parameters "
        "alone, or leave --workers out"
    )
