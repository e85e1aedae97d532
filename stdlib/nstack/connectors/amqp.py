"""``Sources.amqp`` and ``Sinks.amqp``: messages of an AMQP 0-9-1 broker, such as RabbitMQ.

What is there on the broker is used as it is; what is missing is declared, durable, unless ``amqp_declare`` is false.
The source reads a queue that stays when the workflow is stopped, so what is published then is not lost.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Message, NotTaken, port, settled, silence
from nstack.connectors.limits import at_least_one
from nstack.connectors.reach import PARTING, Lost, closing, reason
from nstack.connectors.tls import Tls, knock
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, NotNow, TooLarge, UsageError
from nstack.runtime.parting import at_most

PROVIDES = {"Sources.amqp": "AmqpSource", "Sinks.amqp": "AmqpSink"}

TIMEOUT = 10.0
"""Seconds that the broker has for one step of a connection's making."""
HANDSHAKE = 1.0
"""Seconds in which a connection is made where the broker answers."""
LOOK = 5.0
"""Seconds between two looks whether the broker still knows the consumer: nobody is told of a queue that was deleted."""
MOST_PREFETCH = 65535
"""The protocol has 16 bits for it."""


class AmqpSource(BrokerSource):
    """The messages of one queue."""

    def __init__(self) -> None:
        super().__init__()
        self._broker: Broker | None = None
        self._queue = ""

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """The queue is named after the workflow, the exchange and the key where no name is given."""
        self._broker = broker = Broker(parameters, context)
        if at_least_one(parameters, "amqp_prefetch") > MOST_PREFETCH:
            raise UsageError(f"amqp_prefetch must be at most {MOST_PREFETCH}, got {parameters.amqp_prefetch}")
        if not broker.exchange and not parameters.amqp_queue:
            raise UsageError('amqp_exchange = "" is the exchange without a name: say which amqp_queue to read')
        self._queue = parameters.amqp_queue or f"nstack.{context.workflow}.{broker.exchange}.{broker.key}"
        return broker.address, "amqp"

    async def connect(self) -> "Consumer":
        """A consumer of the queue, which is declared and bound if it has to be."""
        broker = self._broker
        assert broker is not None
        connection = await broker.connect()
        async with closing(connection):
            with _losing():
                await broker.declare_exchange(connection)
                channel = await broker.declare_queue(connection, self._queue)
                await channel.set_qos(prefetch_count=self._most)
                consumer = Consumer(connection, await channel.get_underlay_channel(), self._queue)
                await consumer.start()
        return consumer


class AmqpSink(BrokerSink):
    """Messages to one exchange."""

    def __init__(self) -> None:
        super().__init__()
        self._broker: Broker | None = None

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Looks at the parameters."""
        self._broker = Broker(parameters, context)
        return self._broker.address, "amqp"

    async def connect(self) -> "Publisher":
        """A channel that confirms, and the exchange, which is declared if it has to be."""
        broker = self._broker
        assert broker is not None
        connection = await broker.connect()
        async with closing(connection):
            with _losing():
                await broker.declare_exchange(connection)
                publisher = Publisher(connection, broker, self.form.content_type)
                await publisher.start()
        return publisher


class Broker:
    """Where the broker is, how to log in, and what is there."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        try:
            import aio_pika  # noqa: F401
        except ImportError:
            raise MissingExtra("amqp", "amqp") from None
        silence("aio_pika", "aiormq")
        self.exchange: str = parameters.amqp_exchange
        self.key: str = parameters.amqp_key
        for name in ("amqp_exchange", "amqp_key"):
            if len(parameters[name].encode()) > 255:
                raise UsageError(f"{name} is longer than 255 bytes, which is the most that AMQP has")
        self._kind = parameters.amqp_exchange_type
        self._declares = parameters.amqp_declare
        self._tls = Tls(parameters, "amqp", context)
        self._given = {
            "host": parameters.amqp_host,
            "port": port(parameters, "amqp_port"),
            "virtualhost": parameters.amqp_vhost,
            "login": parameters.amqp_user,
            "password": parameters.amqp_password,
            "ssl": self._tls.on,
            "ssl_context": self._tls.context,
        }
        self._name = f"nstack {context.workflow}"
        self.address = f"the AMQP broker at {parameters.amqp_host}:{parameters.amqp_port}"

    async def connect(self) -> Any:
        """A connection. Raises Lost, and ConnectorError for a login or a virtual host that the broker refuses."""
        from aio_pika import connect
        from aio_pika.exceptions import AuthenticationError, InvalidFrameError, ProbableAuthenticationError

        properties: dict[str, Any] = {"connection_name": self._name}
        where = (self._given["host"], self._given["port"])
        try:
            await knock(*where, self._tls, self.address)
            opening = connect(**self._given, client_properties=properties, timeout=TIMEOUT)
            return await _opened(asyncio.ensure_future(opening))
        except (ProbableAuthenticationError, AuthenticationError):
            raise ConnectorError(f"{self.address} refuses the login (amqp_user and amqp_password log in)") from None
        except InvalidFrameError:  # the broker said why, but the library does not tell
            raise ConnectorError(
                f"{self.address} does not open the virtual host {self._given['virtualhost']!r}: "
                "it is not there, or not for this user (amqp_vhost names it)"
            ) from None
        except ConnectorError:
            raise
        except Exception as error:
            if refused := self._tls.refusal(error, self.address):
                raise refused from None
            if _is_broken(error):
                await self._tls.explain(*where, self.address)
                raise Lost(error) from None
            raise

    async def declare_exchange(self, connection: Any) -> None:
        """Sees to it that the exchange is there."""
        if not self.exchange or await self._is_there(connection, "exchange", self.exchange):
            return
        if self.exchange.startswith("amq."):
            raise ConnectorError(f"{self.address} has no exchange {self.exchange!r}, and such names are its own")
        channel = await connection.channel()
        await _or_refused(
            channel.declare_exchange(self.exchange, self._kind, durable=True), f"exchange {self.exchange!r}"
        )
        await channel.close()

    async def declare_queue(self, connection: Any, name: str) -> Any:
        """Sees to it that the queue is there and gets what is published; gives a channel on which it may be read."""
        there = await self._is_there(connection, "queue", name)
        channel = await connection.channel(publisher_confirms=False)
        if not there:
            await _or_refused(channel.declare_queue(name, durable=True), f"queue {name!r}")
        if self.exchange and self._declares:
            queue = await channel.get_queue(name, ensure=False)
            await _or_refused(queue.bind(self.exchange, self.key), f"binding of queue {name!r} to {self.exchange!r}")
        return channel

    async def _is_there(self, connection: Any, kind: str, name: str) -> bool:
        """Asks on a channel of its own, since the broker closes it for a no."""
        from aio_pika.exceptions import ChannelNotFoundEntity

        channel = await connection.channel()
        ask = channel.get_exchange if kind == "exchange" else channel.get_queue
        try:
            await _or_refused(ask(name, ensure=True), f"{kind} {name!r}", but=ChannelNotFoundEntity)
        except ChannelNotFoundEntity:
            if self._declares:
                return False
            raise Lost(
                f"it has no {kind} {name!r} (amqp_{kind} names it; amqp_declare = true would make it)", missing=True
            ) from None
        await channel.close()
        return True


async def _opened(opening: "asyncio.Future[Any]") -> Any:
    """The connection that comes of a task. Where this is cancelled the task may end by itself first: one that is
    cancelled between the broker's last answer and the library's own return would leave its connection open."""
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        try:
            await asyncio.wait((opening,), timeout=HANDSHAKE)
        finally:
            opening.cancel()
        await asyncio.wait((opening,), timeout=PARTING)
        if opening.done() and not opening.cancelled() and opening.exception() is None:
            with suppress(Exception):
                await at_most(PARTING, opening.result().close())
        raise


class Consumer:
    """One channel on which messages come."""

    def __init__(self, connection: Any, channel: Any, queue: str) -> None:
        self._connection = connection
        self._channel = channel
        self._queue = queue
        self._tag = ""
        self._inbox: deque[Message] = deque()
        self._unsettled: dict[int, None] = {}
        self._event = asyncio.Event()
        self._lost: str | None = None

    async def start(self) -> None:
        """Messages come from now on, as many as the prefetch allows."""
        self._channel.closing.add_done_callback(self._closed)
        answer = await _or_refused(self._channel.basic_consume(self._queue, self._arrived), f"queue {self._queue!r}")
        self._tag = answer.consumer_tag

    async def _arrived(self, delivered: Any) -> None:
        tag = delivered.delivery.delivery_tag
        self._unsettled[tag] = None
        self._inbox.append(Message(delivered.body, tag, f"queue {self._queue}, delivery {tag}"))
        self._event.set()

    def _closed(self, closing: Any) -> None:
        error = None if closing.cancelled() else closing.exception()
        self._lost = reason(error) if error is not None else "the connection was closed"
        self._event.set()

    async def receive(self, most: int) -> Sequence[Message]:
        """What has come."""
        while not self._inbox:
            self._event.clear()
            if self._lost is not None:
                raise Lost(self._lost)
            if self._tag not in self._channel.consumers:
                raise Lost(f"the broker has ended the delivery of queue {self._queue}: was it deleted?")
            try:
                async with asyncio.timeout(LOOK):
                    await self._event.wait()
            except TimeoutError:
                continue
        if self._lost is not None:  # the broker gives these out again
            raise Lost(self._lost)
        return [self._inbox.popleft() for _ in range(min(most, len(self._inbox)))]

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """One frame for all up to the last, where none before it is still open."""
        tags = sorted(message.key for message in messages)
        for tag in tags:
            del self._unsettled[tag]
        first = next(iter(self._unsettled), None)
        with _losing():
            if first is None or first > tags[-1]:
                await self._channel.basic_ack(tags[-1], multiple=True)
            else:
                for tag in tags:
                    await self._channel.basic_ack(tag)

    async def stop(self) -> None:
        """Other consumers get what waits here."""
        with _losing():
            await self._channel.basic_cancel(self._tag)
            waiting = list(self._inbox)
            self._inbox.clear()
            await self._give_back(waiting)

    async def close(self, left: Sequence[Message]) -> None:
        """Hangs up."""
        with _losing():
            try:
                if self._lost is None:
                    await self._give_back(left)
            finally:
                await self._connection.close()

    async def _give_back(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._unsettled.pop(message.key, None)
            await self._channel.basic_nack(message.key, requeue=True)


class Publisher:
    """A channel that confirms what is published."""

    def __init__(self, connection: Any, broker: Broker, content_type: str) -> None:
        from aio_pika import DeliveryMode, Message

        self._connection = connection
        self._exchange: Any = None
        self._broker = broker
        self._message = partial(Message, content_type=content_type, delivery_mode=DeliveryMode.PERSISTENT)
        self._most: int | None = None
        """How many bytes a message may have, once the broker has said so."""
        self._why: BaseException | None = None
        """What the broker has closed the channel for, unless it may be made again."""

    async def start(self) -> None:
        """The channel."""
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        (await channel.get_underlay_channel()).closing.add_done_callback(self._closed)
        name = self._broker.exchange
        self._exchange = await channel.get_exchange(name, ensure=False) if name else channel.default_exchange

    def _closed(self, closing: Any) -> None:
        if not closing.cancelled() and (error := closing.exception()) is not None:
            self._most = _limit(error) or self._most
            self._why = None if _is_lost(error) else error

    async def publish(self, bodies: Bodies) -> None:
        """All at once; what no queue takes is refused. The broker closes the channel for what is too large, without
        saying which it was: then the others are published once more."""
        left, refused = list(range(len(bodies))), dict[int, ConnectorError]()
        lost: Lost | None = None
        while left and lost is None:
            refused |= {at: fault for at in left if (fault := self._too_large(bodies[at]))}
            left = [at for at in left if at not in refused]
            known = self._most
            some = await settled(Bodies(bodies[at] for at in left), self._publish, _is_broken, self._refusal)
            if self._why is not None:
                raise ConnectorError(f"{self._broker.address}: {reason(self._why)}")
            if some.lost is not None and self._most != known:
                some.lost = await self._anew()
            refused |= {left[at]: fault for at, fault in some.refused.items()}
            left, lost = [left[at] for at in some.left], some.lost
        if refused:
            raise NotTaken(refused, left, lost)
        if lost is not None:
            raise Lost(lost, Bodies(bodies[at] for at in left))

    async def _anew(self) -> Lost | None:
        """Another connection: what the library still sends through a closed channel, the broker ends it for."""
        with suppress(Exception):
            await at_most(PARTING, self._connection.close())
        try:
            with _losing():
                self._connection = await self._broker.connect()
                await self.start()
        except Lost as lost:
            return lost
        return None

    def _refusal(self, error: BaseException) -> ConnectorError | None:
        from aio_pika.exceptions import DeliveryError, PublishError

        self._most = _limit(error) or self._most
        exchange = f"exchange {self._broker.exchange!r}"
        if isinstance(error, PublishError):
            return ConnectorError(
                f"no queue takes what {exchange} is given with key {self._broker.key!r}: "
                "bind one to it, or mend amqp_exchange and amqp_key"
            )
        if isinstance(error, DeliveryError):
            return NotNow(f"{self._broker.address} did not take a message for {exchange}: is a queue full?")
        return None

    def _too_large(self, body: bytes) -> ConnectorError | None:
        if self._most is None or len(body) <= self._most:
            return None
        told = f"a message of {len(body)} bytes; {self._broker.address} takes {self._most} bytes at most"
        return TooLarge(f"{told} (its max_message_size)")

    async def _publish(self, body: bytes) -> None:
        await self._exchange.publish(self._message(body), self._broker.key, mandatory=True)

    async def close(self) -> None:
        """Hangs up."""
        with _losing():
            await self._connection.close()


def _limit(error: BaseException) -> int | None:
    """How many bytes a message may have, where a channel was closed because one has more."""
    from aio_pika.exceptions import ChannelPreconditionFailed

    found = isinstance(error, ChannelPreconditionFailed) and re.search(
        r"message size \d+ .*larger than .*max size (\d+)", str(error)
    )
    return int(found[1]) if found else None


def _is_lost(error: BaseException) -> bool:
    """Whether a channel may be made again: not where the broker has closed it for what would be published again."""
    from aio_pika.exceptions import ChannelClosed

    refused = isinstance(error, ChannelClosed) and type(error) is not ChannelClosed  # for a reason that has a class
    return not refused or _limit(error) is not None


def _is_broken(error: BaseException) -> bool:
    """Whether it tells of a connection that is gone, not of something that the broker refuses."""
    from aio_pika.exceptions import AMQPError

    # A future that the library has cancelled, and a channel whose connection is closed (a RuntimeError), are that too.
    return isinstance(error, OSError | AMQPError | asyncio.CancelledError | RuntimeError)


@contextmanager
def _losing() -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Lost(error) from None  # the library has cancelled a future of its own
    except Exception as error:
        if _is_broken(error):
            raise Lost(error) from None
        raise


async def _or_refused(asked: Awaitable[Any], what: str, but: type[Exception] | tuple[()] = ()) -> Any:
    """The broker's answer. Raises ConnectorError for a refusal, Lost for none; ``but`` passes as it is."""
    from aio_pika.exceptions import ChannelClosed

    try:
        async with asyncio.timeout(TIMEOUT):
            return await asked
    except but:
        raise
    except ChannelClosed as error:
        raise ConnectorError(f"the AMQP broker refuses {what}: {reason(error)}") from None
    except Exception as error:
        if _is_broken(error):
            raise Lost(error) from None
        raise
