"""How values stand in Kafka's messages: alone, with a key from one of their fields, or as whole messages.

With ``kafka_message`` the type is a record of a message's parts: ``value``, and any of ``key``, ``headers``, ``topic``,
``partition``, ``offset`` and ``time``. A sink writes ``value``, ``key`` and ``headers``.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nstack.connectors.broker import Form, Message
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import DecodeError, UsageError
from nstack.runtime.shapes import Shape

_READ: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "topic": ("Text", lambda whole: whole.topic()),
    "partition": ("Integer", lambda whole: whole.partition()),
    "offset": ("Integer", lambda whole: whole.offset()),
    "time": ("DateTime", lambda whole: datetime.fromtimestamp(whole.timestamp()[1] / 1000, UTC)),
}
"""The parts that the broker knows: their types, and where they come from."""


class Outgoing:
    """One message to send."""

    __slots__ = ("body", "headers", "key", "size")

    def __init__(self, body: bytes | None, key: bytes | None, headers: dict[str, bytes] | None) -> None:
        self.body = body
        self.key = key
        self.headers = headers
        self.size = len(body or b"") + len(key or b"")
        if headers:  # the library counts their lengths too, in up to five bytes each
            self.size += sum(len(name.encode()) + len(text) + 10 for name, text in headers.items())


class KafkaForm(Form):
    """Values to and from messages. Raises UsageError for a type that has no such message."""

    def __init__(self, parameters: Parameters, name: str, codec: Codec) -> None:
        self._whole: bool = parameters.kafka_message
        self._parts: tuple[Callable[[Any], Any], ...] = ()
        self._key: str | None = parameters.get("kafka_key") or None
        inner = codec
        if self._whole:
            inner = self._take_apart(codec)
        super().__init__(parameters, name, inner)
        self._plain = inner.shape.kind == "bytes" or parameters[name] == "raw"
        if self._key is not None:
            self._key_of = self._field(codec, self._key)
        self._shape = codec.shape

    def _take_apart(self, codec: Codec) -> Codec:
        """The codec of the field ``value``; the other fields are checked."""
        shape = codec.shape
        if shape.kind != "record" or "value" not in shape.labels:
            raise UsageError(f"kafka_message = true needs a record with the field value, not {codec.shown}")
        value: Codec | None = None
        for label, part in zip(shape.labels, shape.parts, strict=True):
            if label == "value":
                value = Codec(part.python)
            elif label in _READ and part.shown != _READ[label][0]:
                raise UsageError(f"the field {label} of a Kafka message is {_READ[label][0]}, not {part.shown}")
            elif label == "key" and _text_of(part) is None:
                raise UsageError(f"the field key of a Kafka message is Text or [Byte], or optional, not {part.shown}")
            elif label == "headers" and not (part.kind == "map" and _text_of(part.item) == "Text"):
                raise UsageError(f"the field headers of a Kafka message is Map Text, not {part.shown}")
            elif label not in ("key", "headers", *_READ):
                raise UsageError(
                    f"a Kafka message has no part {label!r}; it has value, key, headers, {', '.join(_READ)}"
                )
        assert value is not None
        return value

    def _field(self, codec: Codec, name: str) -> Callable[[Any], Any]:
        """The function that reads the key's field."""
        shape = codec.shape
        if self._whole:
            raise UsageError("kafka_key and kafka_message = true say two things: the key is the field key then")
        if shape.kind != "record" or name not in shape.labels:
            raise UsageError(f"kafka_key names the field {name!r}, which {codec.shown} does not have")
        part = shape.parts[shape.labels.index(name)]
        inside = part.item if part.kind == "optional" else part
        if inside.kind not in ("scalar", "bytes"):
            raise UsageError(f"kafka_key names the field {name!r}, which is no single value but {part.shown}")
        encode = Codec(inside.python).encode_json
        if _text_of(part) is not None:
            return lambda value: value[name]
        return lambda value: None if value[name] is None else encode(value[name]).decode().strip('"')

    # ------------------------------------------------------------------------------------------ reading

    def decode(self, message: Message) -> Any:
        """The value of a message. Raises DecodeError that names the message."""
        value = self._value(message)
        if not self._whole:
            return value
        whole: Any = message.whole  # type: ignore[attr-defined]
        try:
            return self._shape.make(
                value if label == "value" else _part(label, part, whole)
                for label, part in zip(self._shape.labels, self._shape.parts, strict=True)
            )
        except DecodeError as fault:
            raise fault.under(message.place) from None

    def _value(self, message: Message) -> Any:
        """A message without a body, which deletes a key in compacted topics, is a missing value."""
        if message.whole.value() is not None:  # type: ignore[attr-defined]
            return super().decode(message)
        if self._plain:
            raise DecodeError(f"{message.place}: body", "bytes", "no body at all")
        absent = Message(b"null", message.key, message.place)
        return super().decode(absent)

    # ------------------------------------------------------------------------------------------ writing

    def outgoing(self, value: Any) -> Outgoing:
        """The message of a value. Raises EncodeError."""
        if self._whole:
            content, key = value["value"], value.get("key")
            headers = {name: text.encode() for name, text in (value.get("headers") or {}).items()}
            return Outgoing(None if content is None else self.encode(content), _bytes(key), headers or None)
        key = None if self._key is None else self._key_of(value)
        return Outgoing(self.encode(value), _bytes(key), None)


def _text_of(part: Shape) -> str | None:
    """``Text`` or ``[Byte]``, where a part is one of these, or may be missing."""
    inside = part.item if part.kind == "optional" else part
    return inside.shown if inside.shown in ("Text", "[Byte]") else None


def _bytes(key: str | bytes | None) -> bytes | None:
    return key.encode() if isinstance(key, str) else key


def _part(label: str, part: Shape, whole: Any) -> Any:
    if label in _READ:
        return _READ[label][1](whole)
    if label == "headers":
        return {name: _decoded(value or b"", f"headers.{name}") for name, value in whole.headers() or ()}
    key = whole.key()
    if key is None:
        if part.kind == "optional":
            return None
        raise DecodeError("key", part.shown, "no key")
    return key if _text_of(part) == "[Byte]" else _decoded(key, "key")


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DecodeError(path, "Text in UTF-8", f"other bytes ({error.reason})") from None
