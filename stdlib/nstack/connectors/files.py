"""Reading and writing in blocks, as the connectors of files and of standard input and output need it."""

import asyncio
import contextlib
import errno
import os
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nstack.connectors.ownfile import open_alone
from nstack.runtime.connector import Context, is_standard
from nstack.runtime.errors import ConnectorError, TooLarge
from nstack.runtime.faultpoints import fault

BLOCK = 256 * 1024
"""Bytes that are read at once on another thread: large enough to make the cost of the way there vanish."""
OWN_BLOCK = 64 * 1024
"""Bytes that a thread reads at once for itself: so few that what is made of them stays in the cache."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

WINDOW = 4096
"""So many bytes at a file's start, and before the place that a run has come to, tell whether it is still the same."""


WholeRecord = Callable[[bytes], bool]
"""Tells of a text after the last line end whether it is a record all the same."""


def identity(context: Context, path: str) -> str | None:
    """What a checkpoint's place in a file belongs to; None for what has no places, such as a pipe or ``-``."""
    if is_standard(path, 0) or is_standard(path, 1):
        return None
    target = context.path(path)
    try:
        regular = stat.S_ISREG(target.stat().st_mode)
    except OSError:
        regular = True  # it is still to be made, or opening it tells
    return os.path.realpath(target) if regular else None


def digest(descriptor: int, start: int, end: int) -> str:
    """What some bytes of a file are recognised by. Raises OSError."""
    return blake2b(os.pread(descriptor, end - start, start), digest_size=12).hexdigest()


class LineCutter:
    """Cuts blocks of bytes into runs of whole lines.

    ``offset`` is the number of bytes up to the end of the last run and ``line`` the number of the line that comes
    next, so that a reader may start again there. Raises TooLarge for a line of more than ``max_line`` bytes.
    """

    __slots__ = ("_held", "_held_size", "line", "max_line", "offset", "place")

    def __init__(self, place: str, max_line: int, offset: int = 0, line: int = 1) -> None:
        self.place = place
        self.max_line = max_line
        self.offset = offset
        self.line = line
        self._held: list[bytes] = []
        self._held_size = 0

    def feed(self, block: bytes) -> bytes:
        """The lines that end within ``block``, each with its line end; empty when none does."""
        cut = block.rfind(b"\n") + 1
        if not cut:
            self._hold(block)
            return b""
        whole = b"".join((*self._held, block[:cut])) if self._held else block[:cut]
        if self.max_line < len(whole):
            self._check(whole)
        self._held, self._held_size = [], 0
        self.offset += len(whole)
        self.line += whole.count(b"\n")
        self._hold(block[cut:])
        return whole

    def finish(self) -> bytes:
        """The last line, where no line end follows it; empty when there is none."""
        rest = b"".join(self._held)
        self._held, self._held_size = [], 0
        self.offset += len(rest)
        return rest

    def _hold(self, rest: bytes) -> None:
        if rest:
            self._held.append(rest)
            self._held_size += len(rest)
            if self._held_size > self.max_line:
                raise self._too_long(self.line)

    def _check(self, whole: bytes) -> None:
        for number, line in enumerate(whole.split(b"\n"), self.line):
            if len(line) > self.max_line:
                raise self._too_long(number)

    def _too_long(self, line: int) -> TooLarge:
        return TooLarge(f"{self.place}:{line}: a line of more than max_line = {self.max_line} bytes")


class InputFile:
    """A file that is read in blocks, off the event loop."""

    def __init__(self, context: Context, path: str) -> None:
        self.path = context.path(path)
        self.shown = path
        self.at = 0
        self.size = 0
        self.skipped = 0
        """Bytes of a byte-order mark that was left out."""
        self._descriptor = -1
        context.claim(self.path, "read")

    @property
    def waits_for_a_disk_alone(self) -> bool:
        """Whether it is a file proper: a pipe may wait for somebody who never comes."""
        return os.path.isfile(self.path)

    async def open(self) -> None:
        """Opens it for reading. Raises ConnectorError."""
        if self.waits_for_a_disk_alone:
            self.open_here()
        else:  # a named pipe opens when its writer comes
            await asyncio.to_thread(self.open_here)

    def open_here(self) -> None:
        """Opens it on this thread. Raises ConnectorError."""
        try:
            self._descriptor = os.open(self.path, os.O_RDONLY)
            found = os.fstat(self._descriptor)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
        except OSError as error:
            raise ConnectorError(f"cannot read {self.shown}: {reason(error)}") from None
        self.size = found.st_size

    def mark(self, offset: int) -> list[Any]:
        """What an offset is kept with: how many bytes at the file's start were looked at, and what they, and the bytes
        before the offset, are recognised by."""
        start = min(WINDOW, self.size)
        return [
            start,
            digest(self._descriptor, 0, start),
            digest(self._descriptor, max(0, offset - WINDOW), offset),
        ]

    def seek(self, offset: int, mark: Any = None) -> None:
        """Goes to where an earlier run ended. Raises ConnectorError when the file is no longer what it was: shorter,
        or, with the ``mark`` of that offset, another one up to there."""
        if offset > self.size:
            raise ConnectorError(
                f"{self.shown} is shorter than at the last run, which came to byte {offset}; --fresh starts over"
            )
        if mark is not None:
            self._check(offset, *mark)
        if offset:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
        self.at = offset

    def _check(self, offset: int, start: int, begins: str, before: str) -> None:
        if digest(self._descriptor, 0, start) != begins:
            where = "it begins otherwise"
        elif digest(self._descriptor, max(0, offset - WINDOW), offset) != before:
            where = f"the bytes before {offset} are others"
        else:
            return
        raise ConnectorError(
            f"{self.shown} has changed since the run that is to go on at byte {offset}: {where}; --fresh starts over"
        )

    async def blocks(self) -> AsyncIterator[bytes]:
        """Blocks from here to the end; a byte-order mark at the start is left out."""
        while (block := await asyncio.to_thread(self._read, BLOCK)) is not None:
            yield block

    def blocks_here(self) -> Iterator[bytes]:
        """The same, read on this thread."""
        while (block := self._read(OWN_BLOCK)) is not None:
            yield block

    def _read(self, size: int) -> bytes | None:
        start = self.at
        try:
            block = os.read(self._descriptor, size)
        except OSError as error:
            raise ConnectorError(f"cannot read {self.shown}: {reason(error)}") from None
        self.at += len(block)
        if start == 0 and block.startswith(BYTE_ORDER_MARK):
            self.skipped = len(BYTE_ORDER_MARK)
            return block[self.skipped :]
        return block or None

    def progress(self) -> tuple[int, int] | None:
        """Bytes read, of how many; None for a file without a size (a pipe)."""
        return (self.at, self.size) if self.size else None

    def close(self) -> None:
        """Closes it; may be called again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class OutputFile:
    """A file that is written in whole records.

    A bounded run with ``mode = "replace"`` or ``"error"`` writes beside it (``NAME.partial``) and renames at the end;
    an unbounded one appends, and so does one that another process goes on with. A run that goes on takes back what was
    written behind its checkpoint. Without one, a
    record that a killed run left half-written is cut off when the file is opened again: ``whole`` tells of a text
    after the last line end whether it is a record all the same.
    """

    def __init__(self, context: Context, path: str, mode: str, whole: WholeRecord) -> None:
        self.path = context.path(path)
        self.shown = path
        self._context = context
        self._mode = mode
        self._whole = whole
        self._beside: Path | None = None
        self._descriptor = -1
        self._regular = True
        self._writing = threading.Lock()
        self.empty = True
        """Whether nothing has been written yet, in this run or before."""
        context.claim(self.path, "write")

    def open(self) -> None:
        """Raises ConnectorError for what cannot be written, or must not."""
        try:
            self._open()
        except OSError as error:
            raise ConnectorError(f"cannot write {self.shown}: {self._reason(error)}") from None

    def _open(self) -> None:
        found = self.path.stat() if self.path.exists() else None
        target = Path(os.path.realpath(self.path))
        if self._context.bounded and self._mode != "append":
            self._beside = target.with_name(target.name + ".partial")
        if self._context.resume is not None:
            length, before = self._context.resume
            self._go_on(self._beside or target, length, before)
            return
        if self._beside and self._context.continued and found and not self._beside.exists():
            self._beside = None  # the process before this one has put it into place
        elif self._mode == "error" and found:
            raise ConnectorError(f'{self.shown} is there already, and mode = "error" forbids to touch it')
        if found and not stat.S_ISREG(found.st_mode):
            self._regular, self._beside = False, None
            self._descriptor = os.open(self.path, os.O_WRONLY)
            return
        fresh = self._beside is not None and not self._context.continued
        self._descriptor = open_alone(self._beside or target, self.shown, fresh=fresh)
        if self._beside and found:
            os.fchmod(self._descriptor, stat.S_IMODE(found.st_mode))
        self._mend()

    def _go_on(self, target: Path, length: int, before: str) -> None:
        """Takes back what was written behind a checkpoint's place."""
        if self._beside and not target.exists() and self.path.exists():
            target, self._beside = (
                Path(os.path.realpath(self.path)),
                None,
            )  # the run was killed when it had put this one into place
        try:
            self._descriptor = open_alone(target, self.shown, make=not length)
            held = os.fstat(self._descriptor).st_size >= length
        except FileNotFoundError:
            held = False
        if held and digest(self._descriptor, max(0, length - WINDOW), length) == before:
            self._take_back(length)
        elif self._context.bounded:
            raise ConnectorError(
                f"{target.name} is not what the run that is to go on has written (its first {length} bytes); "
                "--fresh starts over"
            )
        else:  # it was put away, as logs are
            self._context.log.warning(f"{self.shown} is another file than before: values are appended to what is there")
            if self._descriptor < 0:
                self._descriptor = open_alone(target, self.shown)
            self._mend()

    def _take_back(self, length: int) -> None:
        """Cuts off what the run before has written behind its checkpoint. What others have appended since it ended
        stays; where it stands behind what is cut off, nothing is done. Raises ConnectorError."""
        size = os.fstat(self._descriptor).st_size
        end = size if self._context.ended is None else self._context.ended[0]
        if size <= end:
            os.ftruncate(self._descriptor, length)
        elif end > length:
            raise ConnectorError(
                f"{self.shown} has got {size - end} bytes from somebody else since the run that is to go on ended "
                f"at byte {end}, and that run writes again what stands behind byte {length}: take them away, or start "
                "over with --fresh"
            )
        else:
            self._context.log.info(f"{self.shown} has got {size - end} bytes from somebody else meanwhile, which stay")
            self._end_line(size)
        self.empty = os.lseek(self._descriptor, 0, os.SEEK_END) == 0

    def _end_line(self, size: int) -> None:
        """What comes next begins a line."""
        if os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.pwrite(self._descriptor, b"\n", size)

    def position(self) -> list[Any] | None:
        """The length, and what the bytes before it are recognised by; None for what has no places."""
        if not self._regular:
            return None
        length = os.fstat(self._descriptor).st_size
        return [length, digest(self._descriptor, max(0, length - WINDOW), length)]

    async def flush(self) -> None:
        """What was written is in the file already."""

    async def secure(self) -> None:
        """What is written survives the machine's end. Raises ConnectorError."""
        if not self._regular:
            return
        try:
            await asyncio.to_thread(os.fsync, self._descriptor)
        except OSError as error:
            raise ConnectorError(f"cannot write {self.shown}: {reason(error)}") from None

    def _mend(self) -> None:
        """Goes to the end, which is made the end of a whole record."""
        size = os.lseek(self._descriptor, 0, os.SEEK_END)
        rest = self._after_last_line(size)
        if rest and self._whole(rest):
            write_all(self._descriptor, b"\n")
        elif rest:
            size -= len(rest)
            os.ftruncate(self._descriptor, size)
            os.lseek(self._descriptor, 0, os.SEEK_END)
            self._context.log.warning(f"{self.shown} ended in half a record, which was cut off: {rest[:200]!r}")
        self.empty = size == 0

    def _after_last_line(self, size: int) -> bytes:
        rest = b""
        while size and b"\n" not in rest:
            start = max(0, size - 4096)
            rest = os.pread(self._descriptor, size - start, start) + rest
            size = start
        return rest[rest.rfind(b"\n") + 1 :]

    def first_line(self) -> bytes:
        """The first line of what is there, without its end."""
        return os.pread(self._descriptor, BLOCK, 0).split(b"\n", 1)[0].removesuffix(b"\r")

    async def write(self, data: bytes) -> None:
        """Writes whole records. What a full disk cuts short is taken back. Raises ConnectorError."""
        if self._regular:
            self.write_here(data)
        elif data:
            self.empty = False
            try:
                await asyncio.to_thread(write_all, self._descriptor, data)
            except OSError as error:
                raise ConnectorError(f"cannot write {self.shown}: {reason(error)}") from None

    @property
    def waits_for_a_disk_alone(self) -> bool:
        """Whether it is a file proper, and written as it is."""
        return self._regular

    def write_here(self, data: bytes) -> None:
        """As ``write``, to a file proper, on any thread."""
        if not data:
            return
        self.empty = False
        with self._writing:
            try:
                self._write_regular(data)
            except OSError as error:
                raise ConnectorError(f"cannot write {self.shown}: {reason(error)}") from None

    def _write_regular(self, data: bytes) -> None:
        start = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            write_all(self._descriptor, data)
        except OSError:
            os.ftruncate(self._descriptor, start)
            raise

    def close(self, *, completed: bool) -> None:
        """Closes it; renames it into place if the run is ``completed``, else keeps what is written beside, for a run
        that goes on."""
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if completed and self._beside:
                os.fsync(descriptor)
                fault("placing")
                self._beside.replace(Path(os.path.realpath(self.path)))
        except OSError as error:
            raise ConnectorError(f"cannot write {self.shown}: {reason(error)}") from None
        finally:
            os.close(descriptor)
        if not completed and self._beside:
            self._keep(self._beside)

    def _keep(self, beside: Path) -> None:
        if self.empty:
            with contextlib.suppress(OSError):
                beside.unlink()
            return
        self._context.log.warning(f"{self.shown} was not written: what the run had so far is in {self.shown}.partial")

    def _reason(self, fault: OSError) -> str:
        if isinstance(fault, FileNotFoundError):
            return f"there is no folder {Path(self.shown).parent}"
        return reason(fault)


def reason(fault: OSError) -> str:
    """What the system says, in small letters and without its number: ``no such file or directory``."""
    text = fault.strerror or str(fault)
    return text[:1].lower() + text[1:]


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Writes everything, in as many calls as it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
