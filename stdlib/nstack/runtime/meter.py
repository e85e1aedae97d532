"""Meters: how often each function of a workflow is called, and how long a call takes, at next to no cost.

Nothing is counted for each record where that can be helped: how many values of a batch were looked at its iterator
knows, and what a function is called with is what came out before it (``flows.py``). Calls are timed now and then: at
the start of a batch the function that is called is replaced by one with a clock, which takes itself out again after
some calls unless they are slow. Who asks for no numbers has no meters, and code without a trace of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from math import ceil
from operator import length_hint
from time import perf_counter
from typing import Any

FIRST = 64
"""So many calls are timed at the start of a run, …"""
AGAIN = 4
"""… then so many at the start of a batch …"""
EVERY = 0.001
"""… unless so few seconds have passed since the last, …"""
SLOW = 20e-6
"""… and all that follow one which took so many seconds: next to that the clock costs nothing."""
STRIDE = 61
"""Of the steps of a generator that is not slow one in so many is timed: a prime, which no pattern keeps step with."""
BOUNDS = (1e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
"""The seconds that a histogram tells apart."""
RECENT = 1024
"""So many times are kept for the percentile."""

Live = Callable[[Any, Any], Iterable[Any]]


class Times:
    """The seconds that a record takes. ``total`` stands for all records, as far as they can be told from those that
    were timed. ``buckets`` counts records that were timed, those within each of ``BOUNDS`` and at last those beyond;
    together they took ``timed`` seconds."""

    __slots__ = ("buckets", "recent", "timed", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.timed = 0.0
        self.recent: deque[float] = deque(maxlen=RECENT)
        self.buckets = [0] * (len(BOUNDS) + 1)

    def note(self, seconds: float, records: int = 1) -> None:
        """So many were timed, each so long."""
        self.recent.append(seconds)
        self.buckets[bisect_left(BOUNDS, seconds)] += records
        self.timed += seconds * records

    def add(self, seconds: float, records: int = 1) -> None:
        """One was timed, and stands for so many."""
        self.total += seconds * records
        self.note(seconds, records)

    def add_all(self, seconds: float, records: int) -> None:
        """So many together took so long."""
        if records:
            self.add(seconds / records, records)


def percentile95(times: Iterable[float]) -> float | None:
    """The time within which 95 of 100 are, of some times; None of none."""
    ordered = sorted(times)
    return ordered[ceil(0.95 * len(ordered)) - 1] if ordered else None


class Meter:
    """One use of a function on one lane: ``calls`` gives how often it was called, ``lost`` how many calls came to
    nothing, ``more`` how many results there were beyond one a call, ``working`` how many calls are under way.
    ``overlaps`` marks those of an ``async`` method of which several are under way.
    """

    __slots__ = ("_armed", "_seen", "_timed", "_took", "calls", "lost", "more", "overlaps", "place", "times", "working")

    def __init__(self) -> None:
        self.calls: Callable[[], int] = int
        self.overlaps = False
        self.lost = 0
        self.more = 0
        self.working = 0
        self.times = Times()
        self.place: Callable[[Callable[..., Any] | None], None] = _nowhere
        """Puts another function where this one is called; None puts this one back."""
        self._armed = FIRST
        self._seen = 0
        self._timed = 0
        self._took = 0.0

    def results(self) -> int:
        """How many values the calls have given so far."""
        return self.calls() - self.working - self.lost + self.more

    def since(self) -> float:
        """The seconds that the calls of the present batch took, by those that were timed: what ``times`` lacks."""
        return self._since(self.calls())

    def _since(self, calls: int) -> float:
        timed, untimed = self._timed, calls - self._seen - self._timed
        return self._took * (1 + max(0, untimed) / timed) if timed else 0.0

    def clocked(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock around it."""

        def timed(*given: Any) -> Any:
            if self._armed <= 0:  # whoever calls has kept it
                return function(*given)
            self.working += 1
            began = perf_counter()
            try:
                result = function(*given)
            finally:
                self.working -= 1
            self._add(perf_counter() - began, result)
            return result

        return timed

    def _add(self, seconds: float, result: object) -> None:
        self._armed -= 1
        # What a generator takes is timed at each of its steps.
        if not isinstance(result, Iterator):
            self.times.note(seconds)
            if seconds > SLOW:
                self._armed = max(self._armed, AGAIN)
            if self._seen:
                self._timed += 1
                self._took += seconds
            else:  # the first stands for no other: much is loaded by it
                self._seen = 1
                self.times.total += seconds
        if self._armed <= 0:
            self.place(None)

    def arm(self, timed: Callable[..., Any]) -> None:
        """A batch begins: its first calls are timed."""
        calls = self.calls()
        if self._seen:
            self.times.total += self._since(calls)
            self._seen, self._timed, self._took = max(calls, 1), 0, 0.0
        self._armed = max(self._armed, AGAIN)
        self.place(timed)


def _nowhere(function: Callable[..., Any] | None) -> None:
    return


def stepped(times: Times, following: Callable[[], Any]) -> Callable[[], Any]:
    """The ``next`` of a generator, some of whose steps are timed."""
    number, last, due = 0, 0, 1

    def step() -> Any:
        nonlocal number, last, due
        number += 1
        if number < due:
            return following()
        began = perf_counter()
        value = following()
        took = perf_counter() - began
        times.add(took, number - last)
        last, due = number, number + (1 if number < FIRST or took > SLOW else STRIDE)
        return value

    return step


class Point:
    """A place in a lane's code: ``terms`` add up to the number of values that have come there, ``behind`` is where they
    come from: points, or the ``id`` of a call whose results they are; 0 is the source."""

    __slots__ = ("behind", "terms")

    def __init__(self, behind: Point | int, *terms: Callable[[], int]) -> None:
        self.behind: list[Point | int] = [behind]
        self.terms = list(terms)

    def count(self) -> int:
        """How many values have come here."""
        return sum(term() for term in self.terms)

    def sources(self) -> set[int]:
        """The calls whose results come here."""
        found: set[int] = set()
        for one in self.behind:
            found |= one.sources() if isinstance(one, Point) else {one}
        return found


class Drop:
    """One ``?`` in a lane's code, at ``origin`` in the ``.nml``: ``point`` is what meets it."""

    __slots__ = ("number", "origin", "point")

    def __init__(self, point: Point, origin: str, number: int) -> None:
        self.point = point
        self.origin = origin
        self.number = number


class Flows:
    """What the code of one lane counts: ``numbers`` are those that its lines add to, ``lists`` the iterators of what a
    ``*`` has taken apart, each at the place of its number."""

    def __init__(self) -> None:
        self.meters: dict[int, Meter] = {}
        self.numbers: list[int] = []
        self.lists: list[Any] = []
        self.drops: list[Drop] = []
        self.untimed: set[int] = set()
        self._timed: list[tuple[Meter, Callable[..., Any]]] = []
        self._armed = 0.0

    def number(self) -> int:
        """A place for one more number."""
        self.numbers.append(0)
        self.lists.append(())
        return len(self.numbers) - 1

    def counted(self, number: int) -> int:
        """A number, less what its list has left."""
        return self.numbers[number] - length_hint(self.lists[number])

    def time(self, meter: Meter, space: dict[str, Any], name: str) -> None:
        """Times the calls of the function of this name: a live one, or a method that is called in line."""
        plain = space[name]
        if id(plain) in self.untimed:
            return
        meter.place = lambda function: space.__setitem__(name, function or plain)
        self._timed.append((meter, meter.clocked(plain)))

    def arm(self) -> None:
        """A batch begins."""
        now = perf_counter()
        if now - self._armed > EVERY:
            self._armed = now
            for meter, timed in self._timed:
                meter.arm(timed)
