"""``Sources.schedule`` as Airflow has it: a cron table in a time zone, a first and a last day, and whether runs are
made up."""

import re
from collections.abc import Iterator

import attrs

from nscompiler.backends.airflow.options import Options
from nscompiler.backends.base import Unsupported
from nscompiler.flow.model import Node

_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
_LAST = re.compile(r"\b(\d|[A-Z]{3})L\b", re.IGNORECASE)


@attrs.frozen(slots=True, kw_only=True)
class Schedule:
    """When a workflow runs: ``cron`` has five fields or is ``@daily`` and the like; ``start`` and ``end`` are days
    (year, month, day)."""

    cron: str
    timezone: str = "UTC"
    catchup: bool = False
    start: tuple[int, int, int] | None = None
    end: tuple[int, int, int] | None = None


def is_schedule(node: Node) -> bool:
    """Whether a node is a ``Sources.schedule``."""
    function = node.function
    return node.kind == "source" and function is not None and function.standard and function.name == "schedule"


def schedule(node: Node, options: Options) -> Schedule:
    """What a ``Sources.schedule`` says; nothing in it is a lack."""
    values = {own.name: own.value for own in node.parameters}
    fields = str(values["cron"]).split()
    years = _YEARS.fullmatch(fields[5]) if len(fields) == 6 else None
    first, last = (int(years[1]), int(years[2] or years[1])) if years else (None, None)
    return Schedule(
        cron=_LAST.sub(lambda found: f"L{found[1]}", " ".join(fields[:5])),
        timezone=str(values.get("timezone") or "UTC"),
        catchup=values.get("catchup") is True,
        start=_later(options.start_date, (first, 1, 1) if first is not None else None),
        end=None if last is None else (last, 12, 31),
    )


def _later(one: tuple[int, int, int] | None, other: tuple[int, int, int] | None) -> tuple[int, int, int] | None:
    return max(filter(None, (one, other)), default=None)


def lacks(node: Node, options: Options) -> Iterator[Unsupported]:
    """What of a ``Sources.schedule`` Airflow cannot keep."""
    for own in node.parameters:
        if own.environment is not None:
            yield Unsupported(
                title=f"`{own.name}` is ${own.environment}, and Airflow needs to know the times before a task starts",
                remedy=f"write {own.name} into the program, or build with another program for each schedule",
                origin=own.origin or node.origin,
            )
            return
    values = {own.name: (own.value, own.origin or node.origin) for own in node.parameters}
    text, origin = str(values["cron"][0]), values["cron"][1]
    fields = text.split()
    if len(fields) == 6 and fields[5] != "*" and not _YEARS.fullmatch(fields[5]):
        yield Unsupported(
            title=f"the years {fields[5]} have gaps, and a DAG has one first and one last day",
            remedy="write one year or a range, 2030-2032, and a workflow for each range",
            origin=origin,
        )
    if re.search(r"W", " ".join(fields[2:3]), re.IGNORECASE):
        yield Unsupported(
            title=f"Airflow's cron tables know no working days, {fields[2]}",
            remedy="write a day of the month, or a weekday such as MON#1",
            origin=origin,
        )
    catchup = values.get("catchup", (False, origin))
    if catchup[0] is True and not _begins(fields, options):
        yield Unsupported(
            title="`catchup` makes runs up from a first day on, and there is none",
            remedy="give cron a first year, 0 5 * * * 2026-2199, or build with --set start_date=2026-01-31",
            origin=catchup[1],
        )


def _begins(fields: list[str], options: Options) -> bool:
    return options.start_date is not None or (len(fields) == 6 and fields[5] != "*")
