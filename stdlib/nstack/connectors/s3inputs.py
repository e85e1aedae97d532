"""What ``Sources.s3`` reads: the objects that a key, a prefix or a pattern means, their lines, or they themselves."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from nstack.connectors.files import BLOCK, BYTE_ORDER_MARK, LineCutter
from nstack.connectors.recordsource import Records
from nstack.connectors.s3store import Bucket, key_of
from nstack.runtime.connector import Batch
from nstack.runtime.errors import ConnectorError, DecodeError, TooLarge


def key_pattern(text: str) -> re.Pattern[str]:
    """What keys a pattern matches: ``*`` and ``?`` stay within a part of a key, ``**`` stands for any parts."""
    parts = text.split("/")
    made = [
        "(?:[^/]+/)*"
        if part == "**" and index < len(parts) - 1
        else _part(part) + ("/" if index < len(parts) - 1 else "")
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(made))


def _part(part: str) -> str:
    if part == "**":
        return ".*"
    pieces = re.split(r"(\*|\?|\[!?\]?[^\]]*\])", part)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    if piece in ("*", "?"):
        return "[^/]*" if piece == "*" else "[^/]"
    if len(piece) > 2 and piece.startswith("[") and piece.endswith("]"):
        inside = piece[1:-1].replace("\\", "\\\\")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(piece)


async def keys_of(bucket: Bucket, text: str) -> list[str]:
    """The keys that ``s3_key`` means, in order. Raises ConnectorError, UsageError."""
    import obstore

    text = text.lstrip("/")
    if text and not text.endswith("/") and not re.search(r"[*?\[]", text):
        return [key_of(text)]
    fixed = text[: re.search(r"[*?\[]|$", text).start()]  # type: ignore[union-attr]
    prefix = fixed[: fixed.rfind("/") + 1]
    pattern = key_pattern(text if text and not text.endswith("/") else f"{text}**")
    found: list[str] = []
    with bucket.telling(f"cannot list {bucket.shown(text)}"):
        async for some in obstore.list(bucket.store, prefix=prefix or None):
            found += [one["path"] for one in some if pattern.fullmatch(one["path"])]
    return sorted(found)


class ObjectInput:
    """One object, read from any byte on."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self.shown = bucket.shown(key)
        self.skipped = 0
        self._bucket = bucket
        self._key = key
        self._start = 0
        self._at = 0
        self._size = 0
        self._tag: str | None = None

    async def open(self) -> None:
        """Asks for it. Raises ConnectorError."""
        import obstore

        with self._bucket.telling(f"cannot read {self.shown}"):
            try:
                found = await obstore.head_async(self._bucket.store, self._key)
            except FileNotFoundError:
                await self._bucket.look()
                raise
        self._size, self._tag = found["size"], found["e_tag"]

    async def go_on(self, offset: int, mark: Any) -> None:
        """Raises ConnectorError where it is another object by now."""
        if mark is not None and mark != self._tag:
            raise ConnectorError(f"{self.shown} has changed since the run that is to go on in it; --fresh starts over")
        self._start = offset

    def mark(self, offset: int) -> Any:
        """The store's tag."""
        return self._tag

    async def blocks(self) -> AsyncIterator[bytes]:
        """Raises ConnectorError, also where it is written anew meanwhile."""
        import obstore

        if self._start >= self._size:
            return
        options: Any = {"if_match": self._tag} if self._tag else {}
        if self._start:
            options["range"] = {"offset": self._start}
        self._at = self._start
        with self._bucket.telling(f"cannot read {self.shown}"):
            answer = await obstore.get_async(self._bucket.store, self._key, options=options)
            async for part in answer.stream(min_chunk_size=BLOCK):
                block, first = bytes(part), self._at == 0
                self._at += len(block)
                if first and block.startswith(BYTE_ORDER_MARK):
                    self.skipped = len(BYTE_ORDER_MARK)
                    block = block[self.skipped :]
                yield block

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many."""
        return (self._at, self._size) if self._size else None

    def close(self) -> None:
        """Nothing stays open."""


# --- records


class TextLines(Records):
    """A text a line."""

    def __init__(self, shown: str, limit: int, offset: int, line: int) -> None:
        self._cutter = LineCutter(shown, limit, offset, line)

    @property
    def offset(self) -> int:  # type: ignore[override]
        """Bytes done."""
        return self._cutter.offset

    @property
    def line(self) -> int:  # type: ignore[override]
        """The next line."""
        return self._cutter.line

    def feed(self, block: bytes) -> list[Batch]:
        """The lines that end within it."""
        first = self._cutter.line
        return self._batches(self._cutter.feed(block).removesuffix(b"\n"), first, self._cutter.line > first)

    def finish(self) -> list[Batch]:
        """A last line without an end."""
        rest = self._cutter.finish()
        return self._batches(rest, self._cutter.line, bool(rest))

    def _batches(self, whole: bytes, first: int, there: bool) -> list[Batch]:
        if not there:
            return []
        lines = whole.split(b"\n")
        return [Batch(lines, decode=_line, place=self._cutter.place, first=first, size=len(whole))]


def _line(line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as fault:
        raise DecodeError(f"byte {fault.start + 1}", "UTF-8", f"0x{line[fault.start]:02X}") from None


class WholeObject(Records):
    """One value: the object's bytes, with its key where the type has one."""

    def __init__(self, make: Callable[[bytes], Any], shown: str, limit: int) -> None:
        self.offset, self.line = 0, 1
        self._make = make
        self._shown = shown
        self._limit = limit
        self._parts: list[bytes] = []

    def feed(self, block: bytes) -> list[Batch]:
        """Raises TooLarge."""
        self._parts.append(block)
        self.offset += len(block)
        if self.offset > self._limit:
            raise TooLarge(f"{self._shown}: an object of more than max_line = {self._limit} bytes")
        return []

    def finish(self) -> list[Batch]:
        """The value."""
        return [Batch([self._make(b"".join(self._parts))], size=self.offset)]
