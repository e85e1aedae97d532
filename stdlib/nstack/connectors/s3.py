"""``Sources.s3``, ``Sinks.s3`` and ``AWS.S3.upload``: objects of an S3-compatible store.

A source reads the objects of one key, of a prefix that ends in ``/``, or of a pattern, in the order of their keys. A
sink writes one object in parts, which the store puts together, and shows, when the run has ended.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from nstack.connectors.compression import Compressor, compression_of
from nstack.connectors.csv import CsvRows, layout_of
from nstack.connectors.csvrows import RowLayout
from nstack.connectors.inputs import Decoded, Input, Opener, encoding_of
from nstack.connectors.jsonl import JsonLines
from nstack.connectors.limits import at_least_one
from nstack.connectors.recordsource import Records, RecordSource
from nstack.connectors.s3inputs import ObjectInput, TextLines, WholeObject, keys_of
from nstack.connectors.s3store import PART, PARTS_AT_ONCE, Bucket, key_of
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters, SinkConnector
from nstack.runtime.errors import ConnectorError, EncodeError, UsageError
from nstack.runtime.shapes import Shape
from nstack.runtime.standard import StandardFunction

PROVIDES = {"Sources.s3": "S3Source", "Sinks.s3": "S3Sink", "AWS.S3.upload": "Upload"}

CONTENT_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "text": "text/plain; charset=utf-8"}
OBJECT = "[Byte], or a record { key : Text, data : [Byte] }"


def object_parts(shape: Shape, what: str) -> bool:
    """Whether values of ``s3_format = "object"`` are records, not just bytes. Raises UsageError."""
    if shape.kind == "bytes":
        return False
    if shape.kind == "record" and dict(zip(shape.labels, (part.name for part in shape.parts), strict=True)) == {
        "key": "Text",
        "data": "Bytes",
    }:
        return True
    raise UsageError(f'{what}: s3_format = "object" is for {OBJECT}; the type is {shape.shown}')


class S3Source(RecordSource):
    """The values in objects."""

    def __init__(self) -> None:
        super().__init__()
        self._records: Callable[[str, int, int], Records] = lambda shown, offset, line: JsonLines(
            shown, 1, offset, line
        )
        self._layout: RowLayout | None = None
        self._limit = 0
        self._whole = False
        self._header: CsvRows | None = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The address, the bucket and the key or pattern."""
        return f"{parameters.s3_endpoint} {parameters.s3_bucket} {parameters.s3_key}"

    async def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> list[tuple[str, Opener]]:
        """Lists the objects. Raises UsageError, ConnectorError."""
        bucket = Bucket(parameters)
        self._limit = at_least_one(parameters, "max_line")
        encoding = encoding_of(parameters.csv_encoding, "csv_encoding") if parameters.s3_format == "csv" else None
        self._choose(parameters, codec, context)
        keys = await keys_of(bucket, parameters.s3_key)
        if not keys and parameters.if_none != "empty":
            shown = bucket.shown(parameters.s3_key)
            raise ConnectorError(f'no object matches {shown} (if_none = "empty" would take that for an empty source)')
        return [_opener(bucket, key, compression_of(key, parameters.compression), encoding) for key in keys]

    def _choose(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        what, limit = f"{context.node} ({context.origin})", self._limit
        match parameters.s3_format:
            case "jsonl":
                self._records = lambda shown, offset, line: JsonLines(shown, limit, offset, line)
            case "csv":
                self._layout = layout_of(parameters, codec, context)
                self._records = self._rows
            case "text":
                if codec.shape.name != "Text":
                    raise UsageError(f'{what}: s3_format = "text" is for Text; the type is {codec.shape.shown}')
                self._records = lambda shown, offset, line: TextLines(shown, limit, offset, line)
            case _:
                self._whole = True
                self._records = _objects(codec.shape, object_parts(codec.shape, what), parameters.s3_bucket, limit)

    def _rows(self, shown: str, offset: int, line: int) -> Records:
        assert self._layout is not None
        known, self._header = self._header, None
        return CsvRows(self._layout, shown, self._limit, offset, line, known.read if known is not None else None)

    def records(self, shown: str, offset: int, line: int) -> Records:
        """As ``s3_format`` has it."""
        assert self._records is not None
        return self._records(shown, offset, line)

    async def begin(self, opener: Opener) -> None:
        """Reads a header again."""
        if self._layout is None or self._layout.columns is None:
            return
        again = opener()
        self._header = CsvRows(self._layout, again.shown, self._limit, 0, 1)
        await again.open()
        async for block in again.blocks():
            self._header.feed(block)
            if self._header.read is not None:
                break

    def leave_out(self, last: str, read: list[str] | None) -> None:
        """A whole object that was read is left out itself."""
        super().leave_out(last, read)
        if self._whole and last:
            self._inputs = self._inputs[1:]
            self._read = [*self._read, last]
            self._offset = 0


def _objects(shape: Shape, keyed: bool, bucket: str, limit: int) -> Callable[[str, int, int], Records]:
    def records(shown: str, offset: int, line: int) -> Records:
        key = shown.removeprefix(f"s3://{bucket}/")

        def make(data: bytes) -> Any:
            return shape.make(key if label == "key" else data for label in shape.labels) if keyed else data

        return WholeObject(make, shown, limit)

    return records


def _opener(bucket: Bucket, key: str, compression: str | None, encoding: str | None) -> tuple[str, Opener]:
    def make() -> Input:
        plain = ObjectInput(bucket, key)
        return plain if compression is None and encoding is None else Decoded(plain, compression, encoding)

    return bucket.shown(key), make


# --- the sink


class S3Sink(SinkConnector):
    """One object of all values, or, as ``s3_format = "object"``, one of each."""

    WHOLE = True

    def __init__(self) -> None:
        self._bucket: Bucket | None = None
        self._key = ""
        self._writer: Any = None
        self._compressor: Compressor | None = None
        self._layout: RowLayout | None = None
        self._encode: Callable[[Sequence[Any]], Any] = lambda values: values
        self._shape: Shape | None = None
        self._written = 0

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Asks for the object that may be there, which shows whether the store can be reached and takes the key. Raises
        ConnectorError, UsageError."""
        bucket = self._bucket = Bucket(parameters)
        what, form = f"{context.node} ({context.origin})", parameters.s3_format
        if form == "object":
            if not object_parts(codec.shape, what):
                raise UsageError(f'{what}: s3_format = "object" writes records {{ key : Text, data : [Byte] }}')
            self._shape = codec.shape
            self._key = parameters.s3_key.lstrip("/")
            if self._key and not self._key.endswith("/"):
                raise UsageError(f'{what}: s3_key = "{self._key}" is put before the key of each value: end it with /')
            await self._look("")
            return
        if not context.bounded:
            raise UsageError(
                f"{what}: an object is there when it is complete, and this workflow has no end: write one of each "
                'value with s3_format = "object" or AWS.S3.upload'
            )
        self._key = key_of(parameters.s3_key)
        self._encode = self._encoder(parameters, codec, context)
        if await self._look(self._key) and parameters.mode == "error":
            raise ConnectorError(f'{bucket.shown(self._key)} is there already, and mode = "error" forbids to touch it')
        kind = compression_of(self._key, parameters.compression)
        self._compressor = Compressor(kind) if kind else None
        self._writer = self._open_writer(CONTENT_TYPES[form] if kind is None else "application/octet-stream")
        if self._layout is not None and self._layout.columns is not None:
            await self.write((self._layout.header() + "\r\n").encode())

    def _encoder(self, parameters: Parameters, codec: Codec, context: Context) -> Callable[[Sequence[Any]], bytes]:
        if parameters.s3_format == "jsonl":
            return codec.encode_lines
        if parameters.s3_format == "csv":
            layout = self._layout = layout_of(parameters, codec, context)
            return lambda values: "".join([row + "\r\n" for row in map(layout.write, values)]).encode()
        if codec.shape.name != "Text":
            raise UsageError(f'{context.node}: s3_format = "text" is for Text; the type is {codec.shape.shown}')
        return _text_lines

    async def _look(self, key: str) -> bool:
        """Whether an object is there; with no key only whether the bucket is."""
        import obstore

        assert self._bucket is not None
        with self._bucket.telling(f"cannot write {self._bucket.shown(key or self._key)}"):
            with suppress(FileNotFoundError):
                if key:
                    await obstore.head_async(self._bucket.store, key)
                    return True
            await self._bucket.look()
        return False

    def _open_writer(self, content_type: str) -> Any:
        import obstore

        assert self._bucket is not None
        return obstore.open_writer_async(
            self._bucket.store,
            self._key,
            attributes={"Content-Type": content_type},
            buffer_size=PART,
            max_concurrency=PARTS_AT_ONCE,
        )

    def encode(self, values: Sequence[Any]) -> Any:
        """Lines or rows; raises EncodeError. Objects are sent as they are."""
        if self._shape is None:
            return self._encode(values)
        for value in values:
            try:
                key_of(self._key + value["key"], "key")
            except UsageError as fault:
                raise EncodeError("value.key", "the key of an object", repr(value["key"]), str(fault)) from None
        return list(values)

    async def write(self, encoded: Any) -> None:
        """Sends parts as they fill up, or objects. Raises ConnectorError."""
        assert self._bucket is not None
        if self._shape is None:
            data = encoded if self._compressor is None else self._compressor.add(encoded)
            with self._bucket.telling(f"cannot write {self._bucket.shown(self._key)}"):
                await self._writer.write(data)
            return
        for value in encoded:
            await self._put(key_of(self._key + value["key"]), value["data"])

    async def _put(self, key: str, data: bytes) -> None:
        import obstore

        assert self._bucket is not None
        with self._bucket.telling(f"cannot write {self._bucket.shown(key)}"):
            await obstore.put_async(self._bucket.store, key, data, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)

    async def close(self, *, completed: bool) -> None:
        """Puts the object together if the run is ``completed``, else takes its parts back. Raises ConnectorError."""
        writer, self._writer = self._writer, None
        if writer is None or self._bucket is None:
            return
        with self._bucket.telling(f"cannot write {self._bucket.shown(self._key)}"):
            if not completed:
                await writer.__aexit__(ConnectorError, ConnectorError("the run has failed"), None)
                return
            if self._compressor is not None:
                await writer.write(self._compressor.end())
            await writer.close()


def _text_lines(values: Sequence[Any]) -> bytes:
    for value in values:
        if "\n" in value:
            raise EncodeError("value", "a text without a line end", repr(value[:60]))
    return "".join([value + "\n" for value in values]).encode()


# --- the function


class Upload(StandardFunction):
    """``AWS.S3.upload : { filepath : Text, data : [Byte] } -> Text``: the object's address, once it is there."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """Raises UsageError, MissingExtra."""
        bucket = Bucket(parameters)

        def upload(value: Any) -> str:
            import obstore

            try:
                key = key_of(value.filepath, "filepath")
            except UsageError as fault:
                raise ConnectorError(str(fault)) from None
            with bucket.telling(f"cannot upload {bucket.shown(key)}"):
                obstore.put(bucket.store, key, value.data, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)
            return bucket.url(key)

        return upload
