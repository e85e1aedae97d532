"""Sources of records: one input after the other is cut into batches, and a run goes on at any of them.

A place to go on from is ``[input, bytes done, next line]``; a checkpoint keeps with it what the input is recognised by,
and which inputs were read before it.
"""

from abc import abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

from nstack.connectors.globs import still_to_read
from nstack.connectors.inputs import FileInput, Input, Opener
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SourceConnector

PAST = 16
"""Inputs that stay open behind the one that is read."""


class Records:
    """Cuts the blocks of one input into batches. ``offset`` is the number of bytes up to the end of the last one and
    ``line`` that of the line which comes next."""

    offset: int
    line: int

    def feed(self, block: bytes) -> list[Batch]:
        """The batches that end within a block. Raises ConnectorError with file and line."""
        raise NotImplementedError

    def finish(self) -> list[Batch]:
        """What the input's end ends."""
        raise NotImplementedError


class RecordSource(SourceConnector):
    """The records of all inputs."""

    BOUNDED = True
    REPLAY = "offset"

    def __init__(self) -> None:
        self._inputs: list[tuple[str, Opener]] = []
        self._input: Input | None = None
        self._past: deque[Input] = deque()
        self._offset, self._line = 0, 1
        self._read: list[str] = []
        """What an earlier run had read to its end."""

    @abstractmethod
    async def prepare(self, parameters: Parameters, codec: Codec, context: Context) -> list[tuple[str, Opener]]:
        """Looks at the parameters; gives the inputs."""

    @abstractmethod
    def records(self, shown: str, offset: int, line: int) -> Records:
        """What cuts an input, from there on."""

    async def begin(self, opener: Opener) -> None:
        """Reads what stands at the start of an input that is gone on with in its middle."""

    def mark(self, offset: Any) -> Any:
        """The offset with what the input is recognised by, while it is open."""
        name, done, line, *_ = offset or (self._inputs[0][0] if self._inputs else "", 0, 1)
        known = next((one for one in (self._input, *self._past) if one is not None and one.shown == name), None)
        names = [shown for shown, _ in self._inputs]
        before = names[: names.index(name)] if name in names else []
        return [name, done, line, known.mark(done) if known is not None else None, [*self._read, *before]]

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Opens the first input. Raises ConnectorError with its name."""
        self._inputs = await self.prepare(parameters, codec, context)
        mark = None
        if isinstance(context.resume, list | tuple):
            name, self._offset, self._line, mark, read = [*context.resume, None, None][:5]
            self.leave_out(name, read)
            if self._inputs and self._inputs[0][0] != name:
                mark = None
        if self._inputs:
            self._input = self._inputs[0][1]()
            await self._input.open()
            if self._offset or mark is not None:
                if self._offset:
                    await self.begin(self._inputs[0][1])
                await self._input.go_on(self._offset, mark)

    def leave_out(self, last: str, read: list[str] | None) -> None:
        """The inputs that were ``read`` already, before the ``last`` one, are not read again. Raises ConnectorError
        where that is gone."""
        if last:
            openers = dict(self._inputs)
            self._inputs = [(name, openers[name]) for name in still_to_read(list(openers), last, read)]
            self._read = read or []

    async def batches(self) -> AsyncIterator[Batch]:
        """Of one input after the other; the last one stays open, since a checkpoint may still ask what it is."""
        for number, (shown, opener) in enumerate(self._inputs):
            if number:
                self._go_over()
                self._input = opener()
                self._offset, self._line = 0, 1
                await self._input.open()
            assert self._input is not None
            records = self.records(shown, self._offset, self._line)
            async for block in self._input.blocks():
                for batch in records.feed(block):
                    yield self._placed(batch, records)
            for batch in records.finish():
                yield self._placed(batch, records)

    def pull(self) -> Iterator[Batch] | None:
        """Of files proper, read as they are: each the moment it is wanted."""
        if all(isinstance(one, FileInput) and one.waits_for_a_disk_alone for one in self._made()):
            return self._pulled()
        return None

    def _made(self) -> Iterator[Input]:
        yield from () if self._input is None else (self._input,)
        yield from (opener() for _, opener in self._inputs[1:])

    def _pulled(self) -> Iterator[Batch]:
        for number, (shown, opener) in enumerate(self._inputs):
            if number:
                self._go_over()
                self._input = opener()
                self._offset, self._line = 0, 1
            one = self._input
            assert isinstance(one, FileInput)
            if number:
                one.open_here()
            records = self.records(shown, self._offset, self._line)
            for block in one.blocks_here():
                for batch in records.feed(block):
                    yield self._placed(batch, records)
            for batch in records.finish():
                yield self._placed(batch, records)

    def _go_over(self) -> None:
        """What was read may not be done yet, and a checkpoint asks what it was: the last few stay open."""
        assert self._input is not None
        self._past.appendleft(self._input)
        if len(self._past) > PAST:
            self._past.pop().close()

    def _placed(self, batch: Batch, records: Records) -> Batch:
        assert self._input is not None
        batch.token.offset = [self._input.shown, self._input.skipped + records.offset, records.line]
        return batch

    async def close(self) -> None:
        """Closes what is open."""
        for one in (self._input, *self._past):
            if one is not None:
                one.close()

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return self._input.progress() if self._input is not None and len(self._inputs) == 1 else None
