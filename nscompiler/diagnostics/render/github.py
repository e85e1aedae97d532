"""Workflow commands of GitHub Actions, which become annotations of the lines that they name.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.diagnostics.render.glyphs import plain
from nscompiler.diagnostics.render.place import place_of, relative
from nscompiler.diagnostics.render.prose import details
from nscompiler.diagnostics.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
_ESCAPED = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_ESCAPED_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """A line for each diagnostic, by file and position."""
    return "".join(f"{_command(item, report)}\n" for item in report.diagnostics)


def _command(item: Diagnostic, report: Report) -> str:
    title = plain(item.title, report.ascii_only)
    lines = (title, *details(item, flow=True, ascii_only=report.ascii_only))
    properties = {**_place(item, report), "title": f"{item.code.id} {item.code.name}"}
    told = ",".join(f"{key}={str(value).translate(_ESCAPED_IN_PROPERTY)}" for key, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {told}::{_message(lines)}"


def _message(lines: tuple[str, ...]) -> str:
    return "\n".join(lines).translate(_ESCAPED)


def _place(item: Diagnostic, report: Report) -> dict[str, object]:
    """File, lines and, within one line, columns; GitHub refuses columns where the lines differ."""
    place = place_of(item.primary.span, report.sources)
    found: dict[str, object] = {"file": _file(item, report), "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:
        found |= {"col": place.column, "endColumn": place.end_column}
    return found


def _file(item: Diagnostic, report: Report) -> str:
    return plain(relative(item.primary.span.path), report.ascii_only)
