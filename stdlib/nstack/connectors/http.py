"""``Sources.http``: values from HTTP requests, and the answers to them.

A raw ASGI application under an embedded uvicorn. All sources of a run that name one port share one server: it is
bound when the first of them opens, serves from the moment the workflow takes batches, refuses new requests when the
sources stop, and goes when the last of them closes, after everything in flight was answered.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from nstack.connectors.httpheads import says_json
from nstack.connectors.httpproblem import AGAIN, CLOSE, TYPE, Refusal, problem
from nstack.connectors.httpserver import Scope, Server, Settings
from nstack.connectors.limits import at_least_one, seconds
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SourceConnector
from nstack.runtime.errors import DecodeError, MissingExtra, UsageError
from nstack.runtime.token import Answer, Token, answer

PROVIDES = {"Sources.http": "HttpSource"}

LARGE = 64 * 1024
"""Bytes from which a body is decoded off the event loop."""

CARRIED = (b"traceparent", b"tracestate", b"baggage")
"""What a request says of its trace (W3C Trace Context)."""

PLAIN = "text/plain; charset=utf-8"


class HttpSource(SourceConnector):
    """One path of a server."""

    REPLAY = "sender"

    def __init__(self) -> None:
        self._endpoint: Endpoint | None = None
        self._server: Server | None = None

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Binds the port, or joins the server that has it. Raises ConnectorError for a port or a path that is taken."""
        try:
            import uvicorn  # noqa: F401
        except ImportError:
            raise MissingExtra("http", "http") from None
        endpoint = Endpoint(parameters, codec, context)
        settings = _settings(parameters, context)
        key = ("http", parameters.http_host, parameters.http_port)
        server = context.shared.get(key)
        if server is None:
            server = context.shared[key] = Server(key[1], key[2], settings, context.log)
        server.add(endpoint, settings)
        self._server, self._endpoint = server, endpoint
        open_to = "" if endpoint.token or _is_here(key[1]) else "; without http_token anybody who reaches it may send"
        context.log.info(f"Sources.http: listening on {server.address}{endpoint.path}{open_to}")

    async def batches(self) -> AsyncIterator[Batch]:
        """Serves. Requests are offered to the engine one by one, so this yields nothing."""
        if self._server is not None:
            await self._server.serve()
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch

    async def stop(self) -> None:
        """From now on new requests are refused; those accepted are still answered."""
        if self._server is not None and self._endpoint is not None:
            self._endpoint.stopping = True
            self._server.stop()

    async def close(self) -> None:
        """Gives the path back, and with the last path the port."""
        if self._server is not None and self._endpoint is not None:
            await self._server.remove(self._endpoint)
            self._endpoint.tell_refused(self.answers())
            self._server = None

    def answers(self) -> dict[int, int]:
        """How many requests were answered with each status."""
        if self._server is None or self._endpoint is None:
            return {}
        told = sorted(self._server.answers.items())
        return {status: count for (path, status), count in told if path == self._endpoint.path}


class Endpoint:
    """What one source answers on its path."""

    def __init__(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        self.path = "/" + parameters.http_path.removeprefix("/")
        self.origin = context.origin
        self.stopping = False
        self._codec = codec
        self._context = context
        self._at_once = parameters.http_ack == "received"
        self.max_body = at_least_one(parameters, "http_max_body")
        self.timeout = seconds(parameters, "http_timeout")
        self.token = _token(parameters, context)
        self._most_waiting = at_least_one(parameters, "http_queue")
        self._has_params = codec.shape.kind == "record" and "params" in codec.shape.labels
        self._waiting: dict[asyncio.Future[Answer] | _Asked, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        names = dict.fromkeys(("params", *codec.shape.labels))  # each once, "params" too where it is a field
        self._keys = [msgspec.json.encode(key) + b":" for key in names if key.isascii()]
        if self._at_once and context.expects is not None:
            raise UsageError(
                f'Sources.http ({context.origin}): http_ack = "received" answers at once, '
                "so Sinks.reply has nothing to answer"
            )

    async def take(self, scope: Scope, body: bytes) -> Answer:
        """The answer to a request whose body has arrived. Raises Refusal."""
        try:
            is_json = says_json(scope["headers"])
            if len(body) < LARGE:
                value = self._decode(is_json, body)
            else:
                value = await asyncio.to_thread(self._decode, is_json, body)
        except DecodeError as fault:
            raise Refusal(400, str(fault)) from None
        batch = Batch((value,), Token(), size=len(body))
        if self._context.traced:
            batch.carrier = {
                name.decode(): text.decode("latin-1") for name, text in scope["headers"] if name in CARRIED
            }
        if self._at_once:
            self._offer(batch)
            return Answer(200, b"Message Accepted", PLAIN)
        return await self._hand_in(batch)

    def _decode(self, is_json: bool, body: bytes) -> Any:
        """``{"params": value}`` whatever the content type; a bare value where that says JSON."""
        value = self._decoded(is_json, body)
        colons = body.count(b":")
        if colons > 1 and colons != self._keys_once(body):
            _refuse_repeated_keys(body)
        return value

    def _keys_once(self, body: bytes) -> int:
        """How many keys a body has, where they are all of the record's and each is there once; else fewer or 0."""
        found = 0
        for key in self._keys:
            count = body.count(key)
            if count > 1:
                return 0
            found += count
        return found

    def _decoded(self, is_json: bool, body: bytes) -> Any:
        codec = self._codec
        if not is_json:
            return codec.decode_params(body)
        if b'"params"' not in body and not (b"\\u00" in body and _PARAMS.search(body)):
            return codec.decode_json(body, "body")
        try:
            return codec.decode_params(body)
        except DecodeError as fault:
            if fault.path != "body" and not self._has_params:
                raise
            try:
                return codec.decode_json(body, "body")
            except DecodeError as bare:
                raise (bare if fault.path == "body" else fault) from None

    def _offer(self, batch: Batch) -> None:
        if self.stopping:
            raise Refusal(503, "the workflow is stopping", AGAIN + CLOSE)
        if not self._context.offer(batch, self._most_waiting):
            raise Refusal(503, "too many requests wait for the workflow; send it again", AGAIN)

    def take_quickly(self, is_json: bool, body: bytes, told: Callable[[Answer | Refusal], None]) -> bool:
        """Hands in a value that can be decoded, where there is room for it; ``told`` has its answer later."""
        if self._at_once or self._context.traced:
            return False
        try:
            value = self._decode(is_json, body)
        except Exception:  # whatever it is, it comes again in ``take``, where it can be told
            return False
        asked = _Asked(told, self._waiting)
        if not self._context.offer(Batch((value,), Token(asked.finished), size=len(body)), self._most_waiting):
            return False
        self._wait_for(asked)
        return True

    def _wait_for(self, asked: asyncio.Future[Answer] | _Asked) -> None:
        """One more waits for its answer. One timer serves all, as whoever came first is the first to be too late."""
        loop = asyncio.get_running_loop()
        self._waiting[asked] = loop.time() + self.timeout
        if self._timer is None:
            self._timer = loop.call_later(self.timeout, self._give_up_late)

    def _give_up_late(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        for asked, limit in tuple(self._waiting.items()):
            if limit > loop.time():
                self._timer = loop.call_at(limit, self._give_up_late)
                return
            self._too_late(asked)

    async def _hand_in(self, batch: Batch) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def done(token: Token) -> None:
            if not future.done():
                future.set_result(answer(token, msgspec.json.encode))

        batch.token.when_done = done
        self._offer(batch)
        self._wait_for(future)
        try:
            return await future
        finally:
            self._waiting.pop(future, None)

    def _too_late(self, future: asyncio.Future[Answer] | _Asked) -> None:
        id, text = secrets.token_hex(6), "the value was not through within http_timeout"
        self._context.log.warning(f"Sources.http {self.path}: {text} = {self.timeout:g}s", id=id)
        if not future.done():
            future.set_result(Answer(504, problem(504, text, id), TYPE))

    def tell_refused(self, answers: Mapping[int, int]) -> None:
        """At the end, for who wonders where a value is: which requests did not get to the workflow."""
        refused = {status: count for status, count in answers.items() if 400 <= status < 500}
        if refused:
            each = ", ".join(f"{count} with {status}" for status, count in refused.items())
            total = sum(refused.values())
            many = "1 request was" if total == 1 else f"{total} requests were"
            self._context.log.info(f"Sources.http {self.path}: {many} refused, {each}")

    def abandon(self) -> None:
        """Tells every sender that still waits that its value is not through: the run has ended without it."""
        for future in tuple(self._waiting):
            if not future.done():
                text = "the workflow stopped before the value was through; send it again"
                future.set_exception(Refusal(503, text, CLOSE))


class _Asked:
    """A request that waits for its answer, as a future does: whoever calls is told as soon as there is one."""

    __slots__ = ("_told", "_waiting")

    def __init__(self, told: Callable[[Answer | Refusal], None], waiting: dict[Any, float]) -> None:
        self._told: Callable[[Answer | Refusal], None] | None = told
        self._waiting = waiting

    def finished(self, token: Token) -> None:
        """Its value is through."""
        if self._told is not None:
            self._tell(answer(token, msgspec.json.encode))

    def done(self) -> bool:
        """Whether it has been answered."""
        return self._told is None

    def set_result(self, result: Answer) -> None:
        """Answers it."""
        self._tell(result)

    def set_exception(self, error: Refusal) -> None:
        """Answers that there is none."""
        self._tell(error)

    def _tell(self, result: Answer | Refusal) -> None:
        told, self._told = self._told, None
        self._waiting.pop(self, None)
        if told is not None:
            told(result)


def _settings(parameters: Parameters, context: Context) -> Settings:
    """What the sources of one port have in common. Raises UsageError."""
    if parameters.http_key_file and not parameters.http_cert_file:
        raise UsageError("http_key_file is the key of a certificate: http_cert_file names its file")
    return Settings(
        at_least_one(parameters, "http_connections"),
        seconds(parameters, "http_receive_timeout"),
        context.path(parameters.http_cert_file) if parameters.http_cert_file else None,
        context.path(parameters.http_key_file) if parameters.http_key_file else None,
    )


def _token(parameters: Parameters, context: Context) -> bytes:
    """What a sender has to show, nothing where anybody may send. Raises UsageError."""
    token: str = parameters.http_token
    if not token and "http_token" in parameters.environment:
        raise UsageError(f"http_token ({context.origin}) is empty, which would let anybody in")
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]*=*", token):
        raise UsageError("http_token: a bearer token has letters, digits and -._~+/ alone (RFC 6750)")
    return token.encode()


def _is_here(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_PARAMS = re.compile(rb'"(?:p|\\u0070)(?:a|\\u0061)(?:r|\\u0072)(?:a|\\u0061)(?:m|\\u006[dD])(?:s|\\u0073)"')
"""The envelope's key, in whatever way it is written."""

_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*+)"\s*+(:?)', re.DOTALL)


def _refuse_repeated_keys(body: bytes) -> None:
    """Readers of JSON differ in which of two equal keys they take, so a sender and a workflow could mean different
    values by one text. Raises DecodeError."""
    if len(body) < LARGE:
        keys = [text for text, colon in _TEXT.findall(body) if colon]
        if len(set(keys)) == len(keys) and (b"\\" not in body or not any(b"\\" in key for key in keys)):
            return
    try:
        _EACH_KEY_ONCE.decode(body.decode())
    except RecursionError:
        raise DecodeError("body", "JSON", "values nested too deeply") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise DecodeError("body", "each key once in an object", f"{msgspec.json.encode(key[:60]).decode()} again")
        seen.add(key)


_EACH_KEY_ONCE = json.JSONDecoder(object_pairs_hook=_each_key_once, parse_int=str, parse_float=str)
