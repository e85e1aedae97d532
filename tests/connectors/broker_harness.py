"""What holds of the connectors of every broker, tried on a real server: each broker's own tests subclass ``Contract``.

A ``Side`` is the other side of a connector: it publishes what the source shall read and reads what the sink has
published, through the broker's own client library.
"""

import asyncio
import datetime
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from connector_harness import Recorder, context, decoded, parameters_of
from nstack.connectors import reach
from nstack.runtime import parting
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch
from nstack.runtime.errors import ConnectorError, MissingExtra, UsageError
from nstack.runtime.scalars import Bytes, Double, Integer, Text
from nstack.runtime.values import Record

ROOT = Path(__file__).parents[2]


class Order(Record):
    """What travels in these tests."""

    n: Integer
    who: Text
    weight: Double | None = None


CANCELLED = 8
"""So often an opening is cancelled, from its start to its end."""
ORDERS = [Order(0, "", None), Order(-1, "åßç🙂\n\x00", 0.5), Order(2**62, '"\\', -1e300)]


def server(name: str, port: int) -> tuple[str, int]:
    """Where a server answers; the test is skipped where none does, but never with ``CI=true``."""
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError:
        reason = f"no {name} answers at 127.0.0.1:{port}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return "127.0.0.1", port


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Line:
    """A line to a server that can be cut: a relay on a port of its own. Nothing gets through while it does not flow."""

    async def answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the server says, to who has asked."""
        await self._copy(reader, writer)

    async def asks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        """What a client says, to the server; ``back`` leads to the client."""
        await self._copy(reader, writer)

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._to = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def mend(self) -> None:
        """Connections are taken from now on."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Every connection breaks, and none is taken until the line is mended."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += writer, back
        for work in (self.asks(reader, back, writer), self.answers(there, writer)):
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                await self.flowing.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


class Side:
    """The other side of one broker's connectors, with names of its own on the server."""

    NAME: ClassVar[str]
    PORT: ClassVar[int]
    PREFIX: ClassVar[str]
    SOURCE: ClassVar[Any]
    SINK: ClassVar[Any]

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex[:12]

    async def open(self) -> None:
        """Connects, and makes what the source reads and the sink writes to."""

    async def close(self) -> None:
        """Takes everything away again."""

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """Sends messages to what the source reads."""
        raise NotImplementedError

    async def receive(self) -> bytes:
        """The next message that the sink has sent."""
        raise NotImplementedError

    async def waiting(self) -> int:
        """How many messages the server holds for the source and would give out now."""
        raise NotImplementedError

    def source(self) -> dict[str, Any]:
        """The source's parameters, beside the server's address."""
        raise NotImplementedError

    def sink(self) -> dict[str, Any]:
        """The sink's parameters, beside the server's address."""
        raise NotImplementedError

    def at(self, port: int) -> dict[str, Any]:
        """The parameters of an address on this machine."""
        return {f"{self.PREFIX}_host": "127.0.0.1", f"{self.PREFIX}_port": port}


@asynccontextmanager
async def opened(side: Side, connector: Any, type_: Any = Order, **facts: Any) -> AsyncIterator[Any]:
    """A connector that is open, and is closed at the end."""
    try:
        await open_at(side, connector, type_=type_, **facts)
        yield connector
    finally:
        await close_down(connector)


async def open_at(side: Side, connector: Any, port: int | None = None, type_: Any = Order, **facts: Any) -> None:
    source = hasattr(connector, "batches")
    given = side.at(side.PORT if port is None else port) | (side.source() if source else side.sink())
    log = facts.pop("log", Recorder().log)
    await connector.open(
        parameters_of(connector, given | facts),
        Codec(type_),
        context(Path(), node=f"{'Sources' if source else 'Sinks'}.{side.PREFIX}", log=log, workflow=side.id),
    )


async def close_down(connector: Any) -> None:
    await (connector.close() if hasattr(connector, "batches") else connector.close(completed=True))


async def take(batches: AsyncIterator[Batch], count: int) -> list[Batch]:
    """Batches until so many messages have come."""
    taken: list[Batch] = []
    while sum(len(batch.values) for batch in taken) < count:
        async with asyncio.timeout(20):
            taken.append(await anext(batches))
    return taken


def values(batches: Sequence[Batch], type_: Any = Order) -> list[Any]:
    """The values of batches; a bad one is the text of its error."""
    return [value for batch in batches for value in decoded(batch, Codec(type_))]


async def until(side: Side, count: int) -> None:
    """Waits until so many messages wait for a source."""
    async with asyncio.timeout(20):
        while await side.waiting() != count:
            await asyncio.sleep(0.02)


class Contract:
    """What holds of every broker."""

    COUNT = 2000
    """So many messages for the workflow that is killed."""
    LINE: ClassVar[type[Line]] = Line
    """How a server is reached whose line is cut."""

    @pytest.fixture
    async def side(self) -> AsyncIterator[Side]:
        """The other side, on the server that all tests share."""
        made: Side = self.SIDE()  # type: ignore[attr-defined]
        server(made.NAME, made.PORT)
        await made.open()
        try:
            yield made
        finally:
            await made.close()

    async def test_what_is_written_is_what_is_read(self, side: Side) -> None:
        for type_, sent, raw in (
            (Order, ORDERS, "json"),
            (Text, ["", "plain", '{"n": 1}', "ä\n"], "raw"),
            (Text, ["", "plain", "ä\n"], "json"),
            (Bytes, [b"\x00\xff", b"x" * 100_000], "json"),
        ):
            body = {f"{side.PREFIX}_body": raw}
            async with opened(side, side.SINK(), type_, **body) as sink:
                await sink.write(sink.encode(sent))
                await sink.flush()
            bodies = [await side.receive() for _ in sent]
            async with opened(side, side.SOURCE(), type_, **body) as source:
                await side.publish(bodies)
                batches = source.batches()
                taken = await take(batches, len(sent))
                assert values(taken, type_) == sent
                for batch in taken:
                    batch.token.release()

    async def test_no_more_is_pulled_than_the_prefetch(self, side: Side) -> None:
        async with opened(side, side.SOURCE(), **{f"{side.PREFIX}_prefetch": 10}) as source:
            await side.publish([b'{"n": %d, "who": "x"}' % n for n in range(35)])
            batches = source.batches()
            taken = await take(batches, 10)
            following = asyncio.ensure_future(anext(batches))
            await until(side, 25)
            assert not following.done()
            for batch in taken:
                batch.token.release()
            taken = [await following]
            taken += await take(batches, 10 - len(taken[0].values))
            await until(side, 15)
            assert [value.n for value in values(taken)] == list(range(10, 20))

    async def test_what_is_not_done_stays_with_the_server(self, side: Side) -> None:
        async with opened(side, side.SOURCE()) as source:
            await side.publish([b'{"n": 1, "who": "x"}'])
            batches = source.batches()
            (done,) = await take(batches, 1)
            await side.publish([b'{"n": 2, "who": "x"}'])
            await take(batches, 1)
            await side.publish([b'{"n": 3, "who": "x"}'])
            done.token.release()
            await source.stop()
        async with opened(side, side.SOURCE()) as source:
            again = await take(source.batches(), 2)
            assert sorted(value.n for value in values(again)) == [2, 3]
            for batch in again:
                batch.token.release()
            await source.stop()
        await until(side, 0)

    async def test_what_does_not_decode_is_told_with_its_place(self, side: Side) -> None:
        async with opened(side, side.SOURCE()) as source:
            await side.publish([b'{"n": "x", "who": ""}', b"\xff", b"", b'{"n": 1, "who": "good"}'])
            taken = await take(source.batches(), 4)
            found = values(taken)
            place = self.PLACE  # type: ignore[attr-defined]
            assert [str(one).partition(": ")[0].startswith(place) for one in found[:3]] == [True] * 3, found
            assert [str(one).partition(": ")[2] for one in found[:3]] == [
                'body.n: expected Integer, got "x"',
                "body: expected JSON in UTF-8, got other bytes (invalid start byte)",
                "body: expected JSON, got nothing",
            ]
            assert found[3] == Order(1, "good")
            assert all(isinstance(value, bytes) for batch in taken for value in batch.values)

    async def test_a_lost_connection_is_told_and_made_again(self, side: Side) -> None:
        line, recorder = self.LINE(side.PORT), Recorder()
        await line.mend()
        facts = {"port": line.port, "log": recorder.log}
        async with opened(side, side.SOURCE(), **facts) as source, opened(side, side.SINK(), **facts) as sink:
            batches = source.batches()
            await side.publish([b'{"n": 1, "who": "x"}'])
            await take(batches, 1)  # and it is not done
            await line.cut()
            writing = asyncio.create_task(sink.write(sink.encode([Order(5, "late")])))
            following = asyncio.create_task(take(batches, 1))
            await side.publish([b'{"n": 2, "who": "x"}'])
            async with asyncio.timeout(20):
                while recorder.text().count(": lost ") < 2:
                    await asyncio.sleep(0.01)
            assert not writing.done()
            await line.mend()
            seen = {value.n for value in values(await following)}
            while 2 not in seen:
                seen |= {value.n for value in values(await take(batches, 1))}
            async with asyncio.timeout(20):
                await writing
                assert Codec(Order).decode_json(await side.receive()) == Order(5, "late")
        told = recorder.text()
        for node in (f"Sources.{side.PREFIX}", f"Sinks.{side.PREFIX}"):
            assert f"warning: {node}: lost " in told
            assert f"{node}: connected to " in told
        await line.cut()

    @pytest.mark.thorough
    async def test_a_server_that_is_away_is_waited_for_and_named(self, side: Side) -> None:
        for connector in (side.SOURCE(), side.SINK()):
            recorder, port = Recorder(), free_port()
            patience = {f"{side.PREFIX}_connect_timeout": datetime.timedelta(seconds=1)}
            with pytest.raises(ConnectorError, match=rf"cannot reach .*127\.0\.0\.1:{port}: .*[Rr]efused"):
                async with opened(side, connector, port=port, log=recorder.log, **patience):
                    pass
            assert re.search(rf"127\.0\.0\.1:{port}, at most [01] s more: ", recorder.text())

    @pytest.mark.thorough
    async def test_a_server_that_says_nothing_is_told_and_given_up_in_time(
        self, side: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(1000):
                pass
            writer.close()

        monkeypatch.setattr(reach, "SILENCE", 0.1)
        listening = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        for connector in (side.SOURCE(), side.SINK()):
            recorder = Recorder()
            patience = {f"{side.PREFIX}_connect_timeout": datetime.timedelta(seconds=1.2)}
            with pytest.raises(ConnectorError, match=rf"cannot reach .*:{port}: no answer came in time"):
                async with opened(side, connector, port=port, log=recorder.log, **patience):
                    pass
            assert f":{port}, at most 1 s more: no answer yet" in recorder.text()
        listening.close()

    @pytest.mark.thorough
    async def test_an_opening_that_is_cancelled_leaves_nothing_behind(self, side: Side) -> None:
        for kind in (side.SOURCE, side.SINK):
            began = time.monotonic()
            async with opened(side, kind()):
                took = time.monotonic() - began
            before = asyncio.all_tasks()
            for part in range(CANCELLED):
                connector = kind()
                opening = asyncio.create_task(open_at(side, connector))
                await asyncio.wait((opening,), timeout=took * part / CANCELLED)
                opening.cancel()
                async with asyncio.timeout(15):
                    await asyncio.wait((opening,))
                    await close_down(connector)
                left = asyncio.all_tasks() - before
                _, stuck = await asyncio.wait(left, timeout=10) if left else ((), ())
                assert not stuck, stuck
        await side.publish([b'{"n": 1, "who": "x"}'])
        async with opened(side, side.SOURCE()) as source:
            (batch,) = await take(source.batches(), 1)  # nobody else holds it
            batch.token.release()

    @pytest.mark.thorough
    async def test_a_server_that_falls_silent_is_not_waited_for_at_the_end(
        self, side: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reach, "PARTING", 0.5)
        before, line = asyncio.all_tasks(), self.LINE(side.PORT)
        await line.mend()
        try:
            async with opened(side, side.SOURCE(), port=line.port) as source:
                await side.publish([b'{"n": 1, "who": "x"}'])
                (batch,) = await take(source.batches(), 1)
                sink = await self._that_has_written(side, line.port)
                line.flowing.clear()
                writing = asyncio.create_task(sink.write(sink.encode([Order(2, "x" * 1000)] * 5000)))
                batch.token.release()
                async with asyncio.timeout(30):
                    await source.stop()
                    await source.close()
                    await parting.have_ended((writing,), 10)
                    await sink.close(completed=False)
        finally:
            await line.cut()
        # AMQP's library waits for the end of a connection in several places, and is cancelled in each.
        for _ in range(3):
            await parting.have_ended(asyncio.all_tasks() - before, 1)

    async def _that_has_written(self, side: Side, port: int) -> Any:
        sink = side.SINK()
        await open_at(side, sink, port)
        await sink.write(sink.encode([Order(1, "x")]))
        return sink

    async def test_parameters_that_make_no_sense_are_refused(self, side: Side) -> None:
        for connector, name, value, message in (
            (side.SOURCE(), "prefetch", 0, "prefetch must be at least 1, got 0"),
            (side.SOURCE(), "port", 70000, "port must be between 1 and 65535, got 70000"),
            (side.SINK(), "body", "raw", 'body = "raw" is for Text and [Byte]; Order travels as JSON'),
        ):
            given = {"port": value} if name == "port" else {f"{side.PREFIX}_{name}": value}
            with pytest.raises(UsageError) as fault:
                async with opened(side, connector, **given):
                    pass
            assert str(fault.value) == f"{side.PREFIX}_{message}"

    async def test_a_missing_library_is_one_error_that_names_the_extra(
        self, side: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, self.LIBRARY, None)  # type: ignore[attr-defined]
        for connector in (side.SOURCE(), side.SINK()):
            with pytest.raises(MissingExtra) as fault:
                async with opened(side, connector):
                    pass
            extra = side.PREFIX
            assert str(fault.value) == f"connector '{extra}' needs: pip install \"nstack-runtime[{extra}]\""

    @pytest.mark.thorough
    async def test_killed_in_the_middle_nothing_is_lost(self, side: Side, tmp_path: Path) -> None:
        copy = Copy(side, tmp_path)
        count = self.COUNT
        await side.publish([b'{"n": %d}' % n for n in range(count)])
        first = copy.start()
        seen = {await _number(side)}
        first.kill()
        first.wait()
        second = copy.start()
        while len(seen) < count:
            seen.add(await _number(side))
        assert seen == set(range(count))
        second.send_signal(signal.SIGINT)
        _, err = await asyncio.to_thread(second.communicate, timeout=30)
        assert second.returncode == 130, err
        taken = int(err.rpartition("[in=")[2].partition(" ")[0])
        assert 0 < taken <= count, err
        assert "Traceback" not in err
        await until(side, 0)


async def _number(side: Side) -> int:
    async with asyncio.timeout(30):
        number: int = Codec(Numbered).decode_json(await side.receive()).n
        return number


class Numbered(Record):
    """What travels through the workflow that is killed."""

    n: Integer


class Copy:
    """A workflow from the side's source to its sink, built by the compiler, as a process."""

    def __init__(self, side: Side, folder: Path, **sink: Any) -> None:
        given = [
            "{ " + ", ".join(f"{name} = {_literal(value)}" for name, value in one.items()) + " }"
            for one in (side.at(side.PORT) | side.source(), side.at(side.PORT) | side.sink() | sink)
        ]
        kind = side.PREFIX
        module = folder / "module.nml"
        module.write_text(
            f"module Copy:0.1.0\n\ndef copy = Sources.{kind}<{{ n : Integer }}> {given[0]} | Sinks.{kind} {given[1]}\n"
        )
        self._folder = folder / "built"
        told = subprocess.run(
            [sys.executable, "-m", "nscompiler", "build", str(module), "-o", str(self._folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Runs it."""
        path = os.pathsep.join([str(self._folder), str(ROOT / "stdlib")])
        return subprocess.Popen(
            [*self._command(), *arguments],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _command(self) -> list[str]:
        (package,) = (file.parent.name for file in self._folder.glob("*/__main__.py"))
        return [sys.executable, "-m", package, "copy"]


def _literal(value: object) -> str:
    if isinstance(value, datetime.timedelta):
        return f'"{value.total_seconds()}s"'
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
