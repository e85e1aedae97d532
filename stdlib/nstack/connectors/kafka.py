"""``Sources.kafka``, ``Sources.kafka_backlog`` and ``Sinks.kafka``: messages of a Kafka topic.

The source is a member of a consumer group. For each partition the group commits the offset below which every message is
done, so whoever has the partition next goes on there. The sink's producer is idempotent and waits for all replicas.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import pairwise, starmap
from typing import Any

from nstack.connectors.broker import Bodies, BrokerSink, BrokerSource, Form, Message, NotTaken
from nstack.connectors.kafkaforms import KafkaForm
from nstack.connectors.kafkagroup import Member
from nstack.connectors.kafkaserver import Cluster, Trouble
from nstack.connectors.limits import at_least_one, seconds
from nstack.connectors.reach import PARTING, Lost
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, TooLarge

PROVIDES = {"Sources.kafka": "KafkaSource", "Sources.kafka_backlog": "KafkaBacklog", "Sinks.kafka": "KafkaSink"}

COMMIT = 500
"""Milliseconds between two commits."""
LINGER = 60_000
"""Milliseconds in which messages gather to a batch: none goes before it is said that these are all."""
BATCH_BYTES = 1_000_000
"""The library makes no larger batch, frame included, …"""
BATCH_MESSAGES = 10_000
"""… and none of more messages."""
FRAME, AROUND = 1024, 64
"""So many bytes at most surround a batch, and each message in it."""
POLL = 0.1
"""Seconds that one look for confirmations waits."""


class KafkaSource(BrokerSource):
    """The messages of the partitions that this member of the group has."""

    LASTING = True
    BACKLOG = False

    def __init__(self) -> None:
        super().__init__()
        self._cluster: Cluster | None = None
        self._member: Member | None = None
        self._settings: dict[str, Any] = {}
        self._say: Any = None

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """The group is the workflow's where no name is given."""
        self._cluster = Cluster(parameters, codec, context)
        self._settings = {
            **self._cluster.settings,
            "group.id": parameters.kafka_group or f"nstack-{context.workflow}",
            "auto.offset.reset": parameters.get("kafka_start", "earliest"),
            "enable.auto.offset.store": False,
            "auto.commit.interval.ms": COMMIT,
            "enable.partition.eof": self.BACKLOG,
            "queued.max.messages.kbytes": 16384,
            "isolation.level": "read_committed",
        }
        if not self.BACKLOG:
            self._settings |= {
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": int(1000 * seconds(parameters, "kafka_session_timeout")),
                "heartbeat.interval.ms": int(1000 * seconds(parameters, "kafka_session_timeout")) // 5,
            }
            if parameters.kafka_member:
                self._settings["group.instance.id"] = parameters.kafka_member
        self._say = lambda text: context.log.warning(f"{context.node}: {text}")
        return self._cluster.address, "kafka"

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """Values alone, or whole messages."""
        return KafkaForm(parameters, name, codec)

    async def connect(self) -> "Session":
        """A look whether the cluster has the topic. The member joins its group once and stays in it."""
        cluster = self._cluster
        assert cluster is not None
        if self._member is None:
            self._member = Member(self._settings, cluster, self._say, self.BACKLOG)
        member = self._member
        await cluster.reach()
        if not member.joined:
            member.join()
        member.recovered()
        return Session(member)

    def lag(self) -> int | None:
        """Of the partitions that this process has."""
        return None if self._member is None else self._member.behind

    async def close(self) -> None:
        """Commits what is done, and leaves the group."""
        await super().close()
        if self._member is not None:
            await asyncio.wait((asyncio.ensure_future(self._member.leave()),), timeout=PARTING)


class KafkaBacklog(KafkaSource):
    """The messages that are there when it opens, and were not done before."""

    BOUNDED = True
    BACKLOG = True
    COUNTS = "records"

    def progress(self) -> tuple[int, int] | None:
        """In messages."""
        member = self._member
        return None if member is None or not member.total else (member.taken(), member.total)


class Session:
    """A time in which the cluster answers; the member outlives it."""

    def __init__(self, member: Member) -> None:
        self._member = member

    async def receive(self, most: int) -> Sequence[Message]:
        """What has come."""
        return await self._member.take(most)

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """They are committed a little later, as far as none before them is under way."""
        self._member.done(messages)

    async def stop(self) -> None:
        """Nothing further is asked for."""
        self._member.stop()

    async def close(self, left: Sequence[Message]) -> None:
        """What is left is not committed; the member leaves its group when the source closes."""


class KafkaSink(BrokerSink):
    """Messages to one topic."""

    def __init__(self) -> None:
        super().__init__()
        self._cluster: Cluster | None = None
        self._settings: dict[str, Any] = {}
        self._producer: Any = None
        self._most = 0
        self._trouble = Trouble()

    def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> tuple[str, str]:
        """Raises UsageError for a key that the values do not have."""
        self._cluster = Cluster(parameters, codec, context)
        self._most = at_least_one(parameters, "kafka_max_message")
        self._settings = {
            **self._cluster.settings,
            "error_cb": self._trouble.told,
            "enable.idempotence": True,
            "acks": "all",
            "message.timeout.ms": 0,  # a cluster that is away is waited for, and the log says so
            "message.max.bytes": min(1_000_000_000, self._most + 1024),  # key and head are counted there too
            "compression.type": parameters.kafka_compression,
            "partitioner": "murmur2_random",  # as clients in Java have it: one key, one partition, whoever writes
            "linger.ms": LINGER,
            "batch.size": BATCH_BYTES,
            "batch.num.messages": BATCH_MESSAGES,
        }
        return self._cluster.address, "kafka"

    def form_of(self, parameters: Parameters, name: str, codec: Codec) -> Form:
        """Values alone, with a key from one of their fields, or whole messages."""
        return KafkaForm(parameters, name, codec)

    async def connect(self) -> "Publisher":
        """A look whether the cluster has the topic. There is one producer, so that it repeats nothing."""
        from confluent_kafka import Producer

        assert self._cluster is not None
        if self._producer is None:
            self._producer = Producer(self._settings)
        await self._cluster.reach(make=True)
        self._trouble.down = False
        room = min(BATCH_BYTES, self._settings["message.max.bytes"]) - FRAME
        return Publisher(self._producer, self._cluster, self._trouble, room)

    def encode(self, values: Sequence[Any]) -> Bodies:
        """Bodies with key and headers. Raises EncodeError, and TooLarge."""
        form = self.form
        assert isinstance(form, KafkaForm)
        made = Bodies(map(form.outgoing, values))
        for one in made:
            if one.size > self._most:
                raise TooLarge(f"a message of {one.size} bytes; kafka_max_message is {self._most}")
        made.size = sum(one.size for one in made)
        return made

    async def close(self, *, completed: bool) -> None:
        """Gives up what is not confirmed: its source was not told that it is done."""
        await super().close(completed=completed)
        if self._producer is not None:
            self._producer.purge()
            await asyncio.to_thread(self._producer.flush, 1)


class Delivery(Bodies):
    """Messages that the producer has, or is about to be given, and what became of them.

    A broker refuses a batch as a whole, for being too large or for one of its messages, and the library makes the
    batches. So what was refused in a batch is sent again in halves, until the message is alone that is at fault. The
    producer has no more at a time than one batch of each partition: a second one would be taken before the first is
    sent again, and messages of one key would change places.
    """

    def __init__(self, bodies: Bodies, room: int) -> None:
        super().__init__(bodies)
        self.size = bodies.size
        self.waiting: deque[int] = deque()
        self.left = 0
        self.failed: Any = None
        """What has failed for a reason that is not a message's."""
        self.refused: dict[int, Any] = {}
        self._suspect: dict[int, Any] = {}
        self._further: list[Sequence[int]] = self._batches(room)[::-1]
        """What is sent next is the last."""

    def _batches(self, room: int) -> list[Sequence[int]]:
        """The messages in runs that fit into one batch."""
        begins, used = [0], 0
        for at, one in enumerate(self):
            size = one.size + AROUND
            used += size
            if at > begins[-1] and (used > room or at - begins[-1] == BATCH_MESSAGES):
                begins.append(at)
                used = size
        return list(starmap(range, pairwise((*begins, len(self)))))

    def settled(self, at: int, error: Any, message: Any) -> None:
        """The library's ``on_delivery``."""
        from confluent_kafka import KafkaError

        self.left -= 1
        if error is not None and error.code() in (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD):
            self._suspect[at] = error
        else:
            self.failed = self.failed or error

    def goes_on(self) -> bool:
        """Whether something is left to be sent, in a batch of its own."""
        suspect, self._suspect = self._suspect, {}
        places = sorted(suspect)
        if len(places) == 1:
            self.refused |= suspect
        elif places:
            middle = len(places) // 2
            self._further += places[middle:], places[:middle]
        if self._further and self.failed is None:
            self.waiting.extend(self._further.pop())
            self.left = len(self.waiting)
        return self.left > 0


class Publisher:
    """A time in which the cluster answers; the producer outlives it, and with it what is not confirmed yet."""

    def __init__(self, producer: Any, cluster: Cluster, trouble: Trouble, room: int) -> None:
        self._producer = producer
        self._cluster = cluster
        self._trouble = trouble
        self._room = room

    async def publish(self, bodies: Bodies) -> None:
        """All, in order. What the producer had when the cluster was lost it sends itself."""
        delivery = bodies if isinstance(bodies, Delivery) else Delivery(bodies, self._room)
        while delivery.left or delivery.goes_on():
            await asyncio.to_thread(self._advance, delivery)
            if self._trouble.refused is not None:
                raise self._cluster.refusal(self._trouble)
            if self._trouble.down and delivery.left:
                raise Lost(self._trouble.last or "no broker answers", delivery)
        if delivery.failed is not None:
            raise ConnectorError(_undelivered(delivery.failed, self._cluster))
        if delivery.refused:
            told = {at: _undelivered(error, self._cluster) for at, error in delivery.refused.items()}
            raise NotTaken({at: ConnectorError(text) for at, text in told.items()})

    def _advance(self, delivery: Delivery) -> None:
        """Gives the producer what it takes, and waits a moment for confirmations."""
        while delivery.waiting:
            at = delivery.waiting[0]
            one, settled = delivery[at], partial(delivery.settled, at)
            try:
                self._producer.produce(self._cluster.topic, one.body, one.key, headers=one.headers, on_delivery=settled)
            except BufferError:
                break
            delivery.waiting.popleft()
        if delivery.left:
            self._producer.flush(POLL)  # unlike ``poll``, it has them sent now

    async def close(self) -> None:
        """The producer is closed with the sink."""


def _undelivered(error: Any, cluster: Cluster) -> str:
    from confluent_kafka import KafkaError

    topic = f"topic {cluster.topic!r}"
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return f"{cluster.address}, {topic}: a message is larger than it takes (max.message.bytes of the topic)"
    if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
        return f"{cluster.address} does not let this user write to {topic} (kafka_user)"
    told = f"{cluster.address} did not take a message for {topic}: {error.str()}"
    return (
        f"{told} (a compacted topic takes none without a kafka_key)"
        if error.code() == KafkaError.INVALID_RECORD
        else told
    )
