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
    "EnrichInput",
    "EnrichOutput",
    "Integer",
    "Json",
    "Text",
    "Time",
    "TotalInput",
    "Unit",
    "User",
    "Uuid",
    "Vector",
    "enrich_input_from_user",
    "total_input_from_enrich_output",
]


class User(Record, gc=False):
    """type User = { user : Text, age : Integer }"""

    user: Text
    age: Integer


class EnrichInput(Record, gc=False):
    """{ user : Text, age : Integer }"""

    user: Text
    age: Integer


class EnrichOutput(Record, gc=False):
    """{ user : Text, country : Text, age : Integer }"""

    user: Text
    country: Text
    age: Integer


class TotalInput(Record, gc=False):
    """{ age : Double, user : Text, country : Text }"""

    age: Double
    user: Text
    country: Text


def enrich_input_from_user(value: User) -> EnrichInput:
    return EnrichInput(value.user, value.age)


def total_input_from_enrich_output(value: EnrichOutput) -> TotalInput:
    return TotalInput(float(value.age), value.user, value.country)
