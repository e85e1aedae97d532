"""``Http.get`` and ``Http.post`` against a server that answers as a test tells it."""

import asyncio
import datetime
import gzip
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from broker_harness import free_port
from connector_harness import parameters_of
from http_servers import Asked, Server, answer, serving
from nstack.connectors.httpclient import HttpGet, HttpPost, pause_of
from nstack.connectors.httpforms import Answer, RequestFailed
from nstack.runtime.calls import is_final, pause_after
from nstack.runtime.codec import Codec
from nstack.runtime.errors import MissingExtra, TooLarge, UsageError
from nstack.runtime.outbox import backoff
from nstack.runtime.scalars import Boolean, Bytes, Date, Integer, Text, Unit
from nstack.runtime.values import Record
from tls_servers import Certificates

ROOT = Path(__file__).parents[2]


class Query(Record):
    """What is asked for."""

    id: Integer
    name: Text
    tags: list[Text]
    since: Date | None = None
    deep: Boolean | None = None


class Thing(Record):
    """What is answered."""

    n: Integer


class Whole(Record):
    """A whole answer."""

    status: Integer
    headers: dict[str, Text]
    body: Bytes


THING = b'{"n": 1}'
QUERY = Query(7, "a/b ü", ["x", "y&z"], datetime.date(2024, 2, 29), None)


def bound(function: Any, url: str, input: Any = Query, output: Any = Thing, **given: Any) -> Callable[[Any], Any]:
    """The coroutine function of a use."""
    made = function()
    facts = {"url": url} | {f"url_{name}": value for name, value in given.items()}
    found: Callable[[Any], Any] = made.bind(Codec(input), Codec(output), parameters_of(made, facts))
    return found


def saying(*answers: bytes | None) -> Callable[[Asked], Any]:
    """A handler that gives these answers in turn, the last one again and again."""
    left = list(answers)

    async def handler(asked: Asked) -> bytes | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return handler


async def failure(call: Any, value: Any = QUERY) -> RequestFailed:
    """The error of a request."""
    with pytest.raises(RequestFailed) as fault:
        async with asyncio.timeout(20):
            await call(value)
    return fault.value


async def test_a_record_makes_the_path_and_the_query() -> None:
    async with serving(saying(answer(THING))) as server:
        call = bound(HttpGet, server.url("/things/{id}/{name}?fixed=1"), headers=["X-One: 1"])
        assert await call(QUERY) == Thing(1)
        assert await call(Query(-1, "..x", [])) == Thing(1)
    one, two = server.asked
    assert (one.method, one.body) == ("GET", b"")
    assert one.path == "/things/7/a%2Fb%20%C3%BC?fixed=1&tags=x&tags=y%26z&since=2024-02-29"
    assert one.headers["x-one"] == "1"
    assert one.headers["accept"] == "application/json"
    assert two.path == "/things/-1/..x?fixed=1"
    assert server.connections == 1  # which is kept


async def test_single_values_and_whole_urls() -> None:
    async with serving(saying(answer(THING))) as server:
        assert await bound(HttpGet, server.url("/n/{}"), Integer)(5) == Thing(1)
        assert await bound(HttpGet, "{}", Text)(server.url("/from/the/value?a=b")) == Thing(1)
        for wrong, shown in (
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("http://[::1/", "http://[::1/"),
            ("http://x:99999/", "http://x:99999/"),
            ("http://x:0/", "http://x:0/"),
            ("http://me:hu/sh@x/", "http://***@x/"),
            ("//me:hush@x/", "//***@x/"),
        ):
            fault = await failure(bound(HttpGet, "{}", Text), wrong)
            assert str(fault) == f"value: expected a URL, http or https, got {shown!r}"
            assert fault.final  # no repetition helps
        for wrong in ("", "..", "."):
            fault = await failure(bound(HttpGet, server.url("/n/{}"), Text), wrong)
            assert "a text for the URL" in str(fault)
            assert fault.final
    assert [asked.path for asked in server.asked] == ["/n/5", "/from/the/value?a=b"]


async def test_a_body_is_json_text_or_bytes() -> None:
    async with serving(saying(answer(THING))) as server:
        assert await bound(HttpPost, server.url("/{id}"))(QUERY) == Thing(1)
        await bound(HttpPost, server.url(), Bytes, method="PUT")(b"\x00\xff")
        await bound(HttpPost, server.url(), Text, body="raw", headers=["Content-Type: text/csv"])("ä,b")
        await bound(HttpPost, server.url(), Text)("ä")
    assert [(one.method, one.path, one.headers["content-type"]) for one in server.asked] == [
        ("POST", "/7", "application/json"),
        ("PUT", "/", "application/octet-stream"),
        ("POST", "/", "text/csv"),
        ("POST", "/", "application/json"),
    ]
    assert Codec(Query).decode_json(server.asked[0].body) == QUERY
    assert [one.body for one in server.asked[1:]] == [b"\x00\xff", "ä,b".encode(), '"ä"'.encode()]


async def test_answers_become_the_declared_type() -> None:
    for output, said, given, expected in (
        (Thing, answer(b'{"n": 2}'), {}, Thing(2)),
        (Bytes, answer(b"\x00\xff"), {}, b"\x00\xff"),
        (Text, answer("ä".encode()), {"answer": "raw"}, "ä"),
        (Text, answer(b'"x"'), {}, "x"),
        (Unit, answer(b"whatever"), {}, None),
        (Thing | None, answer(b"", "204 No Content"), {}, None),
        (Thing | None, answer(b"none here", "404 Not Found"), {}, None),
        (Thing | None, answer(THING), {}, Thing(1)),
        (Thing, answer(gzip.compress(THING), Content_Encoding="gzip"), {}, Thing(1)),
        (Whole, answer(b"no", "500 Oh", X_Id="7"), {"whole": True}, (500, "7", b"no")),
    ):
        async with serving(saying(said)) as server:
            found = await bound(HttpGet, server.url(), Unit, output, **given)(None)
        if output is Whole:
            found = (found.status, found.headers["x-id"], found.body)
        assert found == expected


async def test_what_does_not_fit_is_told_and_not_asked_for_again() -> None:
    for said, message in (
        (answer(b'{"n": "x"}'), 'answer.n: expected Integer, got "x"'),
        (answer(b"<html>"), "answer: expected JSON, got malformed text (invalid character (byte 0))"),
        (answer(b"\xff"), "answer: expected JSON in UTF-8, got other bytes (invalid start byte)"),
        (answer(b""), "answer: expected JSON, got nothing"),
        (answer(b"junk", Content_Encoding="gzip"), "the answer cannot be unpacked: "),
    ):
        async with serving(saying(said)) as server:
            fault = await failure(bound(HttpGet, server.url("/x?key=hidden"), Unit), None)
        assert str(fault).startswith(f"GET {server.url('/x?…')}: {message}"), fault
        assert fault.final


async def test_statuses_are_errors_and_some_may_pass() -> None:
    for status, headers, final, pause in (
        ("404 Not Found", {}, True, 0),
        ("401 Unauthorized", {}, True, 0),
        ("429 Too Many Requests", {"Retry_After": "7"}, False, 7),
        ("503 Service Unavailable", {"Retry_After": "100000"}, False, 300),
        ("503 Service Unavailable", {"Retry_After": "soon"}, False, 0),
        ("500 Oh", {}, False, 0),
    ):
        async with serving(saying(answer(b"no\n\nsuch thing", status, **headers))) as server:
            fault = await failure(bound(HttpGet, server.url("/x"), Unit), None)
        assert str(fault) == f"GET {server.url('/x')}: {status}: no such thing"
        assert (fault.final, fault.pause, is_final(fault)) == (final, pause, final)
        assert pause_after(fault, 2) == max(backoff(2), pause)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    dated = Answer(503, "", {"retry-after": format_datetime(later, usegmt=True)}, b"")
    assert 50 < pause_of(dated) <= 60
    async with serving(saying(answer(b"<p>", "500 Oh", Content_Type="text/html"))) as server:
        assert str(await failure(bound(HttpGet, server.url(), Unit), None)).endswith(": 500 Oh")


async def test_a_server_that_is_slow_or_silent_or_speaks_nonsense() -> None:
    async def never(asked: Asked) -> bytes | None:
        await asyncio.Event().wait()
        return None

    async with serving(never) as server:
        patience = datetime.timedelta(seconds=0.2)
        fault = await failure(bound(HttpGet, server.url(), Unit, timeout=patience), None)
        assert str(fault) == f"GET {server.url()}: no answer within 0.2 s (url_timeout)"
        assert not fault.final
    for said in (None, b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"):

        async def once(asked: Asked, said: bytes | None = said) -> bytes | None:
            return said

        async with serving(hanging_up(once)) as server:
            fault = await failure(bound(HttpGet, server.url(), Unit), None)
            assert str(fault).startswith(f"GET {server.url()}: ")
            assert not fault.final
    port = free_port()
    fault = await failure(bound(HttpGet, f"http://127.0.0.1:{port}/", Unit), None)
    assert str(fault) == f"GET http://127.0.0.1:{port}/: Connection refused"
    assert not fault.final


def hanging_up(handler: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
    """After one answer the connection is closed."""
    asked_before: list[Asked] = []

    async def once(asked: Asked) -> bytes | None:
        task = asyncio.current_task()
        assert task is not None
        said: bytes | None = await handler(asked)
        asked_before.append(asked)
        asyncio.get_running_loop().call_later(0.05, task.cancel)
        return said

    return once


async def test_a_large_answer_is_refused_before_it_is_read() -> None:
    for body, headers in ((b"x" * 2000, {}), (gzip.compress(b"x" * 2000), {"Content_Encoding": "gzip"})):
        async with serving(saying(answer(body, **headers))) as server:
            with pytest.raises(TooLarge) as fault:
                await bound(HttpGet, server.url(), Unit, Bytes, max_body=1000)(None)
        assert str(fault.value) == f"GET {server.url()}: the answer is larger than 1000 bytes (url_max_body)"


async def test_redirections_are_followed_a_few_times_and_logins_stay_behind() -> None:
    async with serving(saying(answer(THING))) as target, serving(saying(answer(THING))) as other:

        async def there(asked: Asked) -> bytes | None:
            if asked.path == "/same":
                return answer(THING)
            where = {"/to-same": "/same", "/loop": "/loop", "/file": "file:///etc/passwd", "/port": "//x:99999/"}
            where = where.get(asked.path)
            status = "307 T" if asked.path == "/keep" else "302 Found"
            return answer(b"", status, Location=where or target.url("/elsewhere"))

        async with serving(there) as first:
            secrets = {"token": "very-secret", "headers": ["X-Api-Key: hush", "Accept: application/json"]}
            assert await bound(HttpGet, first.url("/to-same"), Unit, **secrets)(None) == Thing(1)
            assert first.asked[-1].headers["authorization"] == "Bearer very-secret"
            assert await bound(HttpGet, first.url("/away"), Unit, **secrets)(None) == Thing(1)
            assert not {"authorization", "x-api-key"} & target.asked[0].headers.keys()
            await bound(HttpPost, first.url("/away"), **secrets)(QUERY)
            await bound(HttpPost, first.url("/keep"), **secrets)(QUERY)
            assert [(one.method, bool(one.body)) for one in target.asked[1:]] == [("GET", False), ("POST", True)]
            fault = await failure(bound(HttpGet, first.url("/loop"), Unit, redirects=3), None)
            assert str(fault) == f"GET {first.url('/loop')}: more than 3 redirections (url_redirects)"
            assert [one.path for one in first.asked].count("/loop") == 4
            assert fault.final
            fault = await failure(bound(HttpGet, first.url("/file"), Unit), None)
            assert "it redirects to file:///etc/passwd, not followed" in str(fault)
            fault = await failure(bound(HttpGet, first.url("/port"), Unit), None)
            assert "it redirects to http://x:99999/, not followed" in str(fault)
            assert other.asked == []


async def test_logins_are_sent_and_shown_nowhere() -> None:
    async with serving(saying(answer(b"no", "403 Forbidden"))) as server:
        inside = server.url().replace("//", "//me:hush@") + "x?key=hush"
        fault = await failure(bound(HttpGet, "{}", Text), inside)
        assert str(fault).startswith(f"GET {server.url()}x?…: 403 Forbidden")
        basic = await failure(bound(HttpGet, server.url(), Unit, user="me", password="hush"), None)
        assert server.asked[0].headers["authorization"] == "Basic bWU6aHVzaA=="
    assert "hush" not in str(basic)


async def test_tls_is_checked(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    for pair, given, expected in (
        (made.good, {"ca_file": str(made.ca)}, None),
        (made.good, {}, "certificate that is not trusted: "),
        (made.good, {"ca_file": str(made.other_ca)}, "(url_ca_file names who is trusted)"),
        (made.expired, {"ca_file": str(made.ca)}, "certificate has expired"),
        (made.elsewhere, {"ca_file": str(made.ca)}, "shows the certificate of another name: "),
    ):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*pair)
        async with serving(saying(answer(THING)), context) as server:
            call = bound(HttpGet, f"https://127.0.0.1:{server.port}/", Unit, **given)
            if expected is None:
                assert await call(None) == Thing(1)
            else:
                fault = await failure(call, None)
                assert expected in str(fault)
                assert fault.final


async def test_a_server_without_tls_is_told() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    listening = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    fault = await failure(bound(HttpGet, f"https://127.0.0.1:{port}/", Unit), None)
    listening.close()
    assert str(fault) == f"GET https://127.0.0.1:{port}/ does not speak TLS there: write http://"
    assert fault.final


def test_uses_that_make_no_sense_are_refused() -> None:
    for function, url, input, output, given, message in (
        (HttpGet, "ftp://x/", Query, Thing, {}, "url 'ftp://x/' is no URL such as"),
        (HttpGet, "http://me:hush@x/", Query, Thing, {}, "url holds a login: say url_user and url_password"),
        (HttpGet, "http://me:hush@", Query, Thing, {}, "url 'http://***@' is no URL such as"),
        (HttpGet, "http://me:hu/hush@x/", Query, Thing, {}, "url 'http://***@x/' is no URL such as"),
        (HttpGet, "http://x:99999/", Query, Thing, {}, "url 'http://x:99999/' is no URL such as"),
        (HttpGet, "http://[::1/", Query, Thing, {}, "url 'http://[::1/' is no URL such as"),
        (HttpGet, "http://x/{name", Query, Thing, {}, "url 'http://x/{name' has a brace without its other one"),
        (HttpGet, "http://x/name}", Query, Thing, {}, "url 'http://x/name}' has a brace without its other one"),
        (HttpGet, "http://x:{n}/", Query, Thing, {}, "a value may not choose the server"),
        (HttpGet, "http://{name}.x/", Query, Thing, {}, "a value may not choose the server"),
        (HttpGet, "http://x/{nam}", Query, Thing, {}, "url names {nam}, which Query does not have"),
        (HttpGet, "http://x/{}", Query, Thing, {}, "url names {}, which Query does not have"),
        (HttpGet, "http://x/{}", Bytes, Thing, {}, "the value is [Byte], which does not fit into a URL"),
        (HttpGet, "{}", Text, Thing, {"token": "t"}, 'url = "{}" may be any server: no login goes there'),
        (HttpGet, "http://x/", Query, Thing, {"token": "t", "user": "u"}, "url_token and url_user both log in"),
        (HttpGet, "http://x/", Query, Thing, {"headers": ["a b: c"]}, "url_headers: 'a b' does not begin a line"),
        (HttpGet, "http://x/", Query, Thing, {"headers": ["a: b\r\nc: d"]}, "url_headers: 'a' does not begin a line"),
        (HttpGet, "http://x/", Query, Thing, {"answer": "raw"}, 'url_answer = "raw" is for Text and [Byte]; Thing'),
        (HttpGet, "http://x/", Query, Thing, {"whole": True}, "needs a record with the field body, not Thing"),
        (HttpGet, "http://x/", Query, Thing, {"max_body": 0}, "url_max_body must be at least 1, got 0"),
        (HttpGet, "http://x/", Query, Thing, {"redirects": -1}, "url_redirects must not be negative, got -1"),
        (HttpPost, "http://x/", Query, Thing, {"body": "raw"}, 'url_body = "raw" is for Text and [Byte]; Query'),
    ):
        with pytest.raises(UsageError) as fault:
            bound(function, url, input, output, **given)
        assert message in str(fault.value)
        assert "hush" not in str(fault.value)


def test_a_missing_library_is_one_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtra, match=r"nstack-runtime\[httpclient\]"):
        bound(HttpGet, "http://x/")


# ------------------------------------------------------------------------------------------ in a workflow


@contextmanager
def beside(handler: Callable[[Asked], Any]) -> Iterator[Server]:
    """A server in a thread of its own, beside a workflow that is a process."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Server] = []

    async def run() -> None:
        async with serving(handler) as server:
            found.append(server)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def run(tmp_path: Path, use: str, values: list[int], *arguments: str, **environment: str) -> Any:
    """A workflow that asks for each number."""
    (tmp_path / "nstack-project.yaml").touch()
    (tmp_path / "in.jsonl").write_text("".join(f"{value}\n" for value in values))
    (tmp_path / "w.nml").write_text(
        "module W:0.1.0\n\nimport Http:1.0.0\n\n"
        f'def w = Sources.jsonl<Integer> {{ path = "in.jsonl" }} | {use} | Sinks.log<Integer>\n'
    )
    return subprocess.run(
        [sys.executable, "-m", "nscompiler", "run", "w.nml", "w", *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | environment, timeout=60,
    )  # fmt: skip


def outputs(told: Any) -> list[Any]:
    """What the log sink wrote."""
    lines = (told.stdout + told.stderr).splitlines()
    return [json.loads(line.removeprefix("OUTPUT: ")) for line in lines if line.startswith("OUTPUT: ")]


@pytest.mark.thorough
def test_a_parameter_that_is_wrong_names_its_place(tmp_path: Path) -> None:
    told = run(tmp_path, 'Http.get { url = "nowhere/{}" }', [1])
    assert told.returncode == 2
    assert told.stderr.splitlines()[0] == (
        "error: Http.get (w.nml:5:56): url 'nowhere/{}' is no URL such as https://api.example/things/{id}"
    )
    (tmp_path / "w.nml").write_text('[["a"]] | Sinks.csv { path = "x.csv", csv_encoding = $CODES }')
    command, environment = [sys.executable, "-m", "nscompiler", "run", "w.nml"], os.environ | {"CODES": "klingon"}
    told = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    assert told.returncode == 2
    assert told.stderr.startswith('error: Sinks.csv (w.nml:1:11): csv_encoding = "***" is no encoding;')


def test_requests_overlap_and_answers_keep_their_order(tmp_path: Path) -> None:
    waiting: list[asyncio.Event] = []
    most = 0

    async def handler(asked: Asked) -> bytes | None:
        """Answers when four are there, the last first."""
        nonlocal most
        mine = asyncio.Event()
        waiting.append(mine)
        most = max(most, len(waiting))
        if len(waiting) == 4:
            waiting.pop().set()
        await mine.wait()
        if waiting:
            waiting.pop().set()
        return answer(asked.path.rpartition("/")[2].encode())

    with beside(handler) as server:
        told = run(tmp_path, f'Http.get {{ url = "{server.url("/{}")}", parallelism = 4 }}', list(range(40)))
    assert told.returncode == 0, told.stderr
    assert outputs(told) == list(range(40))
    assert most == 4


@pytest.mark.thorough
def test_what_may_pass_is_repeated_and_the_rest_meets_the_policy(tmp_path: Path) -> None:
    seen: dict[str, int] = {}

    async def handler(asked: Asked) -> bytes | None:
        number = asked.path.rpartition("/")[2]
        seen[number] = seen.get(number, 0) + 1
        if number == "3":
            return answer(b"", "404 Not Found")
        if number in ("1", "2") and seen[number] < 3:
            return None if number == "1" else answer(b"", "429 Slow", Retry_After="0")
        return answer(number.encode())

    with beside(handler) as server:
        url = server.url("/{}")
        use = f'Http.get {{ url = "{url}", url_token = $NSTACK_TEST_TOKEN, retry = "3", on_error = "dead_letter" }}'
        told = run(tmp_path, use, [0, 1, 2, 3], NSTACK_TEST_TOKEN="very-secret-token")
    assert told.returncode == 0, told.stderr
    assert outputs(told) == [0, 1, 2]
    assert seen == {"0": 1, "1": 3, "2": 3, "3": 1}
    letters = (tmp_path / "dead-letters" / "w.jsonl").read_text()
    assert "404 Not Found" in letters
    assert json.loads(letters)["value"] == 3
    assert "very-secret" not in told.stdout + told.stderr + letters
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer very-secret-token"}


def test_a_call_is_cut_off_by_its_timeout_and_a_run_by_a_signal(tmp_path: Path) -> None:
    async def handler(asked: Asked) -> bytes | None:
        await asyncio.Event().wait()
        return None

    with beside(handler) as server:
        use = f'Http.get {{ url = "{server.url("/{}")}", timeout = "200ms", on_error = "skip" }}'
        told = run(tmp_path, use, [1])
        assert told.returncode == 0, told.stderr
        assert "Http.get: CallTimeout: took longer" in told.stderr or "took longer than 0.2 s" in told.stderr
