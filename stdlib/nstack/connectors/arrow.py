"""``Sources.arrow`` and ``Sinks.arrow``: Arrow's own format (IPC), as a file with a footer or as a stream.

A source tells the two apart by itself. Its record batches are validated before a value is taken from them, since the
library trusts what it reads. A stream may be appended to, so an endless workflow writes one; a message that a killed
run left half-written is cut off when the file is opened again.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nstack.connectors.arrowtypes import arrow, rows_in_group, scale_of
from nstack.connectors.arrowwrite import RowWriter
from nstack.connectors.files import WINDOW, digest, identity, reason
from nstack.connectors.magic import shown as kind
from nstack.connectors.parquet import Encoded
from nstack.connectors.tables import BYTES, RECORDS, Table, TableSource, damaged
from nstack.connectors.wholefile import WholeFile
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters, SinkConnector
from nstack.runtime.errors import ConnectorError, UsageError

PROVIDES = {"Sources.arrow": "ArrowSource", "Sinks.arrow": "ArrowSink"}

FILE_MAGIC = b"ARROW1"
MESSAGE = b"\xff\xff\xff\xff"
END = MESSAGE + b"\0\0\0\0"
"""The end mark of a stream."""
BATCH_BYTES = 8 << 20
"""A record batch is written when it holds so much, however few its rows are."""


class ArrowTable(Table):
    """One file, or one stream."""

    def __init__(self, stream: Any, shown: str, warn: Callable[[str], None], size: int = 0) -> None:
        pa = arrow()
        self._stream = stream
        self._shown = shown
        self.size = size
        self._file: Any = None
        self._reader: Any = None
        if size:
            self.known = [size, digest(stream.fileno(), max(0, size - WINDOW), size)]
        try:
            if size and _is_file(stream, shown, size, warn):
                self._file = pa.ipc.open_file(stream)
                self.groups: int = self._file.num_record_batches
            else:
                self._reader = pa.ipc.open_stream(stream)
                self.groups = 1
            self.schema = (self._file or self._reader).schema
        except BaseException:
            stream.close()
            raise

    def batches(self, group: int, columns: list[str] | None) -> Iterator[Any]:
        """Slices of the file's record batches, of about 256 KiB."""
        found = (self._file.get_batch(group),) if self._file is not None else self._reader
        for whole in found:
            whole.validate(full=True)
            batch = whole if columns is None else whole.select(columns)
            most = max(1, min(RECORDS, BYTES * max(1, batch.num_rows) // max(1, batch.nbytes)))
            for at in range(0, batch.num_rows, most):
                yield batch.slice(at, most)

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()


def _is_file(stream: Any, shown: str, size: int, warn: Callable[[str], None]) -> bool:
    """Whether it is the format with a footer. Raises ConnectorError for what is neither, or only its beginning."""
    head = stream.read(64)
    stream.seek(max(0, size - len(END)))
    tail = stream.read(len(END))
    stream.seek(0)
    if head.startswith(FILE_MAGIC):
        if not tail.endswith(FILE_MAGIC) or size < 20:
            raise ConnectorError(
                f"{shown} ends at byte {size} without a footer: it was cut off, or is still being written"
            )
        return True
    if not head.startswith(MESSAGE):
        other = "; Sources.parquet reads that" if kind(head) == "Parquet" else ""
        raise ConnectorError(f"{shown} is neither a file nor a stream of Arrow: it looks like {kind(head)}{other}")
    if tail != END:
        warn(f"{shown} is a stream without an end mark: its writer was stopped, or writes still")
    return False


class ArrowSource(TableSource):
    """The rows of Arrow files and streams."""

    PART = "record batch"

    def __init__(self) -> None:
        super().__init__()
        self._warned: set[str] = set()

    def table(self, descriptor: int, shown: str) -> Table:
        """Reads the schema."""
        size = os.fstat(descriptor).st_size
        stream = os.fdopen(descriptor, "rb", buffering=0)
        if not size:
            stream.close()
            raise ConnectorError(f"{shown} is neither a file nor a stream of Arrow: it is empty")
        return ArrowTable(stream, shown, self._warn_once, size)

    def _warn_once(self, text: str) -> None:
        if text not in self._warned and self.context is not None:
            self._warned.add(text)
            self.context.log.warning(text)

    def standard(self, shown: str) -> Table | None:
        """A stream on standard input."""
        try:
            descriptor = os.dup(0)
        except OSError:
            raise ConnectorError("standard input is closed") from None
        return ArrowTable(os.fdopen(descriptor, "rb"), shown, self._warn_once)


class ArrowSink(SinkConnector):
    """One file or stream. That of a bounded run gets its name at the end; an endless run appends to a stream, and goes
    back to where its checkpoint was."""

    WHOLE = True

    def __init__(self) -> None:
        self._file: WholeFile | None = None
        self._rows: RowWriter | None = None
        self._writer: Any = None
        self._stream: Any = None
        self._gathered: list[Any] = []
        self._count = 0
        self._bytes = 0
        self._most = 1
        self._any = False
        self._broken: ConnectorError | None = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The stream that an endless run appends to."""
        return None if context.bounded else identity(context, parameters.path)

    def position(self) -> Any:
        """The stream's length."""
        return None if self._file is None else self._file.position()

    async def secure(self) -> None:
        """Raises ConnectorError."""
        if self._file is not None:
            await self._file.secure()

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the path, also where the stream that is there is of another schema."""
        pa = arrow()
        stream = parameters.format == "stream"
        if not context.bounded and not stream:
            raise UsageError(
                f'{context.node} ({context.origin}): format = "file" has a footer that is written at the end, and this '
                'workflow has no end: write format = "stream"'
            )
        self._most = rows_in_group(parameters, "batch_rows") if context.bounded else 1
        self._rows = RowWriter(codec.shape, scale_of(parameters))
        options = pa.ipc.IpcWriteOptions(
            compression=None if parameters.compression == "none" else parameters.compression
        )
        schema = self._rows.schema
        self._file = WholeFile(context, parameters.path, parameters.mode)
        if context.bounded:
            self._stream = self._file.open()
        else:
            self._stream = self._file.append(lambda found: _end_of_stream(found, schema, self._shown()))
            if self._stream.tell():
                self._stream.drop(len(schema.serialize()))
        self._writer = (pa.ipc.new_stream if stream else pa.ipc.new_file)(self._stream, schema, options=options)

    def _shown(self) -> str:
        assert self._file is not None
        return self._file.shown

    def encode(self, values: Sequence[Any]) -> Encoded:
        """Columns; raises EncodeError."""
        assert self._rows is not None
        return Encoded(self._rows.batch(values))

    async def write(self, encoded: Encoded) -> None:
        """Gathers rows, and writes a record batch of them. Raises ConnectorError."""
        self._gathered.append(encoded.batch)
        self._count += encoded.batch.num_rows
        self._bytes += encoded.size
        if self._count >= self._most or self._bytes >= BATCH_BYTES:
            await asyncio.to_thread(self._write_batch)

    def _write_batch(self) -> None:
        if self._broken is not None:
            raise self._broken
        table = arrow().Table.from_batches(self._gathered).combine_chunks()
        self._gathered, self._count, self._bytes = [], 0, 0
        self._any = True
        start = self._stream.tell()
        try:
            self._writer.write_table(table)
        except (OSError, arrow().ArrowException) as fault:
            self._stream.take_back(start)
            why = reason(fault) if isinstance(fault, OSError) else str(fault)
            self._broken = ConnectorError(f"cannot write {self._shown()}: {why}")
            raise self._broken from None

    async def close(self, *, completed: bool) -> None:
        """Writes what is left and the end; puts a bounded run's file into place if the run is ``completed``."""
        if self._file is None or self._writer is None:
            return
        whole = False
        try:
            if self._gathered and self._broken is None:
                await asyncio.to_thread(self._write_batch)
            if self._broken is None:
                self._writer.close()
                whole = True
        finally:
            self._file.close(completed=completed and whole, keep=whole and self._any)


def _end_of_stream(stream: Any, schema: Any, shown: str) -> int:
    """The byte at which a stream is gone on with: behind its last whole message. Raises ConnectorError for another
    schema, or what is no stream."""
    pa = arrow()
    try:
        message = pa.ipc.read_message(stream)
        found = pa.ipc.read_schema(message)
    except (pa.ArrowException, OSError, EOFError) as fault:
        raise damaged(shown, fault) from None
    if not found.equals(schema):
        raise ConnectorError(f"{shown} is a stream of another type, so nothing can be appended to it")
    end = int(stream.tell())
    while True:
        try:
            pa.ipc.read_message(stream)
        except (pa.ArrowException, OSError, EOFError):
            return end
        end = int(stream.tell())
