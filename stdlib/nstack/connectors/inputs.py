"""What sources of records read: a file, standard input, or either of them decompressed and in UTF-8.

An ``Input`` gives blocks of bytes, and starts again at any byte of them that an earlier run has come to.
"""

import asyncio
import codecs
import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

from nstack.connectors.compression import Decompressor, compression_of
from nstack.connectors.files import BLOCK, BYTE_ORDER_MARK, InputFile, reason
from nstack.connectors.globs import matches
from nstack.connectors.magic import looks_like
from nstack.runtime.connector import STANDARD_INPUT, Context, Parameters, is_standard
from nstack.runtime.errors import ConnectorError, UsageError

BINARY = frozenset(range(256)) - frozenset(range(32, 127)) - frozenset(b"\t\n\r")
"""Bytes that are no ASCII text."""


class Input(Protocol):
    """Bytes from somewhere, without a byte-order mark, of which it counts the bytes."""

    shown: str

    @property
    def skipped(self) -> int:
        """Bytes of a byte-order mark."""

    async def open(self) -> None:
        """Raises ConnectorError."""

    async def go_on(self, offset: int, mark: Any) -> None:
        """Goes to where an earlier run ended. Raises ConnectorError where that is no longer the same."""

    def mark(self, offset: int) -> Any:
        """What tells whether it is the same."""

    def blocks(self) -> AsyncIterator[bytes]:
        """Blocks from here to the end."""

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""

    def close(self) -> None:
        """Gives it back; may be called again."""


class FileInput:
    """A file as it is."""

    def __init__(self, context: Context, path: str, shown: str) -> None:
        self._file = InputFile(context, path)
        self.shown = self._file.shown = shown

    @property
    def skipped(self) -> int:
        """Bytes of a byte-order mark."""
        return self._file.skipped

    async def open(self) -> None:
        """Raises ConnectorError."""
        await self._file.open()

    async def go_on(self, offset: int, mark: Any) -> None:
        """Raises ConnectorError."""
        self._file.seek(offset, mark)

    def mark(self, offset: int) -> Any:
        """Some bytes, digested."""
        return self._file.mark(offset)

    async def blocks(self) -> AsyncIterator[bytes]:
        """Raises ConnectorError, also where it begins as no text does."""
        first = self._file.at == 0
        async for block in self._file.blocks():
            if first:
                _refuse_other(self.shown, block)
                first = False
            yield block
        self._whole()

    @property
    def waits_for_a_disk_alone(self) -> bool:
        """Whether it is a file proper, which any thread may read."""
        return self._file.waits_for_a_disk_alone

    def open_here(self) -> None:
        """Opens it on this thread. Raises ConnectorError."""
        self._file.open_here()

    def blocks_here(self) -> Iterator[bytes]:
        """As ``blocks``, read on this thread."""
        first = self._file.at == 0
        for block in self._file.blocks_here():
            if first:
                _refuse_other(self.shown, block)
                first = False
            yield block
        self._whole()

    def _whole(self) -> None:
        """Raises ConnectorError where somebody cut the file meanwhile."""
        at, size = self._file.progress() or (0, 0)
        if at < size:
            raise ConnectorError(
                f"{self.shown} has become shorter while it was read: it ended at byte {at}, and had {size}"
            )

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return self._file.progress()

    def close(self) -> None:
        """Closes it."""
        self._file.close()


def _refuse_other(shown: str, block: bytes) -> None:
    """Raises ConnectorError for what begins as no text does; a header may be called ``PAR1``."""
    known = looks_like(block) if any(map(BINARY.__contains__, block[:32])) else None
    if known in ("gzip", "bzip2", "xz", "zstd"):
        raise ConnectorError(f'{shown} looks like {known}: compression = "{known}" reads that')
    if known in ("text in UTF-16", "text in UTF-32"):
        raise ConnectorError(f"{shown} looks like {known}; it is read as UTF-8")
    if known in ("Parquet", "an Arrow file"):
        name = "parquet" if known == "Parquet" else "arrow"
        raise ConnectorError(f"{shown} looks like {known}: Sources.{name} reads that")
    if known is not None:
        raise ConnectorError(f"{shown} looks like {known}, which holds no lines of text")


class RawInput(FileInput):
    """A file whose bytes are decoded first."""

    async def blocks(self) -> AsyncIterator[bytes]:
        """Raises ConnectorError."""
        async for block in self._file.blocks():
            yield block
        self._whole()


class StandardInput:
    """What comes on descriptor 0. It cannot be gone back in."""

    shown = STANDARD_INPUT

    def __init__(self) -> None:
        self.skipped = 0

    async def open(self) -> None:
        """Raises ConnectorError when it is closed."""
        try:
            os.fstat(0)
        except OSError:
            raise ConnectorError("standard input is closed") from None

    async def go_on(self, offset: int, mark: Any) -> None:
        """Never asked, since it has no identity."""
        raise ConnectorError("standard input cannot be gone on with; --fresh starts over")

    def mark(self, offset: int) -> Any:
        """Nothing."""
        return None

    async def blocks(self) -> AsyncIterator[bytes]:
        """Raises ConnectorError."""
        first = True
        while True:
            try:
                block = await asyncio.to_thread(os.read, 0, BLOCK)
            except OSError as fault:
                raise ConnectorError(f"cannot read standard input: {reason(fault)}") from None
            if not block:
                return
            if first and block.startswith(BYTE_ORDER_MARK):
                self.skipped = len(BYTE_ORDER_MARK)
            yield block[self.skipped :] if first else block
            first = False

    def progress(self) -> tuple[int, int] | None:
        """Nothing is known."""
        return None

    def close(self) -> None:
        """It is not ours to close."""


class Decoded:
    """Another input, decompressed, and from another encoding into UTF-8. Offsets are those of what comes out, so going
    on means reading up to there."""

    def __init__(self, inner: Input, compression: str | None, encoding: str | None) -> None:
        self.shown = inner.shown
        self.skipped = 0
        self._inner = inner
        self._compression = compression
        self._encoding = encoding
        self._skip = 0

    async def open(self) -> None:
        """Raises ConnectorError."""
        await self._inner.open()

    async def go_on(self, offset: int, mark: Any) -> None:
        """What comes before the offset is left out."""
        if mark is not None:
            await self._inner.go_on(0, mark)
        self._skip = offset

    def mark(self, offset: int) -> Any:
        """Of the file's start."""
        return self._inner.mark(0)

    async def blocks(self) -> AsyncIterator[bytes]:
        """Raises ConnectorError with the byte that is wrong."""
        at = 0
        async for block in self._decoded():
            first, at = at, at + len(block)
            if first == 0 and block.startswith(BYTE_ORDER_MARK):
                self.skipped = 0 if self._skip else len(BYTE_ORDER_MARK)
                block = block[len(BYTE_ORDER_MARK) :]
                first = len(BYTE_ORDER_MARK)
            if at > self._skip:
                yield block[max(0, self._skip - first) :]
        if at < self._skip:
            raise ConnectorError(
                f"{self.shown} is shorter than at the last run, which came to byte {self._skip} of what it holds; "
                "--fresh starts over"
            )

    async def _decoded(self) -> AsyncIterator[bytes]:
        source = self._inner.blocks()
        if self._compression is not None:
            source = _decompressed(source, Decompressor(self._compression, self.shown))
        if self._encoding is not None:
            source = _transcoded(source, self._encoding, self.shown)
        async for block in source:
            if block:
                yield block

    def progress(self) -> tuple[int, int] | None:
        """Bytes read of the file itself."""
        return self._inner.progress()

    def close(self) -> None:
        """Closes the other."""
        self._inner.close()


async def _decompressed(source: AsyncIterator[bytes], member: Decompressor) -> AsyncIterator[bytes]:
    async for block in source:
        parts: Iterator[bytes] = member.feed(block)
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            yield part
    member.finish()


async def _transcoded(source: AsyncIterator[bytes], encoding: str, shown: str) -> AsyncIterator[bytes]:
    decoder, at = codecs.getincrementaldecoder(encoding)(), 0
    async for block in source:
        yield _decode(decoder, block, False, f"{shown}: byte", at, encoding)
        at += len(block)
    yield _decode(decoder, b"", True, f"{shown}: byte", at, encoding)


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, last: bool, where: str, at: int, encoding: str) -> bytes:
    held = len(decoder.getstate()[0])
    try:
        return decoder.decode(block, last).encode()
    except UnicodeDecodeError as fault:
        place = at - held + fault.start
        found = fault.object[fault.start : fault.end].hex()
        raise ConnectorError(f"{where} {place}: expected {encoding}, got {found} ({fault.reason})") from None
    except UnicodeEncodeError:
        raise ConnectorError(f"{where} {at}: {encoding} holds half of a character that takes two") from None


def encoding_of(text: str, name: str) -> str | None:
    """A parameter that names an encoding; None for UTF-8. Raises UsageError."""
    try:
        found = codecs.lookup(text)
        "".encode(text)
        codecs.getincrementaldecoder(text)
    except (LookupError, ValueError, TypeError):
        known = "one is called utf-8, latin-1, cp1252 or utf-16, for instance"
        raise UsageError(f'{name} = "{text}" is no encoding; {known}') from None
    if not getattr(found, "_is_text_encoding", True):
        raise UsageError(f'{name} = "{text}" is no encoding of text')
    return None if found.name in ("utf-8", "ascii") else found.name


Opener = Callable[[], Input]


def inputs(context: Context, parameters: Parameters, encoding: str | None = None) -> list[tuple[str, Opener]]:
    """What ``path`` means: the name of each input, and what makes it. Raises UsageError, ConnectorError."""
    path: str = parameters.path
    if is_standard(path, 0):
        context.claim_stream(STANDARD_INPUT, "read")
        return [
            _opener(STANDARD_INPUT, StandardInput, StandardInput, compression_of("", parameters.compression), encoding)
        ]
    found = []
    for file, shown in matches(context, path, parameters.if_none):
        compression = compression_of(shown, parameters.compression)
        plain = _file_opener(FileInput, context, str(file), shown)
        raw = _file_opener(RawInput, context, str(file), shown)
        found.append(_opener(shown, plain, raw, compression, encoding))
    return found


def _file_opener(kind: type[FileInput], context: Context, path: str, shown: str) -> Opener:
    return lambda: kind(context, path, shown)


def _opener(
    shown: str, plain: Opener, raw: Opener, compression: str | None, encoding: str | None
) -> tuple[str, Opener]:
    if compression is None and encoding is None:
        return shown, plain
    return shown, lambda: Decoded(raw(), compression, encoding)
