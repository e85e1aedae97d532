"""``Sources.nats`` and ``Sinks.nats``: messages of a NATS JetStream stream.

The source is a durable pull consumer, which stays on the server with what has been acknowledged. Streams are made by
whoever owns them: how long one keeps what is a decision that a workflow cannot make.
"""

import asyncio
import contextlib
import errno
import json
import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Message, port, settle_all, silence
from nstack.connectors.limits import seconds
from nstack.connectors.reach import Lost, closing
from nstack.connectors.tls import PROBE, TIMEOUT, Tls
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, TooLarge, UsageError

PROVIDES = {"Sources.nats": "NatsSource", "Sinks.nats": "NatsSink"}

PULL = 1.0
"""Seconds that one request for messages stays with the server."""
LOOK = 5
"""So many requests without an answer, and the consumer is looked for: the server tells nobody that it was deleted."""
TOO_LARGE = 10054
"""JetStream's number for a message that is larger than its stream takes."""
ACKNOWLEDGED, GIVEN_BACK, IN_PROGRESS = b"+ACK", b"-NAK", b"+WPI"


class NatsSource(BrokerSource):
    """The messages of one durable consumer."""

    LASTING = True

    def __init__(self) -> None:
        super().__init__()
        self._server: Server | None = None
        self._stream: str | None = None
        self._durable = ""
        self._wait = 0.0

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """The consumer is named after the workflow and the subject where no name is given."""
        self._server = Server(parameters, context)
        self._wait = seconds(parameters, "nats_ack_wait")
        self._stream = parameters.nats_stream or None
        named = parameters.nats_consumer or f"{context.workflow}-{parameters.nats_subject}"
        self._durable = named if parameters.nats_consumer else "".join(_plain(named))
        return self._server.address, "nats"

    async def connect(self) -> "Puller":
        """The consumer, which is made if it has to be."""
        from nats.js.api import AckPolicy, ConsumerConfig

        server = self._server
        assert server is not None
        client = await server.connect()
        config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=self._wait, max_ack_pending=self._most)
        async with closing(client):
            with server.refusing(self._stream):
                pull = await client.jetstream().pull_subscribe(
                    server.subject, durable=self._durable, stream=self._stream, config=config
                )
        return Puller(client, pull, self._wait, self.under_way)


def _plain(name: str) -> Iterable[str]:
    """What a consumer may be called: no dots, wildcards or spaces."""
    return (
        letter if letter.isalnum() or letter in "-_" else {"*": "any", ">": "all"}.get(letter, "-") for letter in name
    )


class NatsSink(BrokerSink):
    """Messages to one subject that a stream takes."""

    def __init__(self) -> None:
        super().__init__()
        self._server: Server | None = None
        self._largest = 0
        self._id = ""

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Raises UsageError for a field that the values do not have."""
        self._server = Server(parameters, context)
        self._id = parameters.nats_msg_id
        if self._id and (codec.shape.kind != "record" or self._id not in codec.shape.labels):
            raise UsageError(f"nats_msg_id names the field {self._id!r}, which {codec.shown} does not have")
        return self._server.address, "nats"

    async def connect(self) -> "Publisher":
        """A connection."""
        assert self._server is not None
        closed = asyncio.Event()
        client = await self._server.connect(closed)
        self._largest = client.max_payload
        return Publisher(client, self._server, closed)

    def encode(self, values: Sequence[Any]) -> Bodies:
        """Bodies with their headers. Raises EncodeError, and TooLarge for what the server would not take."""
        encode = self.form.encode
        made = Bodies((encode(value), self._headers(value)) for value in values)
        made.size = sum(len(body) for body, _ in made)
        for body, _ in made:
            if len(body) > self._largest:
                raise TooLarge(f"a message of {len(body)} bytes; the server's max_payload is {self._largest}")
        return made

    def _headers(self, value: Any) -> dict[str, str] | None:
        found = value[self._id] if self._id else None
        return None if found is None else {"Nats-Msg-Id": str(found)}


class Server:
    """Where the server is and how to log in."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        try:
            import nats  # noqa: F401
        except ImportError:
            raise MissingExtra("nats", "nats") from None
        silence("nats")
        self.subject: str = parameters.nats_subject
        self._host, self._port = parameters.nats_host, port(parameters, "nats_port")
        self._tls = Tls(parameters, "nats", context)
        self._login: dict[str, Any] = {
            "user": parameters.nats_user or None,
            "password": parameters.nats_password or None,
        }
        self._name = f"nstack {context.workflow}"
        self.address = f"the NATS server at {self._host}:{self._port}"

    async def connect(self, closed: asyncio.Event | None = None) -> Any:
        """A connection that is not made again by the library: ``closed`` is set when it is lost. Raises Lost and
        ConnectorError.
        """
        from nats.aio.client import Client

        last: list[Exception] = []

        async def fault(error: Exception) -> None:
            last.append(error)

        async def on_closed() -> None:
            if closed is not None:
                closed.set()

        try:
            async with asyncio.timeout(TIMEOUT):
                await self._look()
                client = Client()
                self._keep_encrypted(client)
                async with closing(client):
                    await client.connect(
                        f"nats://{self._host}:{self._port}",
                        name=self._name,
                        error_cb=fault,
                        closed_cb=on_closed,
                        allow_reconnect=False,
                        max_reconnect_attempts=1,
                        tls=self._tls.context,
                        tls_hostname=self._host,
                        **self._login,
                    )
                return client
        except ConnectorError:
            raise
        except Exception as error:
            if refused := next(filter(None, (self._tls.refusal(one, self.address) for one in (error, *last))), None):
                raise refused from None
            told = " ".join(str(one) for one in (error, *last))
            if "uthorization" in told or "uthentication" in told:
                raise ConnectorError(f"{self.address} refuses the login (nats_user and nats_password log in)") from None
            if _is_broken(error):
                if self._tls.on:
                    with contextlib.suppress(OSError):
                        await self._look(wait=True)
                raise Lost(error) from None
            raise

    async def _look(self, wait: bool = False) -> None:
        """The library tries a server that is away without end, so it is looked for first; and goes on unencrypted with
        one that does not ask for TLS, so it is looked at what it asks for. With ``wait`` a moment passes in which the
        server may say that it wants a certificate of ours. Raises OSError and ConnectorError.
        """
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            said = await reader.readline()
            if not said:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            if not said.startswith(b"INFO "):
                raise ConnectorError(f"{self.address} is no NATS server: it begins with {said[:40]!r}")
            asks = json.loads(said[5:]).get("tls_required", False)
            if asks and not self._tls.on:
                raise self._tls.expected_by(self.address)
            if self._tls.context is not None:
                if not asks:
                    raise ConnectorError(f"{self.address} does not ask for TLS (nats_tls = true does)")
                try:
                    await writer.start_tls(self._tls.context, server_hostname=self._host)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), PROBE if wait else 0)
                except OSError as error:
                    raise self._tls.refusal(error, self.address) or error from None
        finally:
            writer.transport.abort()

    def _keep_encrypted(self, client: Any) -> None:
        """Whoever sits between and takes the request for TLS out of the server's words gets no login."""
        command = client._connect_command

        def encrypted() -> Any:
            if self._tls.on and not client._server_info.get("tls_required"):
                raise ConnectorError(f"{self.address} does not ask for TLS any more")
            return command()

        client._connect_command = encrypted

    @contextlib.contextmanager
    def refusing(self, stream: str | None) -> Iterator[None]:
        """What the server refuses, as ConnectorError; an answer that does not come, as Lost."""
        from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

        try:
            yield
        except ServiceUnavailableError as error:
            raise Lost(error.description or "JetStream is not there") from None
        except NotFoundError:
            what = f"no stream {stream!r}" if stream else f"no stream that takes the subject {self.subject!r}"
            remedy = f"as in: nats stream add {stream or 'NAME'} --subjects '{self.subject}'"
            raise ConnectorError(f"{self.address} has {what}; make one, {remedy}") from None
        except APIError as error:
            raise ConnectorError(f"{self.address}: {error.description}") from None
        except Exception as error:
            if _is_broken(error):
                raise Lost(error) from None
            raise


class Puller:
    """One connection, and the consumer's messages through it."""

    def __init__(self, client: Any, pull: Any, wait: float, under_way: Callable[[], list[Message]]) -> None:
        self._client = client
        self._pull = pull
        self._under_way = under_way
        self._beat = asyncio.create_task(self._tell_progress(wait / 3))

    async def receive(self, most: int) -> Sequence[Message]:
        """What is there, as soon as there is something."""
        empty = 0
        while True:
            try:
                found = await self._pull.fetch(most, timeout=PULL)
            except TimeoutError:
                empty += 1
                if self._client.is_closed:
                    raise Lost("the connection was closed") from None
                if empty % LOOK == 0:
                    await self._look()
            except Exception as error:
                if _is_broken(error):
                    raise Lost(error) from None
                raise
            else:
                if found:  # the library gives nothing where an earlier request ends just now
                    return [message_of(one) for one in found]

    async def _look(self) -> None:
        try:
            await self._pull.consumer_info()
        except Exception as error:
            raise Lost(f"the consumer is gone: {error}") from None

    async def _tell_progress(self, every: float) -> None:
        """Messages that take long stay ours."""
        while True:
            await asyncio.sleep(every)
            with contextlib.suppress(Lost):
                await self._send(self._under_way(), IN_PROGRESS)

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """One line for each."""
        await self._send(messages, ACKNOWLEDGED)

    def raise_if_lost(self, error: BaseException) -> None:
        """Raises Lost where an error tells of a connection that is gone."""
        if _is_broken(error):
            raise Lost(error) from None

    async def stop(self) -> None:
        """Nothing is asked for any more, and nothing comes unasked."""

    async def close(self, left: Sequence[Message]) -> None:
        """Hangs up."""
        self._beat.cancel()
        try:
            if not self._client.is_closed:
                # First, or what is given back would come at once to the request that still lies with the server.
                await self._pull.unsubscribe()
                await self._send(left, GIVEN_BACK)
                await self._client.flush(2)
        except Exception as error:
            self.raise_if_lost(error)
            raise
        finally:
            await self._client.close()

    async def _send(self, messages: Sequence[Message], what: bytes) -> None:
        try:
            for message in messages:
                await self._client.publish(message.key, what)
        except Exception as error:
            if _is_broken(error):
                raise Lost(error) from None
            raise


def message_of(found: Any) -> Message:
    """A message of the client library as connectors have it."""
    number = found.metadata.sequence.stream
    return Message(found.data, found.reply, f"stream {found.metadata.stream}, message {number}")


class Publisher:
    """One connection on which streams confirm what they take."""

    def __init__(self, client: Any, server: Server, closed: asyncio.Event) -> None:
        self._client = client
        self._closed = closed
        self._stream = client.jetstream(timeout=TIMEOUT)
        self._server = server

    async def publish(self, bodies: Bodies) -> None:
        """All at once."""
        from nats.js.errors import NoStreamResponseError

        try:
            with self._server.refusing(None):
                await self._unless_closed(settle_all(bodies, self._publish, _is_broken, self._too_large))
        except NoStreamResponseError:
            subject = self._server.subject
            raise ConnectorError(
                f"no stream takes the subject {subject!r}; make one, as in: nats stream add NAME --subjects '{subject}'"
            ) from None

    def _too_large(self, error: BaseException) -> ConnectorError | None:
        from nats.js.errors import APIError

        if isinstance(error, APIError) and error.err_code == TOO_LARGE:
            return ConnectorError(f"{self._server.address}: {error.description} (max_msg_size of the stream)")
        return None

    async def _unless_closed(self, work: Coroutine[Any, Any, None]) -> None:
        """The library lets whoever waits for a confirmation wait, also when the connection is gone."""
        task, closed = asyncio.ensure_future(work), asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait((task, closed), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Lost("the connection was closed")
            await task
        finally:
            task.cancel()
            closed.cancel()

    async def _publish(self, one: tuple[bytes, dict[str, str] | None]) -> None:
        body, headers = one
        await self._stream.publish(self._server.subject, body, headers=headers and dict(headers))

    async def close(self) -> None:
        """Hangs up."""
        await self._client.close()


def _is_broken(error: BaseException) -> bool:
    """Whether it tells of a connection that is gone, not of something that the server refuses."""
    from nats.errors import ConnectionClosedError, ConnectionReconnectingError, NoServersError, StaleConnectionError

    gone = ConnectionClosedError | ConnectionReconnectingError | NoServersError | StaleConnectionError
    return isinstance(error, OSError | EOFError | asyncio.CancelledError | gone)
