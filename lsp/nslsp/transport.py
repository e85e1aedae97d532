"""Serving a client over the standard streams or a TCP connection."""

import asyncio
import json
import logging
import os
import stat
import sys
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

from pygls.exceptions import JsonRpcInvalidRequest, JsonRpcParseError
from pygls.io_ import StdinAsyncReader, StdoutWriter

from nslsp.protocol import Protocol
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
        async for body in _bodies(server, reader):
            _take(server, body)
    except (asyncio.IncompleteReadError, ConnectionError):
        _log.warning("the client is gone")
    except ValueError:
        _log.warning("what the client sends has no headers")
    if server.exit_code is None:
        server.finish(1)  # gone without a word
    await server.leave_off()
    assert server.exit_code is not None
    return server.exit_code


async def _bodies(server: Server, reader: Any) -> AsyncIterator[bytes]:
    """What stands behind each header, until the session or the connection ends. Raises ValueError where a line is
    longer than any of a header."""
    length = -1
    while server.exit_code is None and (line := await reader.readline()):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        elif not line.strip() and length >= 0:
            yield await reader.readexactly(length)
            length = -1


def _take(server: Server, body: bytes) -> None:
    """Have a message dealt with; what is none is answered and told of in a line."""
    protocol = server.protocol
    assert isinstance(protocol, Protocol)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        _log.warning("a message is no JSON: %s", " ".join(str(error).split()))
        protocol.refuse(None, JsonRpcParseError("this is no JSON"))
        return
    well_formed = isinstance(data, dict) and isinstance(data.get("method", ""), str)
    if not well_formed or data.get("jsonrpc") != protocol.VERSION:
        _log.warning("a message is none of JSON-RPC 2.0: %.60s", body.decode(errors="replace"))
        protocol.refuse(data.get("id") if isinstance(data, dict) else None, JsonRpcInvalidRequest("no JSON-RPC 2.0"))
        return
    try:
        protocol.handle_message(protocol.structure_message(data))
    except Exception as error:
        server.report_server_error(error, type(error))
