"""``Sources.kafka``, ``Sources.kafka_backlog`` and ``Sinks.kafka`` on a Kafka cluster."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from typing import cast

import pytest
from broker_harness import Contract, Order, Side, opened, take, until, values
from confluent_kafka import KafkaError
from connector_harness import Recorder
from kafka_sides import Cluster, KafkaLine, KafkaSide, cluster, seconds
from nstack.connectors import kafkagroup
from nstack.connectors.kafka import KafkaBacklog, KafkaSink, KafkaSource
from nstack.connectors.kafkagroup import Progress
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, RefusedValues, TooLarge, UsageError
from nstack.runtime.scalars import Bytes, DateTime, Integer, Text
from nstack.runtime.values import Record
from tls_servers import tansu


class Whole(Record):
    """A whole message."""

    key: Text | None
    value: Order | None
    headers: dict[str, Text]
    topic: Text
    partition: Integer
    offset: Integer
    time: DateTime


class Keyed(Record):
    """What a sink may say of a message."""

    value: Bytes
    key: Bytes


@pytest.fixture(scope="module")
def kafka() -> Iterator[Cluster]:
    """One cluster for all tests of this file."""
    with cluster() as made:
        KafkaSide.CLUSTER, KafkaSide.PORT = made, made.port
        yield made


class TestKafka(Contract):
    """What holds of every broker, and what is the own of Kafka."""

    SIDE = KafkaSide
    PLACE = "topic t."
    LIBRARY = "confluent_kafka"
    LINE = KafkaLine
    COUNT = 10_000

    @pytest.fixture
    async def side(self, kafka: Cluster) -> AsyncIterator[Side]:
        """The other side, on a cluster that the tests of this file share."""
        made = KafkaSide()
        await made.open()
        try:
            yield made
        finally:
            await made.close()

    async def test_no_more_is_pulled_than_the_prefetch(self, side: KafkaSide) -> None:
        async with opened(side, KafkaSource(), kafka_prefetch=10) as source:
            await side.publish([b'{"n": %d, "who": "x"}' % n for n in range(35)])
            batches = source.batches()
            taken = await take(batches, 10)
            following = asyncio.ensure_future(anext(batches))
            await asyncio.sleep(0)
            assert [value.n for value in values(taken)] == list(range(10))
            for batch in taken:
                batch.token.release()
            taken = [await following]
            await until(side, 25)
            assert len(taken[0].values) <= 10

    async def test_parameters_that_make_no_sense_are_refused(self, side: KafkaSide) -> None:
        for connector, given, message in (
            (KafkaSource(), {"kafka_prefetch": 0}, "kafka_prefetch must be at least 1, got 0"),
            (KafkaSource(), {"kafka_brokers": "a:70000"}, "'a:70000' is no address"),
            (KafkaSource(), {"kafka_brokers": " , "}, "kafka_brokers names no broker"),
            (KafkaSource(), {"kafka_topic": "a b"}, "kafka_topic 'a b' is no topic's name"),
            (KafkaSink(), {"kafka_body": "raw"}, 'kafka_body = "raw" is for Text and [Byte]; Order travels as JSON'),
            (KafkaSink(), {"kafka_key": "id"}, "kafka_key names the field 'id', which Order does not have"),
            (KafkaSource(), {"kafka_message": True}, "needs a record with the field value, not Order"),
        ):
            with pytest.raises(UsageError) as fault:
                async with opened(side, connector, **given):
                    pass
            assert message in str(fault.value)

    @pytest.mark.thorough
    async def test_a_message_that_is_done_waits_for_those_before_it(self, side: KafkaSide) -> None:
        async with opened(side, KafkaSource()) as source:
            batches = source.batches()
            await side.publish([b'{"n": 0, "who": ""}'])
            (early,) = await take(batches, 1)
            await side.publish([b'{"n": %d, "who": ""}' % n for n in range(1, 10)])
            for batch in await take(batches, 9):
                batch.token.release()
            await asyncio.sleep(0)
            early.token.release()
            await until(side, 0)
            await side.publish([b'{"n": 10, "who": ""}', b'{"n": 11, "who": ""}'])
            (first, *others) = await take(batches, 2)
            for batch in others:
                batch.token.release()
            await source.stop()
        assert await side.waiting() == 2  # the first of the two is not done
        assert len(first.values) in (1, 2)

    @pytest.mark.thorough
    async def test_partitions_go_to_another_member_and_nothing_is_lost(self, kafka: Cluster) -> None:
        side = KafkaSide()
        side.PARTITIONS = 4
        await side.open()
        try:
            for number in range(4):
                bodies = [b'{"n": %d, "who": ""}' % (100 * number + n) for n in range(50)]
                await side.publish(bodies, partition=number)
            seen: set[int] = set()
            async with opened(side, KafkaSource(), kafka_prefetch=50) as one:
                held = await take(one.batches(), 50)  # and they are not done
                async with opened(side, KafkaSource()) as other:
                    reading = asyncio.ensure_future(drain(other, seen))
                    following = asyncio.ensure_future(drain(one, seen))
                    async with asyncio.timeout(30):
                        while not seen:
                            await asyncio.sleep(0.01)
                    for batch in held:  # some of these partitions are another's by now
                        seen.update(value.n for value in values([batch]))
                        batch.token.release()
                    await until(side, 0)
                    assert seen == {100 * number + n for number in range(4) for n in range(50)}
                    for task in (reading, following):
                        task.cancel()
        finally:
            await side.close()

    async def test_whole_messages_have_key_headers_and_place(self, side: KafkaSide) -> None:
        headers = [("trace", b"1\xc3\xa4")]
        async with opened(side, KafkaSource(), Whole, kafka_message=True) as source:
            batches = source.batches()
            await side.publish([b'{"n": 1, "who": "x"}'], key=b"k", headers=headers)
            await side.publish([None], key=b"k")
            await side.publish([b"{}"], key=b"\xff")
            found = values(await take(batches, 3), Whole)
        first, deleted, wrong = found
        assert (first.key, first.value, first.headers) == ("k", Order(1, "x"), {"trace": "1ä"})
        assert (first.topic, first.partition, first.offset) == (side.given, 0, 0)
        assert first.time.tzinfo is not None
        assert (deleted.key, deleted.value, deleted.headers, deleted.offset) == ("k", None, {}, 1)
        assert wrong == f"topic {side.given}, partition 0, offset 2: body.n: expected Integer, got nothing"
        async with opened(side, KafkaSink(), Whole, kafka_message=True) as sink:
            await sink.write(sink.encode([first, deleted]))
        one, two = await side.message(), await side.message()
        assert (one.key(), one.headers(), Codec(Order).decode_json(one.value())) == (b"k", headers, Order(1, "x"))
        assert (two.key(), two.value()) == (b"k", None)
        async with opened(side, KafkaSink(), Keyed, kafka_message=True) as sink:
            await sink.write(sink.encode([Keyed(b"\xff", b"\x00")]))
        raw = await side.message()
        assert (raw.key(), raw.value()) == (b"\x00", b"\xff")

    async def test_a_field_is_the_key(self, side: KafkaSide) -> None:
        for field, key in (("who", b"me"), ("n", b"7"), ("weight", None)):
            async with opened(side, KafkaSink(), kafka_key=field) as sink:
                await sink.write(sink.encode([Order(7, "me", None)]))
            assert (await side.message()).key() == key

    async def test_a_message_that_is_too_large_is_told_before_it_is_sent(self, side: KafkaSide) -> None:
        async with opened(side, KafkaSink(), Text, kafka_body="raw", kafka_max_message=2_000_000) as sink:
            with pytest.raises(TooLarge, match="a message of 2000001 bytes; kafka_max_message is 2000000"):
                sink.encode(["x" * 2_000_001])
            await sink.write(sink.encode(["x" * 2_000_000]))
        assert len(await side.receive()) == 2_000_000

    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("code", "why"),
        [
            (KafkaError.MSG_SIZE_TOO_LARGE, "a message is larger than it takes (max.message.bytes of the topic)"),
            (KafkaError.INVALID_RECORD, "(a compacted topic takes none without a kafka_key)"),
        ],
    )
    async def test_of_a_batch_that_is_refused_only_the_message_at_fault_is(
        self, side: KafkaSide, code: int, why: str
    ) -> None:
        if not side.CLUSTER.is_mock:
            pytest.skip("the broker that KAFKA_BOOTSTRAP names refuses nothing")
        given = [Order(n, "x") for n in range(8)]
        async with opened(side, KafkaSink()) as sink:
            for refusals, refused in ((1, []), (4, [0]), (5, [0, 1])):  # of 8, 4, 2 and 1, and of the one after it
                side.CLUSTER.order(f"refuse {refusals} {code}")
                with pytest.raises(RefusedValues) if refused else nullcontext() as fault:
                    await sink.write(sink.encode(given))
                if fault is not None:
                    assert list(fault.value.those) == refused
                    assert why in str(fault.value)
                got = [Codec(Order).decode_json(await side.receive()).n for _ in range(8 - len(refused))]
                assert got == [n for n in range(8) if n not in refused]

    async def test_messages_behind_a_batch_that_is_refused_wait_for_it(self, side: KafkaSide) -> None:
        if not side.CLUSTER.is_mock:
            pytest.skip("the broker that KAFKA_BOOTSTRAP names refuses nothing")
        given = [Order(n, "x" * 500) for n in range(40)]
        async with opened(side, KafkaSink(), kafka_max_message=4000) as sink:  # of batches no larger than that
            for refusals, refused in ((1, []), (4, [0]), (2, [])):
                side.CLUSTER.order(f"refuse {refusals} {KafkaError.MSG_SIZE_TOO_LARGE}")
                with pytest.raises(RefusedValues) if refused else nullcontext() as fault:
                    await sink.write(sink.encode(given))
                assert (list(fault.value.those) if fault is not None else []) == refused
                got = [Codec(Order).decode_json(await side.receive()).n for _ in range(40 - len(refused))]
                assert got == [n for n in range(40) if n not in refused]

    async def test_the_headers_of_a_message_count(self, side: KafkaSide) -> None:
        large = Whole(None, Order(1, "x"), {"a": "x" * 1500}, "", 0, 0, datetime.datetime.now(datetime.UTC))
        async with opened(side, KafkaSink(), Whole, kafka_message=True, kafka_max_message=1000) as sink:
            with pytest.raises(TooLarge, match=r"a message of 15\d\d bytes; kafka_max_message is 1000"):
                sink.encode([large])

    async def test_a_missing_body_is_told_where_a_value_is_needed(self, side: KafkaSide) -> None:
        for type_, body in ((Order, "json"), (Text, "raw")):
            async with opened(side, KafkaSource(), type_, kafka_body=body, kafka_group=f"{side.id}{body}") as source:
                await side.publish([None])
                told = values(await take(source.batches(), 1), type_)[0]
                assert "offset 0: body: expected " in str(told)

    async def test_a_backlog_is_read_once_and_ends(self, side: KafkaSide) -> None:
        async def run() -> list[int]:
            found = []
            async with opened(side, KafkaBacklog()) as source:
                async for batch in source.batches():
                    found += [value.n for value in values([batch])]
                    batch.token.release()
                    await side.publish([b'{"n": -1, "who": "late"}'])
                assert source.progress() == ((len(found), len(found)) if found else None)
            return found

        assert await run() == []
        await side.publish([b'{"n": %d, "who": ""}' % n for n in range(600)])
        assert await run() == list(range(600))
        late = await run()
        assert late
        assert set(late) == {-1}

    @pytest.mark.thorough
    async def test_a_workflow_that_is_busy_stays_in_its_group(
        self, side: KafkaSide, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kafkagroup, "PATIENCE", 0.05)
        monkeypatch.setattr(kafkagroup, "LOOK", 0.05)
        recorder, paused = Recorder(), asyncio.Event()
        loop = asyncio.get_running_loop()
        pause = kafkagroup.Member._pause

        def note(member: kafkagroup.Member) -> None:
            pause(member)
            loop.call_soon_threadsafe(paused.set)

        monkeypatch.setattr(kafkagroup.Member, "_pause", note)
        await side.publish([b'{"n": %d, "who": ""}' % n for n in range(3000)])
        async with opened(side, KafkaSource(), log=recorder.log, kafka_prefetch=10) as source:
            batches = source.batches()
            taken = await take(batches, 10)
            async with asyncio.timeout(20):
                await paused.wait()
            assert len(source._member._inbox) < kafkagroup.ROOM + 256
            async with asyncio.timeout(20):
                while source.lag() != 2990:
                    await asyncio.sleep(0.01)
            seen = []
            while len(seen) < 3000:
                seen += [value.n for value in values(taken)]
                for batch in taken:
                    batch.token.release()
                if len(seen) < 3000:
                    taken = await take(batches, 1)
            assert seen == list(range(3000))
        assert recorder.text() == ""

    @pytest.mark.thorough
    async def test_a_broker_that_stops_and_starts_is_waited_for(self, side: KafkaSide) -> None:
        if not side.CLUSTER.is_mock:
            pytest.skip("the broker that KAFKA_BOOTSTRAP names is others' as well")
        recorder = Recorder()
        async with (
            opened(side, KafkaSource(), log=recorder.log) as source,
            opened(side, KafkaSink(), log=recorder.log) as sink,
        ):
            batches = source.batches()
            await side.publish([b'{"n": 1, "who": "before"}'])
            (first,) = await take(batches, 1)
            side.CLUSTER.order("down")
            writing = asyncio.create_task(sink.write(sink.encode([Order(n, "late") for n in range(100)])))
            following = asyncio.create_task(take(batches, 1))
            async with asyncio.timeout(20):
                while recorder.text().count(": lost ") < 2:
                    await asyncio.sleep(0.01)
            first.token.release()
            side.CLUSTER.order("up")
            async with asyncio.timeout(20):
                await writing
            await side.publish([b'{"n": 2, "who": "after"}'])
            assert Order(2, "after") in values(await following)
        got = [Codec(Order).decode_json(await side.receive()).n for _ in range(100)]
        assert got == list(range(100))  # each once, and in order, for the producer is idempotent


@pytest.mark.thorough
async def test_a_topic_that_is_not_there_is_waited_for_and_named() -> None:
    class Elsewhere(KafkaSide):
        """Tansu, which makes no topic unasked."""

        def __init__(self) -> None:
            super().__init__()
            self.given = self.made = "nowhere"
            self.CLUSTER = cast(Cluster, self)

        is_mock = True

    with tansu() as port:
        recorder = Recorder()
        given = {"port": port, "log": recorder.log, "kafka_connect_timeout": seconds(1)}
        for connector in (KafkaSource(), KafkaBacklog()):
            with pytest.raises(ConnectorError) as fault:
                async with opened(Elsewhere(), connector, **given):
                    pass
            told = f"the Kafka cluster at 127.0.0.1:{port}: it has no topic 'nowhere'; make one, or mend kafka_topic"
            assert str(fault.value) == told
            waited = f"waiting for the Kafka cluster at 127.0.0.1:{port}, at most 1 s more: it has no topic 'nowhere'"
            assert waited in recorder.text()
        async with opened(Elsewhere(), KafkaSink(), **given), opened(Elsewhere(), KafkaBacklog(), **given) as source:
            assert [batch async for batch in source.batches()] == []  # this broker made it for the sink


async def drain(source: KafkaSource, seen: set[int]) -> None:
    """Takes what comes, and tells that it is done."""
    async for batch in source.batches():
        seen.update(value.n for value in values([batch]))
        batch.token.release()


def test_what_is_below_everything_under_way_is_done() -> None:
    progress = Progress()
    assert progress.low() is None
    for offset in (5, 6, 8):  # 7 was compacted away
        progress.took(offset)
    assert progress.low() == 5
    progress.done(6)
    assert progress.low() == 5
    progress.done(5)
    assert progress.low() == 8
    progress.done(8)
    assert progress.low() == 9
    progress.stored = 9
    assert progress.low() is None
    progress.took(9)
    progress.took(10)
    progress.returned(9)
    progress.returned(10)
    assert progress.low() is None
