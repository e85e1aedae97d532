"""The types of SQLite and those of the language: how values are stored, and which columns can hold them.

SQLite has five storage classes, and a column's declared type gives it an *affinity*, which converts what is put into it
(https://sqlite.org/datatype3.html). A table that is STRICT takes nothing else.
"""

import datetime
import decimal
import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nstack.connectors.sqlrows import Column
from nstack.runtime.codec import Codec
from nstack.runtime.scalars import is_json

Load = Callable[[Any], Any]
Dump = Callable[[Any], Any]

STORED: Mapping[str, str] = {
    "Integer": "INTEGER",
    "Double": "REAL",
    "Boolean": "INTEGER",
    "Text": "TEXT",
    "Decimal": "TEXT",
    "Date": "TEXT",
    "Time": "TEXT",
    "DateTime": "TEXT",
    "Duration": "TEXT",
    "Uuid": "TEXT",
    "Json": "TEXT",
    "[Byte]": "BLOB",
}
"""The storage class of each type, which is also what a column is created as; a list is a JSON array, TEXT."""

_SPARED = {"Integer", "Boolean", "Double", "Date", "Time", "DateTime", "Duration", "Uuid"}
"""What NUMERIC affinity leaves as it is, or gives back as an equal value: no text that may look like a number."""


class Garbled(bytes):
    """A TEXT that is not UTF-8."""


def text_of(data: bytes) -> Any:
    """The ``text_factory`` of connections: a bad text is a fault of its row and not of the query."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Garbled(data)


def affinity(declared: str) -> str:
    """The affinity that a declared type gives a column: "" where none is declared."""
    name = declared.upper()
    if not name or name == "ANY":
        return ""
    for part, found in _AFFINITIES:
        if part in name:
            return found
    return "NUMERIC"


_AFFINITIES = (
    ("INT", "INTEGER"),
    ("CHAR", "TEXT"),
    ("CLOB", "TEXT"),
    ("TEXT", "TEXT"),
    ("BLOB", "BLOB"),
    ("REAL", "REAL"),
    ("FLOA", "REAL"),
    ("DOUB", "REAL"),
)


def stored(column: Column) -> str:
    """The storage class of a column's values."""
    return "TEXT" if column.many else STORED[column.type]


def suits(column: Column, declared: str) -> bool:
    """Whether a column of this declared type gives back what it was given."""
    found = affinity(declared)
    if found in ("", "BLOB"):
        return not found or stored(column) == "BLOB"
    return found == stored(column) or (found == "NUMERIC" and not column.many and column.type in _SPARED)


def meant(declared: str) -> str:
    """The type of the language that a declared type suggests."""
    return {"INTEGER": "Integer", "TEXT": "Text", "REAL": "Double", "BLOB": "[Byte]"}.get(affinity(declared), "")


# ------------------------------------------------------------------------------------------ reading


def _exactly(type: type) -> Load:
    def load(value: Any) -> Any:
        if value.__class__ is not type:
            raise ValueError
        return value

    return load


def _double(value: Any) -> float:
    if value.__class__ is int and abs(value) <= 2**53:
        return float(value)
    if value.__class__ is not float:
        raise ValueError
    number: float = value
    return number


def _boolean(value: Any) -> bool:
    if value.__class__ is not int or value not in (0, 1):
        raise ValueError("a Boolean is 0 or 1")
    return bool(value)


def _decimal(value: Any) -> decimal.Decimal:
    if value.__class__ is float:
        raise ValueError("a Decimal is exact, and a REAL is not")
    if value.__class__ not in (str, int):
        raise ValueError
    try:
        number = decimal.Decimal(value)
    except decimal.InvalidOperation:
        raise ValueError from None
    if not number.is_finite():
        raise ValueError(f"{number} has no place in a Decimal")
    return number


def _json(value: Any) -> str:
    if not is_json(value):
        raise ValueError
    text: str = value
    return text


def loader(column: Column) -> Load:
    """How a column's values are read; raises a ValueError, without a text where the type says enough."""
    if column.many:
        return Codec(column.annotation).decode_json
    if column.type in _LOADS:
        return _LOADS[column.type]
    annotation, needs_offset = column.annotation, column.type == "DateTime"

    def load(value: Any) -> Any:
        if value.__class__ is not str:
            raise ValueError
        try:
            return msgspec.convert(value, annotation)
        except msgspec.ValidationError:
            raise ValueError("it is written as 2024-12-31T23:59:59Z" if needs_offset else "") from None

    return load


_LOADS: Mapping[str, Load] = {
    "Integer": _exactly(int),
    "Double": _double,
    "Boolean": _boolean,
    "Text": _exactly(str),
    "Decimal": _decimal,
    "Json": _json,
    "[Byte]": _exactly(bytes),
}


# ------------------------------------------------------------------------------------------ writing


def _finite_or_infinite(value: float) -> float:
    if math.isnan(value):
        raise ValueError("SQLite stores NaN as NULL")
    return value


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("it holds half of a surrogate pair, which is no character") from None
    return value


def _datetime(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a DateTime needs an offset, and its tzinfo is not set")
    # All in one zone and of one width: so the texts sort as the times do.
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _builtin(value: Any) -> str:
    text: str = msgspec.to_builtins(value)
    return text


def dumper(column: Column) -> Dump:
    """How a column's values are stored; raises ValueError or OverflowError."""
    if column.many:
        encode = Codec(column.annotation).encode_json
        return lambda value: encode(value, column.path).decode()
    return _DUMPS[column.type]


_DUMPS: Mapping[str, Dump] = {
    "Integer": lambda value: value,
    "Double": _finite_or_infinite,
    "Boolean": int,
    "Text": _text,
    "Decimal": str,
    "Date": _builtin,
    "Time": _builtin,
    "DateTime": _datetime,
    "Duration": _builtin,
    "Uuid": _builtin,
    "Json": _text,
    "[Byte]": lambda value: value,
}
