"""What is known of each file of a program, in one file on the disk of which a check reads the entries that it needs.

The file starts with the length of its head and the head's check sum. The head is a value of ``marshal``: what the whole
belongs to, and of each entry where it lies behind the head, how long it is, and its check sum.
"""

import marshal
import os
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from nscompiler.kept import Spoilt

_NUMBER = 8
_START = 2 * _NUMBER
_MARSHAL_VERSION = 4


def written(head: Any, entries: Mapping[str, bytes]) -> bytes:
    """The content of such a file; ``head`` is plain data."""
    index, at = {}, 0
    for name, entry in entries.items():
        index[name] = at, len(entry), crc32(entry)
        at += len(entry)
    whole = marshal.dumps((head, index, at), _MARSHAL_VERSION)
    start = [number.to_bytes(_NUMBER, "little") for number in (len(whole), crc32(whole))]
    return b"".join([*start, whole, *entries.values()])


def read(path: str) -> tuple[Any, Mapping[str, bytes]]:
    """The head of a file, and its entries.

    Raises OSError, EOFError, ValueError or TypeError where the file is not there, or not whole.
    """
    opened = os.open(path, os.O_RDONLY)
    try:
        length, checked = (int.from_bytes(os.read(opened, _NUMBER), "little") for _ in range(2))
        size = os.fstat(opened).st_size
        if length > size:
            raise ValueError("not whole")
        whole = os.read(opened, length)
        if crc32(whole) != checked:
            raise ValueError("not as it was written")
        head, index, behind = marshal.loads(whole)
        if size != _START + length + behind:
            raise ValueError("not whole")
    except BaseException:
        os.close(opened)
        raise
    return head, Entries(opened, _START + length, index)


class Entries(Mapping[str, bytes]):
    """The entries of an open file, which is closed with them. Another may take its place on the disk meanwhile.

    To read one that is not as it was written raises ``Spoilt``.
    """

    def __init__(self, opened: int, first: int, index: dict[str, tuple[int, int, int]]) -> None:
        self._opened = opened
        self._first = first
        self._index = index

    def __getitem__(self, name: str) -> bytes:
        at, length, checked = self._index[name]
        os.lseek(self._opened, self._first + at, os.SEEK_SET)
        entry = os.read(self._opened, length)
        if crc32(entry) != checked:
            raise Spoilt(name)
        return entry

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __del__(self) -> None:
        os.close(self._opened)
