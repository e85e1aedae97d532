"""The scalar types under the names that an emitted ``types.py`` writes.

Each name is an annotation that msgspec decodes and validates. A few are classes of their own, because their JSON
form is not msgspec's (``Json``, ``Bytes``, ``Decimal``, ``Unit``): the values are still plain ``str``, ``bytes``,
``decimal.Decimal`` and ``None``, and ``decode_scalar`` is their hook.
"""

from __future__ import annotations

import binascii
import datetime
import decimal
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

Double = float
Boolean = bool
Text = str
Date = datetime.date
Duration = datetime.timedelta
Uuid = uuid.UUID

if TYPE_CHECKING:
    Integer = int
    Time = datetime.time
    DateTime = datetime.datetime
    Json = str
    Bytes = bytes
    Decimal = decimal.Decimal
    Unit = None
else:
    Integer = Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)]
    Time = Annotated[datetime.time, Meta(tz=False)]
    DateTime = Annotated[datetime.datetime, Meta(tz=True)]

    class _Stands(type):
        """A class that stands for values of another: ``isinstance`` asks for those."""

        def __instancecheck__(cls, value):
            return isinstance(value, cls.values)

    class Json(metaclass=_Stands):
        """Text that holds one JSON value."""

        values = str

    class Bytes(metaclass=_Stands):
        """A byte string: base64 in JSON; an array of 0–255 is read too."""

        values = bytes

    class Decimal(metaclass=_Stands):
        """An exact, finite decimal number: text in JSON."""

        values = decimal.Decimal

    class Unit(metaclass=_Stands):
        """An event without data: ``None`` in Python, ``[]`` in JSON."""

        values = type(None)


class _Named(type):
    """A class that stands for values of the type that it names; what they are like is tested when they are made."""

    def __instancecheck__(cls, value: object) -> bool:
        return True


class Shared(metaclass=_Named):
    """A type of many parts under a name of its own, so that it is read, tested and written down once wherever it
    stands.

    class Grid(Shared):
        type = tuple[Row, Row]
    """

    type: Any


def Vector(size: int, item: Any) -> Any:  # noqa: N802  (it is a type's name in the language)
    """The annotation of ``Vector n T``: a list of exactly ``size`` items. A Matrix is a Vector of Vectors."""
    return Annotated[list[item], Meta(min_length=size, max_length=size)]


SCALARS: dict[Any, str] = {
    Integer: "Integer",
    Double: "Double",
    Boolean: "Boolean",
    Text: "Text",
    Json: "Json",
    Bytes: "Bytes",
    Decimal: "Decimal",
    Date: "Date",
    Time: "Time",
    DateTime: "DateTime",
    Duration: "Duration",
    Uuid: "Uuid",
    Unit: "Unit",
}
"""The language's name of each scalar annotation."""


def bytes_of(value: Any) -> bytes:
    """The bytes that base64 text or an array of 0–255 stands for. Raises ValueError for anything else."""
    if isinstance(value, str):
        return binascii.a2b_base64(value.encode("ascii"), strict_mode=True) if value else b""
    if isinstance(value, list) and all(type(part) is int and 0 <= part <= 255 for part in value):
        return bytes(value)
    raise ValueError("expected base64 text or an array of 0–255")


def decimal_of(value: Any) -> decimal.Decimal:
    """The finite number that a text (or a whole number) stands for. Raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("expected the text of a decimal number")
    try:
        number = decimal.Decimal(value)
    except decimal.InvalidOperation:
        raise ValueError("expected the text of a decimal number") from None
    if not number.is_finite():
        raise ValueError("expected a finite decimal number")
    return number


def unit_of(value: Any) -> None:
    """``None`` for ``[]`` and ``null``. Raises ValueError for anything else."""
    if value is not None and value != []:
        raise ValueError("expected []")


def json_text_of(value: Any) -> str:
    """The text of a JSON value that is already parsed."""
    return msgspec.json.encode(value).decode()


def is_json(value: Any) -> bool:
    """Whether it is text that holds one JSON value."""
    if not isinstance(value, str):
        return False
    try:
        msgspec.json.decode(value, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        return False
    return True
