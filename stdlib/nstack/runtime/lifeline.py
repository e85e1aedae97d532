"""The tie to whoever started the run: when they have gone, however they went, the run ends as by a signal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

VARIABLE = "NSTACK_LIFELINE"
"""The environment variable with the number of a descriptor: the reading end of a pipe into which nobody writes, and
whose other end only the starter has. Even one that is killed lets go of it."""


def tie(loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
    """Calls ``gone`` once when the starter has gone; does nothing where there is no lifeline.

    Neither the descriptor nor the variable reaches the children of user code.
    """
    number = os.environ.pop(VARIABLE, "")
    if not number.isdecimal():
        return
    descriptor = int(number)

    def ended() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        gone()

    try:
        os.set_inheritable(descriptor, False)
        loop.add_reader(descriptor, ended)
    except OSError:
        return  # a variable that somebody handed on without the descriptor
