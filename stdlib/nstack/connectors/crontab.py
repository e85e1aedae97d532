"""A cron table with a time zone and years, as ``Sources.schedule`` reads it.

Five fields (minute, hour, day, month, weekday), or six with the **year last**; libraries read seconds in six fields,
so the year is split off first and never reaches them. On days when the clock is changed it is Debian's cron: a time
of day that the clock skips happens right after the gap, one that comes twice happens once.
"""

import datetime
import re
import zoneinfo

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIRST_YEAR, LAST_YEAR = 1970, 2199
YEARS = re.compile(r"(?:(\*)|([0-9]{4})(?:-([0-9]{4}))?)(?:/([0-9]{1,3}))?")


class CronFault(ValueError):
    """A ``cron`` or ``timezone`` that cannot be read; ``str`` of it is the message."""


def _years(field: str) -> frozenset[int] | None:
    """The years of the sixth field, None for all of them."""
    if field == "*":
        return None
    years: set[int] = set()
    for term in field.split(","):
        match = YEARS.fullmatch(term)
        if not match:
            raise CronFault(f"the year (the sixth field) cannot be {term!r}; write 2030, 2030-2035, 2030,2032 or *")
        star, first, last, step = match.groups()
        low = FIRST_YEAR if star else int(first)
        high = int(last) if last else LAST_YEAR if star or step else low
        if not (FIRST_YEAR <= low <= high <= LAST_YEAR) or step == "0":
            raise CronFault(f"the year (the sixth field) cannot be {term!r}; {FIRST_YEAR} to {LAST_YEAR} are possible")
        years.update(range(low, high + 1, int(step or 1)))
    return frozenset(years)


def _zone(name: str) -> datetime.tzinfo:
    if name.upper() == "UTC":
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CronFault(f"no time zone is called {name!r}; write an IANA name such as Europe/Berlin") from None


class Crontab:
    """The times of a table. Needs the ``cronsim`` library; raises CronFault, ImportError."""

    __slots__ = ("_cronsim", "_fields", "_years", "_zone")

    def __init__(self, table: str, timezone: str = "UTC") -> None:
        import cronsim

        self._cronsim = cronsim.CronSim
        self._zone = _zone(timezone)
        if table.strip().startswith("@") and table.strip().lower() not in NICKNAMES:
            raise CronFault(f"cron cannot be {table.strip()!r}; there are {', '.join(NICKNAMES)}")
        fields = NICKNAMES.get(table.strip().lower(), table).split()
        if len(fields) not in (5, 6):
            raise CronFault(
                f"cron {table!r} has {len(fields)} fields; it wants five (minute hour day month weekday), "
                "or six with the year last"
            )
        self._fields = " ".join(fields[:5])
        self._years = _years(fields[5]) if len(fields) == 6 else None
        try:
            self._cronsim(self._fields, datetime.datetime(2000, 1, 1))
        except cronsim.CronSimError as fault:
            raise CronFault(f"cron {table!r} cannot be read: {str(fault)[:1].lower()}{str(fault)[1:]}") from None

    def after(self, moment: datetime.datetime) -> datetime.datetime | None:
        """The first time of the table after ``moment`` (with an offset), in UTC; None when there is none any more."""
        start = moment.astimezone(self._zone)
        while True:
            tick = self._first(start, moment)
            if tick is None or self._years is None or tick.year in self._years:
                return tick.astimezone(datetime.UTC) if tick else None
            year = min((year for year in self._years if year > tick.year), default=None)
            if year is None:
                return None
            start = datetime.datetime(year, 1, 1, tzinfo=self._zone) - datetime.timedelta(seconds=1)

    def _first(self, start: datetime.datetime, moment: datetime.datetime) -> datetime.datetime | None:
        # In the hour that the clock repeats, the library may give a time that is already past: compared in UTC, since
        # two times of one zone compare by their wall clocks.
        limit = moment.astimezone(datetime.UTC)
        try:
            ticks = self._cronsim(self._fields, start)
            return next((tick for tick in ticks if tick.astimezone(datetime.UTC) > limit), None)
        except (OverflowError, ValueError):
            return None
