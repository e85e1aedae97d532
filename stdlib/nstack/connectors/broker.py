"""What the connectors of message brokers share: reaching a server, messages in flight, acknowledgements, bodies.

A connector of a broker gives a *session* for each direction: one connection, from its making to its loss. What stands
here works with sessions, and asks for the next one when one is lost (``reach.py`` makes them).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from nstack.connectors import reach
from nstack.connectors.limits import at_least_one, seconds
from nstack.connectors.reach import Lost, Reach
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, RefusedValues, UsageError
from nstack.runtime.parting import at_most
from nstack.runtime.token import Token

BATCH = 256
"""At most so many messages share a token."""


class NotTaken(Exception):
    """What became of messages that were published: the server does not take those at the places in ``refused``. Those
    at ``left`` are not confirmed, because the connection was ``lost`` meanwhile; all others are."""

    def __init__(
        self, refused: Mapping[int, ConnectorError], left: Sequence[int] = (), lost: Lost | None = None
    ) -> None:
        super().__init__(str(next(iter(refused.values()), lost)))
        self.refused = refused
        self.left = left
        self.lost = lost


class Message(bytes):
    """The body of a message that has come. ``key`` is what acknowledges it, ``place`` tells people which it is."""

    key: Any
    place: str

    def __new__(cls, body: bytes, key: Any, place: str) -> "Message":
        made = super().__new__(cls, body)
        made.key = key
        made.place = place
        return made


class Bodies(list[Any]):
    """Encoded messages for a sink, and how many bytes they are."""

    size = 0


def silence(*names: str) -> None:
    """Keeps a client library's log lines off the terminal: what matters of them is an error here. Whoever has set
    logging up still receives them.
    """
    for name in names:
        logging.getLogger(name).addHandler(logging.NullHandler())


def port(parameters: Parameters, name: str) -> int:
    """A port parameter. Raises UsageError."""
    value: int = parameters[name]
    if not 0 < value < 65536:
        raise UsageError(f"{name} must be between 1 and 65535, got {value}")
    return value


class Form:
    """How values of one type stand in messages: JSON; bytes as they are; texts as they are where ``raw`` is asked for.

    Raises UsageError for ``raw`` with a type that is neither Text nor ``[Byte]``.
    """

    def __init__(self, parameters: Parameters, name: str, codec: Codec) -> None:
        text = codec.shape.kind == "scalar" and codec.shape.shown == "Text"
        raw = parameters[name] == "raw"
        if raw and not text and codec.shape.kind != "bytes":
            raise UsageError(f'{name} = "raw" is for Text and [Byte]; {codec.shown} travels as JSON')
        self.content_type = "application/json"
        self._codec = codec
        self.encode: Callable[[Any], bytes] = codec.encode_json
        self._decode: Callable[[Message], Any] = self._decode_json
        if codec.shape.kind == "bytes":
            self.content_type, self.encode, self._decode = "application/octet-stream", bytes, bytes
        elif raw:
            self.content_type, self.encode, self._decode = "text/plain; charset=utf-8", _encode_text, _decode_text

    def decode(self, message: Message) -> Any:
        """The value of a message. Raises DecodeError that names the message."""
        try:
            return self._decode(message)
        except DecodeError as fault:
            raise fault.under(message.place) from None

    def _decode_json(self, message: Message) -> Any:
        return self._codec.decode_json(message, "body")


def _encode_text(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise EncodeError("value", "Text", repr(value), error.reason) from None


def _decode_text(message: Message) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError as error:
        raise DecodeError("body", "Text in UTF-8", f"other bytes ({error.reason})") from None


# ------------------------------------------------------------------------------------------ sources


class Receiving(Protocol):
    """One connection of a source, and the messages that came through it."""

    async def receive(self, most: int) -> Sequence[Message]:
        """Waits for messages: at least one, at most so many; none where a source ends. Raises Lost."""

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """These are done. Raises Lost."""

    def stop(self) -> Coroutine[Any, Any, None]:
        """No further messages shall come; what waits here goes back. Acknowledging goes on. Raises Lost."""

    def close(self, left: Sequence[Message]) -> Coroutine[Any, Any, None]:
        """Gives back what was received and is not done, and hangs up. Raises Lost."""


class BrokerSource(SourceConnector):
    """Messages of a broker that hears of each when it is done. ``connect`` is the connector's own part."""

    REPLAY = "sender"
    LASTING: ClassVar[bool] = False
    """Whether a message that came through one connection can be acknowledged through the next one."""
    PREFETCH: ClassVar[str] = ""
    """The parameter that says how many messages may be under way."""

    def __init__(self) -> None:
        self._reach: Reach[Receiving] | None = None
        self._session: Receiving | None = None
        self._open: dict[Token, tuple[Receiving, Sequence[Message]]] = {}
        self._done: list[tuple[Receiving, Sequence[Message]]] = []
        self._sending: list[tuple[Receiving, Sequence[Message]]] = []
        self._count = 0
        self._most = 1
        self._room = asyncio.Event()
        self._acks = asyncio.Event()
        self._acknowledging: asyncio.Task[None] | None = None
        self._form: Form | None = None
        self._stopping = False
        self._closing = False

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Looks at the parameters. Gives the server's address for messages, and the prefix of the parameters' names.
        Raises UsageError and MissingExtra."""
        raise NotImplementedError

    async def connect(self) -> Receiving:
        """A new connection, ready to receive. Raises Lost, or ConnectorError for what waiting does not mend."""
        raise NotImplementedError

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """How values stand in messages; ``name`` is the parameter that says so. Raises UsageError."""
        return Form(parameters, name, codec)

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the address."""
        address, prefix = self.prepare(parameters, codec, context)
        self._form = self.form_of(parameters, f"{prefix}_body", codec)
        self._most = at_least_one(parameters, f"{prefix}_prefetch")
        self._reach = Reach(
            address, seconds(parameters, f"{prefix}_connect_timeout"), context, self.connect, self._hang_up
        )
        self._session = await self._reach.first()
        self._acknowledging = asyncio.create_task(self._acknowledge())

    async def batches(self) -> AsyncIterator[Batch]:
        """What has come by now, as long as no more than the prefetch is under way."""
        assert self._reach is not None
        while not self._stopping:
            session = self._session
            assert session is not None
            while self._count >= self._most:
                self._room.clear()
                await self._room.wait()
            try:
                messages = await session.receive(min(BATCH, self._most - self._count))
            except Lost as lost:
                await self._hang_up(session)
                self._session = await self._reach.again(lost)
                await self._acknowledge_all()  # first, or the server would hand out again what is done
                continue
            if not messages:
                return
            yield self._batch(session, messages)

    def is_open(self, key: Any) -> bool:
        """Whether a message with this key is under way, for brokers that may hand it out twice."""
        groups = (*self._open.values(), *self._done, *self._sending)
        return any(message.key == key for _, messages in groups for message in messages)

    def under_way(self) -> list[Message]:
        """The messages that are being worked on."""
        return [message for _, messages in self._open.values() for message in messages]

    def _batch(self, session: Receiving, messages: Sequence[Message]) -> Batch:
        assert self._form is not None
        token = Token(self._finished)
        self._open[token] = (session, messages)
        self._count += len(messages)
        return Batch(messages, token, decode=self._form.decode, size=sum(map(len, messages)))

    def _finished(self, token: Token) -> None:
        if token.problem is not None:
            return  # the run stops on one of these values: they stay with the broker
        group = self._open.pop(token)
        self._count -= len(group[1])
        self._room.set()
        self._done.append(group)
        self._acks.set()

    async def _acknowledge(self) -> None:
        while not self._closing:
            await self._acks.wait()
            self._acks.clear()
            await self._acknowledge_all()

    async def _acknowledge_all(self) -> None:
        done, self._done = self._done, []
        session = self._session
        assert session is not None
        messages = [one for origin, group in done if self.LASTING or origin is session for one in group]
        if not messages:
            return
        self._sending += done
        try:
            await session.acknowledge(messages)
        except Lost:  # told where messages are received; what the next connection cannot acknowledge comes again
            if self.LASTING:
                self._done[:0] = done
        finally:
            self._sending = [group for group in self._sending if group not in done]

    async def stop(self) -> None:
        """From now on no message comes; those under way are still acknowledged."""
        self._stopping = True
        if self._session is not None:
            with contextlib.suppress(Lost):
                await at_most(reach.PARTING, self._session.stop())

    async def close(self) -> None:
        """Acknowledges what is done, gives back what is not, and hangs up."""
        if self._acknowledging is not None:
            self._closing = True  # cancelling it would interrupt a client library in the middle of a command
            self._acks.set()
            await asyncio.wait((self._acknowledging,), timeout=reach.PARTING)
            self._acknowledging.cancel()
        session = self._session
        if session is None:
            return
        with contextlib.suppress(Lost):
            await at_most(reach.PARTING, self._part(session))
        self._session = None

    async def _part(self, session: Receiving) -> None:
        await self._acknowledge_all()
        await session.close([one for origin, group in self._open.values() if origin is session for one in group])

    async def _hang_up(self, session: Receiving) -> None:
        with contextlib.suppress(Lost):
            await at_most(1, session.close(()))


# ------------------------------------------------------------------------------------------ sinks


class Publishing(Protocol):
    """One connection of a sink."""

    async def publish(self, bodies: Bodies) -> None:
        """Publishes all and waits until the server has confirmed them. Raises Lost with what is left, NotTaken for
        messages that it refuses, ConnectorError for what waiting does not mend."""

    def close(self) -> Coroutine[Any, Any, None]:
        """Hangs up. Raises Lost."""


class BrokerSink(SinkConnector):
    """Messages to a broker that confirms each. After ``write`` all of them are confirmed."""

    def __init__(self) -> None:
        self._reach: Reach[Publishing] | None = None
        self._session: Publishing | None = None
        self._form: Form | None = None

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """As of sources."""
        raise NotImplementedError

    async def connect(self) -> Publishing:
        """As of sources."""
        raise NotImplementedError

    @property
    def form(self) -> Form:
        """How values stand in messages."""
        assert self._form is not None
        return self._form

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """How values stand in messages; ``name`` is the parameter that says so. Raises UsageError."""
        return Form(parameters, name, codec)

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the address."""
        address, prefix = self.prepare(parameters, codec, context)
        self._form = self.form_of(parameters, f"{prefix}_body", codec)
        patience = seconds(parameters, f"{prefix}_connect_timeout")
        self._reach = Reach(address, patience, context, self.connect, self._leave)
        self._session = await self._reach.first()

    def encode(self, values: Sequence[Any]) -> Bodies:
        """Raises EncodeError, as JSON has it."""
        return sized(map(self.form.encode, values))

    async def write(self, encoded: Bodies) -> None:
        """Publishes; waits for a server that has gone. Raises RefusedValues for those that it refuses, ConnectorError
        where it takes none."""
        assert self._reach is not None
        left, places = encoded, list(range(len(encoded)))
        refused: dict[int, ConnectorError] = {}
        while True:
            if self._session is None:
                self._session = await self._reach.first()
            try:
                await self._session.publish(left)
            except Lost as lost:
                if lost.left is not None:
                    places = _places_of(lost.left, left, places)
                    left = lost.left
                await self._hang_up()
                self._session = await self._reach.again(lost)
            except NotTaken as some:
                refused |= {places[at]: error for at, error in some.refused.items()}
                left, places = Bodies(left[at] for at in some.left), [places[at] for at in some.left]
                if some.lost is not None:
                    await self._hang_up()
                    self._session = await self._reach.again(some.lost)
                if not left:
                    break
            except ConnectorError:
                await self._hang_up()
                raise
            else:
                break
        if refused:
            raise RefusedValues(refused)

    async def close(self, *, completed: bool) -> None:
        """Hangs up."""
        await self._hang_up()

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await self._leave(session)

    async def _leave(self, session: Publishing) -> None:
        with contextlib.suppress(Lost):
            await at_most(reach.PARTING, session.close())


def sized(bodies: Iterable[bytes]) -> Bodies:
    """Bodies with their size."""
    made = Bodies(bodies)
    made.size = sum(map(len, made))
    return made


def _places_of(some: Sequence[Any], among: Sequence[Any], places: Sequence[int]) -> list[int]:
    """The places of some messages among others, which are in the same order."""
    rest = iter(zip(among, places, strict=True))
    return [next(place for body, place in rest if body is one) for one in some]


def _never(error: BaseException) -> ConnectorError | None:
    return None


async def settle_all(
    bodies: Bodies,
    publish: Callable[[Any], Awaitable[object]],
    is_broken: Callable[[BaseException], bool],
    refusal: Callable[[BaseException], ConnectorError | None] = _never,
) -> None:
    """Publishes all at once and waits for every confirmation. Raises NotTaken where a failure is a ``refusal`` of that
    message alone, Lost with those that a broken connection left unconfirmed, before both any other failure.
    """
    found = await settled(bodies, publish, is_broken, refusal)
    if found.refused:
        raise found
    if found.lost is not None:
        raise found.lost


async def settled(
    bodies: Bodies,
    publish: Callable[[Any], Awaitable[object]],
    is_broken: Callable[[BaseException], bool],
    refusal: Callable[[BaseException], ConnectorError | None],
) -> NotTaken:
    """What becomes of messages that are published all at once. Raises a failure that is neither a ``refusal`` nor a
    broken connection."""
    results = await asyncio.gather(*map(publish, bodies), return_exceptions=True)
    failed = {at: result for at, result in enumerate(results) if isinstance(result, BaseException)}
    refused = {at: found for at, error in failed.items() if (found := refusal(error)) is not None}
    left = [at for at in failed if at not in refused]
    for at in left:
        if not is_broken(failed[at]):
            raise failed[at]
    lost = Lost(failed[left[0]], Bodies(bodies[at] for at in left)) if left else None
    return NotTaken(refused, left, lost)
