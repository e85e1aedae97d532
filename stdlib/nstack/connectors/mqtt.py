"""``Sources.mqtt`` and ``Sinks.mqtt``: messages of an MQTT 5 broker, such as Mosquitto.

The source has a session that the broker keeps, under a name of its own: what is published with QoS 1 while the workflow
is away waits there. The broker holds back what exceeds the source's receive maximum, which is its prefetch.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Message, port, settle_all, silence
from nstack.connectors.limits import at_least_one, seconds
from nstack.connectors.reach import Lost
from nstack.connectors.tls import Tls, knock
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, NotNow, TooLarge, UsageError

PROVIDES = {"Sources.mqtt": "MqttSource", "Sinks.mqtt": "MqttSink"}

TIMEOUT = 10.0
"""Seconds that the broker has for an answer."""
AROUND = 10
"""Bytes of a packet beside its topic and its body, at most: its kind and length, its number, no properties."""
LONGEST_SESSION = 0xFFFFFFFF
"""Seconds; as a session's expiry it means never."""
BAD_LOGIN = (134, 135)
"""Reason codes: bad user name or password, not authorized."""
UNSPECIFIED, TOO_LARGE = 128, 149
PASSING = (UNSPECIFIED, 131, 151)
"""Reason codes of what may be taken later: no reason given, one of the broker's own, quota exceeded."""


class MqttSource(BrokerSource):
    """The messages of one subscription."""

    def __init__(self) -> None:
        super().__init__()
        self._broker: Broker | None = None
        self._log: Any = None
        self._qos = 1
        self._identifier = ""
        self._expiry = 0

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """The session is named after the workflow and the topic where no name is given."""
        self._broker = Broker(parameters, context)
        if at_least_one(parameters, "mqtt_prefetch") > 65535:
            raise UsageError(f"mqtt_prefetch must be at most 65535, got {parameters.mqtt_prefetch}")
        self._log = context.log
        self._qos = int(parameters.mqtt_qos)
        self._identifier = parameters.mqtt_client or f"nstack-{context.workflow}-{parameters.mqtt_topic}"
        self._expiry = min(int(seconds(parameters, "mqtt_session")), LONGEST_SESSION)
        if self._qos == 0:
            self._log.info(f"{context.node}: with QoS 0 what is under way is lost when the workflow ends")
        return self._broker.address, "mqtt"

    async def connect(self) -> "Subscriber":
        """The session, and its subscription."""
        broker = self._broker
        assert broker is not None
        client = await broker.connect(self._identifier, self._expiry, self._most)
        try:
            codes = await client.subscribe(broker.topic, qos=self._qos)
        except BaseException as error:
            await _leave(client)
            if not isinstance(error, Exception):
                raise
            raise broker.lost(error) from None
        if any(int(getattr(code, "value", code)) >= 128 for code in codes):
            await _leave(client)
            raise ConnectorError(f"{broker.address} refuses the subscription of {broker.topic!r}: {codes[0]}")
        return Subscriber(client, broker, self._log)


class MqttSink(BrokerSink):
    """Messages to one topic, with QoS 1."""

    def __init__(self) -> None:
        super().__init__()
        self._broker: Broker | None = None
        self._retain = False

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Raises UsageError for a topic that is a pattern."""
        if set("+#") & set(parameters.mqtt_topic):
            raise UsageError(f"mqtt_topic {parameters.mqtt_topic!r} is a pattern; a sink publishes to one topic")
        self._broker = Broker(parameters, context)
        self._retain = parameters.mqtt_retain
        return self._broker.address, "mqtt"

    def encode(self, values: Sequence[Any]) -> Bodies:
        """Raises EncodeError, and TooLarge for what the broker would not take."""
        assert self._broker is not None
        made = super().encode(values)
        for body in made:
            self._broker.fits(body)
        return made

    async def connect(self) -> "Publisher":
        """A connection without a session."""
        assert self._broker is not None
        return Publisher(await self._broker.connect(None, 0, None), self._broker, self._retain)


class Inbox(asyncio.Queue[Any]):
    """What has come. The broker bounds what is to be acknowledged; of the rest, too much is dropped and counted."""

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__()
        self.most = maxsize
        self.dropped = 0

    def put_nowait(self, item: Any) -> None:
        """Drops a message of QoS 0 when the inbox is full."""
        if item.qos == 0 and self.qsize() >= self.most > 0:
            self.dropped += 1
        else:
            super().put_nowait(item)


class Broker:
    """Where the broker is, how to log in, and which topic is meant."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        try:
            import aiomqtt  # noqa: F401
        except ImportError:
            raise MissingExtra("mqtt", "mqtt") from None
        silence("mqtt")
        self.topic: str = parameters.mqtt_topic
        self.most: int | None = None
        """How many bytes a packet may have; None where the broker does not say."""
        self._tls = Tls(parameters, "mqtt", context)
        self._given: dict[str, Any] = {
            "hostname": parameters.mqtt_host,
            "port": port(parameters, "mqtt_port"),
            "username": parameters.mqtt_user or None,
            "password": parameters.mqtt_password or None,
            "tls_context": self._tls.context,
        }
        self.address = f"the MQTT broker at {parameters.mqtt_host}:{parameters.mqtt_port}"

    async def connect(self, identifier: str | None, expiry: int, most: int | None) -> Any:
        """A client that acknowledges nothing by itself. Raises Lost and ConnectorError."""
        from aiomqtt import Client, ProtocolVersion
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = expiry
        if most is not None:
            properties.ReceiveMaximum = most
        where = (self._given["hostname"], self._given["port"])
        try:
            # The library says of a refused connection only what its loop says; the system's word is better.
            await knock(*where, self._tls, self.address)
            client = Client(
                **self._given,
                identifier=identifier,
                protocol=ProtocolVersion.V5,
                clean_start=identifier is None,
                properties=properties,
                queue_type=Inbox,
                max_queued_incoming_messages=most or 0,
                timeout=TIMEOUT,
            )
            client._client.manual_ack_set(True)
            self._listen(client._client)
            client.pending_calls_threshold = 1 << 16
            await _enter(client)
            return client
        except Exception as error:
            found = self.lost(error)
            if isinstance(found, Lost):
                await self._tls.explain(*where, self.address)
            raise found from None

    def _listen(self, client: Any) -> None:
        """Hears what the broker says when it takes the connection: how large a packet may be."""
        connected = client.on_connect

        def on_connect(raw: Any, data: Any, flags: Any, code: Any, properties: Any) -> None:
            self.most = getattr(properties, "MaximumPacketSize", None)
            connected(raw, data, flags, code, properties)

        client.on_connect = on_connect

    def fits(self, body: bytes) -> None:
        """Raises TooLarge for a message that the broker would end the connection for."""
        size = len(body) + len(self.topic.encode()) + AROUND
        if self.most is not None and size > self.most:
            raise TooLarge(f"a message of {len(body)} bytes; the broker takes packets of {self.most} bytes at most")

    def lost(self, error: BaseException) -> Exception:
        """What a failure means: Lost where waiting mends it, else ConnectorError, or the failure itself."""
        from aiomqtt import MqttError

        if refused := self._tls.refusal(error, self.address):
            return refused
        code = getattr(getattr(error, "rc", None), "value", None)
        if code in BAD_LOGIN:
            return ConnectorError(f"{self.address} refuses the login (mqtt_user and mqtt_password log in)")
        if isinstance(error, MqttError | OSError):
            cause = error.__cause__
            return self.lost(cause) if isinstance(cause, Exception) else Lost(str(error) if code else error)
        return error if isinstance(error, Exception) else Lost(error)


async def _enter(client: Any) -> None:
    """Connects. The library does that in a thread, which nobody can stop: where it comes too late for whoever has asked
    for it, the connection is closed again.
    """
    entering = asyncio.ensure_future(client.__aenter__())

    def too_late(entered: asyncio.Future[Any]) -> None:
        if not entered.cancelled():
            entered.exception()
        _cut_off(client)

    try:
        await asyncio.wait_for(asyncio.shield(entering), TIMEOUT)
    except BaseException:
        entering.add_done_callback(too_late)
        raise


async def _leave(client: Any) -> None:
    if client._disconnected.done():
        client._disconnected.exception()  # or asyncio would tell of it, long after we have
    try:
        with suppress(Exception):
            async with asyncio.timeout(TIMEOUT):
                await client.__aexit__(None, None, None)
    finally:
        _cut_off(client)


def _cut_off(client: Any) -> None:
    """Closes the connection whether or not the broker has answered; what the library does for it ends."""
    with suppress(Exception):
        client._client.disconnect()
    client._client._sock_close()
    if client._misc_task is not None:
        client._misc_task.cancel()
    if client._disconnected.done() and not client._disconnected.cancelled():
        client._disconnected.exception()


class Subscriber:
    """One connection on which messages come."""

    def __init__(self, client: Any, broker: Broker, log: Any) -> None:
        self._client = client
        self._broker = broker
        self._log = log
        self._dropped = 0
        self._order: deque[int] = deque()
        self._ready: set[int] = set()

    async def receive(self, most: int) -> Sequence[Message]:
        """What has come."""
        arrived = self._client.messages
        try:
            found = [await anext(arrived)]
            while len(found) < most and len(arrived):
                found.append(await anext(arrived))
        except Exception as error:
            raise self._broker.lost(error) from None
        self._tell_dropped()
        return [self._message(one) for one in found]

    def _tell_dropped(self) -> None:
        dropped = self._client._queue.dropped
        if dropped > self._dropped:
            self._log.warning(f"Sources.mqtt: dropped {dropped - self._dropped} messages of QoS 0: they come too fast")
            self._dropped = dropped

    def _message(self, one: Any) -> Message:
        number = one.mid if one.qos else 0
        if number:
            self._order.append(number)
        body = one.payload if isinstance(one.payload, bytes) else bytes(one.payload or b"")
        return Message(body, number, f"topic {one.topic}" + (f", message {number}" if number else ""))

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """In the order in which they came, as MQTT demands."""
        self._ready.update(message.key for message in messages if message.key)
        while self._order and self._order[0] in self._ready:
            number = self._order.popleft()
            self._ready.discard(number)
            if self._client._client.ack(number, 1) != 0:
                raise Lost("the connection was closed")

    async def stop(self) -> None:
        """The broker sends no more than what may be unacknowledged; ending the subscription would lose what waits."""

    async def close(self, left: Sequence[Message]) -> None:
        """Hangs up. The broker keeps the session, and what is left."""
        await _leave(self._client)


class NotConfirmed(Exception):
    """The broker has answered that it does not take a message: its reason code, and what it means."""


class Publisher:
    """One connection on which messages are published with QoS 1."""

    def __init__(self, client: Any, broker: Broker, retain: bool) -> None:
        self._client = client
        self._raw = client._client
        self._broker = broker
        self._retain = retain
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._raw.on_publish = self._answered  # the library would take every answer for a confirmation
        self._raw._handle_pubackcomp = partial(self._read, self._raw._handle_pubackcomp)

    def _read(self, handle: Callable[[str], Any], kind: str) -> Any:
        """Mosquitto answers with a code of other packets what is longer than its ``message_size_limit``; the library
        would end the connection for that."""
        packet = self._raw._in_packet["packet"]
        if len(packet) > 2 and packet[2] == TOO_LARGE:
            self._settle(int.from_bytes(packet[:2], "big"), NotConfirmed(TOO_LARGE, "Packet too large"))
            packet[2] = UNSPECIFIED
        return handle(kind)

    def _answered(self, raw: Any, data: Any, number: int, code: Any, properties: Any) -> None:
        self._settle(number, NotConfirmed(code.value, code) if code.is_failure else None)

    def _settle(self, number: int, failure: NotConfirmed | None) -> None:
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(failure)

    async def publish(self, bodies: Bodies) -> None:
        """All at once."""
        from aiomqtt import MqttError

        def is_broken(error: BaseException) -> bool:
            return isinstance(error, MqttError | OSError | asyncio.CancelledError)

        work = asyncio.ensure_future(settle_all(bodies, self._publish, is_broken, self._refusal))
        try:
            await asyncio.wait((work, self._client._disconnected), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise self._broker.lost(self._client._disconnected.exception() or OSError("the connection was closed"))
            await work
        finally:
            work.cancel()

    async def _publish(self, body: bytes) -> None:
        from aiomqtt import MqttCodeError

        sent = self._raw.publish(self._broker.topic, body, qos=1, retain=self._retain)
        if sent.rc != 0:
            raise MqttCodeError(sent.rc, "the message was not sent")
        answer = self._answers[sent.mid] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(TIMEOUT):
                failure = await answer
        finally:
            del self._answers[sent.mid]
        if failure is not None:
            raise failure

    def _refusal(self, error: BaseException) -> ConnectorError | None:
        if not isinstance(error, NotConfirmed):
            return None
        code, why = error.args
        kind = NotNow if code in PASSING else ConnectorError
        return kind(f"{self._broker.address} refuses a message for topic {self._broker.topic!r}: {why}")

    async def close(self) -> None:
        """Hangs up."""
        await _leave(self._client)
