"""What sinks of records write to: a file, a compressed one, or standard output."""

import asyncio
import os
from typing import Any

from nstack.connectors.compression import Compressor, Decompressor, compression_of
from nstack.connectors.files import BLOCK, OutputFile, WholeRecord, reason, write_all
from nstack.connectors.globs import named
from nstack.runtime.connector import STANDARD_OUTPUT, Context, Parameters, is_standard
from nstack.runtime.errors import ConnectorError, ReaderGone


class CompressedFile(OutputFile):
    """A compressed file. What a checkpoint keeps, and what an endless run has flushed, is a whole number of members; a
    member that a killed run left half-written is cut off when the file is opened again."""

    def __init__(self, context: Context, path: str, mode: str, whole: WholeRecord, kind: str) -> None:
        super().__init__(context, path, mode, whole)
        self._kind = kind
        self._bounded = context.bounded and context.continued is None
        self._compressor = Compressor(kind)

    def _mend(self) -> None:
        size = os.lseek(self._descriptor, 0, os.SEEK_END)
        end = self._whole_members(size)
        if end < size:
            os.ftruncate(self._descriptor, end)
            os.lseek(self._descriptor, 0, os.SEEK_END)
            self._context.log.warning(f"{self.shown} ended in half a {self._kind} member, which was cut off")
        self.empty = end == 0

    def _whole_members(self, size: int) -> int:
        """The byte behind the last whole member. Raises ConnectorError for what is not compressed like that."""
        reader, at = Decompressor(self._kind, self.shown), 0
        while at < size and (block := os.pread(self._descriptor, BLOCK, at)):
            at += len(block)
            for _ in reader.feed(block):
                pass
        return reader.whole

    def _end_line(self, size: int) -> None:
        """What comes next is a member of its own."""

    def first_line(self) -> bytes:
        """The first line of what is in it."""
        block = os.pread(self._descriptor, BLOCK, 0)
        return next(Decompressor(self._kind, self.shown).feed(block), b"").split(b"\n", 1)[0].removesuffix(b"\r")

    @property
    def waits_for_a_disk_alone(self) -> bool:
        """It is not written as it is."""
        return False

    async def write(self, data: bytes) -> None:
        """Raises ConnectorError."""
        await super().write(self._compressor.add(data))
        self.empty = self.empty and not data

    async def flush(self) -> None:
        """What an endless run has written can be read from now on, whatever becomes of the run."""
        if not self._bounded:
            await super().write(self._compressor.end())

    def position(self) -> list[Any] | None:
        """The length of the whole members, of which the last one ends here."""
        self._end_member()
        return super().position()

    def _end_member(self) -> None:
        self._write_now(self._compressor.end())

    def _write_now(self, data: bytes) -> None:
        try:
            write_all(self._descriptor, data)
        except OSError as fault:
            raise ConnectorError(f"cannot write {self.shown}: {reason(fault)}") from None

    def close(self, *, completed: bool) -> None:
        """Ends the last member."""
        if self._descriptor >= 0:
            self._end_member()
            if completed and self.empty:
                self._write_now(self._compressor.nothing())
        super().close(completed=completed)


class StandardOutput:
    """The descriptor that the run keeps for data."""

    empty = True

    def __init__(self, context: Context, kind: str | None) -> None:
        self._descriptor = context.stdout
        self._compressor = Compressor(kind) if kind else None
        self._written = False

    def open(self) -> None:
        """Raises ConnectorError when it is closed."""
        try:
            os.fstat(self._descriptor)
        except OSError:
            raise ConnectorError("standard output is closed") from None

    async def write(self, data: bytes) -> None:
        """Raises ReaderGone, ConnectorError."""
        self._written = self._written or bool(data)
        await self._write(self._compressor.add(data) if self._compressor else data)

    async def _write(self, data: bytes) -> None:
        try:
            await asyncio.to_thread(write_all, self._descriptor, data)
        except BrokenPipeError:
            raise ReaderGone("nobody reads standard output any more") from None
        except OSError as fault:
            raise ConnectorError(f"cannot write standard output: {reason(fault)}") from None

    async def flush(self) -> None:
        """Compressed data ends with the run."""

    async def secure(self) -> None:
        """Nothing can be done."""

    def position(self) -> None:
        """It has no places."""

    def first_line(self) -> bytes:
        """Never asked, since it is empty."""
        return b""

    def close(self, *, completed: bool) -> None:
        """Ends compressed data."""
        if self._compressor is not None:
            try:
                end = self._compressor.end() if self._written else self._compressor.nothing()
                write_all(self._descriptor, end)
            except BrokenPipeError:
                return  # whoever reads has enough
            except OSError as fault:
                raise ConnectorError(f"cannot write standard output: {reason(fault)}") from None


Output = OutputFile | StandardOutput


def output(context: Context, parameters: Parameters, whole: WholeRecord) -> Output:
    """What ``path`` means. Raises UsageError for an empty one, ConnectorError, MissingExtra."""
    path: str = parameters.path
    kind = compression_of(path, parameters.compression)
    if is_standard(path, 1):
        context.claim_stream(STANDARD_OUTPUT, "write")
        return StandardOutput(context, kind)
    named(context, path)
    if kind is None:
        return OutputFile(context, path, parameters.mode, whole)
    return CompressedFile(context, path, parameters.mode, whole, kind)
