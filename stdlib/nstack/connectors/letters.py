"""``Sources.dead_letters``: the values of a file of dead letters, to be fed back."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from nstack.connectors.files import InputFile, LineCutter, identity
from nstack.connectors.limits import at_least_one
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SourceConnector
from nstack.runtime.errors import DecodeError
from nstack.runtime.token import Token

PROVIDES = {"Sources.dead_letters": "DeadLetterSource"}


class Letter(msgspec.Struct):
    """What of a dead letter matters here. ``record`` tells that the value is what a source could not decode: ``text``,
    or ``base64`` of what is no text."""

    value: msgspec.Raw
    function: str = ""
    at: str = ""
    record: str | None = None

    def held(self) -> bytes:
        """The JSON to decode. Raises ValueError."""
        if self.record is None:
            return bytes(self.value)
        text = msgspec.json.decode(self.value, type=str)
        return base64.b64decode(text) if self.record == "base64" else text.encode()


class Held(bytes):
    """What a letter holds, or a line that is no letter; ``number`` is that of the line, ``fault`` what is wrong with
    it."""

    number: int
    fault: str | None


class DeadLetterSource(SourceConnector):
    """Values of letters. A place to resume from is that of a file of JSON lines."""

    BOUNDED = True
    REPLAY = "offset"

    def __init__(self) -> None:
        self._file: InputFile | None = None
        self._cutter = LineCutter("", 0)
        self._codec: Codec | None = None
        self._function = ""
        self._at = ""

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file, and which of its letters."""
        file = identity(context, parameters.path)
        return None if file is None else f"{file} {parameters.function} {parameters.at}".rstrip()

    def mark(self, offset: Any) -> Any:
        """The offset with what the file is recognised by."""
        assert self._file is not None
        done, line, *_ = offset or (0, 1)
        return [done, line, self._file.mark(done)]

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError with the path."""
        offset, line, *mark = context.resume if isinstance(context.resume, list | tuple) else (0, 1)
        self._codec, self._function, self._at = codec, parameters.function, parameters.at
        self._cutter = LineCutter(parameters.path, at_least_one(parameters, "max_line"), offset, line)
        self._file = InputFile(context, parameters.path)
        await self._file.open()
        self._file.seek(offset, *mark)

    async def batches(self) -> AsyncIterator[Batch]:
        """The letters that are meant, a block at a time."""
        assert self._file is not None
        cutter = self._cutter
        async for block in self._file.blocks():
            first = cutter.line
            if whole := cutter.feed(block):
                yield self._batch(whole, first)
        if rest := cutter.finish():
            yield self._batch(rest, cutter.line)

    def _batch(self, whole: bytes, first: int) -> Batch:
        assert self._file is not None
        token = Token(offset=[self._file.skipped + self._cutter.offset, self._cutter.line])
        lines = enumerate(whole.split(b"\n"), first)
        held = [one for number, line in lines if line.strip() and (one := self._held(number, line)) is not None]
        return Batch(held, token, decode=self._decode, size=len(whole))

    def _held(self, number: int, line: bytes) -> Held | None:
        """What a line holds, if it is meant. Whoever reads all letters is told of a line that is none."""
        fault = None
        try:
            str(line, "utf-8")  # msgspec passes over what a letter has besides
            letter = msgspec.json.decode(line, type=Letter)
            if self._function not in ("", letter.function) or self._at not in ("", letter.at):
                return None
            line = letter.held()
        except ValueError as error:  # msgspec's are among these
            if self._function:
                return None
            fault = str(error)
        held = Held(line)
        held.number, held.fault = number, fault
        return held

    def _decode(self, held: Held) -> Any:
        assert self._codec is not None
        place = f"{self._cutter.place}:{held.number}"
        if held.fault is not None:
            raise DecodeError(place, "a dead letter", "something else", held.fault)
        try:
            return self._codec.decode_json(held)
        except DecodeError as fault:
            raise fault.under(place) from None

    async def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return self._file.progress() if self._file is not None else None
