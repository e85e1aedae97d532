"""An entry of the catalogue: a kind of diagnostic that can be told of at a place."""

from nscompiler.diagnostics.model import Diagnostic, Fix, Hop, Kind, Label, Severity, TypeDiff
from nscompiler.source import Span


class Code(Kind):
    """One entry of the catalogue; the checks report with ``CODE.at(span, …)``."""

    __slots__ = ()

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
