"""Places at which a test kills a run, as ``kill -9`` would: nothing of this is on unless the environment asks for it.

``NSTACK_FAULTS=flushing:3`` ends the process when it comes to the point ``flushing`` for the third time.
``NSTACK_FAULTS_TOLD`` names a file that gets a line before: the point, and how many tokens were open.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable

from .token import Token

POINTS = (
    "opening",
    "reading",
    "calling",
    "writing",
    "flushing",
    "committing",
    "committed",
    "acknowledging",
    "draining",
    "placing",
)
"""``opening`` a connector or its connection, ``reading`` a batch, between two slices of values (``calling``), before a
sink's ``writing`` and ``flushing``, before and after a checkpoint is written (``committing``, ``committed``), before a
source hears that a batch is done (``acknowledging``), when a source has ended (``draining``), and before a file is put
into place (``placing``)."""
VARIABLE, TOLD = "NSTACK_FAULTS", "NSTACK_FAULTS_TOLD"
ON = VARIABLE in os.environ


def _nothing(point: str) -> None:
    return


class _Fault:
    def __init__(self, text: str) -> None:
        self._point, _, count = text.partition(":")
        self._left = int(count or 1)
        if self._point not in POINTS:
            raise ValueError(f"{VARIABLE}={text}: the points are {', '.join(POINTS)}")

    def __call__(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            if told := os.environ.get(TOLD):
                with open(told, "a", encoding="utf-8") as file:
                    file.write(f"{point} {_open_tokens()}\n")
            os.kill(os.getpid(), signal.SIGKILL)


def _open_tokens() -> int:
    return sum(isinstance(found, Token) and found.is_open() for found in gc.get_objects())


def _asked() -> Callable[[str], None]:
    text = os.environ.get(VARIABLE)
    return _Fault(text) if text else _nothing


fault: Callable[[str], None] = _asked()
"""``fault("flushing")``: the run is at this point."""
