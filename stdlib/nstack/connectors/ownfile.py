"""Opening a file to write it alone: two runs that write one file at the same time would mix or lose what they write."""

import errno
import fcntl
import os
import stat
from pathlib import Path

from nstack.runtime.errors import ConnectorError


def open_alone(target: Path, shown: str, *, fresh: bool = False, make: bool = True) -> int:
    """A descriptor of a file that no other process writes by this; ``fresh`` empties it, ``make`` creates what is not
    there.

    The lock is one of POSIX (fcntl(2)): it ends with the process however that ends, and a child does not inherit it.
    Raises ConnectorError where another process has it, OSError for what cannot be opened.
    """
    while True:
        descriptor = os.open(target, os.O_RDWR | (os.O_CREAT if make else 0), 0o666)
        try:
            _lock(descriptor, shown)
            if _is_at(descriptor, target):
                if fresh:
                    os.ftruncate(descriptor, 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever had it has just renamed it into its place


def _lock(descriptor: int, shown: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            raise ConnectorError(
                f"another run is writing {shown}: stop that one first, or write another file"
            ) from None
        # The file system knows no locks.


def _is_at(descriptor: int, target: Path) -> bool:
    try:
        found = target.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)
