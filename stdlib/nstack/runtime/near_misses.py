"""Values that are almost of their type, and what keeps them from it: one sentence for a message.

``missed`` is for what a method returned, ``missed_json`` for what came from outside. Both give "" for a value of
quite another type: there the type's name says enough.
"""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import msgspec

from .json_text import HugeNumber

_OFFSET = "a DateTime needs an offset"
_BEYOND = "that is out of the range of Double"


def missed(type: str, value: Any) -> str:
    """What a Python value lacks for a scalar type; "" where it is of another type altogether."""
    if type == "DateTime" and isinstance(value, datetime.datetime):
        return f"{_OFFSET}, and its tzinfo is not set"
    if type == "Date" and isinstance(value, datetime.datetime):
        return "a Date has no time of day; .date() leaves it out"
    if type == "Time" and isinstance(value, datetime.time):
        return "a Time has no offset, and its tzinfo is set"
    if type == "Decimal" and isinstance(value, decimal.Decimal):
        return f"{'NaN' if value.is_nan() else 'an infinity'} has no place in a Decimal"
    if type == "Decimal" and isinstance(value, float):
        return "a Decimal is exact, and a float is not"
    if type == "Double" and isinstance(value, int) and not isinstance(value, bool):
        return _BEYOND
    return ""


def missed_json(type: str, value: Any) -> str:
    """What a parsed JSON value lacks for a scalar type; "" where it is of another type altogether."""
    if type == "Double" and (isinstance(value, HugeNumber) or is_number(value)):
        return _BEYOND
    if type == "DateTime" and _is(datetime.datetime, value):
        return f"{_OFFSET}, such as Z or +02:00 at its end"
    if type == "Date" and _is(datetime.datetime, value):
        return "a Date has no time of day"
    if type == "Time" and _is(datetime.time, value):
        return "a Time has no offset"
    if type == "Decimal" and isinstance(value, str):
        return _no_decimal(value)
    if type == "Decimal" and isinstance(value, float | HugeNumber):
        return "a Decimal with a fraction or an exponent is written as a text"
    return ""


def is_number(value: Any) -> bool:
    """Whether it is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(type: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, type)
    except msgspec.ValidationError:
        return False
    return True


def _no_decimal(text: str) -> str:
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return ""
    return missed("Decimal", number)
