"""The count at the end of a check."""

from collections.abc import Iterable
from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.records import Record


class Summary(Record):
    """How many diagnostics of each level there were, and how much was checked."""

    __match_args__: ClassVar[tuple[str, ...]] = ("errors", "warnings", "hints", "modules", "files")
    __slots__ = __match_args__

    def __init__(self, errors: int = 0, warnings: int = 0, hints: int = 0, modules: int = 0, files: int = 0) -> None:
        self.errors = errors
        self.warnings = warnings
        self.hints = hints
        self.modules = modules
        self.files = files

    def line(self) -> str:
        """One line for people: ``2 errors, 1 warning in 3 modules``."""
        counts = ((self.errors, "error"), (self.warnings, "warning"), (self.hints, "hint"))
        told = ", ".join(counted(number, noun) for number, noun in counts if number) or "no problems"
        if not self.modules and not self.files:
            return told  # of what was to be checked nothing is there
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
