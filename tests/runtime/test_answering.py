"""Requests whose way is one coroutine: what holds that up holds up nobody else, and there is room for so many."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from emitted_package import Package
from test_replies import HEAD, Server

SERVICE = """
import asyncio
import threading
import nstack

HELD, BEGUN = threading.Event(), threading.Event()

class Module(nstack.Module):
    now = most = 0

    async def block(self, text):
        BEGUN.set()
        assert HELD.wait(30)
        return text.upper()

    async def fail(self, text):
        raise ValueError("cannot " + text)

    async def hold(self, text):
        self.now += 1
        self.most = max(self.most, self.now)
        BEGUN.set()
        while not HELD.is_set():
            await asyncio.sleep(0.001)
        self.now -= 1
        return str(self.most)

    async def wrong(self, text):
        return 3
"""
OTHER = """
import nstack

class Module(nstack.Module):
    def begun(self, text):
        from sys import modules
        for module in list(modules.values()):
            if hasattr(module, "BEGUN"):
                return str(module.BEGUN.wait(30))

    def free(self, text):
        from sys import modules
        for module in list(modules.values()):
            if hasattr(module, "HELD"):
                module.HELD.set()
        return text
"""
FLOW = """
o = UserModule("O:0.0.1", FOLDER / "o")
HTTP = tuple(one if one.name != "http_queue" else Parameter("http_queue", "Integer", QUEUE) for one in HTTP)
asked, http_free, http_begun = source("/asked"), source("/free"), source("/begun")
ask_1 = call("METHOD", POLICY)
free_1 = Call(o, "free", input=Text, output=Text, policy=SKIP, origin="w.nml:2:1", text="O.free")
begun_1 = Call(o, "begun", input=Text, output=Text, policy=SKIP, origin="w.nml:2:1", text="O.begun")
def run(values, token):
    for b in overlap(ask_1, values, token):
        reply(b, token)
def run_free(values, token):
    for b in values:
        for c in free_1(b, token):
            reply(c, token)
def run_begun(values, token):
    for a in values:
        for b in begun_1(a, token):
            reply(b, token)
workflow = Workflow("w", sources=((asked, run), (http_free, run_free), (http_begun, run_begun)),
                    calls=(ask_1, free_1, begun_1), sinks=(reply,))
"""


def started(package: Package, method: str, policy: str, *options: str, queue: int = 1024) -> Server:
    """A server whose path ``/asked`` is one method; ``/begun`` waits for its first call, ``/free`` lets it go on."""
    flow = HEAD + FLOW.replace("METHOD", method).replace("POLICY", policy).replace("QUEUE", str(queue))
    package.write(flow, m=SERVICE, o=OTHER)
    return Server(package.start(*options))


@pytest.mark.thorough
@pytest.mark.parametrize("options", [(), ("--metrics-port", "0")], ids=["unwatched", "watched"])
def test_a_coroutine_that_blocks_holds_no_other_request_up(package: Package, options: tuple[str, ...]) -> None:
    server = started(package, "block", 'on_error="skip"', *options)
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(server.post, "/asked", "a")
        assert server.post("/begun", "")[::2] == (200, '"True"')
        assert not blocked.done()
        assert server.post("/nowhere", "")[0] == 404
        assert server.post("/free", "b")[::2] == (200, '"b"')
        assert blocked.result()[::2] == (200, '"A"')
    log = server.stop()
    assert server.process.returncode == 130, log


def test_what_finds_neither_work_nor_room_is_refused(package: Package) -> None:
    server = started(package, "hold", 'on_error="skip", parallelism=1', queue=3)
    refused = threading.Semaphore(0)
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(server.post, "/asked", "a")
        assert server.post("/begun", "")[0] == 200
        others = [pool.submit(server.post, "/asked", "b") for _ in range(11)]
        for one in others:
            one.add_done_callback(lambda _: refused.release())
        for _ in range(11 - 3):
            assert refused.acquire(timeout=30)
        assert sum(one.done() for one in others) == 11 - 3
        assert server.post("/free", "")[0] == 200
        answers = [first.result(), *(one.result() for one in others)]
    log = server.stop()
    assert sorted(status for status, _, _ in answers) == [200] * 4 + [503] * 8, log
    assert {body for status, _, body in answers if status == 200} == {'"1"'}


def test_who_waits_when_the_run_fails_is_told(package: Package) -> None:
    server = started(package, "fail", 'on_error="stop"')
    status, _, body = server.post("/asked", "a")
    log = server.stop()
    assert status == 500
    assert json.loads(body)["id"] in log
    assert "M.fail: ValueError: cannot a" in log
    assert server.process.returncode == 1


def test_what_a_coroutine_returns_is_checked(package: Package) -> None:
    server = started(package, "wrong", 'on_error="dead_letter"')
    status, _, _ = server.post("/asked", "a")
    log = server.stop()
    assert (status, server.process.returncode) == (500, 130), log
    assert "M.wrong: result: expected Text, found 3" in log or "M.wrong: result: expected Text, got 3" in log
    assert '"value":"a"' in (package.folder / "dead-letters/w.jsonl").read_text()


def test_what_is_in_work_is_answered_before_the_end(package: Package) -> None:
    server = started(package, "hold", 'on_error="skip"')
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(server.post, "/asked", "a")
        assert server.post("/begun", "")[0] == 200
        assert server.post("/free", "")[0] == 200
        server.process.terminate()
        assert held.result()[::2] == (200, '"1"')
    log = server.stop()
    assert server.process.returncode == 130, log
