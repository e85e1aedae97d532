"""Tokens: how a source learns that everything which came from a batch has been flushed by every sink.

A token counts its live descendants. It starts at one, which is held for the stage function that works on the batch; a
sink's part of the batch adds one and takes it away after its flush. At zero the token is done, and ``when_done`` is
called on the event loop. A value that is skipped or dropped simply adds nothing; a dead letter adds one until it is
flushed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Problem:
    """Why a request got no answer: ``id`` is in the log, ``status`` the HTTP status (500, or 504 for a timeout)."""

    __slots__ = ("id", "status", "title")

    def __init__(self, id: str, status: int, title: str) -> None:
        self.id = id
        self.status = status
        self.title = title


class Token:
    """One batch of a source, on its way.

    ``when_done(token)`` runs on the event loop when the last descendant is flushed; by then ``problem`` tells about
    a value that failed (None: none did) and ``replies`` holds the encoded answers that ``Sinks.reply`` gave, in
    order. ``expects`` is set by the engine from the program: ``None`` where no reply is reachable, ``"one"`` or
    ``"many"``. ``offset`` is the source's own mark for where to resume, if it has one.
    """

    __slots__ = ("_count", "_finish", "expects", "offset", "problem", "replies", "when_done")

    _lock = (
        threading.Lock()
    )  # a count changes a few times a batch; one lock for all of them is never contended for long

    def __init__(self, when_done: Callable[[Token], object] | None = None, offset: object = None) -> None:
        self._count = 1
        self._finish: Callable[[Token], object] | None = None
        self.when_done = when_done
        self.offset = offset
        self.problem: Problem | None = None
        self.replies: list[bytes] | None = None
        self.expects: str | None = None

    def add(self) -> None:
        """One more descendant to wait for. Any thread may call it."""
        with Token._lock:
            self._count += 1

    def release(self) -> None:
        """One descendant fewer. At zero the token is done. Any thread may call it."""
        with Token._lock:
            self._count -= 1
            done = self._count == 0
        if done and self._finish is not None:
            self._finish(self)
        elif done and self.when_done is not None:
            self.when_done(self)

    def is_open(self) -> bool:
        """Whether a stage has taken it and not all that came of it is flushed."""
        return self._finish is not None and self._count > 0

    @property
    def done(self) -> bool:
        """Whether nothing of it is under way any more."""
        return self._count == 0

    def hold(self, finish: Callable[[Token], object], expects: str | None) -> None:
        """The engine takes the token over: ``finish`` brings its end to the event loop."""
        self._finish = finish
        self.expects = expects

    def fail(self, problem: Problem) -> None:
        """A value of this batch has failed; the first problem is the one that is told."""
        if self.problem is None:
            self.problem = problem

    def reply(self, body: bytes) -> int:
        """Keeps one encoded answer and tells how many there are now."""
        if self.replies is None:
            self.replies = []
        self.replies.append(body)
        return len(self.replies)


class Answer:
    """What a requester is told: an HTTP ``status``, the ``body`` and its ``content_type``."""

    __slots__ = ("body", "content_type", "status")

    def __init__(self, status: int, body: bytes = b"", content_type: str = "application/json") -> None:
        self.status = status
        self.body = body
        self.content_type = content_type


def answer(token: Token, encode: Callable[[Any], bytes]) -> Answer:
    """The answer to the request that a finished token stands for.

    Without a reachable reply 200 ``Message Accepted``; with one the value, the array of all values, or 204 where
    none came. A failure is a problem document (RFC 9457) without a traceback; its ``id`` is in the log. ``encode``
    writes JSON.
    """
    problem = token.problem
    if problem is not None:
        title = "Gateway Timeout" if problem.status == 504 else "Internal Server Error"
        document = {
            "type": "about:blank",
            "title": title,
            "status": problem.status,
            "detail": problem.title,
            "id": problem.id,
        }
        return Answer(problem.status, encode(document), "application/problem+json")
    if token.expects is None:
        return Answer(200, b"Message Accepted", "text/plain; charset=utf-8")
    if token.expects == "many":
        return Answer(200, b"[" + b",".join(token.replies or ()) + b"]")
    return Answer(200, token.replies[0]) if token.replies else Answer(204)
