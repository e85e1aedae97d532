"""Serving a client over the standard streams or a TCP connection."""

import asyncio
import logging
import os
import stat
import sys
from threading import Event
from typing import Any, BinaryIO

from pygls.io_ import StdinAsyncReader, StdoutWriter, run_async

from nslsp.server import Server

_log = logging.getLogger(__name__)
#: A line of a header is short, but the reader's limit is also the size of the pieces that it takes a body in.
_LIMIT = 1 << 20


def take_stdout() -> BinaryIO:
    """The standard output for the protocol alone: whatever else is printed goes to standard error from now on."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb", buffering=0)


async def serve_stdio(server: Server, output: BinaryIO) -> int:
    """Serve over the standard streams until the client is gone; the exit code."""
    reader: Any
    writer: Any
    if _is_stream(0) and _is_stream(output.fileno()):
        reader, writer = await _streams(output)
    else:
        reader, writer = StdinAsyncReader(sys.stdin.buffer, server.thread_pool), StdoutWriter(output)
    return await serve(server, reader, writer)


def _is_stream(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


async def _streams(output: BinaryIO) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(_LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, output)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


async def serve_tcp(server: Server, host: str, port: int) -> int:
    """Serve the first client that connects, until it is gone; the exit code. Raises OSError where the address cannot be
    had."""
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if server.protocol.writer is not None:
            writer.close()
            return
        code = await serve(server, reader, writer)
        writer.close()
        done.set_result(code)

    listening = await asyncio.start_server(connected, host, port, limit=_LIMIT)
    for socket in listening.sockets:
        address, number, *_ = socket.getsockname()
        print(f"nsc lsp listens on {address}:{number}", file=sys.stderr, flush=True)
    async with listening:
        return await done


async def serve(server: Server, reader: Any, writer: Any) -> int:
    """Serve over a connection until the client is gone; the exit code."""
    server.protocol.set_writer(writer)
    try:
        await run_async(Event(), _UntilStopped(server, reader), server.protocol, _log, server.report_server_error)
    except (asyncio.IncompleteReadError, ConnectionError):
        _log.warning("the client is gone")
    if server.exit_code is None:
        server.finish(1)  # gone without a word
    assert server.exit_code is not None
    return server.exit_code


class _UntilStopped:
    """A reader that comes to its end when the session does."""

    def __init__(self, server: Server, reader: Any) -> None:
        self._server = server
        self._reader = reader

    async def readline(self) -> bytes:
        """The next line of a header; nothing at the end."""
        return b"" if self._server.exit_code is not None else await self._reader.readline()

    async def readexactly(self, count: int) -> bytes:
        """The body of a message."""
        found: bytes = await self._reader.readexactly(count)
        return found
