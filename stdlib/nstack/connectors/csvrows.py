"""How values of a row type stand in the cells of a CSV row.

Shared by ``Sources.csv``, ``Sinks.csv`` and ``Conv.to_csv``/``from_csv``. A row type is a record (its cells have
names, in declared order), a tuple, a vector or a list of cells; a cell is a scalar, bytes (base64) or an optional one
of these. Written: ``TRUE``/``FALSE``, ``3``, ``2.5``, ISO 8601 dates; an empty cell is a missing value, so a text
that is there but empty is written ``""`` where it could be missing. Read: the same, with white space around numbers
and truth values in any case.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from nstack.connectors.csvdialect import Dialect, Missing
from nstack.connectors.csvtext import (
    BYTE_ORDER_MARK,
    CsvFault,
    QuotedEmpty,
    cut,
    shorten,
)
from nstack.runtime.errors import DecodeError, EncodeError
from nstack.runtime.json_text import HugeNumber
from nstack.runtime.near_misses import missed_json
from nstack.runtime.scalars import bytes_of, decimal_of
from nstack.runtime.shapes import Shape

INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

Encode = Callable[[Any], str]
Decode = Callable[[str], Any]
ReadRow = Callable[[str], Any]


# --- cells: an encoder or decoder raises ValueError (msgspec.ValidationError is one), the row says in which column


def _double_text(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(value)
    return float.__repr__(float(value))


def _boolean_text(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _integer(cell: str) -> int:
    text = cell.strip()
    if not INTEGER.fullmatch(text):
        raise ValueError(cell)
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(cell)
    return value


def _double(cell: str) -> float:
    text = cell.strip()
    if not DOUBLE.fullmatch(text):
        raise ValueError(cell)
    value = float(text)
    if math.isinf(value):
        raise ValueError(cell)
    return value


def _boolean(cell: str) -> bool:
    text = cell.strip().upper()
    if text not in ("TRUE", "FALSE"):
        raise ValueError(cell)
    return text == "TRUE"


class Cell:
    """How one column's values are written and read. ``shown`` is the type in messages; ``encode`` gives the cell as
    it stands in the file, quotes included."""

    __slots__ = ("decode", "encode", "optional", "shown")

    def __init__(self, shown: str, encode: Encode, decode: Decode, optional: bool = False) -> None:
        self.shown = shown
        self.encode = encode
        self.decode = decode
        self.optional = optional


def cell_in(shape: Shape, dialect: Dialect) -> Cell:
    """The cell for one part of a row type in a dialect; raises TypeError for a type that no cell can hold (the checker
    refuses those)."""
    if not dialect.null:
        return cell_of(shape, dialect.quote_cell, lambda: dialect.quoted(""))
    cell = cell_of(shape.item if shape.kind == "optional" else shape, dialect.quote_cell)
    return _nullable(shape, cell, dialect)


def _nullable(shape: Shape, cell: Cell, dialect: Dialect) -> Cell:
    """The same where a text stands for what is missing, and an empty cell does not."""
    optional = shape.kind == "optional"

    def write(value: Any) -> str:
        if value is None:
            return dialect.null
        text = cell.encode(value)
        return dialect.quoted(text) if text == dialect.null else text

    def read(text: str) -> Any:
        if not isinstance(text, Missing):
            return cell.decode(text)
        if optional:
            return None
        raise ValueError(text)

    return Cell(shape.shown, write, read, optional)


def cell_of(shape: Shape, quote: Encode, empty: Callable[[], str] = lambda: '""') -> Cell:
    """The cell for one part of a row type; raises TypeError for a type that no cell can hold (the checker refuses
    those). ``empty`` gives a text that is there and has no characters."""
    if shape.kind == "optional":
        return _optional(shape.shown, cell_of(shape.item, quote), empty)
    match shape.name if shape.kind == "scalar" else shape.kind:
        case "Integer":
            return Cell(shape.shown, str, _integer)
        case "Double":
            return Cell(shape.shown, _double_text, _double)
        case "Boolean":
            return Cell(shape.shown, _boolean_text, _boolean)
        case "Text":
            return Cell(shape.shown, quote, str)
        case "bytes" | "Decimal" | "Date" | "Time" | "DateTime" | "Duration" | "Uuid":
            return _as_in_json(shape, quote)
        case _:
            raise TypeError(f"a CSV cell cannot hold {shape.shown}")


def _as_in_json(shape: Shape, quote: Encode) -> Cell:
    target = shape.python
    special = {"Bytes": bytes_of, "Decimal": decimal_of}.get(shape.name)

    def encode(value: Any) -> str:
        return quote(str(msgspec.to_builtins(value)))

    def decode(cell: str) -> Any:
        text = cell.strip()
        return special(text) if special else msgspec.convert(text, target)

    return Cell(shape.shown, encode, decode)


def _optional(shown: str, cell: Cell, empty: Callable[[], str]) -> Cell:
    encode, decode = cell.encode, cell.decode

    def write(value: Any) -> str:
        return "" if value is None else encode(value)

    def write_text(value: str | None) -> str:
        return "" if value is None else encode(value) or empty()

    def read(text: str) -> Any:
        return decode(text) if text else None

    def read_text(text: str) -> str | None:
        return str(text) if text or isinstance(text, QuotedEmpty) else None

    if cell.shown == "Text":
        return Cell(shown, write_text, read_text, optional=True)
    return Cell(shown, write, read, optional=True)


# --- rows


class RowLayout:
    """The cells of a row type.

    ``columns`` are a record's field names in declared order, None for a tuple, vector or list and where there is no
    ``header``; ``dialect`` says how cells stand in a row (given as a text it is the separator). Reading raises
    CsvFault for text that is no row of this type and DecodeError for a cell, writing raises EncodeError. Raises
    TypeError for a type that is no row type and CsvFault for a separator that cannot be one.
    """

    __slots__ = ("_cells", "_each", "_has_dialect", "_make", "_names", "_size", "_take", "columns", "dialect", "sep")

    def __init__(self, shape: Shape, dialect: Dialect | str, header: bool = True) -> None:
        self._has_dialect = not isinstance(dialect, str)
        self.dialect = Dialect(dialect) if isinstance(dialect, str) else dialect
        self.sep = self.dialect.sep
        self._make = shape.make
        self._take: Callable[[Any], Sequence[Any]] = tuple
        self._cells: tuple[Cell, ...] = ()
        self._each: Cell | None = None
        self._size = shape.size if shape.kind == "vector" else None
        self.columns: tuple[str, ...] | None = None
        self._names: tuple[str, ...] | None = None
        if shape.kind in ("list", "vector"):
            self._each = cell_in(shape.item, self.dialect)
        elif shape.kind in ("record", "tuple"):
            self._cells = tuple(cell_in(part, self.dialect) for part in shape.parts)
        else:
            raise TypeError(f"{shape.shown} is no row of CSV")
        if shape.kind == "record":
            self.columns = shape.labels if header else None
            self._names = shape.labels
            self._take = _attributes(shape.attributes)

    @property
    def blank_is_row(self) -> bool:
        """Whether an empty line holds a row: a single missing cell, or a list without items. For any other type such
        a line is passed over."""
        if self._each:
            return not self._size
        return len(self._cells) == 1 and self._cells[0].optional

    def header(self) -> str:
        """A record's first line, without its end."""
        return self.sep.join(map(self.dialect.quote_cell, self.columns or ()))

    def write(self, value: Any) -> str:
        """One row without its line end; EncodeError names the column of a value that CSV cannot hold."""
        parts = self._take(value)
        try:
            if self._each:
                encode = self._each.encode
                row = self.sep.join([encode(part) for part in parts])
            else:
                row = self.sep.join([cell.encode(part) for cell, part in zip(self._cells, parts, strict=True)])
        except (ValueError, EncodeError):
            raise self._encode_fault(parts) from None
        # A row that is empty and still has a cell must not look like a blank line, which is passed over.
        return row if row or not parts or (not self._each and self.blank_is_row) else self.dialect.quoted("")

    def reader(self, header: str | None = None) -> ReadRow:
        """A function from a row's text to its value. A record needs the header; its columns are matched by name, an
        optional one may be absent, further ones are passed over."""
        if self._each:
            return self._list_reader(self._each)
        if self.columns is None:
            return self._cells_reader(tuple(range(len(self._cells))), len(self._cells))
        if header is None:
            raise CsvFault("a record is read by the names in a header, and there is none")
        names = self.dialect.split(header.removeprefix(BYTE_ORDER_MARK))
        return self._cells_reader(self._match(names), len(names))

    def _match(self, names: list[str]) -> tuple[int, ...]:
        """For each column of the type its index in the file; -1 where an optional one is absent."""
        columns = self.columns or ()
        cells = zip(columns, self._cells, strict=True)
        missing = [name for name, cell in cells if name not in names and not cell.optional]
        if missing:
            wanted = f"column{'s' * (len(missing) > 1)} {', '.join(map(shorten, missing))}"
            meant = self._meant(names, missing)
            raise CsvFault(f"the header lacks {wanted}; it has {', '.join(map(shorten, names))}{meant}")
        twice = [name for name in columns if names.count(name) > 1]
        if twice:
            raise CsvFault(f"the header has column {shorten(twice[0])} twice")
        return tuple(names.index(name) if name in names else -1 for name in columns)

    def _meant(self, names: list[str], missing: list[str]) -> str:
        """What a header seems to be that lacks columns: one with another separator, with names that are written in
        another way, or a row like all others."""
        wanted = set(self.columns or ())
        found = [other for other in ";\t|," if len(names) == 1 and wanted & set(names[0].split(other))]
        if found and found[0] != self.sep:
            return f'; is csv_sep = "{cut(found[0])}" meant?'
        if {_loosely(name) for name in missing} & {_loosely(name) for name in names}:
            return "; a name has to be the same in all its letters and spaces"
        return "; is csv_header = false meant?" if self._has_dialect and self._is_row(names) else ""

    def _is_row(self, cells: list[str]) -> bool:
        """Whether cells may be a row of the type. Texts alone say nothing: names would be one."""
        if len(cells) != len(self._cells) or all(cell.shown.endswith("Text") for cell in self._cells):
            return False
        try:
            for cell, text in zip(self._cells, cells, strict=True):
                cell.decode(text)
        except ValueError:
            return False
        return True

    def _cells_reader(self, at: tuple[int, ...], width: int) -> ReadRow:
        """Reads rows of ``width`` cells, the value's part i from cell ``at[i]``."""
        split, make, cells = self.dialect.split, self._make, self._cells
        decoders = [_absent if i < 0 else cell.decode for cell, i in zip(cells, at, strict=True)]
        plan = tuple(zip(decoders, at, strict=True))

        def read(row: str) -> Any:
            parts = split(row)
            if len(parts) != width:
                raise CsvFault(f"expected {_count(width)}, got {len(parts)}")
            try:
                return make([decode(parts[i]) for decode, i in plan])
            except ValueError:
                raise self._decode_fault((cell, parts[i]) for cell, i in zip(cells, at, strict=True)) from None

        return read

    def _list_reader(self, cell: Cell) -> ReadRow:
        split, decode, size = self.dialect.split, cell.decode, self._size

        def read(row: str) -> Any:
            parts = split(row) if row else []
            if size is not None and len(parts) != size:
                raise CsvFault(f"expected {_count(size)}, got {len(parts)}")
            try:
                return [decode(part) for part in parts]
            except ValueError:
                raise self._decode_fault((cell, part) for part in parts) from None

        return read

    def _decode_fault(self, cells: Iterable[tuple[Cell, str]]) -> DecodeError:
        """The first cell that cannot be read (an absent one is an optional one and never at fault)."""
        for index, (cell, text) in enumerate(cells):
            try:
                cell.decode(text)
            except ValueError:
                return DecodeError(self._column(index), cell.shown, shorten(text), _missed(cell, text))
        raise AssertionError("no cell of the row is at fault")

    def _encode_fault(self, parts: Sequence[Any]) -> EncodeError:
        for index, part in enumerate(parts):
            if isinstance(part, float) and not math.isfinite(part):
                return EncodeError(self._column(index), "a number that CSV can hold", repr(part))
            try:
                (self._each or self._cells[index]).encode(part)
            except EncodeError as fault:
                return EncodeError(self._column(index), fault.expected, fault.found)
        raise AssertionError("no part of the row is at fault")

    def _column(self, index: int) -> str:
        return f"column {index + 1}" if self._names is None else f"column {shorten(self._names[index])}"


def _attributes(names: tuple[str, ...]) -> Callable[[Any], Sequence[Any]]:
    if not names:
        return lambda value: ()
    take = operator.attrgetter(*names)
    return (lambda value: (take(value),)) if len(names) == 1 else take


def _missed(cell: Cell, text: str) -> str:
    """What a cell's text lacks for its type, where it is almost of it."""
    if (not text or isinstance(text, Missing)) and not cell.optional:
        return f"declare optional {cell.shown} if it may be missing"
    found = HugeNumber(text) if DOUBLE.fullmatch(text.strip()) else text.strip()
    return missed_json(cell.shown.removeprefix("optional "), found)


def _loosely(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _absent(_: str) -> None:
    return None


def _count(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"


def row_layout(shape: Shape, sep: str) -> tuple[RowLayout, Shape | None]:
    """The layout of a CSV type's rows, and the type itself where it is a whole file (a list of rows)."""
    if shape.kind in ("list", "vector") and shape.item.kind in ("record", "tuple", "list", "vector"):
        return RowLayout(shape.item, sep), shape
    return RowLayout(shape, sep), None
