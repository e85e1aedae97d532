"""One line a diagnostic, as editors and ``grep`` users expect it: ``path:line:col: level[NS0101] message``."""

from collections.abc import Iterable, Mapping

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render.glyphs import plain
from nscompiler.diagnostics.report import Report
from nscompiler.source import SourceFile


def render(report: Report) -> str:
    """The lines, and the count below them unless it is not wanted."""
    told = (concise_line(item, report.sources, ascii_only=report.ascii_only) for item in report.diagnostics)
    lines = "".join(f"{line}\n" for line in told)
    return f"{lines}{report.summary.line()}\n" if report.closing else lines


def render_concise(diagnostics: Iterable[Diagnostic], sources: Mapping[str, SourceFile]) -> str:
    """All of them, by file and position; every line ends in a newline, and no diagnostics give the empty text."""
    return "".join(f"{concise_line(diagnostic, sources)}\n" for diagnostic in ordered(diagnostics))


def concise_line(diagnostic: Diagnostic, sources: Mapping[str, SourceFile], *, ascii_only: bool = False) -> str:
    """One of them, without a newline."""
    span = diagnostic.primary.span
    source = sources.get(span.path)
    place = span.path
    if source is not None:
        at = source.lines.position(span.start)
        place = f"{span.path}:{at.line}:{at.column}"
    return plain(f"{place}: {diagnostic.severity.value}[{diagnostic.code.id}] {diagnostic.title}", ascii_only)
