"""What a diagnostic says beyond its title, as lines of plain text, for forms without an excerpt."""

from collections.abc import Iterator

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.render.glyphs import plain


def details(diagnostic: Diagnostic, *, flow: bool, ascii_only: bool = False) -> tuple[str, ...]:
    """The label, the two types, the stages where ``flow`` asks for them, notes and what would mend it; one line each.

    Control characters are spelled out.
    """
    return tuple(plain(line, ascii_only) for text in _texts(diagnostic, flow) for line in text.splitlines())


def _texts(diagnostic: Diagnostic, flow: bool) -> Iterator[str]:
    if diagnostic.primary.text:
        yield diagnostic.primary.text
    if diagnostic.expected is not None:
        yield f"expected: {diagnostic.expected}"
    if diagnostic.found is not None:
        yield f"found: {diagnostic.found}"
    if flow:
        yield from (f"after {hop.text}: {hop.type}" for hop in diagnostic.flow)
    yield from (f"note: {note}" for note in diagnostic.notes)
    yield from (f"fix: {fix.title}" for fix in diagnostic.fixes)
