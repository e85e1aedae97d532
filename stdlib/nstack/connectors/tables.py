"""What the connectors of files with columns (Parquet, Arrow) share: the files that a path means, their schemas before
the first row, rows in batches, places to go on from."""

import asyncio
import os
import stat
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from nstack.connectors.arrowread import Fault, Rows
from nstack.connectors.arrowtypes import arrow, columns_of, matched
from nstack.connectors.files import identity, reason
from nstack.connectors.globs import matches, still_to_read
from nstack.runtime.codec import Codec
from nstack.runtime.connector import STANDARD_INPUT, Batch, Context, Parameters, SourceConnector, is_standard
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.shapes import Shape
from nstack.runtime.token import Token

RECORDS = 1024
"""At most so many rows are read together …"""
BYTES = 256 * 1024
"""… and about so many bytes."""
MOST_TOLD = 10
"""Of so many files that do not fit is told what is wrong with them."""


class Table:
    """One open file. ``schema`` is Arrow's, ``groups`` the number of its parts, ``size`` about its bytes, ``known``
    what it is recognised by."""

    schema: Any
    known: Any = None
    groups: int
    size: int

    def nulls(self, column: int) -> int | None:
        """How many nulls a column has, where the file says so."""
        return None

    @abstractmethod
    def batches(self, group: int, columns: list[str] | None) -> Iterator[Any]:
        """The record batches of one part; ``columns`` names those that are wanted. Raises ArrowException, OSError."""

    def close(self) -> None:
        """Gives the file back."""


class Place:
    """Where in a source a batch stands: ``[file, part, rows done in it]`` is what a run goes on from."""

    __slots__ = ("file", "group", "row")

    def __init__(self, file: str, group: int, row: int) -> None:
        self.file = file
        self.group = group
        self.row = row


class TableSource(SourceConnector):
    """The rows of one or more files."""

    BOUNDED = True
    REPLAY = "offset"
    PART = "row group"
    """What a part is called."""

    def __init__(self) -> None:
        self._files: list[tuple[Path | None, str]] = []
        self.context: Context | None = None
        self._shape: Shape | None = None
        self._zone = ""
        self._skip = Place("", 0, 0)
        self._open_now: Table | None = None
        self._marks: dict[str, Any] = {}
        self._read: list[str] = []
        self._known: Any = None
        self._size = 0
        self._done = 0

    @abstractmethod
    def table(self, descriptor: int, shown: str) -> Table:
        """A file that is open. Raises ConnectorError for one that is of another kind, or damaged."""

    def standard(self, shown: str) -> Table | None:
        """Standard input; None where that cannot be read."""
        return None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file, or the pattern."""
        return identity(context, parameters.path)

    def mark(self, offset: Any) -> Any:
        """The offset with what the file is recognised by."""
        if offset is None:
            return None
        names = [shown for _, shown in self._files]
        before = names[: names.index(offset[0])] if offset[0] in names else []
        return [*offset[:3], self._marks.get(offset[0]), [*self._read, *before]]

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Compares every file's schema with the type. Raises ConnectorError with all that is wrong."""
        arrow()
        self.context = context
        self._shape, self._zone = codec.shape, parameters["timezone"]
        _known(self._zone)
        standard = is_standard(parameters.path, 0)
        if standard and type(self).standard is TableSource.standard:
            what = f"{context.node} ({context.origin})"
            told = "is standard input, and this format is read from its end: name a file"
            raise UsageError(f'{what}: path = "{parameters.path}" {told}')
        if standard:
            context.claim_stream(STANDARD_INPUT, "read")
            self._files = [(None, STANDARD_INPUT)]
            return
        files = matches(context, parameters.path, parameters["if_none"])
        self._files = [*files]
        for path, _ in files:
            context.claim(path, "read")
        if isinstance(context.resume, list | tuple):
            self._go_on(*context.resume)
        self._size += await asyncio.to_thread(self._compared_all, files)

    def _go_on(self, file: str, group: int, row: int, known: Any = None, read: list[str] | None = None) -> None:
        paths = {shown: path for path, shown in self._files}
        self._files = [(paths[name], name) for name in still_to_read(list(paths), file, read)]
        self._skip, self._known, self._read = Place(file, group, row), known, read or []

    def _compared_all(self, files: list[tuple[Path, str]]) -> int:
        """The size of all files. Raises ConnectorError with what is wrong with any of them, or with a good many."""
        size, wrong = 0, []
        for number, (path, shown) in enumerate(files):
            try:
                size += self._compared(path, shown)
            except ConnectorError as fault:
                wrong.append(str(fault))
            if len(wrong) == MOST_TOLD and number + 1 < len(files):
                wrong.append(f"{len(files) - number - 1} further files were not looked at")
                break
        if wrong:
            raise ConnectorError("\n".join(wrong))
        return size

    def _compared(self, path: Path, shown: str) -> int:
        """A file's size."""
        table = self._opened(path, shown)
        try:
            self._match(table, shown)
            return table.size
        finally:
            table.close()

    def _opened(self, path: Path | None, shown: str) -> Table:
        if path is None:
            table = self.standard(shown)
            assert table is not None
            return table
        try:
            found = path.stat()
            if stat.S_ISDIR(found.st_mode):
                raise ConnectorError(
                    f"cannot read {shown}: it is a folder; {shown.rstrip('/')}/* means the files in it"
                )
            if not stat.S_ISREG(found.st_mode):
                raise ConnectorError(
                    f"cannot read {shown}: it is no regular file, and this format is read back and forth"
                )
            descriptor = os.open(path, os.O_RDONLY)
        except OSError as fault:
            raise ConnectorError(f"cannot read {shown}: {reason(fault)}") from None
        try:
            return self.table(descriptor, shown)
        except (arrow().ArrowException, OSError) as fault:
            raise damaged(shown, fault) from None

    def _match(self, table: Table, shown: str) -> Rows:
        assert self._shape is not None
        shape = self._shape
        at, problems = matched(shape, table.schema, self._zone)
        if not problems:
            problems = _nulls(shape, at, table)
        if problems:
            raise ConnectorError("\n  ".join([f"{shown} does not fit {shape.shown}", *problems]))
        if shape.kind == "record":  # a batch has the columns that are wanted, and in that order
            wanted = self._wanted(table) or []
            at = [wanted.index(name) if name in wanted else -1 for name in shape.labels]
        return Rows(shape, at, self._zone)

    def _wanted(self, table: Table) -> list[str] | None:
        assert self._shape is not None
        if self._shape.kind != "record":
            return None
        return [name for name in self._shape.labels if name in table.schema.names]

    async def batches(self) -> AsyncIterator[Batch]:
        """The rows. Raises ConnectorError where a file is damaged."""
        for path, shown in self._files:
            await self.close()
            self._open_now = table = await asyncio.to_thread(self._opened, path, shown)
            self._marks[shown] = table.known
            if self._known not in (None, table.known) and shown == self._skip.file:
                raise ConnectorError(f"{shown} has changed since the run that is to go on in it; --fresh starts over")
            rows = self._match(table, shown)  # it may be another file by now
            start = self._skip if self._skip.file == shown else Place(shown, 0, 0)
            for group in range(start.group, table.groups):
                skip = start.row if group == start.group else 0
                parts = self._group(table, rows, Place(shown, group, 0), skip)
                while (batch := await asyncio.to_thread(next, parts, None)) is not None:
                    self._done += batch.size
                    yield batch

    def _group(self, table: Table, rows: Rows, place: Place, skip: int) -> Iterator[Batch]:
        try:
            for found in table.batches(place.group, self._wanted(table)):
                first = place.row
                place.row += found.num_rows
                if place.row > skip:
                    yield self._batch(rows, found.slice(max(0, skip - first)), place, max(first, skip))
        except (arrow().ArrowException, OSError, UnicodeDecodeError) as fault:
            raise damaged(f"{place.file}, {self.PART} {place.group + 1}", fault) from None

    def _batch(self, rows: Rows, found: Any, place: Place, first: int) -> Batch:
        token = Token(offset=[place.file, place.group, place.row])
        try:
            return Batch(rows.values(found), token, size=found.nbytes)
        except Fault:
            where = f"{place.file}, {self.PART} {place.group + 1}" if self.PART else place.file

            def decode(row: int) -> Any:
                return rows.value(found, row, f"{where}, row {first + row + 1}")

            return Batch(range(found.num_rows), token, decode=decode, size=found.nbytes)

    async def close(self) -> None:
        """Closes the file that is open."""
        if self._open_now is not None:
            table, self._open_now = self._open_now, None
            table.close()

    def progress(self) -> tuple[int, int] | None:
        """Bytes of rows, of about how many."""
        return (min(self._done, self._size), self._size) if self._size else None


def _known(zone: str) -> None:
    """Raises UsageError for a time zone that is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f'timezone = "{zone}" is no time zone; one is called Europe/London, for instance') from None


def _nulls(shape: Shape, at: list[int], table: Table) -> list[str]:
    """What is wrong with columns that may be null and, as the file itself says, somewhere are."""
    problems = []
    for (_, part), index in zip(columns_of(shape), at, strict=True):
        if index >= 0 and part.kind not in ("optional", "unit") and (count := table.nulls(index)):
            field = table.schema.field(index)
            told = "a null" if count == 1 else f"{count} nulls"
            problems.append(
                f"column {field.name} is nullable and has {told} ({field.type}), and the type has {part.shown}: "
                f"declare optional {part.shown}"
            )
    return problems


def damaged(what: str, fault: BaseException) -> ConnectorError:
    """The error for a file that breaks off, or holds what its format forbids."""
    if isinstance(fault, OSError) and fault.errno is not None:
        return ConnectorError(f"cannot read {what}: {reason(fault)}")
    text = str(fault).strip().partition("\n")[0].rstrip(".")
    return ConnectorError(f"{what} is damaged: {text[:1].lower()}{text[1:300]}")


__all__ = ["BYTES", "RECORDS", "Table", "TableSource", "damaged"]
