"""What a text lacks to be a cron table or the name of a time zone, as far as the text alone shows it.

The standard library's own reader decides when a workflow starts, and knows more forms than stand here: what this module
faults it refuses as well, and what is not sure is left to it.
"""

from nscompiler.patterns import Pattern

NICKNAMES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIRST_YEAR, LAST_YEAR = 1970, 2199

_TERM = Pattern(r"(?:\*|([A-Za-z0-9#]+)(?:-([A-Za-z0-9#]+))?)(?:/([0-9]+))?")
_YEAR = Pattern(r"(?:(\*)|([0-9]{4})(?:-([0-9]{4}))?)(?:/([0-9]{1,3}))?")


def cron_fault(text: str) -> str | None:
    """Why a text is no cron table: what is wanted instead."""
    table = text.strip()
    if table.startswith("@"):
        return None if table.lower() in NICKNAMES else f"{', '.join(NICKNAMES[:-1])} or {NICKNAMES[-1]} is wanted"
    fields = table.split()
    if len(fields) not in (5, 6):
        return "five fields are wanted, minute hour day month weekday, or six with the year last"
    for field, (name, low, high) in zip(fields, FIELDS, strict=False):
        if any(_is_wrong(term, name, low, high) for term in field.split(",")):
            names = {"month": ", or jan to dec", "weekday": " (both ends are Sunday), or sun to sat"}.get(name, "")
            return f"the {name} is {low} to {high}{names}; it cannot be {field}"
    if len(fields) == 6 and any(_is_wrong_year(term) for term in fields[5].split(",")):
        return f"the year, the sixth field, is {FIRST_YEAR} to {LAST_YEAR}; it cannot be {fields[5]}"
    return _missing_day(*fields[2:5])


def _is_wrong(term: str, name: str, low: int, high: int) -> bool:
    match = _TERM.fullmatch(term)
    if match is None:
        return True
    first, last, step = match.groups()
    if step is not None and int(step) == 0:
        return True
    known = {"month": MONTHS, "weekday": DAYS}.get(name, ())
    numbers: list[int] = []
    for part in (first, last):
        if part is None:
            continue
        if part.isdecimal():
            if not low <= int(part) <= high:
                return True
            numbers.append(int(part))
        elif part.isalpha() and part.lower() not in known and not part.upper().startswith("L"):
            return True
    return len(numbers) == 2 and name != "weekday" and numbers[0] > numbers[1]


def _missing_day(day: str, month: str, weekday: str) -> str | None:
    """Why no day is ever meant: ``31 2 *``. A weekday that is named counts beside the day of the month."""
    if not weekday.startswith("*") or "," in weekday:
        return None
    days, months = _numbers(day, 31, ()), _numbers(month, 12, MONTHS)
    if not days or not months or min(days) <= max(_LENGTHS[each - 1] for each in months):
        return None
    if len(months) == 1:
        return f"{_NAMES[min(months) - 1]} has no day {day}: it would never come"
    return f"no month of {month} has a day {day}: it would never come"


def _numbers(field: str, high: int, names: tuple[str, ...]) -> frozenset[int]:
    """The numbers that a field means; none where it means something else, such as ``L``."""
    found: set[int] = set()
    for term in field.lower().split(","):
        match = _TERM.fullmatch(term)
        parts = [] if match is None else [names.index(one) + 1 if one in names else one for one in match.groups()]
        if not parts or any(isinstance(one, str) and not one.isdecimal() for one in parts):
            return frozenset()
        first, last, step = (None if one is None else int(one) for one in parts)
        low = 1 if first is None else first
        until = last if last is not None else high if first is None or step is not None else low
        found.update(range(low, until + 1, step or 1))
    return frozenset(found)


def _is_wrong_year(term: str) -> bool:
    match = _YEAR.fullmatch(term)
    if match is None:
        return term != "*"
    star, first, last, step = match.groups()
    low = FIRST_YEAR if star else int(first)
    high = int(last) if last else LAST_YEAR if star or step else low
    return not FIRST_YEAR <= low <= high <= LAST_YEAR or (step is not None and int(step) == 0)


def zone_fault(text: str) -> str | None:
    """Why a text names no time zone. Where this machine knows none, every one may be meant."""
    if text.upper() == "UTC":
        return None
    known = zones()
    return None if not known or text in known else "an IANA name such as Europe/Berlin is wanted"


def zones() -> set[str]:
    """The names of time zones that this machine knows."""
    from zoneinfo import available_timezones  # few programs name one

    return available_timezones()


CHECKS = {"cron": cron_fault, "timezone": zone_fault}
"""The parameters of ``Sources.schedule`` whose texts have a form."""
