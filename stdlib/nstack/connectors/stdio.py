"""``Sources.stdin`` and ``Sinks.stdout``: one text a line."""

import asyncio
import os
import select
import threading
from collections.abc import AsyncIterator, Sequence

from nstack.connectors.files import BLOCK, BYTE_ORDER_MARK, LineCutter, reason, write_all
from nstack.connectors.limits import at_least_one
from nstack.runtime.codec import Codec
from nstack.runtime.connector import (
    STANDARD_INPUT,
    STANDARD_OUTPUT,
    Batch,
    Context,
    Parameters,
    SinkConnector,
    SourceConnector,
)
from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, ReaderGone

PROVIDES = {"Sources.stdin": "StdinSource", "Sinks.stdout": "StdoutSink"}


class StdinSource(SourceConnector):
    """The lines of standard input.

    A thread reads: descriptor 0 may be a file, a pipe or a terminal, which no event loop waits for in one way, and
    setting it non-blocking would change it for the programs that share it. It hands over one block at a time, so a
    slow workflow slows the writer down.
    """

    BOUNDED = True

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._cutter = LineCutter(STANDARD_INPUT, 0)
        self._wake_read, self._wake_write = -1, -1
        self._thread: threading.Thread | None = None

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises ConnectorError when standard input is closed, and when another source reads it."""
        context.claim_stream(STANDARD_INPUT, "read")
        try:
            os.fstat(self._descriptor)
        except OSError:
            raise ConnectorError("standard input is closed") from None
        self._cutter = LineCutter(STANDARD_INPUT, at_least_one(parameters, "max_line"))
        self._wake_read, self._wake_write = os.pipe()

    async def batches(self) -> AsyncIterator[Batch]:
        """What has arrived by now, as whole lines."""
        first = True
        async for block in self._blocks():
            line = self._cutter.line
            whole = self._cutter.feed(block.removeprefix(BYTE_ORDER_MARK) if first else block)
            first = False
            if whole:
                yield lines(whole, line)
        rest = self._cutter.finish()
        if rest:
            yield lines(rest, self._cutter.line)

    async def _blocks(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        wanted = threading.Semaphore(1)
        stopped = threading.Event()

        def read() -> None:
            while not stopped.is_set():
                wanted.acquire()
                if stopped.is_set():
                    return
                block = self._read()
                if stopped.is_set():
                    return
                loop.call_soon_threadsafe(arrived.put_nowait, block)
                if not block or isinstance(block, OSError):
                    return

        self._thread = threading.Thread(target=read, name="standard input", daemon=True)
        self._thread.start()
        try:
            while block := await arrived.get():
                if isinstance(block, OSError):
                    raise ConnectorError(f"cannot read standard input: {reason(block)}")
                wanted.release()
                yield block
        finally:
            stopped.set()
            wanted.release()
            os.write(self._wake_write, b".")

    def _read(self) -> bytes | OSError:
        """The next block; empty at the end, or when the source is stopped."""
        try:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            poll.register(self._wake_read, select.POLLIN)
            ready = dict(poll.poll())
            return os.read(self._descriptor, BLOCK) if self._descriptor in ready else b""
        except OSError as fault:
            return fault

    async def close(self) -> None:
        """Gives back what ``open`` took; standard input itself stays open."""
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 1.0)
            if self._thread.is_alive():
                return  # another program took the bytes it was promised: it blocks in ``read`` and still has the pipe
        for descriptor in (self._wake_read, self._wake_write):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_read = self._wake_write = -1


def lines(whole: bytes, first: int) -> Batch:
    """A batch of the texts of whole lines. Bytes that are no UTF-8 are told line by line when the stage decodes
    them."""
    parts = whole.removesuffix(b"\n")
    try:
        text = parts.decode()
    except UnicodeDecodeError:
        return Batch(parts.split(b"\n"), decode=_decode, place=STANDARD_INPUT, first=first, size=len(whole))
    values = text.replace("\r\n", "\n").removesuffix("\r").split("\n")
    return Batch(values, place=STANDARD_INPUT, first=first, size=len(whole))


def _decode(line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as fault:
        raise DecodeError(f"byte {fault.start + 1}", "UTF-8", f"0x{line[fault.start]:02X}") from None


class StdoutSink(SinkConnector):
    """A line for each value, on the descriptor that the run keeps for data."""

    KEEPS = False

    def __init__(self) -> None:
        self._descriptor = -1

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Takes the descriptor of the run, which others may take that write lines of text. Raises ConnectorError."""
        context.claim_stream(STANDARD_OUTPUT, "lines")
        self._descriptor = context.stdout

    def encode(self, values: Sequence[str]) -> bytes:
        """The lines; raises EncodeError for a text with a line end inside."""
        text = "\n".join(values)
        if text.count("\n") != len(values) - 1:
            found = next(value for value in values if "\n" in value)
            raise EncodeError("value", "text without a line end (one line is one value)", _shorten(found))
        try:
            return text.encode() + b"\n"
        except UnicodeEncodeError as fault:
            raise EncodeError("value", "text that UTF-8 can hold", repr(fault.object[fault.start])) from None

    async def write(self, encoded: bytes) -> None:
        """Writes; raises ReaderGone when nobody reads any more. A slow reader holds up this sink and not the event
        loop."""
        try:
            await asyncio.to_thread(write_all, self._descriptor, encoded)
        except BrokenPipeError:
            raise ReaderGone("whoever read standard output has closed it") from None
        except OSError as fault:
            raise ConnectorError(f"cannot write standard output: {reason(fault)}") from None


def _shorten(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else shown[:57] + "…'"
