"""What was asked of a file system and what it answered, as plain data; and whether it would answer the same again.

Nothing but ``os`` is imported: whoever finds that nothing has changed needs no more of the compiler.
"""

import os
import stat
import time

TYPE_CHECKING = (
    False  # what type checkers take for true; to import it from `typing` takes longer than what is done here
)
if TYPE_CHECKING:
    from typing import Any

READS, ABSENT, LISTS, FILES, FOLDERS, LINKS, REAL = "reads", "absent", "lists", "files", "folders", "links", "real"
Asked = dict[str, dict[str, "Any"]]
"""By kind of question and path. Of a file that was read: size, its two times (of the content, of any change) and
digest; of a folder that was listed: times and names. ``absent`` (a file to be read was not there), ``files``,
``folders`` and ``links`` are answered by yes or no, ``real`` by a path."""

TICK = 2_000_000_000
"""Nanoseconds. What was changed so shortly before it was looked at may change again and keep its time: the coarsest
clocks of file systems count in two seconds."""


def digest(content: bytes) -> bytes:
    """What tells one content of a file from another."""
    try:  # the module behind hashlib, which loads OpenSSL as well: that takes longer than to check a file
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b(content, digest_size=16).digest()


def nothing() -> Asked:
    """No questions."""
    return {READS: {}, ABSENT: {}, LISTS: {}, FILES: {}, FOLDERS: {}, LINKS: {}, REAL: {}}


def now() -> int:
    """The time to compare files' times with, in nanoseconds."""
    return time.time_ns()


def changed_files(asked: Asked, taken: int) -> frozenset[str] | None:
    """The files with other contents than those that were read; None if anything else would be answered otherwise.

    ``taken`` is when the first question was asked.
    """
    if not (_same_folders(asked, taken) and _same_kinds(asked)):
        return None
    changed = set()
    for path, (size, at, touched, kept) in asked[READS].items():
        try:
            found = os.stat(path)
            if (found.st_size, found.st_mtime_ns, found.st_ctime_ns) == (size, at, touched) and touched < taken - TICK:
                continue
            if not stat.S_ISREG(found.st_mode):
                return None  # a pipe may never end
            with open(path, "rb") as file:
                if digest(file.read()) != kept:
                    changed.add(path)
        except OSError:
            return None
    return frozenset(changed)


def _same_folders(asked: Asked, taken: int) -> bool:
    for folder, (at, touched, names) in asked[LISTS].items():
        try:
            found = os.stat(folder)
            if (found.st_mtime_ns, found.st_ctime_ns) == (at, touched) and touched < taken - TICK:
                continue
            if sorted(os.listdir(folder)) != list(names):
                return False
        except OSError:
            return False
    return True


def _same_kinds(asked: Asked) -> bool:
    return (
        all(answer and not os.path.lexists(path) for path, answer in asked[ABSENT].items())
        and all(os.path.isfile(path) is answer for path, answer in asked[FILES].items())
        and all(os.path.isdir(path) is answer for path, answer in asked[FOLDERS].items())
        and all(os.path.islink(path) is answer for path, answer in asked[LINKS].items())
        and all(os.path.realpath(path) == answer for path, answer in asked[REAL].items())
    )
