"""``Sources.http``: values from HTTP requests, and the answers to them.

A raw ASGI application under an embedded uvicorn. All sources of a run that name one port share one server: it is
bound when the first of them opens, serves from the moment the workflow takes batches, refuses new requests when the
sources stop, and goes when the last of them closes, after everything in flight was answered.
"""

import asyncio
import errno
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import msgspec

from nstack.connectors.limits import at_least_one, seconds
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SourceConnector
from nstack.runtime.errors import ConnectorError, DecodeError, MissingExtra, UsageError
from nstack.runtime.token import Answer, Problem, Token, answer

PROVIDES = {"Sources.http": "HttpSource"}

RECEIVING = 64 * 1024 * 1024
"""Bytes of bodies that one server holds while they arrive; beyond it a further request is told to come again."""
LARGE = 64 * 1024
"""Bytes from which a body is decoded off the event loop."""
GRACE = 5
"""Seconds that a connection has to take its answer when the server goes."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PLAIN = "text/plain; charset=utf-8"
ALLOW = ((b"allow", b"POST, PUT"),)
AGAIN = ((b"retry-after", b"1"),)
CLOSE = ((b"connection", b"close"),)


class Refusal(Exception):
    """A request that goes no further: its status, a sentence for the sender, and headers."""

    def __init__(self, status: int, text: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers


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
        key = ("http", parameters.http_host, parameters.http_port)
        server = context.shared.get(key)
        if server is None:
            server = context.shared[key] = Server(key[1], key[2])
        server.add(endpoint)
        self._server, self._endpoint = server, endpoint
        context.log.info(f"Sources.http: listening on http://{server.address}{endpoint.path}")

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
            self._server = None


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
        self._most_waiting = at_least_one(parameters, "http_queue")
        self._has_params = codec.shape.kind == "record" and "params" in codec.shape.labels
        self._waiting: set[asyncio.Future[Answer]] = set()
        if self._at_once and context.expects is not None:
            raise UsageError(
                f'Sources.http ({context.origin}): http_ack = "received" answers at once, '
                "so Sinks.reply has nothing to answer"
            )

    async def take(self, scope: Scope, body: bytes) -> Answer:
        """The answer to a request whose body has arrived. Raises Refusal."""
        try:
            if len(body) < LARGE:
                value = self._decode(scope, body)
            else:
                value = await asyncio.to_thread(self._decode, scope, body)
        except DecodeError as fault:
            raise Refusal(400, str(fault)) from None
        return self._hand_in_only(value, len(body)) if self._at_once else await self._hand_in(value, len(body))

    def _decode(self, scope: Scope, body: bytes) -> Any:
        """``{"params": value}`` whatever the content type; a bare value where that says JSON."""
        codec = self._codec
        if not _says_json(scope["headers"]):
            return codec.decode_params(body)
        if b'"params"' not in body:
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

    def _hand_in_only(self, value: Any, size: int) -> Answer:
        self._offer(Batch((value,), Token(), size=size))
        return Answer(200, b"Message Accepted", PLAIN)

    async def _hand_in(self, value: Any, size: int) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def done(token: Token) -> None:
            if not future.done():
                future.set_result(answer(token, msgspec.json.encode))

        self._offer(Batch((value,), Token(done), size=size))
        self._waiting.add(future)
        limit = loop.call_later(self.timeout, self._too_late, future)
        try:
            return await future
        finally:
            limit.cancel()
            self._waiting.discard(future)

    def _too_late(self, future: asyncio.Future[Answer]) -> None:
        problem = Problem(secrets.token_hex(6), 504, "the value was not through within http_timeout")
        self._context.log.warning(f"Sources.http {self.path}: {problem.title} = {self.timeout:g}s", id=problem.id)
        token = Token()
        token.fail(problem)
        if not future.done():
            future.set_result(answer(token, msgspec.json.encode))

    def abandon(self) -> None:
        """Tells every sender that still waits that its value is not through: the run has ended without it."""
        for future in tuple(self._waiting):
            if not future.done():
                text = "the workflow stopped before the value was through; send it again"
                future.set_exception(Refusal(503, text, CLOSE))


def _says_json(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"content-type":
            kind = value.split(b";", 1)[0].strip().lower()
            return kind in (b"application/json", b"text/json") or kind.endswith(b"+json")
    return False


class Server:
    """One port, and the endpoints that share it."""

    def __init__(self, host: str, port: int) -> None:
        self._endpoints: dict[str, Endpoint] = {}
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self._uvicorn: Any = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._receiving = 0

    def add(self, endpoint: Endpoint) -> None:
        """Raises ConnectorError when the path is taken."""
        other = self._endpoints.get(endpoint.path)
        if other is not None:
            raise ConnectorError(
                f"two Sources.http answer {endpoint.path} on port {self.port}: {other.origin} and {endpoint.origin}"
            )
        self._endpoints[endpoint.path] = endpoint

    async def serve(self) -> None:
        """Answers requests until cancelled. The server itself goes on until the last endpoint is removed."""
        if self._task is None:
            self._uvicorn = _embedded(self.answer, self._ready)
            self._task = asyncio.create_task(self._uvicorn.serve(sockets=[self._socket]))
        await asyncio.shield(self._task)

    async def ready(self) -> None:
        """Waits until requests are answered."""
        await self._ready.wait()

    def stop(self) -> None:
        """Stops listening once no endpoint takes requests any more."""
        if self._uvicorn is not None and all(endpoint.stopping for endpoint in self._endpoints.values()):
            for server in self._uvicorn.servers if self._uvicorn.started else ():
                server.close()

    async def remove(self, endpoint: Endpoint) -> None:
        """Takes an endpoint away; with the last one the server goes."""
        endpoint.stopping = True
        endpoint.abandon()
        self._endpoints.pop(endpoint.path, None)
        if self._endpoints:
            return
        if self._task is None:
            self._socket.close()
            return
        self._uvicorn.should_exit = True
        await asyncio.wait([self._task])

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        try:
            result = await self._route(scope, receive)
        except Refusal as refusal:
            await _send(send, Answer(refusal.status, f"{refusal}\n".encode(), PLAIN), refusal.headers)
        except ConnectionError:
            return  # the sender is gone before its request was complete
        else:
            await _send(send, result)

    async def _route(self, scope: Scope, receive: Receive) -> Answer:
        endpoint = self._endpoints.get(scope["path"])
        if endpoint is None:
            raise Refusal(404, f"nothing answers {scope['path']} here")
        if scope["method"] not in ("POST", "PUT"):
            raise Refusal(405, f"{scope['method']} is not answered here; send POST or PUT", ALLOW)
        if endpoint.stopping:
            raise Refusal(503, "the workflow is stopping", AGAIN + CLOSE)
        return await endpoint.take(scope, await self._body(endpoint, scope, receive))

    async def _body(self, endpoint: Endpoint, scope: Scope, receive: Receive) -> bytes:
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > endpoint.max_body:
                raise _too_large(endpoint)
        message = await self._receive(receive, endpoint.timeout)
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(body) > endpoint.max_body:
                raise _too_large(endpoint)
            return body
        return await self._long_body(endpoint, receive, body)

    async def _long_body(self, endpoint: Endpoint, receive: Receive, first: bytes) -> bytes:
        """A body that comes in parts; what all of them hold together is bounded."""
        parts, size, more = [first], len(first), True
        deadline = asyncio.get_running_loop().time() + endpoint.timeout
        self._receiving += size
        try:
            while more:
                message = await self._receive(receive, deadline - asyncio.get_running_loop().time())
                part = message.get("body", b"")
                more = bool(message.get("more_body"))
                parts.append(part)
                size += len(part)
                self._receiving += len(part)
                if size > endpoint.max_body:
                    raise _too_large(endpoint)
                if self._receiving > RECEIVING:
                    raise Refusal(503, "too many large requests arrive at once; send it again", AGAIN + CLOSE)
        finally:
            self._receiving -= size
        return b"".join(parts)

    async def _receive(self, receive: Receive, timeout: float) -> MutableMapping[str, Any]:
        try:
            async with asyncio.timeout(timeout):
                message = await receive()
        except TimeoutError:
            raise Refusal(408, "the request did not arrive within http_timeout", CLOSE) from None
        if message["type"] == "http.disconnect":
            raise ConnectionError
        return message


def _too_large(endpoint: Endpoint) -> Refusal:
    return Refusal(413, f"the body is larger than http_max_body = {endpoint.max_body} bytes")


async def _send(send: Send, result: Answer, extra: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = list(extra)
    if result.status != 204:
        headers += (b"content-type", result.content_type.encode()), (b"content-length", b"%d" % len(result.body))
    await send({"type": "http.response.start", "status": result.status, "headers": headers})
    await send({"type": "http.response.body", "body": result.body})


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises ConnectorError that says what to do."""
    if not 0 <= port <= 65535:
        raise UsageError(f"http_port must be between 0 and 65535, got {port}")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _listen(family, address)
    except socket.gaierror:
        raise ConnectorError(f"http_host {host!r} is no address of this machine") from None
    except OSError as fault:
        raise ConnectorError(_unbound(host, port, fault)) from None


def _listen(family: int, address: tuple[Any, ...]) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on, which holds answers back for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


def _unbound(host: str, port: int, fault: OSError) -> str:
    other = f"choose another one, as in -p http_port={port + 1 if port < 65535 else 8080}"
    if fault.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use, by another workflow or program: stop that, or {other}"
    if fault.errno == errno.EACCES:
        return f"port {port} needs rights that this user lacks: {other.replace(str(port + 1), '8080')}"
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"http_host {host!r} is no address of this machine"
    return f"cannot listen on {host}:{port}: {fault.strerror or fault}"


def _embedded(application: Any, ready: asyncio.Event) -> Any:
    """A uvicorn server that runs in our loop and leaves signals and logs to us."""
    import uvicorn

    class Embedded(uvicorn.Server):
        def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
            return nullcontext()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    config = uvicorn.Config(
        application,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    return Embedded(config)
