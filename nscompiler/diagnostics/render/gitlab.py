"""A GitLab Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from nscompiler.diagnostics.fingerprint import fingerprints
from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.diagnostics.render.glyphs import plain
from nscompiler.diagnostics.render.json import json_text
from nscompiler.diagnostics.render.place import place_of, relative
from nscompiler.diagnostics.render.prose import details
from nscompiler.diagnostics.report import Report

# Of info, minor, major, critical and blocker; what fails a check is at the upper end of what code can be blamed for.
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.HINT: "info"}


def render(report: Report) -> str:
    """A JSON array; an empty one tells GitLab that everything is mended."""
    names = fingerprints(report.diagnostics, report.sources)
    found = [_finding(item, name, report) for item, name in zip(report.diagnostics, names, strict=True)]
    return json_text(found, report)


def _finding(item: Diagnostic, fingerprint: str, report: Report) -> dict[str, object]:
    place = place_of(item.primary.span, report.sources)
    return {
        "description": f"{item.code.id}: {plain(item.title)}",
        "content": {"body": "\n".join(details(item, flow=True))},
        "check_name": item.code.name,
        "categories": ["Bug Risk" if item.is_error else "Style"],
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[item.severity],
        "location": {
            "path": relative(item.primary.span.path),
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }
