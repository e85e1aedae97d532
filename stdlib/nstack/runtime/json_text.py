"""JSON text read once more, slowly, to find what is wrong with it.

msgspec refuses a text for a number that no Double can hold, wherever it stands, and does not tell which it was.
Here such a number is kept as it is written, so that the fault gets its place.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import msgspec


class HugeNumber:
    """A number that no Double can hold, as the text has it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def parsed(data: bytes | str) -> Any:
    """The value of a JSON text; numbers beyond Double's range are ``HugeNumber``s. Raises what msgspec raises for
    text that is no JSON, or ValueError.
    """
    try:
        return msgspec.json.decode(data)
    except msgspec.ValidationError:  # all that can be invalid where any type is fine: a number out of range
        text = data if isinstance(data, str) else data.decode("utf-8")
        import json  # numbers out of range are rare

        return json.loads(text, parse_float=_double, parse_int=_integer, parse_constant=_refused)


def _double(text: str) -> Any:
    return HugeNumber(text) if math.isinf(float(text)) else float(text)


def _integer(text: str) -> Any:
    return HugeNumber(text) if math.isinf(float(text)) else int(text)


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no value of JSON")


def json_text(value: Any) -> str:
    """A parsed value as text again."""
    return msgspec.json.encode(value, enc_hook=_as_written).decode()


def _as_written(value: Any) -> Any:
    if isinstance(value, HugeNumber):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"no JSON form for a {type(value).__name__}")
