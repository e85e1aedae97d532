"""Codecs: a type's values to and from JSON, and the check of what a method returned.

One codec is made for each type a workflow uses, at start. Decoding and validating is one pass of msgspec; only a
value that fails is looked at again, slowly, to find the path of its fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from .checks import all_finite, finite, tester
from .errors import DecodeError, EncodeError, ResultError
from .faults import accept, explain, shown_json, unwritable
from .json_text import parsed
from .shapes import Shape, shape_of
from .wire import Wire, decode_custom, encode_custom

_FAILURES = (DecodeError, msgspec.MsgspecError, ValueError, TypeError, RecursionError)


class Codec:
    """How values of one type enter and leave.

    ``type`` is the annotation of ``types.py``, ``shape`` the same as data, ``shown`` its text for messages. An
    ``exact`` codec reads what another exact one has written, and holds all values (see ``wire``). All methods are safe
    to call from any thread.
    """

    def __init__(self, annotation: Any, *, exact: bool = False) -> None:
        self.type = annotation
        self.shape: Shape = shape_of(annotation)
        self.shown = self.shape.shown
        self._wire = Wire(self.shape, exact)
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._wire.type, dec_hook=decode_custom)
        self._encoder = msgspec.json.Encoder(enc_hook=encode_custom)
        self._finite = None if exact else finite(self.shape)
        self._all_finite = all_finite(self.shape)
        self._envelope: msgspec.json.Decoder[Any] | None = None
        self.test: Callable[[Any], bool] = tester(self.shape)
        """Whether a value is in its proper form already."""
        self.decode: Callable[[bytes | str], Any] = self._decode_plainly if self._wire.load else self._decoder.decode
        """The fast decoder: raises whatever msgspec raises. ``decode_json`` explains the fault."""

    def _decode_plainly(self, data: bytes | str) -> Any:
        value = self._decoder.decode(data)
        return value if self._wire.load is None else self._wire.load(value)

    def decode_json(self, data: bytes | str, where: str = "value") -> Any:
        """The value that a JSON document holds. Raises DecodeError with a path that starts with ``where``."""
        try:
            if not data.isascii():
                _refuse_other_bytes(data)
            return self.decode(data)
        except _FAILURES as error:
            raise self._fault(data, where, error) from None

    def _fault(self, data: bytes | str, where: str, error: Exception) -> DecodeError:
        try:
            value = parsed(data)
        except _FAILURES as malformed:
            return _malformed(data, where, malformed)
        return self._fault_in(value, where, error)

    def _fault_in(self, value: Any, where: str, error: Exception) -> DecodeError:
        try:
            explain(self.shape, value, where)
        except DecodeError as fault:
            return fault
        return DecodeError(where, self.shown, f"{shown_json(value)} ({error})")

    def decode_params(self, body: bytes) -> Any:
        """The value in a body ``{"params": value}``. Raises DecodeError with a path that starts with ``params``."""
        if self._envelope is None:
            envelope = msgspec.defstruct("Envelope", [("params", self._wire.type)])
            self._envelope = msgspec.json.Decoder(envelope, dec_hook=decode_custom)
        try:
            if not body.isascii():
                _refuse_other_bytes(body)
            value = self._envelope.decode(body).params
            return value if self._wire.load is None else self._wire.load(value)
        except _FAILURES as error:
            raise self._fault_in_params(body, error) from None

    def _fault_in_params(self, body: bytes, error: Exception) -> DecodeError:
        try:
            whole = parsed(body)
        except _FAILURES as malformed:
            return _malformed(body, "body", malformed)
        if not isinstance(whole, dict) or "params" not in whole:
            return DecodeError("body", 'an object {"params": value}', shown_json(whole))
        return self._fault_in(whole["params"], "params", error)

    def decode_lines(self, block: bytes) -> list[Any]:
        """The values of a block of JSON lines, in one pass; empty lines are passed over. Raises what msgspec
        raises, or UnicodeDecodeError: then go line by line.
        """
        if not block.isascii():
            _refuse_other_bytes(block)
        values = self._decoder.decode_lines(block)
        load = self._wire.load
        return values if load is None else [load(value) for value in values]

    def encode_json(self, value: Any, where: str = "value") -> bytes:
        """The JSON of a value that is in its proper form. Raises EncodeError where JSON cannot hold it (NaN)."""
        if self._finite is not None and not self._finite(value):
            raise unwritable(self.shape, value, where) or EncodeError(where, self.shown, repr(value))
        dump = self._wire.dump
        try:
            return self._encoder.encode(value if dump is None else dump(value))
        except (UnicodeError, TypeError, ValueError) as error:
            raise unwritable(self.shape, value, where) or EncodeError(where, self.shown, str(error)) from None

    def encode_lines(self, values: Sequence[Any]) -> bytes:
        """The JSON of each value, each on a line of its own that is ended by a newline. Raises EncodeError as
        ``encode_json`` does.
        """
        if self._wire.dump is None and self._all_finite(values):
            try:
                return self._encoder.encode_lines(values)
            except (UnicodeError, TypeError, ValueError):
                pass  # one by one, to find the one at fault
        return b"".join([self.encode_json(value) + b"\n" for value in values])

    def accept(self, value: Any, where: str = "result") -> Any:
        """The proper form of what a method returned, from any of the forms that are allowed. Raises ResultError
        with the path.
        """
        return value if self.test(value) else accept(self.shape, value, where)


def _refuse_other_bytes(data: bytes | str) -> None:
    """msgspec does not look into what it passes over, the fields that a type lacks. Raises UnicodeDecodeError."""
    if not isinstance(data, str):
        str(data, "utf-8")


def _malformed(data: bytes | str, where: str, error: Exception) -> DecodeError:
    if isinstance(error, RecursionError):
        return DecodeError(where, "JSON", "values nested too deeply")
    if (garbled := _garbled(data)) is not None:
        return DecodeError(where, "JSON in UTF-8", f"other bytes ({garbled})")
    if not data.strip():
        return DecodeError(where, "JSON", "nothing")
    return DecodeError(where, "JSON", f"malformed text ({str(error).removeprefix('JSON is malformed: ')})")


def _garbled(data: bytes | str) -> str | None:
    """What keeps data from being UTF-8, in Python's words: msgspec's own differ between its versions."""
    try:
        data.encode() if isinstance(data, str) else str(data, "utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        return error.reason
    return None


class Codecs:
    """The codecs of one run, one for each type, made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Any, Codec]] = {}

    def of(self, annotation: Any) -> Codec:
        """The codec of an annotation."""
        key = id(annotation)
        if key not in self._made:
            self._made[key] = (annotation, Codec(annotation))  # keeping the annotation keeps its id its own
        return self._made[key][1]


__all__ = ["Codec", "Codecs", "ResultError"]
