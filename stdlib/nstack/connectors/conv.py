"""``Conv.*``: between values and text."""

from collections.abc import Callable
from typing import Any

from nstack.connectors.csvrows import ReadRow, RowLayout, row_layout
from nstack.connectors.csvtext import CsvFault, RowScanner, strip_end
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import DecodeError, NStackError, UsageError
from nstack.runtime.shapes import Shape
from nstack.runtime.standard import StandardFunction

PROVIDES = {
    "Conv.to_json": "ToJson",
    "Conv.from_json": "FromJson",
    "Conv.to_csv": "ToCsv",
    "Conv.from_csv": "FromCsv",
}


class ToJson(StandardFunction):
    """``Conv.to_json : a -> Text``; raises EncodeError."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The encoder of the input's type."""
        encode = input.encode_json
        return lambda value: encode(value).decode()


class FromJson(StandardFunction):
    """``Conv.from_json : Text -> a``; raises DecodeError with the path."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The decoder of the output's type."""
        return output.decode_json


def _rows(codec: Codec, parameters: Parameters, name: str) -> tuple[RowLayout, Shape | None]:
    try:
        return row_layout(codec.shape, parameters.csv_sep)
    except (CsvFault, TypeError) as fault:
        raise UsageError(f"{name}: {fault}") from None


class ToCsv(StandardFunction):
    """``Conv.to_csv : a -> Text``: one text a row, before the first record its header; or one text for a whole file."""

    MANY = True

    def __init__(self) -> None:
        self._pending: list[str] = []

    def state(self) -> bool | None:
        """True: the header is written."""
        return None if self._pending else True

    def restore(self, state: Any) -> None:
        """After the header."""
        self._pending.clear()

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The writer of the input's type."""
        layout, file = _rows(input, parameters, "Conv.to_csv")
        if file:
            return lambda rows: (write_file(layout, rows),)
        write = layout.write
        if layout.columns is None:
            return lambda row: (write(row),)
        pending = self._pending
        pending.append(layout.header())

        def with_header(row: Any) -> tuple[str, ...]:
            text = write(row)
            return (pending.pop(), text) if pending else (text,)

        return with_header


class FromCsv(StandardFunction):
    """``Conv.from_csv : Text -> a``: one row a text, the first of records being the header; or a whole file in one
    text."""

    MANY = True

    def __init__(self) -> None:
        self._header: str | None = None
        self._take: Callable[[str], None] = lambda row: None

    def state(self) -> str | None:
        """The header, once it has come."""
        return self._header

    def restore(self, state: Any) -> None:
        """After the header."""
        self._take(state)

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The reader of the output's type."""
        layout, file = _rows(output, parameters, "Conv.from_csv")
        if file:
            size = file.size if file.kind == "vector" else None
            return lambda text: (read_file(layout, text, size),)
        known: list[ReadRow] = [] if layout.columns is not None else [layout.reader()]

        def take(row: str) -> None:
            known.append(layout.reader(row))
            self._header = row

        self._take = take

        def read(text: str) -> tuple[Any, ...]:
            row = _one_row(text, layout.sep)
            if not known:
                take(row)
                return ()
            return (known[0](row),) if row or layout.blank_is_row else ()

        return read


def _one_row(text: str, sep: str) -> str:
    row = strip_end(text)
    if "\n" in row:
        data = row.encode(errors="surrogatepass")
        scanner = RowScanner(len(data), sep=sep)
        if len(scanner.feed(data) + scanner.finish()) != 1:
            raise DecodeError("value", "one row of CSV", "several lines")
    return row


def write_file(layout: RowLayout, rows: list[Any]) -> str:
    """A whole file: CRLF after every line, the last too; records start with the header."""
    lines = [layout.header()] if layout.columns is not None else []
    lines += map(layout.write, rows)
    return "".join([line + "\r\n" for line in lines])


def read_file(layout: RowLayout, text: str, size: int | None = None) -> list[Any]:
    """The rows of a whole file, ``size`` of them if that is given. Raises CsvFault with the line."""
    data = text.encode()
    scanner = RowScanner(max(len(data), 1), sep=layout.sep)
    try:
        rows = scanner.feed(data) + scanner.finish()
    except CsvFault as fault:
        raise CsvFault(f"line {scanner.fault_line}: {fault}") from None
    values = _read_rows(layout, rows)
    if size is not None and len(values) != size:
        raise CsvFault(f"expected {size} rows, got {len(values)}")
    return values


def _read_rows(layout: RowLayout, rows: list[tuple[int, str]]) -> list[Any]:
    if layout.columns is None:
        read = layout.reader()
    elif rows:
        read = layout.reader(rows.pop(0)[1])
    else:
        raise CsvFault("the text is empty; records are read by the names in a header")
    values = []
    for line, row in rows:
        if not row and not layout.blank_is_row:
            continue
        try:
            values.append(read(row))
        except NStackError as fault:
            raise CsvFault(f"line {line}: {fault}") from None
    return values
