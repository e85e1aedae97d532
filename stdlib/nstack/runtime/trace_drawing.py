"""A value that was followed, as a tree for a person and as facts for a machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from .trace_steps import Result, Step, Trace

_GAP = 2
_LEAST = 40
"""A line is cut to the terminal's width, but not below so many characters."""
_END = "\0"
_ENDS = {
    "skipped": "skipped",
    "dead_letter": "into the dead letters",
    "stopped": "stopped the run",
    "written": "written",
    "not written": "not written",
}


def tree(trace: Trace, most: int) -> list[str]:
    """Lines for a terminal: a stage below the one before it, indented only where several values go on; the places in
    the ``.nml`` stand at the right."""
    rows = list(_source(trace, most))
    width = max(shutil.get_terminal_size((100, 24)).columns, _LEAST)
    places = max((len(place) for _, place in rows), default=0)
    room = width - places - _GAP
    widest = min(max(len(text.replace(_END, "")) for text, _ in rows), room)
    return [f"{_cut(text, widest):{widest}}  {place}".rstrip() for text, place in rows]


def _cut(text: str, width: int) -> str:
    """What stands behind the mark is not cut: how it ended."""
    text, _, end = text.partition(_END)
    room = max(width - len(end), 1)
    return (text if len(text) <= room else text[: max(room - 1, 1)] + "…") + end


def _source(trace: Trace, most: int) -> Iterator[tuple[str, str]]:
    root = trace.root
    given = root.results[0].shown if root.results else root.given
    yield f"trace {trace.number} of {most}: {root.name} → {given}", root.origin
    yield from _troubles(root, "  ")
    for result in root.results:
        yield from _result(result, "  ")
    if trace.answer is not None:
        yield f"  answered {trace.answer}", ""


def _result(result: Result, before: str) -> Iterator[tuple[str, str]]:
    """What became of a value."""
    if result.dropped is not None:
        yield f"{before}? dropped", result.dropped
    made = [step for step in result.steps if step.kind == "made"]
    for step in made:
        yield from _step(step, before)
    steps = [step for step in result.steps if step.kind != "made"]
    if len(steps) == 1:
        yield from _step(steps[0], before)
        return
    for number, step in enumerate(steps, 1):
        yield from _branched(_step(step, ""), before, number == len(steps))


def _branched(rows: Iterator[tuple[str, str]], before: str, last: bool) -> Iterator[tuple[str, str]]:
    head, rest = ("└ ", "  ") if last else ("├ ", "│ ")
    for number, (text, place) in enumerate(rows):
        yield f"{before}{rest if number else head}{text}", place


def _step(step: Step, before: str) -> Iterator[tuple[str, str]]:
    if step.kind == "sink":
        end = f": {_ENDS[step.outcome]}" if step.outcome in ("written", "not written") else ""
        yield f"{before}{step.name} ← {step.given}{_END}{end}", step.origin
        yield from _troubles(step, before + "  ")
        return
    if step.count == 1 and step.results and step.kind != "parts":
        yield f"{before}{step.name} → {step.results[0].shown}", step.origin
        yield from _troubles(step, before + "  ")
        yield from _result(step.results[0], before)
        return
    gave = "" if step.outcome != "ok" and not step.count else f" → {_many(step.count)}"
    yield f"{before}{step.name}{gave}", step.origin
    yield from _troubles(step, before + "  ")
    more = step.count - len(step.results)
    for number, result in enumerate(step.results, 1):
        rows = iter([(result.shown, ""), *_result(result, "  ")])
        yield from _branched(rows, before, number == len(step.results) and not more)
    if more:
        yield f"{before}└ … {more} more", ""


def _many(count: int) -> str:
    return "nothing" if count == 0 else f"{count} values" if count > 1 else "1 value"


def _troubles(step: Step, before: str) -> Iterator[tuple[str, str]]:
    failed = step.outcome in ("skipped", "dead_letter", "stopped")
    for number, error in enumerate(step.errors, 1):
        last = failed and number == len(step.errors)
        yield f"{before}! {error}{_END}" + (f": {_ENDS[step.outcome]}" if last else "; tried again"), ""


def facts(trace: Trace, most: int) -> Iterator[dict[str, Any]]:
    """What the log is told, a line for each step: ``parent`` numbers the step whose result ``value`` it was given."""
    numbers = iter(range(1, 1 << 62))
    waiting: list[tuple[Step, int | None, int | None]] = [(trace.root, None, None)]
    while waiting:
        step, parent, value = waiting.pop()
        number = next(numbers)
        yield {
            "message": f"trace {trace.number} of {most}: {step.name}",
            "event": "trace",
            "trace": trace.number,
            "step": number,
            "parent": parent,
            "value": value,
            "stage": step.name,
            "kind": step.kind,
            "at": step.origin or None,
            "given": step.given or None,
            "gave": [result.shown for result in step.results],
            "count": step.count,
            "dropped": [index for index, result in enumerate(step.results) if result.dropped is not None] or None,
            "outcome": step.outcome,
            "errors": step.errors or None,
            "answered": trace.answer if step is trace.root else None,
        }
        below = [(one, number, index) for index, result in enumerate(step.results) for one in result.steps]
        waiting += reversed(below)
