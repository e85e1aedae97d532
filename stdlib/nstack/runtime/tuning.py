"""What makes Python itself faster for a run: the event loop, and how often its collector looks around."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from importlib import import_module
from typing import cast

COLLECT = 20_000
"""So many more objects than before make Python's collector look for rings among them."""


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's factory, where it is installed: it pays for what serves for long, not for what ends soon."""
    try:
        return cast("Callable[[], asyncio.AbstractEventLoop]", import_module("uvloop").new_event_loop)
    except ImportError:
        return None


def spare_collector(before: tuple[int, ...]) -> None:
    """What is loaded stays, and a batch's values are no rings: Python's collector need not look at the former again and
    again, nor after each few hundred of the latter. A module that has set the collector itself (``before`` is how it
    was) is left its way.
    """
    gc.freeze()
    if gc.get_threshold() == before and 0 < before[0] < COLLECT:
        gc.set_threshold(COLLECT, *before[1:])
