"""What the compiler says of the text of a cron table: tables that are right, and why others are wrong."""

import pytest

from nscompiler.typecheck.crontab import cron_fault, zone_fault


@pytest.mark.parametrize(
    "table",
    [
        *(
            "*/15 * * * *",
            "0 9 * * MON-FRI",
            "0,30 8-18/2 * * *",
            "5-5 * * * *",
            "* * * * 5-1",
            "* * L * *",
            "* * * * 5L",
        ),
        *(
            "* * * * mon#2",
            "* * lw * *",
            "0 0 1 jan,DEC *",
            "0 0 * * * 2026",
            "0 0 * * * 2026-2030/2,2040",
            "0 0 * * * */2",
        ),
        *("0 0 * * * 1970", "0 0 * * * 2199", "0 0 * * * 2030-2030", "0 0 * * * 2030/1", "0 0 * * * *", " @Daily "),
        *("0 0 29 2 *", "0 0 31 1,2 *", "0 0 1-31 2 *", "0 0 20/11 2 *", "0 0 31 2 1", "0 0 31 2 *,1", "0 0 30 apr *"),
        *(
            "0 0 L,31 2 *",
            "0 0 31 1/2 *",
            "0 0 31 */2 *",
            "0 0 */31 2 *",
            "0 0 31 2-3 *",
            "0 0 31 2/1 *",
            "0 0 31 12 *",
        ),
    ],
)
def test_right(table: str) -> None:
    assert cron_fault(table) is None


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("* * * *", "five fields are wanted, minute hour day month weekday, or six with the year last"),
        ("@dayly", "@hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually is wanted"),
        ("60 * * * *", "the minute is 0 to 59; it cannot be 60"),
        ("? * * * *", "the minute is 0 to 59; it cannot be ?"),
        ("0,,1 * * * *", "the minute is 0 to 59; it cannot be 0,,1"),
        ("*/0 * * * *", "the minute is 0 to 59; it cannot be */0"),
        ("2-1 * * * *", "the minute is 0 to 59; it cannot be 2-1"),
        ("1-60 * * * *", "the minute is 0 to 59; it cannot be 1-60"),
        ("x * * * *", "the minute is 0 to 59; it cannot be x"),
        ("* 24 * * *", "the hour is 0 to 23; it cannot be 24"),
        ("* * 0 * *", "the day is 1 to 31; it cannot be 0"),
        ("* * mon * *", "the day is 1 to 31; it cannot be mon"),
        ("* * * 13 *", "the month is 1 to 12, or jan to dec; it cannot be 13"),
        ("* * * mon *", "the month is 1 to 12, or jan to dec; it cannot be mon"),
        ("* * * * 8", "the weekday is 0 to 7 (both ends are Sunday), or sun to sat; it cannot be 8"),
        ("* * * * * 1969", "the year, the sixth field, is 1970 to 2199; it cannot be 1969"),
        ("* * * * * 2200", "the year, the sixth field, is 1970 to 2199; it cannot be 2200"),
        ("* * * * * 2030-2029", "the year, the sixth field, is 1970 to 2199; it cannot be 2030-2029"),
        ("* * * * * 2030-2200", "the year, the sixth field, is 1970 to 2199; it cannot be 2030-2200"),
        ("* * * * * 2030/0", "the year, the sixth field, is 1970 to 2199; it cannot be 2030/0"),
        ("0 0 30 2 *", "February has no day 30: it would never come"),
        ("0 0 30-31 feb *", "February has no day 30-31: it would never come"),
        ("0 0 31 4/12 */2", "April has no day 31: it would never come"),
        ("0 0 30/1 2 *", "February has no day 30/1: it would never come"),
        ("0 0 31 4,jun *", "no month of 4,jun has a day 31: it would never come"),
        ("0 0 31 2-6/2 *", "no month of 2-6/2 has a day 31: it would never come"),
    ],
)
def test_wrong(table: str, wanted: str) -> None:
    assert cron_fault(table) == wanted


def test_zones() -> None:
    assert zone_fault("Europe/Berln") == "an IANA name such as Europe/Berlin is wanted"
    assert [name for name in ("utc", "UTC", "Europe/Berlin", "europe/berlin") if zone_fault(name)] == ["europe/berlin"]
