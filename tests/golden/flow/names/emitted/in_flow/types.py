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
    optional,
    required,
)

Text_ = Text
list_ = list

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
    "Text2",
    "Time",
    "Unit",
    "Uuid",
    "Value",
    "Vector",
]


class Text2(Record, gc=False):
    """type Text' = { "User-Id" : Text, class : optional Text, get : Integer, "1st" : Double, plain : optional T…"""

    User_Id: Text_ = required("User-Id")
    class_: Text_ | None = optional("class")
    get_: Integer = required("get")
    _1st: Double = required("1st")
    plain: Text_ | None = None
    list: list_[Text_] = required()
    a_b_c: Integer = required("a b-c")


class Value(Sum):
    """type Value = Text Text | Double' Double | None"""

    Text = constructor(Text_)
    Double_ = constructor(Double, name="Double'")
    None_ = constructor(name="None")
