"""Applying the edits of a fix to a text."""

from collections.abc import Iterable

from nscompiler.diagnostics.model import Edit


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits made; all of them must belong to it.

    Edits at one place keep their order; one that overlaps an earlier one is left out, as two fixes that
    want the same characters cannot both be right.
    """
    pieces: list[str] = []
    done = 0
    for edit in in_order(edits):
        if edit.span.start < done:
            continue
        pieces += (text[done : edit.span.start], edit.text)
        done = edit.span.end
    return "".join(pieces) + text[done:]


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Edits by place; an insertion comes before a replacement that starts there."""
    return sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
