"""Sinks that wait for nothing but a disk: whoever has something for one writes it there and then, on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any

from .faultpoints import fault
from .meter import Times
from .policy import Guard


class Direct:
    """Such a sink. What fails is left to its writer, who knows what to do then, and so is all that comes after."""

    def __init__(self, write: Callable[[Any], None], guard: Guard, times: Times) -> None:
        self.on = True
        self._times = times
        self._write = write
        self._guard = guard
        self._lock = threading.Lock()

    def write(self, encoded: Any, count: int) -> bool:
        """Writes so many values. Whether it did."""
        with self._lock:
            if not self.on:
                return False
            began = perf_counter()
            fault("writing")
            try:
                self._write(encoded)
            except Exception:
                self.on = False
                return False
            fault("flushing")
            self._times.add_all(perf_counter() - began, count)
            self._guard.tally.values_out += count
        return True
