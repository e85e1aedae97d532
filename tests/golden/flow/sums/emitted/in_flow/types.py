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
    Sum,
    Text,
    Time,
    Unit,
    Uuid,
    Vector,
    constructor,
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
    "Large",
    "Small",
    "SmallClick",
    "Text",
    "Time",
    "Unit",
    "Uuid",
    "Vector",
    "large_from_small",
]


class SmallClick(Record, gc=False):
    """{ referrer : Text }"""

    referrer: Text


class Small(Sum):
    """type Small = Click { referrer : Text } | View Integer | Gone"""

    Click = constructor(SmallClick)
    View = constructor(Integer)
    Gone = constructor()


class Large(Sum):
    """type Large = Gone | View Double | Click { referrer : Text } | Other' Text | None"""

    Gone = constructor()
    View = constructor(Double)
    Click = constructor(SmallClick)
    Other_ = constructor(Text, name="Other'")
    None_ = constructor(name="None")


def large_from_small(value: Small) -> Large:
    match value:
        case Small.Click():
            return Large.Click(value.value)
        case Small.View():
            return Large.View(float(value.value))
        case Small.Gone():
            return Large.Gone()
    raise TypeError(f"no Small: {value!r}")
