"""``Sources.schedule``: an event without data at each time of a cron table."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable

from nstack.connectors.crontab import CronFault, Crontab
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SourceConnector
from nstack.runtime.errors import MissingExtra, UsageError

PROVIDES = {"Sources.schedule": "ScheduleSource"}

LONGEST_SLEEP = 60.0
"""Seconds; the wall clock is asked again at least this often, since it may be set and the machine may have slept."""


class Clock:
    """The wall clock; tests put another in its place."""

    def now(self) -> datetime.datetime:
        """The time, in UTC."""
        return datetime.datetime.now(datetime.UTC)

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class ScheduleSource(SourceConnector):
    """Ticks. One that passed while the workflow was busy is left out, unless ``catchup``."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._next: Callable[[datetime.datetime], datetime.datetime | None] = lambda moment: None
        self._catchup = False

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Reads the table; raises UsageError."""
        try:
            table = Crontab(parameters.cron, parameters.timezone)
        except ImportError:
            raise MissingExtra("schedule", "schedule") from None
        except CronFault as fault:
            raise UsageError(f"Sources.schedule ({context.origin}): {fault}") from None
        self._next = table.after
        self._catchup = parameters.catchup
        if table.after(self._clock.now()) is None:
            context.log.info(f"Sources.schedule: no time of {parameters.cron!r} lies ahead, the source ends")

    async def batches(self) -> AsyncIterator[Batch]:
        """One event a tick, until the table has none any more."""
        last = self._clock.now()
        while (tick := self._next(last)) is not None:
            while (wait := (tick - self._clock.now()).total_seconds()) > 0:
                await self._clock.sleep(min(wait, LONGEST_SLEEP))
            yield Batch((None,))
            last = tick if self._catchup else max(tick, self._clock.now())
