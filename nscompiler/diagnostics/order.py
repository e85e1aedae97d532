"""The order in which diagnostics are told, and the removal of repetitions."""

from collections.abc import Iterable

from nscompiler.diagnostics.everywhere import told_for_all_files
from nscompiler.diagnostics.model import Diagnostic, Severity

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file and position, each once.

    Two with the same code, title and place are one for the reader, whatever else they carry (a definition
    that is checked for each of its uses finds the same fault each time); the first is kept.
    """
    kept: dict[object, Diagnostic] = {}
    for diagnostic in diagnostics:
        kept.setdefault((diagnostic.code.id, diagnostic.title, diagnostic.primary.span), diagnostic)
    return tuple(told_for_all_files(sorted(kept.values(), key=_place)))


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, int, str, str]:
    span = diagnostic.primary.span
    return (span.path, span.start, span.end, _RANK[diagnostic.severity], diagnostic.code.id, diagnostic.title)
