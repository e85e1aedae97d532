"""``Sources.redis`` and ``Sinks.redis``: entries of Redis streams.

The source is one consumer of a group; the group stays on the server with what was acknowledged. An entry has one field,
``redis_field``, with the value; others are passed over.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Message, port, silence
from nstack.connectors.limits import seconds
from nstack.connectors.reach import Lost
from nstack.connectors.tls import Tls, knock
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, UsageError

PROVIDES = {"Sources.redis": "RedisSource", "Sinks.redis": "RedisSink"}

TIMEOUT = 10.0
"""Seconds that the server has for an answer."""
BLOCK = 1.0
"""Seconds that one request for entries stays with the server."""


class RedisSource(BrokerSource):
    """The entries of one stream that one group gets."""

    LASTING = True

    def __init__(self) -> None:
        super().__init__()
        self._server: Server | None = None
        self._group = ""
        self._consumer = ""
        self._claim = 0.0

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """The group is the workflow, the consumer this machine, where no names are given."""
        self._server = Server(parameters, context)
        self._group = parameters.redis_group or context.workflow
        self._consumer = parameters.redis_consumer or socket.gethostname()
        self._claim = seconds(parameters, "redis_claim")
        return self._server.address, "redis"

    async def connect(self) -> "Reader":
        """The group, which is made if it has to be, at the stream's beginning."""
        from redis.exceptions import ResponseError

        server = self._server
        assert server is not None
        client = await server.connect()
        async with server.refusing():
            try:
                await client.xgroup_create(server.stream, self._group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise
        return Reader(client, server, (self._group, self._consumer), self._claim, self)


class RedisSink(BrokerSink):
    """Entries of one stream."""

    def __init__(self) -> None:
        super().__init__()
        self._server: Server | None = None
        self._most: int | None = None

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Raises UsageError for a length below nothing."""
        if parameters.redis_maxlen < 0:
            raise UsageError(f"redis_maxlen must not be negative, got {parameters.redis_maxlen}")
        self._server = Server(parameters, context)
        self._most = parameters.redis_maxlen or None
        return self._server.address, "redis"

    async def connect(self) -> "Writer":
        """A connection."""
        assert self._server is not None
        return Writer(await self._server.connect(), self._server, self._most)


class Server:
    """Where the server is, how to log in, and which stream is meant."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        try:
            import redis.asyncio  # noqa: F401
        except ImportError:
            raise MissingExtra("redis", "redis") from None
        silence("redis")
        self.stream: str = parameters.redis_stream
        self.field: bytes = parameters.redis_field.encode()
        self._host, self._port = parameters.redis_host, port(parameters, "redis_port")
        self._tls = tls = Tls(parameters, "redis", context)
        self._given = {
            "host": self._host,
            "port": self._port,
            "db": parameters.redis_db,
            "username": parameters.redis_user or None,
            "password": parameters.redis_password or None,
        }
        if tls.on:
            self._given |= {
                "ssl": True,
                "ssl_check_hostname": True,
                "ssl_ca_certs": tls.ca_file and str(tls.ca_file),
                "ssl_certfile": tls.cert_file and str(tls.cert_file),
                "ssl_keyfile": tls.key_file and str(tls.key_file),
            }
        self.address = f"the Redis server at {self._host}:{self._port}"

    async def connect(self) -> Any:
        """A client that does not connect again by itself. Raises Lost and ConnectorError."""
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        client = Redis(
            **self._given,
            protocol=2,  # with 3, answers have another shape
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=TIMEOUT,
            socket_timeout=BLOCK + TIMEOUT,
        )
        try:
            async with self.refusing():
                await knock(self._host, self._port, self._tls, self.address)
                await client.ping()
        except BaseException as error:
            await client.aclose()
            if isinstance(error, Lost):
                await self._tls.explain(self._host, self._port, self.address)
            raise
        return client

    @contextlib.asynccontextmanager
    async def refusing(self) -> AsyncIterator[None]:
        """What the server refuses, as ConnectorError; a connection that is gone or a server that loads, as Lost."""
        from redis import exceptions

        try:
            yield
        except exceptions.AuthenticationError:
            raise ConnectorError(f"{self.address} refuses the login (redis_user and redis_password log in)") from None
        except exceptions.ResponseError as error:
            if str(error).startswith(("NOAUTH", "WRONGPASS")):
                raise ConnectorError(
                    f"{self.address} refuses the login (redis_user and redis_password log in)"
                ) from None
            raise ConnectorError(f"{self.address}, stream {self.stream!r}: {error}") from None
        except (exceptions.RedisError, OSError) as error:  # a busy server and one that loads its data are among these
            raise self._tls.refusal(error, self.address) or Lost(_why(error)) from None


def _why(error: BaseException) -> BaseException:
    """The system's own error below the library's, which words it differently."""
    cause = error.__cause__ or error.__context__
    return cause if isinstance(cause, OSError) else error


class Reader:
    """One connection of a consumer, and its entries through it."""

    def __init__(self, client: Any, server: Server, names: tuple[str, str], claim: float, source: BrokerSource) -> None:
        self._client = client
        self._server = server
        self._group, self._consumer = names
        self._claim = int(claim * 1000)
        self._own: bytes | None = b"0"
        self._source = source
        self._look_at = 0.0
        self._beat = asyncio.create_task(self._keep(claim / 3))

    async def receive(self, most: int) -> Sequence[Message]:
        """First what this consumer had and has not acknowledged, then what others have left, then what is new."""
        while True:
            async with self._server.refusing():
                entries = await self._pending(most) or await self._left_by_others(most) or await self._new(most)
            if entries:
                return [self._message(entry) for entry in entries]

    async def _pending(self, most: int) -> list[Any]:
        if self._own is None:
            return []
        entries = await self._read(self._own, most, None)
        self._own = entries[-1][0] if entries else None
        return self._not_open(entries)

    async def _left_by_others(self, most: int) -> list[Any]:
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return []
        _, entries, *_ = await self._client.xautoclaim(
            self._server.stream, self._group, self._consumer, self._claim, "0-0", count=most
        )
        if len(entries) < most:
            self._look_at = now + self._claim / 2000
        return self._not_open(entries)

    async def _new(self, most: int) -> list[Any]:
        return await self._read(b">", most, int(BLOCK * 1000))

    async def _read(self, start: bytes, most: int, block: int | None) -> list[Any]:
        streams = {self._server.stream: start}
        answer = await self._client.xreadgroup(self._group, self._consumer, streams, count=most, block=block)
        return list(answer[0][1]) if answer else []

    def _not_open(self, entries: Sequence[Any]) -> list[Any]:
        return [entry for entry in entries if entry[1] is not None and not self._source.is_open(entry[0])]

    def _message(self, entry: Any) -> Message:
        number, fields = entry
        place = f"stream {self._server.stream}, entry {number.decode()}"
        body = (fields or {}).get(self._server.field)
        if body is None:
            found = ", ".join(name.decode(errors="replace") for name in fields or {}) or "none"
            return Message(
                b"", number, f"{place}, which lacks the field {self._server.field.decode()} (it has {found})"
            )
        return Message(body, number, place)

    async def _keep(self, every: float) -> None:
        """Entries that take long are not left: their time is counted anew."""
        while True:
            await asyncio.sleep(every)
            keys = [message.key for message in self._source.under_way()]
            if keys:
                with contextlib.suppress(Lost, ConnectorError):
                    async with self._server.refusing():
                        await self._client.xclaim(
                            self._server.stream, self._group, self._consumer, 0, keys, justid=True
                        )

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """All with one command."""
        async with self._server.refusing():
            await self._client.xack(self._server.stream, self._group, *(message.key for message in messages))

    async def stop(self) -> None:
        """Nothing is asked for any more, and nothing comes unasked."""

    async def close(self, left: Sequence[Message]) -> None:
        """Hangs up. What is left stays with this consumer, who reads it first when he comes again."""
        self._beat.cancel()
        async with self._server.refusing():
            await self._client.aclose()


class Writer:
    """One connection on which entries are added."""

    def __init__(self, client: Any, server: Server, most: int | None) -> None:
        self._client = client
        self._server = server
        self._most = most

    async def publish(self, bodies: Bodies) -> None:
        """All with one round trip."""
        server = self._server
        async with server.refusing():
            pipe = self._client.pipeline(transaction=False)
            for body in bodies:
                pipe.xadd(server.stream, {server.field: body}, maxlen=self._most, approximate=True)
            for result in await pipe.execute(raise_on_error=False):  # an error that it raises shows the value
                if isinstance(result, Exception):
                    raise result

    async def close(self) -> None:
        """Hangs up."""
        async with self._server.refusing():
            await self._client.aclose()
