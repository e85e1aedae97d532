"""``Sources.nats`` and ``Sinks.nats`` on a NATS server with JetStream."""

import asyncio
import datetime
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import nats
import pytest
from broker_harness import Contract, Order, Side, free_port, opened, take, values
from connector_harness import Recorder
from nats.js.api import ConsumerConfig
from nstack.connectors.nats import NatsSink, NatsSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, RefusedValues, TooLarge, UsageError


class Nats(Side):
    """A stream for each direction."""

    NAME, PORT, PREFIX = "NATS", 4222, "nats"
    SOURCE, SINK = NatsSource, NatsSink
    STORAGE: ClassVar[str] = "memory"

    async def open(self) -> None:
        """Streams, in memory."""
        self.client = await asyncio.wait_for(nats.connect(f"nats://127.0.0.1:{self.PORT}"), 10)
        self.js = self.client.jetstream()
        for way in ("in", "out"):
            await self.js.add_stream(name=f"t{self.id}{way}", subjects=[f"t.{self.id}.{way}.>"], storage=self.STORAGE)
        self._results = await self.js.subscribe(f"t.{self.id}.out.>", config=ConsumerConfig(ack_policy="none"))

    async def close(self) -> None:
        """The consumers go with the streams."""
        for way in ("in", "out"):
            await self.js.delete_stream(f"t{self.id}{way}")
        await self.client.close()

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """In order."""
        for start in range(0, len(bodies), 500):
            part = bodies[start : start + 500]
            await asyncio.gather(*(self.js.publish(f"t.{self.id}.in.a", body) for body in part))

    async def receive(self) -> bytes:
        """From the sink's stream."""
        data: bytes = (await self._results.next_msg(timeout=30)).data
        return data

    async def waiting(self) -> int:
        """What the consumer was not given yet."""
        found = await self.js.consumer_info(f"t{self.id}in", "reader")
        assert found.num_pending is not None
        return found.num_pending

    def source(self) -> dict[str, Any]:
        """A consumer with a name, whose messages come again soon."""
        return {
            "nats_stream": f"t{self.id}in",
            "nats_subject": f"t.{self.id}.in.>",
            "nats_consumer": "reader",
            "nats_ack_wait": datetime.timedelta(seconds=1),
        }

    def sink(self) -> dict[str, Any]:
        """One subject of the stream."""
        return {"nats_subject": f"t.{self.id}.out.b"}


class TestNats(Contract):
    """What holds of every broker, and what is JetStream's own."""

    SIDE = Nats
    PLACE = "stream t"
    LIBRARY = "nats"

    @pytest.mark.thorough
    async def test_a_long_work_is_not_given_out_again(self, side: Nats) -> None:
        wait = {"nats_ack_wait": datetime.timedelta(seconds=0.6)}
        async with opened(side, NatsSource(), **wait) as source:
            await side.publish([b'{"n": 1, "who": "slow"}'])
            batches = source.batches()
            (slow,) = await take(batches, 1)
            following = asyncio.ensure_future(anext(batches))
            done, _ = await asyncio.wait((following,), timeout=1.5)
            assert not done
            found = await side.js.consumer_info(f"t{side.id}in", "reader")
            assert (found.num_ack_pending, found.num_redelivered) == (1, 0)
            slow.token.release()
            await side.publish([b'{"n": 2, "who": "next"}'])
            assert values([await following]) == [Order(2, "next")]

    async def test_a_value_that_has_an_id_is_kept_once(self, side: Nats) -> None:
        async with opened(side, NatsSink(), nats_msg_id="n") as sink:
            for _ in range(2):
                await sink.write(sink.encode([Order(1, "x"), Order(2, "y")]))
        found = await side.js.stream_info(f"t{side.id}out")
        assert found.state.messages == 2
        with pytest.raises(UsageError, match="nats_msg_id names the field 'id', which Order does not have"):
            async with opened(side, NatsSink(), nats_msg_id="id"):
                pass

    async def test_messages_that_the_stream_refuses_are_told_apart(self, side: Nats) -> None:
        name = f"t{side.id}out"
        await side.js.update_stream(name=name, subjects=[f"t.{side.id}.out.>"], storage="memory", max_msg_size=60)
        async with opened(side, NatsSink()) as sink:
            given = [Order(1, "x"), Order(2, "x" * 100), Order(3, ""), Order(4, "x" * 90)]
            with pytest.raises(RefusedValues) as fault:
                await sink.write(sink.encode(given))
        assert sorted(fault.value.those) == [1, 3]
        assert "message size exceeds maximum allowed (max_msg_size of the stream)" in str(fault.value)
        assert [Codec(Order).decode_json(await side.receive()).n for _ in range(2)] == [1, 3]

    async def test_a_missing_stream_is_told_with_the_remedy(self, side: Nats) -> None:
        remedy = "make one, as in: nats stream add"
        for given, what in (
            ({"nats_stream": "none"}, "has no stream 'none'"),
            ({"nats_stream": "", "nats_subject": "none.x"}, "has no stream that takes the subject 'none.x'"),
        ):
            with pytest.raises(ConnectorError, match=f"the NATS server at 127.0.0.1:4222 {what}; {remedy}"):
                async with opened(side, NatsSource(), **given):
                    pass
        async with opened(side, NatsSink(), nats_subject="none.x") as sink:
            with pytest.raises(ConnectorError, match=f"no stream takes the subject 'none.x'; {remedy}"):
                await sink.write(sink.encode([Order(1, "x")]))

    async def test_what_is_too_large_is_told_of_alone(self, side: Nats) -> None:
        async with opened(side, NatsSink()) as sink:
            with pytest.raises(TooLarge, match=r"a message of \d+ bytes; the server's max_payload is 1048576"):
                sink.encode([Order(1, "x" * (1 << 20))])
            await sink.write(sink.encode([Order(1, "x")]))

    async def test_a_server_that_restarts_is_waited_for_and_a_wrong_login_is_told(
        self, side: Nats, tmp_path: Path
    ) -> None:
        program = shutil.which("nats-server") or pytest.skip("nats-server is not on the path")
        port, recorder = free_port(), Recorder()
        command = [program, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(tmp_path)]
        command += ["--user", "me", "--pass", "sesame-open"]
        own = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        login = {"nats_user": "me", "nats_password": "sesame-open"}
        given = {"port": port, "log": recorder.log, "nats_stream": "s", "nats_subject": "s.x"} | login
        try:
            with pytest.raises(ConnectorError) as fault:
                async with opened(side, NatsSink(), **given | {"nats_password": "guessed-it"}):
                    pass
            assert str(fault.value) == (
                f"the NATS server at 127.0.0.1:{port} refuses the login (nats_user and nats_password log in)"
            )
            client = await asyncio.wait_for(
                nats.connect(f"nats://127.0.0.1:{port}", user="me", password="sesame-open"), 5
            )
            await client.jetstream().add_stream(name="s", subjects=["s.x"])
            await client.close()
            async with opened(side, NatsSource(), **given) as source, opened(side, NatsSink(), **given) as sink:
                await sink.write(sink.encode([Order(1, "before")]))
                batches = source.batches()
                (first,) = await take(batches, 1)
                own.terminate()
                await asyncio.to_thread(own.wait)
                first.token.release()
                writing = asyncio.create_task(sink.write(sink.encode([Order(2, "after")])))
                following = asyncio.create_task(take(batches, 1))
                async with asyncio.timeout(20):
                    while recorder.text().count(": lost ") < 2:
                        await asyncio.sleep(0.01)
                own = subprocess.Popen(command, stderr=subprocess.DEVNULL)
                await writing
                seen = values(await following)
                while Order(2, "after") not in seen:  # the first may come again: nobody knows what the server has read
                    seen += values(await take(batches, 1))
                assert {value.n for value in seen} <= {1, 2}
            assert "sesame" not in recorder.text()
        finally:
            own.kill()
            own.wait()
