"""One JSON object a line, each a diagnostic as ``--format json`` has it; nothing where there are none."""

import json

from nscompiler.diagnostics.render.json import diagnostic_values
from nscompiler.diagnostics.report import Report


def render(report: Report) -> str:
    """All diagnostics by file and position."""
    values = diagnostic_values(report.diagnostics, report.sources)
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)
