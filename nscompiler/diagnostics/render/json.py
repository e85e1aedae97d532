"""Diagnostics as one JSON document, for programs.

Lines and columns count from 1, columns in Unicode code points; ends are exclusive. ``SCHEMA_VERSION`` goes up when
a field changes its meaning or goes away, not when one is added.
"""

import json
from collections.abc import Iterable, Sequence

from nscompiler.diagnostics.fingerprint import fingerprints
from nscompiler.diagnostics.model import Diagnostic, Edit, Fix, Hop, Label, Segment, TypeDiff
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render.place import Sources, place_of
from nscompiler.diagnostics.report import Report
from nscompiler.diagnostics.summary import summarize
from nscompiler.source import Span

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """The document of a report, with its statistics where it has some."""
    counts = {"modules": report.modules, "files": len(report.paths)}
    document = to_document(report.diagnostics, report.sources, **counts)
    if report.statistics is not None:
        document["statistics"] = dict(report.statistics)
    return json_text(document, report)


def json_text(value: object, report: Report, indent: int | None = 2) -> str:
    """JSON with a final newline that the output of a report can take, whatever file names are made of."""
    text = json.dumps(value, ensure_ascii=report.ascii_only, indent=indent) + "\n"
    return text if _is_unicode(text) else json.dumps(value, indent=indent) + "\n"


def _is_unicode(text: str) -> bool:
    """Whether there is no half of a surrogate pair in a text, as names of files that are no UTF-8 have them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def render_json(
    diagnostics: Iterable[Diagnostic], sources: Sources, *, modules: int, files: int, indent: int | None = 2
) -> str:
    """The document as text with a final newline; ``modules`` and ``files`` tell how many were checked."""
    document = to_document(diagnostics, sources, modules=modules, files=files)
    return json.dumps(document, ensure_ascii=False, indent=indent) + "\n"


def to_document(diagnostics: Iterable[Diagnostic], sources: Sources, *, modules: int, files: int) -> dict[str, object]:
    """The document as JSON values. ``rules`` explains each code that occurs, once."""
    told = ordered(diagnostics)
    summary = summarize(told, modules=modules, files=files)
    return {
        "schema_version": SCHEMA_VERSION,
        "diagnostics": diagnostic_values(told, sources),
        "rules": {
            code.id: {"name": code.name, "title": code.title, "explanation": code.explanation}
            for code in sorted({item.code for item in told}, key=lambda code: code.id)
        },
        "summary": {
            "errors": summary.errors,
            "warnings": summary.warnings,
            "hints": summary.hints,
            "modules": summary.modules,
            "files": summary.files,
        },
    }


def diagnostic_values(told: Sequence[Diagnostic], sources: Sources) -> list[dict[str, object]]:
    """Each diagnostic as JSON values; ``told`` are those that ``ordered`` has gone over."""
    names = fingerprints(told, sources)
    return [_diagnostic(item, name, sources) for item, name in zip(told, names, strict=True)]


def _diagnostic(item: Diagnostic, fingerprint: str, sources: Sources) -> dict[str, object]:
    return {
        **_place(item.primary.span, sources),
        "severity": item.severity.value,
        "code": item.code.id,
        "name": item.code.name,
        "message": item.title,
        "label": item.primary.text,
        "related": [_label(label, sources) for label in item.related],
        "expected": item.expected,
        "found": item.found,
        "diff": None if item.diff is None else _diff(item.diff),
        "flow": [_hop(hop, sources) for hop in item.flow],
        "notes": list(item.notes),
        "fixes": [_fix(fix, sources) for fix in item.fixes],
        "fingerprint": fingerprint,
    }


def _place(span: Span, sources: Sources) -> dict[str, object]:
    place = place_of(span, sources)
    return {
        "file": span.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _label(label: Label, sources: Sources) -> dict[str, object]:
    return {**_place(label.span, sources), "role": label.role.value, "message": label.text}


def _hop(hop: Hop, sources: Sources) -> dict[str, object]:
    return {**_place(hop.span, sources), "text": hop.text, "type": hop.type}


def _fix(fix: Fix, sources: Sources) -> dict[str, object]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [_edit(edit, sources) for edit in fix.edits],
    }


def _edit(edit: Edit, sources: Sources) -> dict[str, object]:
    return {**_place(edit.span, sources), "text": edit.text}


def _diff(diff: TypeDiff) -> dict[str, object]:
    return {"expected": _segments(diff.expected), "found": _segments(diff.found)}


def _segments(segments: tuple[Segment, ...]) -> list[dict[str, str]]:
    return [{"text": segment.text, "role": segment.role} for segment in segments]
