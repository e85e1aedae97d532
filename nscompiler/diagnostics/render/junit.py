"""JUnit's XML, for whatever shows test results: one test case for each file, failed where the file has errors.

Warnings and hints fail nothing; they are the case's output.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.render.glyphs import plain
from nscompiler.diagnostics.render.place import relative
from nscompiler.diagnostics.render.text import render_text
from nscompiler.diagnostics.report import Report

_WIDTH = 100
# What XML has no place for and `plain` lets through: two code points that are no characters.
_REFUSED = str.maketrans({character: f"\\u{{{ord(character):x}}}" for character in "\ufffe\uffff"})


def render(report: Report) -> str:
    """The document, one test suite with every file that was checked or that has a problem."""
    by_file: dict[str, list[Diagnostic]] = {path: [] for path in report.paths}
    for item in report.diagnostics:
        by_file.setdefault(item.primary.span.path, []).append(item)
    failed = sum(any(item.is_error for item in items) for items in by_file.values())
    counts = f'tests="{len(by_file)}" failures="{failed}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="nsc check" {counts}>',
        f'  <testsuite name="nsc check" {counts} skipped="0">',
        *(line for path, items in by_file.items() for line in _case(path, items, report)),
        "  </testsuite>",
        "</testsuites>",
    ]
    text = "".join(f"{line}\n" for line in lines).translate(_REFUSED)
    return text.encode("ascii", "xmlcharrefreplace").decode() if report.ascii_only else text


def _case(path: str, items: list[Diagnostic], report: Report) -> Iterator[str]:
    shown = plain(relative(path))
    head = f'    <testcase name={quoteattr(shown)} classname="nsc.check"'
    if not items:
        yield f"{head}/>"
        return
    yield f"{head}>"
    errors = [item for item in items if item.is_error]
    if errors:
        told = plain(errors[0].title) + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else "")
        opening = f"<failure message={quoteattr(told)} type={quoteattr(errors[0].code.id)}>"
        yield f"      {opening}{_drawn(errors, report)}</failure>"
    if others := [item for item in items if not item.is_error]:
        yield f"      <system-out>{_drawn(others, report)}</system-out>"
    yield "    </testcase>"


def _drawn(items: list[Diagnostic], report: Report) -> str:
    """As on a terminal without colours, which leaves no character that XML has no place for."""
    return escape(render_text(items, report.sources, color=False, width=_WIDTH, standard=report.standard).rstrip("\n"))
