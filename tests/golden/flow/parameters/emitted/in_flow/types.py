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
    "Text",
    "Time",
    "Unit",
    "Uuid",
    "Vector",
]
