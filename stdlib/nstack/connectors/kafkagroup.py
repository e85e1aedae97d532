"""One member of a consumer group: a thread that polls, which partitions are its own, and how far each is done.

The thread polls whatever happens, so that a workflow that works for hours on one value stays in its group. When too
much waits for the workflow, the partitions are paused.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from nstack.connectors.broker import BATCH, Message
from nstack.connectors.kafkaserver import TIMEOUT, Cluster, Trouble
from nstack.connectors.reach import Lost
from nstack.runtime.errors import ConnectorError

POLL = 0.1
"""Seconds that one request for messages waits."""
ROOM = 2 * BATCH
"""No more is asked for while so many messages wait …"""
ROOM_BYTES = 16 << 20
"""… or so many bytes."""
PATIENCE = 1.0
"""Seconds that the workflow may take no message before its partitions are paused."""
LOOK = 1.0
"""Seconds between two looks how many messages are left."""
HANDOVER = 5.0
"""Seconds that what is under way has to be done, when a partition goes to another member."""

Partition = tuple[str, int]


class KafkaMessage(Message):
    """A message, and what the library knows of it."""

    whole: Any

    def __new__(cls, whole: Any, key: Any, place: str) -> "KafkaMessage":
        made = super().__new__(cls, whole.value() or b"", key, place)
        assert isinstance(made, KafkaMessage)
        made.whole = whole
        return made


class Progress:
    """How far one partition is: what is under way, and up to where everything is done."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._next: int | None = None
        self.stored: int | None = None

    def took(self, offset: int) -> None:
        """A message has come; offsets grow."""
        self._open[offset] = None
        self._next = offset + 1

    def done(self, offset: int) -> None:
        """Everything that came of a message is flushed."""
        self._open.pop(offset, None)

    def returned(self, offset: int) -> None:
        """A message was not taken, nor those after it: they are somebody else's."""
        self._open.pop(offset, None)
        self._next = offset if self._next is None else min(self._next, offset)

    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._open

    def low(self) -> int | None:
        """Where somebody else has to go on so that nothing is lost; None where that has not changed."""
        found = next(iter(self._open), self._next)
        return None if found == self.stored else found


class Member:
    """A consumer in its group. ``take`` and ``done`` are for the event loop.

    With ``backlog`` it takes all partitions itself, and ends where they end now: ``take`` gives nothing then.
    """

    def __init__(self, settings: dict[str, Any], cluster: Cluster, say: Callable[[str], None], backlog: bool) -> None:
        from confluent_kafka import Consumer

        self.trouble = Trouble()
        self._cluster = cluster
        self._topic = cluster.topic
        self._say = say
        self.consumer: Any = Consumer({**settings, "error_cb": self.trouble.told})
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._left = asyncio.Event()
        self._changed = threading.Condition()
        self._inbox: deque[Message] = deque()
        self._size = 0
        self._progress: dict[Partition, Progress] = {}
        self._touched: set[Partition] = set()
        self._fault: Exception | None = None
        self._backlog = backlog
        self._ends: dict[Partition, int] = {}
        self._begun = False
        self._read, self.total = 0, 0
        self.behind: int | None = None
        """How many messages the broker has behind those that have come; looked at now and then."""
        self._look_at = 0.0
        self._paused = False
        self._stopping = False
        self._ending = False
        self._thread: threading.Thread | None = None

    @property
    def joined(self) -> bool:
        """Whether the thread is at work."""
        return self._thread is not None

    def join(self) -> None:
        """Asks for partitions from now on."""
        self._thread = threading.Thread(target=self._run, name="kafka", daemon=True)
        self._thread.start()

    async def take(self, most: int) -> Sequence[Message]:
        """What has come, as soon as something has. Raises Lost and ConnectorError."""
        while True:
            self._arrived.clear()
            with self._changed:
                if self._inbox:
                    found = [self._inbox.popleft() for _ in range(min(most, len(self._inbox)))]
                    self._size -= sum(map(len, found))
                    self._changed.notify()
                    return found
                if self._fault is not None:
                    fault = self._fault
                    if isinstance(fault, Lost):
                        self._fault = None
                    raise fault
                if self._begun and not self._ends:
                    return ()
            await self._arrived.wait()

    def taken(self) -> int:
        """How many messages the workflow has been given."""
        return self._read - len(self._inbox)

    def recovered(self) -> None:
        """The cluster answers again."""
        with self._changed:
            if isinstance(self._fault, Lost):
                self._fault = None

    def done(self, messages: Iterable[Message]) -> None:
        """These are done: what is below everything that is under way is committed within a second."""
        with self._changed:
            for message in messages:
                partition, progress, offset = message.key
                progress.done(offset)
                if self._progress.get(partition) is progress:
                    self._touched.add(partition)
            self._changed.notify()

    def stop(self) -> None:
        """No further message is asked for; what waits here was never taken."""
        with self._changed:
            self._stopping = True
            self._inbox.clear()
            self._changed.notify()

    async def leave(self) -> None:
        """Commits what is done, and leaves the group."""
        with self._changed:
            self._stopping = self._ending = True
            self._changed.notify()
        if self._thread is None:
            await asyncio.to_thread(self.consumer.close)
        else:
            await self._left.wait()

    # ------------------------------------------------------------------------------------------ the thread

    def _run(self) -> None:
        try:
            if self._backlog:
                self._assign_backlog()
            else:
                self.consumer.subscribe(
                    [self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
                )
            while not self._ending:
                self._step()
        except Exception as error:
            self._fail(ConnectorError(f"the Kafka client failed: {error}"))
        finally:
            self._ending = True
            try:
                self._store()
                self.consumer.close()
            finally:
                self._call(self._left.set)

    def _store(self) -> None:
        """Lets the library commit what is done. It commits by itself every now and then, before a partition goes, and
        at the end."""
        from confluent_kafka import KafkaException, TopicPartition

        with self._changed:
            for partition in self._touched & self._progress.keys():
                progress = self._progress[partition]
                low = progress.low()
                if low is None:
                    continue
                with suppress(KafkaException):  # it is just being taken away: another will tell of it
                    self.consumer.store_offsets(offsets=[TopicPartition(*partition, low)])
                    progress.stored = low
            self._touched.clear()

    def _measure(self) -> None:
        """What the last answers said of the ends of the partitions: nobody is asked."""
        from confluent_kafka import KafkaException

        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK
        behind = 0
        with suppress(KafkaException):  # while partitions come and go
            for one in self.consumer.position(self.consumer.assignment()):
                _, end = self.consumer.get_watermark_offsets(one, cached=True)
                if end >= 0 and one.offset >= 0:
                    behind += max(0, end - one.offset)
            with self._changed:
                self.behind = behind + len(self._inbox)

    def _step(self) -> None:
        self._store()
        self._measure()
        if self._has_room():
            self._resume()
            self._fetch()
        else:
            self._keep(self.consumer.poll(POLL))  # paused: for the group's sake
        if self.trouble.refused is not None:
            self._fail(self._cluster.refusal(self.trouble))
        elif self.trouble.down:
            self.trouble.down = False
            self._fail(Lost(self.trouble.last or "no broker answers"))

    def _has_room(self) -> bool:
        """Waits a little for room; after that the partitions are paused."""
        until = time.monotonic() + PATIENCE
        with self._changed:
            while not self._ending and (self._stopping or self._is_full()):
                left = until - time.monotonic()
                if self._paused or left <= 0:
                    self._pause()
                    return False
                self._changed.wait(left)
        return True

    def _is_full(self) -> bool:
        return len(self._inbox) >= ROOM or self._size >= ROOM_BYTES

    def _pause(self) -> None:
        if not self._paused:
            self.consumer.pause(self.consumer.assignment())
            self._paused = True

    def _resume(self) -> None:
        if self._paused:
            self.consumer.resume(self.consumer.assignment())
            self._paused = False

    def _fetch(self) -> None:
        first = self.consumer.poll(POLL)
        if first is not None:
            self._keep(first, *self.consumer.consume(BATCH - 1, 0))

    def _keep(self, *found: Any) -> None:
        with self._changed:
            for one in found:
                if one is None:
                    continue
                if one.error() is not None:
                    self._tell(one)
                    continue
                message = self._message(one)
                if message is not None and not self._stopping:
                    self._inbox.append(message)
                    self._size += len(message)
        self._call(self._arrived.set)

    def _message(self, one: Any) -> Message | None:
        partition, offset = (one.topic(), one.partition()), one.offset()
        if self._backlog and not self._is_wanted(partition, offset):
            return None
        progress = self._progress.setdefault(partition, Progress())
        progress.took(offset)
        place = f"topic {self._topic}, partition {partition[1]}, offset {offset}"
        return KafkaMessage(one, (partition, progress, offset), place)

    def _tell(self, event: Any) -> None:
        from confluent_kafka import KafkaError

        error = event.error()
        if error.code() in (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED):
            self._fail(ConnectorError(f"topic {self._topic!r}: {error.str()} (kafka_user)"))
        elif error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            self._fail(Lost(f"the topic {self._topic!r} is gone", missing=True))
        elif error.code() == KafkaError._PARTITION_EOF:  # behind marks of transactions, which nobody is given
            self._ends.pop((event.topic(), event.partition()), None)
        else:
            self._say(error.str())

    def _fail(self, fault: Exception) -> None:
        with self._changed:
            if not isinstance(self._fault, ConnectorError):
                self._fault = fault
        self._call(self._arrived.set)

    def _call(self, function: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(function)

    # ------------------------------------------------------------------------------------------ what is there now

    def _assign_backlog(self) -> None:
        """From what the group has committed, or the beginning, to the end that each partition has now."""
        from confluent_kafka import TopicPartition

        known = self.consumer.list_topics(self._topic, timeout=TIMEOUT).topics[self._topic].partitions
        every = [TopicPartition(self._topic, number) for number in known]
        wanted = []
        for one in self.consumer.committed(every, timeout=TIMEOUT):
            first, end = self.consumer.get_watermark_offsets(one, timeout=TIMEOUT)
            begin = max(first, one.offset)
            if begin < end:
                wanted.append(TopicPartition(self._topic, one.partition, begin))
                self._ends[one.topic, one.partition] = end
                self.total += end - begin
        self.consumer.assign(wanted)
        self._begun = True
        self._call(self._arrived.set)

    def _is_wanted(self, partition: Partition, offset: int) -> bool:
        """Whether it was there at the beginning. What came since then is for the next run."""
        end = self._ends.get(partition)
        if end is not None and offset + 1 >= end:
            del self._ends[partition]
        wanted = end is not None and offset < end
        self._read += wanted
        return wanted

    # ------------------------------------------------------------------------------------------ partitions

    def _assigned(self, consumer: Any, partitions: Sequence[Any]) -> None:
        consumer.incremental_assign(partitions)
        if self._paused:
            consumer.pause(partitions)

    def _revoked(self, consumer: Any, partitions: Sequence[Any]) -> None:
        """What has not been handed to the workflow goes to another; what is under way has a moment to be done."""
        going = {(one.topic, one.partition) for one in partitions}
        with self._changed:
            self._drop(going)
            until = time.monotonic() + HANDOVER
            while not self._ending and not all(self._progress[one].idle() for one in going & self._progress.keys()):
                if not self._changed.wait(until - time.monotonic()):
                    break
            self._store()
            self._forget(going)
        consumer.incremental_unassign(partitions)

    def _lost(self, consumer: Any, partitions: Sequence[Any]) -> None:
        """Another has them already: what is done since then comes a second time."""
        going = {(one.topic, one.partition) for one in partitions}
        with self._changed:
            self._drop(going)
            self._forget(going)
        self._say(f"{len(going)} partitions of {self._topic} were given to others: the group has not heard of us")
        consumer.incremental_unassign(partitions)

    def _drop(self, going: set[Partition]) -> None:
        kept = [message for message in self._inbox if message.key[0] not in going]
        for message in self._inbox:
            if message.key[0] in going:
                message.key[1].returned(message.key[2])
        self._inbox = deque(kept)
        self._size = sum(map(len, kept))

    def _forget(self, going: set[Partition]) -> None:
        for one in going:
            self._progress.pop(one, None)
