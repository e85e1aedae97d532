"""What a field or parameter concerns, as a table for each workflow."""

from collections.abc import Sequence

from nscompiler.diagnostics.summary import counted
from nscompiler.tools.impact import Row, WorkflowImpact


def draw_impact(target: str, found: Sequence[WorkflowImpact], unknown: int = 0) -> str:
    """The tables as text: role, stage, place and remark of each stage. ``unknown`` is how many workflows could not be
    laid out, and may be concerned too."""
    tables = [_table(one) for one in found]
    if unknown:
        tables.append(f"{target}: not known for {counted(unknown, 'workflow')}\n")
    return "\n".join(tables) or f"{target} concerns no workflow here\n"


def _table(one: WorkflowImpact) -> str:
    rows = [(row.role, row.stage, _place(row), row.remark) for row in one.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["    " + "  ".join(_padded(row, widths)).rstrip() for row in rows]
    return "\n".join([f"{one.module} {one.workflow}", *lines, ""])


def _padded(row: tuple[str, ...], widths: Sequence[int]) -> list[str]:
    return [*(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]


def _place(row: Row) -> str:
    return f"{row.origin.file}:{row.origin.line}:{row.origin.column}"
