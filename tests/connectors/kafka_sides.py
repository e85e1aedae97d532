"""Kafka for tests: the cluster, the other side of the connectors, and a line that can be cut.

The cluster is librdkafka's mock cluster, or the one that ``KAFKA_BOOTSTRAP=127.0.0.1:9092`` names, whose brokers are
advertised at 127.0.0.1.
"""

import asyncio
import contextlib
import datetime
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from broker_harness import Line, Side
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from nstack.connectors.kafka import KafkaSink, KafkaSource

MOCK = Path(__file__).parent / "kafka_mock.py"


class Cluster:
    """A cluster: its port, and orders to it where it is the mock one."""

    def __init__(self) -> None:
        given = os.environ.get("KAFKA_BOOTSTRAP")
        self._mock: subprocess.Popen[str] | None = None
        if given:
            self.port = int(given.rpartition(":")[2])
        else:
            self._mock = subprocess.Popen(
                [sys.executable, str(MOCK)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self._mock.stdout is not None
            self.port = int(self._mock.stdout.readline())

    @property
    def is_mock(self) -> bool:
        """Whether orders are obeyed."""
        return self._mock is not None

    def order(self, command: str) -> None:
        """Tells the mock cluster something, see there."""
        assert self._mock is not None
        assert self._mock.stdin is not None
        assert self._mock.stdout is not None
        self._mock.stdin.write(f"{command}\n")
        self._mock.stdin.flush()
        assert self._mock.stdout.readline() == "ok\n", command

    def topic(self, name: str, partitions: int = 1) -> None:
        """Makes a topic."""
        if self._mock is not None:
            self.order(f"topic {name} {partitions}")
        else:
            make_topic(f"127.0.0.1:{self.port}", name, partitions)

    def close(self) -> None:
        """Ends the mock cluster."""
        if self._mock is not None:
            self._mock.communicate()


def make_topic(address: str, name: str, partitions: int, **settings: str) -> None:
    """Makes a topic of a broker. ``settings`` are librdkafka's."""
    admin = AdminClient({"bootstrap.servers": address, **settings})
    for future in admin.create_topics([NewTopic(name, partitions, 1)]).values():
        future.result(20)


class KafkaLine(Line):
    """A line whose end the broker is made to give as its own address: clients ask it where it is."""

    async def answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers, each with its length before it; the port stands behind the name."""
        there, here = (b"127.0.0.1" + port.to_bytes(4, "big") for port in (self._to, self.port))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                length = await reader.readexactly(4)
                body = await reader.readexactly(int.from_bytes(length, "big"))
                writer.write(length + body.replace(there, here))
                await writer.drain()
        writer.close()


class KafkaSide(Side):
    """A topic for each direction."""

    NAME, PORT, PREFIX = "Kafka", 0, "kafka"
    SOURCE, SINK = KafkaSource, KafkaSink
    CLUSTER: ClassVar[Cluster]
    PARTITIONS = 1

    async def open(self) -> None:
        """The topics, and a client for each direction."""
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        self.given, self.made = f"t.{self.id}.in", f"t.{self.id}.out"
        for topic in (self.given, self.made):
            self.CLUSTER.topic(topic, self.PARTITIONS)
        at = {"bootstrap.servers": f"127.0.0.1:{self.PORT}"}
        self.producer = Producer({**at, "linger.ms": 0})
        self.consumer = Consumer({**at, "group.id": f"readers-{self.id}", "enable.auto.commit": False})
        quick = {"fetch.wait.max.ms": 10, "enable.auto.commit": False}
        self.reader = Consumer({**at, **quick, "group.id": f"other-{self.id}"})
        self.inbox: deque[Any] = deque()
        self.reader.assign([TopicPartition(self.made, number, 0) for number in range(self.PARTITIONS)])

    async def close(self) -> None:
        """The clients; topics stay, under names that nobody uses again."""
        for client in (self.consumer, self.reader):
            await asyncio.to_thread(client.close)

    async def publish(self, bodies: Sequence[bytes | None], **facts: Any) -> None:
        """In order, to the first partition unless ``facts`` say another."""
        await asyncio.to_thread(self._publish, bodies, {"partition": 0} | facts)

    def _publish(self, bodies: Sequence[bytes | None], facts: dict[str, Any]) -> None:
        for body in bodies:
            self.producer.produce(self.given, body, **facts)
        assert self.producer.flush(20) == 0

    async def message(self) -> Any:
        """The next message of the sink, whole."""
        while not self.inbox:
            first = await asyncio.to_thread(self.reader.poll, 0.5)
            found = () if first is None else (first, *self.reader.consume(500, 0))
            self.inbox += [one for one in found if one.error() is None]
        return self.inbox.popleft()

    async def receive(self) -> bytes:
        """The body of the next message of the sink."""
        body: bytes = (await self.message()).value()
        return body

    async def waiting(self) -> int:
        """What the group has not committed. The server does not tell what was given out."""
        return await asyncio.to_thread(self._waiting)

    def _waiting(self) -> int:
        every = [TopicPartition(self.given, number) for number in range(self.PARTITIONS)]
        left = 0
        with contextlib.suppress(KafkaException):
            for one in self.consumer.committed(every, timeout=10):
                low, high = self.consumer.get_watermark_offsets(one, timeout=10)
                left += high - max(low, one.offset)
            return left
        return -1

    def at(self, port: int) -> dict[str, Any]:
        """A broker on this machine."""
        return {"kafka_brokers": f"127.0.0.1:{port}"}

    def source(self) -> dict[str, Any]:
        """A group with a name, which soon notices a member that is gone."""
        soon = seconds(2 if self.CLUSTER.is_mock else 6)
        return {"kafka_topic": self.given, "kafka_group": f"readers-{self.id}", "kafka_session_timeout": soon}

    def sink(self) -> dict[str, Any]:
        """The other topic."""
        return {"kafka_topic": self.made}


def seconds(count: float) -> datetime.timedelta:
    """A Duration parameter's value."""
    return datetime.timedelta(seconds=count)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster for the tests of a file."""
    made = Cluster()
    try:
        yield made
    finally:
        made.close()
