"""Imports as other languages write them, ``import "Foo:1.0.0"``, ``import Foo@1.0.0 as F``, ``import Foo:1.0.0 as f``:
a line is read as the import that it was meant to be, and told of once.
"""

import re
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as module_codes
from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.aliases import meant_alias, used_aliases
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_NAME = r"(?P<name>\w[\w.]*+(?:/\w[\w.]*+){0,2})"
_VERSION = r"(?P<version>[0-9]+\.[0-9]+\.[0-9]+(?:-\w+)*+)(?![\w.])"
_LINE = Pattern(
    r"(?P<keyword>import|module)[ \t]+(?:(?P<word>qualified|static|module)[ \t]+)?"
    rf"(?P<open>[\"'`]?){_NAME}(?:(?P<sign>[ \t]*[^\w\s\"'`;]{{0,3}}[ \t]*[vV]?){_VERSION})?"
    r"(?P<close>[\"'`]?)(?:[ \t]+(?P<as>as|As|AS|=|->)[ \t]+(?P<alias>[^\W\d][\w']*+))?[ \t]*"
)
_ALIAS = Pattern(r"[ \t]+(?P<word>\w+[ \t]+)?(?P<alias>[A-Z]\w*+)[ \t]*(?=//|[\n\r;]|$)")


WHOLE_IMPORT = "An import brings the whole module: what it declares is used as `A.f`"
"""What is told of names behind an import."""


def alias_behind(text: str, end: int) -> tuple[int, int, str] | None:
    """The alias on the line of an import, without an `as`: where it starts, with a word before it, where it ends."""
    match = _ALIAS.match(text, end)
    if match is None:
        return None
    return match.start("word") if match["word"] else match.start("alias"), match.end("alias"), match["alias"]


class ImportLine(Record):
    """A line of text that is an import, as its tokens from ``first`` to before ``until``, and what was meant by it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "match")
    __slots__ = __match_args__

    def __init__(self, first: int, stop: int, match: re.Match[str]) -> None:
        self.first = first
        self.until = stop
        self.match = match

    @property
    def reference(self) -> str:
        """The module's reference as it should be written; without a version where there is none."""
        match = self.match
        return f"{match['name']}:{match['version']}" if match["version"] else match["name"]


def import_line(tokens: Tokens, trial: Trial, text: str, index: int) -> ImportLine | None:
    """The import on whose line a token stands that cannot stand there; None if the line is none, or past help."""
    first, near = index, max(0, index - WINDOW)
    keywords = trial.kind["IMPORT"], trial.kind["MODULE"]
    while first > near and not trial.begins_line(tokens, first) and tokens.kinds[first] not in keywords:
        first -= 1
    if tokens.kinds[first] not in keywords:
        return None
    stop = first + 1
    while (
        stop < min(first + WINDOW, len(tokens.kinds) - 1)
        and tokens.texts[stop] not in ("", ";")
        and not trial.begins_line(tokens, stop)
    ):
        stop += 1
    start, end = tokens.starts[first], tokens.ends[stop - 1]
    match = _LINE.fullmatch(text, start, end)
    if match is None or (match["keyword"] == "module" and (match["word"] or match["as"])):
        return None
    return ImportLine(first, stop, match)


def told(source: SourceFile, tokens: Tokens, line: ImportLine) -> Diagnostic | None:
    """What is wrong with the line; None where nothing here is."""
    match = line.match
    if match["word"]:
        span = source.span(*match.span("word"))
        fix = Fix(f"Remove `{match['word']}`", (Edit(source.span(span.start, match.start("name")), ""),), _MAYBE)
        return codes.UNEXPECTED.at(span, "Nothing stands between `import` and the module", fixes=(fix,))
    if match["open"] or match["close"]:
        span = source.span(match.start("open"), match.end("close"))
        if match["name"].endswith(".nml") and not match["version"]:
            title = "A module is imported by its name and version, not by its file"
            return codes.MISSING_REFERENCE.at(span, title)
        fix = Fix("Remove the quotes", (Edit(span, line.reference),), _SURE)
        return codes.MISSING_REFERENCE.at(span, "A module is named without quotes", fixes=(fix,))
    if match["version"] and match["sign"] != ":":
        span = source.span(match.start("name"), match.end("version"))
        fix = Fix(f"Write {shown(line.reference)}", (Edit(span, line.reference),), _MAYBE)
        title = f"A `:` stands between {shown(match['name'])} and its version, not {shown(match['sign'].strip())}"
        if not match["sign"].strip() or len(title) > 80:
            title = "A `:` and nothing else stands between a module and its version"
        return module_codes.MISSING_VERSION.at(span, title, fixes=(fix,))
    if match["as"] not in (None, "as"):
        return no_as(source, match.start("as"), match.end("alias"), match["alias"])
    if match["alias"] and match["alias"][0].islower():
        return _small_alias(source, tokens, line)
    return None


def names_behind(source: SourceFile, end: int, names: Span, *, are_names: bool) -> Diagnostic:
    """``import Foo:1.0.0 (f)``; ``import F "Foo:1.0.0"``: what stands behind an import, which has no end there."""
    edit = Edit(source.span(end, names.end), "")
    fixes = (Fix("Remove the names", (edit,), _MAYBE),) if are_names else ()
    return codes.UNEXPECTED.at(names, WHOLE_IMPORT, fixes=fixes)


def versioned_by_sign(place: Span) -> Diagnostic:
    """``import Foo@latest``."""
    title = "A `:` and a version in full stand behind a module's name, not `@`"
    return module_codes.MISSING_VERSION.at(place, title)


def no_as(source: SourceFile, start: int, end: int, alias: str) -> Diagnostic:
    """``import Foo:1.0.0 = F``, ``import Foo:1.0.0 F``."""
    span = source.span(start, end)
    fix = Fix(f"Write `as {alias}`", (Edit(span, f"as {alias}"),), _MAYBE)
    return codes.UNEXPECTED.at(span, "A module's alias follows `as`", fixes=(fix,))


def _small_alias(source: SourceFile, tokens: Tokens, line: ImportLine) -> Diagnostic:
    alias = line.match["alias"]
    capital = _capital(source, line)
    span = source.span(*line.match.span("alias"))
    module, _, member = line.match["name"].rpartition(".")
    if module.rpartition(".")[2][:1].isupper() and member[:1].islower():
        title = "An import brings a whole module, and its alias starts with a capital letter"
        written = f"{module}:{line.match['version'] or '1.0.0'}"
        label = f"write `import {written}`, and `{module.rpartition('.')[2]}.{member}` where it is used"
        return codes.NAME_CASE.at(span, title, label)
    uses = [source.span(tokens.starts[at], tokens.ends[at]) for at in _uses(tokens, line, alias)]
    edits = tuple(Edit(place, capital) for place in (span, *uses))
    fix = Fix(f"Write {shown(capital)}", edits, _MAYBE)
    return codes.NAME_CASE.at(span, "A module's alias starts with a capital letter", fixes=(fix,))


def _capital(source: SourceFile, line: ImportLine) -> str:
    """What an alias in small letters was meant to be: one that the file uses and nothing gives, else the same name with
    a capital letter."""
    alias = line.match["alias"]
    used = used_aliases(source.text, line.match.start())
    return (meant_alias(alias, used) if used else None) or alias[0].upper() + alias[1:]


def _uses(tokens: Tokens, line: ImportLine, alias: str) -> list[int]:
    return [
        at
        for at in range(line.until, len(tokens.kinds) - 1)
        if tokens.texts[at] == alias and tokens.texts[at + 1] == "." and tokens.texts[at - 1] != "."
    ]


def read(source: SourceFile, tokens: Tokens, trial: Trial, line: ImportLine) -> None:
    """Puts the import that was meant in the place of the line's tokens; a small alias is one wherever it is used."""
    match, kind = line.match, trial.kind
    start, end = match.start("name"), match.end("version") if match["version"] else match.end("name")
    meant = [(kind["REFERENCE"], line.reference, start, end)]
    if alias := match["alias"]:
        called = _capital(source, line) if alias[0].islower() and not _uses(tokens, line, alias) else alias
        meant += [(kind["AS"], "as", *match.span("as")), (kind["UNAME"], called, *match.span("alias"))]
        for at in _uses(tokens, line, alias):
            tokens.kinds[at] = kind["UNAME"]
    others = Tokens()
    for each, text, first, last in meant:
        others.insert(len(others.kinds), each, text, first)
        others.ends[-1], others.gaps[-1] = last, " "
    tokens.cut(line.first + 1, line.until)
    tokens.splice(line.first + 1, others, len(others.kinds))
