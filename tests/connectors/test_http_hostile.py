"""What must not harm ``Sources.http``: each request of ``tests/bad_requests.md``, over raw sockets.

After each the source still answers, and of what was wrong nothing has come through.
"""

import asyncio
import datetime
import gzip
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from connector_harness import Client, Engine, Recorder, Response, context, serving
from nstack.connectors.http import HttpSource
from nstack.connectors.httpwire import HEADERS, PIPELINED, SPARE
from nstack.runtime.scalars import Double, Integer, Text
from nstack.runtime.values import Record

LIST = Path(__file__).parents[1] / "bad_requests.md"
GOOD = b'{"params": {"id": 1, "price": 2.5, "name": "good"}}'
MOST = 65_536
"""The largest body that the source under test takes."""


class Order(Record):
    """What the source takes."""

    id: Integer
    price: Double
    name: Text


def head(*lines: str, target: str = "/p", method: str = "POST", version: str = "HTTP/1.1") -> bytes:
    """The head of a request, with a Host."""
    return "\r\n".join([f"{method} {target} {version}", "Host: x", *lines, "", ""]).encode("latin-1")


def post(body: bytes, *lines: str, **where: str) -> bytes:
    """A request with a body of its length."""
    return head(f"Content-Length: {len(body)}", *lines, **where) + body


def order(id: str = "1", price: str = "2.5", name: str = '"x"') -> bytes:
    return f'{{"params": {{"id": {id}, "price": {price}, "name": {name}}}}}'.encode("utf-8", "surrogatepass")


def chunked(*chunks: bytes) -> bytes:
    return head("Transfer-Encoding: chunked") + b"".join(chunks)


CHUNK = b"%x\r\n%b\r\n" % (len(GOOD), GOOD)
END = b"0\r\n\r\n"

ANSWERED: list[tuple[str, bytes, int, str]] = [
    # Bodies
    ("JSON that ends in the middle", post(GOOD[:-5]), 400, "body: expected JSON, got malformed text"),
    ("something after the value", post(GOOD + b" x"), 400, "body: expected JSON, got malformed text"),
    ("no body", post(b""), 400, "body: expected JSON, got nothing"),
    ("nested too deeply", post(b'{"params": ' + b"[" * 60_000), 400, "nested too deeply"),
    ("too deep where nothing looks", post(GOOD[:-1] + b', "x": ' + b"[" * 5000 + b"]" * 5000 + b"}"), 400, "deeply"),
    ("bytes that are no UTF-8", post(order(name='"?"').replace(b"?", b"\xff\xfe")), 400, "body: expected JSON"),
    ("no UTF-8 where nothing looks", post(GOOD[:-1] + b', "x": {"id": "\xff"}}'), 400, "body: expected JSON in UTF-8"),
    ("no UTF-8 in a field of no use", post(GOOD[:-1] + b', "x": "\xff"}'), 400, "body: expected JSON in UTF-8"),
    ("no UTF-8 in a key of no use", post(GOOD[:-1] + b', "\xff": 1}'), 400, "body: expected JSON in UTF-8"),
    ("half a surrogate pair", post(order(name='"\\ud800"')), 400, "body: expected JSON"),
    ("an overlong encoding of /", post(order(name='"?"').replace(b"?", b"\xc0\xaf")), 400, "body: expected JSON"),
    ("UTF-16", post(GOOD.decode().encode("utf-16")), 400, "body: expected JSON"),
    ("a byte-order mark", post(b"\xef\xbb\xbf" + GOOD), 400, "body: expected JSON"),
    ("zeros", post(b"\0" * 1000), 400, "body: expected JSON"),
    ("a raw control character in a text", post(order(name='"\x01"')), 400, "body: expected JSON"),
    ("an integer beyond 64 bit", post(order(id="9223372036854775808")), 400, "params.id: expected Integer (64 bit)"),
    ("an integer of 30000 digits", post(order(id="9" * 30_000)), 400, "params.id: expected Integer"),
    ("a number beyond Double", post(order(price="1e999")), 400, "params.price: expected Double"),
    ("NaN", post(order(price="NaN")), 400, "body: expected JSON"),
    ("Infinity", post(order(price="-Infinity")), 400, "body: expected JSON"),
    ("a fraction for an integer", post(order(id="1.5")), 400, "params.id: expected Integer, got 1.5"),
    ("a text for a number", post(order(id='"1"')), 400, 'params.id: expected Integer, got "1"'),
    ("a key twice", post(b'{"params": {"id": 1, "price": 1, "name": "x", "id": 2}}'), 400, '"id" again'),
    ("a key twice, written in two ways", post(order()[:-2] + rb', "i\u0064": 2}}'), 400, '"id" again'),
    ("params twice", post(GOOD[:-1] + b", " + GOOD[1:]), 400, '"params" again'),
    ("a field that is missing", post(b'{"params": {"id": 1, "price": 1}}'), 400, "params.name: expected Text"),
    ("a form", post(b"params=3", "Content-Type: application/x-www-form-urlencoded"), 400, "body: expected JSON"),
    ("a list in place of the envelope", post(b"[1]", "Content-Type: text/plain"), 400, 'expected an object {"params"'),
    ("JSON in Latin-1", post(GOOD, "Content-Type: application/json; charset=iso-8859-1"), 415, "JSON is UTF-8"),
    ("a body in gzip", post(gzip.compress(GOOD), "Content-Encoding: gzip"), 415, "without Content-Encoding"),
    # Sizes
    ("a body that is too large", head(f"Content-Length: {MOST + 1}"), 413, f"http_max_body = {MOST} bytes"),
    ("a body of 18 digits' bytes", head("Content-Length: 999999999999999999"), 413, "http_max_body"),
    ("chunks that are too large together", chunked(*[b"8001\r\n" + b" " * 32769 + b"\r\n"] * 2, END), 413, "max_body"),
    ("a giant header", head("X: " + "x" * 40_000), 431, "headers are larger than"),
    ("a giant header without end", b"POST /p HTTP/1.1\r\nX: " + b"x" * 200_000, 431, "larger than"),
    ("too many headers", head(*[f"X-{number}: 1" for number in range(HEADERS + 1)]), 431, "more than 100 headers"),
    ("a giant target", head(target="/" + "p" * 9000), 414, "target is longer than"),
    # Paths and methods
    ("a path that nothing answers", post(GOOD, target="/q"), 404, "nothing answers /q here"),
    ("a trailing slash", post(GOOD, target="/p/"), 404, "nothing answers /p/ here (without the slash; /p is)"),
    ("an encoded slash", post(GOOD, target="%2Fp"), 400, ""),
    ("an encoded slash after one", post(GOOD, target="/%2Fp"), 404, "nothing answers /%2Fp here"),
    ("two slashes", post(GOOD, target="//p"), 404, "nothing answers"),
    ("dot segments", post(GOOD, target="/a/../p"), 404, "nothing answers /a/../p here"),
    ("encoded dot segments", post(GOOD, target="/a/%2e%2e/p"), 404, "nothing answers"),
    ("a NUL in the path", post(GOOD, target="/p%00"), 404, "nothing answers /p%00 here"),
    ("another case", post(GOOD, target="/P"), 404, "nothing answers /P here"),
    ("GET", head(method="GET"), 405, "GET is not answered here; send POST or PUT"),
    ("DELETE", head(method="DELETE"), 405, "DELETE is not answered here"),
    ("OPTIONS", head(method="OPTIONS"), 405, "OPTIONS is not answered here"),
    ("a method in small letters", post(GOOD, method="post"), 400, "this is not HTTP/1.1"),
    ("a method that nobody knows", post(GOOD, method="FETCH"), 400, "this is not HTTP/1.1"),
    ("CONNECT", head(target="x:443", method="CONNECT"), 400, ""),
    # Framing
    ("Content-Length and Transfer-Encoding", head("Content-Length: 5", "Transfer-Encoding: chunked") + END, 400, ""),
    ("two lengths", head("Content-Length: 5", "Content-Length: 6") + b"12345", 400, "this is not HTTP/1.1"),
    ("a negative length", head("Content-Length: -1"), 400, "this is not HTTP/1.1"),
    ("a length that is none", head("Content-Length: 0x10") + b"1" * 16, 400, "this is not HTTP/1.1"),
    ("a length of 30 digits", head("Content-Length: " + "9" * 30), 400, "this is not HTTP/1.1"),
    ("a chunk size that is none", chunked(b"xyz\r\n"), 400, "this is not HTTP/1.1"),
    ("a chunk that is longer than it says", chunked(b"2\r\n" + GOOD + b"\r\n" + END), 400, "this is not HTTP/1.1"),
    ("a chunk size beyond 64 bit", chunked(b"f" * 17 + b"\r\n"), 400, "this is not HTTP/1.1"),
    ("another transfer encoding", head("Transfer-Encoding: gzip, chunked") + CHUNK + END, 501, "chunked is the only"),
    ("chunks in HTTP/1.0", head("Transfer-Encoding: chunked", version="HTTP/1.0") + CHUNK + END, 400, ""),
    ("no Host", b"POST /p HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 400, "a request has one Host, this one has none"),
    ("two Hosts", head("Host: y"), 400, "a request has one Host, this one has 2"),
    ("a header over two lines", head("X: 1", " 2"), 400, "this is not HTTP/1.1"),
    ("a space before a header's colon", head("X : 1"), 400, "this is not HTTP/1.1"),
    ("a header without a colon", head("nonsense"), 400, "this is not HTTP/1.1"),
    ("a NUL in a header", head("X: \0"), 400, "this is not HTTP/1.1"),
    ("a space in the target", head(target="/p x"), 400, "this is not HTTP/1.1"),
    ("an expectation that nobody knows", post(GOOD, "Expect: the-unexpected"), 417, "100-continue is the only"),
    ("HTTP/0.9", b"GET /p\r\n\r\n", 505, "HTTP/0.9 is not spoken here; send HTTP/1.1"),
    ("HTTP/9.9", post(GOOD, version="HTTP/9.9"), 400, "this is not HTTP/1.1"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2 is not spoken here; send HTTP/1.1"),
    ("TLS on a port without", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xa5" * 500, 400, "without TLS"),
    ("garbage", bytes(range(255, 127, -1)) * 20, 400, "this is not HTTP/1.1"),
    ("a WebSocket", head("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", method="GET"), 405, "GET is not answered"),
]  # fmt: skip


class Source:
    """The source under test, and what came of what was sent to it."""

    def __init__(self, port: int, engine: Engine) -> None:
        self.port = port
        self.engine = engine

    async def client(self) -> Client:
        return await Client.to(self.port)

    async def told(self, data: bytes) -> Response:
        """The answer to some bytes."""
        client = await self.client()
        client.writer.write(data)
        try:
            return await client.receive()
        finally:
            client.close()


async def ended(client: Client) -> bool:
    """Whether the source hangs up, without another word."""
    try:
        return await client.reader.read() == b""
    except ConnectionResetError:  # something came after it had
        return True


async def head_only(source: Source) -> None:
    """The answer to HEAD has no body."""
    client = await source.client()
    client.writer.write(head(method="HEAD"))
    text = await client.reader.readuntil(b"\r\n\r\n")
    assert text.startswith(b"HTTP/1.1 405 ")
    client.writer.write(post(GOOD))
    assert (await client.receive()).status == 200
    source.engine.seen.remove(Order(1, 2.5, "good"))
    client.close()


async def slow_head(source: Source) -> None:
    client = await source.client()
    client.writer.write(b"POST /p HTTP/1.1\r\nX: ")
    answer = await client.receive()
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert answer.detail == "the request's head did not arrive within http_receive_timeout"
    assert await ended(client)


async def dripping_head(source: Source) -> None:
    """A byte now and then does not extend the time."""
    client = await source.client()
    answer = asyncio.create_task(client.receive())
    client.writer.write(b"POST /p HTTP/1.1\r\nX: ")
    while not answer.done():
        client.writer.write(b"x")
        await asyncio.wait([answer], timeout=0.01)
    assert answer.result().status == 408
    client.close()


async def slow_body(source: Source) -> None:
    client = await source.client()
    answer = asyncio.create_task(client.receive())
    client.writer.write(head("Content-Length: 1000"))
    while not answer.done():
        client.writer.write(b" ")
        await asyncio.wait([answer], timeout=0.01)
    assert answer.result().detail == "the request's body did not arrive within http_receive_timeout"
    assert await ended(client)


async def slow_rest(source: Source) -> None:
    """What is left of a request that has its answer is not waited for either."""
    client = await source.client()
    client.writer.write(head("Content-Length: 1000", target="/q"))
    assert (await client.receive()).status == 404
    closed = asyncio.create_task(client.reader.read())
    while not closed.done():
        client.writer.write(b" ")
        await asyncio.wait([closed], timeout=0.01)
    client.close()


async def silence(source: Source) -> None:
    client = await source.client()
    assert await ended(client)


async def empty_lines(source: Source) -> None:
    client = await source.client()
    closed = asyncio.create_task(client.reader.read())
    while not closed.done():
        client.writer.write(b"\r\n")
        await asyncio.wait([closed], timeout=0.01)
    client.close()


async def expecting(source: Source) -> None:
    """Who asks first is told before it sends; a body that is refused is not asked for."""
    refused = await source.told(head("Expect: 100-continue", f"Content-Length: {MOST + 1}"))
    assert refused.status == 413
    client = await source.client()
    client.writer.write(head("Expect: 100-continue", "Content-Length: 2"))
    assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.writer.write(b"{}")
    assert (await client.receive()).status == 400
    client.close()


async def pipelined_garbage(source: Source) -> None:
    """Requests before the rubbish have their answers, in order."""
    client = await source.client()
    client.writer.write(post(b"1") + post(b"2") + b"\xff rubbish")
    assert [(await client.receive()).status for _ in range(2)] == [400, 400]
    assert await ended(client)


async def pipelined_without_end(source: Source) -> None:
    client = await source.client()
    source.engine.working.clear()
    client.writer.write(post(GOOD) * (PIPELINED + 20))
    await client.writer.drain()
    await (await source.client()).send("/q")
    source.engine.working.set()
    answers = re.findall(rb"HTTP/1.1 (\d+)", await client.reader.read())
    assert answers == [b"200"] * (PIPELINED + 1)
    assert len(source.engine.seen) == PIPELINED + 1
    source.engine.seen.clear()
    client.close()


async def half_closed(source: Source) -> None:
    """A client that has only stopped sending gets its answer."""
    client = await source.client()
    source.engine.working.clear()
    client.writer.write(post(GOOD))
    client.writer.write_eof()
    await (await source.client()).send("/q")
    source.engine.working.set()
    answer = await client.receive()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert await ended(client)
    source.engine.seen.clear()


async def half_a_request(source: Source) -> None:
    for part in (b"POST /p HT", head("Content-Length: 100") + b'{"params', chunked(CHUNK), chunked(b"10\r\nab")):
        client = await source.client()
        client.writer.write(part)
        client.writer.write_eof()
        answer = await client.receive()
        assert (answer.status, answer.detail) == (400, "the request ended before it was complete")
        client.close()


async def gone(source: Source) -> None:
    """The value of a sender that has gone is worked on; it was sent whole."""
    client = await source.client()
    source.engine.working.clear()
    client.writer.write(post(GOOD))
    await client.writer.drain()
    await (await source.client()).send("/q")
    client.writer.transport.abort()
    source.engine.working.set()


async def reset(source: Source) -> None:
    """Connections that end with RST, at once and in the middle."""
    for data in (b"", head("Content-Length: 100")):
        with socket.create_connection(("127.0.0.1", source.port)) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.sendall(data)


async def flood(source: Source) -> None:
    """Connections beyond the most are told so, those beyond these are closed; the first go on."""
    first = await source.client()
    held = [await source.client() for _ in range(CONNECTIONS - 1)]
    extra = await source.client()
    answer = await extra.send("/p", GOOD)
    assert (answer.status, answer.headers["retry-after"], answer.headers["connection"]) == (503, "1", "close")
    assert answer.detail == f"there are more than {CONNECTIONS} connections; come again"
    more = [await source.client() for _ in range(SPARE + 20)]
    ended = [asyncio.create_task(one.reader.read()) for one in more]
    await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
    assert (await first.send("/p", GOOD)).status == 200
    source.engine.seen.clear()
    for one in (first, *held, extra, *more):
        one.close()
    await asyncio.gather(*ended, return_exceptions=True)


async def unread(source: Source) -> None:
    """An answer that nobody reads holds nothing for ever."""
    with socket.create_connection(("127.0.0.1", source.port)) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.sendall(head(target="/q") * 10)
        await (await source.client()).send("/q")


async def chunk_extensions(source: Source) -> None:
    """Bytes that belong to no value are not collected, and end with the time."""
    client = await source.client()
    answer = asyncio.create_task(client.receive())
    client.writer.write(head("Transfer-Encoding: chunked") + b"5;a=")
    while not answer.done():
        client.writer.write(b"x" * 4096)
        await asyncio.wait([answer], timeout=0.01)
    assert answer.result().status == 408
    client.close()


async def trailers(source: Source) -> None:
    answer = await source.told(chunked(CHUNK, b"0\r\n", *[b"X-%d: 1\r\n" % number for number in range(200)], b"\r\n"))
    assert (answer.status, answer.detail) == (431, "the request has more than 100 headers")


async def smuggled(source: Source) -> None:
    """What stands behind a body that lies about its length is a request of its own or none, never part of the value."""
    answer = await source.told(head("Content-Length: 2") + b"{}" + b"GPOST /p HTTP/1.1\r\n\r\n")
    assert answer.status == 400
    assert answer.detail.startswith("body: expected an object")


CONNECTIONS = 40
WAITING = (slow_head, dripping_head, slow_body, slow_rest, silence, empty_lines, chunk_extensions, unread)
"""Those that wait until their time is over."""
BEHAVED: list[tuple[str, str, Callable[[Source], Awaitable[None]]]] = [
    ("HEAD", "405 without a body", head_only),
    ("a head that does not end (slow loris)", "408", slow_head),
    ("a head that drips", "408", dripping_head),
    ("a body that drips", "408", slow_body),
    ("the rest of a refused request that drips", "closed", slow_rest),
    ("a connection on which nothing comes", "closed", silence),
    ("empty lines without end", "closed", empty_lines),
    ("a chunk extension without end", "408", chunk_extensions),
    ("too many trailers", "431", trailers),
    ("Expect: 100-continue for a body that is too large", "413, and 100 for one that is not", expecting),
    ("rubbish behind requests", "their answers, then closed", pipelined_garbage),
    ("more requests than may wait on a connection", "those that may, then closed", pipelined_without_end),
    ("a request hidden behind a body", "400", smuggled),
    ("a client that stops sending and waits", "200", half_closed),
    ("half a request, then the end", "400", half_a_request),
    ("a client that is gone before its answer", "the value is through", gone),
    ("connections that are reset", "nothing", reset),
    ("answers that nobody reads", "closed", unread),
    ("more connections than there may be", "503, further ones are closed", flood),
]


@asynccontextmanager
async def source(receive: float = 20) -> AsyncIterator[Source]:
    """A source that answers, and has no internal error at the end; a request has so many seconds to arrive."""
    engine, recorder = Engine(), Recorder()
    facts = context(Path(), offer=engine.offer, log=recorder.log)
    limits = {"http_max_body": MOST, "http_connections": CONNECTIONS}
    limits["http_receive_timeout"] = datetime.timedelta(seconds=receive)
    async with serving(HttpSource(), Order, facts, **limits) as port:
        yield Source(port, engine)
    assert "internal error" not in recorder.text()
    await engine.stop()


async def still_answers(source: Source, left: list[Any]) -> None:
    client = await source.client()
    assert (await client.send("/p", GOOD)).status == 200
    client.close()
    assert source.engine.seen == [*left, Order(1, 2.5, "good")]
    source.engine.seen.clear()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[Source]:
    """One source for all that is answered at once."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with source() as made:
        await asyncio.to_thread(int)  # its one thread is the source's, not left behind by a test
        yield made


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "data", "status", "detail"), ANSWERED, ids=[name for name, *_ in ANSWERED])
async def test_what_is_wrong_is_told_in_a_problem_document(
    shared: Source, name: str, data: bytes, status: int, detail: str
) -> None:
    answer = await shared.told(data)
    assert (answer.status, detail in answer.detail) == (status, True), answer.detail
    await still_answers(shared, [])


@pytest.mark.thorough
@pytest.mark.parametrize("use", [use for *_, use in BEHAVED], ids=[name for name, *_ in BEHAVED])
async def test_who_behaves_badly_harms_nobody(use: Callable[[Source], Awaitable[None]]) -> None:
    async with source(0.3 if use in WAITING else 20) as made:
        await use(made)
        await still_answers(made, [Order(1, 2.5, "good")] if use is gone else [])


def mutated(random: Random, request: bytes) -> bytes:
    """A request with some of its bytes changed, taken out, doubled, or cut off."""
    data = bytearray(request)
    for _ in range(random.randint(1, 4)):
        at, size = random.randrange(len(data) + 1), random.randint(1, 12)
        change = random.randrange(5)
        if change == 0:
            data[at : at + 1] = random.randbytes(1)
        elif change == 1:
            del data[at : at + size]
        elif change == 2:
            data[at:at] = data[at : at + size] * random.randint(1, 3)
        elif change == 3:
            data[at:at] = random.choice((b"\r\n", b"\0", b"%2e", b'"', b"{", b"-", b"\xff", b": ", b"chunked"))
        elif len(data) > 40:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("many", [400, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_requests_that_are_slightly_wrong(many: int, record_property: Callable[[str, object], None]) -> None:
    """Each is answered or hung up on, and what comes through is a value of its type."""
    random = Random(many)
    seeds = (post(GOOD), chunked(CHUNK, END), post(GOOD, "Content-Type: application/json") * 2)
    statuses: Counter[str] = Counter()
    async with source() as made:
        for _ in range(many):
            client = await made.client()
            client.writer.write(mutated(random, random.choice(seeds)))
            client.writer.write_eof()
            text = await client.reader.read()
            statuses[text[9:12].decode()] += 1
            assert text == b"" or re.match(rb"HTTP/1\.1 \d{3} ", text), text
            client.close()
        assert all(type(order) is Order and type(order.id) is int for order in made.engine.seen)
        made.engine.seen.clear()
        await still_answers(made, [])
    record_property("statuses", dict(statuses))
    assert statuses["400"] > many / 4
    assert set(statuses) <= {"", "100", "200", "400", "404", "405", "413", "415", "417", "431", "501", "505"}


def test_the_list_of_bad_requests_is_what_is_tried() -> None:
    listed = re.findall(r"^\| (.+?) \| (.+?) \|$", LIST.read_text(), re.MULTILINE)[2:]
    tried = [(name, str(status)) for name, _, status, _ in ANSWERED] + [(name, told) for name, told, _ in BEHAVED]
    assert listed == tried
    assert len(tried) > 72
