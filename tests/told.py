"""What is told of a program in one file."""

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts


def problems(text: str) -> tuple[Diagnostic, ...]:
    """All that is told of a file."""
    return check_texts({"main.nml": text}).diagnostics


def only(text: str) -> Diagnostic:
    """The one error of a file."""
    found = problems(text)
    assert len(found) == 1, [one.title for one in found]
    return found[0]


def underlined(text: str, diagnostic: Diagnostic) -> str:
    """The words that an error stands under."""
    span = diagnostic.primary.span
    return text[span.start : span.end]


def mended(text: str) -> Diagnostic:
    """The one error of a file, each of whose fixes leaves none."""
    (found,) = (one for one in problems(text) if one.is_error)
    for fix in found.fixes:
        after = problems(apply_edits(text, fix.edits))
        assert not [one.title for one in after if one.is_error], fix.title
    return found
