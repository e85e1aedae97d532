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
    "Reading",
    "Text",
    "Time",
    "Unit",
    "Uuid",
    "Vector",
]


class Reading(Record, gc=False):
    """type Reading = { place : Text, values : [Double] }"""

    place: Text
    values: list[Double]
