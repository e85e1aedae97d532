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
    "Order",
    "Text",
    "Time",
    "Unit",
    "Uuid",
    "Vector",
]


class Order(Record, gc=False):
    """type Order = { item : Text, count : Integer }"""

    item: Text
    count: Integer
