"""``Sources.http`` over real sockets: bodies, statuses, answers, load, stopping."""

import asyncio
import datetime
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Client, Engine, Flag, Recorder, context, parameters_of, serving
from nstack.connectors.http import HttpSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.scalars import Integer, Json, Text, Unit
from nstack.runtime.token import Problem, Token
from nstack.runtime.values import Record

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Inner(Record):
    """The record of the documented message."""

    f1: Integer


class Params(Record):
    """A record that has a field of the envelope's name."""

    params: Integer


def given(engine: Engine, **facts: Any) -> Any:
    """A context whose batches go to ``engine``."""
    return context(Path(), offer=engine.offer, node="Sources.http", expects=engine.expects, **facts)


@asynccontextmanager
async def each_type(types: list[Any], engine: Engine) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """One server with a path for each type: its port, and the paths by the types' text."""
    paths = {repr(type_): f"/{number}" for number, type_ in enumerate(types)}
    facts = given(engine, shared={})
    async with AsyncExitStack() as stack:
        port = 0
        for text, type_ in {repr(type_): type_ for type_ in types}.items():
            port = await stack.enter_async_context(serving(HttpSource(), type_, facts, http_path=paths[text]))
        yield port, paths


GOOD_BODIES = [
    (Integer, b'{"params": 3}', None, 3),
    (Integer, b'{"params": 3}', FORM, 3),
    (Integer, b'{"params": 3, "more": 1}', "text/plain", 3),
    (Integer, b'{"params": 3}', JSON, 3),
    (Integer, b"3", JSON, 3),
    (Integer, b" 3\n", "Application/JSON; charset=utf-8", 3),
    (Integer, b"3", "application/vnd.api+json", 3),
    (Text, b'"\\"params\\""', JSON, '"params"'),
    (Text, b'{"params": "x"}', JSON, "x"),
    (Unit, b'{"params": []}', None, None),
    (Unit, b'{"params": null}', None, None),
    (Json, b'{"params": {"a": [1]}}', None, '{"a": [1]}'),
    (Flag, b'{"params": {"b": true, "a": 1}}', None, Flag(1, True)),
    (Flag, rb'{"p\u0061ra\u006Ds": {"b": true, "a": 1}, "a": 2, "b": false}', JSON, Flag(1, True)),
    (Params, b'{"params": 3}', JSON, Params(3)),
    (Params, b'{"params": {"params": 3}}', JSON, Params(3)),
    (list[Inner], b'{"params": [{"f1": 1}]}', FORM, [Inner(1)]),
]


async def test_a_value_arrives() -> None:
    engine = Engine()
    async with each_type([type_ for type_, *_ in GOOD_BODIES], engine) as (port, paths):
        client = await Client.to(port)
        for type_, body, kind, value in GOOD_BODIES:
            for method, query in (("POST", ""), ("PUT", "?query=1")):
                answer = await client.send(paths[repr(type_)] + query, body, method, kind)
                assert (answer.status, answer.body) == (200, b"Message Accepted"), body
                assert answer.headers["content-type"].startswith("text/plain")
                assert engine.seen.pop() == value
        client.close()
    await engine.stop()


BAD_BODIES = [
    (list[Inner], b'{"params": [{"f1": 1}, {"f1": "x"}]}', FORM, 'params[1].f1: expected Integer, got "x"'),
    (Text, b'{"params": 3}', None, "params: expected Text, got 3"),
    (Text, b'{"params": 3}', JSON, "params: expected Text, got 3"),
    (Text, b"3", JSON, "body: expected Text, got 3"),
    (Text, b'"x"', FORM, 'body: expected an object {"params": value}, got "x"'),
    (Text, b'{"param": "x"}', FORM, 'body: expected an object {"params": value}, got {"param":"x"}'),
    (Text, b"", None, "body: expected JSON, got nothing"),
    (Text, b"", JSON, "body: expected JSON, got nothing"),
    (Text, b"params=x", FORM, "body: expected JSON, got malformed text"),
    (Text, b'{"params": "x"', JSON, "body: expected JSON, got malformed text"),
    (Text, b'{"params": "x"} trailing', None, "body: expected JSON, got malformed text"),
    (Text, b'{"params": "\xff"}', None, "body: expected JSON"),
    (Text, b"\x00\x01\x02", None, "body: expected JSON"),
    (Text, b"\xef\xbb\xbf{}", None, "body: expected"),
    (Text, b'{"params": ' + b"[" * 100_000, None, "body: expected JSON, got values nested too deeply"),
    (Integer, b'{"params": 1.5}', None, "params: expected Integer, got 1.5"),
    (Integer, b'{"params": true}', None, "params: expected Integer, got true"),
    (Integer, b'{"params": "3"}', None, 'params: expected Integer, got "3"'),
    (Integer, b'{"params": 9223372036854775808}', None, "params: expected Integer (64 bit), got 9223372036854775808"),
    (Integer, b'{"params": null}', None, "params: expected Integer, got null"),
    (tuple[Integer, Integer], b'{"params": [1]}', None, "params: expected"),
    (tuple[Integer, Integer], b'{"params": [1, 2, 3]}', None, "params: expected"),
    (Unit, b'{"params": {}}', None, "params: expected (), got {}"),
    (Flag, b'{"params": []}', None, "params: expected Flag, got []"),
    (Flag, b'{"params": {"a": 1}}', None, "params.b: expected Boolean"),
    (Params, b'{"params": "x"}', JSON, 'params: expected Params, got "x"'),
    (Params, b'{"params" : 1, "params": 2}', JSON, 'body: expected each key once in an object, got "params" again'),
    (Json, b'{"params": }', None, "body: expected JSON"),
    (Flag, b'{"a": 1, "b": true, "c": "\xff"}', JSON, "body: expected JSON in UTF-8, got other bytes"),
    (Text, b'{"params": "x", "y": [{"k": "\xff"}, {"k": 1}]}'.ljust(100_000), None, "body: expected JSON in UTF-8"),
]


async def test_a_wrong_body_is_told_with_the_path_of_its_fault() -> None:
    engine = Engine()
    told = []
    async with each_type([type_ for type_, *_ in BAD_BODIES], engine) as (port, paths):
        client = await Client.to(port)
        for type_, body, kind, message in BAD_BODIES:
            answer = await client.send(paths[repr(type_)], body, kind=kind)
            told.append((answer.status, answer.detail[: len(message)]))
        client.close()
    assert told == [(400, message) for *_, message in BAD_BODIES]
    assert engine.seen == []
    await engine.stop()


async def test_other_paths_methods_and_sizes_have_their_statuses() -> None:
    engine = Engine()
    async with serving(HttpSource(), Text, given(engine), http_path="a b/c", http_max_body=100_000) as port:
        client = await Client.to(port)
        statuses = {
            "found": await client.send("/a%20b/c", b'{"params": ""}'),
            "other": await client.send("/a", b'{"params": ""}'),
            "slash": await client.send("/a%20b/c/", b'{"params": ""}'),
            "large": await (await Client.to(port)).send("/a%20b/c", b" " * 100_001),
            "chunks": await (await Client.to(port)).send("/a%20b/c", b" " * 100_001, chunked=True),
            "fits": await client.send("/a%20b/c", b'{"params": "' + b"x" * 99_986 + b'"}', chunked=True),
        }
        assert {name: answer.status for name, answer in statuses.items()} == {
            "found": 200, "other": 404, "slash": 404, "large": 413, "chunks": 413, "fits": 200,
        }  # fmt: skip
        assert statuses["large"].detail == "the body is larger than http_max_body = 100000 bytes"
        for method in ("GET", "DELETE", "PATCH", "OPTIONS"):
            answer = await client.send("/a%20b/c", method=method)
            assert (answer.status, answer.headers["allow"]) == (405, "POST, PUT")
        client.close()
    assert [len(value) for value in engine.seen] == [0, 99_986]
    await engine.stop()


async def test_something_that_is_not_http_harms_nobody() -> None:
    engine = Engine()
    async with serving(HttpSource(), Text, given(engine)) as port:
        for garbage in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST /p HTTP/1.1\r\ncontent-length: -1\r\n\r\n"):
            client = await Client.to(port)
            client.writer.write(garbage)
            client.writer.write_eof()
            assert (await client.reader.read()).startswith((b"HTTP/1.1 400", b""))
            client.close()
        half = await Client.to(port)
        half.writer.write(b'POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"par')
        half.close()
        client = await Client.to(port)
        assert (await client.send("/p", b'{"params": "x"}')).status == 200
        client.close()
    assert engine.seen == ["x"]
    await engine.stop()


async def test_the_answer_comes_when_the_value_is_through() -> None:
    engine = Engine()
    engine.working.clear()
    async with serving(HttpSource(), Text, given(engine)) as port:
        client = await Client.to(port)
        waiting = asyncio.create_task(client.send("/p", b'{"params": "x"}'))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        engine.working.set()
        assert (await waiting).status == 200
        client.close()
    await engine.stop()


async def test_received_answers_at_once() -> None:
    engine = Engine()
    engine.working.clear()
    async with serving(HttpSource(), Text, given(engine), http_ack="received") as port:
        client = await Client.to(port)
        assert (await client.send("/p", b'{"params": "x"}')).body == b"Message Accepted"
        assert engine.seen == []
        engine.working.set()
        client.close()
    await engine.stop()


async def test_received_leaves_nothing_for_a_reply() -> None:
    engine = Engine(expects="one")
    with pytest.raises(UsageError, match=r'http_ack = "received" answers at once'):
        async with serving(HttpSource(), Text, given(engine), http_ack="received"):
            pass
    await engine.stop()


async def test_a_full_queue_is_503_with_retry_after() -> None:
    engine = Engine(room=1)
    engine.working.clear()
    async with serving(HttpSource(), Text, given(engine)) as port:
        waiting, tasks = [await Client.to(port) for _ in range(2)], []
        for client in waiting:
            tasks.append(asyncio.create_task(client.send("/p", b'{"params": "x"}')))
            await asyncio.wait(tasks, timeout=0.02)
        client = await Client.to(port)
        answer = await client.send("/p", b'{"params": "y"}')
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        engine.working.set()
        assert [(await task).status for task in tasks] == [200, 200]
        assert (await client.send("/p", b'{"params": "z"}')).status == 200
        for one in (*waiting, client):
            one.close()
    assert engine.seen == ["x", "x", "z"]
    await engine.stop()


def _reply(value: Any, token: Token) -> None:
    for _ in range(value):
        token.reply(b'{"n":%d}' % value)


@pytest.mark.parametrize(
    ("expects", "value", "status", "body"),
    [
        ("one", 1, 200, b'{"n":1}'),
        ("one", 0, 204, b""),
        ("many", 2, 200, b'[{"n":2},{"n":2}]'),
        ("many", 0, 200, b"[]"),
    ],
)
async def test_a_reply_is_the_answer(expects: str, value: int, status: int, body: bytes) -> None:
    engine = Engine(_reply, expects=expects)
    async with serving(HttpSource(), Integer, given(engine)) as port:
        client = await Client.to(port)
        for _ in range(2):
            answer = await client.send("/p", b'{"params": %d}' % value)
            assert (answer.status, answer.body) == (status, body)
            assert answer.headers.get("content-type") == (JSON if status == 200 else None)
        client.close()
    await engine.stop()


@pytest.mark.parametrize("status", [500, 504])
async def test_a_failure_is_a_problem_document(status: int) -> None:
    engine = Engine(lambda value, token: token.fail(Problem("4f2a", status, "f failed")))
    async with serving(HttpSource(), Integer, given(engine)) as port:
        client = await Client.to(port)
        answer = await client.send("/p", b'{"params": 1}')
        document = json.loads(answer.body)
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (document["status"], document["detail"], document["id"]) == (status, "f failed", "4f2a")
        client.close()
    await engine.stop()


async def test_a_value_that_takes_too_long_is_504_with_an_id_that_is_in_the_log() -> None:
    engine, recorder = Engine(), Recorder()
    engine.working.clear()
    limit = datetime.timedelta(milliseconds=30)
    async with serving(HttpSource(), Text, given(engine, log=recorder.log), http_timeout=limit) as port:
        client = await Client.to(port)
        answer = await client.send("/p", b'{"params": "x"}')
        assert answer.status == 504
        assert json.loads(answer.body)["id"] in recorder.text()
        client.writer.write(b"POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{")
        assert (await client.receive()).status == 408
        client.close()
        engine.working.set()
    await engine.stop()


@pytest.mark.parametrize("many", [10_000, pytest.param(100_000, marks=pytest.mark.soak)])
async def test_two_hundred_requests_in_flight_lose_none(many: int) -> None:
    def double(value: int, token: Token) -> None:
        token.reply(b"%d" % (value * 2))

    engine = Engine(double, expects="one")
    async with serving(HttpSource(), Integer, given(engine)) as port:
        numbers = iter(range(many))
        wrong: list[Any] = []

        async def worker() -> None:
            client = await Client.to(port)
            for number in numbers:
                answer = await client.send("/p", b'{"params": %d}' % number)
                if (answer.status, answer.body) != (200, b"%d" % (number * 2)):
                    wrong.append((number, answer.status, answer.body))
            client.close()

        await asyncio.gather(*(worker() for _ in range(200)))
    assert wrong == []
    assert sorted(engine.seen) == list(range(many))
    await engine.stop()


async def test_two_paths_share_a_port_and_one_path_has_one_owner() -> None:
    engine = Engine()
    shared: dict[Any, Any] = {}
    first, second = HttpSource(), HttpSource()
    async with serving(first, Text, given(engine, shared=shared), http_path="/a") as port:
        async with serving(second, Integer, given(engine, shared=shared), http_path="b") as other:
            assert other == port
            client = await Client.to(port)
            assert (await client.send("/a", b'{"params": "x"}')).status == 200
            assert (await client.send("/b", b'{"params": 1}')).status == 200
            third, same = HttpSource(), {"http_path": "a", "http_port": 0}
            with pytest.raises(ConnectorError, match=rf"two Sources\.http answer /a on port {port}: t\.nml:1:1 and t"):
                await third.open(parameters_of(third, same), Codec(Text), given(engine, shared=shared))
            await third.close()
        assert (await client.send("/b", b'{"params": 1}')).status == 404, "a path goes with its source"
        assert (await client.send("/a", b'{"params": "y"}')).status == 200
        client.close()
    assert engine.seen == ["x", 1, "y"]
    await engine.stop()


async def test_a_port_in_use_names_the_port_and_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConnectorError) as fault:
            await HttpSource().open(
                parameters_of(HttpSource(), {"http_path": "/", "http_port": port}), Codec(Text), context(Path())
            )
    assert f"port {port} on 127.0.0.1 is in use" in str(fault.value)
    assert f"-p http_port={port + 1}" in str(fault.value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"http_port": 70_000}, "http_port must be between 0 and 65535, got 70000"),
        ({"http_port": 0, "http_host": "no.such.host.invalid"}, "http_host 'no.such.host.invalid' is no address"),
        ({"http_port": 0, "http_host": "192.0.2.1"}, "http_host '192.0.2.1' is no address"),
        ({"http_port": 0, "http_max_body": 0}, "http_max_body must be at least 1, got 0"),
        ({"http_port": 0, "http_timeout": datetime.timedelta()}, "http_timeout must be longer than 0 seconds"),
    ],
)
async def test_parameters_that_cannot_be_are_one_clear_error(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises((ConnectorError, UsageError)) as fault:
        await HttpSource().open(
            parameters_of(HttpSource(), {"http_path": "/"} | parameters), Codec(Text), context(Path())
        )
    assert str(fault.value).startswith(message)


async def test_stopping_answers_what_is_in_flight_and_takes_nothing_new() -> None:
    engine = Engine()
    engine.working.clear()
    source = HttpSource()
    async with serving(source, Text, given(engine)) as port:
        client, idle = await Client.to(port), await Client.to(port)
        waiting = asyncio.create_task(client.send("/p", b'{"params": "x"}'))
        await asyncio.wait([waiting], timeout=0.05)
        await source.stop()
        with pytest.raises(OSError):
            await Client.to(port)
        assert (await idle.send("/p", b'{"params": "y"}')).status == 503
        engine.working.set()
        assert (await waiting).status == 200
    assert engine.seen == ["x"]
    client.close()
    idle.close()
    await engine.stop()


async def test_a_run_that_ends_without_a_value_tells_its_sender() -> None:
    engine = Engine()
    engine.working.clear()
    async with serving(HttpSource(), Text, given(engine)) as port:
        client = await Client.to(port)
        waiting = asyncio.create_task(client.send("/p", b'{"params": "x"}'))
        await asyncio.wait([waiting], timeout=0.05)
    answer = await waiting
    assert (answer.status, answer.detail) == (503, "the workflow stopped before the value was through; send it again")
    client.close()
    await engine.stop()


async def test_a_sender_that_has_gone_cancels_nothing() -> None:
    engine = Engine()
    engine.working.clear()
    async with serving(HttpSource(), Text, given(engine)) as port:
        client = await Client.to(port)
        client.writer.write(b'POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 15\r\n\r\n{"params": "x"}')
        await client.writer.drain()
        other = await Client.to(port)
        await other.send("/p", b"", method="GET")
        client.writer.transport.abort()
        engine.working.set()
        assert (await other.send("/p", b'{"params": "y"}')).status == 200
        other.close()
    assert engine.seen == ["x", "y"]
    await engine.stop()


async def test_what_was_refused_is_told_at_the_end() -> None:
    engine, recorder, shared = Engine(), Recorder(), {}
    first, second = HttpSource(), HttpSource()
    async with (
        serving(first, Text, given(engine, log=recorder.log, shared=shared), http_path="/a") as port,
        serving(second, Text, given(engine, log=recorder.log, shared=shared), http_path="/b"),
    ):
        client = await Client.to(port)
        for path, body in (
            ("/a", b'{"params": "x"}'),
            ("/a", b"3"),
            ("/a", b"4"),
            ("/c", b""),
            ("/b", b'{"params": "y"}'),
        ):
            await client.send(path, body)
        await client.send("/a", method="GET")
        client.close()
        assert (first.answers(), second.answers()) == ({200: 1, 400: 2, 405: 1}, {200: 1})
    assert "Sources.http /a: 3 requests were refused, 2 with 400, 1 with 405\n" in recorder.text()
    assert "/b: " not in recorder.text()
    await engine.stop()


async def test_a_port_is_free_again_after_the_run() -> None:
    engine = Engine()
    async with serving(HttpSource(), Text, given(engine)) as port:
        pass
    async with serving(HttpSource(), Text, given(engine), http_port=port) as again:
        assert again == port
    unserved = HttpSource()
    await unserved.open(parameters_of(unserved, {"http_path": "/", "http_port": port}), Codec(Text), given(engine))
    await unserved.close()
    socket.create_server(("127.0.0.1", port)).close()
    await engine.stop()
