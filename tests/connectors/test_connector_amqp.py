"""``Sources.amqp`` and ``Sinks.amqp`` on a RabbitMQ server."""

import asyncio
import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import aio_pika
import aiormq
import pytest
from aio_pika import DeliveryMode, Message
from broker_harness import Contract, Copy, Order, Side, close_down, open_at, opened, take, until, values
from connector_harness import Recorder
from nstack.connectors.amqp import AmqpSink, AmqpSource, Broker
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, NotNow, RefusedValues, UsageError
from own_brokers import OwnRabbitMQ, running


class RabbitMQ(Side):
    """An exchange and a queue for each direction."""

    NAME, PORT, PREFIX = "RabbitMQ", 5672, "amqp"
    SOURCE, SINK = AmqpSource, AmqpSink
    STORAGE: ClassVar[str] = "memory"

    async def open(self) -> None:
        """The queue that the source reads is made by the source itself, or here, if nobody has it yet."""
        self._connection = await aio_pika.connect(port=self.PORT)
        self.channel = await self._connection.channel()
        self.into = await self.channel.declare_exchange(f"t.{self.id}.in", "topic", durable=True)
        self.queue = await self.channel.declare_queue(f"t.{self.id}", durable=True)
        await self.queue.bind(self.into, "#")
        self.out = await self.channel.declare_exchange(f"t.{self.id}.out", "topic", durable=True)
        self.results = await self.channel.declare_queue(f"t.{self.id}.results")
        await self.results.bind(self.out, "done")
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue()
        await self.results.consume(self._arrived, no_ack=True)

    async def _arrived(self, message: Any) -> None:
        self._inbox.put_nowait(message.body)

    async def close(self) -> None:
        """Queues and exchanges."""
        for name in (f"t.{self.id}", f"t.{self.id}.results", f"nstack.{self.id}.t.{self.id}.in.a.#"):
            await self.channel.queue_delete(name)
        for name in (f"t.{self.id}.in", f"t.{self.id}.out", f"t.{self.id}.new"):
            await self.channel.exchange_delete(name)
        await self._connection.close()

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """In order."""
        kept = DeliveryMode.PERSISTENT if self.STORAGE == "file" else DeliveryMode.NOT_PERSISTENT
        for start in range(0, len(bodies), 500):
            part = (Message(body, delivery_mode=kept) for body in bodies[start : start + 500])
            await asyncio.gather(*(self.into.publish(one, "a.b") for one in part))

    async def receive(self) -> bytes:
        """From the sink's queue."""
        return await self._inbox.get()

    async def waiting(self) -> int:
        """Those that are not with a consumer. Asks through a connection of its own: the server may be another one."""
        async with await aio_pika.connect(port=self.PORT) as connection:
            queue = await (await connection.channel()).declare_queue(f"t.{self.id}", passive=True)
        count = queue.declaration_result.message_count
        assert count is not None
        return count

    def source(self) -> dict[str, Any]:
        """A queue with a name."""
        return {"amqp_exchange": f"t.{self.id}.in", "amqp_queue": f"t.{self.id}"}

    def sink(self) -> dict[str, Any]:
        """A key that is bound."""
        return {"amqp_exchange": f"t.{self.id}.out", "amqp_key": "done"}


class TestAmqp(Contract):
    """What holds of every broker, and what is AMQP's own."""

    SIDE = RabbitMQ
    PLACE = "queue t."
    LIBRARY = "aio_pika"

    async def test_messages_are_persistent_and_say_what_they_hold(self, side: RabbitMQ) -> None:
        queue = await side.channel.declare_queue(f"t.{side.id}.kept", auto_delete=True)
        await queue.bind(side.out, "done")
        async with opened(side, AmqpSink()) as sink:
            await sink.write(sink.encode([Order(1, "x")]))
        message = await queue.get(no_ack=True)
        assert message is not None
        assert message.delivery_mode is DeliveryMode.PERSISTENT
        assert message.content_type == "application/json"
        assert message.body == b'{"n":1,"who":"x","weight":null}'
        await queue.delete()

    async def test_what_no_queue_takes_is_an_error(self, side: RabbitMQ) -> None:
        async with opened(side, AmqpSink(), amqp_key="elsewhere") as sink:
            for _ in range(2):  # the second time through a channel of its own
                with pytest.raises(ConnectorError) as fault:
                    await sink.write(sink.encode([Order(1, "x"), Order(2, "y")]))
                assert str(fault.value) == (
                    f"no queue takes what exchange 't.{side.id}.out' is given with key 'elsewhere': "
                    "bind one to it, or mend amqp_exchange and amqp_key"
                )

    async def test_what_a_full_queue_does_not_take_is_refused_alone(self, side: RabbitMQ) -> None:
        full = {"x-max-length": 3, "x-overflow": "reject-publish"}
        queue = await side.channel.declare_queue(f"t.{side.id}.full", arguments=full, auto_delete=True)
        async with opened(side, AmqpSink(), amqp_exchange="", amqp_key=queue.name) as sink:
            with pytest.raises(RefusedValues) as fault:
                await sink.write(sink.encode([Order(n, "x") for n in range(10)]))
            found = [await queue.get(no_ack=True) for _ in range(3)]
            taken = {Codec(Order).decode_json(one.body).n for one in found if one is not None}
            assert set(fault.value.those) == set(range(10)) - taken
            assert {type(why) for why in fault.value.those.values()} == {NotNow}
            assert "did not take a message for exchange '': is a queue full?" in str(fault.value)
            await sink.write(sink.encode([Order(10, "x")]))
        await queue.delete(if_empty=False)

    async def test_an_exchange_that_takes_nothing_is_an_error(self, side: RabbitMQ) -> None:
        inner = await side.channel.declare_exchange(f"t.{side.id}.new", "fanout", internal=True)
        async with opened(side, AmqpSink(), amqp_exchange=inner.name) as sink:
            with pytest.raises(ConnectorError, match=r"5672: ACCESS_REFUSED - cannot publish to internal exchange"):
                await sink.write(sink.encode([Order(n, "x") for n in range(500)]))

    @pytest.mark.thorough
    async def test_a_message_larger_than_the_broker_takes_is_refused_alone(self, side: RabbitMQ) -> None:
        class Small(OwnRabbitMQ):
            """Takes no long messages."""

            MORE = "-rabbit max_message_size 100"

        recorder = Recorder()
        with running(Small) as broker:
            async with await aio_pika.connect(port=broker.port) as connection:
                queue = await (await connection.channel()).declare_queue("q")
                for _ in range(10):  # the broker may have ended the connection before its reason was read
                    given = {"port": broker.port, "log": recorder.log, "amqp_exchange": "", "amqp_key": "q"}
                    async with opened(side, AmqpSink(), **given) as sink, asyncio.timeout(30):
                        bodies = sink.encode([Order(n, "x" * (n % 99 + 1)) for n in range(500)])
                        with pytest.raises(RefusedValues) as fault:
                            await sink.write(bodies)
                        await sink.write(sink.encode([Order(500, "x")]))
                    assert set(fault.value.those) == {n for n, body in enumerate(bodies) if len(body) > 100}
                told = str(fault.value)
                assert told.startswith("a message of 1")
                assert told.endswith(f"127.0.0.1:{broker.port} takes 100 bytes at most (its max_message_size)")
                seen = set()
                while (message := await queue.get(no_ack=True, fail=False)) is not None:
                    seen.add(Codec(Order).decode_json(message.body).n)
                assert seen == set(range(501)) - set(fault.value.those)
        assert recorder.text() == ""

    async def test_the_default_exchange_takes_a_queue_for_the_key(self, side: RabbitMQ) -> None:
        async with opened(side, AmqpSink(), amqp_exchange="", amqp_key=f"t.{side.id}") as sink:
            await sink.write(sink.encode([Order(1, "x")]))
        async with opened(side, AmqpSource(), amqp_exchange="") as source:
            assert values(await take(source.batches(), 1)) == [Order(1, "x")]
        with pytest.raises(UsageError, match="say which amqp_queue to read"):
            async with opened(side, AmqpSource(), amqp_exchange="", amqp_queue=""):
                pass

    async def test_what_is_missing_is_declared_and_stays(self, side: RabbitMQ) -> None:
        named = {"amqp_exchange": f"t.{side.id}.in", "amqp_key": "a.#", "amqp_queue": ""}
        async with opened(side, AmqpSource(), **named):
            pass
        await side.publish([b'{"n": 1, "who": "while it was away"}'])
        async with opened(side, AmqpSource(), **named) as source:
            assert values(await take(source.batches(), 1)) == [Order(1, "while it was away")]
        async with opened(side, AmqpSink(), amqp_exchange=f"t.{side.id}.new", amqp_exchange_type="fanout"):
            pass
        made = await side.channel.declare_exchange(f"t.{side.id}.new", "fanout", durable=True)  # else refused
        await made.delete()

    @pytest.mark.soak
    async def test_a_broker_that_stops_and_starts_is_waited_for(
        self, side: RabbitMQ, record_property: Callable[[str, object], None]
    ) -> None:
        recorder = Recorder()
        with running(OwnRabbitMQ) as broker:
            given = {"port": broker.port, "log": recorder.log, "amqp_exchange": "amq.topic", "amqp_key": "k"}
            source_given = given | {"amqp_queue": "q"}
            async with opened(side, AmqpSource(), **source_given) as source, opened(side, AmqpSink(), **given) as sink:
                batches = source.batches()
                await sink.write(sink.encode([Order(1, "before")]))
                (first,) = await take(batches, 1)
                await asyncio.to_thread(broker.stop)
                writing = asyncio.create_task(sink.write(sink.encode([Order(2, "after")])))
                following = asyncio.create_task(anext(batches))
                async with asyncio.timeout(60):
                    while recorder.text().count(": lost ") < 2:
                        await asyncio.sleep(0.01)
                first.token.release()
                await asyncio.to_thread(broker.start)
                async with asyncio.timeout(60):
                    await writing
                    seen = values([await following])
                while Order(2, "after") not in seen:
                    seen += values(await take(batches, 1))
                assert {one.n for one in seen} <= {1, 2}
        record_property("warnings while the broker was away", recorder.text().count("warning: "))

    async def test_a_broker_that_goes_away_while_one_connects_is_waited_for(
        self, side: RabbitMQ, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect, tries = Broker.connect, 0

        async def connect_and_lose(broker: Broker) -> Any:
            nonlocal tries
            connection, tries = await connect(broker), tries + 1
            if tries == 1:
                await connection.close()
            return connection

        monkeypatch.setattr(Broker, "connect", connect_and_lose)
        for connector in (AmqpSource(), AmqpSink()):
            tries, recorder = 0, Recorder()
            async with opened(side, connector, log=recorder.log):
                assert tries == 2
            assert "waiting for the AMQP broker at 127.0.0.1:5672, at most " in recorder.text()

    @pytest.mark.thorough
    async def test_a_connection_that_is_made_while_it_is_cancelled_is_closed(
        self, side: RabbitMQ, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The broker has opened it, and the library has not returned it yet."""
        made: list[aiormq.Connection] = []
        there, at_once = asyncio.Event(), aiormq.Connection.ready

        async def slowly(connection: aiormq.Connection) -> None:
            made.append(connection)
            there.set()
            await asyncio.sleep(0.05)
            await at_once(connection)

        monkeypatch.setattr(aiormq.Connection, "ready", slowly)
        source = AmqpSource()
        opening = asyncio.create_task(open_at(side, source))
        await there.wait()
        opening.cancel()
        async with asyncio.timeout(15):
            await asyncio.wait((opening,))
            await close_down(source)
        assert opening.cancelled()
        assert made[0].is_closed

    @pytest.mark.thorough
    async def test_what_is_missing_is_an_error_where_nothing_may_be_declared(self, side: RabbitMQ) -> None:
        for connector, given, what in (
            (AmqpSource(), {"amqp_exchange": "t.none"}, "exchange 't.none' (amqp_exchange"),
            (AmqpSource(), {"amqp_queue": "t.none"}, "queue 't.none' (amqp_queue"),
            (AmqpSink(), {"amqp_exchange": "t.none"}, "exchange 't.none' (amqp_exchange"),
        ):
            recorder, patience = Recorder(), datetime.timedelta(seconds=0.5)
            with pytest.raises(ConnectorError) as fault:
                async with opened(
                    side, connector, amqp_declare=False, log=recorder.log, amqp_connect_timeout=patience, **given
                ):
                    pass
            why = f"it has no {what} names it; amqp_declare = true would make it)"
            assert str(fault.value) == f"the AMQP broker at 127.0.0.1:5672: {why}"
            assert f"waiting for the AMQP broker at 127.0.0.1:5672, at most 0 s more: {why}" in recorder.text()

    async def test_a_refused_login_and_a_missing_host_are_told_without_the_password(self, side: RabbitMQ) -> None:
        with pytest.raises(ConnectorError) as fault:
            async with opened(side, AmqpSource(), amqp_password="sesame-open"):
                pass
        assert str(fault.value) == (
            "the AMQP broker at 127.0.0.1:5672 refuses the login (amqp_user and amqp_password log in)"
        )
        with pytest.raises(ConnectorError, match=r"does not open the virtual host 'elsewhere': .* \(amqp_vhost names"):
            async with opened(side, AmqpSink(), amqp_vhost="elsewhere"):
                pass

    async def test_a_queue_that_is_deleted_meanwhile_is_made_again(
        self, side: RabbitMQ, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nstack.connectors.amqp.LOOK", 0.05)
        async with opened(side, AmqpSource()) as source:
            following = asyncio.create_task(take(source.batches(), 1))
            await asyncio.sleep(0)
            await side.channel.queue_delete(f"t.{side.id}")
            async with asyncio.timeout(20):
                while not following.done():
                    await side.publish([b'{"n": 1, "who": "x"}'])
                    await asyncio.sleep(0.05)
            assert values(await following)[0] == Order(1, "x")

    async def test_what_is_done_out_of_order_is_acknowledged_alone(self, side: RabbitMQ) -> None:
        async with opened(side, AmqpSource(), amqp_prefetch=3) as source:
            batches = source.batches()
            taken = []
            for n in range(3):
                await side.publish([b'{"n": %d, "who": "x"}' % n])
                taken += await take(batches, 1)
            taken[1].token.release()
            taken[2].token.release()
            await side.publish([b'{"n": 3, "who": "x"}'])
            taken += await take(batches, 1)
            await source.stop()
        async with opened(side, AmqpSource()) as source:
            left = await take(source.batches(), 2)
            assert sorted(value.n for value in values(left)) == [0, 3]
            for batch in left:
                batch.token.release()
            await source.stop()
        await until(side, 0)

    async def test_what_stops_the_run_stays_with_the_broker(self, side: RabbitMQ, tmp_path: Path) -> None:
        await side.publish([b'{"n": %d}' % n for n in range(3)])
        run = Copy(side, tmp_path, amqp_key="elsewhere").start("-p", "on_error=stop")
        _, err = await asyncio.to_thread(run.communicate, timeout=30)
        assert run.returncode == 1
        assert "error: Sinks.amqp: no queue takes what exchange" in err
        await until(side, 3)
