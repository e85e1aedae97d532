"""Ends that are waited for only so long. ``asyncio.timeout`` and ``asyncio.wait_for`` return when that ends which they
have cancelled, and client libraries have places at which a call that is cancelled waits for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from .policy import Stopped

PARTING = 5.0
"""Seconds that what was cancelled has to end in."""


async def at_most(seconds: float, work: Coroutine[Any, Any, object]) -> bool:
    """Waits so long at most for something that tidies up, and tells whether it has ended; what has not is cancelled
    and left behind, also when the waiting itself is cancelled. Raises what the work raises.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,), timeout=seconds)
        if not task.done():
            return False
        if not task.cancelled():
            task.result()
        return True
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_heard)


async def have_ended(tasks: Iterable[asyncio.Task[Any]], seconds: float) -> bool:
    """Cancels tasks and waits so long at most for their ends. Whether all have ended."""
    rest = [task for task in tasks if not task.done()]
    for task in rest:
        task.cancel()
        task.add_done_callback(_heard)
    return not rest or not (await asyncio.wait(rest, timeout=seconds))[1]


async def nothing_runs_on(seconds: float) -> bool:
    """Ends every other task of the loop, and its generators. Whether all that was done in time; whoever closes the
    loop otherwise waits for them without an end.
    """
    loop = asyncio.get_running_loop()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    ended = await have_ended((task for task in tasks if task is not None), seconds)
    return ended and await at_most(seconds, loop.shutdown_asyncgens())


def _heard(task: asyncio.Task[Any]) -> None:
    """Nobody else asks how it ended, and asyncio would print that."""
    if not task.cancelled():
        task.exception()


async def unless(ending: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Waits for something that may take for ever, such as a named pipe that nobody writes to. Raises Stopped when the
    run shall end before.
    """
    loop = asyncio.get_running_loop()
    task, end = loop.create_task(work), loop.create_task(ending.wait())
    await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
    end.cancel()
    if not task.done():
        await have_ended((task,), PARTING)
        raise Stopped
    task.result()
