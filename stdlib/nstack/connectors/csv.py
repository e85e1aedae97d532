"""``Sources.csv`` and ``Sinks.csv``: files of rows."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from nstack.connectors.csvrows import ReadRow, RowLayout
from nstack.connectors.csvtext import CsvFault, RowScanner
from nstack.connectors.files import InputFile, OutputFile, identity
from nstack.connectors.limits import at_least_one
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import ConnectorError, DecodeError, NStackError, UsageError
from nstack.runtime.token import Token

PROVIDES = {"Sources.csv": "CsvSource", "Sinks.csv": "CsvSink"}

Row = tuple[int, str]


def _layout(parameters: Parameters, codec: Codec, context: Context) -> RowLayout:
    """The layout of the type's rows; raises UsageError for a separator or type that cannot be."""
    try:
        return RowLayout(codec.shape, parameters.csv_sep)
    except (CsvFault, TypeError) as fault:
        raise UsageError(f"{context.node} ({context.origin}): {fault}") from None


class CsvSource(SourceConnector):
    """The rows of a file. A place to resume from is ``[bytes done, next line]``, and the file's ``mark`` there; the
    header is read again."""

    BOUNDED = True
    REPLAY = "offset"

    def __init__(self) -> None:
        self._file: InputFile | None = None
        self._layout: RowLayout | None = None
        self._read: ReadRow | None = None
        self._scanner = RowScanner(0, sep="")
        self._place = ""

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file."""
        return identity(context, parameters.path)

    def mark(self, offset: Any) -> Any:
        """The offset with what the file is recognised by."""
        assert self._file is not None
        done, line, *_ = offset or (0, 1)
        return [done, line, self._file.mark(done)]

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Reads the header; raises ConnectorError with the path when it does not fit the type."""
        layout = self._layout = _layout(parameters, codec, context)
        limit = at_least_one(parameters, "max_line")
        self._place = parameters.path
        self._scanner = RowScanner(limit, sep=layout.sep)
        file = self._file = InputFile(context, parameters.path)
        await file.open()
        if layout.columns is None:
            self._read = layout.reader()
        if isinstance(context.resume, list | tuple):
            offset, line, *mark = context.resume
            if self._read is None and offset:
                await self._first_row(file, RowScanner(limit, sep=layout.sep))
            file.seek(offset, *mark)
            self._scanner = RowScanner(limit, offset, line, sep=layout.sep)

    async def _first_row(self, file: InputFile, scanner: RowScanner) -> None:
        async for block in file.blocks():
            rows = self._cut(scanner, block)
            if rows:
                return self._read_header(rows[0])
        return None

    async def batches(self) -> AsyncIterator[Batch]:
        """Blocks of rows. Raises ConnectorError for a file whose header does not fit or that is no CSV from some line
        on."""
        assert self._file is not None
        async for block in self._file.blocks():
            for batch in self._batches(self._cut(self._scanner, block)):
                yield batch
        for batch in self._batches(self._cut(self._scanner, None)):
            yield batch
        if self._read is None:
            raise ConnectorError(f"{self._place}: the file is empty; a record is read by the names in a header")

    def _cut(self, scanner: RowScanner, block: bytes | None) -> list[Row]:
        try:
            return scanner.finish() if block is None else scanner.feed(block)
        except CsvFault as fault:
            raise ConnectorError(f"{self._place}:{scanner.fault_line}: {fault}") from None

    def _batches(self, rows: list[Row]) -> list[Batch]:
        """One batch of the rows, or none."""
        assert self._layout is not None
        if rows and self._read is None:
            self._read_header(rows.pop(0))
        if not self._layout.blank_is_row:
            rows = [row for row in rows if row[1]]
        return [self._batch(rows, self._read)] if rows and self._read else []

    def _read_header(self, row: Row) -> None:
        assert self._layout is not None
        try:
            self._read = self._layout.reader(row[1])
        except CsvFault as fault:
            raise ConnectorError(f"{self._place}:{row[0]}: {fault}") from None

    def _batch(self, rows: list[Row], read: ReadRow) -> Batch:
        assert self._file is not None
        scanner = self._scanner
        token = Token(offset=[self._file.skipped + scanner.offset, scanner.next_line])
        size = sum(len(text) for _, text in rows)
        if scanner.damaged:
            read = _strict(read)
        first = rows[0][0]
        if rows[-1][0] - first == len(rows) - 1:
            return Batch([text for _, text in rows], token, decode=read, place=self._place, first=first, size=size)
        return Batch(rows, token, decode=_placed(read, self._place), size=size)

    async def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return self._file.progress() if self._file is not None else None


def _strict(read: ReadRow) -> ReadRow:
    """A reader that refuses rows with bytes that are no UTF-8."""

    def decode(row: str) -> Any:
        try:
            row.encode()
        except UnicodeEncodeError as fault:
            raise DecodeError("row", "UTF-8", f"byte 0x{ord(row[fault.start]) & 0xFF:02X}") from None
        return read(row)

    return decode


def _placed(read: ReadRow, place: str) -> Callable[[Row], Any]:
    """A decoder of rows whose line numbers have gaps (a cell holds line ends): it names the line itself."""

    def decode(row: Row) -> Any:
        try:
            return read(row[1])
        except DecodeError as fault:
            raise fault.under(f"{place}:{row[0]}") from None
        except NStackError as fault:
            raise NStackError(f"{place}:{row[0]}: {fault}") from None

    return decode


class CsvSink(SinkConnector):
    """A row for each value, with CRLF after every one; records have a header."""

    def __init__(self) -> None:
        self._file: OutputFile | None = None
        self._layout: RowLayout | None = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file."""
        return identity(context, parameters.path)

    def position(self) -> Any:
        """The file's length."""
        return None if self._file is None else self._file.position()

    async def secure(self) -> None:
        """Raises ConnectorError."""
        if self._file is not None:
            await self._file.secure()

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Writes the header of a new file; raises ConnectorError with the path, also when a file that is appended to
        has another header."""
        layout = self._layout = _layout(parameters, codec, context)
        header = (layout.header() + "\r\n").encode() if layout.columns is not None else b""

        def whole(text: bytes) -> bool:
            try:
                line = text.decode().removesuffix("\r")
                if layout.columns is None or line != layout.header():
                    layout.reader(layout.header())(line)
            except (NStackError, UnicodeDecodeError):
                return False
            return True

        file = self._file = OutputFile(context, parameters.path, parameters.mode, whole)
        file.open()
        if file.empty:
            await file.write(header)
        elif header and file.first_line() + b"\r\n" != header:
            found = file.first_line().decode(errors="replace")
            raise ConnectorError(
                f"{parameters.path} has the header {found!r}, and these values have {layout.header()!r}"
            )

    def encode(self, values: Sequence[Any]) -> bytes:
        """Rows; raises EncodeError with the column."""
        assert self._layout is not None
        return "".join([row + "\r\n" for row in map(self._layout.write, values)]).encode()

    async def write(self, encoded: bytes) -> None:
        """Writes whole rows; raises ConnectorError."""
        assert self._file is not None
        await self._file.write(encoded)

    async def close(self, *, completed: bool) -> None:
        """Puts the file into place if the run is ``completed``."""
        if self._file is not None:
            self._file.close(completed=completed)
