"""The facts about a check as a table for people."""

from collections.abc import Iterator

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.summary import counted
from nscompiler.tools.statistics import Statistics


def table(statistics: Statistics) -> str:
    """Lines of a name and a fact, under headings; ends in a newline."""
    parts = (_checked(statistics), _problems(statistics), _edges(statistics), _times(statistics))
    return "".join(f"{line}\n" for part in parts for line in part)


def _checked(statistics: Statistics) -> Iterator[str]:
    parts = [counted(statistics.modules, "module"), counted(statistics.files, "file")]
    if statistics.imported:
        parts.append(f"{statistics.imported} imported")
    yield f"checked: {', '.join(parts)}, {counted(statistics.lines, 'line')}"


def _problems(statistics: Statistics) -> Iterator[str]:
    if not statistics.codes:
        return
    yield "problems by code:"
    for code_id, number in sorted(statistics.codes, key=lambda row: (-row[1], row[0])):
        code = codes.find(code_id)
        yield f"  {number:>6}  {code_id}" + (f"  {code.name}" if code else "")


def _edges(statistics: Statistics) -> Iterator[str]:
    if not statistics.edges:
        return
    yield "edges with typed values:"
    for one in statistics.edges:
        partly = f", {one.partly} with something untyped inside" if one.partly else ""
        name = f"{one.module.partition(':')[0]}.{one.workflow}"
        yield f"  {f'{one.typed + one.partly} of {one.total}':>8}  {name}{partly}"


def _times(statistics: Statistics) -> Iterator[str]:
    yield "time in milliseconds:"
    total = sum(seconds for _, seconds in statistics.phases)
    for name, seconds in (*statistics.phases, ("total", total)):
        yield f"  {seconds * 1000:>6.1f}  {name}"
