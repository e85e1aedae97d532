"""The types of in."""

from nstack.runtime import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Double,
    Duration,
    Integer,
    Json,
    Record,
    Text,
    Time,
    Unit,
    Uuid,
    Vector,
    required,
)

__all__ = [
    "Boolean",
    "Bytes",
    "Date",
    "DateTime",
    "Decimal",
    "Double",
    "Duration",
    "Integer",
    "Json",
    "Narrow",
    "NestOutput",
    "Nested",
    "Text",
    "Time",
    "Turned",
    "Unit",
    "Uuid",
    "Vector",
    "Wide",
    "narrow_from_turned",
    "narrow_from_wide",
    "nested_from_nest_output",
    "turned_from_wide",
]


class Wide(Record, gc=False):
    """type Wide = { b : Text, a : Integer, note : optional Text }"""

    b: Text
    a: Integer
    note: Text | None = None


class Turned(Record, gc=False):
    """type Turned = { a : Integer, note : optional Text, b : Text }"""

    a: Integer
    note: Text | None = None
    b: Text = required()


class Narrow(Record, gc=False):
    """type Narrow = { a : Double, note : optional Text }"""

    a: Double
    note: Text | None = None


class Nested(Record, gc=False):
    """type Nested = { inner : Narrow, many : [Narrow], pair : (Narrow, Text), byName : Map Narrow, maybe : opti…"""

    inner: Narrow
    many: list[Narrow]
    pair: tuple[Narrow, Text]
    byName: dict[Text, Narrow]
    maybe: Narrow | None = None
    v: Vector(2, Double) = required()


class NestOutput(Record, gc=False):
    """{ inner : Wide, many : [Wide], pair : (Wide, Text), byName : Map Wide, maybe : optional Wide, v : Vector…"""

    inner: Wide
    many: list[Wide]
    pair: tuple[Wide, Text]
    byName: dict[Text, Wide]
    maybe: Wide | None = None
    v: Vector(2, Integer) = required()


def turned_from_wide(value: Wide) -> Turned:
    return Turned(value.a, value.note, value.b)


def narrow_from_turned(value: Turned) -> Narrow:
    return Narrow(float(value.a), value.note)


def nested_from_nest_output(value: NestOutput) -> Nested:
    return Nested(
        narrow_from_wide(value.inner),
        [narrow_from_wide(item) for item in value.many],
        (narrow_from_wide(value.pair[0]), value.pair[1]),
        {key: narrow_from_wide(item) for key, item in value.byName.items()},
        None if value.maybe is None else narrow_from_wide(value.maybe),
        [float(item) for item in value.v],
    )


def narrow_from_wide(value: Wide) -> Narrow:
    return Narrow(float(value.a), value.note)
