"""``Sources.mqtt`` and ``Sinks.mqtt`` on a Mosquitto server."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from broker_harness import Contract, Order, Side, free_port, opened, take, values
from connector_harness import Recorder, required
from nstack.connectors.mqtt import MqttSink, MqttSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, RefusedValues, TooLarge, UsageError
from tls_servers import process


class Mosquitto(Side):
    """A topic for each direction."""

    NAME, PORT, PREFIX = "Mosquitto", 1883, "mqtt"
    SOURCE, SINK = MqttSource, MqttSink

    async def open(self) -> None:
        """The session of the source is begun, so that the broker keeps for it what is published."""
        self.client = aiomqtt.Client(
            "127.0.0.1", self.PORT, protocol=aiomqtt.ProtocolVersion.V5, clean_start=True, max_inflight_messages=1000
        )
        self.client.pending_calls_threshold = 1 << 16
        await self.client.__aenter__()
        await self.client.subscribe([(f"t/{self.id}/out", 1)])
        async with opened(self, MqttSource()):
            pass

    async def close(self) -> None:
        """The session of the source ends by being begun anew without being kept."""
        await self.client.__aexit__(None, None, None)
        name = f"reader-{self.id}"
        version = aiomqtt.ProtocolVersion.V5
        async with aiomqtt.Client("127.0.0.1", self.PORT, identifier=name, protocol=version, clean_start=True):
            pass

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """In order."""
        await asyncio.gather(*(self.client.publish(f"t/{self.id}/in/a", body, qos=1) for body in bodies))

    async def receive(self) -> bytes:
        """From the sink's topic."""
        payload = (await anext(self.client.messages)).payload
        assert isinstance(payload, bytes)
        return payload

    async def waiting(self) -> int:
        """The broker does not tell; what is lost or left is seen by who reads again."""
        return 0

    def source(self) -> dict[str, Any]:
        """A session with a name."""
        return {"mqtt_topic": f"t/{self.id}/in/+", "mqtt_client": f"reader-{self.id}", "mqtt_prefetch": 20}

    def sink(self) -> dict[str, Any]:
        """The other topic."""
        return {"mqtt_topic": f"t/{self.id}/out"}


class TestMqtt(Contract):
    """What holds of every broker, and what is MQTT's own."""

    SIDE = Mosquitto
    PLACE = "topic t/"
    LIBRARY = "aiomqtt"
    COUNT = 900  # more than a thousand Mosquitto does not keep for one who is away

    async def test_no_more_is_pulled_than_the_prefetch(self, side: Side) -> None:
        async with opened(side, MqttSource(), mqtt_prefetch=10) as source:
            await side.publish([b'{"n": %d, "who": "x"}' % n for n in range(35)])
            batches = source.batches()
            taken = await take(batches, 10)
            following = asyncio.ensure_future(anext(batches))
            await side.publish([b'{"n": 35, "who": "x"}'])  # and its confirmation has come after all that was sent
            assert len(source._session._client.messages) == 0
            assert not following.done()
            for batch in taken:
                batch.token.release()
            seen = values([await following])
            assert [value.n for value in seen] == list(range(10, 10 + len(seen)))

    async def test_acknowledgements_keep_their_order(self, side: Side) -> None:
        async with opened(side, MqttSource()) as source:
            batches, taken = source.batches(), []
            for n in range(3):
                await side.publish([b'{"n": %d, "who": "x"}' % n])
                taken += await take(batches, 1)
            taken[1].token.release()
            taken[2].token.release()
        async with opened(side, MqttSource()) as source:
            left = await take(source.batches(), 3)
            assert [value.n for value in values(left)] == [0, 1, 2]
            for batch in left:
                batch.token.release()

    async def test_a_refused_login_is_told_without_the_password(self, side: Side, tmp_path: Path) -> None:
        program = shutil.which("mosquitto") or pytest.skip("mosquitto is not on the path")
        port, file = free_port(), tmp_path / "conf"
        file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\n")
        own = subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL)
        try:
            for connector in (MqttSource(), MqttSink()):
                with pytest.raises(ConnectorError) as fault:
                    async with opened(side, connector, port=port, mqtt_user="me", mqtt_password="sesame-open"):
                        pass
                assert str(fault.value) == (
                    f"the MQTT broker at 127.0.0.1:{port} refuses the login (mqtt_user and mqtt_password log in)"
                )
        finally:
            own.kill()
            own.wait()

    async def test_a_broker_that_stops_and_starts_is_waited_for(self, side: Side, tmp_path: Path) -> None:
        port, file, recorder = free_port(), tmp_path / "conf", Recorder()
        kept = f"persistence true\npersistence_location {tmp_path}/\nautosave_on_changes true\nautosave_interval 1\n"
        file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n{kept}")
        given = {"port": port, "log": recorder.log, "mqtt_topic": "t"}
        with ExitStack() as stack:
            own = stack.enter_context(process(port, required("mosquitto"), "-c", file))
            async with opened(side, MqttSource(), **given) as source, opened(side, MqttSink(), **given) as sink:
                batches = source.batches()
                await sink.write(sink.encode([Order(1, "before")]))
                (first,) = await take(batches, 1)
                assert own == port
                stack.close()
                writing = asyncio.create_task(sink.write(sink.encode([Order(2, "after")])))
                following = asyncio.create_task(take(batches, 1))
                async with asyncio.timeout(20):
                    while recorder.text().count(": lost ") < 2:
                        await asyncio.sleep(0.01)
                stack.enter_context(process(port, required("mosquitto"), "-c", file))
                async with asyncio.timeout(20):
                    await writing
                seen = values(await following)
                while Order(2, "after") not in seen:  # the first was not done, and comes again
                    seen += values(await take(batches, 1))
                first.token.release()

    async def test_a_message_larger_than_the_broker_says_is_told_before(self, side: Side, tmp_path: Path) -> None:
        port, file = free_port(), tmp_path / "conf"
        file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nmax_packet_size 150\n")
        with process(port, required("mosquitto"), "-c", file):
            async with opened(side, MqttSink(), port=port, mqtt_topic="t") as sink:
                with pytest.raises(TooLarge, match="of 230 bytes; the broker takes packets of 150 bytes at most"):
                    sink.encode([Order(1, "x"), Order(2, "x" * 200)])
                largest = Order(3, "x" * (150 - 11 - len(sink.encode([Order(3, "")])[0])))
                await sink.write(sink.encode([largest]))
                with pytest.raises(TooLarge):
                    sink.encode([Order(3, largest.who + "x")])

    async def test_messages_that_the_broker_refuses_are_told_apart(self, side: Side, tmp_path: Path) -> None:
        port, file, recorder = free_port(), tmp_path / "conf", Recorder()
        file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nmessage_size_limit 60\n")
        with process(port, required("mosquitto"), "-c", file):
            async with (
                aiomqtt.Client("127.0.0.1", port) as reader,
                opened(side, MqttSink(), port=port, mqtt_topic="t", log=recorder.log) as sink,
            ):
                await reader.subscribe("t", qos=1)
                with pytest.raises(RefusedValues) as fault:
                    await sink.write(sink.encode([Order(n, "x" * (50 if n % 10 == 7 else 1)) for n in range(100)]))
                assert list(fault.value.those) == list(range(7, 100, 10))
                told = f"the MQTT broker at 127.0.0.1:{port} refuses a message for topic 't': Packet too large"
                assert {str(why) for why in fault.value.those.values()} == {told}
                seen = set()
                async with asyncio.timeout(20):
                    while len(seen) < 90:
                        payload = (await anext(reader.messages)).payload
                        assert isinstance(payload, bytes)
                        seen.add(Codec(Order).decode_json(payload).n)
                assert seen == set(range(100)) - set(fault.value.those)
        assert recorder.text() == ""

    async def test_a_topic_that_is_not_for_this_user_is_told(self, side: Side, tmp_path: Path) -> None:
        port, file, rules = free_port(), tmp_path / "conf", tmp_path / "rules"
        rules.write_text("topic read #\n")
        rules.chmod(0o600)
        file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nacl_file {rules}\n")
        with process(port, required("mosquitto"), "-c", file):
            async with opened(side, MqttSink(), port=port, mqtt_topic="t") as sink:
                with pytest.raises(ConnectorError, match="refuses a message for topic 't': Not authorized"):
                    await sink.write(sink.encode([Order(1, "x")]))

    async def test_too_many_messages_without_qos_are_dropped_and_told(self, side: Mosquitto) -> None:
        recorder = Recorder()
        async with opened(side, MqttSource(), mqtt_qos="0", log=recorder.log) as source:
            for n in range(60):
                await side.client.publish(f"t/{side.id}/in/a", b'{"n": %d, "who": "x"}' % n, qos=0)
            await side.publish([b'{"n": 60, "who": "x"}'])
            async with asyncio.timeout(10):
                while source._session._client._queue.dropped < 41:
                    await asyncio.sleep(0.01)
            assert len(values(await take(source.batches(), 20))) == 20
        assert "with QoS 0 what is under way is lost" in recorder.text()
        assert "warning: Sources.mqtt: dropped 41 messages of QoS 0" in recorder.text()

    async def test_a_sink_has_one_topic(self, side: Side) -> None:
        with pytest.raises(UsageError, match="mqtt_topic 'a/#' is a pattern"):
            async with opened(side, MqttSink(), mqtt_topic="a/#"):
                pass

    async def test_a_retained_message_is_there_for_who_comes_later(self, side: Mosquitto) -> None:
        async with opened(side, MqttSink(), mqtt_retain=True, mqtt_topic=f"t/{side.id}/kept") as sink:
            await sink.write(sink.encode([Order(1, "kept")]))
        await side.client.subscribe(f"t/{side.id}/kept", qos=1)
        assert b"kept" in await side.receive()
        await side.client.publish(f"t/{side.id}/kept", b"", qos=1, retain=True)
