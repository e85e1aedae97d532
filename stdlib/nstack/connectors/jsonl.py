"""``Sources.jsonl`` and ``Sinks.jsonl``: files of JSON lines."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from nstack.connectors.files import InputFile, LineCutter, OutputFile, identity
from nstack.connectors.limits import at_least_one
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import DecodeError
from nstack.runtime.token import Token

PROVIDES = {"Sources.jsonl": "JsonlSource", "Sinks.jsonl": "JsonlSink"}


class JsonlSource(SourceConnector):
    """The values of a file. A place to resume from is ``[bytes done, next line]``, and the file's ``mark`` there."""

    BOUNDED = True
    REPLAY = "offset"

    def __init__(self) -> None:
        self._file: InputFile | None = None
        self._cutter = LineCutter("", 0)

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file."""
        return identity(context, parameters.path)

    def mark(self, offset: Any) -> Any:
        """The offset with what the file is recognised by."""
        assert self._file is not None
        done, line, *_ = offset or (0, 1)
        return [done, line, self._file.mark(done)]

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the path."""
        offset, line, *mark = context.resume if isinstance(context.resume, list | tuple) else (0, 1)
        self._cutter = LineCutter(parameters.path, at_least_one(parameters, "max_line"), offset, line)
        self._file = InputFile(context, parameters.path)
        await self._file.open()
        self._file.seek(offset, *mark)

    async def batches(self) -> AsyncIterator[Batch]:
        """Blocks of whole lines."""
        assert self._file is not None
        cutter = self._cutter
        async for block in self._file.blocks():
            first = cutter.line
            whole = cutter.feed(block)
            if whole:
                yield self._batch(whole, first)
        rest = cutter.finish()
        if rest:
            yield self._batch(rest, cutter.line)

    def _batch(self, whole: bytes, first: int) -> Batch:
        assert self._file is not None
        token = Token(offset=[self._file.skipped + self._cutter.offset, self._cutter.line])
        return Batch.lines(whole, token, place=self._cutter.place, first=first)

    async def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return self._file.progress() if self._file is not None else None


class JsonlSink(SinkConnector):
    """A line for each value."""

    def __init__(self) -> None:
        self._file: OutputFile | None = None
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
        self._file = OutputFile(context, parameters.path, parameters.mode, whole)
        self._file.open()

    def encode(self, values: Sequence[object]) -> bytes:
        """JSON lines; raises EncodeError."""
        return self._encode(values)

    async def write(self, encoded: bytes) -> None:
        """Writes whole lines; raises ConnectorError."""
        assert self._file is not None
        await self._file.write(encoded)

    async def close(self, *, completed: bool) -> None:
        """Puts the file into place if the run is ``completed``."""
        if self._file is not None:
            self._file.close(completed=completed)
