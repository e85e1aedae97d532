"""Heads that a client sends again: what is wrong with a request is found behind a head that is known just as well."""

import asyncio
import datetime
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio
from connector_harness import Client, Engine, Recorder, context, serving
from nstack.connectors.http import HttpSource
from nstack.connectors.httpheads import LONGEST, MOST
from nstack.connectors.httpwire import Wire
from nstack.runtime.scalars import Text
from test_http_hostile import ANSWERED, GOOD, Order, Source, order, post, source


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[Source]:
    """One source for all."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with source() as made:
        await asyncio.to_thread(int)  # its one thread is the source's, not left behind by a test
        yield made
        made.engine.seen.clear()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that came behind a head that was known, the bad ones too."""
    bodies: list[bytes] = []
    take = Wire._take_again

    def watched(self: Wire, data: bytes) -> bool:
        head, _, body = data.partition(b"\r\n\r\n")
        known = head + b"\r\n\r\n" in self.heads
        found = take(self, data)
        if found or (known and len(body) == self.heads[head + b"\r\n\r\n"].length):
            bodies.append(body)
        return found

    monkeypatch.setattr(Wire, "_take_again", watched)
    return bodies


SHORT = b'{"params":{"id":1,"price":1,"name":""}}'
PADDED = [
    (name, data, status, detail)
    for name, data, status, detail in ANSWERED
    if data.startswith(b"POST /p HTTP/1.1\r\n")
    and re.search(rb"Content-Length: \d+\r\n\r\n", data)
    and len(data.partition(b"\r\n\r\n")[2]) >= len(SHORT)
    and status == 400
]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "data", "status", "detail"), PADDED, ids=[name for name, *_ in PADDED])
async def test_a_bad_body_behind_a_known_head_is_refused(
    shared: Source, taken: list[bytes], name: str, data: bytes, status: int, detail: str
) -> None:
    head, _, body = data.partition(b"\r\n\r\n")
    good = head + b"\r\n\r\n" + SHORT.ljust(len(body))
    client = await shared.client()
    for request, wanted in ((good, 200), (good, 200), (data, status), (good, 200)):
        client.writer.write(request)
        answer = await client.receive()
        assert answer.status == wanted, answer.detail
        if wanted != 200:
            assert detail in answer.detail
            client.close()
            client = await shared.client()
    client.close()
    assert taken[0] == SHORT.ljust(len(body))
    assert body in taken


def test_most_bad_bodies_are_tried_behind_a_known_head() -> None:
    assert len(PADDED) >= 20


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("body", [order(), order(name='"a:b"'), order(name='"\\"id\\":"'), order(price="2.5 ")])
async def test_one_head_brings_the_value_of_each_body(shared: Source, taken: list[bytes], body: bytes) -> None:
    shared.engine.seen.clear()
    client = await shared.client()
    other = body.replace(b'"id": 1', b'"id": 7')
    for each in (body, other, body):
        client.writer.write(post(each))
        assert (await client.receive()).status == 200
    client.close()
    assert [one.id for one in shared.engine.seen] == [1, 7, 1]
    assert taken[-2:] == [other, body]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_rest_of_a_head_is_no_head(shared: Source, taken: list[bytes]) -> None:
    """Bytes that ended a head once are none where a request begins."""
    first, rest = post(GOOD, "X-Odd: 1").split(b"X-Odd: 1\r\n")
    for _ in range(2):
        client = await shared.client()
        client.writer.write(first)
        await client.writer.drain()
        await (await shared.client()).send("/q")  # by then the first part has been read
        client.writer.write(rest)
        assert (await client.receive()).status == 200
        client.close()
    answer = await shared.told(rest)
    assert (answer.status, answer.detail) == (400, "this is not HTTP/1.1")
    assert taken == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_known_head_with_its_body_in_parts_or_with_more_behind_it(shared: Source, taken: list[bytes]) -> None:
    client = await shared.client()
    request = post(GOOD, "X-Parts: 1")
    client.writer.write(request)
    assert (await client.receive()).status == 200
    client.writer.write(request[:-5])
    await client.writer.drain()
    await (await shared.client()).send("/q")
    client.writer.write(request[-5:])
    assert (await client.receive()).status == 200
    client.writer.write(request * 3)
    assert [(await client.receive()).status for _ in range(3)] == [200] * 3
    assert taken == []
    client.writer.write(request)
    assert (await client.receive()).status == 200
    assert taken == [GOOD]
    client.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_requests_behind_one_that_is_in_work_wait_for_it(shared: Source, taken: list[bytes]) -> None:
    client = await shared.client()
    request = post(GOOD, "X-Behind: 1")
    client.writer.write(request)
    assert (await client.receive()).status == 200
    shared.engine.working.clear()
    client.writer.write(request)
    while not taken:
        await asyncio.sleep(0)
    client.writer.write(post(order(id='"no"')) + request)
    await (await shared.client()).send("/q")
    shared.engine.working.set()
    assert [(await client.receive()).status for _ in range(3)] == [200, 400, 200]
    client.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_client_that_only_stops_sending_is_answered_behind_a_known_head(
    shared: Source, taken: list[bytes]
) -> None:
    client = await shared.client()
    request = post(GOOD, "X-Half: 1")
    client.writer.write(request)
    assert (await client.receive()).status == 200
    shared.engine.working.clear()
    client.writer.write(request)
    client.writer.write_eof()
    while not taken:
        await asyncio.sleep(0)
    await (await shared.client()).send("/q")
    shared.engine.working.set()
    answer = await client.receive()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert await client.reader.read() == b""


@pytest.mark.asyncio(loop_scope="module")
async def test_a_connection_is_not_idle_while_a_request_behind_a_known_head_is_in_work(
    shared: Source, taken: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two requests it may be idle for a while, and only then."""
    client = await shared.client()
    request = post(GOOD, "X-Idle: 1")
    client.writer.write(request)
    assert (await client.receive()).status == 200
    idle: list[asyncio.TimerHandle] = []
    take = Wire._take_again

    def watched(self: Wire, data: bytes) -> bool:
        idle.append(self.timeout_keep_alive_task)
        return take(self, data)

    monkeypatch.setattr(Wire, "_take_again", watched)
    shared.engine.working.clear()
    client.writer.write(request)
    while not taken:
        await asyncio.sleep(0)
    assert [timer.cancelled() for timer in idle] == [True]
    shared.engine.working.set()
    assert (await client.receive()).status == 200
    client.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "line",
    ["Connection: close", "Connection: keep-alive", "Expect: 100-continue", "X: " + "x" * LONGEST],
    ids=["close", "keep-alive", "expect", "long"],
)
async def test_heads_that_are_never_kept(shared: Source, taken: list[bytes], line: str) -> None:
    for _ in range(3):
        client = await shared.client()
        client.writer.write(post(GOOD, line))
        answer = await client.receive()
        answer = await client.receive() if answer.status == 100 else answer
        assert answer.status == 200
        client.close()
    assert taken == []


@pytest.mark.asyncio(loop_scope="module")
async def test_so_many_heads_are_kept(shared: Source, taken: list[bytes]) -> None:
    client = await shared.client()
    for number in range(MOST + 1):
        client.writer.write(post(GOOD, f"X-Number: {number}"))
        assert (await client.receive()).status == 200
    client.writer.write(post(GOOD, f"X-Number: {MOST}"))
    assert (await client.receive()).status == 200
    client.writer.write(post(GOOD, "X-Number: 0"))
    assert (await client.receive()).status == 200
    client.close()
    assert len(taken) <= 2


async def test_a_known_head_lets_nobody_in_without_the_token(taken: list[bytes]) -> None:
    engine, recorder = Engine(), Recorder()
    async with serving(
        HttpSource(), Text, context(Path(), offer=engine.offer, log=recorder.log), http_token="s3cret"
    ) as port:
        client = await Client.to(port)
        right, wrong, none = (
            post(b'{"params": "x"}', *lines)
            for lines in (["Authorization: Bearer s3cret"], ["Authorization: Bearer s3creT"], [])
        )
        statuses = []
        for request in (right, right, wrong, none, wrong, none, right):
            client.writer.write(request)
            statuses.append((await client.receive()).status)
        client.close()
    await engine.stop()
    assert statuses == [200, 200, 401, 401, 401, 401, 200]
    assert len(taken) == 2


async def test_who_waits_behind_a_known_head_is_told_that_it_took_too_long(taken: list[bytes]) -> None:
    engine, recorder = Engine(), Recorder()
    limit = datetime.timedelta(seconds=0.2)
    facts = context(Path(), offer=engine.offer, log=recorder.log)
    async with serving(HttpSource(), Order, facts, http_timeout=limit) as port:
        client = await Client.to(port)
        client.writer.write(post(GOOD))
        assert (await client.receive()).status == 200
        engine.working.clear()
        client.writer.write(post(GOOD))
        answer = await client.receive()
        assert (answer.status, answer.detail) == (504, "the value was not through within http_timeout")
        assert taken == [GOOD]
        engine.working.set()
        client.close()
    await engine.stop()
