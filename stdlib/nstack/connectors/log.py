"""``Sinks.log``: a line ``OUTPUT: <JSON>`` on the log for each value."""

import asyncio
from collections.abc import Callable, Sequence

from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters, SinkConnector

PROVIDES = {"Sinks.log": "LogSink"}


class LogSink(SinkConnector):
    """Values as compact JSON on the log of the run."""

    IDEMPOTENT = True
    LINES = True
    KEEPS = False

    def __init__(self) -> None:
        self._lines: Callable[[Sequence[object]], bytes] = lambda values: b""
        self._line: Callable[[str], None] = print

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Takes the log of the run."""
        self._lines = codec.encode_lines
        self._line = context.log.info

    def encode(self, values: Sequence[object]) -> bytes:
        """JSON lines; raises EncodeError."""
        return self._lines(values)

    async def write(self, encoded: bytes) -> None:
        """Writes the lines, off the event loop: whoever reads the log may be slow."""
        await asyncio.to_thread(self._write, encoded.decode())

    def _write(self, text: str) -> None:
        for line in text.removesuffix("\n").split("\n"):
            self._line(f"OUTPUT: {line}")
