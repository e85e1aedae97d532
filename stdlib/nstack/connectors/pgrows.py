"""The rows that a binary ``COPY`` sends, as values of a type: checked against the query's columns first."""

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from operator import itemgetter
from struct import Struct
from typing import Any

from nstack.connectors.pgadvice import filled, selected
from nstack.connectors.pgfused import Part, decoder
from nstack.connectors.pgserver import Result
from nstack.connectors.pgtypes import READS, PgType, loader, suits
from nstack.connectors.sqlrows import Column, Mismatch, RowType, find, near, refuse, tells, told_by, unreadable
from nstack.runtime.errors import DecodeError

_size = Struct("!i").unpack_from
_MISSING = object()


class RowReader:
    """Reads rows of a query as values of a row type. Raises ConnectorError with everything that does not fit."""

    def __init__(
        self, row: RowType, results: Sequence[Result], found: Sequence[PgType], required: Sequence[bool | None]
    ) -> None:
        self._row = row
        self._names = [result.name for result in results]
        self._types = found
        self._required = required
        at = self._places()
        self._columns: list[Column | None] = [None] * len(results)
        for column, index in zip(row.columns, at, strict=True):
            self._columns[index] = column
        self._arrange: Callable[[list[Any]], Sequence[Any]] | None = None
        if at != list(range(len(results))):
            self._arrange = _picking(at)
        self._plan = [
            (None if column is None else loader(type), _when_null(column))
            for column, type in zip(self._columns, found, strict=True)
        ]
        parts = [
            Part(type.name if type.item is None else "", load, null is not _MISSING, null)
            for type, (load, null) in zip(found, self._plan, strict=True)
        ]
        self.decode = decoder(parts, at, row.build, self._decode)
        """The value of one row. Raises DecodeError with the column."""

    def _places(self) -> list[int]:
        """For each column of the type its index in the query."""
        columns, names = self._row.columns, self._names
        if not self._row.by_name and len(columns) != len(names):
            parts = f"{len(columns)} part{'s' * (len(columns) != 1)}"
            wrong = Mismatch(f"{len(names)}", f"is the last of pg_query, and the type has {parts}", "select as many")
            refuse("pg_query", self._row.shown, [wrong])
        at = [find(c.label, names, str.lower) if c.label is not None else i for i, c in enumerate(columns)]
        faults = [self._fault(column, index) for column, index in zip(columns, at, strict=True)]
        refuse("pg_query", self._row.shown, [fault for fault in faults if fault is not None])
        return at

    def _fault(self, column: Column, at: int) -> Mismatch | None:
        if at == -1:
            fix = near(column.label or "", self._names) or "select it"
            return Mismatch(f"{column.label}", f"is missing; the type has {column.shown}", fix)
        if at == -2:
            return Mismatch(f"{column.label}", "is there twice", "give each its own name with AS")
        name, found = self._names[at], self._types[at]
        if not suits(column.type, column.many, found, READS):
            return Mismatch(name, f"is {found.shown}, and the type has {column.shown}", selected(name, column, found))
        if self._required[at] is False and not found.required and not column.optional and column.type != "Json":
            wrong = f"may be NULL ({found.shown}), and the type has {column.shown}"
            return Mismatch(name, wrong, filled(name, column))
        return None

    def _decode(self, data: bytes) -> Any:
        at, parts = 2, []
        try:
            for load, null in self._plan:
                size = _size(data, at)[0]
                at += 4
                if size >= 0:
                    end = at + size
                    parts.append(load(data[at:end]) if load is not None else None)
                    at = end
                elif null is _MISSING:
                    raise ValueError("NULL")
                else:
                    parts.append(null)
        except (ValueError, OverflowError, struct.error) as fault:
            raise self._unreadable(len(parts), data, at, fault) from None
        return self._row.make(parts if self._arrange is None else self._arrange(parts))

    def described(self, index: int) -> tuple[str, str]:
        """The name in the query, and the type there, of the type's column ``index``."""
        at = self._columns.index(self._row.columns[index])
        return self._names[at], self._types[at].shown

    def part(self, data: bytes, index: int) -> Any:
        """The value of the type's column ``index``, of one row."""
        return self._row.take(self.decode(data))[index]

    def _unreadable(self, index: int, data: bytes, at: int, fault: Exception) -> DecodeError:
        column, found = self._columns[index], self._types[index]
        assert column is not None
        row = self._which(data, index)
        if str(fault) == "NULL":
            return unreadable(column, self._names[index], "NULL", f"declare optional {column.bare}", row)
        why = "it is not UTF-8" if isinstance(fault, UnicodeDecodeError) else str(fault)
        return unreadable(column, self._names[index], found.shown, why, row)

    def _which(self, data: bytes, wrong: int) -> str:
        """Which row it is, by the first column that tells; empty where none does."""
        at = 2
        for index, ((load, _), column) in enumerate(zip(self._plan, self._columns, strict=True)):
            size = _size(data, at)[0]
            at += 4
            if size >= 0 and load is not None and column is not None and tells(column) and index != wrong:
                with suppress(ValueError, OverflowError, struct.error):
                    return told_by(self._names[index], load(data[at : at + size]))
            at += max(size, 0)
        return ""


def _picking(at: list[int]) -> Callable[[list[Any]], Sequence[Any]]:
    if not at:
        return lambda parts: ()
    pick = itemgetter(*at)
    return (lambda parts: (pick(parts),)) if len(at) == 1 else pick


def _when_null(column: Column | None) -> Any:
    if column is None or column.optional:
        return None
    return "null" if column.type == "Json" else _MISSING
