"""From the columns of Arrow to values, a whole column at once.

A column that holds a value which its type has not (a null, a date past the year 9999, text that is no UTF-8) raises
``Fault``; then ``Rows.value`` reads one row, and tells the path of what is wrong in it.
"""

import datetime
import decimal
import uuid
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from nstack.connectors.arrowtypes import CONSTRUCTOR, arrow, columns_of, enumeration
from nstack.runtime.errors import DecodeError
from nstack.runtime.scalars import is_json
from nstack.runtime.shapes import Shape

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
DAY = 86_400_000_000


class Fault(Exception):
    """Some value of a column is none of its type; ``text`` says what it is, as far as a single one is known."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


class Rows:
    """Values from the columns of record batches. ``at`` has for each column of the type its index among those of a
    batch, -1 for an optional one that is absent; times without a zone are those of ``zone``."""

    def __init__(self, shape: Shape, at: Sequence[int], zone: str = "") -> None:
        self._shape = shape
        wanted = zip(columns_of(shape), at, strict=True)
        self._columns = [(name, column_of(part, zone), i) for (name, part), i in wanted]
        self._whole = shape.kind not in ("record", "tuple")

    def values(self, batch: Any) -> list[Any]:
        """The values of a batch. Raises Fault."""
        lists = [read_column(column, batch.column(i)) if i >= 0 else None for _, column, i in self._columns]
        rows = [[None] * batch.num_rows if values is None else values for values in lists]
        if self._whole:
            return rows[0]
        if not rows:
            return [self._shape.make(()) for _ in range(batch.num_rows)]
        if self._shape.kind == "tuple":
            return list(zip(*rows, strict=True))
        return list(map(self._shape.python, *rows))

    def value(self, batch: Any, row: int, where: str) -> Any:
        """One value. Raises DecodeError whose path starts with ``where``."""
        one = batch.slice(row, 1)
        try:
            return self.values(one)[0]
        except Fault:
            for name, column, i in self._columns:
                if i >= 0:
                    told = f"{where}, column {name}" if self._shape.kind == "record" else f"{where}, column {i + 1}"
                    column.explain(_unwrapped(one.column(i)), told)
            raise


def _unwrapped(array: Any) -> Any:
    """The values of an array, without dictionaries, runs and extensions around them."""
    pa = arrow()
    while True:
        if isinstance(array, pa.DictionaryArray):
            array = array.dictionary_decode()
        elif isinstance(array, pa.RunEndEncodedArray):
            import pyarrow.compute

            array = pyarrow.compute.run_end_decode(array)
        elif isinstance(array, pa.ExtensionArray):
            array = array.storage
        else:
            return array


def read_column(column: "Column", array: Any) -> list[Any]:
    """The values of an array. Raises Fault for any of them."""
    try:
        return column.read(_unwrapped(array))
    except UnicodeDecodeError as error:
        raise Fault(f"bytes that are no UTF-8 ({error.reason})") from None
    except (ValueError, OverflowError, arrow().ArrowException) as error:
        raise Fault(str(error).partition("\n")[0]) from None


class Column:
    """How the values of one type lie in an array that is not wrapped. ``read`` raises Fault, or ValueError,
    OverflowError or ArrowException, where any of them is wrong; ``explain`` raises DecodeError for an array of one."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def read(self, array: Any) -> list[Any]:
        """The values, of which none may be null."""
        if array.null_count:
            raise Fault("null")
        return self.present(array)

    def present(self, array: Any) -> list[Any]:
        """The values of an array without nulls."""
        raise NotImplementedError

    def explain(self, array: Any, where: str) -> None:
        """Raises DecodeError if the only value of the array is wrong."""
        if array.null_count:
            raise DecodeError(where, self.shape.shown, "null")
        self.explain_present(array, where)

    def explain_present(self, array: Any, where: str) -> None:
        """The same of a value that is there."""
        try:
            read_column(self, array)
        except Fault as fault:
            raise DecodeError(where, self.shape.shown, fault.text or _shown(array)) from None


def _shown(array: Any) -> str:
    try:
        text = str(array[0])
    except Exception as error:  # nanoseconds, where there is no pandas, which has a class for them
        try:
            text = str(array[:1].cast(arrow().string())[0])
        except Exception:
            text = type(error).__name__
    return text if len(text) <= 60 else text[:59] + "…"


class Scalar(Column):
    """A scalar or bytes."""

    def __init__(self, shape: Shape, zone: str = "") -> None:
        super().__init__(shape)
        self._read: Callable[[Any], list[Any]] = _SCALARS[shape.name]
        if shape.name == "DateTime" and zone:
            self._read = lambda array: _datetimes(array if array.type.tz else zoned(array, zone))

    def present(self, array: Any) -> list[Any]:
        """As the table below has it."""
        return self._read(array)


class Unit(Column):
    """Nulls, which are the values here."""

    def read(self, array: Any) -> list[Any]:
        """As many as there are."""
        return [None] * len(array)

    def explain(self, array: Any, where: str) -> None:
        """Nothing can be wrong."""


class Optional(Column):
    """Values or nulls."""

    def __init__(self, shape: Shape, zone: str) -> None:
        super().__init__(shape)
        self.inner = column_of(shape.item, zone)

    def read(self, array: Any) -> list[Any]:
        """The values there are, with None between them."""
        if not array.null_count:
            return self.inner.read(array)
        if array.null_count == len(array):  # a column of the type null, for one
            return [None] * len(array)
        there = array.is_valid().to_pylist()
        rest = iter(read_column(self.inner, array.drop_null()))
        return [next(rest) if one else None for one in there]

    def explain(self, array: Any, where: str) -> None:
        """A null is fine."""
        if not array.null_count:
            try:
                self.inner.explain(array, where)
            except DecodeError as fault:
                raise fault.or_nothing() if fault.path == where else fault from None


class List(Column):
    """Lists and vectors."""

    def __init__(self, shape: Shape, zone: str) -> None:
        super().__init__(shape)
        self._item = column_of(shape.item, zone)

    def present(self, array: Any) -> list[Any]:
        """Slices of all the items."""
        import pyarrow.compute

        items = read_column(self._item, array.flatten())
        made, at = [], 0
        for length in pyarrow.compute.list_value_length(array).to_pylist():
            if self.shape.kind == "vector" and length != self.shape.size:
                raise Fault(f"{length} items")
            made.append(items[at : at + length])
            at += length
        return made

    def explain_present(self, array: Any, where: str) -> None:
        """Item by item."""
        items = _unwrapped(array.flatten())
        for index in range(len(items)):
            self._item.explain(items.slice(index, 1), f"{where}[{index}]")
        super().explain_present(array, where)


class Map(Column):
    """Maps from text; a key that is there twice is wrong."""

    def __init__(self, shape: Shape, zone: str) -> None:
        super().__init__(shape)
        self._item = column_of(shape.item, zone)

    def present(self, array: Any) -> list[Any]:
        """Dicts of all the entries."""
        offsets = array.offsets.to_pylist()
        start, size = offsets[0] if offsets else 0, offsets[-1] - offsets[0] if offsets else 0
        keys = read_column(_TEXT, array.keys.slice(start, size))
        items = read_column(self._item, array.items.slice(start, size))
        made = []
        for low, high in pairwise(offsets):
            entries = dict(zip(keys[low - start : high - start], items[low - start : high - start], strict=True))
            if len(entries) != high - low:
                raise Fault("a map that has a key twice")
            made.append(entries)
        return made


class Struct(Column):
    """Records and tuples."""

    def __init__(self, shape: Shape, zone: str) -> None:
        super().__init__(shape)
        self._fields = [(name, column_of(part, zone)) for name, part in columns_of(shape)]

    def _parts(self, array: Any) -> list[tuple[str, Column, Any]]:
        """Each field with its array, None for an optional one that is absent."""
        named = self.shape.kind == "record"
        found = []
        for number, (name, column) in enumerate(self._fields):
            index = array.type.get_field_index(name) if named else number
            found.append((name, column, _unwrapped(array.field(index)) if index >= 0 else None))
        return found

    def present(self, array: Any) -> list[Any]:
        """Made field by field."""
        size = len(array)
        lists = [[None] * size if part is None else read_column(column, part) for _, column, part in self._parts(array)]
        make = self.shape.make
        return [make(parts) for parts in zip(*lists, strict=True)] if lists else [make(()) for _ in range(size)]

    def explain_present(self, array: Any, where: str) -> None:
        """Field by field."""
        for name, column, part in self._parts(array):
            if part is not None:
                column.explain(part, f"{where}.{name}")


class Enumeration(Column):
    """Constructors without payload."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        constructors = shape.python.__constructors__
        self._made = {label: constructor() for label, constructor in zip(shape.labels, constructors, strict=True)}

    def present(self, array: Any) -> list[Any]:
        """By their names."""
        made = self._made
        try:
            return [made[text] for text in array.to_pylist()]
        except KeyError as error:
            raise Fault(f"{error.args[0]!r}, which is none of {', '.join(self.shape.labels)}") from None


class Tagged(Column):
    """Sums with payloads: the field ``constructor`` says which other field counts."""

    def __init__(self, shape: Shape, zone: str) -> None:
        super().__init__(shape)
        payloads = [None if item is None else column_of(item, zone) for item in shape.items]
        self._made = dict(zip(shape.labels, zip(shape.python.__constructors__, payloads, strict=True), strict=True))

    def present(self, array: Any) -> list[Any]:
        """The values of each constructor together, put back into their places."""
        tags = read_column(_TEXT, array.field(array.type.get_field_index(CONSTRUCTOR)))
        rows: dict[str, list[int]] = {}
        for row, tag in enumerate(tags):
            rows.setdefault(tag, []).append(row)
        made: list[Any] = [None] * len(tags)
        for tag, at in rows.items():
            for row, value in zip(at, self._made_of(array, tag, at), strict=True):
                made[row] = value
        return made

    def _made_of(self, array: Any, tag: str, rows: list[int]) -> list[Any]:
        if tag not in self._made:
            raise Fault(f"{CONSTRUCTOR} {tag!r}, which is none of {', '.join(self._made)}")
        constructor, payload = self._made[tag]
        if payload is None:
            return [constructor() for _ in rows]
        part = array.field(array.type.get_field_index(tag)).take(arrow().array(rows))
        return list(map(constructor, read_column(payload, part)))

    def explain_present(self, array: Any, where: str) -> None:
        """By the payload, if that is at fault."""
        tag = array.field(array.type.get_field_index(CONSTRUCTOR))
        if not tag.null_count and (found := self._made.get(_unwrapped(tag)[0].as_py())) and found[1] is not None:
            label = _unwrapped(tag)[0].as_py()
            found[1].explain(_unwrapped(array.field(array.type.get_field_index(label))), f"{where}.{label}")
        super().explain_present(array, where)


def column_of(shape: Shape, zone: str = "") -> Column:
    """How values of a type are read; times without a zone are those of ``zone``."""
    match shape.kind:
        case "unit":
            return Unit(shape)
        case "optional":
            return Optional(shape, zone)
        case "list" | "vector":
            return List(shape, zone)
        case "map":
            return Map(shape, zone)
        case "record" | "tuple":
            return Struct(shape, zone)
        case "sum":
            return Enumeration(shape) if enumeration(shape) else Tagged(shape, zone)
        case _:
            return Scalar(shape, zone)


# --- scalars: from an array without nulls


def _plain(array: Any) -> list[Any]:
    values: list[Any] = array.to_pylist()
    return values


def _doubles(array: Any) -> list[Any]:
    return _plain(array.cast(arrow().float64()))


def _json(array: Any) -> list[Any]:
    texts = _plain(array)
    for text in texts:
        if not is_json(text):
            raise Fault(f"text that is no JSON: {text[:40]!r}")
    return texts


def _decimals(array: Any) -> list[Any]:
    return [decimal.Decimal(value) if type(value) is int else value for value in _plain(array)]


def _dates(array: Any) -> list[Any]:
    pa = arrow()
    days = _plain(array.cast(pa.date32()).cast(pa.int32()))
    try:
        return [datetime.date.fromordinal(EPOCH_DAY + day) for day in days]
    except (ValueError, OverflowError):
        raise Fault(f"day {_first(days, -719162, 2932896)} from 1970, outside of the years 1 to 9999") from None


def _micros(array: Any, type_: Any) -> list[int]:
    """Whole microseconds. Raises Fault where they would not be whole, or not fit 64 bits."""
    pa = arrow()
    try:
        return _plain(array.cast(type_).cast(pa.int64()))
    except pa.ArrowException:
        raise Fault(f"{_shown(array)}, which is finer than a microsecond, or out of range") from None


def _times(array: Any) -> list[Any]:
    pa = arrow()
    micros = _micros(array, pa.time64("us"))
    if micros and not (min(micros) >= 0 and max(micros) < DAY):
        raise Fault(f"{_first(micros, 0, DAY - 1)} µs, which is no time of a day")
    return [(EPOCH + datetime.timedelta(microseconds=value)).time() for value in micros]


def _datetimes(array: Any) -> list[Any]:
    pa = arrow()
    micros = _micros(array, pa.timestamp("us", array.type.tz))
    try:
        return [EPOCH + datetime.timedelta(microseconds=value) for value in micros]
    except OverflowError:
        low, high = -62135596800000000, 253402300799999999
        raise Fault(f"{_first(micros, low, high)} µs from 1970, outside of the years 1 to 9999") from None


def _durations(array: Any) -> list[Any]:
    pa = arrow()
    micros = _micros(array, pa.duration("us"))
    return [datetime.timedelta(microseconds=value) for value in micros]


def _uuids(array: Any) -> list[Any]:
    return [uuid.UUID(bytes=value) for value in _plain(array)]


def _first(values: Sequence[int], low: int, high: int) -> int:
    return next(value for value in values if not low <= value <= high)


_SCALARS: dict[str, Callable[[Any], list[Any]]] = {
    "Integer": _plain,
    "Double": _doubles,
    "Boolean": _plain,
    "Text": _plain,
    "Bytes": _plain,
    "Json": _json,
    "Decimal": _decimals,
    "Date": _dates,
    "Time": _times,
    "DateTime": _datetimes,
    "Duration": _durations,
    "Uuid": _uuids,
}

_TEXT = Scalar(Shape("scalar", str, "Text", name="Text"))


def zoned(array: Any, zone: str) -> Any:
    """The times of an array that carries no zone, taken as those of ``zone``. Raises ArrowException."""
    import pyarrow.compute

    return pyarrow.compute.assume_timezone(array, zone, ambiguous="earliest", nonexistent="earliest")
