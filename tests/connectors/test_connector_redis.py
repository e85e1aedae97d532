"""``Sources.redis`` and ``Sinks.redis`` on a Redis server."""

import asyncio
import datetime
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from broker_harness import Contract, Order, Side, free_port, opened, take, values
from connector_harness import Recorder
from nstack.connectors.redis import RedisSink, RedisSource
from nstack.runtime.errors import ConnectorError, UsageError
from redis.asyncio import Redis


class RedisSide(Side):
    """A stream for each direction."""

    NAME, PORT, PREFIX = "Redis", 6379, "redis"
    SOURCE, SINK = RedisSource, RedisSink

    async def open(self) -> None:
        """Streams come about by themselves."""
        self.client = Redis(port=self.PORT, protocol=2)
        self._last = "0"
        self._inbox: list[bytes] = []

    async def close(self) -> None:
        """Both streams, and the group with the first."""
        await self.client.delete(f"t.{self.id}.in", f"t.{self.id}.out")
        await self.client.aclose()

    async def publish(self, bodies: Sequence[bytes]) -> None:
        """In order."""
        pipe = self.client.pipeline(transaction=False)
        for body in bodies:
            pipe.xadd(f"t.{self.id}.in", {"value": body})
        await pipe.execute()

    async def receive(self) -> bytes:
        """From the sink's stream."""
        while not self._inbox:
            answer = await self.client.xread({f"t.{self.id}.out": self._last}, block=1000)
            for _, entries in answer or ():
                self._last = entries[-1][0]
                self._inbox += [fields[b"value"] for _, fields in entries]
        return self._inbox.pop(0)

    async def group(self) -> dict[str, Any]:
        """What the server knows of the group."""
        (found,) = await self.client.xinfo_groups(f"t.{self.id}.in")
        return dict(found)

    async def waiting(self) -> int:
        """What the group was not given yet."""
        return int((await self.group())["lag"])

    def source(self) -> dict[str, Any]:
        """A group with a name."""
        return {"redis_stream": f"t.{self.id}.in", "redis_group": "readers"}

    def sink(self) -> dict[str, Any]:
        """The other stream."""
        return {"redis_stream": f"t.{self.id}.out"}


class TestRedis(Contract):
    """What holds of every broker, and what is the own of Redis."""

    SIDE = RedisSide
    PLACE = "stream t."
    LIBRARY = "redis"

    async def test_what_is_done_leaves_nothing_pending(self, side: RedisSide) -> None:
        async with opened(side, RedisSource()) as source:
            await side.publish([b'{"n": 1, "who": "x"}', b'{"n": 2, "who": "x"}'])
            for batch in await take(source.batches(), 2):
                batch.token.release()
            await source.stop()
        found = await side.group()
        assert (found["pending"], found["lag"]) == (0, 0)

    @pytest.mark.thorough
    async def test_what_another_consumer_has_left_is_taken_over(self, side: RedisSide) -> None:
        gone = {"redis_consumer": "gone"}
        async with opened(side, RedisSource(), **gone) as source:
            await side.publish([b'{"n": 1, "who": "left"}'])
            await take(source.batches(), 1)
        claim = datetime.timedelta(seconds=0.2)
        async with opened(side, RedisSource(), redis_consumer="heir", redis_claim=claim) as source:
            batches = source.batches()
            (taken,) = await take(batches, 1)
            assert values([taken]) == [Order(1, "left")]
            # and it is not taken over again while it is under way, however long that is
            following = asyncio.ensure_future(anext(batches))
            done, _ = await asyncio.wait((following,), timeout=1.0)
            assert not done
            (pending,) = await side.client.xpending_range(f"t.{side.id}.in", "readers", "-", "+", 10)
            assert pending["time_since_delivered"] < 1000
            following.cancel()

    async def test_an_entry_without_the_field_is_told_of(self, side: RedisSide) -> None:
        async with opened(side, RedisSource()) as source:
            await side.client.xadd(f"t.{side.id}.in", {"other": b"1", "more": b"2"})
            (told,) = values(await take(source.batches(), 1))
            assert "which lacks the field value (it has other, more): body: expected JSON, got nothing" in told

    async def test_the_stream_is_kept_short(self, side: RedisSide) -> None:
        async with opened(side, RedisSink(), redis_maxlen=100, redis_field="value") as sink:
            await sink.write(sink.encode([Order(n, "x" * 100) for n in range(2000)]))
        assert 100 <= await side.client.xlen(f"t.{side.id}.out") < 300
        with pytest.raises(UsageError, match="redis_maxlen must not be negative, got -1"):
            async with opened(side, RedisSink(), redis_maxlen=-1):
                pass

    async def test_a_key_that_is_no_stream_is_told(self, side: RedisSide) -> None:
        await side.client.set(f"t.{side.id}.out", "text")
        for connector in (RedisSource(), RedisSink()):
            with pytest.raises(ConnectorError, match=rf"127.0.0.1:6379, stream 't.{side.id}.out': WRONGTYPE"):
                async with opened(side, connector, redis_stream=f"t.{side.id}.out") as sink:
                    await sink.write(sink.encode([Order(1, "x")]))

    @pytest.mark.thorough
    async def test_a_server_that_restarts_is_waited_for_and_a_wrong_login_is_told(
        self, side: RedisSide, tmp_path: Path
    ) -> None:
        program = shutil.which("redis-server") or pytest.skip("redis-server is not on the path")
        port, recorder = free_port(), Recorder()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--requirepass", "sesame-open"]
        own = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        given = {"port": port, "log": recorder.log, "redis_stream": "s", "redis_password": "sesame-open"}
        try:
            for wrong in ("guessed-it", ""):
                with pytest.raises(ConnectorError) as fault:
                    async with opened(side, RedisSink(), **given | {"redis_password": wrong}):
                        pass
                assert str(fault.value) == (
                    f"the Redis server at 127.0.0.1:{port} refuses the login (redis_user and redis_password log in)"
                )
            async with opened(side, RedisSource(), **given) as source, opened(side, RedisSink(), **given) as sink:
                await sink.write(sink.encode([Order(1, "before")]))
                batches = source.batches()
                (first,) = await take(batches, 1)
                own.kill()
                await asyncio.to_thread(own.wait)
                first.token.release()  # which the server hears of when it is back
                writing = asyncio.create_task(sink.write(sink.encode([Order(2, "after")])))
                following = asyncio.create_task(take(batches, 1))
                async with asyncio.timeout(20):
                    while recorder.text().count(": lost ") < 2:
                        await asyncio.sleep(0.01)
                own = subprocess.Popen(command, stdout=subprocess.DEVNULL)
                await writing
                assert values(await following) == [Order(2, "after")]
            assert "sesame" not in recorder.text()
        finally:
            own.kill()
            own.wait()
