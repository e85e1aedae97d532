"""One JSON object a line, each a diagnostic as ``--format json`` has it; nothing where there are none."""

from nscompiler.diagnostics.render.json import diagnostic_values, json_text
from nscompiler.diagnostics.report import Report


def render(report: Report) -> str:
    """All diagnostics by file and position."""
    values = diagnostic_values(report.diagnostics, report.sources)
    return "".join(json_text(value, report, indent=None) for value in values)
