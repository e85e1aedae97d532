"""A declared kind of diagnostic: its id, its level and the page that explains it."""

import attrs

from nscompiler.diagnostics.model import Diagnostic, Fix, Hop, Label, Severity, TypeDiff
from nscompiler.source import Span


@attrs.frozen(slots=True)
class Code:
    """One entry of the catalogue.

    ``wrong`` is a program (or, with ``wrong_files``, several files) that raises the code and ``right`` the same
    program mended; the tests compile both. ``situation`` names the row of the table of situations it serves.
    """

    id: str
    name: str
    title: str
    explanation: str
    level: Severity = Severity.ERROR
    since: str = "0.1.0"
    wrong: str = ""
    right: str = ""
    wrong_files: tuple[tuple[str, str], ...] = ()
    right_files: tuple[tuple[str, str], ...] = ()

    def at(
        self,
        span: Span,
        title: str,
        label: str = "",
        *,
        related: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        expected: str | None = None,
        found: str | None = None,
        diff: TypeDiff | None = None,
        flow: tuple[Hop, ...] = (),
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A diagnostic of this kind at a place."""
        return Diagnostic(
            self,
            title,
            Label(span, label),
            severity or self.level,
            related,
            expected,
            found,
            diff,
            flow,
            notes,
            fixes,
        )
