"""``Staged.read`` and ``Staged.write``: the values between two parts of a workflow that run one after the other.

A file is written beside its place and renamed at the end, an object is there when it is complete; both replace what was
there, so that a part may be repeated. A line holds one value, as JSON. What JSON has no form for (NaN, the white space
within a ``Json``) is kept by an exact codec, whose lines begin with ``~``.
"""

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from nstack.connectors.files import LineCutter, identity, reason
from nstack.connectors.inputs import FileInput, Opener
from nstack.connectors.jsonl import JsonlSink
from nstack.connectors.limits import at_least_one
from nstack.connectors.recordsource import Records, RecordSource
from nstack.connectors.s3 import S3Sink
from nstack.connectors.s3inputs import ObjectInput
from nstack.connectors.s3store import Bucket, key_of
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector
from nstack.runtime.errors import ConnectorError, EncodeError, UsageError
from nstack.runtime.shapes import contains

PROVIDES = {"Staged.read": "StagedSource", "Staged.write": "StagedSink"}

EXACT = b"~"
_STORE = {
    **dict.fromkeys(("s3_endpoint", "s3_region", "s3_key_id", "s3_secret_key", "s3_session_token"), ""),
    "s3_anonymous": False,
    "s3_timeout": datetime.timedelta(seconds=60),
}
_FILE = {"mode": "replace", "compression": "none", "s3_format": "jsonl"}


class Place:
    """A file of a run. ``bucket`` is its bucket's name, None for a file on disk; ``key`` is the key or the path. Raises
    UsageError."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        url, name = parameters.staged_url.strip(), parameters.staged_name
        if not url or not name or "/" in name or name.startswith("."):
            raise UsageError(f"{context.node}: {url or '(nothing)'}/{name} is no place for staged values")
        scheme, rest = urlsplit(url).scheme, url.partition("://")[2]
        if scheme not in ("", "file", "s3"):
            raise UsageError(f"{context.node}: {scheme}:// is no place for staged values; a folder or s3:// is")
        self.bucket = rest.partition("/")[0] if scheme == "s3" else None
        folder = rest.partition("/")[2] if scheme == "s3" else unquote(urlsplit(url).path) if scheme else url
        key = f"{folder.rstrip('/')}/{name}.jsonl"
        self.key = key_of(key, "staged_url") if self.bucket is not None else key
        self.shown = f"s3://{self.bucket}/{self.key}" if self.bucket is not None else self.key

    def store(self) -> Parameters:
        """The parameters of the bucket; its address and keys are in the usual variables of the environment."""
        return Parameters({**_STORE, "s3_bucket": self.bucket})


class _Lines:
    """Values as lines and back, by the type's codec, or exactly where that cannot hold them."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._exact = Codec(codec.type, exact=True)
        self._always = contains(codec.shape, "Json")
        self._mixed = contains(codec.shape, "Double")

    def encode(self, values: Sequence[Any]) -> bytes:
        """Raises EncodeError."""
        if self._always:
            return b"".join(map(self._exactly, values))
        if not self._mixed:
            return self._codec.encode_lines(values)
        try:
            return self._codec.encode_lines(values)
        except EncodeError:
            return b"".join(map(self._either, values))

    def _exactly(self, value: Any) -> bytes:
        return EXACT + self._exact.encode_json(value) + b"\n"

    def _either(self, value: Any) -> bytes:
        try:
            return self._codec.encode_json(value) + b"\n"
        except EncodeError:
            return self._exactly(value)

    def batch(self, whole: bytes, place: str, first: int) -> Batch:
        """The values of whole lines."""
        if not whole.startswith(EXACT) and b"\n" + EXACT not in whole:
            return Batch.lines(whole, place=place, first=first)
        lines = whole.removesuffix(b"\n").split(b"\n")
        return Batch(lines, decode=self._decode, place=place, first=first, size=len(whole))

    def _decode(self, line: bytes) -> Any:
        if line.startswith(EXACT):
            return self._exact.decode_json(line.removeprefix(EXACT))
        return self._codec.decode_json(line)


class StagedLines(Records):
    """Blocks of whole lines."""

    def __init__(self, lines: _Lines, shown: str, max_line: int, offset: int, line: int) -> None:
        self._lines = lines
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
        first, whole = self._cutter.line, self._cutter.feed(block)
        return [self._lines.batch(whole, self._cutter.place, first)] if whole else []

    def finish(self) -> list[Batch]:
        """Raises ConnectorError for a line without an end, which nothing of ours has written."""
        if self._cutter.finish():
            raise ConnectorError(f"{self._cutter.place}:{self._cutter.line}: the last line has no end")
        return []


class StagedSource(RecordSource):
    """The values that an earlier part has written."""

    def __init__(self) -> None:
        super().__init__()
        self._limit = 1
        self._lines: _Lines | None = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The file or object."""
        place = Place(parameters, context)
        return identity(context, place.key) if place.bucket is None else place.shown

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError, also where nothing was staged."""
        try:
            await super().open(parameters, codec, context)
        except ConnectorError as fault:
            raise ConnectorError(f"{fault}; the part of the workflow that writes it has to run before") from None

    async def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> list[tuple[str, Opener]]:
        """Raises UsageError, MissingExtra."""
        self._limit = at_least_one(parameters, "max_line")
        self._lines = _Lines(codec)
        place = Place(parameters, context)
        if place.bucket is None:
            return [(place.shown, lambda: FileInput(context, place.key, place.shown))]
        bucket = Bucket(place.store())
        return [(place.shown, lambda: ObjectInput(bucket, place.key))]

    def records(self, shown: str, offset: int, line: int) -> Records:
        """Its lines."""
        assert self._lines is not None
        return StagedLines(self._lines, shown, self._limit, offset, line)


class StagedSink(SinkConnector):
    """A line for each value, in a file or an object that is there when it is complete."""

    WHOLE = True

    def __init__(self) -> None:
        self._inner: JsonlSink | S3Sink | None = None
        self._lines: _Lines | None = None

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Makes the folder. Raises UsageError, ConnectorError, MissingExtra."""
        place = Place(parameters, context)
        self._lines = _Lines(codec)
        if place.bucket is None:
            folder = context.path(place.key).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                raise ConnectorError(f"cannot make the folder {folder}: {reason(fault)}") from None
            self._inner, given = JsonlSink(), Parameters({**_FILE, "path": place.key})
        else:
            self._inner, given = S3Sink(), Parameters({**place.store(), **_FILE, "s3_key": place.key})
        await self._inner.open(given, codec, context)

    def encode(self, values: Sequence[Any]) -> bytes:
        """Lines; raises EncodeError."""
        assert self._lines is not None
        return self._lines.encode(values)

    async def write(self, encoded: bytes) -> None:
        """Writes whole lines; raises ConnectorError."""
        assert self._inner is not None
        await self._inner.write(encoded)

    async def flush(self) -> None:
        """What is written counts when the run has ended."""

    async def close(self, *, completed: bool) -> None:
        """Puts the file or object into its place if the run is ``completed``."""
        if self._inner is not None:
            await self._inner.close(completed=completed)
