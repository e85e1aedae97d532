"""How the thread of a stage stops between two values for as long as a checkpoint takes, and how far it has come
then."""

from __future__ import annotations

import threading
from collections.abc import Callable

QUICK, SLOW = 0.02, 0.1
"""Between two looks at whether a checkpoint is asked for, a stage goes through as many values as take between so many
seconds; it begins with one."""
LARGEST = 1 << 20


class Pause:
    """The agreement between a stage's thread and the event loop.

    The thread is *at rest* where nothing of what it has taken is under way: between two values, while it waits for its
    source, before its start and after its end. ``ask`` and ``release`` belong to the event loop, the rest to the
    thread.
    """

    def __init__(self) -> None:
        self.asked = False
        self.resting = True
        self.tell: Callable[[], None] = lambda: None
        """Called by the thread when it has come to rest although it was asked to."""
        self._go = threading.Event()

    def ask(self) -> None:
        """The thread shall come to rest, and stay so until ``release``."""
        self._go.clear()
        self.asked = True

    def release(self) -> None:
        """The thread goes on."""
        self.asked = False
        self._go.set()

    def here(self) -> None:
        """The thread is between two values: it waits here if it was asked to."""
        if self.asked:
            self.begin()
            self.end()

    def begin(self) -> None:
        """From here on the thread is at rest."""
        self.resting = True
        if self.asked:
            self.tell()

    def end(self) -> None:
        """The thread would go on: it waits if it was asked to."""
        # Either this thread sees that it was asked, or whoever asks sees that it is not at rest: both write before
        # they look.
        self.resting = False
        while self.asked:
            self.resting = True
            self.tell()
            self._go.wait()
            self.resting = False


class Place:
    """How far a stage is in its source: everything up to ``offset``, the source's own mark, and ``values`` more. Values
    that an earlier run has had already are ``skip``-ped."""

    __slots__ = ("moves", "offset", "skip", "values")

    def __init__(self) -> None:
        self.offset: object = None
        self.values = 0
        self.skip = 0
        self.moves = 0

    def resume(self, place: list[object] | None) -> None:
        """As ``saved`` gave it."""
        if place is not None:
            self.offset, skip = place
            assert isinstance(skip, int)
            self.skip = skip

    def saved(self) -> list[object]:
        """What a checkpoint keeps."""
        return [self.offset, self.values + self.skip]

    def passed(self, count: int) -> None:
        """So many values are through."""
        self.values += count
        self.moves += 1

    def reached(self, offset: object) -> None:
        """Everything up to an offset is through; None: the source has not marked this."""
        self.moves += 1
        if offset is not None:
            self.offset = offset
            self.values = 0

    def left_out(self, count: int) -> int:
        """How many of the next values are not wanted again."""
        some = min(self.skip, count)
        self.skip -= some
        self.values += some
        return some


class Slices:
    """How many values go through a stage between two looks at ``Pause.asked``."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 1

    def took(self, seconds: float) -> None:
        """What the last slice took."""
        if seconds < QUICK:
            self.size = min(2 * self.size, LARGEST)
        elif seconds > SLOW:
            self.size = max(1, self.size // 2)
