"""Values as JSON: exact bytes out, exact faults in; and what a method may return."""

import datetime
import decimal
import uuid
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import attrs
import numpy
import pandas
import pytest
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
    Shared,
    Sum,
    Text,
    Time,
    Unit,
    Uuid,
    Vector,
    constructor,
    optional,
)
from nstack.runtime.codec import Codec, Codecs
from nstack.runtime.errors import DecodeError, EncodeError, ResultError


class Point(Record):
    x: Integer
    y: Double | None = None


class Odd(Record):
    text: Text
    id_: Integer | None = optional("User-Id")


class Event(Sum):
    Click = constructor(Point)
    Raw = constructor(Json)
    Many = constructor(list[Integer])
    Red = constructor()
    Tick = constructor(Unit)


class Deep(Record):
    json: Json
    unit: Unit
    event: Event
    maybe: Event | None = None


class Grid(Shared):
    type = tuple[list[Point], Double | None]


class Grids(Shared):
    type = tuple[Grid, Vector(1, Grid), dict[str, Grid]]


class Notes(Shared):
    type = dict[str, Json | None]


class Deeper(Shared):
    type = tuple[Notes, Unit, list[Notes], Notes | None]


UTC2 = datetime.timezone(datetime.timedelta(hours=2))
SOME = uuid.UUID("12345678-1234-5678-1234-567812345678")

BOTH_WAYS: list[tuple[Any, Any, bytes]] = [
    (Integer, -(2**63), b"-9223372036854775808"),
    (Double, 3.0, b"3.0"),
    (Boolean, True, b"true"),
    (Text, 'é"\n', '"é\\"\\n"'.encode()),
    (Unit, None, b"[]"),
    (tuple[Integer, Text], (1, "x"), b'[1,"x"]'),
    (list[Unit], [None, None], b"[[],[]]"),
    (Vector(2, Vector(1, Double)), [[1.0], [2.5]], b"[[1.0],[2.5]]"),
    (Bytes, b"\x00\xff", b'"AP8="'),
    (list[Bytes], [b""], b'[""]'),
    (Integer | None, None, b"null"),
    (Point, Point(1, None), b'{"x":1,"y":null}'),
    (Odd, Odd("a", 3), b'{"text":"a","User-Id":3}'),
    (Json, '{"a": [1.10]}', b'{"a": [1.10]}'),
    (list[Json], ["1.10", '"x"', "null"], b'[1.10,"x",null]'),
    (Event, Event.Click(Point(1, 2.0)), b'{"Click":{"x":1,"y":2.0}}'),
    (Event, Event.Red(), b'"Red"'),
    (Event, Event.Tick(None), b'{"Tick":[]}'),
    (Event, Event.Raw("1.10"), b'{"Raw":1.10}'),
    (Deep, Deep("[1.0]", None, Event.Raw('{"b":1}')), b'{"json":[1.0],"unit":[],"event":{"Raw":{"b":1}},"maybe":null}'),
    (list[Event | None], [Event.Red(), None, Event.Raw("1")], b'["Red",null,{"Raw":1}]'),
    (Decimal, decimal.Decimal("1.10"), b'"1.10"'),
    (Date, datetime.date(2020, 2, 29), b'"2020-02-29"'),
    (Time, datetime.time(12, 30), b'"12:30:00"'),
    (DateTime, datetime.datetime(2020, 1, 1, tzinfo=UTC2), b'"2020-01-01T00:00:00+02:00"'),
    (Duration, datetime.timedelta(days=1, seconds=90), b'"P1DT90S"'),
    (Uuid, SOME, b'"12345678-1234-5678-1234-567812345678"'),
    (dict[str, Integer], {"a b": 1, "c": 2}, b'{"a b":1,"c":2}'),
    (Grid, ([Point(1, None)], 0.5), b'[[{"x":1,"y":null}],0.5]'),
    (
        list[Grids],
        [(([], 1.0), [([Point(1, 2.0)], None)], {"k": ([], None)})],
        b'[[[[],1.0],[[[{"x":1,"y":2.0}],null]],{"k":[[],null]}]]',
    ),
    (Notes, {"a": "1.10", "b": None}, b'{"a":1.10,"b":null}'),
    (Deeper | None, ({"a": "[1.10]"}, None, [{}], None), b'[{"a":[1.10]},[],[{}],null]'),
]


@pytest.mark.parametrize(("annotation", "value", "text"), BOTH_WAYS)
def test_both_ways(annotation: Any, value: Any, text: bytes) -> None:
    codec = Codec(annotation)
    assert codec.encode_json(value) == text
    back = codec.decode_json(text)
    assert back == value
    assert type(back) is type(value)
    assert codec.test(back)
    assert codec.encode_lines([value, value]) == (text + b"\n") * 2
    assert codec.decode_lines((text + b"\n") * 2) == [value, value]
    assert codec.decode_params(b'{"params": ' + text + b"}") == value


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (Double, b"3", 3.0),
        (Unit, b"null", None),
        (Bytes, b"[0,255]", b"\x00\xff"),
        (Point, b'{"y":1,"x":2}', Point(2, 1.0)),
        (Point, b'{"x":2,"more":1}', Point(2, None)),
        (Event, b'{"Red":[]}', Event.Red()),
        (Event, b'{"Tick":null}', Event.Tick(None)),
        (Deep, b'{"event":"Red","unit":null,"json":1}', Deep("1", None, Event.Red(), None)),
        (Decimal, b"12", decimal.Decimal(12)),
    ],
)
def test_also_read(annotation: Any, text: bytes, value: Any) -> None:
    assert Codec(annotation).decode_json(text) == value


def test_json_text_stays_on_one_line() -> None:
    assert Codec(list[Json]).encode_json(['{\n "a": "b"\r\n}']) == b'[{  "a": "b"  }]'


@pytest.mark.parametrize(
    ("annotation", "text", "says"),
    [
        (list[Point], '[{"x":1},{"x":"x"}]', 'params[1].x: expected Integer, got "x"'),
        (Text, "3", "params: expected Text, got 3"),
        (Integer, "true", "params: expected Integer, got true"),
        (Integer, "3.0", "params: expected Integer, got 3.0"),
        (Integer, "9223372036854775808", "params: expected Integer (64 bit), got 9223372036854775808"),
        (Double, "1e999", "params: expected Double, got 1e999: that is out of the range of Double"),
        (Double | None, "-1e999", "params: expected optional Double, got -1e999: that is out of the range of Double"),
        (Integer, "1e999", "params: expected Integer, got 1e999"),
        (Text, '{"a":[1e999]}', 'params: expected Text, got {"a":[1e999]}'),
        (list[Point], '[{"x":1,"y":1e999}]', "params[0].y: expected optional Double, got 1e999: that is out of"),
        (list[Point], '[{"x":"x","y":1e999}]', 'params[0].x: expected Integer, got "x"'),
        (Event, '{"Click":{"x":1,"y":1e999}}', "params.Click.y: expected optional Double, got 1e999: that is out of"),
        (Double, "9" * 400, f"params: expected Double, got {'9' * 59}…: that is out of the range of Double"),
        (Double, "9" * 5000, f"params: expected Double, got {'9' * 59}…: that is out of the range of Double"),
        (Double, "false", "params: expected Double, got false"),
        (Point, "{}", "params.x: expected Integer, got nothing"),
        (Point, '{"x":1,"y":"1"}', 'params.y: expected optional Double, got "1"'),
        (Odd, '{"text":"a","User-Id":"b"}', 'params["User-Id"]: expected optional Integer, got "b"'),
        (Vector(2, Integer), "[1,2,3]", "params: expected Vector 2 Integer, got 3 values"),
        (Vector(1, Vector(2, Integer)), "[[1]]", "params[0]: expected Vector 2 Integer, got 1 values"),
        (tuple[Integer, Text], "[1]", "params: expected (Integer, Text), got 1 values"),
        (tuple[Integer, Text], "[1,2]", "params[1]: expected Text, got 2"),
        (dict[str, Integer], '{"a":null}', 'params["a"]: expected Integer, got null'),
        (Event, '{"Click":{"x":1.5}}', "params.Click.x: expected Integer, got 1.5"),
        (Event, '"Click"', 'params: expected Event, got "Click"'),
        (Event, '{"Clic":1}', 'params: expected Event, got {"Clic":1}'),
        (Event, '{"Red":1}', "params.Red: expected [], got 1"),
        (Deep, '{"json":1,"unit":3,"event":"Red"}', "params.unit: expected (), got 3"),
        (Deep, '{"json":1,"unit":[],"event":{"Many":[1,"a"]}}', 'params.event.Many[1]: expected Integer, got "a"'),
        (Unit, "[1]", "params: expected (), got [1]"),
        (Bytes, "[256]", "params: expected [Byte], got [256]"),
        (Bytes, '"a"', 'params: expected [Byte], got "a"'),
        (Decimal, '"NaN"', 'params: expected Decimal, got "NaN": NaN has no place in a Decimal'),
        (Decimal, '"-inf"', 'params: expected Decimal, got "-inf": an infinity has no place in a Decimal'),
        (Decimal, "1.5", "params: expected Decimal, got 1.5: a Decimal with a fraction or an exponent is written as"),
        (
            DateTime,
            '"2020-01-01T00:00:00"',
            'params: expected DateTime, got "2020-01-01T00:00:00": a DateTime needs an offset, such as Z or +02:00',
        ),
        (Time, '"12:30:00Z"', 'params: expected Time, got "12:30:00Z": a Time has no offset'),
        (Date, '"2020-13-01"', 'params: expected Date, got "2020-13-01"'),
        (Date, '"2020-01-01T00:00:00"', 'params: expected Date, got "2020-01-01T00:00:00": a Date has no time of day'),
        (Duration, '"3 days"', 'params: expected Duration, got "3 days"'),
        (Uuid, '"x"', 'params: expected Uuid, got "x"'),
        (Grids, "[1,2]", "params: expected Grids, got 2 values"),
        (Grids, '[[[],null],[[[],"1"]],{}]', 'params[1][0][1]: expected optional Double, got "1"'),
        (Deeper, '[{"a":1},[],[3],null]', "params[2][0]: expected Notes, got 3"),
        (list[Vector(2, Grid)], "[[]]", "params[0]: expected Vector 2 Grid, got 0 values"),
    ],
)
def test_faults_in_data(annotation: Any, text: str, says: str) -> None:
    with pytest.raises(DecodeError) as caught:
        Codec(annotation).decode_params(b'{"params":' + text.encode() + b"}")
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "value: expected JSON, got nothing"),
        (b"{", "value: expected JSON, got malformed text (Input data was truncated)"),
        (b"[1,]", "value: expected JSON, got malformed text (trailing comma in array (byte 3))"),
        (b'"\xff"', "value: expected JSON in UTF-8, got other bytes (invalid start byte)"),
        (b'{"a": 1, "\xc3(": 2}', "value: expected JSON in UTF-8, got other bytes (invalid continuation byte)"),
        (b"\xfe\xff", "value: expected JSON in UTF-8, got other bytes (invalid start byte)"),
        (b"[" * 5000, "value: expected JSON, got values nested too deeply"),
        (b"1 2", "value: expected JSON, got malformed text (trailing characters (byte 3))"),
        (b"NaN", "value: expected JSON, got malformed text (invalid character (byte 0))"),
        (b"[1e999, NaN]", "value: expected JSON, got malformed text (NaN is no value of JSON)"),
        (b"[1e999, 1", "value: expected JSON, got malformed text (Expecting ',' delimiter: line 1 column 10 (char 9))"),
    ],
)
def test_no_json_at_all(data: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match="expected JSON") as caught:
        Codec(Integer).decode_json(data)
    assert str(caught.value) == says


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"Zo\xeb", b"\xf4\x90\x80\x80"])
@pytest.mark.parametrize("more", [b'"%b"', b'{"%b": 1}', b'[{"x": ["\xc3\xa9", "%b"]}]'])
def test_bytes_that_are_no_utf_8_are_told_where_the_type_has_no_use_for_them(bad: bytes, more: bytes) -> None:
    codec, good = Codec(Odd), b'{"text": "\xc3\xa9", "User-Id": 1, "more": "\xf0\x9f\x8e\x89"}'
    text = good.replace(b'"\xf0\x9f\x8e\x89"', more % bad)
    assert codec.decode_lines(good + b"\n") == [codec.decode_json(good)] == [Odd("é", 1)]
    with pytest.raises(DecodeError, match=r"^value: expected JSON in UTF-8, got other bytes"):
        codec.decode_json(text)
    with pytest.raises(DecodeError, match=r"^body: expected JSON in UTF-8, got other bytes"):
        codec.decode_params(b'{"params": %b}' % text)
    with pytest.raises(DecodeError, match=r"^body: expected JSON in UTF-8, got other bytes"):
        codec.decode_params(b'{"params": %b, "more": %b}' % (good, more % bad))
    with pytest.raises(UnicodeDecodeError):
        codec.decode_lines(good + b"\n" + text + b"\n")


def test_a_body_needs_params() -> None:
    codec = Codec(Integer)
    for body, found in ((b"3", "3"), (b'{"param":3}', '{"param":3}')):
        with pytest.raises(DecodeError) as caught:
            codec.decode_params(body)
        assert str(caught.value) == f'body: expected an object {{"params": value}}, got {found}'
    with pytest.raises(DecodeError, match=r"^body: expected JSON"):
        codec.decode_params(b"{")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_cannot_hold(bad: float) -> None:
    with pytest.raises(EncodeError) as caught:
        Codec(list[Point]).encode_json([Point(1, 1.0), Point(2, bad)])
    assert str(caught.value) == f"value[1].y: expected a number that JSON can hold, got {bad!r}"
    for annotation, value in (
        (Event, Event.Click(Point(1, bad))),
        (dict[str, Double], {"a": bad}),
        (tuple[Text, Double], ("", bad)),
        (Vector(1, Double), [bad]),
        (Double | None, bad),
    ):
        with pytest.raises(EncodeError):
            Codec(annotation).encode_lines([value])


def test_text_that_is_not_unicode() -> None:
    for encode in (Codec(Odd).encode_json, lambda value: Codec(Odd).encode_lines([value])):
        with pytest.raises(EncodeError) as caught:
            encode(Odd("a\ud800"))
        assert str(caught.value) == "value.text: expected Unicode text, got 'a\\ud800'"


# ---------------------------------------------------------------------------------------------- what a method returned


@dataclass
class DataPoint:
    x: int
    y: float | None = None


@attrs.define
class AttrsPoint:
    x: int
    y: float


class SlottedText(str):
    pass


class Number(int):
    pass


Named = namedtuple("Named", ["y", "x"])
Longer = namedtuple("Longer", ["y", "x", "z"])
Unnamed = namedtuple("Unnamed", ["a", "b"])


@pytest.mark.parametrize(
    ("annotation", "given", "taken"),
    [
        (Double, 3, 3.0),
        (Double, numpy.float32(0.5), 0.5),
        (Double, numpy.float64(0.5), 0.5),
        (Double, numpy.array(0.5), 0.5),
        (Integer, numpy.int64(7), 7),
        (Integer, Number(7), 7),
        (Boolean, numpy.bool_(True), True),
        (Text, SlottedText("x"), "x"),
        (Text, numpy.str_("x"), "x"),
        (Unit, (), None),
        (list[Integer], numpy.array([1, 2]), [1, 2]),
        (list[Double], numpy.array([1, 2]), [1.0, 2.0]),
        (list[Integer], pandas.Series([1, 2]), [1, 2]),
        (list[Integer], (1, 2), [1, 2]),
        (Vector(2, Vector(2, Double)), numpy.eye(2), [[1.0, 0.0], [0.0, 1.0]]),
        (tuple[Integer, Text], [1, "x"], (1, "x")),
        (Bytes, bytearray(b"ab"), b"ab"),
        (Point, {"x": 1}, Point(1, None)),
        (Point, {"y": 2, "x": 1, "more": 3}, Point(1, 2.0)),
        (Point, (1, 2.0), Point(1, 2.0)),
        (Point, Named(y=2.0, x=1), Point(1, 2.0)),
        (Point, Longer(y=2.0, x=1, z=0), Point(1, 2.0)),
        (Point, Unnamed(1, 2.0), Point(1, 2.0)),
        (Point, DataPoint(1), Point(1, None)),
        (Point, AttrsPoint(1, 2.0), Point(1, 2.0)),
        (Point, Point(1, 2), Point(1, 2.0)),
        (list[Point], [{"x": 1}, (2, None)], [Point(1, None), Point(2, None)]),
        (Event, Event.Click({"x": 1}), Event.Click(Point(1, None))),
        (Event, Event.Red, Event.Red()),
        (dict[str, Double], {"a": 1}, {"a": 1.0}),
        (Point | None, {"x": 1}, Point(1, None)),
    ],
)
def test_accepted_results(annotation: Any, given: Any, taken: Any) -> None:
    codec = Codec(annotation)
    result = codec.accept(given)
    assert result == taken
    assert codec.test(result)


NAN = float("nan")
NAIVE = datetime.datetime(2020, 1, 1)


@pytest.mark.parametrize(
    ("annotation", "given", "says"),
    [
        (Integer, True, "result: expected Integer, got True"),
        (Double, False, "result: expected Double, got False"),
        (Integer, 2**63, "result: expected Integer (64 bit), got 9223372036854775808"),
        (Integer, NAN, "result: expected Integer, got nan"),
        (Integer, 3.0, "result: expected Integer, got 3.0"),
        (Integer | None, NAN, "result: expected optional Integer, got nan"),
        (Integer, numpy.bool_(True), "result: expected Integer, got np.True_ (a bool)"),
        (Boolean, 1, "result: expected Boolean, got 1"),
        (Text, None, "result: expected Text, got None"),
        (Text, b"x", "result: expected Text, got b'x'"),
        (Point, {"y": 1.0}, "result.x: expected Integer, got nothing"),
        (Point, (1,), "result: expected Point (2 fields), got a tuple of 1"),
        (Point, Point("1", None), 'result.x: expected Integer, got "1"'),
        (list[Point], [Point(1, None), {"x": None}], "result[1].x: expected Integer, got None"),
        (list[Integer], {1, 2}, "result: expected [Integer], got {1, 2} (a set)"),
        (list[Integer], ..., "result: expected [Integer], got Ellipsis (an ellipsis)"),
        (list[Text], "abc", 'result: expected [Text], got "abc"'),
        (Vector(3, Integer), [1], "result: expected Vector 3 Integer, got 1 values"),
        (tuple[Integer, Text], (1, 2), "result[1]: expected Text, got 2"),
        (dict[str, Integer], {1: 1}, "result: expected Map Integer (keys are Text), got the key 1"),
        (Event, "Red", 'result: expected Event, got "Red"'),
        (Event, Event.Click(3), "result.Click: expected Point, got 3"),
        (Json, "{", 'result: expected Json (the text of one JSON value), got "{"'),
        (Json, {"a": 1}, "result: expected Json, got {'a': 1}"),
        (
            Decimal,
            decimal.Decimal("NaN"),
            "result: expected Decimal, got Decimal('NaN') (a Decimal): NaN has no place in a Decimal",
        ),
        (
            list[Decimal | None],
            [decimal.Decimal("-Infinity")],
            "result[0]: expected optional Decimal, got Decimal('-Infinity') (a Decimal): an infinity has no place in a"
            " Decimal",
        ),
        (Decimal, 1.5, "result: expected Decimal, got 1.5: a Decimal is exact, and a float is not"),
        (
            DateTime,
            NAIVE,
            "result: expected DateTime, got datetime.datetime(2020, 1, 1, 0, 0) (a datetime): a DateTime needs an"
            " offset, and its tzinfo is not set",
        ),
        (
            DateTime | None,
            NAIVE,
            "result: expected optional DateTime, got datetime.datetime(2020, 1, 1, 0, 0) (a datetime): a DateTime needs"
            " an offset, and its tzinfo is not set",
        ),
        (
            Date,
            NAIVE,
            "result: expected Date, got datetime.datetime(2020, 1, 1, 0, 0) (a datetime): a Date has no time of day;"
            " .date() leaves it out",
        ),
        (Double, 10**400, f"result: expected Double, got 1{'0' * 58}…: that is out of the range of Double"),
        (Unit, 0, "result: expected (), got 0"),
        (Grid, ([(1, "x")], None), 'result[0][0].y: expected optional Double, got "x"'),
        (dict[str, Grid], {"k": 3}, 'result["k"]: expected Grid, got 3'),
    ],
)
def test_refused_results(annotation: Any, given: Any, says: str) -> None:
    with pytest.raises(ResultError) as caught:
        Codec(annotation).accept(given)
    assert str(caught.value).replace("(a bool_)", "(a bool)") == says


def test_nan_is_a_double_inside() -> None:
    value = Codec(Point).accept({"x": 1, "y": NAN})
    assert value.y != value.y
    assert Codec(Point).test(value)


def test_a_codec_is_made_once_for_a_type() -> None:
    codecs = Codecs()
    assert codecs.of(Point) is codecs.of(Point)
    assert codecs.of(Point) is not codecs.of(Odd)
