"""``Sources.jsonl`` and ``Sinks.jsonl``: files of JSON lines."""

from collections.abc import Callable, Sequence
from typing import Any

from nstack.connectors.files import LineCutter, OutputFile, identity
from nstack.connectors.inputs import Opener, inputs
from nstack.connectors.limits import at_least_one
from nstack.connectors.outputs import Output, output
from nstack.connectors.recordsource import Records, RecordSource
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector
from nstack.runtime.errors import DecodeError

PROVIDES = {"Sources.jsonl": "JsonlSource", "Sinks.jsonl": "JsonlSink"}


class JsonLines(Records):
    """Blocks of whole lines."""

    def __init__(self, shown: str, max_line: int, offset: int, line: int) -> None:
        self._cutter = LineCutter(shown, max_line, offset, line)

    @property
    def offset(self) -> int:  # type: ignore[override]
        """Bytes done."""
        return self._cutter.offset

    @property
    def line(self) -> int:  # type: ignore[override]
        """The next line."""
        return self._cutter.line

    def feed(self, block: bytes) -> list[Batch]:
        """The lines that end within it. Raises TooLarge."""
        first = self._cutter.line
        return self._batches(self._cutter.feed(block), first)

    def finish(self) -> list[Batch]:
        """A last line without an end."""
        return self._batches(self._cutter.finish(), self._cutter.line)

    def _batches(self, whole: bytes, first: int) -> list[Batch]:
        return [Batch.lines(whole, place=self._cutter.place, first=first)] if whole else []


class JsonlSource(RecordSource):
    """The values of files."""

    def __init__(self) -> None:
        super().__init__()
        self._limit = 0

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file, or the pattern."""
        return identity(context, parameters.path)

    async def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> list[tuple[str, Opener]]:
        """Raises UsageError, ConnectorError."""
        self._limit = at_least_one(parameters, "max_line")
        return inputs(context, parameters)

    def records(self, shown: str, offset: int, line: int) -> Records:
        """Its lines."""
        return JsonLines(shown, self._limit, offset, line)


class JsonlSink(SinkConnector):
    """A line for each value."""

    LINES = True

    def __init__(self) -> None:
        self._file: Output | None = None
        self._encode: Callable[[Sequence[object]], bytes] = lambda values: b""

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
        """Raises ConnectorError with the path."""

        def whole(text: bytes) -> bool:
            try:
                codec.decode_json(text)
            except DecodeError:
                return False
            return True

        self._encode = codec.encode_lines
        self._file = output(context, parameters, whole)
        self._file.open()

    def encode(self, values: Sequence[object]) -> bytes:
        """JSON lines; raises EncodeError."""
        return self._encode(values)

    async def write(self, encoded: bytes) -> None:
        """Writes whole lines; raises ConnectorError."""
        assert self._file is not None
        await self._file.write(encoded)

    def direct(self) -> Callable[[bytes], None] | None:
        """Of a file that is written as it is."""
        file = self._file
        return file.write_here if isinstance(file, OutputFile) and file.waits_for_a_disk_alone else None

    async def flush(self) -> None:
        """What is compressed can be read from now on."""
        if self._file is not None:
            await self._file.flush()

    async def close(self, *, completed: bool) -> None:
        """Puts the file into place if the run is ``completed``."""
        if self._file is not None:
            self._file.close(completed=completed)
