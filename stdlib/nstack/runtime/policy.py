"""What becomes of a failure: it is told, counted, and then stops the run, is skipped, or goes into the dead letters."""

from __future__ import annotations

import base64
import os
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from .codec import Codec
from .declare import Policy
from .errors import CallTimeout, NStackError, Rejected, ReplyError
from .faults import represented
from .log import Log, write_all
from .token import Problem, Token
from .user_code import describe, user_trace


class Stopped(Exception):
    """A failure has stopped the run: unwinds the stage function. Everything has been told by then."""


class Halt:
    """The run's shared ends: ``failed`` when a failure has stopped it, ``asked`` when it shall end. Any thread may
    set and read them.
    """

    def __init__(self) -> None:
        self.failed = False
        self.asked = threading.Event()
        self.notify: Callable[[], None] = lambda: None

    def fail(self) -> None:
        """A failure stops the run."""
        self.failed = True
        self.ask()

    def ask(self) -> None:
        """The run shall end: sources stop, what is in flight drains."""
        self.asked.set()
        self.notify()


class Current:
    """The token of the value that a stage works on right now. It answers like the token, so it can stand for it."""

    __slots__ = ("token",)

    def __init__(self) -> None:
        self.token: Token = Token()

    @property
    def expects(self) -> str | None:
        """As of the token."""
        return self.token.expects

    def fail(self, problem: Problem) -> None:
        """As of the token."""
        self.token.fail(problem)

    def reply(self, body: bytes) -> int:
        """As of the token."""
        return self.token.reply(body)


REPLAY = "NSTACK_REPLAY"
"""The variable that ``nsc replay`` sets: what tells the letters of this run from those that others write meanwhile."""


class DeadLetters:
    """One file of dead letters: JSON lines with the value, the error, the function and the time. A line is whole and
    flushed when ``add`` returns. ``replay`` is the mark of a run that is fed with letters itself.
    """

    def __init__(self, path: Path, replay: str | None = None) -> None:
        self.path = path
        self._replay = replay
        self.count = 0
        self._lock = threading.Lock()

    def add(self, value: bytes, error: str, function: str, **facts: Any) -> None:
        """Appends one line; ``value`` is JSON. ``facts`` say more, those that are not None: where the function stands,
        for one. Any thread may call it."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        letter = {"value": msgspec.Raw(value), "error": error, "function": function, "time": now}
        facts["replay"] = self._replay
        letter |= {name: fact for name, fact in facts.items() if fact is not None}
        line = msgspec.json.encode(letter) + b"\n"
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                _append(descriptor, line)
            finally:
                os.close(descriptor)
            self.count += 1


def _append(descriptor: int, line: bytes) -> None:
    """Adds a whole line to a file, or nothing: what a full disk cuts short is taken back. Raises OSError."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        write_all(descriptor, line)
        return
    with suppress(ImportError, OSError):  # some platforms and file systems know no locks
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)  # other processes may add to it
    size = os.fstat(descriptor).st_size
    whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
    try:
        write_all(descriptor, line if whole else b"\n" + line)  # whoever wrote the last one has not come to its end
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _as_text(record: bytes) -> tuple[str, str]:
    """An undecoded record as a dead letter has it: text, or else base64."""
    try:
        return "text", record.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(record).decode()


class Tally:
    """What one node has counted. Each number is changed by failures only, or once a batch."""

    __slots__ = ("dead", "errors", "skipped", "values_in", "values_out")

    def __init__(self) -> None:
        self.values_in = 0
        self.values_out = 0
        self.skipped = 0
        self.dead = 0
        self.errors = 0


_OUTCOMES = {"stop": "stopped", "skip": "skipped", "dead_letter": "dead_letter"}


class Guard:
    """The policy of one node at work.

    ``shown`` is the function's name, ``origin`` and ``text`` its place in the ``.nml``, ``kind`` whether it is a
    source, a call or a sink of the ``workflow``. ``codec`` writes values into dead letters, which have ``at`` for its
    place.
    """

    def __init__(
        self,
        *,
        shown: str,
        origin: str,
        text: str,
        policy: Policy,
        log: Log,
        halt: Halt,
        dead: DeadLetters,
        codec: Codec | None,
        kind: str = "call",
        workflow: str = "",
        at: str = "",
    ) -> None:
        self._at = at or origin
        self.kind = kind
        self.workflow = workflow
        self.shown = shown
        self.origin = origin
        self.text = text
        self.policy = policy
        self.log = log
        self.halt = halt
        self.dead = dead
        self.codec = codec
        self.tally = Tally()
        self.watchers: list[Callable[[Guard, str | None, BaseException, Any], None]] = []
        """Told of each failure: what became of the value, None where it is tried again."""

    def told(self, error: BaseException) -> str:
        """The failure in one line: function, path, expected, found."""
        return f"{self.shown}: {error if isinstance(error, NStackError) else describe(error)}"

    def report(self, error: BaseException, note: str = "", id: str | None = None) -> None:
        """Logs a failure with its place; with the user's traceback where there is one."""
        self.tally.errors += 1
        trace = getattr(error, "trace", None) if isinstance(error, NStackError) else user_trace(error)
        at = f"{self.origin} {self.text}".strip() or None
        message = self.told(error) + (f" ({note})" if note else "")
        self.log.error(message, event="failure", at=at, id=id, trace=trace)
        if note:
            for watcher in self.watchers:
                watcher(self, None, error, None)

    def settle(self, error: BaseException, value: Any, token: Token | Current | None, *, again: bool = False) -> None:
        """Does what ``on_error`` says with a value that has failed for good. ``again`` tells that retries were made.

        Raises Stopped when that is the policy. A requester that waits hears of the failure, except of a plain skip.
        """
        policy = self.policy.on_error
        heard = policy != "skip" or again or isinstance(error, CallTimeout | ReplyError)
        answers = heard and token is not None and token.expects is not None
        problem = self._problem(error) if token is not None and (answers or policy == "stop") else None
        self.report(error, id=None if problem is None else problem.id)
        for watcher in self.watchers:
            watcher(self, _OUTCOMES[policy], error, value)
        if problem is not None and token is not None:
            token.fail(problem)
        if policy == "stop":
            self.halt.fail()
            raise Stopped(self.told(error))
        if policy == "dead_letter":
            self.bury(error, value)
        else:
            self.tally.skipped += 1

    def bury(self, error: BaseException, value: Any) -> None:
        """Writes a value into the dead letters. Raises Stopped when even that fails: the value would be lost
        otherwise.
        """
        facts = {"at": self._at or None, "kind": self.kind, "workflow": self.workflow or None}
        if self.kind == "source" and isinstance(value, bytes):
            facts["record"], value = _as_text(value)
        try:
            self.dead.add(self._written(value), self.log.clean(self.told(error)), self.shown, **facts)
        except OSError as fault:
            self.log.error(f"dead letters cannot be written to {self.dead.path}: {describe(fault)}")
            self.halt.fail()
            raise Stopped(str(fault)) from None
        self.tally.dead += 1

    def _problem(self, error: BaseException) -> Problem:
        if isinstance(error, CallTimeout):
            return Problem(os.urandom(8).hex(), 504, "The workflow took too long.")
        told = str(error) if isinstance(error, ReplyError) else "The workflow failed on this value."
        return Problem(os.urandom(8).hex(), 500, told)

    def _written(self, value: Any) -> bytes:
        """JSON of a value: proper where its type is known, raw records as text, else what can be shown of it."""
        if isinstance(value, Rejected):
            value = value.value
        with suppress(Exception):  # the value itself may be what is wrong
            if self.codec is not None and self.codec.test(value):
                return self.codec.encode_json(value)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        try:
            return msgspec.json.encode(value, enc_hook=represented)
        except (TypeError, ValueError, RecursionError):
            return msgspec.json.encode(represented(value))
