"""The protocol of connectors: what a source and a sink are to the engine, and how they are found by name.

A connector is one file in ``nstack/connectors``. It declares which names of the language it provides, as a literal
that is read without importing the file, so that a run imports only what it uses::

    PROVIDES = {"Sources.jsonl": "JsonlSource", "Sinks.jsonl": "JsonlSink"}

The values are names of classes in that file: ``SourceConnector``, ``SinkConnector`` or
``nstack.runtime.standard.StandardFunction``. A connector knows nothing of the graph. It is constructed without
arguments, once for each node; everything arrives with ``open``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from .codec import Codec
from .errors import ConnectorError, UsageError
from .log import Log
from .token import Token


class Parameters(Mapping[str, Any]):
    """The typed parameters of one use: ``parameters.http_port``, ``parameters["http_port"]``, ``parameters.get("x",
    1)``.

    Text is ``str``, Integer ``int``, Double ``float``, Boolean ``bool``, Duration ``datetime.timedelta``, a list a
    ``list``, an enumeration ``str``. Parameters of a function without ``with`` are text. ``secret`` tells which
    names must not be shown, ``environment`` which come from there.
    """

    __slots__ = ("_values", "environment", "secret")

    def __init__(
        self,
        values: Mapping[str, Any],
        secret: frozenset[str] = frozenset(),
        environment: frozenset[str] = frozenset(),
    ) -> None:
        self._values = dict(values)
        self.secret = secret
        self.environment = environment

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in Parameters.__slots__:
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"no parameter {name!r} here") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = {name: "***" if name in self.secret else value for name, value in self._values.items()}
        return f"Parameters({shown!r})"


class Batch:
    """Some values that came from a source together, and their token.

    ``values`` are decoded unless ``decode`` is given: then they are raw records, and the stage's thread turns each
    into a value by ``decode(record)``, which raises ``DecodeError`` (or anything else) for a bad one; the engine
    applies the source's policy. ``place`` names where the batch comes from and ``first`` numbers its first record,
    for messages: ``orders.jsonl:17: …``. ``size`` is the number of bytes it occupies, as far as the source knows;
    queues are bounded by it.
    """

    __slots__ = ("block", "carrier", "decode", "first", "place", "size", "token", "values")

    def __init__(
        self,
        values: Sequence[Any],
        token: Token | None = None,
        *,
        decode: Callable[[Any], Any] | None = None,
        place: str = "",
        first: int = 0,
        size: int = 0,
    ) -> None:
        self.values = values
        self.token = token or Token()
        self.decode = decode
        self.place = place
        self.first = first
        self.size = size
        self.block: bytes | None = None
        self.carrier: dict[str, str] | None = None
        """What the sender says of its trace (``traceparent``), where the run is traced."""

    @classmethod
    def lines(cls, block: bytes, token: Token | None = None, *, place: str = "", first: int = 1) -> Batch:
        """A block of JSON lines: whole lines, each ended by a newline (the last may lack it). Decoded in one pass
        by the stage's thread.
        """
        batch = cls((), token, place=place, first=first, size=len(block))
        batch.block = block
        return batch


STANDARD_INPUT, STANDARD_OUTPUT = "standard input", "standard output"


def is_standard(path: object, number: int) -> bool:
    """Whether a path means the standard input (0) or output (1) that the program was started with. Descriptor 1 itself
    leads to the log meanwhile."""
    name = "stdout" if number else "stdin"
    return path in ("-", f"/dev/{name}", f"/dev/fd/{number}", f"/proc/self/fd/{number}")


class Context:
    """What surrounds a connector in a run.

    ``workflow`` is the workflow's name, ``node`` the function's (``Sources.http``), ``origin`` its place in the
    ``.nml``. ``folder`` is the working directory the run was started in: relative paths mean this. ``bounded``
    tells whether every source of the workflow ends. ``stdout`` is the descriptor for data: descriptor 1 itself
    leads to the log. ``shared`` is one dict for all connectors of the run: several ``Sources.http`` on one port
    share their server there. ``resume`` is the place to go on from, or None: of a source what ``mark`` gave, of a
    sink what ``position`` gave. ``ended`` is, of a sink that goes on, what ``position`` gave at the very end of the
    run before, or None where that did not come to an end of its own. ``expects`` is for a source of requests: None,
    ``"one"`` or ``"many"`` replies for each value. ``traced`` tells whether anybody looks at the ``carrier`` of a
    batch. ``continued`` is None where the run is this process's own. Else a run may outlive it: whatever a sink has
    flushed has to stay, for it does not come again, and ``continued`` tells whether a process before this one has
    written for the same run.
    """

    __slots__ = (
        "bounded",
        "continued",
        "ended",
        "expects",
        "failed",
        "folder",
        "log",
        "node",
        "offer",
        "origin",
        "resume",
        "shared",
        "stdout",
        "traced",
        "workflow",
    )

    def __init__(
        self,
        *,
        workflow: str,
        node: str,
        origin: str,
        log: Log,
        folder: Path,
        bounded: bool = False,
        stdout: int = 1,
        shared: dict[Any, Any] | None = None,
        offer: Callable[[Batch, int], bool] | None = None,
        resume: Any = None,
        expects: str | None = None,
        failed: Callable[[], bool] | None = None,
        traced: bool = False,
        continued: bool | None = None,
        ended: Any = None,
    ) -> None:
        self.workflow = workflow
        self.node = node
        self.origin = origin
        self.log = log
        self.folder = folder
        self.bounded = bounded
        self.stdout = stdout
        self.shared = shared if shared is not None else {}
        self.offer: Callable[[Batch, int], bool] = offer or _refuse
        """Hands one batch in without waiting; False when as many records as the second argument says wait already (a
        server answers 503 with ``Retry-After``). Event loop only.
        """
        self.resume: Any = resume
        self.ended: Any = ended
        self.expects = expects
        self.traced = traced
        self.continued = continued
        self.failed: Callable[[], bool] = failed or _no

    def path(self, text: str) -> Path:
        """A path parameter, made absolute against the folder the run was started in."""
        return self.folder / Path(text).expanduser()

    def claim(self, path: Path, use: str) -> None:
        """Two sinks on one file, or a sink on a source's file, are an error. ``use`` is ``"read"`` or ``"write"``."""
        self._claim(_file_at(path), use, f"use the same file, {path}")

    def claim_stream(self, name: str, use: str) -> None:
        """The same of standard input and output, which more than one may use only for ``"lines"``; that, ``"read"`` or
        ``"write"`` is the ``use``."""
        self._claim(name, use, f"{'read' if use == 'read' else 'write to'} {name}, which one of them may")

    def _claim(self, name: str, use: str, told: str) -> None:
        claims: dict[str, tuple[str, Context]] = self.shared.setdefault("nstack.claims", {})
        theirs, other = claims.get(name, (use, self))
        if other is not self and ("write" in (use, theirs) or name == STANDARD_INPUT):
            raise ConnectorError(f"{self.node} ({self.origin}) and {other.node} ({other.origin}) {told}")
        claims[name] = (use, self)


def _file_at(path: Path) -> str:
    """What tells files apart: a path without links, or of a file that has several names (hard links) its number."""
    try:
        found = os.stat(path)
    except OSError:  # it is not there yet; a link that leads to itself is told when it is opened
        return os.path.realpath(path)
    if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
        return f"{found.st_dev}:{found.st_ino}"
    return os.path.realpath(path)


def _refuse(batch: Batch, records: int) -> bool:
    return False


def _no() -> bool:
    return False


class SourceConnector:
    """A source. ``open``, then ``batches`` until it ends or is cancelled, then ``close``; all on the event loop.

    A source of files yields blocks of about 256 KiB, a source of messages what has arrived by now. A server whose
    senders wait for an answer need not yield: it calls ``context.offer(batch, most)`` for each request and lets
    ``batches`` wait until it is cancelled. ``close`` comes after everything in flight has drained, so answers are
    still written before it.
    """

    BOUNDED: ClassVar[bool] = False
    """Whether it ends by itself."""
    REPLAY: ClassVar[str] = "none"
    """``offset``, ``sender`` or ``none``: who repeats what was not acknowledged."""
    RESUMES_WITH: ClassVar[str] = ""
    """The parameter without which it cannot go on from a place, if it is one that makes the difference."""
    COUNTS: ClassVar[str] = "bytes"
    """What ``progress`` counts: ``bytes`` or ``records``."""

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """What is read (a path; a server and a query), for a source that can go on from a place: its checkpoint belongs
        to that. None where it cannot. Asked before ``open``; nothing is read for it.

        Each batch's ``token.offset`` is then a place of which everything before, this batch included, has been read: a
        source that is opened there (``context.resume``) gives what comes after, in the same order. A batch without an
        offset is counted in values, which are left out when they come again.
        """
        return None

    async def has_begun(self, parameters: Parameters, context: Context) -> bool | None:
        """Whether a process before this one has taken values of the same run, which do not come again; None where each
        process makes a run of its own. Asked before anything is opened. Raises ConnectorError."""
        return None

    def mark(self, offset: Any) -> Any:
        """What a checkpoint keeps of an offset: JSON, and all that ``open`` needs to see whether it is still good.
        Called rarely, beside ``batches``."""
        return offset

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Connects. Raises ConnectorError with the address or path that was tried."""

    def batches(self) -> AsyncIterator[Batch]:
        """The batches, an async generator. Cancelled at the first signal: in-flight batches still drain."""
        raise NotImplementedError

    def pull(self) -> Iterator[Batch] | None:
        """The same batches for a stage to read by itself, on its thread: of a source that waits for nothing but a disk
        and is never told to ``stop`` in the middle of one. None: it has to be ``batches``."""
        return None

    async def stop(self) -> None:
        """Told before ``batches`` is cancelled: a server stops accepting here and keeps answering what it has
        accepted.
        """

    async def close(self) -> None:
        """Gives everything back. Called once, also after a failed ``open``."""

    def answers(self) -> Mapping[int, int]:
        """Of a source of requests: how many were answered with each status so far."""
        return {}

    def lag(self) -> int | None:
        """How many records wait with the server, where it tells that anyway."""
        return None

    def progress(self) -> tuple[int, int] | None:
        """How far it is, of how much (bytes, or records), where it knows."""
        return None


class SinkConnector:
    """A sink. ``open``, then ``encode``, ``write`` and ``flush`` again and again, then ``close``.

    ``encode`` runs on any thread; it must not touch anything that ``write`` uses. All the others run on the event loop.
    """

    IDEMPOTENT: ClassVar[bool] = False
    """Whether a repeated write of one value is harmless."""
    LINES: ClassVar[bool] = False
    """Whether ``encode`` gives the JSON lines of the values, as ``codec.encode_lines`` does: workers send those."""
    KEEPS: ClassVar[bool] = True
    """Whether what is written stays somewhere. A bounded run that writes nothing of the kind starts over."""
    WHOLE: ClassVar[bool] = False
    """Whether what is written is good only once it is complete, so that no run can go on with it: a bounded run with
    such a sink starts over."""

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """What is written (a path), for a sink that can go back to a place: what it has written behind the place that
        the checkpoint keeps is taken back by ``open``, and comes again. None where it cannot. Asked before ``open``."""
        return None

    def position(self) -> Any:
        """Where it stands after a ``flush``, as JSON. Called for a checkpoint, while nothing is written."""
        return None

    def is_complete(self) -> bool:
        """Whether a process before this one has written everything of this run. Asked after ``open``: where all sinks
        say so, nothing is read."""
        return False

    async def secure(self) -> None:
        """Makes what stands before the last ``position`` safe from the machine's end, before the checkpoint is written.
        Writing may go on meanwhile."""

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Connects. Raises ConnectorError with the address or path that was tried."""

    def encode(self, values: Sequence[Any]) -> Any:
        """Turns values into what ``write`` takes: ``bytes`` where possible, so that queues can be bounded by size.

        When it raises, the engine encodes the values one by one and applies the sink's policy to those at fault.
        """
        return values

    async def write(self, encoded: Any) -> None:
        """Writes one encoded batch. ``ReaderGone`` ends the run quietly; ``RefusedValues`` names those values that
        meet the sink's policy, while all others are written; of any other exception all of them do.
        """
        raise NotImplementedError

    async def flush(self) -> None:
        """Makes everything written so far safe; afterwards the sources are told that it is done.

        ``Refused`` for what some value is to blame for: everything since the last flush is forgotten then, and the
        engine writes it again, fewer values at a time, until it has found those that meet the sink's ``on_error``. Any
        other exception says nothing about values: the run stops."""

    def direct(self) -> Callable[[Any], None] | None:
        """What does as ``write`` and ``flush`` do, at once and on any thread, several at a time: of a sink that waits
        for nothing but a disk, and has nothing to flush. None: it has to be those two. Asked after ``open``."""
        return None

    async def close(self, *, completed: bool) -> None:
        """Gives everything back. ``completed`` is true when the run came to its natural end, or was stopped after
        draining an unbounded one: a bounded run's file is renamed into place only then."""


_PROVIDES = r"(?ms)^PROVIDES\b[^=]*=\s*\{(.*?)\}"
_ENTRY = r'"([\w.]+)"\s*:\s*"(\w+)"'


class Registry:
    """Connectors by name, from the files of one package folder; a file is imported when one of its names is asked
    for.
    """

    def __init__(self, package: str = "nstack.connectors", folder: Path | None = None) -> None:
        self.package = package
        self.folder = folder or Path(__file__).parent.parent / "connectors"
        self._found: dict[str, tuple[str, str]] | None = None

    def names(self) -> tuple[str, ...]:
        """Every name that a file provides, sorted."""
        return tuple(sorted(self._entries()))

    def find(self, name: str) -> Any:
        """The class that provides ``name``. Raises UsageError when no file does."""
        entry = self._by_its_name(name) or self._entries().get(name)
        if entry is None:
            module = name.partition(".")[0] + "."
            alike = [other for other in self.names() if other.startswith(module)] or self.names()
            raise UsageError(f"{name} is not available in this version; there are {', '.join(alike) or 'none'}")
        return getattr(import_module(f"{self.package}.{entry[0]}"), entry[1])

    def _by_its_name(self, name: str) -> tuple[str, str] | None:
        """The entry, where it is in the file that is called as its last part is: then no other has to be read."""
        file = self.folder / f"{name.rpartition('.')[2].lower()}.py"
        return _provided(file).get(name) if file.is_file() else None

    def _entries(self) -> dict[str, tuple[str, str]]:
        if self._found is None:
            self._found = {}
            for file in sorted(self.folder.glob("*.py")):
                self._found |= _provided(file)
        return self._found


def _provided(file: Path) -> dict[str, tuple[str, str]]:
    """What one file says that it provides."""
    blocks = re.findall(_PROVIDES, file.read_text(encoding="utf-8"))
    return {name: (file.stem, cls) for block in blocks for name, cls in re.findall(_ENTRY, block)}
