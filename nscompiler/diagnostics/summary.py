"""The count at the end of a check."""

from collections.abc import Iterable

import attrs

from nscompiler.diagnostics.model import Diagnostic, Severity


@attrs.frozen(slots=True)
class Summary:
    """How many diagnostics of each level there were, and how much was checked."""

    errors: int = 0
    warnings: int = 0
    hints: int = 0
    modules: int = 0
    files: int = 0

    def line(self) -> str:
        """One line for people: ``2 errors, 1 warning in 3 modules``."""
        counts = ((self.errors, "error"), (self.warnings, "warning"), (self.hints, "hint"))
        told = ", ".join(counted(number, noun) for number, noun in counts if number) or "no problems"
        # A script is no module: with nothing but scripts, files are what was checked.
        return f"{told} in {counted(self.modules, 'module') if self.modules else counted(self.files, 'file')}"


def summarize(diagnostics: Iterable[Diagnostic], *, modules: int, files: int) -> Summary:
    """Count diagnostics that ``ordered`` has gone over."""
    levels = [diagnostic.severity for diagnostic in diagnostics]
    return Summary(
        levels.count(Severity.ERROR), levels.count(Severity.WARNING), levels.count(Severity.HINT), modules, files
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
