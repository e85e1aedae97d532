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
    "Pair",
    "PairIntegerInteger",
    "PairPairTextTextPairTextText",
    "PairTextText",
    "Text",
    "Time",
    "Unit",
    "Uuid",
    "Vector",
]


class PairIntegerInteger(Record, gc=False):
    """type Pair Integer Integer = { first : Integer, second : Integer }"""

    first: Integer
    second: Integer


class PairTextText(Record, gc=False):
    """type Pair Text Text = { first : Text, second : Text }"""

    first: Text
    second: Text


class PairPairTextTextPairTextText(Record, gc=False):
    """type Pair (Pair Text Text) (Pair Text Text) = { first : Pair Text Text, second : Pair Text Text }"""

    first: PairTextText
    second: PairTextText


class Pair(Record, gc=False):
    """type Pair (Pair (Pair Text Text) (Pair Text Text)) (Pair (Pair Text Text) (Pair Text Text)) = { first : P…"""

    first: PairPairTextTextPairTextText
    second: PairPairTextTextPairTextText
