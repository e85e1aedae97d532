"""``Channels.nats_read`` and ``Channels.nats_write``: values between two parts of one workflow that run apart.

A channel is a JetStream stream of its own that keeps each message until its reader has acknowledged it. It is bounded:
a writer whose channel is full waits. Readers that are several share one durable consumer. Programs do not name these:
a backend that cuts a workflow into parts puts them between the parts.

A writer that has come to its end notes the number of its last message. A reader ends when everything up to there is
acknowledged, by whomever; and since it acknowledges only what its own sinks have stored, so may whoever reads from it.
"""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Form, Message, Receiving
from nstack.connectors.channelvalues import Values
from nstack.connectors.limits import at_least_one, seconds
from nstack.connectors.nats import Puller, Server, message_of
from nstack.connectors.reach import REMIND, SILENCE, Lost, Reach, closing
from nstack.connectors.tls import TIMEOUT
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters
from nstack.runtime.errors import TooLarge, UsageError
from nstack.runtime.token import Token

PROVIDES = {"Channels.nats_read": "ChannelReader", "Channels.nats_write": "ChannelWriter"}

BUCKET = "nstack-channels"
"""Where the ends of channels are noted, by their names."""
CONSUMER = "reader"
PULL, PULL_LAST = 0.5, 0.05
"""Seconds that one request for messages stays with the server; when the channel's end is known."""
TOGETHER = 16
"""At most so many messages share a token."""
FULL = ("maximum messages exceeded", "maximum bytes exceeded")
FIRST_WAIT, LONGEST_WAIT = 0.02, 0.5
"""Seconds between two tries to write into a full channel: doubled from the first to the longest."""


def server_parameters(address: str, subject: str) -> Parameters:
    """What ``nats://[USER:PASSWORD@]HOST[:PORT]`` says, under the names of the NATS connectors' parameters. Raises
    UsageError."""
    try:
        parts = urlsplit(address)
        found = parts.scheme in ("nats", "tls") and parts.hostname and parts.port != 0
        number = parts.port or 4222
    except ValueError:
        found = None
    if not found:
        raise UsageError("the channels' server is written nats://HOST:PORT, or tls://HOST:PORT for an encrypted one")
    files = dict.fromkeys(("nats_ca_file", "nats_cert_file", "nats_key_file"), "")
    return Parameters(
        {
            "nats_host": parts.hostname,
            "nats_port": number,
            "nats_user": unquote(parts.username or ""),
            "nats_password": unquote(parts.password or ""),
            "nats_tls": parts.scheme == "tls",
            "nats_subject": subject,
            **files,
        }
    )


class Channel:
    """A channel on its server, through one connection: its stream, its reader's consumer, and its end."""

    def __init__(self, name: str, most: int, most_bytes: int, client: Any, server: Server) -> None:
        self.name = name
        self.client = client
        self.stream = client.jetstream(timeout=TIMEOUT)
        self._server = server
        self._most = most
        self._most_bytes = most_bytes
        self._ends: Any = None

    @property
    def subject(self) -> str:
        """What its messages are published to."""
        return f"channel.{self.name}"

    async def leave(self) -> None:
        """Hangs up."""
        await self.client.close()

    async def make(self) -> None:
        """Makes the stream where it is not there, with the bounds it shall have. Raises Lost, ConnectorError."""
        from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
        from nats.js.errors import BadRequestError

        config = StreamConfig(
            name=self.name,
            subjects=[self.subject],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_msgs=self._most,
            max_bytes=self._most_bytes,
        )
        with self._server.refusing(self.name):
            try:
                await self.stream.add_stream(config)
            except BadRequestError:  # it is there with other bounds
                await self.stream.update_stream(config)

    async def ends(self) -> Any:
        """The notes of all channels. Raises Lost, ConnectorError."""
        if self._ends is None:
            with self._server.refusing(BUCKET):
                self._ends = await self.stream.create_key_value(bucket=BUCKET)
        return self._ends

    async def end(self) -> int | None:
        """The number of the last message, once its writer has come to its end. Raises Lost, ConnectorError."""
        from nats.js.errors import KeyNotFoundError

        ends = await self.ends()
        with self._server.refusing(BUCKET):
            try:
                found = await ends.get(self.name)
            except KeyNotFoundError:
                return None
        return int(found.value)

    async def note_end(self) -> None:
        """The writer has come to its end: what is in the stream now is all. Raises Lost, ConnectorError."""
        ends = await self.ends()
        with self._server.refusing(self.name):
            last = (await self.stream.stream_info(self.name)).state.last_seq
            await ends.put(self.name, b"%d" % last)

    async def is_read(self, end: int) -> bool:
        """Whether all messages up to one are acknowledged. Raises Lost, ConnectorError."""
        from nats.js.errors import NotFoundError

        with self._server.refusing(self.name):
            try:
                found = await self.stream.consumer_info(self.name, CONSUMER)
            except NotFoundError:
                return end == 0
        return not found.num_pending and not found.num_ack_pending and found.delivered.stream_seq >= end

    async def has_reader(self) -> bool:
        """Whether somebody has begun to read. Raises Lost, ConnectorError."""
        from nats.js.errors import NotFoundError

        with self._server.refusing(self.name):
            try:
                await self.stream.consumer_info(self.name, CONSUMER)
            except NotFoundError:
                return False
        return True

    async def clear(self) -> None:
        """Takes it away: the messages, the consumer and the end. Raises Lost, ConnectorError."""
        from nats.js.errors import NotFoundError

        ends = await self.ends()
        with self._server.refusing(self.name):
            with contextlib.suppress(NotFoundError):
                await self.stream.delete_stream(self.name)
            await ends.purge(self.name)


class Place:
    """Where a channel is, and how large it may get."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        self.name: str = parameters.channel
        self._most = at_least_one(parameters, "channel_max_messages")
        self._most_bytes = at_least_one(parameters, "channel_max_bytes")
        self._server = Server(server_parameters(parameters.channel_server, f"channel.{self.name}"), context)
        self.address = self._server.address

    async def connect(self, closed: asyncio.Event | None = None) -> Channel:
        """A connection to it. Raises Lost, ConnectorError."""
        client = await self._server.connect(closed)
        channel = Channel(self.name, self._most, self._most_bytes, client, self._server)
        async with closing(client):
            await channel.make()
        return channel

    async def look(self) -> Channel:
        """A connection to it, whether it is there or not. Raises Lost, ConnectorError."""
        return Channel(self.name, self._most, self._most_bytes, await self._server.connect(), self._server)


# ------------------------------------------------------------------------------------------ reading


class ChannelReader(BrokerSource):
    """The values that another part has written."""

    LASTING = True

    def __init__(self) -> None:
        super().__init__()
        self._place: Place | None = None
        self._wait = 0.0
        self._values: Values | None = None

    async def has_begun(self, parameters: Parameters, context: Context) -> bool:
        """Whether a process before this one has read from it."""
        place = Place(parameters, context)
        patience = seconds(parameters, "channel_connect_timeout")
        reach = Reach(place.address, patience, context, place.connect, Channel.leave)
        channel = await reach.first()
        try:
            return await channel.has_reader()
        except Lost:
            return True  # then nothing of what may be there is thrown away
        finally:
            await channel.client.close()

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """As of all brokers."""
        self._place = Place(parameters, context)
        self._wait = seconds(parameters, "channel_ack_wait")
        self._values = Values(codec)
        return self._place.address, "channel"

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """Never used: several values share a message."""
        return Form(Parameters({name: "json"}), name, codec)

    async def connect(self) -> "ChannelPuller":
        """The consumer, which is made if it has to be."""
        from nats.js.api import AckPolicy, ConsumerConfig

        assert self._place is not None
        channel = await self._place.connect()
        config = ConsumerConfig(
            durable_name=CONSUMER, ack_policy=AckPolicy.EXPLICIT, ack_wait=self._wait, max_ack_pending=-1
        )
        async with closing(channel.client):
            with channel._server.refusing(channel.name):
                await channel.stream.add_consumer(channel.name, config)
                pull = await channel.stream.pull_subscribe_bind(durable=CONSUMER, stream=channel.name)
        return ChannelPuller(channel, pull, self._wait, self.under_way)

    def _batch(self, session: Receiving, messages: Sequence[Message]) -> Batch:
        assert self._values is not None
        assert self._place is not None
        token = Token(self._finished)
        self._open[token] = (session, messages)
        self._count += len(messages)
        return self._values.batch(messages, token, f"channel {self._place.name}")


class ChannelPuller(Puller):
    """One connection, and the channel's messages through it until it ends."""

    def __init__(self, channel: Channel, pull: Any, wait: float, under_way: Callable[[], list[Message]]) -> None:
        super().__init__(channel.client, pull, wait, under_way)
        self._channel = channel
        self._end: int | None = None

    async def receive(self, most: int) -> Sequence[Message]:
        """What is there, as soon as there is something; nothing when all is read and acknowledged."""
        while True:
            try:
                found = await self._pull.fetch(min(most, TOGETHER), timeout=PULL if self._end is None else PULL_LAST)
            except TimeoutError:
                if self._client.is_closed:
                    raise Lost("the connection was closed") from None
                if await self._is_over():
                    return ()
            except Exception as error:
                self.raise_if_lost(error)
                raise
            else:
                if found:  # the library gives nothing where an earlier request ends just now
                    return [message_of(one) for one in found]

    async def _is_over(self) -> bool:
        if self._end is None:
            self._end = await self._channel.end()
        return self._end is not None and await self._channel.is_read(self._end)


# ------------------------------------------------------------------------------------------ writing


class ChannelWriter(BrokerSink):
    """Values for another part. Each message has a number of its own: one that is sent again because its confirmation
    was lost is kept once."""

    def __init__(self) -> None:
        super().__init__()
        self._place: Place | None = None
        self._values: Values | None = None
        self._context: Context | None = None
        self._largest = 0
        self._id = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        self._complete = False

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """As of all brokers."""
        self._place = Place(parameters, context)
        self._values = Values(codec)
        self._context = context
        return self._place.address, "channel"

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """Never used: several values share a message."""
        return Form(Parameters({name: "json"}), name, codec)

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the address."""
        await super().open(parameters, codec, context)
        assert isinstance(self._session, ChannelPublisher)
        self._complete = context.bounded and await self._session.channel.end() is not None

    def is_complete(self) -> bool:
        """Whether it has an end already: an earlier process of this run has written everything."""
        return self._complete

    async def connect(self) -> "ChannelPublisher":
        """A connection."""
        assert self._place is not None
        assert self._context is not None
        closed = asyncio.Event()
        channel = await self._place.connect(closed)
        self._largest = channel.client.max_payload
        return ChannelPublisher(channel, closed, self._context)

    def encode(self, values: Sequence[Any]) -> Bodies:
        """Messages with their numbers. Raises TooLarge for what the server would not take."""
        assert self._values is not None
        made = Bodies((f"{self._id}-{next(self._numbers)}", body) for body in self._values.messages(values))
        made.size = sum(len(body) for _, body in made)
        for _, body in made:
            if len(body) > self._largest:
                raise TooLarge(f"a value of {len(body)} bytes; the server's max_payload is {self._largest}")
        return made

    async def close(self, *, completed: bool) -> None:
        """Notes the channel's end where the workflow has come to its own, and hangs up."""
        assert self._context is not None or not completed
        if completed and self._context is not None and self._context.bounded:
            await self._note_end()
        await super().close(completed=completed)

    async def _note_end(self) -> None:
        assert self._reach is not None
        while True:
            session = self._session
            if session is None:
                session = self._session = await self._reach.first()
            assert isinstance(session, ChannelPublisher)
            try:
                await session.channel.note_end()
            except Lost as lost:
                await self._hang_up()
                self._session = await self._reach.again(lost)
            else:
                return


class ChannelPublisher:
    """One connection on which a channel confirms what it takes."""

    def __init__(self, channel: Channel, closed: asyncio.Event, context: Context) -> None:
        self.channel = channel
        self._closed = closed
        self._context = context

    async def publish(self, bodies: Bodies) -> None:
        """One after the other, so that their order stays when one has to be sent again."""
        for place, (number, body) in enumerate(bodies):
            try:
                await self._publish(number, body)
            except Lost as lost:
                lost.left = Bodies(bodies[place:])
                raise

    async def _publish(self, number: str, body: bytes) -> None:
        """Sends one message; waits while the channel is full."""
        began = told = monotonic()
        wait = FIRST_WAIT
        while not await self._is_taken(number, body):
            now = monotonic()
            if now - told > (SILENCE if told == began else REMIND):
                self._context.log.warning(f"channel {self.channel.name} is full: waiting for its readers")
                told = now
            if self._context.failed():
                raise Lost("the run has failed")
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _is_taken(self, number: str, body: bytes) -> bool:
        from nats.js.errors import APIError, NoStreamResponseError

        channel = self.channel
        try:
            with channel._server.refusing(channel.name):
                try:
                    await self._unless_closed(number, body)
                except APIError as error:
                    if error.description in FULL:
                        return False
                    raise
        except NoStreamResponseError:  # a server that has just started may still be reading its streams
            await channel.make()
            return False
        return True

    async def _unless_closed(self, number: str, body: bytes) -> None:
        """The library lets whoever waits for a confirmation wait, also when the connection is gone."""
        sending = asyncio.ensure_future(
            self.channel.stream.publish(self.channel.subject, body, headers={"Nats-Msg-Id": number})
        )
        closed = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait((sending, closed), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise Lost("the connection was closed")
            await sending
        finally:
            sending.cancel()
            closed.cancel()

    async def close(self) -> None:
        """Hangs up."""
        await self.channel.client.close()
