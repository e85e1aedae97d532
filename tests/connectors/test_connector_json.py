"""``Conv.to_json`` and ``Conv.from_json``, and the functions of ``Std``."""

import math
from typing import Any

import pytest
from connector_harness import Flag
from nstack.connectors.conv import FromJson, ToJson
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import DecodeError, EncodeError
from nstack.runtime.scalars import Bytes, Double, Integer, Json, Text, Unit
from nstack.runtime.standard import STD

CASES = [
    (Flag, Flag(1, False), '{"a":1,"b":false}'),
    (tuple[Integer, Text | None], (1, None), "[1,null]"),
    (list[Integer], [], "[]"),
    (Unit, None, "[]"),
    (Bytes, b"ab", '"YWI="'),
    (Json, '{"a": 1}', '{"a": 1}'),
    (dict[str, Integer], {"é": 1}, '{"é":1}'),
    (Text, "two\nlines", '"two\\nlines"'),
]


def to_json(type_: Any, value: Any) -> str:
    """What a use of Conv.to_json gives."""
    text: str = ToJson().bind(Codec(type_), Codec(Text), Parameters({}))(value)
    return text


def from_json(type_: Any, text: str) -> Any:
    """What a use of Conv.from_json gives."""
    return FromJson().bind(Codec(Text), Codec(type_), Parameters({}))(text)


@pytest.mark.parametrize(("type_", "value", "text"), CASES)
def test_a_value_and_its_text(type_: Any, value: Any, text: str) -> None:
    assert to_json(type_, value) == text
    assert from_json(type_, text) == value


@pytest.mark.parametrize(
    ("type_", "text", "message"),
    [
        (Integer, "", "value: expected JSON, got nothing"),
        (Integer, "{", "value: expected JSON, got malformed text"),
        (Integer, '"3"', 'value: expected Integer, got "3"'),
        (list[Flag], '[{"a":1,"b":true},{"a":1,"b":0}]', "value[1].b: expected Boolean, got 0"),
    ],
)
def test_a_wrong_text_is_told_with_the_path(type_: Any, text: str, message: str) -> None:
    with pytest.raises(DecodeError) as fault:
        from_json(type_, text)
    assert str(fault.value).startswith(message)


def test_json_cannot_hold_what_is_no_number() -> None:
    with pytest.raises(EncodeError, match=r"value\[0\]"):
        to_json(list[Double], [math.inf])


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("Std.identity", (1, 2), (1, 2)),
        ("Std.fst", (1, 2), 1),
        ("Std.snd", (1, 2), 2),
        ("Std.some", "x", "x"),
        ("Std.single", "x", ["x"]),
    ],
)
def test_the_small_functions(name: str, value: Any, result: Any) -> None:
    codec = Codec(Text)
    assert STD[name]().bind(codec, codec, Parameters({}))(value) == result
