"""One port of ``Sources.http``: its server, and the way from a request to the source that answers its path."""

from __future__ import annotations

import asyncio
import errno
import hmac
import resource
import secrets
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

import msgspec

from nstack.connectors.httpheads import Head, Heads, is_encoded, says_json
from nstack.connectors.httpproblem import AGAIN, CLOSE, TYPE, Headers, Refusal, problem
from nstack.connectors.httpwire import Limits, Wire
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.log import Log
from nstack.runtime.token import Answer
from nstack.runtime.user_code import describe

RECEIVING = 64 * 1024 * 1024
"""Bytes of bodies that one server holds while they arrive; beyond it a further request is told to come again."""
SMALL = 64 * 1024
"""Bytes of a body that is decoded at once."""
PACE = 1024
"""A body has to come at so many bytes a second, after the time that any request has."""
GRACE = 5
"""Seconds that a connection has to take its answer when the server goes."""
HANDSHAKE = 10
"""Seconds for that of TLS."""
GOODBYE = 1
"""Seconds that a client has to take leave in TLS."""
_OTHERS = 200
"""Descriptors that the rest of a run may need."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ALLOW: Headers = ((b"allow", b"POST, PUT"),)
IDENTITY: Headers = ((b"accept-encoding", b"identity"),)


class Settings(msgspec.Struct, frozen=True):
    """What all sources on one port have to agree on: how many connections there may be, the seconds that a request has
    to arrive, and the files of certificate and key."""

    http_connections: int
    http_receive_timeout: float
    http_cert_file: Path | None = None
    http_key_file: Path | None = None


class Answering(Protocol):
    """What a server needs to know of a source: ``path`` is its own, ``token`` what a sender has to show."""

    path: str
    origin: str
    stopping: bool
    max_body: int
    timeout: float
    token: bytes

    async def take(self, scope: Scope, body: bytes) -> Answer:
        """The answer to a request whose body has arrived. Raises Refusal."""

    def take_quickly(self, is_json: bool, body: bytes, told: Callable[[Answer | Refusal], None]) -> bool:
        """Takes a request of which there is nothing else to say, and tells its answer later; or else False."""

    def abandon(self) -> None:
        """The run has ended."""


class Server:
    """One port, and the endpoints that share it. Raises ConnectorError where it cannot be had."""

    def __init__(self, host: str, port: int, settings: Settings, log: Log) -> None:
        self._endpoints: dict[bytes, Answering] = {}
        self._settings = settings
        self._log = log
        self._tls = None if settings.http_cert_file is None else _tls(settings.http_cert_file, settings.http_key_file)
        _make_room(settings.http_connections)
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        scheme = "http" if self._tls is None else "https"
        self.address = f"{scheme}://[{host}]:{self.port}" if ":" in host else f"{scheme}://{host}:{self.port}"
        self._uvicorn: Any = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._receiving = 0
        self._slow: set[asyncio.Future[None]] = set()
        self.heads = Heads()
        self.answers: Counter[tuple[str, int]] = Counter()
        """How many requests to each path were answered with each status; those to no path of ours have an empty one."""

    def add(self, endpoint: Answering, settings: Settings) -> None:
        """Raises ConnectorError when the path is taken, or another source on this port is set otherwise."""
        for other in self._endpoints.values():
            where = f"{other.origin} and {endpoint.origin}"
            if other.path == endpoint.path:
                raise ConnectorError(f"two Sources.http answer {endpoint.path} on port {self.port}: {where}")
            for name in settings.__struct_fields__:
                if getattr(settings, name) != getattr(self._settings, name):
                    raise ConnectorError(f"two Sources.http share port {self.port} and differ in {name}: {where}")
        self._endpoints[endpoint.path.encode()] = endpoint
        self.heads.clear()

    async def serve(self) -> None:
        """Answers requests until cancelled. The server itself goes on until the last endpoint is removed."""
        if self._task is None:
            self._uvicorn = _embedded(self, self._ready, self._settings, self._tls)
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

    async def remove(self, endpoint: Answering) -> None:
        """Takes an endpoint away; with the last one the server goes."""
        endpoint.stopping = True
        self.heads.clear()
        endpoint.abandon()
        if self._endpoints.get(endpoint.path.encode()) is endpoint:
            del self._endpoints[endpoint.path.encode()]
        if self._endpoints:
            return
        if self._task is None:
            self._socket.close()
            return
        self._uvicorn.should_exit = True
        await asyncio.wait([self._task])

    # ------------------------------------------------------------------------------------------ a request

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        headers: Headers = ()
        try:
            result = await self._route(scope, receive)
        except Refusal as refusal:
            result, headers = _told(refusal), refusal.headers
        except ConnectionError:
            return  # the sender is gone before its request was complete
        except Exception as error:
            id = secrets.token_hex(6)
            self._log.error(f"internal error in Sources.http: {describe(error)}", id=id)
            result, headers = _told(Refusal(500, "the request could not be answered", id=id)), CLOSE
        endpoint = self._endpoints.get(scope["raw_path"])
        self.answers[endpoint.path if endpoint is not None else "", result.status] += 1
        await _send(send, result, headers)

    def quick(self, cycle: Any) -> bool:
        """Takes a request that has arrived as a whole, and answers it later: what is plain goes no further than this.
        Whatever else there is to say of one is said by ``answer``."""
        scope, body = cycle.scope, cycle.body
        endpoint = self._endpoints.get(scope["raw_path"])
        if endpoint is None or endpoint.stopping or scope["method"] != "POST" or cycle.waiting_for_100_continue:
            return False
        if len(body) > min(endpoint.max_body, SMALL) or is_encoded(scope["headers"]):
            return False
        try:
            if endpoint.token:
                _admit(scope, endpoint.token)
            is_json = says_json(scope["headers"])
        except Refusal:
            return False
        return endpoint.take_quickly(is_json, bytes(body), partial(self._tell, cycle, endpoint.path))

    def keep(self, data: bytes, cycle: Any) -> None:
        """Remembers the head of a request that was taken quickly, and that ``data`` was the whole of."""
        endpoint = self._endpoints.get(cycle.scope["raw_path"])
        if endpoint is not None and cycle.keep_alive:
            self.heads.keep(data, cycle.scope["headers"], cycle.body, endpoint)

    def again(self, head: Head, body: bytes, cycle: Any) -> bool:
        """Takes a request whose head has been here before."""
        endpoint: Answering = head.endpoint
        told = partial(self._tell, cycle, endpoint.path)
        return not endpoint.stopping and endpoint.take_quickly(head.says_json, body, told)

    def _tell(self, cycle: Any, path: str, result: Answer | Refusal) -> None:
        extra: Headers = ()
        if isinstance(result, Refusal):
            extra, result = result.headers, _told(result)
        self.answers[path, result.status] += 1
        if not cycle.on_response.__self__.respond(cycle, result, extra):
            task = asyncio.ensure_future(_send(cycle.send, result, extra))
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)

    async def _route(self, scope: Scope, receive: Receive) -> Answer:
        endpoint = self._endpoints.get(scope["raw_path"])
        if endpoint is None:
            endpoint = self._endpoint(scope["raw_path"])
        if endpoint.token:
            _admit(scope, endpoint.token)
        if scope["method"] not in ("POST", "PUT"):
            raise Refusal(405, f"{scope['method']} is not answered here; send POST or PUT", ALLOW)
        if endpoint.stopping:
            raise Refusal(503, "the workflow is stopping", AGAIN + CLOSE)
        return await endpoint.take(scope, await self._body(endpoint, scope, receive))

    def _endpoint(self, raw: bytes) -> Answering:
        """The source of a path that is not written as its own is. An encoded slash divides nothing, and nothing is
        done to dots: what a proxy in front may have understood otherwise is no path of ours."""
        decoded = [unquote_to_bytes(part) for part in raw.split(b"/")]
        plain = not any(b"/" in part for part in decoded)
        found = self._endpoints.get(b"/".join(decoded)) if plain else None
        if found is None:
            shown = raw[:200].decode("ascii", "replace")
            close = self._endpoints.get(raw.rstrip(b"/"))
            hint = "" if close is None or close.token else f"; {close.path} is"
            raise Refusal(404, f"nothing answers {shown} here" + (hint and f" (without the slash{hint})"))
        return found

    async def _body(self, endpoint: Answering, scope: Scope, receive: Receive) -> bytes:
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > endpoint.max_body:
                raise _too_large(endpoint)
            if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                raise Refusal(415, "a body comes without Content-Encoding here", IDENTITY)
        message = await _receive(receive, self._settings.http_receive_timeout)
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(body) > endpoint.max_body:
                raise _too_large(endpoint)
            return body
        return await self._long_body(endpoint, receive, body)

    async def _long_body(self, endpoint: Answering, receive: Receive, first: bytes) -> bytes:
        """A body that comes in parts; what all of them hold together is bounded."""
        parts, size, more = [first], len(first), True
        now = asyncio.get_running_loop().time
        began = now()
        self._receiving += size
        try:
            while more:
                allowed = min(endpoint.timeout, self._settings.http_receive_timeout + size / PACE)
                message = await _receive(receive, began + allowed - now())
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


async def _receive(receive: Receive, timeout: float) -> MutableMapping[str, Any]:
    try:
        async with asyncio.timeout(timeout):
            message = await receive()
    except TimeoutError:
        raise Refusal(408, "the request's body did not arrive within http_receive_timeout", CLOSE) from None
    if message["type"] == "http.disconnect":
        raise ConnectionError
    return message


def _admit(scope: Scope, token: bytes) -> None:
    """Raises Refusal for a sender that does not show the token (RFC 6750)."""
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    if not shown:
        header = b'Bearer realm="nstack"'
        raise Refusal(401, "send the header Authorization: Bearer TOKEN", ((b"www-authenticate", header),))
    scheme, _, credentials = shown[0].partition(b" ")
    known = hmac.compare_digest(credentials.strip(), token)  # which takes as long for any token of a length
    if not known or scheme.lower() != b"bearer" or len(shown) > 1:
        header = b'Bearer realm="nstack", error="invalid_token"'
        raise Refusal(401, "this is not the token", ((b"www-authenticate", header),))


def _too_large(endpoint: Answering) -> Refusal:
    return Refusal(413, f"the body is larger than http_max_body = {endpoint.max_body} bytes")


def _told(refusal: Refusal) -> Answer:
    return Answer(refusal.status, problem(refusal.status, str(refusal), refusal.id), TYPE)


def _described(result: Answer) -> Headers:
    if result.status == 204:
        return ()
    return (b"content-type", result.content_type.encode()), (b"content-length", b"%d" % len(result.body))


async def _send(send: Send, result: Answer, extra: Headers = ()) -> None:
    headers = [*extra, *_described(result)]
    await send({"type": "http.response.start", "status": result.status, "headers": headers})
    await send({"type": "http.response.body", "body": result.body})


# ---------------------------------------------------------------------------------------------- the port


def _make_room(connections: int) -> None:
    """Lets the process have as many descriptors as the connections need, where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


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
    other = (
        f"choose another one, by http_port in the program, or as in -p http_port={port + 1 if port < 65535 else 8080} "
        "where it does not say"
    )
    if fault.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use, by another workflow or program: stop that, or {other}"
    if fault.errno == errno.EACCES:
        return f"port {port} needs rights that this user lacks: {other.replace(str(port + 1), '8080')}"
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"http_host {host!r} is no address of this machine"
    return f"cannot listen on {host}:{port}: {fault.strerror or fault}"


class _Encrypted(Exception):
    """The key asks for a password."""


def _tls(cert: Path, key: Path | None) -> ssl.SSLContext:
    """What serves TLS with a certificate; its key may be in the same file. Raises ConnectorError."""
    for name, file in (("http_cert_file", cert), ("http_key_file", key)):
        try:
            if file is not None:
                file.open("rb").close()
        except OSError as fault:
            raise ConnectorError(f"{name}: {file}: {fault.strerror or fault}") from None

    def password() -> str:
        raise _Encrypted

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password)
    except _Encrypted:
        raise ConnectorError(f"http_key_file: {key or cert} is encrypted; write the key without a password") from None
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise ConnectorError(f"http_key_file: {key or cert} is not the key of the certificate in {cert}") from None
        if key is None and b"PRIVATE KEY" not in cert.read_bytes():
            raise ConnectorError(
                f"http_cert_file: {cert} holds no key; name the file of the certificate's key in http_key_file"
            ) from None
        both = f"{cert} and {key} hold" if key else f"{cert} holds"
        raise ConnectorError(
            f"http_cert_file: {both} no certificate and key in PEM ({fault.reason or fault})"
        ) from None
    return context


def _embedded(server: Server, ready: asyncio.Event, settings: Settings, tls: ssl.SSLContext | None) -> Any:
    """A uvicorn server that runs in our loop and leaves signals and logs to us."""
    import uvicorn
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class Connection(Wire, HttpToolsProtocol):  # type: ignore[misc]
        limits = Limits(settings.http_connections, settings.http_receive_timeout)
        quick = staticmethod(server.quick)
        again = staticmethod(server.again)
        keep = staticmethod(server.keep)
        heads = server.heads

    class Embedded(uvicorn.Server):
        def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
            return nullcontext()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            def connection() -> asyncio.Protocol:
                return Connection(self.config, self.server_state, {})

            create = asyncio.get_running_loop().create_server
            limits = {} if tls is None else {"ssl_handshake_timeout": HANDSHAKE, "ssl_shutdown_timeout": GOODBYE}
            self.servers = [
                await create(connection, sock=one, ssl=tls, backlog=2048, **limits)  # type: ignore[call-overload]
                for one in sockets or ()
            ]
            self.started = True
            ready.set()

    config = uvicorn.Config(
        server.answer,
        interface="asgi3",
        http=Connection,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    return Embedded(config)
