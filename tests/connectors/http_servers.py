"""An HTTP server whose answers a test writes byte by byte: what it is asked is kept."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Asked:
    """One request: its method, path with query, headers (small letters) and body."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode().split("\r\n")
        self.method, self.path, _ = first.split(" ")
        pairs = [line.split(": ", 1) for line in lines if line]
        self.headers = {name.lower(): value for name, value in pairs}
        self.body = body


Handler = Callable[[Asked], Awaitable["bytes | None"]]
"""The whole answer; None hangs up without one."""


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A proper answer."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines])
    return head.encode() + b"\r\n\r\n" + body


class Server:
    """A server on a port of its own."""

    def __init__(self, handler: Handler) -> None:
        self.asked: list[Asked] = []
        self.port = 0
        self.connections = 0
        self.serving: set[asyncio.Task[None] | None] = set()
        self._handler = handler

    def url(self, path: str = "/") -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which is kept for further requests."""
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = Asked(head[:-2], b"")
                asked.body = await reader.readexactly(int(asked.headers.get("content-length", 0)))
                self.asked.append(asked)
                said = await self._handler(asked)
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """The server, while it runs."""
    made = Server(handler)
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listening.close()
        left = [task for task in made.serving if task is not None]
        for task in left:  # or the loop would be closed under those that wait for a further request
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
