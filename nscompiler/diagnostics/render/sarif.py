"""SARIF 2.1.0, the exchange format of static analysis: code scanning services and editors read it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from urllib.parse import quote

from nscompiler.diagnostics.fingerprint import fingerprints
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Kind, Severity
from nscompiler.diagnostics.render.json import json_text
from nscompiler.diagnostics.render.place import place_of, relative
from nscompiler.diagnostics.render.prose import details
from nscompiler.diagnostics.report import Report
from nscompiler.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}

Values = dict[str, object]


def render(report: Report) -> str:
    """A log of one run."""
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}, report)


def _run(report: Report) -> Values:
    rules = sorted({item.code for item in report.diagnostics}, key=lambda code: code.id)
    index = {code.id: number for number, code in enumerate(rules)}
    names = fingerprints(report.diagnostics, report.sources)
    told = zip(report.diagnostics, names, strict=True)
    return {
        "tool": {"driver": _driver(rules, report)},
        "invocations": [{"executionSuccessful": True}],
        # Where the folder lies is the reader's affair: a log of one machine is read on another.
        "originalUriBaseIds": {_ROOT: {"description": _text("The folder in which nsc was called.")}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, index[item.code.id], name, report) for item, name in told],
    }


def _driver(rules: list[Kind], report: Report) -> Values:
    named = {"version": report.version, "semanticVersion": report.version} if report.version else {}
    where = {"informationUri": report.docs} if report.docs else {}
    return {"name": "nsc", "fullName": "nsc check", **named, **where, "rules": [_rule(code, report) for code in rules]}


def _rule(code: Kind, report: Report) -> Values:
    page = report.page(code.id)
    return {
        "id": code.id,
        "name": "".join(part.capitalize() for part in code.name.split("-")),
        "shortDescription": _text(f"{code.title}."),
        "fullDescription": _text(code.explanation),
        "help": _help(code, page),
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": _LEVELS[code.level]},
        "properties": {"tags": [code.name], "since": code.since},
    }


def _help(code: Kind, page: str | None) -> dict[str, str]:
    """The explanation and, where a single file shows them, a wrong and a right program."""
    text = [code.explanation]
    shown = [code.explanation]
    for caption, program in (("Wrong", code.wrong), ("Right", code.right)):
        if program:
            text.append(f"{caption}:\n\n{program}")
            shown.append(f"{caption}:\n\n```nml\n{program}```\n")
    command = f"nsc explain {code.id}"
    text.append(page or f"`{command}` shows the whole page.")
    shown.append(f"[{code.name}]({page})" if page else f"`{command}` shows the whole page.")
    return {"text": "\n\n".join(text), "markdown": "\n\n".join(shown)}


def _result(item: Diagnostic, rule: int, fingerprint: str, report: Report) -> Values:
    return {
        "ruleId": item.code.id,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": _text("\n".join((f"{item.title}.", *details(item, flow=False)))),
        "locations": [_location(item.primary.span, report, item.primary.text)],
        **_related(item, report),
        **_code_flows(item, report),
        **_fixes(item, report),
        "partialFingerprints": {"nscFinding/v1": fingerprint},
    }


def _related(item: Diagnostic, report: Report) -> Values:
    if not item.related:
        return {}
    places = [
        {"id": number, **_location(label.span, report, label.text or label.role.value)}
        for number, label in enumerate(item.related, 1)
    ]
    return {"relatedLocations": places}


def _code_flows(item: Diagnostic, report: Report) -> Values:
    """The stages of the pipe with the type after each, and the place where the flow breaks."""
    if not item.flow:
        return {}
    hops = [_location(hop.span, report, f"{hop.text} gives {hop.type}") for hop in item.flow]
    broken = f"needs {item.expected}" if item.expected is not None else item.primary.text or item.title
    places = [*hops, _location(item.break_.span, report, broken)]
    importance = [*("important" for _ in hops), "essential"]
    steps = [{"location": place, "importance": grade} for place, grade in zip(places, importance, strict=True)]
    return {"codeFlows": [{"threadFlows": [{"locations": steps}]}]}


def _fixes(item: Diagnostic, report: Report) -> Values:
    """Those that a reader may apply as they are: nothing without edits, and none with a gap to fill in."""
    usable = [fix for fix in item.fixes if fix.edits and fix.applicability is not Applicability.HAS_PLACEHOLDERS]
    return {"fixes": [_fix(fix, report) for fix in usable]} if usable else {}


def _fix(fix: Fix, report: Report) -> Values:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.path, []).append(edit)
    changes = [
        {"artifactLocation": _artifact(path), "replacements": [_replacement(edit, report) for edit in edits]}
        for path, edits in by_file.items()
    ]
    applicability = {"applicability": fix.applicability.value}
    return {"description": _text(fix.title), "artifactChanges": changes, "properties": applicability}


def _replacement(edit: Edit, report: Report) -> Values:
    return {"deletedRegion": _region(edit.span, report), "insertedContent": _text(edit.text)}


def _location(span: Span, report: Report, message: str) -> Values:
    place = {"artifactLocation": _artifact(span.path), "region": _region(span, report)}
    return {"physicalLocation": place, **({"message": _text(message)} if message else {})}


def _region(span: Span, report: Report) -> dict[str, int]:
    place = place_of(span, report.sources)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    """A file's address: one below the folder of the call is relative to it, as services match files by it."""
    # Names of files need not be Unicode; what is not comes through as the bytes that it is.
    uri = quote(relative(path).encode(errors="surrogateescape"), safe="/")
    if uri.startswith("/"):
        return {"uri": f"file://{uri}"}
    if uri.startswith("../"):
        return {"uri": uri}
    return {"uri": uri, "uriBaseId": _ROOT}


def _text(text: str) -> dict[str, str]:
    return {"text": text}
