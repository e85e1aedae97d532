"""Generated types: whatever is written is read back, and a mutated value is refused with a path."""

import datetime
import itertools
import re
import string
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
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
    copy_value,
)
from nstack.runtime.codec import Codec
from nstack.runtime.errors import DecodeError, ResultError

_numbers = itertools.count()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.sampled_from(["a", "b c", "d"])
ZONES = st.sampled_from([datetime.UTC, datetime.timezone(datetime.timedelta(hours=-5))])

SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    Integer: st.integers(-(2**63), 2**63 - 1),
    Double: st.floats(allow_nan=False, allow_infinity=False),
    Boolean: st.booleans(),
    Text: TEXT,
    Bytes: st.binary(max_size=8),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    Date: st.dates(),
    Time: st.times(),
    DateTime: st.datetimes(timezones=ZONES),
    Duration: st.timedeltas(datetime.timedelta(0), datetime.timedelta(days=999)),
    Uuid: st.uuids(),
    Unit: st.none(),
    Json: st.recursive(st.none() | st.integers(0, 9) | TEXT, lambda inner: st.lists(inner, max_size=2)).map(
        lambda value: msgspec.json.encode(value).decode()
    ),
}

Typed = tuple[Any, st.SearchStrategy[Any]]


def _record(parts: list[Typed]) -> Typed:
    names = [f"f{index}" for index in range(len(parts))]
    annotations = {name: annotation for name, (annotation, _) in zip(names, parts, strict=True)}
    made = type(Record)(f"R{next(_numbers)}", (Record,), {"__annotations__": annotations, "__module__": __name__})
    return made, st.tuples(*(values for _, values in parts)).map(lambda values: made(*values))


def _sum(parts: list[Typed]) -> Typed:
    space: dict[str, Any] = {
        string.ascii_uppercase[i]: constructor(annotation) for i, (annotation, _) in enumerate(parts)
    }
    made = type(Sum)(f"S{next(_numbers)}", (Sum,), {**space, "Z": constructor(), "__module__": __name__})
    choices = [values.map(getattr(made, string.ascii_uppercase[i])) for i, (_, values) in enumerate(parts)]
    return made, st.one_of(*choices, st.builds(made.Z))


def _composed(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    parts = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        inner.map(lambda t: (list[t[0]], st.lists(t[1], max_size=3))),
        inner.map(lambda t: (dict[str, t[0]], st.dictionaries(KEYS, t[1], max_size=3))),
        inner.filter(lambda t: not _holds_null(t[0])).map(lambda t: (t[0] | None, st.none() | t[1])),
        inner.map(lambda t: (Vector(2, t[0]), st.lists(t[1], min_size=2, max_size=2))),
        st.tuples(inner, inner).map(lambda p: (tuple[p[0][0], p[1][0]], st.tuples(p[0][1], p[1][1]))),
        parts.map(_record),
        parts.map(_sum),
    )


def _holds_null(annotation: Any) -> bool:
    return annotation in (Unit, Json) or type(None) in getattr(annotation, "__args__", ())


TYPES = st.recursive(st.sampled_from(list(SCALARS.items())), _composed, max_leaves=6)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(st.data())
def test_written_and_read_back(data: st.DataObject) -> None:
    annotation, values = data.draw(TYPES)
    value = data.draw(values)
    codec = Codec(annotation)
    assert codec.test(value)
    text = codec.encode_json(value)
    assert b"\n" not in text
    back = codec.decode_json(text)
    assert back == value
    assert codec.test(back)
    assert codec.encode_json(back) == text
    assert codec.accept(value) is value
    assert copy_value(value) == value


@SETTINGS
@given(st.data())
def test_an_exact_codec_keeps_all_values(data: st.DataObject) -> None:
    annotation, values = data.draw(TYPES)
    value = data.draw(values)
    codec = Codec(annotation, exact=True)
    text = codec.encode_json(value)
    assert b"\n" not in text
    assert codec.decode_json(text) == value
    with_doubles = Codec(tuple[Double, annotation, Json], exact=True)
    for double in (float("nan"), float("inf"), float("-inf"), -0.0, 3.0):
        written = with_doubles.encode_json((double, value, '{ "a" :\n [1] }'))
        back, inside, text_of_json = with_doubles.decode_json(written)
        assert (repr(back), inside, text_of_json) == (repr(double), value, '{ "a" :\n [1] }')


WRONG = [None, True, 3, 2**70, 1.5, "wrong", [], ["wrong"], {"wrong": 1}, {}]


@SETTINGS
@given(st.data())
def test_a_mutated_value_is_refused_or_right(data: st.DataObject) -> None:
    """Somewhere in the JSON another value is put: either it is of the type there, or the fault's path leads to it
    (or above it).
    """
    annotation, values = data.draw(TYPES)
    codec = Codec(annotation)
    document = msgspec.json.decode(codec.encode_json(data.draw(values)))
    changed, place = _mutate(document, data)
    text = msgspec.json.encode(changed)
    try:
        value = codec.decode_json(text, "v")
    except DecodeError as fault:
        found = re.sub(r'\["(\w+)"\]', r".\1", fault.path)  # a Map's keys are shown in brackets
        assert place.startswith(found) or found.startswith(place)
        return
    assert codec.test(value)
    assert codec.decode_json(codec.encode_json(value)) == value


def _mutate(document: Any, data: st.DataObject, place: str = "v") -> tuple[Any, str]:
    if isinstance(document, list) and document and data.draw(st.booleans()):
        index = data.draw(st.integers(0, len(document) - 1))
        part, inside = _mutate(document[index], data, f"{place}[{index}]")
        return [*document[:index], part, *document[index + 1 :]], inside
    if isinstance(document, dict) and document and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(document)))
        step = f".{key}" if key.isidentifier() else f"[{msgspec.json.encode(key).decode()}]"
        part, inside = _mutate(document[key], data, place + step)
        return {**document, key: part}, inside
    return data.draw(st.sampled_from(WRONG)), place


@SETTINGS
@given(st.data())
def test_the_fast_test_and_the_slow_one_agree(data: st.DataObject) -> None:
    """What the slow path accepts unchanged is what the fast test lets through, for values of any other type."""
    annotation, _ = data.draw(TYPES)
    _, values = data.draw(TYPES)
    value = data.draw(values)
    codec = Codec(annotation)
    assume(not isinstance(value, float))
    try:
        taken = codec.accept(value)
    except ResultError as refused:
        event("refused")
        place = refused.path
    else:
        assert codec.test(taken)
        return
    assert place.startswith("result")
    assert not codec.test(value)


def test_generated_types_cover_every_scalar() -> None:
    with pytest.raises(DecodeError):
        Codec(Integer).decode_json(b'""')
    assert len(SCALARS) == 13
