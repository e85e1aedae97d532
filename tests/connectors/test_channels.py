"""Channels between the parts of a workflow, on a NATS server with JetStream."""

import asyncio
import datetime
import decimal
import math
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import pytest
from broker_harness import Line, server
from connector_harness import Recorder, context, decoded
from nats.js.client import JetStreamContext
from nstack.connectors import channelruns, channels
from nstack.connectors.channels import BUCKET, ChannelReader, ChannelWriter
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Parameters
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.log import Log
from nstack.runtime.scalars import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Double,
    Duration,
    Integer,
    Json,
    Text,
    Time,
    Unit,
    Uuid,
    Vector,
)
from nstack.runtime.values import Record, Sum, constructor

PORT = 4222
BERLIN = datetime.timezone(datetime.timedelta(hours=2))


class Part(Record):
    """A record inside of others."""

    n: Integer
    note: Text | None = None


class Event(Sum):
    """A sum with and without payloads."""

    Seen = constructor(Part)
    Raw = constructor(Json)
    Gone = constructor()


class All(Record):
    """Everything at once."""

    text: Text
    blob: Bytes
    doc: Json
    unit: Unit
    pairs: list[tuple[Integer, Double]]
    events: list[Event]
    byName: dict[str, Part | None]  # noqa: N815  (a field's name in the language)
    at: DateTime


@pytest.fixture
def channel() -> str:
    """A name that no other test uses."""
    server("NATS", PORT)
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(autouse=True)
def no_long_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test waits for a channel's end."""
    monkeypatch.setattr(channels, "PULL", 0.1)


@pytest.fixture(autouse=True)
async def nothing_left(channel: str) -> AsyncIterator[None]:
    """Takes a test's channel away."""
    yield
    client = await nats.connect(f"nats://127.0.0.1:{PORT}")
    streams = client.jetstream()
    if channel in {info.config.name for info in await streams.streams_info()}:
        await streams.delete_stream(channel)
    await (await streams.create_key_value(bucket=BUCKET)).purge(channel)
    await client.close()


def given(channel: str, port: int = PORT, **facts: Any) -> Parameters:
    """A channel's parameters."""
    seconds = datetime.timedelta(seconds=1)
    return Parameters(
        {
            "channel": channel,
            "channel_server": f"nats://127.0.0.1:{port}",
            "channel_max_messages": 1000,
            "channel_max_bytes": 1 << 24,
            "channel_prefetch": 32,
            "channel_ack_wait": 2 * seconds,
            "channel_connect_timeout": 5 * seconds,
            **facts,
        }
    )


@asynccontextmanager
async def writer(channel: str, type_: Any = Integer, *, ends: bool = True, **facts: Any) -> AsyncIterator[Any]:
    """A writer that is open; its run comes to its end when the block is left, unless ``ends`` is false."""
    made, log = ChannelWriter(), facts.pop("log", Log())
    await made.open(given(channel, **facts), Codec(type_), context(Path(), bounded=True, log=log))
    try:
        yield made
    except BaseException:
        ends = False
        raise
    finally:
        await made.close(completed=ends)


@asynccontextmanager
async def reader(channel: str, type_: Any = Integer, **facts: Any) -> AsyncIterator[Any]:
    """A reader that is open."""
    made, log = ChannelReader(), facts.pop("log", Log())
    await made.open(given(channel, **facts), Codec(type_), context(Path(), bounded=True, log=log))
    try:
        yield made
    finally:
        await made.close()


async def write(sink: Any, values: list[Any]) -> None:
    """Some values, confirmed."""
    await sink.write(sink.encode(values))
    await sink.flush()


async def read(source: Any, type_: Any = Integer) -> list[Any]:
    """All values until the end, each batch done at once."""
    found: list[Any] = []
    async with asyncio.timeout(30):
        async for batch in source.batches():
            found += decoded(batch, Codec(type_))
            batch.token.release()
    return found


async def next_batch(batches: AsyncIterator[Batch]) -> Batch:
    """One batch, in time."""
    async with asyncio.timeout(20):
        return await anext(batches)


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        (Integer, [0, -1, 2**63 - 1, -(2**63)]),
        (Double, [0.1, -0.0, 1e300, 5e-324, math.inf, -math.inf]),
        (Boolean, [True, False]),
        (Text, ["", "a\nb\r", "ä🙂\x00\u2028", "half \ud83d", '{"n":1}']),
        (Bytes, [b"", b"\x00\xff\x01", b"x" * 200_000]),
        (Json, ['{ "a" : 1,\n  "b": [1.0, 1e400] }', "null", '"x"']),
        (Unit, [None, None]),
        (Decimal, [decimal.Decimal("1.10"), decimal.Decimal("-0E+3"), decimal.Decimal("1E-30")]),
        (Date, [datetime.date(1, 1, 1), datetime.date(2024, 2, 29)]),
        (Time, [datetime.time(23, 59, 59, 999999)]),
        (DateTime, [datetime.datetime(2024, 3, 1, 12, 0, 0, 1, tzinfo=BERLIN)]),
        (Duration, [datetime.timedelta(days=-3, microseconds=1), datetime.timedelta.max]),
        (Uuid, [uuid.UUID(int=7)]),
        (tuple[Integer, Unit], [(1, None)]),
        (Vector(2, Vector(2, Double)), [[[1.0, 2.0], [3.0, math.inf]]]),
        (Integer | None, [1, None, 3]),
        (dict[str, Json], [{"": " 1 ", "k\ud83d": "[ ]"}]),
        (Event, [Event.Seen(Part(1)), Event.Raw("[ 1 ]"), Event.Gone()]),
    ],
)
async def test_values_of_every_type_come_out_as_they_went_in(channel: str, type_: Any, values: list[Any]) -> None:
    async with writer(channel, type_) as sink:
        await write(sink, values)
    async with reader(channel, type_) as source:
        found = await read(source, type_)
    assert found == values
    assert list(map(repr, found)) == list(map(repr, values))


async def test_a_record_of_everything_and_a_number_that_is_none_come_out(channel: str) -> None:
    value = All(
        "t",
        b"\x00",
        '{"x":\n1}',
        None,
        [(1, math.nan)],
        [Event.Raw(" 2"), Event.Gone()],
        {"a": Part(1, "n"), "b": None},
        datetime.datetime(2024, 1, 1, tzinfo=BERLIN),
    )
    async with writer(channel, All) as sink:
        await write(sink, [value])
    async with reader(channel, All) as source:
        (found,) = await read(source, All)
    assert repr(found) == repr(value)


@pytest.mark.thorough
async def test_order_stays_and_the_end_is_reached_when_all_is_acknowledged(channel: str) -> None:
    async with reader(channel) as source:
        batches = source.batches()
        async with writer(channel) as sink:
            await write(sink, list(range(500)))
        values, held = [], []
        while len(values) < 500:
            batch = await next_batch(batches)
            values += decoded(batch, Codec(Integer))
            held.append(batch)
        assert values == list(range(500))
        ending = asyncio.ensure_future(anext(batches, None))
        await asyncio.wait((ending,), timeout=1)
        assert not ending.done()
        for batch in held:
            batch.token.release()
        async with asyncio.timeout(20):
            assert await ending is None


@pytest.mark.thorough
async def test_a_full_channel_holds_its_writer_up_and_loses_nothing(channel: str) -> None:
    recorder = Recorder()
    async with reader(channel) as source, writer(channel, channel_max_messages=3, log=recorder.log) as sink:
        writing = asyncio.ensure_future(write(sink, list(range(64 * 10))))
        while "is full" not in recorder.text():
            await asyncio.sleep(0.05)
        assert not writing.done()
        values: list[Any] = []
        async with asyncio.timeout(30):
            async for batch in source.batches():
                values += decoded(batch, Codec(Integer))
                batch.token.release()
                if len(values) == 640:
                    break
        await writing
        assert values == list(range(640))
    assert f"channel {channel} is full: waiting for its readers" in recorder.text()


async def test_readers_that_are_several_share_the_values_and_all_end(channel: str) -> None:
    async with reader(channel) as one, reader(channel) as two:
        async with writer(channel) as sink:
            for n in range(200):
                await write(sink, [n])
        found = await asyncio.gather(read(one), read(two))
    assert sorted(found[0] + found[1]) == list(range(200))
    assert all(found)


async def test_what_a_reader_leaves_undone_comes_to_the_next(channel: str) -> None:
    async with writer(channel) as sink:
        await write(sink, [1])
        await write(sink, [2])
    async with reader(channel, channel_prefetch=1) as source:
        batches = source.batches()
        (await next_batch(batches)).token.release()
        await next_batch(batches)
        await source.stop()
    async with reader(channel) as source:
        assert await read(source) == [2]


async def test_what_is_given_back_is_there_at_once_though_a_request_was_open(channel: str) -> None:
    """The server would wait for an hour before it gives the message to another reader by itself."""
    hour = datetime.timedelta(hours=1)
    async with reader(channel, channel_ack_wait=hour) as source:
        batches = source.batches()
        async with writer(channel) as sink:
            await write(sink, [1])
        await next_batch(batches)
        following = asyncio.ensure_future(anext(batches))
        await asyncio.wait((following,), timeout=0.2)  # a request lies with the server
        following.cancel()
        await asyncio.wait((following,))
    async with reader(channel, channel_ack_wait=hour) as source:
        assert await read(source) == [1]


async def test_an_empty_answer_is_no_end(channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, empty = JetStreamContext.PullSubscription.fetch, [True, True]

    async def late(self: Any, *given: Any, **named: Any) -> Any:
        return [] if empty and empty.pop() else await fetch(self, *given, **named)

    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", late)
    async with reader(channel) as source:
        async with writer(channel) as sink:
            await write(sink, [1])
        assert await read(source) == [1]
    assert empty == []


async def test_a_lost_connection_is_made_again_and_nothing_is_lost(channel: str) -> None:
    line, recorder = Line(PORT), Recorder()
    await line.mend()
    facts = {"port": line.port, "log": recorder.log}
    async with reader(channel, **facts) as source:
        reading = asyncio.ensure_future(read(source))
        async with writer(channel, **facts) as sink:
            await write(sink, [1])
            await line.cut()
            writing = asyncio.ensure_future(write(sink, [2, 3]))
            while recorder.text().count(": lost ") < 2:
                await asyncio.sleep(0.02)
            assert not writing.done()
            await line.mend()
            await writing
        assert sorted(set(await reading)) == [1, 2, 3]
    await line.cut()


async def test_a_run_begins_anew_only_after_one_that_has_ended(channel: str) -> None:
    ready = (channel,), f"nats://127.0.0.1:{PORT}", Log()
    await channelruns.make_ready(*ready)
    assert await ChannelReader().has_begun(given(channel), context(Path())) is False
    async with writer(channel) as sink:
        assert not sink.is_complete()
        await write(sink, [1])
    await channelruns.make_ready(*ready)  # nobody has read it yet
    async with writer(channel, ends=False) as sink:
        assert sink.is_complete()
    async with reader(channel) as source:
        assert await read(source) == [1]
    assert await ChannelReader().has_begun(given(channel), context(Path())) is True
    await channelruns.make_ready(*ready)
    assert await ChannelReader().has_begun(given(channel), context(Path())) is False
    async with writer(channel, ends=False) as sink:
        assert not sink.is_complete()


@pytest.mark.parametrize("address", ["localhost:4222", "http://x", "nats://", "nats://x:port", ""])
async def test_an_address_that_is_none_is_refused(channel: str, address: str) -> None:
    with pytest.raises(UsageError, match="the channels' server is written nats://HOST:PORT"):
        await ChannelReader().open(given(channel, channel_server=address), Codec(Integer), context(Path()))


async def test_a_server_that_is_away_is_named(channel: str) -> None:
    short = datetime.timedelta(seconds=0.2)
    with pytest.raises(ConnectorError, match=r"cannot reach the NATS server at 127\.0\.0\.1:1: "):
        await ChannelWriter().open(
            given(channel, 1, channel_connect_timeout=short), Codec(Integer), context(Path(), bounded=True)
        )


def test_the_command_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("NSTACK_CHANNELS", raising=False)
    assert channelruns.main(["one"]) == 2
    assert "NSTACK_CHANNELS has to name the channels' server, as nats://HOST:PORT" in capfd.readouterr().err
