"""A file that is shown only when it is complete: written beside its place (``NAME.partial``) and renamed at the end."""

import asyncio
import contextlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nstack.connectors.files import WINDOW, digest, reason, write_all
from nstack.connectors.globs import PARTIAL, named
from nstack.connectors.ownfile import open_alone
from nstack.runtime.connector import STANDARD_OUTPUT, Context, is_standard
from nstack.runtime.errors import ConnectorError


class Written(io.RawIOBase):
    """What libraries write to: a descriptor, of which they ask how much was written so far, pipes included."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0
        self._drop = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """All of it."""
        view = memoryview(data).cast("B")
        dropped = min(self._drop, len(view))
        self._drop -= dropped
        write_all(self._descriptor, view[dropped:])
        self._at += len(view) - dropped
        return len(view)

    def tell(self) -> int:
        """Bytes so far."""
        return self._at

    def go_on(self, at: int) -> None:
        """So many bytes are there already."""
        self._at = at

    def drop(self, count: int) -> None:
        """The next so many bytes are there already, and are not written again."""
        self._drop = count

    def take_back(self, at: int) -> None:
        """Cuts off what a failed write has left behind ``at``."""
        with contextlib.suppress(OSError):  # a pipe keeps what it got
            os.ftruncate(self._descriptor, at)
            os.lseek(self._descriptor, at, os.SEEK_SET)
            self._at = at


class WholeFile:
    """One file of a bounded run. A device, a pipe and standard output (``-``) are written as they are."""

    def __init__(self, context: Context, path: str, mode: str) -> None:
        self._standard = is_standard(path, 1)
        self.shown = STANDARD_OUTPUT if self._standard else path
        self._context = context
        self._mode = mode
        self._path = context.folder if self._standard else named(context, path)
        self._beside: Path | None = None
        self._direct = False
        self._descriptor = -1
        if self._standard:
            context.claim_stream(STANDARD_OUTPUT, "write")
        else:
            context.claim(self._path, "write")

    def open(self) -> Written:
        """Raises ConnectorError for what cannot be written, or must not."""
        try:
            self._descriptor = os.dup(self._context.stdout) if self._standard else self._opened()
        except OSError as fault:
            missing = isinstance(fault, FileNotFoundError)
            why = f"there is no folder {Path(self.shown).parent}" if missing else reason(fault)
            raise ConnectorError(f"cannot write {self.shown}: {why}") from None
        return Written(self._descriptor)

    def append(self, end: Callable[[Any], int]) -> Written:
        """The same for a file that is there and is gone on with, for ever: ``end`` reads it and says from where on.
        Raises ConnectorError."""
        self._direct = True
        if self._standard or not self._path.exists() or not self._path.is_file() or not self._path.stat().st_size:
            return self.open()
        if self._mode == "error":
            raise ConnectorError(f'{self.shown} is there already, and mode = "error" forbids to touch it')
        try:
            self._descriptor = os.open(self._path, os.O_RDWR)
            size = os.fstat(self._descriptor).st_size
            at = self._kept(size)
            if at is None:
                with self._path.open("rb", buffering=0) as found:
                    at = end(found)
            left = 0 if self._context.resume is not None else size - at
            os.ftruncate(self._descriptor, at)
            os.lseek(self._descriptor, at, os.SEEK_SET)
        except OSError as fault:
            raise ConnectorError(f"cannot write {self.shown}: {reason(fault)}") from None
        if left > 8:  # more than an end mark
            self._context.log.warning(f"{self.shown} ended in half a message, which was cut off")
        written = Written(self._descriptor)
        written.go_on(at)
        return written

    def _kept(self, size: int) -> int | None:
        """The length that a checkpoint has kept, if the file is still the same up to there."""
        if self._context.resume is None:
            return None
        length, before = self._context.resume
        if 0 < length <= size and digest(self._descriptor, max(0, length - WINDOW), length) == before:
            return int(length)
        self._context.log.warning(f"{self.shown} is another file than before: values are appended to what is there")
        return None

    def position(self) -> list[Any] | None:
        """The length, and what the bytes before it are recognised by; None for what has no places."""
        if self._beside is not None or not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            return None
        length = os.fstat(self._descriptor).st_size
        return [length, digest(self._descriptor, max(0, length - WINDOW), length)]

    async def secure(self) -> None:
        """What is written survives the machine's end. Raises ConnectorError."""
        try:
            if self._direct and not self._standard:
                await asyncio.to_thread(os.fsync, self._descriptor)
        except OSError as fault:
            raise ConnectorError(f"cannot write {self.shown}: {reason(fault)}") from None

    def _opened(self) -> int:
        found = self._path.stat() if self._path.exists() else None
        if self._mode == "error" and found:
            raise ConnectorError(f'{self.shown} is there already, and mode = "error" forbids to touch it')
        if found and not stat.S_ISREG(found.st_mode):
            return os.open(self._path, os.O_WRONLY)
        target = Path(os.path.realpath(self._path))
        if self._direct:
            return open_alone(target, self.shown)
        self._beside = target.with_name(target.name + PARTIAL)
        descriptor = open_alone(self._beside, self.shown, fresh=True)
        if found:
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
        return descriptor

    def close(self, *, completed: bool, keep: bool) -> None:
        """Renames it into its place if the run is ``completed``; else what is beside is told of if it is worth to
        ``keep``, and removed if not. Raises ConnectorError."""
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            if completed and self._beside:
                os.fsync(descriptor)
                self._beside.replace(Path(os.path.realpath(self._path)))
        except OSError as fault:
            raise ConnectorError(f"cannot write {self.shown}: {reason(fault)}") from None
        finally:
            os.close(descriptor)
        if not completed and self._beside:
            self._left(self._beside, keep)

    def _left(self, beside: Path, keep: bool) -> None:
        if keep:
            told = f"{self.shown} was not written: what the run had so far is in {self.shown}{PARTIAL}"
            self._context.log.warning(told)
        else:
            with contextlib.suppress(OSError):
                beside.unlink()
