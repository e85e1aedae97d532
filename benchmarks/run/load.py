"""Asks a server again and again over so many connections: ``load.py PORT PATH CONNECTIONS SECONDS``. Prints requests
a second, and the milliseconds within which half and 99 of 100 were answered."""

import asyncio
import sys
import time

BODY = b'{"params":{"id":12345,"user":"somebody","amount":17.5}}'


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """One request and its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode())
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))[16:])
    await reader.readexactly(length)


async def load(port: int, path: str, connections: int, seconds: float) -> tuple[float, float, float]:
    """Requests a second, and the milliseconds of half and of 99 in 100."""
    request = b"POST %s HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
        path.encode(), len(BODY), BODY)  # fmt: skip
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < until:
            await ask(reader, writer, request)
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    took.sort()
    return len(took) / seconds, 1000 * took[len(took) // 2], 1000 * took[int(0.99 * len(took))]


if __name__ == "__main__":
    answer = asyncio.run(load(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
    print(*(f"{figure:.2f}" for figure in answer))
