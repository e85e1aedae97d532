"""Compressed files: gzip, bzip2, xz and zstd, by the end of a name or by the parameter ``compression``.

Several members (streams, frames) one after the other are one file, as the usual tools have it; zeros behind the last
one are passed over. What a member unfolds to is handed on in blocks, so its size does not matter.
"""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from nstack.connectors.magic import looks_like, shown
from nstack.runtime.errors import ConnectorError, MissingExtra

ENDINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".zstd": "zstd"}
MAGIC = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00", "zstd": b"\x28\xb5\x2f\xfd"}
BLOCK = 256 * 1024
MEMORY = 256 << 20
"""What a decompressor may need for itself; a file that asks for more is refused."""


def compression_of(path: str, parameter: str) -> str | None:
    """How a file is compressed: None where it is not."""
    if parameter == "auto":
        return next((kind for ending, kind in ENDINGS.items() if path.lower().endswith(ending)), None)
    return None if parameter == "none" else parameter


def zstd() -> Any:
    """The library for zstd. Raises MissingExtra."""
    try:
        from compression import zstd as found  # type: ignore[import-not-found]  # part of Python from 3.14 on
    except ImportError:
        try:
            from backports import zstd as found
        except ImportError:
            raise MissingExtra("zstd", "zstd") from None
    return found


class _Gzip:
    """zlib's decompressor with the interface that the others have."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, most)


class Decompressor:
    """One compressed file: ``feed`` its bytes, then ``finish``. ``whole`` is the byte behind the last whole member.
    Raises ConnectorError that names the byte where it breaks off or is no such file; MissingExtra."""

    def __init__(self, kind: str, name: str) -> None:
        self._kind = kind
        self._name = name
        self._zstd = zstd() if kind == "zstd" else None
        self._member: Any = None
        self._held = b""
        self._padded = False
        self.read = 0
        self.whole = 0

    def _new(self) -> Any:
        match self._kind:
            case "gzip":
                return _Gzip()
            case "bzip2":
                return bz2.BZ2Decompressor()
            case "xz":
                return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
            case _:
                assert self._zstd is not None
                return self._zstd.ZstdDecompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out, in blocks."""
        self.read += len(data)
        while True:
            if self._member is None:
                data = self._begin(data)
                if self._member is None:
                    return
            block, data = self._step(data), b""
            if block:
                yield block
            if self._member.eof:
                data, self._member = self._member.unused_data, None
                self.whole = self.read - len(data)
            elif self._member.needs_input:
                return

    def _begin(self, data: bytes) -> bytes:
        """Starts a member if there is enough to see that it is one."""
        data = self._held + data
        rest = data.lstrip(b"\0") if self.whole else data
        self._padded = self._padded or len(rest) < len(data)
        magic, self._held = MAGIC[self._kind], b""
        if len(rest) < len(magic) and magic.startswith(rest):
            self._held = rest
        elif not rest.startswith(magic):
            raise ConnectorError(self._other(rest))
        else:
            self._member = self._new()
        return rest

    def _other(self, rest: bytes) -> str:
        at = self.read - len(rest)
        if self.whole:
            return f"{self._name} has something else behind its {self._kind} data, from byte {at} on: {shown(rest)}"
        remedy = 'compression = "none" reads it as it is'
        known = looks_like(rest)
        if known in ("gzip", "bzip2", "xz", "zstd"):
            remedy = f'compression = "{known}" reads that'
        return f"{self._name} is no {self._kind}: it looks like {shown(rest)}; {remedy}"

    def _step(self, data: bytes) -> bytes:
        try:
            out: bytes = self._member.decompress(data, BLOCK)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError) as error:
            raise self._damaged(error) from None
        except Exception as error:
            if self._zstd is None or not isinstance(error, self._zstd.ZstdError):
                raise
            raise self._damaged(error) from None
        return out

    def _damaged(self, error: BaseException) -> ConnectorError:
        why = str(error).partition("\n")[0].rstrip(".") or "it needs too much memory"
        return ConnectorError(f"{self._name} is damaged at or before byte {self.read}: {self._kind} says: {why}")

    def finish(self) -> None:
        """The file ends here."""
        if not self.read:
            raise ConnectorError(f"{self._name} is empty, which no {self._kind} file is")
        if self._member is not None or self._held:
            raise ConnectorError(
                f"{self._name} ends at byte {self.read} in the middle of its {self._kind} data: it was cut off, or is "
                "still being written"
            )


class Compressor:
    """One compressed file that is written: ``add`` gives what can be written by now, ``end`` the end of a member, after
    which a new one begins."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._zstd = zstd() if kind == "zstd" else None
        self._member: Any = None

    def add(self, data: bytes) -> bytes:
        """Takes more."""
        if not data:
            return b""
        if self._member is None:
            self._member = self._new()
        out: bytes = self._member.compress(data)
        return out

    def _new(self) -> Any:
        match self._kind:
            case "gzip":
                return zlib.compressobj(6, zlib.DEFLATED, 31)
            case "bzip2":
                return bz2.BZ2Compressor()
            case "xz":
                return lzma.LZMACompressor(lzma.FORMAT_XZ, preset=3)
            case _:
                assert self._zstd is not None
                return self._zstd.ZstdCompressor()

    def nothing(self) -> bytes:
        """A member that holds nothing: a file without a byte is none of these files."""
        out: bytes = self._new().flush()
        return out

    def end(self) -> bytes:
        """Nothing where nothing was added since the last end."""
        if self._member is None:
            return b""
        out: bytes = self._member.flush()
        self._member = None
        return out
