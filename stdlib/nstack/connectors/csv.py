"""``Sources.csv`` and ``Sinks.csv``: files of rows."""

from collections.abc import Callable, Sequence
from typing import Any

from nstack.connectors.csvdialect import Dialect
from nstack.connectors.csvrows import ReadRow, RowLayout
from nstack.connectors.csvtext import CsvFault, RowScanner
from nstack.connectors.files import identity
from nstack.connectors.inputs import Opener, encoding_of, inputs
from nstack.connectors.limits import at_least_one
from nstack.connectors.outputs import Output, output
from nstack.connectors.recordsource import Records, RecordSource
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector
from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, NStackError, UsageError

PROVIDES = {"Sources.csv": "CsvSource", "Sinks.csv": "CsvSink"}

Row = tuple[int, str]


def layout_of(parameters: Parameters, codec: Codec, context: Context) -> RowLayout:
    """The layout of the type's rows; raises UsageError for a dialect or type that cannot be."""
    try:
        dialect = Dialect(parameters.csv_sep, parameters.csv_quote, parameters.csv_escape, parameters.csv_null)
        return RowLayout(codec.shape, dialect, parameters.csv_header)
    except (CsvFault, TypeError) as fault:
        raise UsageError(f"{context.node} ({context.origin}): {fault}") from None


class CsvRows(Records):
    """The rows of one input. A record's are read by the header, which is the first one, unless ``read`` is known."""

    def __init__(
        self, layout: RowLayout, shown: str, limit: int, offset: int, line: int, read: ReadRow | None = None
    ) -> None:
        self._layout = layout
        self._shown = shown
        self.read = layout.reader() if read is None and layout.columns is None else read
        rules = None if layout.dialect.usual else layout.dialect
        self._scanner = RowScanner(limit, offset, line, sep=layout.sep, rules=rules)

    @property
    def offset(self) -> int:  # type: ignore[override]
        """Bytes done."""
        return self._scanner.offset

    @property
    def line(self) -> int:  # type: ignore[override]
        """The next line."""
        return self._scanner.next_line

    def feed(self, block: bytes) -> list[Batch]:
        """The rows that end within it, in one batch. Raises ConnectorError for a header that does not fit, and for
        what is no CSV from some line on."""
        return self._batches(self._cut(block))

    def finish(self) -> list[Batch]:
        """Raises ConnectorError for a file without the header that it needs."""
        batches = self._batches(self._cut(None))
        if self.read is None:
            raise ConnectorError(f"{self._shown}: the file is empty; a record is read by the names in a header")
        return batches

    def _cut(self, block: bytes | None) -> list[Row]:
        scanner = self._scanner
        try:
            return scanner.finish() if block is None else scanner.feed(block)
        except CsvFault as fault:
            raise ConnectorError(f"{self._shown}:{scanner.fault_line}: {fault}") from None

    def _batches(self, rows: list[Row]) -> list[Batch]:
        if rows and self.read is None:
            self._read_header(rows.pop(0))
        if not self._layout.blank_is_row:
            rows = [row for row in rows if row[1]]
        return [self._batch(rows, self.read)] if rows and self.read else []

    def _read_header(self, row: Row) -> None:
        try:
            self.read = self._layout.reader(row[1])
        except CsvFault as fault:
            raise ConnectorError(f"{self._shown}:{row[0]}: {fault}") from None

    def _batch(self, rows: list[Row], read: ReadRow) -> Batch:
        size = sum(len(text) for _, text in rows)
        if self._scanner.damaged:
            read = _strict(read)
        first = rows[0][0]
        if rows[-1][0] - first == len(rows) - 1:
            return Batch([text for _, text in rows], decode=read, place=self._shown, first=first, size=size)
        return Batch(rows, decode=_placed(read, self._shown), size=size)


class CsvSource(RecordSource):
    """The rows of files. The header of a file that is gone on with is read again."""

    def __init__(self) -> None:
        super().__init__()
        self._layout: RowLayout | None = None
        self._limit = 0
        self._known: ReadRow | None = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file, or the pattern."""
        return identity(context, parameters.path)

    async def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> list[tuple[str, Opener]]:
        """Raises UsageError, ConnectorError."""
        self._layout = layout_of(parameters, codec, context)
        self._limit = at_least_one(parameters, "max_line")
        return inputs(context, parameters, encoding_of(parameters.csv_encoding, "csv_encoding"))

    def records(self, shown: str, offset: int, line: int) -> Records:
        """Its rows."""
        assert self._layout is not None
        read, self._known = self._known, None
        return CsvRows(self._layout, shown, self._limit, offset, line, read)

    async def begin(self, opener: Opener) -> None:
        """Reads the header."""
        assert self._layout is not None
        if self._layout.columns is None:
            return
        again = opener()
        rows = CsvRows(self._layout, again.shown, self._limit, 0, 1)
        try:
            await again.open()
            async for block in again.blocks():
                rows.feed(block)
                if rows.read is not None:
                    break
        finally:
            again.close()
        self._known = rows.read


def _strict(read: ReadRow) -> ReadRow:
    """A reader that refuses rows with bytes that are no UTF-8."""

    def decode(row: str) -> Any:
        try:
            row.encode()
        except UnicodeEncodeError as fault:
            found = f"byte 0x{ord(row[fault.start]) & 0xFF:02X}"
            raise DecodeError("row", "UTF-8", found, "csv_encoding names another encoding") from None
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
        self._file: Output | None = None
        self._layout: RowLayout | None = None
        self._encoding = "utf-8"

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
        layout = self._layout = layout_of(parameters, codec, context)
        self._encoding = _written_in(parameters)
        header = self._bytes(layout.header() + "\r\n") if layout.columns is not None else b""

        def whole(text: bytes) -> bool:
            try:
                line = text.decode(self._encoding).removesuffix("\r")
                if layout.columns is None or line != layout.header():
                    layout.reader(layout.header())(line)
            except (NStackError, UnicodeDecodeError):
                return False
            return True

        file = self._file = output(context, parameters, whole)
        file.open()
        if file.empty:
            await file.write(header)
        elif header and file.first_line() + b"\r\n" != header:
            found = file.first_line().decode(self._encoding, errors="replace")
            raise ConnectorError(
                f"{parameters.path} has the header {found!r}, and these values have {layout.header()!r}"
            )

    def _bytes(self, text: str) -> bytes:
        try:
            return text.encode(self._encoding)
        except UnicodeEncodeError as fault:
            found = text[fault.start : fault.end]
            raise EncodeError("row", f"text that {self._encoding} can hold", ascii(found)) from None

    def encode(self, values: Sequence[Any]) -> bytes:
        """Rows; raises EncodeError with the column."""
        assert self._layout is not None
        return self._bytes("".join([row + "\r\n" for row in map(self._layout.write, values)]))

    async def write(self, encoded: bytes) -> None:
        """Writes whole rows; raises ConnectorError."""
        assert self._file is not None
        await self._file.write(encoded)

    async def flush(self) -> None:
        """What is compressed can be read from now on."""
        if self._file is not None:
            await self._file.flush()

    async def close(self, *, completed: bool) -> None:
        """Puts the file into place if the run is ``completed``."""
        if self._file is not None:
            self._file.close(completed=completed)


def _written_in(parameters: Parameters) -> str:
    """The encoding of what is written. Raises UsageError for one in which a line does not end as in ASCII: what was
    written before could not be gone on with."""
    encoding = encoding_of(parameters.csv_encoding, "csv_encoding") or "utf-8"
    if "\n".encode(encoding) != b"\n":
        raise UsageError(f'csv_encoding = "{parameters.csv_encoding}" is read, but not written: take utf-8')
    return encoding
