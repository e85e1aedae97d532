"""How values stand in the messages of a channel between two parts of a workflow.

A message holds several values. JSON lines are decoded fastest and can be read by people. Where JSON would not give back
the value that went in (text of type ``Json`` as it was written, a Double that is no number), or would make it larger
(``[Byte]``), the message is marked and holds the parts of its values in MessagePack.
"""

import datetime
import decimal
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch
from nstack.runtime.errors import DecodeError, EncodeError
from nstack.runtime.shapes import Shape, contains
from nstack.runtime.token import Token

EXACT = b"\x01"
"""What a message that is no JSON begins with."""
MOST, MOST_BYTES = 64, 64 << 10
"""So many values share a message, and about so many bytes."""

Step = Callable[[Any], Any]


class Values:
    """The values of one type in messages."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._exact = Exact(codec.shape)
        self._never_json = contains(codec.shape, "Json", "bytes")

    def messages(self, values: Sequence[Any]) -> list[bytes]:
        """The messages that hold some values, in their order."""
        made: list[bytes] = []
        for start in range(0, len(values), MOST):
            made += self._packed(values[start : start + MOST])
        return made

    def _packed(self, values: Sequence[Any]) -> list[bytes]:
        body = self._encode(values)
        if len(body) <= MOST_BYTES or len(values) == 1:
            return [body]
        half = len(values) // 2
        return self._packed(values[:half]) + self._packed(values[half:])

    def _encode(self, values: Sequence[Any]) -> bytes:
        if not self._never_json:
            try:
                return self._codec.encode_lines(values)
            except EncodeError:
                pass  # what JSON cannot hold
        return EXACT + msgspec.msgpack.encode([self._exact.dump(value) for value in values])

    def batch(self, messages: Sequence[bytes], token: Token, place: str) -> Batch:
        """The values of some messages, to be decoded by the stage's thread."""
        if any(message[:1] == EXACT for message in messages):
            records = [record for message in messages for record in self._records(message)]
            return Batch(records, token, decode=self._decode, place=place, size=sum(map(len, messages)))
        return Batch.lines(b"".join(messages), token, place=place)

    def _records(self, message: bytes) -> list[Any]:
        if message[:1] != EXACT:
            return message.splitlines()
        return [(part,) for part in msgspec.msgpack.decode(memoryview(message)[1:])]

    def _decode(self, record: Any) -> Any:
        if isinstance(record, bytes):
            return self._codec.decode_json(record)
        try:
            return self._exact.load(record[0])
        except (ValueError, TypeError, LookupError) as error:
            raise DecodeError("value", self._codec.shown, f"something else ({error})") from None


class Exact:
    """Values of one type as what MessagePack holds without loss (``dump``), and back (``load``)."""

    def __init__(self, shape: Shape) -> None:
        self._made: dict[int, tuple[Step, Step]] = {}
        self.dump, self.load = self._steps(shape)

    def _steps(self, shape: Shape) -> tuple[Step, Step]:
        made = self._made.get(id(shape))
        if made is None:
            made = self._made[id(shape)] = getattr(self, f"_{shape.kind}")(shape)
        return made

    def _scalar(self, shape: Shape) -> tuple[Step, Step]:
        return _SCALARS.get(shape.name, (_same, _same))

    def _bytes(self, shape: Shape) -> tuple[Step, Step]:
        return _same, _same

    def _unit(self, shape: Shape) -> tuple[Step, Step]:
        return _same, _same

    def _optional(self, shape: Shape) -> tuple[Step, Step]:
        dump, load = self._steps(shape.item)
        return (
            lambda value: None if value is None else dump(value),
            lambda part: None if part is None else load(part),
        )

    def _list(self, shape: Shape) -> tuple[Step, Step]:
        dump, load = self._steps(shape.item)
        return lambda value: [dump(item) for item in value], lambda parts: [load(part) for part in parts]

    _vector = _list

    def _map(self, shape: Shape) -> tuple[Step, Step]:
        dump, load = self._steps(shape.item)
        return (
            lambda value: [[_text(key), dump(item)] for key, item in value.items()],
            lambda parts: {_text_of(key): load(part) for key, part in parts},
        )

    def _tuple(self, shape: Shape) -> tuple[Step, Step]:
        steps = [self._steps(part) for part in shape.parts]

        def dump(value: Any) -> list[Any]:
            return [step(item) for (step, _), item in zip(steps, shape.take(value), strict=True)]

        def load(parts: Any) -> Any:
            return shape.make([step(part) for (_, step), part in zip(steps, parts, strict=True)])

        return dump, load

    _record = _tuple

    def _sum(self, shape: Shape) -> tuple[Step, Step]:
        names = zip(shape.labels, shape.attributes, shape.items, strict=True)
        known = {
            label: (getattr(shape.python, attribute), None if item is None else self._steps(item))
            for label, attribute, item in names
        }

        def dump(value: Any) -> list[Any]:
            steps = known[value.__label__][1]
            return [value.__label__] if steps is None else [value.__label__, steps[0](value.value)]

        def load(parts: Any) -> Any:
            made, steps = known[parts[0]]
            return made() if steps is None else made(steps[1](parts[1]))

        return dump, load


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str | bytes:
    """Text; half of a surrogate pair, which is no UTF-8, as bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return value


def _text_of(part: str | bytes) -> str:
    return part if isinstance(part, str) else part.decode("utf-8", "surrogatepass")


_SCALARS: dict[str, tuple[Step, Step]] = {
    "Text": (_text, _text_of),
    "Json": (_text, _text_of),
    "Decimal": (str, decimal.Decimal),
    "Date": (datetime.date.isoformat, datetime.date.fromisoformat),
    "Time": (datetime.time.isoformat, datetime.time.fromisoformat),
    "DateTime": (datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "Duration": (
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda parts: datetime.timedelta(*parts),
    ),
    "Uuid": (lambda value: value.bytes, lambda part: uuid.UUID(bytes=part)),
}
