"""What is kept of a value that is followed: each step that it, or what came of it, went through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .token import Token


class Result:
    """One value that a step gave: ``steps`` is what became of it, ``dropped`` the place of the ``?`` that it met."""

    __slots__ = ("dropped", "shown", "steps")

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.steps: list[Step] = []
        self.dropped: str | None = None


class Step:
    """What one stage did with a value. ``kind`` is ``source``, ``call``, ``parts`` (a ``*``), ``made`` (a conversion,
    or a function that is no call) or ``sink``. ``outcome`` is ``ok``, or ``skipped``, ``dead_letter`` or ``stopped``
    where it failed for good; of a sink ``written`` once that is safe. ``errors`` tells of every try that failed.
    """

    __slots__ = ("count", "errors", "given", "kind", "name", "origin", "outcome", "results", "value")

    def __init__(self, kind: str, name: str, origin: str, given: str = "") -> None:
        self.kind = kind
        self.name = name
        self.origin = origin
        self.given = given
        self.count = 0
        self.results: list[Result] = []
        self.outcome = "ok"
        self.errors: list[str] = []
        self.value: Any = None


class Trace:
    """One value of a source, followed. ``answer`` is the status that its requester was given."""

    __slots__ = ("answer", "number", "root", "token", "worked")

    def __init__(self, number: int, root: Step, token: Token | None) -> None:
        self.number = number
        self.root = root
        self.token = token
        self.worked = False
        self.answer: int | None = None

    def sinks(self) -> Iterator[Step]:
        """Its ends."""
        waiting = [self.root]
        while waiting:
            step = waiting.pop()
            if step.kind == "sink":
                yield step
            waiting += [below for result in step.results for below in result.steps]
