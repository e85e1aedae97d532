"""Finding the place of a fault: the slow, exact twin of the fast tests.

``explain`` is for data that came from outside as JSON, ``accept`` for what a method returned. Both walk the value
beside its shape and raise a ``ValueFault`` with the path, the expected type and what was found. ``accept`` also
gives the value back in its proper form, from all the forms a method may return.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from .errors import DecodeError, EncodeError, NStackError, Rejected, ResultError
from .json_text import json_text
from .near_misses import missed, missed_json
from .scalars import INTEGER_MAX, INTEGER_MIN, bytes_of, decimal_of, is_json, json_text_of
from .shapes import Shape
from .values import Record, Sum

_SHOWN = 60


def place(path: str, label: str) -> str:
    """The path of a field: ``.name``, or ``["User-Id"]`` where the name is not a plain one."""
    return f"{path}.{label}" if label.isidentifier() else f"{path}[{json_text_of(label)}]"


def shorten(text: str) -> str:
    """The text, cut to what fits into a message."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def shown_json(value: Any) -> str:
    """A parsed JSON value as text for a message."""
    try:
        return shorten(json_text(value))
    except (TypeError, ValueError, RecursionError):
        return shorten(repr(value))


def shown_python(value: Any) -> str:
    """A Python value as text for a message: JSON text for plain ones, ``repr`` with its type's name for others."""
    if isinstance(value, str):
        return shown_json(str(value))
    if value is None or type(value) in (bool, int, float, list, dict, tuple, bytes) or isinstance(value, Record | Sum):
        return shorten(represented(value))
    return f"{represented(value)[:_SHOWN]} ({_a(type(value))})"


def represented(value: Any) -> str:
    """The ``repr`` of a value, or its class where that raises."""
    try:
        return repr(value)
    except Exception:
        return f"<{_a(type(value))}>"


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[:1].lower() in 'aeiou' else 'a'} {kind.__name__}"


# ---------------------------------------------------------------------------------------------- JSON from outside


def explain(shape: Shape, value: Any, path: str) -> None:
    """Raises DecodeError for the first place in a parsed JSON value that is not of its type; returns if there is
    none.
    """
    _EXPLAIN.get(shape.kind, _explain_scalar)(shape, value, path)


def _wrong_json(shape: Shape, value: Any, path: str) -> DecodeError:
    return DecodeError(path, shape.shown, shown_json(value))


def _convertible(annotation: Any) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        try:
            msgspec.convert(value, annotation)
        except (msgspec.ValidationError, OverflowError):
            return False
        return True

    return test


def _raises_nothing(function: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        try:
            function(value)
        except (ValueError, TypeError):
            return False
        return True

    return test


def _fits_double(value: Any) -> bool:
    try:
        return type(value) in (int, float) and abs(float(value)) != float("inf")
    except OverflowError:
        return False


_JSON_SCALARS: dict[str, Callable[[Any], bool]] = {
    "Integer": lambda value: type(value) is int and INTEGER_MIN <= value <= INTEGER_MAX,
    "Double": _fits_double,
    "Boolean": lambda value: type(value) is bool,
    "Text": lambda value: type(value) is str,
    "Json": lambda value: True,
    "Bytes": _raises_nothing(bytes_of),
    "Decimal": _raises_nothing(decimal_of),
}


def _explain_scalar(shape: Shape, value: Any, path: str) -> None:
    test = _JSON_SCALARS.get(shape.name) or _convertible(shape.python)
    if test(value):
        return
    if shape.name == "Integer" and type(value) is int:
        raise DecodeError(path, "Integer (64 bit)", shown_json(value))
    raise DecodeError(path, shape.shown, shown_json(value), missed_json(shape.name, value))


def _explain_unit(shape: Shape, value: Any, path: str) -> None:
    if value is not None and value != []:
        raise _wrong_json(shape, value, path)


def _explain_optional(shape: Shape, value: Any, path: str) -> None:
    if value is None:
        return
    if shape.item.kind in ("scalar", "bytes"):  # at a leaf the message should say that null was fine too
        try:
            explain(shape.item, value, path)
        except DecodeError as fault:
            raise fault.or_nothing() from None
    explain(shape.item, value, path)


def _explain_list(shape: Shape, value: Any, path: str) -> None:
    if type(value) is not list:
        raise _wrong_json(shape, value, path)
    if shape.kind == "vector" and len(value) != shape.size:
        raise DecodeError(path, shape.shown, f"{len(value)} values")
    for index, part in enumerate(value):
        explain(shape.item, part, f"{path}[{index}]")


def _explain_tuple(shape: Shape, value: Any, path: str) -> None:
    if type(value) is not list:
        raise _wrong_json(shape, value, path)
    if len(value) != len(shape.items):
        raise DecodeError(path, shape.shown, f"{len(value)} values")
    for index, (item, part) in enumerate(zip(shape.parts, value, strict=True)):
        explain(item, part, f"{path}[{index}]")


def _explain_map(shape: Shape, value: Any, path: str) -> None:
    if type(value) is not dict:
        raise _wrong_json(shape, value, path)
    for key, part in value.items():
        explain(shape.item, part, f"{path}[{json_text_of(key)}]")


def _explain_record(shape: Shape, value: Any, path: str) -> None:
    if type(value) is not dict:
        raise _wrong_json(shape, value, path)
    for label, item in zip(shape.labels, shape.parts, strict=True):
        if label in value:
            explain(item, value[label], place(path, label))
        elif item.kind != "optional":
            raise DecodeError(place(path, label), item.shown, "nothing")


def _explain_sum(shape: Shape, value: Any, path: str) -> None:
    if type(value) is str and value in shape.labels and shape.items[shape.labels.index(value)] is None:
        return
    if type(value) is not dict or len(value) != 1:
        raise _wrong_json(shape, value, path)
    ((label, payload),) = value.items()
    if label not in shape.labels:
        raise _wrong_json(shape, value, path)
    item = shape.items[shape.labels.index(label)]
    inside = place(path, label)
    if item is None:
        _explain_unit(Shape("unit", None, "[]"), payload, inside)
    else:
        explain(item, payload, inside)


_EXPLAIN: dict[str, Callable[[Shape, Any, str], None]] = {
    "unit": _explain_unit,
    "optional": _explain_optional,
    "list": _explain_list,
    "vector": _explain_list,
    "tuple": _explain_tuple,
    "map": _explain_map,
    "record": _explain_record,
    "sum": _explain_sum,
}


# ---------------------------------------------------------------------------------------------- what a method returned


def accept(shape: Shape, value: Any, path: str) -> Any:
    """The value in its proper form, from any form that a method may return. Raises ResultError for the first place
    that has none.
    """
    if type(value) is Rejected:
        raise value.error
    try:
        return _ACCEPT[shape.kind](shape, value, path)
    except NStackError:
        raise
    except Exception as error:  # of the value's own methods, which may do anything
        found = f"<a {type(value).__name__}>"
        raise ResultError(path, shape.shown, found, f"looking at it raises {type(error).__name__}") from None


def _wrong(shape: Shape, value: Any, path: str) -> ResultError:
    return ResultError(path, shape.shown, shown_python(value))


def _scalar_like(value: Any) -> Any:
    """The Python scalar inside something like a numpy scalar; anything else as it is."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        return item()
    return value


def _integer(value: Any) -> Any:
    return int.__index__(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _double(value: Any) -> Any:
    if isinstance(value, float):
        return float.__float__(value)
    whole = _integer(value)
    try:
        return None if whole is None else float(whole)
    except OverflowError:
        return None


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "Integer": _integer,
    "Double": _double,
    "Boolean": lambda value: value if type(value) is bool else None,
    "Text": lambda value: str.__str__(value) if isinstance(value, str) else None,
    "Json": lambda value: str.__str__(value) if is_json(value) else None,
    "Decimal": lambda value: value if isinstance(value, decimal.Decimal) and value.is_finite() else None,
    "Date": lambda value: (
        value if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime) else None
    ),
    "Time": lambda value: value if isinstance(value, datetime.time) and value.tzinfo is None else None,
    "DateTime": lambda value: value if isinstance(value, datetime.datetime) and value.tzinfo is not None else None,
    "Duration": lambda value: value if isinstance(value, datetime.timedelta) else None,
    "Uuid": lambda value: value if isinstance(value, uuid.UUID) else None,
}


def _accept_scalar(shape: Shape, value: Any, path: str) -> Any:
    found = _scalar_like(value)
    taken = _SCALARS[shape.name](found)
    if taken is None:
        if shape.name == "Json" and isinstance(found, str):
            raise ResultError(path, "Json (the text of one JSON value)", shown_python(value))
        raise ResultError(path, shape.shown, shown_python(value), missed(shape.name, found))
    if shape.name == "Integer" and not INTEGER_MIN <= taken <= INTEGER_MAX:
        raise ResultError(path, "Integer (64 bit)", shown_python(value))
    return taken


def _accept_bytes(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise _wrong(shape, value, path)


def _accept_unit(shape: Shape, value: Any, path: str) -> Any:
    if value is None or (isinstance(value, tuple) and not value):
        return None
    raise _wrong(shape, value, path)


def _accept_optional(shape: Shape, value: Any, path: str) -> Any:
    if value is None:
        return None
    try:
        return accept(shape.item, value, path)
    except ResultError as fault:
        if fault.path == path:
            raise fault.or_nothing() from None
        raise


def _sequence(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, list | tuple):
        return value
    tolist = getattr(value, "tolist", None)
    listed = tolist() if callable(tolist) else None
    if isinstance(listed, list):
        return listed
    raise _wrong(shape, value, path)


def _accept_list(shape: Shape, value: Any, path: str) -> Any:
    parts = _sequence(shape, value, path)
    if shape.kind == "vector" and len(parts) != shape.size:
        raise ResultError(path, shape.shown, f"{len(parts)} values")
    return [accept(shape.item, part, f"{path}[{index}]") for index, part in enumerate(parts)]


def _accept_tuple(shape: Shape, value: Any, path: str) -> Any:
    parts = _sequence(shape, value, path)
    if len(parts) != len(shape.items):
        raise ResultError(path, shape.shown, f"{len(parts)} values")
    return tuple(
        accept(item, part, f"{path}[{i}]") for i, (item, part) in enumerate(zip(shape.parts, parts, strict=True))
    )


def _accept_map(shape: Shape, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(shape, value, path)
    for key in value:
        if not isinstance(key, str):
            raise ResultError(path, f"{shape.shown} (keys are Text)", f"the key {shown_python(key)}")
    return {str.__str__(key): accept(shape.item, part, f"{path}[{json_text_of(key)}]") for key, part in value.items()}


def _accept_record(shape: Shape, value: Any, path: str) -> Any:
    found = _fields(shape, value, path)
    made = []
    for label, item in zip(shape.labels, shape.parts, strict=True):
        if label in found:
            made.append(accept(item, found[label], place(path, label)))
        elif item.kind == "optional":
            made.append(None)
        else:
            raise ResultError(place(path, label), item.shown, "nothing")
    return shape.python(*made)


def _fields(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    """The fields of anything that a method may return for a record, by their names in the language."""
    if isinstance(value, Record):
        return dict(Record.items(value))
    if isinstance(value, dict):
        return value
    names = getattr(type(value), "_fields", None) if isinstance(value, tuple) else None
    if isinstance(names, tuple) and set(names) >= set(shape.attributes):
        return {label: getattr(value, name) for label, name in zip(shape.labels, shape.attributes, strict=True)}
    if isinstance(value, tuple):
        if len(value) != len(shape.items):
            raise ResultError(path, f"{shape.shown} ({len(shape.items)} fields)", f"a tuple of {len(value)}")
        return dict(zip(shape.labels, value, strict=True))
    declared = getattr(type(value), "__dataclass_fields__", None)
    attributes = list(declared) if declared else [a.name for a in getattr(type(value), "__attrs_attrs__", ())]
    if not attributes:
        raise _wrong(shape, value, path)
    pairs = zip(shape.labels, shape.attributes, strict=True)
    return {label: getattr(value, name) for label, name in pairs if name in attributes}


def _accept_sum(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(value, type) and issubclass(value, Sum) and value.__payload__ is None and value.__label__:
        value = value()  # the bare name of a constructor without payload
    if not isinstance(value, Sum) or value.__label__ not in shape.labels:
        raise _wrong(shape, value, path)
    index = shape.labels.index(value.__label__)
    item = shape.items[index]
    made = getattr(shape.python, shape.attributes[index])
    if (item is None) != (value.__payload__ is None):
        raise _wrong(shape, value, path)
    return made() if item is None else made(accept(item, value.value, place(path, value.__label__)))


_ACCEPT: dict[str, Callable[[Shape, Any, str], Any]] = {
    "scalar": _accept_scalar,
    "bytes": _accept_bytes,
    "unit": _accept_unit,
    "optional": _accept_optional,
    "list": _accept_list,
    "vector": _accept_list,
    "tuple": _accept_tuple,
    "map": _accept_map,
    "record": _accept_record,
    "sum": _accept_sum,
}


# ---------------------------------------------------------------------------------------------- what JSON cannot hold


def unwritable(shape: Shape, value: Any, path: str, form: str = "JSON") -> EncodeError | None:
    """The first place in a proper value that ``form`` cannot hold: NaN, an infinity, text that is not Unicode."""
    if shape.kind == "scalar":
        return _unwritable_scalar(shape, value, path, form)
    for inside, item, part in _parts(shape, value, path):
        fault = unwritable(item, part, inside, form)
        if fault is not None:
            return fault
    return None


def _unwritable_scalar(shape: Shape, value: Any, path: str, form: str) -> EncodeError | None:
    if shape.name == "Double" and (value != value or value in (float("inf"), float("-inf"))):
        return EncodeError(path, f"a number that {form} can hold", repr(value))
    if shape.name == "Text" and any("\ud800" <= letter <= "\udfff" for letter in value):
        return EncodeError(path, "Unicode text", shorten(ascii(value)))
    return None


def _parts(shape: Shape, value: Any, path: str) -> list[tuple[str, Shape, Any]]:
    if shape.kind in ("list", "vector"):
        return [(f"{path}[{i}]", shape.item, part) for i, part in enumerate(value)]
    if shape.kind == "tuple":
        return [(f"{path}[{i}]", item, part) for i, (item, part) in enumerate(zip(shape.parts, value, strict=True))]
    if shape.kind == "map":
        return [(f"{path}[{json_text_of(key)}]", shape.item, part) for key, part in value.items()]
    if shape.kind == "optional":
        return [] if value is None else [(path, shape.item, value)]
    if shape.kind == "record":
        return [
            (place(path, label), item, part)
            for label, item, part in zip(shape.labels, shape.parts, Record.__iter__(value), strict=True)
        ]
    if shape.kind == "sum":
        item = shape.items[shape.labels.index(value.__label__)]
        return [] if item is None else [(place(path, value.__label__), item, value.value)]
    return []
