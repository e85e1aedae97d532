"""What Python's own parser says of a file that is no Python, and the slips in one sign that can be mended."""

import ast
import keyword
import re
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.places_in_python import line_of

_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"'}


def no_python(python: SourceFile, line: int, reason: str) -> Diagnostic:
    """A file that cannot be parsed, for a reason that Python gives."""
    try:
        ast.parse(python.text)
    except SyntaxError as error:
        place, fixes = _place(python, line, error), _mended(python, line, error)
    except (ValueError, RecursionError):
        place, fixes = line_of(python, line), ()
    else:
        place, fixes = line_of(python, line), ()
    name = python.path.rpartition("/")[2]
    return codes.PYTHON_SYNTAX.at(place, f"`{name}` is not valid Python", reason, fixes=fixes)


def _place(python: SourceFile, line: int, error: SyntaxError) -> Span:
    """What is wrong in a line, where Python says it; else the line."""
    whole, start, end = line_of(python, line), error.offset or 0, error.end_offset or 0
    if error.lineno != line or error.end_lineno != line or not 0 < start < end:
        return whole
    begin = python.lines.start_of(line) - 1
    span = python.span(begin + start, begin + end)
    return span if whole.start <= span.start < span.end <= whole.end else whole


def _mended(python: SourceFile, line: int, error: SyntaxError) -> tuple[Fix, ...]:
    """The fixes with which the file is Python."""
    for title, edits in _offers(python, line, error):
        text = python.text
        for edit in reversed(edits):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        return (Fix(title, edits, Applicability.MAYBE_INCORRECT),)
    return ()


def _offers(python: SourceFile, line: int, error: SyntaxError) -> Iterator[tuple[str, tuple[Edit, ...]]]:
    begin, row, message = python.lines.start_of(line), python.line_text(line), error.msg
    at = max((error.offset or 1) - 1, 0)
    if message == "expected ':'":
        for end in (len(row[:at].rstrip()), len(row.rstrip())):
            yield "insert `:`", (Edit(python.span(begin + end, begin + end), ":"),)
    elif "instead of '='" in message and (sign := row.find("=", at)) >= 0:
        yield "write `==`", (Edit(python.span(begin + sign, begin + sign + 1), "=="),)
    elif message.startswith("invalid character"):
        found = [(index, _QUOTES[sign]) for index, sign in enumerate(row) if sign in _QUOTES]
        edits = tuple(Edit(python.span(begin + index, begin + index + 1), sign) for index, sign in found)
        if edits:
            yield "write straight quotes", edits
    elif (bracket := re.match(r"'([(\[{])' was never closed", message)) is not None:
        closing = {"(": ")", "[": "]", "{": "}"}[bracket[1]]
        for end in (len(row.rstrip()), len(row.rstrip().removesuffix(":"))):
            yield f"insert `{closing}`", (Edit(python.span(begin + end, begin + end), closing),)
    elif isinstance(error, IndentationError):
        yield from _indented(python, line)
    elif (word := re.match(r"\s*([^\W\d]\w*)\s", row)) is not None and not keyword.iskeyword(word[1]):
        place = python.span(begin + word.start(1), begin + word.end(1))
        for meant in near(word[1], keyword.kwlist):
            yield f"write `{meant}`", (Edit(place, meant),)


def _indented(python: SourceFile, line: int) -> Iterator[tuple[str, tuple[Edit, ...]]]:
    """A line as far to the right as another one is, where that is a space or two."""
    begin, row = python.lines.start_of(line), python.line_text(line)
    own = len(row) - len(row.lstrip(" "))
    rows = (python.line_text(number) for number in range(1, python.lines.count + 1))
    others = {len(one) - len(one.lstrip(" ")) for one in rows if one.strip()} - {own}
    for other in sorted(others, key=lambda number: abs(number - own)):
        if abs(other - own) <= 2:
            yield "indent it like the others", (Edit(python.span(begin, begin + own), " " * other),)
