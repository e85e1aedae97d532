"""``Sources.parquet`` and ``Sinks.parquet``: Parquet files, read and written a row group at a time."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from typing import Any

from nstack.connectors.arrowtypes import arrow, rows_in_group, scale_of
from nstack.connectors.arrowwrite import RowWriter
from nstack.connectors.files import WINDOW, digest, reason
from nstack.connectors.magic import shown as kind
from nstack.connectors.tables import BYTES, RECORDS, Table, TableSource
from nstack.connectors.wholefile import WholeFile
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters, SinkConnector
from nstack.runtime.errors import ConnectorError, UsageError

PROVIDES = {"Sources.parquet": "ParquetSource", "Sinks.parquet": "ParquetSink"}

END = b"PAR1"
BUFFER = 1 << 18
"""Bytes of a column that are read at once, so that a large row group is never in memory as a whole."""
GROUP_BYTES = 64 << 20
"""A row group is written when it holds so much, however few its rows are."""


class ParquetTable(Table):
    """One Parquet file."""

    def __init__(self, descriptor: int, shown: str) -> None:
        import pyarrow.parquet

        self._stream = os.fdopen(descriptor, "rb", buffering=0)
        try:
            _whole(self._stream, shown)
            self._file: Any = pyarrow.parquet.ParquetFile(
                self._stream, buffer_size=BUFFER, pre_buffer=False, page_checksum_verification=True
            )
            self.schema = self._file.schema_arrow
        except BaseException:
            self._stream.close()
            raise
        self._metadata = self._file.metadata
        self.groups = self._metadata.num_row_groups
        self.known = _fingerprint(self._stream)
        self.size = sum(self._metadata.row_group(group).total_byte_size for group in range(self.groups))

    def nulls(self, column: int) -> int | None:
        """From the statistics, where every row group has them; of a column that holds others nothing is known."""
        name = self.schema.field(column).name
        schema = self._metadata.schema
        leaf = next((i for i in range(len(schema)) if schema.column(i).path == name), None)
        if leaf is None or schema.column(leaf).max_definition_level == 0:
            return None
        total = 0
        for group in range(self.groups):
            found = self._metadata.row_group(group).column(leaf).statistics
            if found is None or not found.has_null_count:
                return None
            total += found.null_count
        return total

    def batches(self, group: int, columns: list[str] | None) -> Iterator[Any]:
        """Batches of about 256 KiB."""
        facts = self._metadata.row_group(group)
        most = BYTES * max(1, facts.num_rows) // max(1, facts.total_byte_size)
        rows = 0
        for batch in self._file.iter_batches(
            max(1, min(RECORDS, most)), row_groups=[group], columns=columns, use_threads=False
        ):
            rows += batch.num_rows
            yield batch
        if rows != facts.num_rows:
            raise OSError(f"it has {rows} rows, and the footer says {facts.num_rows}")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        self._stream.close()


def _fingerprint(stream: Any) -> list[Any]:
    """What a file is recognised by: its size, and its end, which tells of all row groups."""
    size = stream.seek(0, os.SEEK_END)
    return [size, digest(stream.fileno(), max(0, size - WINDOW), size)]


def _whole(stream: Any, shown: str) -> None:
    """Raises ConnectorError for what is no Parquet file, or only the beginning of one."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    head = stream.read(64)
    if head[:4] not in (END, b"PARE"):
        found = "it is empty" if not size else f"it looks like {kind(head)}"
        raise ConnectorError(f"{shown} is no Parquet file: {found}")
    stream.seek(max(0, size - 4))
    if size < 12 or stream.read(4) not in (END, b"PARE"):
        raise ConnectorError(f"{shown} ends at byte {size} without a footer: it was cut off, or is still being written")
    stream.seek(0)


class ParquetSource(TableSource):
    """The rows of Parquet files."""

    def table(self, descriptor: int, shown: str) -> Table:
        """Reads the footer."""
        return ParquetTable(descriptor, shown)


class ParquetSink(SinkConnector):
    """One Parquet file, which gets its footer, and its name, when the run has ended."""

    WHOLE = True

    def __init__(self) -> None:
        self._file: WholeFile | None = None
        self._stream: Any = None
        self._rows: RowWriter | None = None
        self._writer: Any = None
        self._gathered: list[Any] = []
        self._count = 0
        self._bytes = 0
        self._most = 0
        self._any = False
        self._broken: ConnectorError | None = None

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the path."""
        arrow()
        import pyarrow.parquet

        if not context.bounded:
            raise UsageError(
                f"{context.node} ({context.origin}): a Parquet file gets its footer at the end, and this workflow has "
                'none: write Sinks.jsonl, or Sinks.arrow { format = "stream" }, and make Parquet of that'
            )
        self._most = rows_in_group(parameters, "row_group")
        self._rows = RowWriter(codec.shape, scale_of(parameters))
        if not len(self._rows.schema):
            raise UsageError(f"{context.node} ({context.origin}): a Parquet file cannot be without columns")
        self._file = WholeFile(context, parameters.path, parameters.mode)
        self._stream = self._file.open()
        self._writer = pyarrow.parquet.ParquetWriter(
            self._stream, self._rows.schema, compression=parameters.compression, store_schema=True
        )

    def encode(self, values: Sequence[Any]) -> "Encoded":
        """Columns; raises EncodeError."""
        assert self._rows is not None
        return Encoded(self._rows.batch(values))

    async def write(self, encoded: "Encoded") -> None:
        """Gathers rows, and writes a row group of them. Raises ConnectorError."""
        self._gathered.append(encoded.batch)
        self._count += encoded.batch.num_rows
        self._bytes += encoded.size
        if self._count >= self._most or self._bytes >= GROUP_BYTES:
            await asyncio.to_thread(self._write_group)

    def _write_group(self) -> None:
        if self._broken is not None:
            raise self._broken
        table = arrow().Table.from_batches(self._gathered)
        self._gathered, self._count, self._bytes = [], 0, 0
        self._any = True
        self._guarded(lambda: self._writer.write_table(table, row_group_size=self._most))

    def _guarded(self, action: Any) -> None:
        assert self._file is not None
        try:
            action()
        except (OSError, arrow().ArrowException) as fault:
            why = reason(fault) if isinstance(fault, OSError) else str(fault)
            self._broken = ConnectorError(f"cannot write {self._file.shown}: {why}")
            raise self._broken from None

    async def close(self, *, completed: bool) -> None:
        """Writes what is left and the footer; puts the file into place if the run is ``completed``."""
        if self._file is None or self._writer is None:
            return
        whole = False
        try:
            if self._gathered and self._broken is None:
                await asyncio.to_thread(self._write_group)
            if self._broken is None:
                self._guarded(self._writer.close)
                whole = True
        finally:
            self._file.close(completed=completed and whole, keep=whole and self._any)


class Encoded:
    """Rows on their way; ``size`` bounds the queue."""

    __slots__ = ("batch", "size")

    def __init__(self, batch: Any) -> None:
        self.batch = batch
        self.size: int = batch.nbytes
