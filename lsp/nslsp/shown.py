"""A diagnostic as the protocol has it, in a form that a client can take."""

import os
from typing import Any

from lsprotocol import types

from nscompiler.diagnostics.codes import lints, names
from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Severity
from nslsp.view import View

SOURCE = "nsc"
_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_TAGS = {
    lints.UNUSED_IMPORT.id: types.DiagnosticTag.Unnecessary,
    lints.UNUSED_TYPE.id: types.DiagnosticTag.Unnecessary,
    lints.UNUSED_DEFINITION.id: types.DiagnosticTag.Unnecessary,
    lints.UNUSED_IGNORE.id: types.DiagnosticTag.Unnecessary,
    names.DEPRECATED_USE.id: types.DiagnosticTag.Deprecated,
}


def shown(view: View, problem: Diagnostic) -> types.Diagnostic:
    """A diagnostic for this client, by the present texts."""
    related = _can(view, "related_information")
    page = _page(view, problem.code.id) if _can(view, "code_description_support") else None
    return types.Diagnostic(
        range=view.range(problem.primary.span),
        message=message(view, problem, with_places=not related),
        severity=_SEVERITY[problem.severity],
        code=problem.code.id,
        code_description=None if page is None else types.CodeDescription(page),
        source=SOURCE,
        tags=_tags(view, problem),
        related_information=_related(view, problem) if related else None,
        data=_data(view, problem) if _can(view, "data_support") else None,
    )


def _can(view: View, name: str) -> bool:
    """Whether a client takes a part of a diagnostic; who pulls may tell so in either place."""
    places = ("publish_diagnostics", "diagnostic")
    return any(view.client.can(f"text_document.{place}.{name}") for place in places)


def _page(view: View, code: str) -> str | None:
    folder = view.settings.docs_url or os.environ.get("NSC_DOCS_URL", "")
    return f"{folder.rstrip('/')}/{code}.md" if folder else None


def message(view: View, problem: Diagnostic, *, with_places: bool) -> str:
    """What is wrong in plain lines: title, label, the two types, notes; and related places, if they go nowhere else."""
    lines = [problem.title]
    if problem.primary.text and problem.primary.text not in problem.title:
        lines.append(problem.primary.text)
    if problem.expected is not None:
        lines.append(f"expected: {problem.expected}")
    if problem.found is not None:
        lines.append(f"found: {problem.found}")
    lines += [f"note: {note}" for note in problem.notes]
    if with_places:
        lines += [_placed(view, label) for label in problem.related if label.text]
    return "\n".join(lines)


def _placed(view: View, label: Label) -> str:
    start = view.range(label.span).start
    return f"{label.span.path}:{start.line + 1}:{start.character + 1}: {label.text}"


def _related(view: View, problem: Diagnostic) -> list[types.DiagnosticRelatedInformation] | None:
    found = [types.DiagnosticRelatedInformation(view.location(one.span), one.text) for one in problem.related]
    found += [
        types.DiagnosticRelatedInformation(view.location(hop.span), f"{hop.text}: {hop.type}") for hop in problem.flow
    ]
    return found or None


def _tags(view: View, problem: Diagnostic) -> list[types.DiagnosticTag] | None:
    tag = _TAGS.get(problem.code.id)
    taken = [
        kind
        for place in ("publish_diagnostics", "diagnostic")
        for kind in view.client.listed(f"text_document.{place}.tag_support.value_set")
    ]
    return [tag] if tag is not None and tag in taken else None


def _data(view: View, problem: Diagnostic) -> dict[str, Any] | None:
    return {"fixes": [_fix(view, fix) for fix in problem.fixes]} if problem.fixes else None


def _fix(view: View, fix: Fix) -> dict[str, Any]:
    edits = [{"uri": view.uris.uri(one.span.path), "start": one.span.start, "end": one.span.end} for one in fix.edits]
    texts = [one.text for one in fix.edits]
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [{**edit, "text": text} for edit, text in zip(edits, texts, strict=True)],
    }
