"""From values to the columns of Arrow, a whole column at once."""

import datetime
import decimal
import uuid
from collections.abc import Sequence
from typing import Any

from nstack.connectors.arrowtypes import arrow, columns_of, enumeration, written_schema
from nstack.runtime.errors import EncodeError
from nstack.runtime.shapes import Shape


class RowWriter:
    """Record batches of values; ``schema`` is theirs. Raises EncodeError for a value that no column can hold."""

    def __init__(self, shape: Shape, scale: int) -> None:
        self.schema = written_schema(shape, scale)
        self._shape = shape
        self._columns = [(name, part, self.schema.field(i).type) for i, (name, part) in enumerate(columns_of(shape))]

    def batch(self, values: Sequence[Any]) -> Any:
        """One batch."""
        pa = arrow()
        if not self._columns:
            return pa.RecordBatch.from_struct_array(pa.array([{}] * len(values), pa.struct([])))
        lists = _columns(self._shape, values)
        arrays = [
            _array(part, items, type_, f"column {name}")
            for (name, part, type_), items in zip(self._columns, lists, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _columns(shape: Shape, values: Sequence[Any]) -> list[Sequence[Any]]:
    """The parts of rows, column by column."""
    if shape.kind not in ("record", "tuple"):
        return [values]
    if not values:
        return [() for _ in shape.parts]
    return list(zip(*map(shape.take, values), strict=True))


def _array(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    """The array of some values, of which those of an optional may be None."""
    pa = arrow()
    inner = shape.item if shape.kind == "optional" else shape
    match inner.kind:
        case "list" | "vector":
            return _lists(inner, values, type_, where)
        case "map":
            return _maps(inner, values, type_, where)
        case "record" | "tuple":
            return _structs(inner, values, type_, where)
        case "sum" if enumeration(inner):
            return pa.array([None if value is None else value.__label__ for value in values], type_)
        case "sum":
            return _sums(inner, values, type_, where)
        case _:
            return _scalars(inner, values, type_, where)


def _offsets(values: Sequence[Any]) -> Any:
    """Where the items of each value start, with null where there is no value, and where the last ones end."""
    offsets: list[int | None] = []
    at = 0
    for value in values:
        offsets.append(None if value is None else at)
        at += 0 if value is None else len(value)
    return arrow().array([*offsets, at], arrow().int32())


def _lists(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    flat = [item for value in values if value is not None for item in value]
    items = _array(shape.item, flat, type_.value_type, f"an element of {where}")
    return arrow().ListArray.from_arrays(_offsets(values), items, type=type_)


def _maps(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    pa = arrow()
    there = [value for value in values if value is not None]
    keys = _scalars(_TEXT, [key for value in there for key in value], pa.string(), f"a key of {where}")
    flat = [item for value in there for item in value.values()]
    items = _array(shape.item, flat, type_.item_type, f"a value of {where}")
    return pa.MapArray.from_arrays(_offsets(values), keys, items, type=type_)


def _structs(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    pa = arrow()
    missing = [value is None for value in values]
    if not shape.parts:
        return pa.array([None if value is None else {} for value in values], type_)
    nothing = tuple(map(_filler, shape.parts))
    lists: Sequence[Sequence[Any]] = [
        *zip(*[nothing if value is None else shape.take(value) for value in values], strict=True)
    ] or [()] * len(shape.parts)
    arrays = [
        _array(part, items, type_.field(i).type, f"field {name} of {where}")
        for i, ((name, part), items) in enumerate(zip(columns_of(shape), lists, strict=True))
    ]
    mask = pa.array(missing) if any(missing) else None
    return pa.StructArray.from_arrays(arrays, fields=list(type_), mask=mask)


def _filler(shape: Shape) -> Any:
    """Some value of a type: what stands unseen in the fields of a struct that is null, which may not be null there."""
    match shape.kind:
        case "scalar" | "bytes":
            return _FILLERS[shape.name]
        case "list":
            return []
        case "map":
            return {}
        case "vector":
            return [_filler(shape.item)] * shape.size
        case "record" | "tuple":
            return shape.make(map(_filler, shape.parts))
        case "sum":
            constructor, payload = shape.python.__constructors__[0], shape.items[0]
            return constructor() if payload is None else constructor(_filler(payload))
        case _:
            return None


def _sums(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    pa = arrow()
    missing = [value is None for value in values]
    tags = ["" if value is None else value.__label__ for value in values]
    arrays = [pa.array(tags, pa.string())]
    for label, payload in zip(shape.labels, shape.items, strict=True):
        if payload is not None:
            own = [value.value if tag == label else None for value, tag in zip(values, tags, strict=True)]
            found = type_.field(type_.get_field_index(label)).type
            arrays.append(_array(payload, own, found, f"field {label} of {where}"))
    mask = pa.array(missing) if any(missing) else None
    return pa.StructArray.from_arrays(arrays, fields=list(type_), mask=mask)


def _scalars(shape: Shape, values: Sequence[Any], type_: Any, where: str) -> Any:
    pa = arrow()
    try:
        return _made(shape, values, type_)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, decimal.InvalidOperation, ValueError):
        pass
    for value in values:
        try:
            _made(shape, [value], type_)
        except UnicodeEncodeError:
            raise EncodeError(where, "Text that UTF-8 can hold", ascii(value)) from None
        except (pa.ArrowException, OverflowError, decimal.InvalidOperation, ValueError):
            raise EncodeError(where, f"{shape.shown} as {type_}", str(value), _hint(shape, type_)) from None
    raise AssertionError(f"no value of {where} is at fault")


def _made(shape: Shape, values: Sequence[Any], type_: Any) -> Any:
    pa = arrow()
    if shape.name == "Uuid":
        storage = pa.array([None if value is None else value.bytes for value in values], pa.binary(16))
        return pa.ExtensionArray.from_storage(type_, storage)
    return pa.array(values, type_)


def _hint(shape: Shape, type_: Any) -> str:
    if shape.name == "Decimal":
        whole = type_.precision - type_.scale
        return f"{whole} digits before the point and {type_.scale} behind it (decimal_scale) are what there is room for"
    return ""


_FILLERS: dict[str, Any] = {
    "Integer": 0,
    "Double": 0.0,
    "Boolean": False,
    "Text": "",
    "Json": "null",
    "Bytes": b"",
    "Decimal": decimal.Decimal(0),
    "Date": datetime.date(1970, 1, 1),
    "Time": datetime.time(),
    "DateTime": datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
    "Duration": datetime.timedelta(),
    "Uuid": uuid.UUID(int=0),
}

_TEXT = Shape("scalar", str, "Text", name="Text")
