"""Cron tables, years, time zones and the days on which the clock is changed; the source with a fake clock."""

import datetime
import random
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Recorder, context, parameters_of
from nstack.connectors.crontab import NICKNAMES, CronFault, Crontab
from nstack.connectors.schedule import Clock, ScheduleSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import UsageError
from nstack.runtime.scalars import Unit

from nscompiler.typecheck.crontab import cron_fault, zone_fault

BERLIN = "Europe/Berlin"


def ticks(table: str, start: str, count: int, timezone: str = "UTC") -> list[str | None]:
    """The first times after ``start``, as local ones; None at the end."""
    cron = Crontab(table, timezone)
    moment: datetime.datetime | None = datetime.datetime.fromisoformat(start)
    found: list[str | None] = []
    for _ in range(count):
        assert moment is not None
        moment = cron.after(moment)
        found.append(None if moment is None else moment.astimezone(zoneinfo.ZoneInfo(timezone)).isoformat())
        if moment is None:
            break
    return found


@pytest.mark.parametrize(
    ("table", "start", "expected"),
    [
        ("*/15 * * * *", "2024-05-01T10:01:30+00:00", ["2024-05-01T10:15:00+00:00", "2024-05-01T10:30:00+00:00"]),
        ("0 9 * * MON-FRI", "2024-05-03T10:00:00+00:00", ["2024-05-06T09:00:00+00:00", "2024-05-07T09:00:00+00:00"]),
        ("0 0 L * *", "2024-02-01T00:00:00+00:00", ["2024-02-29T00:00:00+00:00", "2024-03-31T00:00:00+00:00"]),
        ("0 10 * * *", "2024-05-01T10:00:00+00:00", ["2024-05-02T10:00:00+00:00"]),
        ("@hourly", "2024-12-31T23:30:00+00:00", ["2025-01-01T00:00:00+00:00"]),
        ("@daily", "2024-02-28T01:00:00+00:00", ["2024-02-29T00:00:00+00:00"]),
        ("@midnight", "2024-02-28T01:00:00+00:00", ["2024-02-29T00:00:00+00:00"]),
        ("@weekly", "2024-05-01T00:00:00+00:00", ["2024-05-05T00:00:00+00:00"]),
        ("@monthly", "2024-05-01T00:00:00+00:00", ["2024-06-01T00:00:00+00:00"]),
        ("@yearly", "2024-05-01T00:00:00+00:00", ["2025-01-01T00:00:00+00:00"]),
        ("@Annually", "2024-05-01T00:00:00+00:00", ["2025-01-01T00:00:00+00:00"]),
    ],
)
def test_five_fields_and_nicknames(table: str, start: str, expected: list[str]) -> None:
    assert ticks(table, start, len(expected)) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("0 0 1 1 * 2026", ["2026-01-01T00:00:00+00:00", None]),
        ("0 0 1 1 * 2026,2028", ["2026-01-01T00:00:00+00:00", "2028-01-01T00:00:00+00:00", None]),
        ("0 0 1 1 * 2030-2040/10", ["2030-01-01T00:00:00+00:00", "2040-01-01T00:00:00+00:00", None]),
        ("0 0 29 2 * 2025-2032", ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00", None]),
        ("0 0 1 1 * *", ["2025-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"]),
        ("30 4 1 1 * 2020", [None]),
    ],
)
def test_the_sixth_field_is_the_year(table: str, expected: list[str | None]) -> None:
    assert ticks(table, "2024-06-01T00:00:00+00:00", len(expected)) == expected


def test_the_year_is_that_of_the_time_zone() -> None:
    assert ticks("0 0 1 1 * 2025", "2024-12-01T00:00:00+00:00", 2, BERLIN) == ["2025-01-01T00:00:00+01:00", None]


def test_a_time_that_the_clock_skips_happens_right_after_the_gap() -> None:
    assert ticks("30 2 * * *", "2025-03-29T12:00:00+00:00", 2, BERLIN) == [
        "2025-03-30T03:00:00+02:00",
        "2025-03-31T02:30:00+02:00",
    ]


def test_a_time_that_comes_twice_happens_once() -> None:
    assert ticks("30 2 * * *", "2025-10-25T12:00:00+00:00", 2, BERLIN) == [
        "2025-10-26T02:30:00+02:00",
        "2025-10-27T02:30:00+01:00",
    ]


def test_a_run_that_starts_in_the_repeated_hour_does_not_go_back() -> None:
    assert ticks("30 2 * * *", "2025-10-26T01:10:00+00:00", 1, BERLIN) == ["2025-10-27T02:30:00+01:00"]


def test_every_half_hour_stays_every_half_hour() -> None:
    assert ticks("*/30 * * * *", "2025-10-25T23:59:00+00:00", 5, BERLIN) == [
        "2025-10-26T02:00:00+02:00",
        "2025-10-26T02:30:00+02:00",
        "2025-10-26T02:00:00+01:00",
        "2025-10-26T02:30:00+01:00",
        "2025-10-26T03:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "has 0 fields"),
        ("* * * *", "has 4 fields"),
        ("* * * * * * *", "has 7 fields"),
        ("60 * * * *", "cannot be read: bad minute"),
        ("* 24 * * *", "cannot be read: bad hour"),
        ("* * 30 2 *", "cannot be read: bad day-of-month"),
        ("* * * * 8", "cannot be read: bad day-of-week"),
        ("a b c d e", "cannot be read: bad minute"),
        ("*/0 * * * *", "cannot be read: bad minute"),
        ("* * * * * 99", "the year (the sixth field) cannot be '99'"),
        ("* * * * * 2030-2020", "the year (the sixth field) cannot be '2030-2020'"),
        ("0 * * * * MON", "the year (the sixth field) cannot be 'MON'"),
        ("@reboot", "cron cannot be '@reboot'"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: str, message: str) -> None:
    with pytest.raises(CronFault) as fault:
        Crontab(table)
    assert message in str(fault.value)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "europe"])
def test_a_time_zone_must_be_known(name: str) -> None:
    with pytest.raises(CronFault, match="no time zone is called"):
        Crontab("* * * * *", name)


class FakeClock(Clock):
    """Time passes only while somebody sleeps, or while a test says so."""

    def __init__(self, start: str) -> None:
        self.time = datetime.datetime.fromisoformat(start)
        self.slept: list[float] = []

    def now(self) -> datetime.datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += datetime.timedelta(seconds=seconds)


async def opened(clock: FakeClock, folder: Path, recorder: Recorder | None = None, **parameters: Any) -> ScheduleSource:
    """A source that runs on ``clock``."""
    source = ScheduleSource(clock)
    facts = {"log": recorder.log} if recorder else {}
    await source.open(parameters_of(source, parameters), Codec(Unit), context(folder, **facts))
    return source


async def test_events_come_at_their_times_and_carry_no_data(tmp_path: Path) -> None:
    clock = FakeClock("2024-05-01T10:14:10+00:00")
    source = await opened(clock, tmp_path, cron="*/15 * * * *")
    batches = source.batches()
    seen = [(list((await anext(batches)).values), clock.time.isoformat()) for _ in range(2)]
    assert seen == [([None], "2024-05-01T10:15:00+00:00"), ([None], "2024-05-01T10:30:00+00:00")]
    assert max(clock.slept) <= 60


async def test_missed_ticks_are_not_made_up(tmp_path: Path) -> None:
    clock = FakeClock("2024-05-01T10:00:30+00:00")
    batches = (await opened(clock, tmp_path, cron="* * * * *")).batches()
    await anext(batches)
    clock.time += datetime.timedelta(minutes=5)
    await anext(batches)
    assert clock.time.isoformat() == "2024-05-01T10:07:00+00:00"


async def test_catchup_makes_them_up_one_by_one(tmp_path: Path) -> None:
    clock = FakeClock("2024-05-01T10:00:30+00:00")
    batches = (await opened(clock, tmp_path, cron="* * * * *", catchup=True)).batches()
    await anext(batches)
    clock.time += datetime.timedelta(minutes=5)
    for _ in range(5):
        await anext(batches)
    assert clock.time.isoformat() == "2024-05-01T10:06:00+00:00"
    await anext(batches)
    assert clock.time.isoformat() == "2024-05-01T10:07:00+00:00"


async def test_a_year_that_has_passed_ends_the_source(tmp_path: Path) -> None:
    clock = FakeClock("2024-12-31T22:30:00+00:00")
    source = await opened(clock, tmp_path, cron="0 * * * * 2024")
    assert [list(batch.values) async for batch in source.batches()] == [[None]]
    recorder = Recorder()
    source = await opened(clock, tmp_path, recorder, cron="0 * * * * 2024")
    assert [batch async for batch in source.batches()] == []
    assert "no time of '0 * * * * 2024' lies ahead" in recorder.text()


async def test_a_bad_table_is_a_usage_error_that_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Sources.schedule \(t.nml:1:1\): cron '61 \* \* \* \*' cannot be read"):
        await opened(FakeClock("2024-01-01T00:00:00+00:00"), tmp_path, cron="61 * * * *")


WRONG = [
    *("", "* * * *", "* * * * * * *", "@dayly", "60 * * * *", "-1 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *"),
    *("* * * 13 *", "* * * 0 *", "* * * foo *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", "? * * * *"),
    *("1- * * * *", "a * * * *", "* * * * * 99", "* * * * * 2030-2020", "* * * * * 2030/0", "* * * * * 1900"),
]
RIGHT = [
    *(
        *NICKNAMES,
        "*/70 * * * *",
        "0/5 * * * *",
        "* * L * *",
        "* * LW * *",
        "* * * * 5L",
        "* * * * MON#2",
        "* * * jan *",
    ),
    *(
        "01 * * * *",
        "* * * * 7",
        "* * * * MON-FRI",
        "1,2,5-9/2 * * * *",
        "0 0 * * * 2026",
        "0 0 * * * 2026-2030/2,2040",
    ),
]


def reads(table: str) -> bool:
    """Whether the runtime reads a table."""
    try:
        Crontab(table)
    except CronFault:
        return False
    return True


@pytest.mark.thorough
def test_the_compiler_faults_only_what_the_runtime_refuses() -> None:
    assert [table for table in WRONG if reads(table) or cron_fault(table) is None] == []
    assert [table for table in RIGHT if not reads(table) or cron_fault(table) is not None] == []
    choice = random.Random(5)
    parts = [
        "*",
        "0",
        "1",
        "5",
        "7",
        "12",
        "23",
        "31",
        "59",
        "60",
        "jan",
        "MON",
        "L",
        "5L",
        "LW",
        "mon#1",
        "x",
        "",
        "2030",
    ]
    told = 0
    for _ in range(20_000):
        fields = []
        for _ in range(choice.choice((5, 5, 5, 6))):
            term = choice.choice(parts) + choice.choice(
                ("", "", "", "-" + choice.choice(parts), "/" + choice.choice(parts))
            )
            fields.append(",".join([term] * choice.choice((1, 1, 2))) if choice.random() < 0.4 else "*")
        table = " ".join(fields)
        if cron_fault(table) is not None:
            told += 1
            assert not reads(table), table
    assert told > 2000


def test_the_compiler_faults_days_that_never_come() -> None:
    days = ("29", "30", "31", "30,31", "29-31", "30/1", "*/31", "30-31/2", "L", "31,L", "*", "1,31")
    months = ("2", "feb", "2,4", "apr-jun", "4,6,9,11", "2/12", "2,4-6/2", "jan,feb", "*")
    told = []
    for day in days:
        for month in months:
            for weekday in ("*", "*/2", "1", "0-6"):
                table = f"0 0 {day} {month} {weekday}"
                assert (cron_fault(table) is None) == reads(table), table
                told += [table] if cron_fault(table) else []
    assert len(told) > 20


def test_the_compiler_faults_time_zones_that_nobody_knows() -> None:
    for name, known in (("UTC", True), ("utc", True), ("Europe/Berlin", True), ("Europe/Berln", False), ("", False)):
        assert (zone_fault(name) is None) == known
