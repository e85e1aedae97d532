"""What becomes of a run whose process user code ends, or takes the ground from: it has failed, and says so.

``os._exit(0)`` would end the process as if everything were done, whatever was still under way: a scheduler that looks
at the exit code would take half of the work for the whole.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import _exit
from typing import NoReturn

from .log import Log


@contextmanager
def never_a_success(log: Log) -> Iterator[None]:
    """Meanwhile ``os._exit`` of this process fails the run, as closing the descriptors of its loop does; that of a
    process that it forks is what it was."""
    here, before = os.getpid(), os._exit

    def ended(status: int) -> NoReturn:
        if os.getpid() == here:
            caller = sys._getframe(1)
            place = f"{caller.f_code.co_filename}:{caller.f_lineno}"
            log.error(f"os._exit({status}) was called at {place}, which ends the process before the run is done")
            leave(status or 1)
        _exit(status)

    os._exit = ended
    try:
        yield
    except OSError as error:
        log.error(f"the run cannot go on, as somebody has closed its descriptors: {error.strerror or error}")
        leave(1)  # threads wait for a loop that is no more
    finally:
        os._exit = before


def leave(status: int) -> NoReturn:
    """Ends the process at once, whatever its threads still do; what was printed is kept."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # somebody may have closed it
            stream.flush()
    _exit(status)
