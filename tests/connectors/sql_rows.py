"""Random row types with values of theirs, for databases to give back."""

import datetime
import decimal
import math
from typing import Any

from hypothesis import strategies as st
from nstack.runtime.scalars import (
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
    Uuid,
)
from nstack.runtime.values import Record

CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: datetime.timezone(datetime.timedelta(minutes=m)))
# Near the ends of the calendar an offset leads out of it.
TIMES = st.datetimes(min_value=datetime.datetime(2, 1, 1), max_value=datetime.datetime(9998, 1, 1), timezones=OFFSETS)
PLACES = st.integers(-20, 20)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    Integer: st.integers(-(2**63), 2**63 - 1),
    Double: st.floats(allow_nan=False),
    Boolean: st.booleans(),
    Text: st.text(CHARACTERS),
    Decimal: st.builds(lambda digits, place: decimal.Decimal(digits).scaleb(place), st.integers(), PLACES),
    Date: st.dates(),
    Time: st.times(),
    DateTime: TIMES,
    Duration: st.timedeltas(),
    Uuid: st.uuids(),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS), inner, max_size=3),
    max_leaves=5,
)


def _columns() -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    plain = list(SCALARS.items())
    lists = [(list[type_], st.lists(values, max_size=4)) for type_, values in plain]  # type: ignore[valid-type]
    full = [*plain, *lists, (Bytes, st.binary())]
    some = [(type_ | None, st.none() | values) for type_, values in full]
    return st.sampled_from([*full, *some])


@st.composite
def rows(draw: st.DrawFn) -> tuple[Any, list[Any]]:
    """A record type, and values of it; the first field, ``number``, tells them apart and orders them."""
    columns = draw(st.lists(_columns(), min_size=1, max_size=6))
    annotations = {"number": Integer, **{f"f{at}": type_ for at, (type_, _) in enumerate(columns)}}
    made: Any = type("Row", (Record,), {"__annotations__": annotations, "__module__": __name__})
    values = [made(number, *[draw(values) for _, values in columns]) for number in range(draw(st.integers(0, 4)))]
    return made, values


def exact(value: Any) -> Any:
    """A value in a form that compares all there is to it: the sign of a zero, the digits of a Decimal."""
    if isinstance(value, float):
        return (value, math.copysign(1, value))
    if isinstance(value, Record):
        return [exact(part) for part in value]
    return [exact(part) for part in value] if isinstance(value, list) else value


__all__ = ["JSON", "Json", "exact", "rows"]
