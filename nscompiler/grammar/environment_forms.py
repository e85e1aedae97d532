"""Variables of the environment as a make file, a template or a program would read them: `$(KEY)`, `${{ env.KEY }}`,
`$env:KEY`, `os.environ["KEY"]`. All of one declaration are told of at once.
"""

import re
from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.slip import BEFORE, Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_NAME = r"([A-Za-z_][A-Za-z0-9_]*+)"
_SPACE = r"[ \t]*+"
_DEFAULT = r"(?::?[-=?+][^\n(){}]{0,80}+)?"
_WHERE = r"(?:(?:env|ENV|secrets|vars|var)\.)?+"
_QUOTES = r"[\"']"
_FORMS = (
    rf"\$\({_SPACE}{_WHERE}{_NAME}{_DEFAULT}(?:{_SPACE}\))?+",
    rf"\$?\{{\{{{_SPACE}\$?{_WHERE}{_NAME}{_SPACE}\}}\}}",
    rf"\$\{{{_SPACE}{_WHERE}{_NAME}{_DEFAULT}{_SPACE}\}}",
    rf"\$\[{_NAME}\]",
    rf"\$env:{_NAME}",
    r"\$[ \t]++([A-Z_][A-Z0-9_]++)(?!\w)",
    rf"\${_NAME}\$",
    rf"(?:os\.environ|process\.env|ENV|env)(?:\[{_QUOTES}{_NAME}{_QUOTES}\]|(?:\.get)?\({_QUOTES}{_NAME}{_QUOTES}\))",
    rf"(?:os\.|System\.)?+(?:getenv|Getenv)\({_QUOTES}{_NAME}{_QUOTES}\)",
)
_FORM = Pattern("|".join(_FORMS))
_BEGINS = frozenset(("os", "process", "ENV", "env", "System", "getenv", "{"))
_VALUE_SIGNS = frozenset(("=", "[", ","))


def environment_forms(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a token of such a variable may be."""
    near = range(index, max(index - BEFORE - 2, 0), -1)
    first = next((at for at in near if _until(source, tokens, at) > index), -1)
    if first < 0 or tokens.kinds[first] == trial.kind["SHELL_VARIABLE"]:  # which is read as what it is
        return
    meant: list[tuple[int, str, int, int]] = []
    edits: list[Edit] = []
    at, until, whole = first, first, 0
    while at < min(first + WINDOW, len(tokens.kinds) - 1):
        end = _until(source, tokens, at)
        if end > at:
            start, text = tokens.starts[at], f"${_named(source, tokens, at)}"
            edits.append(Edit(source.span(start, tokens.ends[end - 1]), text))
            meant.append((trial.kind["ENVIRONMENT"], text, start, tokens.ends[end - 1]))
            at, until, whole = end, end, len(meant)
        else:
            meant.append((tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at]))
            at += 1
    written = source.text[edits[0].span.start : edits[0].span.end]
    title = f"A variable of the environment is written {shown(edits[0].text)}"
    title = fitting(f"{title}, not {shown(written)}", title)
    fix = Fix(f"Write {shown(edits[0].text)}", tuple(edits), Applicability.MAYBE_INCORRECT)
    problem = codes.NOT_A_LITERAL.at(edits[0].span, title, fixes=(fix,))
    yield Slip(first, until, tuple(meant[:whole]), problem)


def _found(source: SourceFile, tokens: Tokens, at: int) -> re.Match[str] | None:
    text = tokens.texts[at]
    if not (text[:1] == "$" or text in _BEGINS) or tokens.texts[at - 1] not in _VALUE_SIGNS:
        return None
    return _FORM.match(source.text, tokens.starts[at])


def _until(source: SourceFile, tokens: Tokens, at: int) -> int:
    """The token behind such a variable; the first of it where none stands there."""
    found = _found(source, tokens, at) if at > 0 else None
    if found is None:
        return at
    until = at
    while until < len(tokens.ends) - 1 and tokens.ends[until] < found.end():
        until += 1
    return until + 1 if tokens.ends[until] == found.end() else at


def _named(source: SourceFile, tokens: Tokens, at: int) -> str:
    found = _found(source, tokens, at)
    return next(name for name in found.groups() if name) if found is not None else ""
