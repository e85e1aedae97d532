"""What a run and its workers tell each other: messages of a socket pair, each with its length before it.

To a worker: ``Setup`` first, then ``Work`` after ``Work``, and ``Finish`` at the end. From a worker: ``Ready``, then
for each piece of work its ``Output`` and ``Done``, now and then ``Counted``, and ``Ended`` last.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

import msgspec

from .declare import Call, Literal, Sink, Source, Workflow
from .policy import Tally
from .status import Stage

LENGTH = struct.Struct("!Q")


class Setup(msgspec.Struct, tag=True):
    """What a worker runs: the ``workflow`` of an imported file ``module``, under the parameters ``given``."""

    module: str
    given: dict[str, str]
    path: list[str]
    log_format: str
    quiet: bool
    counted: bool
    isolated: bool = False
    memory: int | None = None


class Work(msgspec.Struct, tag=True):
    """Some JSON lines for one lane; ``place`` and ``first`` name the first one's line."""

    lane: int
    piece: int
    block: bytes
    place: str
    first: int
    expects: str | None


class Finish(msgspec.Struct, tag=True):
    """No more work comes."""


class Ready(msgspec.Struct, tag=True):
    """The modules are loaded and have started up."""


class Output(msgspec.Struct, tag=True):
    """JSON lines for a sink, by its number among the workflow's."""

    piece: int
    sink: int
    count: int
    lines: bytes


class Counts(msgspec.Struct, array_like=True):
    """What a node has counted since the last time, by its number among sources, calls and sinks."""

    node: int
    tally: list[int]


class Done(msgspec.Struct, tag=True):
    """A piece of work is done in so many ``seconds``. ``problem`` is what a requester is told: id, status and title.
    ``failed``: it has stopped the run."""

    piece: int
    seconds: float
    counts: list[Counts]
    replies: list[bytes]
    problem: tuple[str, int, str] | None
    failed: bool = False


class Counted(msgspec.Struct, tag=True):
    """How the worker's stages stand."""

    stages: list[Stage]


class Ended(msgspec.Struct, tag=True):
    """The worker has shut down; ``failed``: it has told why."""

    counts: list[Counts]
    failed: bool


ToWorker = Setup | Work | Finish
FromWorker = Ready | Output | Done | Counted | Ended

_encoder = msgspec.msgpack.Encoder()
to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)

TALLIES = Tally.__slots__


def nodes_of(workflow: Workflow) -> tuple[Source | Literal | Call | Sink, ...]:
    """Sources, calls and sinks, each at its number."""
    return (*(source for source, _ in workflow.sources), *workflow.calls, *workflow.sinks)


def framed(message: Any) -> bytes:
    """A message with its length before it."""
    data = _encoder.encode(message)
    return LENGTH.pack(len(data)) + data


def receive(channel: socket.socket) -> FromWorker:
    """Waits for the next message of a worker. Raises EOFError or OSError where it has gone."""
    return from_worker.decode(_exactly(channel, LENGTH.unpack(_exactly(channel, LENGTH.size))[0]))


def _exactly(channel: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = channel.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return data
