"""The lines of ``requirements.txt`` that pip would refuse.

A requirement is what PEP 508 says, read by the library that pip reads it with. Options, paths, addresses, variables and
lines that go on in the next one are left to pip, which alone knows what they lead to.
"""

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span

_COMMENT = re.compile(r"(^|\s+)#.*$")
_OPTIONS = re.compile(r"\s-.*$")
_ELSEWHERE = re.compile(r"[-./\\]|.*(?:://|[/\\]|\$\{|\.(?:whl|zip|tar\.\w+|tgz)\b)")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*"
_SIGN = re.compile(rf"{_NAME}(?P<sign>=|=>|=<|=~|=!|~|\^)\s*v?[0-9]")
_BARE = re.compile(rf"{_NAME}(?<=[\s\]])(?=[0-9][0-9.]*(?:\s|$))")
_CLAUSE = re.compile(rf"{_NAME}(?:[<>=!~]=?=?\s*[0-9][^\s,;]*\s*,?\s*)*?[<>=!~]=?=?\s*[0-9][^\s,;]*(?=\s+[<>=!~])")
_COMMAND = re.compile(r"pip3? install\s+")
_MEANT = {"=": "==", "=>": ">=", "=<": "<=", "=~": "~=", "=!": "!=", "~": "~=", "^": "~="}

Slip = tuple[Span, str, tuple[Fix, ...]]


def malformed(source: SourceFile) -> Iterator[Diagnostic]:
    """A diagnostic for each line of a ``requirements.txt`` that is none that pip can read."""
    for start, line in _own_lines(source.text):
        text = _OPTIONS.sub("", _COMMENT.sub("", line)).rstrip()
        shift = start + len(text) - len(text.lstrip())
        problem = _problem(source.path, shift, text.lstrip())
        if problem is not None:
            yield problem


def _own_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that neither go on nor are gone on with, with where they start."""
    start, joined = 0, False
    for line in text.splitlines(keepends=True):
        goes_on = line.rstrip("\r\n").endswith("\\")
        if not (goes_on or joined):
            yield start, line.rstrip("\r\n")
        start, joined = start + len(line), goes_on


def _problem(path: str, start: int, text: str) -> Diagnostic | None:
    if not text or _ELSEWHERE.match(text):
        return None
    try:
        Requirement(text)
    except InvalidRequirement as error:
        at = _place(str(error), len(text))
        span, label, fixes = _slip(path, start, text) or (Span(path, start + at, start + len(text)), _READ, ())
        title = titled("`{}` is no requirement that pip can read", text)
        return codes.BAD_REQUIREMENT.at(span, title, label, fixes=fixes)
    return None


_READ = "pip reads as far as this: a requirement is `name`, `name==1.0` or `name>=1.0,<2`"


def _place(message: str, length: int) -> int:
    """Where the library's drawing points, in a line of this length; at its start where it draws nothing, and at its
    last character where it points behind it."""
    drawn = message.splitlines()[-1]
    found = len(drawn) - len(drawn.lstrip()) - len("    ")
    return max(0, min(found, length - 1)) if set(drawn) <= set(" ~^") else 0


def _slip(path: str, start: int, text: str) -> Slip | None:
    """The place, the label and the fix of slips that are plain."""
    if found := _COMMAND.match(text):
        label, written, at, end = "a requirement is written without the command", "", 0, found.end()
    elif found := _SIGN.match(text):
        sign = found["sign"]
        written = _MEANT[sign]
        label, (at, end) = f"`{sign}` is no comparison: `{written}` is", found.span("sign")
    elif found := _BARE.match(text):
        label, written, at, end = "a version has `==` before it", "==", len(found[0].rstrip()), found.end()
    elif found := _CLAUSE.match(text):
        label, written, at, end = "a comma is missing before this", ",", found.end(), found.end()
    else:
        return None
    return _mended(path, start, text, (at, end), label, written)


def _mended(path: str, start: int, text: str, place: tuple[int, int], label: str, written: str) -> Slip:
    at, end = place
    edit = Edit(Span(path, start + at, start + end), written)
    added = not text[at:end].strip()  # nothing is wrong with white space: it stands before what is
    shown = Span(
        path, start + (len(text) - len(text[end:].lstrip()) if added else at), start + (len(text) if added else end)
    )
    fixed = f"{text[:at]}{written}{text[end:]}"
    fix = Fix(f"write `{fixed}`", (edit,), Applicability.MAYBE_INCORRECT)
    return shown, label, (fix,) if _is_readable(fixed) else ()


def _is_readable(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True
