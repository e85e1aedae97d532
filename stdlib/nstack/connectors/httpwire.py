"""One connection to ``Sources.http``: what a request may take in bytes and in time, and what is none at all.

Everything here is decided before a value is looked at. Who sends something wrong is told in a problem document (RFC
9457) wherever an answer can be understood, and hung up on; whoever waits for the answer to an earlier request on the
same connection still gets it. What HTTP/1.1 demands of a server is from RFC 9112.
"""

from __future__ import annotations

import asyncio
import http
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from nstack.connectors.httpheads import Head, Heads
from nstack.connectors.httpproblem import CLOSE, TYPE, Headers, problem
from nstack.runtime.token import Answer

_Protocol: Any = object  # stands for uvicorn's, which is loaded when a port is served

HEAD = 32 * 1024
"""Bytes that the names and values of a request's headers may have."""
HEADERS = 100
"""So many headers may a request have, …"""
TARGET = 8 * 1024
"""… and so many bytes its target."""
PIPELINED = 16
"""So many requests may a connection send before it has an answer to the first."""
SPARE = 64
"""So many connections beyond the most are told that there are too many; any further one is closed at once."""
LINGER = 2
"""Seconds that a client has to read why it is hung up on."""

_QUIET = logging.Logger("nstack.http", logging.CRITICAL + 1)
"""Whoever sends rubbish is told so; our log is not theirs to fill."""


@cache
def _line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n".encode()


@cache
def _kind(content_type: str) -> bytes:
    return f"content-type: {content_type}\r\ncontent-length: ".encode()


def _written(result: Answer, extra: Headers, keep_alive: bool, defaults: Headers) -> bytes:
    """An answer on the wire."""
    parts = [_line(result.status)]
    for name, value in (*defaults, *extra):
        parts += (name, b": ", value, b"\r\n")
    if not keep_alive and CLOSE[0] not in extra:
        parts.append(b"connection: close\r\n")
    if result.status != 204:
        parts += (_kind(result.content_type), b"%d\r\n" % len(result.body))
    parts += (b"\r\n", result.body)
    return b"".join(parts)


class _Untold:
    """Stands for the event of a request that is here already."""

    def set(self) -> None:
        """Nobody waits for it."""


class Plain:
    """What a connection knows of a request that was never parsed; it stands where uvicorn's own record would."""

    __slots__ = ("disconnected", "keep_alive", "on_response", "response_complete", "response_started")
    message_event = _Untold()

    def __init__(self, on_response: Callable[[], None]) -> None:
        self.on_response = on_response
        self.disconnected = self.response_complete = self.response_started = False
        self.keep_alive = True


class Limits:
    """What all connections to one port share: how many there may be, and how long a request's head may take
    (``receive`` seconds), which is also how long nobody may leave an answer unread."""

    __slots__ = ("connections", "receive")

    def __init__(self, connections: int, receive: float) -> None:
        self.connections = connections
        self.receive = receive


class Wire(_Protocol):  # type: ignore[misc]
    """A connection that is held to limits, as a class before that of uvicorn's protocol. ``limits`` is set on the class
    that has both, one for each port."""

    limits: Limits
    quick: Callable[[Any], bool]
    """Takes a request that has arrived as a whole, to answer it with ``respond``; False where that takes more."""
    keep: Callable[[bytes, Any], None]
    """Told of a request that ``quick`` has taken and of the bytes that it was."""
    again: Callable[[Head, bytes, Any], bool]
    """Takes a body whose head is one of ``heads``."""
    heads: Heads

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = _QUIET
        self._fault = (400, "this is not HTTP/1.1")
        self._head: int | None = None
        self._data = b""
        self._begun = False
        self._closing = False
        self._crowded = False
        self._size = 0
        self._asked: list[Any] = []
        self._message: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._arriving = False
        self._held: tuple[Any, Any] | None = None
        self._quick: Any = None

    # ------------------------------------------------------------------------------------------ the connection

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._crowded = len(self.connections) > self.limits.connections
        if len(self.connections) > self.limits.connections + SPARE:
            transport.abort()
            return
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        at_start = not self._asked and self._head is None and self._message is None
        if at_start and self._take_again(data):
            return
        self._data, self._quick = data, None
        super().data_received(data)
        self._data = b""
        if self._closing or self.transport.is_closing():
            return
        if at_start and self._quick is not None:
            self.keep(data, self._quick)
        if self._held is not None:  # the rest of it is still to come
            held, self._held = self._held, None
            super()._start_asgi_task(*held)
        self._begun = True
        if self._head is not None:
            self._head += len(data)
            if self._head > 2 * HEAD + TARGET:
                self._refuse(431, f"the request's head is larger than {HEAD} bytes")
                return
        if self._timer is None and (self._head is not None or self._is_idle()):
            self._start_timer()

    def _take_again(self, data: bytes) -> bool:
        """A request whose head is known: nothing of it needs to be parsed."""
        end = data.find(b"\r\n\r\n") + 4
        head = self.heads.get(data[:end])
        if head is None or len(data) - end != head.length or self._crowded or self.flow.write_paused:
            return False
        cycle = Plain(self.on_response_complete)
        if not self.again(head, data[end:], cycle):
            return False
        if self._timer is not None:
            self._stop_timer()
        self._unset_keepalive_if_required()
        self._begun = True
        self.cycle = cycle
        self._asked.append(cycle)
        return True

    def eof_received(self) -> bool | None:
        """A client that has only stopped sending gets its answers."""
        if self._closing or self.transport.is_closing():
            return None
        if self._head is not None or self._message is not None:
            self._refuse(400, "the request ended before it was complete")
            return self._is_waited_for()
        if self._is_waited_for():
            self._closing = True
            self._unanswered()[-1].keep_alive = False
            return True
        return None

    def _is_waited_for(self) -> bool:
        """Whether somebody who sends nothing more waits for an answer; with TLS nobody can stop sending alone."""
        return self.scheme == "http" and not self.transport.is_closing() and bool(self._unanswered())

    def _is_idle(self) -> bool:
        return not self._asked

    def _unanswered(self) -> list[Any]:
        """The requests without an answer, in their order, whose heads at least have come."""
        return [cycle for cycle in self._asked if not cycle.response_complete]

    def on_response_complete(self) -> None:
        self._asked = [] if len(self._asked) == 1 else self._unanswered()
        super().on_response_complete()
        left = self.transport.get_write_buffer_size()
        if left:
            self.loop.call_later(self.limits.receive, self._hang_up_on_slow_reader, left)

    def _hang_up_on_slow_reader(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= before:
            self.transport.abort()
        elif left:
            self.loop.call_later(self.limits.receive, self._hang_up_on_slow_reader, left)

    # ------------------------------------------------------------------------------------------ time

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.limits.receive, self._too_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._head is not None:
            self._refuse(408, "the request's head did not arrive within http_receive_timeout")
        elif self._is_idle():
            self.transport.close()  # nothing has come, or what is left of a request that has its answer

    # ------------------------------------------------------------------------------------------ the request

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = self._size = 0
        self._message = None

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > TARGET:
            self._wrong(414, f"the request's target is longer than {TARGET} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        # As in uvicorn; calling that for each header would take as long again.
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        headers = self.headers
        headers.append((name, value))
        self._size += len(name) + len(value)
        if self._size > HEAD:
            self._wrong(431, f"the request's headers are larger than {HEAD} bytes")
        if len(headers) > HEADERS:
            self._wrong(431, f"the request has more than {HEADERS} headers")

    def on_headers_complete(self) -> None:
        self._head = None
        self._stop_timer()
        self._check_head()
        if len(self.pipeline) >= PIPELINED:
            self._wrong(429, f"more than {PIPELINED} requests wait on one connection")
        if self._crowded:
            self._wrong(503, f"there are more than {self.limits.connections} connections; come again")
        self._arriving = True
        super().on_headers_complete()
        self._arriving = False
        self._message = self.cycle
        self._asked.append(self.cycle)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """A request that has just begun to arrive waits for what else has come with its head."""
        if self._arriving:
            self._held = (cycle, app)
        else:
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._message = None
        if self._held is not None:
            held, self._held = self._held, None
            if self.quick(held[0]):
                self._quick = held[0]
            else:
                super()._start_asgi_task(*held)

    def _check_head(self) -> None:
        """What RFC 9112 has a server refuse, and the parser lets pass."""
        names = [name for name, _ in self.headers]
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            self._wrong(505, f"HTTP/{version} is not spoken here; send HTTP/1.1")
        hosts = names.count(b"host")
        if hosts != 1 and (hosts or version == "1.1"):
            self._wrong(400, f"a request has one Host, this one has {hosts or 'none'}")
        if b"transfer-encoding" in names:
            self._check_coding(version)
        if b"expect" in names and not self.expect_100_continue:
            self._wrong(417, "100-continue is the only expectation that is met here")

    def _check_coding(self, version: str) -> None:
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings[0] != b"chunked":
            self._wrong(501, "chunked is the only Transfer-Encoding that is understood here")
        if len(codings) > 1 or version == "1.0":
            self._wrong(400, "Transfer-Encoding comes once, in a request of HTTP/1.1")

    def _wrong(self, status: int, detail: str) -> None:
        """Ends the parsing of what is wrong; ``send_400_response`` follows."""
        self._fault = (status, detail)
        raise ValueError(detail)

    def respond(self, cycle: Any, result: Answer, extra: Headers) -> bool:
        """Answers a request as a whole, in one write. False where the client is slow to read what it has."""
        if cycle.disconnected or self.transport.is_closing():
            return True
        if self.flow.write_paused:
            return False
        keep_alive = cycle.keep_alive and CLOSE[0] not in extra
        self.transport.write(_written(result, extra, keep_alive, self.server_state.default_headers))
        cycle.keep_alive = keep_alive
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    # ------------------------------------------------------------------------------------------ the refusal

    def send_400_response(self, msg: str) -> None:
        """Called where the parser has met something that it cannot read, or that ``_wrong`` refused."""
        if not self._begun and self._data.startswith(b"\x16\x03"):
            self._fault = (400, "this port speaks HTTP without TLS: the address starts with http://")
        elif not self._begun and self._data.startswith(b"PRI * HTTP/2"):
            self._fault = (505, "HTTP/2 is not spoken here; send HTTP/1.1")
        self._refuse(*self._fault)

    def _refuse(self, status: int, detail: str) -> None:
        """Answers the request that is wrong and hangs up. Where requests before it wait for their answers, those are
        given, and nothing for this one."""
        self._closing = True
        self._stop_timer()
        wrong = self._message
        if self.pipeline and self.pipeline[0][0] is wrong:
            self.pipeline.popleft()
        before = self._asked = [cycle for cycle in self._unanswered() if cycle is not wrong]
        if before:
            before[-1].keep_alive = False
            return
        if wrong is not None:
            if wrong.response_started:  # it has been answered without its body
                self.transport.close()
                return
            wrong.disconnected = True  # its body is what is wrong: the value goes nowhere
            wrong.message_event.set()
        body = problem(status, detail)
        head = (
            f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\ncontent-type: {TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n"
        )
        head += "retry-after: 1\r\n" if status in (429, 503) else ""
        self.transport.write(head.encode() + b"\r\n" + body)
        self._hang_up()

    def _hang_up(self) -> None:
        """Closes, and lets a client that still sends read its answer first: closed at once it would be reset."""
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.flow.resume_reading()
        self.transport.write_eof()
        self._timer = self.loop.call_later(min(LINGER, self.limits.receive), self.transport.close)
