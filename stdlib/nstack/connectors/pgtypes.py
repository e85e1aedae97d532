"""The types of PostgreSQL and those of the language: which belong together, and their binary forms on the wire.

The binary forms are those of the send and receive functions of each type, which ``COPY … (FORMAT binary)`` carries
(PostgreSQL's documentation: "COPY", section "Binary Format"; the forms themselves stand in ``src/backend/utils/adt``).
They are written here and not left to the client library because rows are coded on the threads of the stages, value by
value, with a fault for a value that the type on the other side cannot hold.
"""

import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from struct import Struct
from typing import Any, NamedTuple

Load = Callable[[bytes], Any]
"""From the bytes of a column to a value; raises ValueError or OverflowError."""
Dump = Callable[[Any], bytes]
"""From a value to the bytes of a column; raises ValueError, OverflowError or struct.error."""

NUMERIC, BYTEA = 1700, 17

READS: Mapping[str, tuple[str, ...]] = {
    "Integer": ("int8", "int4", "int2"),
    "Double": ("float8", "float4"),
    "Boolean": ("bool",),
    "Text": ("text", "varchar", "bpchar", "name", "citext"),
    "Decimal": ("numeric",),
    "Date": ("date",),
    "Time": ("time",),
    "DateTime": ("timestamptz",),
    "Duration": ("interval",),
    "Uuid": ("uuid",),
    "Json": ("jsonb", "json"),
    "[Byte]": ("bytea",),
}
"""Which types of PostgreSQL a type of the language is read from; enumerations are texts too, domains what they are
made of."""

WRITES = dict(READS, Double=("float8",))
"""Which it is written to: a ``real`` would round a Double."""

DDL: Mapping[str, str] = {
    "Integer": "bigint",
    "Double": "double precision",
    "Boolean": "boolean",
    "Text": "text",
    "Decimal": "numeric",
    "Date": "date",
    "Time": "time",
    "DateTime": "timestamptz",
    "Duration": "interval",
    "Uuid": "uuid",
    "Json": "jsonb",
    "[Byte]": "bytea",
}
"""What a column of each type is created as, and what a query is advised to cast to."""


class PgType(NamedTuple):
    """A type of PostgreSQL as the catalogue describes it: domains are resolved.

    ``name`` is the catalogue's (``int4``), ``shown`` that of SQL (``integer``), ``item`` the type of an array's items.
    ``modifier`` is what stands in brackets after the name, in the catalogue's coding, -1 for nothing; ``labels`` are
    an enumeration's. ``required`` is true for a domain that is NOT NULL.
    """

    oid: int
    name: str
    shown: str
    item: "PgType | None" = None
    modifier: int = -1
    labels: tuple[str, ...] = ()
    is_enum: bool = False
    required: bool = False


def suits(type: str, many: bool, found: PgType, allowed: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a type of the language, or the list of it, may stand for a type of PostgreSQL."""
    if many:
        return found.item is not None and suits(type, False, found.item, allowed)
    return found.item is None and (found.name in allowed[type] or (found.is_enum and type == "Text"))


def meant(found: PgType) -> str | None:
    """The type of the language that stands for a type of PostgreSQL, if any does."""
    if found.item is not None:
        item = meant(found.item)
        return f"[{item}]" if item not in (None, "[Byte]", "Json") else None
    return next((type for type in READS if suits(type, False, found, READS)), None)


# ------------------------------------------------------------------------------------------ reading

EPOCH_DATE = datetime.date(2000, 1, 1).toordinal()
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
MIDNIGHT = datetime.datetime(2000, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
_FLOAT8, _FLOAT4, _INTERVAL, _LENGTH = Struct("!d"), Struct("!f"), Struct("!qii"), Struct("!i")
_whole: Callable[[bytes], int] = partial(int.from_bytes, byteorder="big", signed=True)


def _date(data: bytes) -> datetime.date:
    try:
        return datetime.date.fromordinal(_whole(data) + EPOCH_DATE)
    except (ValueError, OverflowError):
        raise ValueError("the date is infinite, or its year is not between 1 and 9999") from None


def _datetime(data: bytes) -> datetime.datetime:
    try:
        return EPOCH + datetime.timedelta(microseconds=_whole(data))
    except OverflowError:
        raise ValueError("the time is infinite, or its year is not between 1 and 9999") from None


def _time(data: bytes) -> datetime.time:
    micros = _whole(data)
    if micros >= 86_400_000_000:
        raise ValueError("24:00:00 is no time of a day")
    return (MIDNIGHT + datetime.timedelta(microseconds=micros)).time()


def _interval(data: bytes) -> datetime.timedelta:
    micros, days, months = _INTERVAL.unpack(data)
    if months:
        raise ValueError(f"an interval of {months} months has no fixed length")
    return datetime.timedelta(days=days, microseconds=micros)


def _json(data: bytes) -> str:
    return data.decode()


def _jsonb(data: bytes) -> str:
    return data[1:].decode()


def _numeric() -> Load:
    psycopg = import_module("psycopg")
    load: Load = psycopg.adapters.get_loader(NUMERIC, psycopg.pq.Format.BINARY)(NUMERIC).load

    def finite(data: bytes) -> decimal.Decimal:
        number: decimal.Decimal = load(data)
        if not number.is_finite():
            raise ValueError(f"{number} has no place in a Decimal")
        return number

    return finite


_LOADS: Mapping[str, Load] = {
    "int8": _whole,
    "int4": _whole,
    "int2": _whole,
    "float8": lambda data: _FLOAT8.unpack(data)[0],
    "float4": lambda data: _FLOAT4.unpack(data)[0],
    "bool": b"\x01".__eq__,
    "date": _date,
    "time": _time,
    "timestamptz": _datetime,
    "interval": _interval,
    "uuid": lambda data: uuid.UUID(bytes=data),
    "json": _json,
    "jsonb": _jsonb,
    "bytea": bytes,
}


def loader(found: PgType) -> Load:
    """How values of a type are read."""
    if found.item is not None:
        return partial(_load_array, loader(found.item))
    return _numeric() if found.name == "numeric" else _LOADS.get(found.name, bytes.decode)


def _load_array(load: Load, data: bytes) -> list[Any]:
    dimensions = _whole(data[:4])
    if dimensions == 0:
        return []
    if dimensions != 1:
        raise ValueError(f"an array of {dimensions} dimensions is no list")
    values, at = [], 20
    for _ in range(_whole(data[12:16])):
        size = _LENGTH.unpack_from(data, at)[0]
        at += 4
        if size < 0:
            raise ValueError("an item of the array is NULL")
        values.append(load(data[at : at + size]))
        at += size
    return values


# ------------------------------------------------------------------------------------------ writing

NULL = b"\xff\xff\xff\xff"
_TRUE, _FALSE = b"\x00\x00\x00\x01\x01", b"\x00\x00\x00\x01\x00"
_SIZED = {"int8": Struct("!iq"), "int4": Struct("!ii"), "int2": Struct("!ih"), "float8": Struct("!id")}
_SIZED_INTERVAL, _DATE, _MICROS = Struct("!iqii"), Struct("!ii"), Struct("!iq")
_length = _LENGTH.pack


def _dump_text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("PostgreSQL holds no NUL character (U+0000) in a text")
    data = value.encode()
    return _length(len(data)) + data


def _dump_datetime(value: datetime.datetime) -> bytes:
    if value.tzinfo is None:
        raise ValueError("a DateTime needs an offset, and its tzinfo is not set")
    return _MICROS.pack(8, (value - EPOCH) // MICROSECOND)


def _dump_time(value: datetime.time) -> bytes:
    if value.tzinfo is not None:
        raise ValueError("a Time has no offset, and its tzinfo is set")
    return _MICROS.pack(8, (datetime.datetime.combine(MIDNIGHT, value) - MIDNIGHT) // MICROSECOND)


def _dump_interval(value: datetime.timedelta) -> bytes:
    return _SIZED_INTERVAL.pack(16, value.seconds * 1_000_000 + value.microseconds, value.days, 0)


def _dump_bytes(value: bytes) -> bytes:
    return _length(len(value)) + value


def _dump_json(value: str) -> bytes:
    data = value.encode()
    return _length(len(data)) + data


def _dump_jsonb(value: str) -> bytes:
    # Only an escape can stand for what no text of PostgreSQL holds, so most documents need no second look.
    if "\\u" in value:
        _check_texts(value)
    data = value.encode()
    return _length(len(data) + 1) + b"\x01" + data


def _check_texts(document: str) -> None:
    plain = json.dumps(json.loads(document, parse_int=str, parse_float=str), ensure_ascii=False)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise ValueError("jsonb holds no half of a surrogate pair") from None
    if "\\u0000" in plain.replace("\\\\", ""):
        raise ValueError("jsonb holds no NUL character (\\u0000) in a text")


def _decimals(found: PgType) -> Dump:
    psycopg = import_module("psycopg")
    dump = psycopg.adapters.get_dumper_by_oid(NUMERIC, psycopg.pq.Format.BINARY)(decimal.Decimal).dump
    digits, scale = (131072, 16383) if found.modifier < 0 else _precision(found.modifier)

    def exact(value: decimal.Decimal) -> bytes:
        before, after = _places(value)
        if after > scale or before > digits:
            raise ValueError(
                f"{found.shown} has room for {digits} digits before the point and {scale} after it"
                if found.modifier >= 0
                else "it has too many digits for numeric"
            )
        data = bytes(dump(value))
        return _length(len(data)) + data

    return exact


def _precision(modifier: int) -> tuple[int, int]:
    """The digits before the point and after it in ``numeric(p, s)``; s may be negative."""
    precision, scale = ((modifier - 4) >> 16) & 0xFFFF, ((((modifier - 4) & 0x7FF) ^ 1024) - 1024)
    return precision - scale, scale


def _places(value: decimal.Decimal) -> tuple[int, int]:
    """How many digits before the point and after it a number has, zeros at either end left out."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} has no place in a Decimal")
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    return (len(text) + exponent, -(exponent + len(text) - len(kept))) if kept else (0, -65536)


def _texts(found: PgType) -> Dump:
    if found.is_enum:
        labels = frozenset(found.labels)

        def label(value: str) -> bytes:
            if value not in labels:
                raise ValueError(f"{found.shown} has {', '.join(found.labels)}")
            return _dump_text(value)

        return label
    if found.name not in ("varchar", "bpchar") or found.modifier < 0:
        return _dump_text
    most = found.modifier - 4

    def bounded(value: str) -> bytes:
        if len(value) > most:
            raise ValueError(
                f"{found.shown} has room for {most} character{'s' * (most != 1)}, and this has {len(value)}"
            )
        return _dump_text(value)

    return bounded


_DUMPS: Mapping[str, Dump] = {
    **{name: partial(struct.pack, struct.size - 4) for name, struct in _SIZED.items()},
    "bool": lambda value: _TRUE if value else _FALSE,
    "date": lambda value: _DATE.pack(4, value.toordinal() - EPOCH_DATE),
    "time": _dump_time,
    "timestamptz": _dump_datetime,
    "interval": _dump_interval,
    "uuid": lambda value: b"\x00\x00\x00\x10" + value.bytes,
    "json": _dump_json,
    "jsonb": _dump_jsonb,
    "bytea": _dump_bytes,
}


def dumper(found: PgType) -> Dump:
    """How values of a type are written, with their size before them."""
    if found.item is not None:
        return partial(_dump_array, dumper(found.item), found.item.oid)
    if found.name == "numeric":
        return _decimals(found)
    return _DUMPS[found.name] if found.name in _DUMPS else _texts(found)


def _dump_array(dump: Dump, oid: int, values: Iterable[Any]) -> bytes:
    items = [dump(value) for value in values]
    head = Struct("!iiIii").pack(1, 0, oid, len(items), 1) if items else Struct("!iiI").pack(0, 0, oid)
    data = head + b"".join(items)
    return _length(len(data)) + data


def optional(dump: Dump) -> Dump:
    """The same, with NULL for a missing value."""
    return lambda value: NULL if value is None else dump(value)


def reason(found: PgType, fault: Exception) -> str:
    """Why a value could not be written, in words."""
    if isinstance(fault, UnicodeEncodeError):
        return "it holds half of a surrogate pair, which is no character"
    if isinstance(fault, ValueError):
        return str(fault)
    return f"{found.shown} cannot hold it"
