"""Reaching a server: making a connection to it, again while it is away, and what is told meanwhile."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

from nstack.runtime.connector import Context
from nstack.runtime.errors import ConnectorError, ReaderGone
from nstack.runtime.faultpoints import fault
from nstack.runtime.parting import at_most, have_ended

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries to reach a server: doubled from the first to the longest."""
SILENCE = 2.0
"""Seconds without any answer after which it is told what is waited for."""
REMIND = 30.0
"""Seconds after which a server that is still away is told of again."""
PARTING = 5.0
"""Seconds that the last acknowledgements have to reach the server."""

S = TypeVar("S")


class Lost(Exception):
    """The server cannot be reached, or not any more, for a reason that passes. ``left`` are the messages that it has
    not confirmed, where some were being published; None means all. ``missing`` tells that the server is there, and
    what is read or written is not.
    """

    def __init__(self, why: object, left: Any = None, *, missing: bool = False) -> None:
        super().__init__(reason(why) if isinstance(why, BaseException) else why)
        self.left = left
        self.missing = missing


def reason(error: BaseException) -> str:
    """Why, in one line. Event loops word the same refusal differently, so the system's own words are taken."""
    if isinstance(error, socket.gaierror):
        return error.strerror or "the name is not known"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:  # not a library's own
        return os.strerror(error.errno)
    if isinstance(error, TimeoutError):
        return "no answer came in time"
    return " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__


class Reach(Generic[S]):
    """Makes sessions of one server. ``address`` names it in messages; ``make`` raises Lost for what may pass and
    ConnectorError for what will not; ``leave`` hangs up where nobody waits for the session any more. The first session
    has ``patience`` seconds to come about, later ones any time.
    """

    def __init__(
        self,
        address: str,
        patience: float,
        context: Context,
        make: Callable[[], Coroutine[Any, Any, S]],
        leave: Callable[[S], Coroutine[Any, Any, None]],
    ) -> None:
        self.address = address
        self._patience = patience
        self._context = context
        self._make = make
        self._leave = leave

    async def first(self) -> S:
        """The first session. Raises ConnectorError with the address."""
        return await self._try("", time.monotonic() + self._patience)

    async def again(self, lost: Lost) -> S:
        """A session after one was lost. Raises ReaderGone when the run has failed meanwhile, so nobody waits."""
        self._log.warning(f"{self._context.node}: lost {self.address}: {lost}; trying until it is back")
        return await self._try(str(lost), None)

    @property
    def _log(self) -> Any:
        return self._context.log

    async def _try(self, told: str, until: float | None) -> S:
        pause, began = FIRST_PAUSE, time.monotonic()
        remind = began + REMIND
        while True:
            fault("opening")
            try:
                session = await self._in_time(told, until)
            except Lost as error:
                why, now = str(error), time.monotonic()
                if until is not None and now + pause > until:
                    failed = self.address if error.missing else f"cannot reach {self.address}"
                    raise ConnectorError(f"{failed}: {why}") from None
                if why != told or now > remind:
                    self._log.warning(f"{self._context.node}: waiting for {self.address}{_left(until, now)}: {why}")
                    told, remind = why, now + REMIND
            else:
                if told:
                    self._log.info(f"{self._context.node}: connected to {self.address}")
                return session
            if self._context.failed():
                raise ReaderGone(f"{self.address} is away, and the run has failed")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _in_time(self, told: str, until: float | None) -> S:
        """One try. Says that it waits when no answer comes at all, and gives up when the time is over."""
        work = asyncio.ensure_future(self._make())
        try:
            await asyncio.wait((work,), timeout=SILENCE)
            if not work.done():
                if not told:
                    now = time.monotonic()
                    text = f"waiting for {self.address}{_left(until, now)}: no answer yet"
                    self._log.warning(f"{self._context.node}: {text}")
                left = None if until is None else max(0.0, until - time.monotonic())
                await asyncio.wait((work,), timeout=left)
            if work.done():
                return work.result()
            await have_ended((work,), PARTING)
        except asyncio.CancelledError:
            # Waited for, because a library that hangs up must not be cancelled at that once more.
            if await have_ended((work,), PARTING) and not work.cancelled() and work.exception() is None:
                await self._leave(work.result())  # it was just made
            raise
        if work.done() and not work.cancelled() and isinstance(work.exception(), ConnectorError | None):
            return work.result()
        raise Lost("no answer came in time")


def _left(until: float | None, now: float) -> str:
    return "" if until is None else f", at most {until - now:.0f} s more"


@asynccontextmanager
async def closing(connection: Any) -> AsyncIterator[None]:
    """Hangs up where what shall be done with a client library's connection fails."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            await at_most(PARTING, connection.close())
        raise
