"""Requests and replies: every request gets the one right answer, through batches, failures and overlapping calls."""

import http.client
import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from emitted_package import Package

HEAD = """
m = UserModule("M:0.0.1", FOLDER / "m")
HTTP = (
    Parameter("http_port", "Integer", 0), Parameter("http_host", "Text", "127.0.0.1"),
    Parameter("http_ack", "enum", "done"), Parameter("http_max_body", "Integer", 16777216),
    Parameter("http_queue", "Integer", 1024), Parameter("http_timeout", "Duration", 300.0),
    Parameter("http_receive_timeout", "Duration", 20.0), Parameter("http_connections", "Integer", 1000),
    Parameter("http_token", "Text", ""), Parameter("http_cert_file", "Text", ""),
    Parameter("http_key_file", "Text", ""),
)
def source(path, policy=Policy(on_error="skip")):
    return Source("Sources.http", Text, parameters=(Parameter("http_path", "Text", path), *HTTP), policy=policy,
                  origin="w.nml:1:1", text="Sources.http")
def call(name, output=Text, **policy):
    return Call(m, name, input=Text, output=output, policy=Policy(**policy), origin="w.nml:2:1", text="M." + name)
SKIP = Policy(on_error="skip")
reply = Sink("Sinks.reply", Text, policy=SKIP, origin="w.nml:3:1", text="Sinks.reply")
every = Sink("Sinks.reply", Text, policy=SKIP, origin="w.nml:3:1", text="Sinks.reply", many=True)
"""

LANES = {
    "plain": 'call("shout", on_error="skip")',
    "skipped": 'call("fail", on_error="skip")',
    "dead": 'call("fail", on_error="dead_letter")',
    "tired": 'call("fail", on_error="skip", retry=1)',
    "twice": 'call("twice", on_error="skip")',
    "late": 'call("late", on_error="skip", timeout=0.05)',
    "maybe": 'call("maybe", Text | None, on_error="skip")',
    "many": 'call("words", list[Text], on_error="skip")',
    "accepted": 'call("shout", on_error="skip")',
}

SERVICE = """
import asyncio
import nstack

class Module(nstack.Module):
    def shout(self, text):
        return text.upper()

    def fail(self, text):
        raise ValueError("cannot " + text)

    def twice(self, text):
        yield text
        yield text

    async def late(self, text):
        await asyncio.Event().wait()

    def maybe(self, text):
        return text or None

    def words(self, text):
        return text.split()
"""


def flow() -> str:
    text = [HEAD]
    for name, call in LANES.items():
        target = "every" if name == "many" else "reply"
        step = {
            "maybe": f"if b is not None:\n            {target}(b, token)",
            "many": f"for c in b:\n            {target}(c, token)",
            "accepted": "print(b)",
        }.get(name, f"{target}(b, token)")
        text.append(f"http_{name} = source('/{name}')\ncall_{name} = {call}")
        text.append(
            f"def from_{name}(values, token):\n    for b in overlap(call_{name}, values, token):\n        {step}"
        )
    sources = ", ".join(f"(http_{name}, from_{name})" for name in LANES)
    calls = ", ".join(f"call_{name}" for name in LANES)
    return "\n".join([*text, f'workflow = Workflow("w", sources=({sources}), calls=({calls}), sinks=(reply, every))'])


class Server:
    """A running package; ``post`` sends one value to a path."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.log: list[str] = []
        self.letters = Path()
        assert process.stderr is not None
        while (
            found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line := process.stderr.readline())
        ) is None:
            assert line, "".join(self.log)
            self.log.append(line)
        self.port = int(found[1])
        self._reader = threading.Thread(target=lambda: self.log.extend(process.stderr or ()))
        self._reader.start()

    def post(self, path: str, value: object) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", path, json.dumps({"params": value}))
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, response.getheader("content-type", ""), body

    def stop(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return "".join(self.log)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    package = Package(tmp_path_factory.mktemp("replies") / "built").write(flow(), m=SERVICE)
    server = Server(package.start())
    server.letters = package.folder / "dead-letters/w.jsonl"
    yield server
    log = server.stop()
    assert server.process.returncode == 130, log


@pytest.mark.parametrize(
    ("path", "value", "status", "body"),
    [
        ("/plain", "a", 200, '"A"'),
        ("/skipped", "a", 204, ""),
        ("/maybe", "a", 200, '"a"'),
        ("/maybe", "", 204, ""),
        ("/many", "a b c", 200, '["a","b","c"]'),
        ("/many", "", 200, "[]"),
        ("/accepted", "a", 200, "Message Accepted"),
    ],
)
def test_answers(server: Server, path: str, value: str, status: int, body: str) -> None:
    assert server.post(path, value)[::2] == (status, body)


def test_a_dead_letter_is_there_before_the_answer(server: Server) -> None:
    assert server.post("/dead", "kept")[0] == 500
    letters = [json.loads(letter) for letter in server.letters.read_text().splitlines()]
    assert "kept" in [letter["value"] for letter in letters]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/dead", 500, "The workflow failed on this value."),
        ("/tired", 500, "The workflow failed on this value."),
        ("/twice", 500, "a second value came for one request"),
        ("/late", 504, "The workflow took too long."),
    ],
)
def test_problems_have_an_id_that_is_in_the_log(server: Server, path: str, status: int, says: str) -> None:
    got, kind, body = server.post(path, path.removeprefix("/"))
    problem = json.loads(body)
    assert (got, kind) == (status, "application/problem+json")
    assert (problem["status"], problem["detail"]) == (status, says)
    assert "ValueError" not in body
    assert "Traceback" not in body
    deadline = threading.Event()
    for _ in range(100):  # the log's reader is a thread of this test
        if any(f"id={problem['id']}" in line for line in server.log):
            return
        deadline.wait(0.05)
    pytest.fail(f"no {problem['id']} in the log")


def test_many_requests_in_flight_each_get_their_own_answer(server: Server) -> None:
    def ask(number: int) -> bool:
        if number % 3 == 0:
            return server.post("/many", f"n {number}")[2] == f'["n","{number}"]'
        return server.post("/plain", f"n{number}")[2] == f'"N{number}"'

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(400)))


def test_a_wrong_value_is_400_with_its_path(server: Server) -> None:
    status, _, body = server.post("/plain", 3)
    assert (status, json.loads(body)["detail"]) == (400, "params: expected Text, got 3")


OVERLAPPED = """
h = source("/async")
ask_1 = call("ask", on_error="skip", parallelism=50)
def run(values, token):
    for b in overlap(ask_1, values, token):
        reply(b, token)
workflow = Workflow("w", sources=((h, run),), calls=(ask_1,), sinks=(reply,))
"""


def test_an_async_method_serves_many_requests_at_a_time(package: Package) -> None:
    """Each call waits until twenty are there: one after the other they would wait for ever."""
    package.write(
        HEAD + OVERLAPPED,
        m="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            async def startup(self):
                self.all = asyncio.Barrier(20)

            async def ask(self, text):
                await self.all.wait()
                if text == "bad":
                    raise ValueError(text)
                return text * 2
        """,
    )
    server = Server(package.start())
    values = [f"v{n}" if n % 5 else "bad" for n in range(40)]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda value: server.post("/async", value), values))
    log = server.stop()
    assert server.process.returncode == 130, log
    assert [answer[::2] for answer in answers] == [
        (204, "") if value == "bad" else (200, json.dumps(value * 2)) for value in values
    ]
    assert "skipped=8" in log


def test_stop_answers_what_is_in_flight_and_ends_the_run(package: Package) -> None:
    package.write(
        HEAD
        + """
h = source("/x")
fail_1 = call("fail", on_error="stop")
def run(values, token):
    for b in overlap(fail_1, values, token):
        reply(b, token)
workflow = Workflow("w", sources=((h, run),), calls=(fail_1,), sinks=(reply,))
""",
        m=SERVICE,
    )
    server = Server(package.start())
    status, _, body = server.post("/x", "a")
    log = server.stop()
    assert status == 500
    assert json.loads(body)["id"] in log
    assert server.process.returncode == 1
