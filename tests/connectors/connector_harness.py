"""What the tests of connectors share: a context without an engine, a small engine for requests, an HTTP client."""

import asyncio
import datetime
import functools
import http
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import NStackError
from nstack.runtime.log import Log
from nstack.runtime.scalars import Boolean, Double, Integer, Text
from nstack.runtime.token import Token
from nstack.runtime.values import Record

from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile


class Flag(Record):
    """The record of the documented CSV example."""

    a: Integer
    b: Boolean


class Plant(Record):
    """A record with an optional field and one whose name is no Python name."""

    length: Double
    name: Text
    note: Text | None = None


def required(program: str) -> str:
    """Where a program of a server is. The test is skipped where it is not, but never with ``CI=true``."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        reason = f"{program} is not installed; tests/services.sh installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


MODULES = Path(__file__).parents[2] / "stdlib" / "nstack" / "modules"


@functools.cache
def module(name: str) -> syntax.Module:
    """A module of the standard library, as its author wrote it."""
    path = MODULES / f"{name}.nml"
    return parse(SourceFile(str(path), path.read_text())).module


def functions() -> dict[str, syntax.FunDecl]:
    """Every function of the standard library: ``Sources.http`` and its declaration."""
    names = sorted(file.stem for file in MODULES.glob("*.nml"))
    return {
        f"{name}.{declared.name.text}": declared
        for name in names
        for declared in module(name).declarations
        if isinstance(declared, syntax.FunDecl)
    }


def defaults(name: str) -> dict[str, Any]:
    """The default of each parameter of a function that has one."""
    declared = functions()[name].parameters or ()
    return {one.name.text: _default(one) for one in declared if one.default is not None}


def _default(declared: syntax.ParamDecl) -> Any:
    assert declared.default is not None
    value = declared.default.value
    if isinstance(declared.type, syntax.ParamTypeName) and declared.type.name.text == "Duration":
        assert isinstance(value, str)
        return datetime.timedelta(**{{"s": "seconds", "m": "minutes", "h": "hours"}[value[-1]]: int(value[:-1])})
    return value


def parameters_of(connector: Any, given: Mapping[str, Any]) -> Parameters:
    """The parameters in force: those given, and the declared defaults."""
    provides = sys.modules[type(connector).__module__].PROVIDES
    name = next(name for name, cls in provides.items() if cls == type(connector).__name__)
    return Parameters(defaults(name) | dict(given))


class Recorder:
    """A log whose lines a test can read."""

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("log")
        self.log = Log(descriptor=self._descriptor)

    def __del__(self) -> None:
        os.close(self._descriptor)

    def text(self) -> str:
        """Everything logged so far."""
        return os.pread(self._descriptor, 1 << 20, 0).decode()


def context(folder: Path, **facts: Any) -> Context:
    """A context in ``folder`` whose log is the test's own; ``facts`` replace what a test does not care about."""
    given: dict[str, Any] = {
        "workflow": "w",
        "node": "Test.node",
        "origin": "t.nml:1:1",
        "log": Log(),
        "folder": folder,
    }
    return Context(**(given | facts))


def decoded(batch: Batch, codec: Codec) -> list[Any]:
    """The values of a batch; a bad one becomes the text of its error, with its place as the engine writes it."""
    if batch.block is not None:
        return _decoded_lines(batch, codec)
    if batch.decode is None:
        return list(batch.values)
    values: list[Any] = []
    for number, record in enumerate(batch.values, batch.first):
        try:
            values.append(batch.decode(record))
        except NStackError as fault:
            values.append(f"{batch.place}:{number}: {fault}" if batch.place else str(fault))
    return values


def _decoded_lines(batch: Batch, codec: Codec) -> list[Any]:
    values: list[Any] = []
    for number, line in enumerate((batch.block or b"").splitlines(), batch.first):
        if line.strip():
            try:
                values.append(codec.decode_json(line))
            except NStackError as fault:
                values.append(f"{batch.place}:{number}: {fault}")
    return values


async def read_all(source: SourceConnector, parameters: dict[str, Any], type_: Any, given: Context) -> list[Any]:
    """Every value of a bounded source."""
    return [value for values, _ in await read_batches(source, parameters, type_, given) for value in values]


async def read_batches(
    source: SourceConnector, parameters: dict[str, Any], type_: Any, given: Context
) -> list[tuple[list[Any], Token]]:
    """The values of each batch of a bounded source, with its token."""
    codec = Codec(type_)
    try:
        await source.open(parameters_of(source, parameters), codec, given)
        return [(decoded(batch, codec), batch.token) async for batch in source.batches()]
    finally:
        await source.close()


async def write_all(
    sink: SinkConnector,
    parameters: dict[str, Any],
    type_: Any,
    given: Context,
    values: list[Any],
    completed: bool = True,
) -> None:
    """Writes values in one batch and closes the sink."""
    try:
        await sink.open(parameters_of(sink, parameters), Codec(type_), given)
        if values:
            await sink.write(sink.encode(values))
            await sink.flush()
    except BaseException:
        await sink.close(completed=False)
        raise
    await sink.close(completed=completed)


class Engine:
    """Takes batches from a server and works on them one after the other in a thread, as the real one does."""

    def __init__(
        self, work: Callable[[Any, Token], None] | None = None, room: int = 10_000, expects: str | None = None
    ):
        self.seen: list[Any] = []
        self.room = room
        self.expects = expects
        self.working = asyncio.Event()
        self.working.set()
        self._work = work
        self._queue: asyncio.Queue[Batch] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run())

    def offer(self, batch: Batch, records: int) -> bool:
        """False when ``room`` batches wait."""
        if self._queue.qsize() >= self.room:
            return False
        batch.token.hold(self._finish, self.expects)
        self._queue.put_nowait(batch)
        return True

    def _finish(self, token: Token) -> None:
        if token.when_done is not None:
            self._loop.call_soon_threadsafe(token.when_done, token)

    async def _run(self) -> None:
        while True:
            batches = [await self._queue.get()]
            await self.working.wait()
            while not self._queue.empty():
                batches.append(self._queue.get_nowait())
            await asyncio.to_thread(self._stage, batches)

    def _stage(self, batches: list[Batch]) -> None:
        for batch in batches:
            for value in batch.values:
                self.seen.append(value)
                if self._work is not None:
                    self._work(value, batch.token)
            batch.token.release()

    async def stop(self) -> None:
        """Ends its task."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class Response:
    """An HTTP answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def detail(self) -> str:
        """What a problem document says; a failure where the body is none, or is not of this status."""
        document = json.loads(self.body)
        assert self.headers["content-type"] == "application/problem+json"
        assert (document["type"], document["status"]) == ("about:blank", self.status)
        assert document["title"] == http.HTTPStatus(self.status).phrase
        told: str = document["detail"]
        return told


class Client:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, port: int) -> "Client":
        """Connects to a port of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(
        self, path: str, body: bytes = b"", method: str = "POST", kind: str | None = None, chunked: bool = False
    ) -> Response:
        """One request and its answer."""
        head = f"{method} {path} HTTP/1.1\r\nhost: x\r\n" + (f"content-type: {kind}\r\n" if kind else "")
        if chunked:
            parts = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
            self.writer.write(f"{head}transfer-encoding: chunked\r\n\r\n".encode() + parts)
        else:
            self.writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        return await self.receive()

    async def receive(self) -> Response:
        """The next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Response(int(head[0].split()[1]), headers, body)

    def close(self) -> None:
        """Hangs up."""
        self.writer.close()


def _parts(body: bytes) -> list[bytes]:
    return [body[at : at + 50_000] for at in range(0, len(body), 50_000)]


@asynccontextmanager
async def serving(source: Any, type_: Any, given: Context, **parameters: Any) -> AsyncIterator[int]:
    """An open ``Sources.http`` that answers; gives its port, and stops it as the engine does."""
    parameters = {"http_path": "/p", "http_port": 0} | parameters
    await source.open(parameters_of(source, parameters), Codec(type_), given)
    task = asyncio.create_task(_consume(source))
    try:
        await source._server.ready()
        yield source._server.port
    finally:
        await source.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await source.close()


async def _consume(source: SourceConnector) -> None:
    async for _ in source.batches():
        raise AssertionError("a server yields no batches")
