"""How many batches of a source are under way, and how long each takes until every sink has it."""

from __future__ import annotations

import threading
from time import perf_counter
from typing import Protocol

from .connector import Batch
from .meter import Times
from .token import Token


class Observer(Protocol):
    """Who is told of a stage's batches: that one begins, on the stage's thread, and that its token is done, on any."""

    def opened(self, token: Token, batch: Batch | None) -> None:
        """A batch begins; None where a method of the program yields the values."""

    def finished(self, token: Token) -> None:
        """It is done."""


class Batches:
    """Counts them; ``times`` is how long they take."""

    def __init__(self) -> None:
        self.times = Times()
        self._began: dict[int, float] = {}
        self._lock = threading.Lock()

    @property
    def open(self) -> int:
        """How many are under way."""
        return len(self._began)

    def opened(self, token: Token, batch: Batch | None) -> None:
        """One begins."""
        self._began[id(token)] = perf_counter()

    def finished(self, token: Token) -> None:
        """One is done."""
        began = self._began.pop(id(token), None)
        if began is not None:
            with self._lock:
                self.times.add(perf_counter() - began)
