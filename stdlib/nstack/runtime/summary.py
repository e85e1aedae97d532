"""What a run says at its end: what each node has counted, and whether anything came of it at all."""

from __future__ import annotations

from .declare import Workflow
from .log import Log
from .plan import Plan


def sum_up(plan: Plan, log: Log, text: str) -> None:
    """A line for each node that has something to tell, then the whole, with ``text``."""
    total = {"in": 0, "out": 0, "skipped": 0, "dead_letters": 0, "errors": 0}
    for guard in plan.guards.values():
        tally = guard.tally
        counts = {
            "in": tally.values_in,
            "out": tally.values_out,
            "skipped": tally.skipped,
            "dead_letters": tally.dead,
            "errors": tally.errors,
        }
        shown = {name: count for name, count in counts.items() if count}
        if shown:
            log.info(guard.shown, event="stage", at=guard.origin or None, **shown)
        for name, count in counts.items():
            total[name] += count
    log.info(text, event="end", **total)


def all_skipped(plan: Plan, workflow: Workflow) -> str | None:
    """What to say of a run that came to its end by itself, has skipped values because nobody chose what becomes of a
    failure, and has written nothing: it has failed, as whoever started it would not look otherwise. None of others.
    """
    guards, ends = plan.guards, {id(sink) for sink in workflow.sinks}
    written = sum(guard.tally.values_out for node, guard in guards.items() if node in ends)
    lost = sum(guard.tally.skipped for guard in guards.values() if "on_error" not in guard.policy.fixed)
    if written or not lost:
        return None
    values = "the only value was" if lost == 1 else f"all {lost} values were"
    return f'{values} skipped, and nothing was written: bind on_error = "skip" if that is meant'
