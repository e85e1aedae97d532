"""Spellings from before the language had modules: recognised, and refused with the modern one."""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_SOURCE = re.compile(r"\b(source|sink)s?[ \t]*\([ \t]*(\w+):(?://)?([^\s:)]*)[ \t]*(?::[ \t]*([^)\n\r]*?))?[ \t]*\)")
# Connectors whose address held their path, and the parameter that holds it now.
_PATHS = {"http": "http_path", "log": ""}
_TYPE_END = frozenset(("{", "|", "&", ")", "*", "?", ";", ",", "", "="))


def old_source(around: Surroundings) -> Diagnostic | None:
    """``source(http:///demo : Text)``."""
    segment, text = around.segment, around.segment.source.text
    start = max(text.rfind("\n", 0, segment.start(0)), text.rfind("\r", 0, segment.start(0))) + 1
    found = list(_SOURCE.finditer(text, start, segment.tokens.starts[segment.stop]))
    if not found or found[0].start() > segment.start(segment.at):
        return None
    modern = [_modern(match) for match in found]
    edits = [Edit(segment.source.span(*m.span()), new) for m, new in zip(found, modern, strict=True) if new]
    fixes: tuple[Fix, ...] = ()
    if len(edits) == len(found):
        fixes = (Fix("Write it as today", tuple(edits), _SURE),)
    where = segment.source.span(*found[0].span())
    notes = ("today: " + (modern[0] or 'Sources.NAME<Type> { parameter = "…" }'),)
    title = "This spelling of a source or sink is no longer read"
    return codes.OLD_SPELLING.at(where, title, notes=notes, fixes=fixes)


def _modern(match: re.Match[str]) -> str | None:
    direction, connector, path, type = match.groups()
    if connector not in _PATHS:
        return None
    name = f"{'Sources' if direction == 'source' else 'Sinks'}.{connector}"
    parameter = f' {{ {_PATHS[connector]} = "{path}" }}' if _PATHS[connector] else ""
    return f"{name}{f'<{type}>' if type else ''}{parameter}"


def old_annotation(around: Surroundings) -> Diagnostic | None:
    """``sources.http : Text { … }``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != ":" or not segment.is_word(at - 1) or segment.text(at - 2) != ".":
        return None
    end = _type_end(segment, at + 1)
    kinds: list[str | int] = ["<", *segment.kinds[at + 1 : end], ">"]
    if end == at + 1:
        return None
    whole = segment.whole_with(at, end - at, kinds)
    type = segment.source.text[segment.start(at + 1) : segment.end(end - 1)]
    qualifier = segment.text(at - 3)
    capital = qualifier[:1].upper() + qualifier[1:]
    old = segment.source.span(segment.start(at - 3), segment.end(end - 1))
    modern = f"{capital}.{segment.text(at - 1)}<{type}>"
    fix = Fix("Write it as today", (Edit(old, modern),), _SURE if whole else _MAYBE)
    title = f"The type of a source is written in `< >`: {shown(modern)}"
    if len(title) > 80:
        title = "The type of a source is written in `< >` today"
    return codes.OLD_SPELLING.at(old, title, notes=(f"today: {modern}",), fixes=(fix,))


def _type_end(segment: Segment, position: int) -> int:
    if segment.text(position) in ("{", "(", "["):
        return segment.behind_bracket(position)
    while segment.text(position) not in _TYPE_END:
        position = segment.behind_bracket(position) if segment.text(position) in ("(", "[") else position + 1
    return position


def old_type(around: Surroundings) -> Diagnostic | None:
    """``$Text`` where a type stands."""
    segment, at = around.segment, around.segment.at
    expected = segment.expected
    kinds = segment.trial.kind
    if not segment.text(at).startswith("$") or kinds["UNAME"] not in expected or kinds["TEXT"] in expected:
        return None
    name = segment.text(at)[1:]
    whole = segment.whole_as(at, "UNAME" if name[:1].isupper() else "LNAME")
    fix = Fix("Remove `$`", (Edit(segment.span(at), name),), _SURE if whole else _MAYBE)
    title = f"A type is written without `$`: {shown(name)}"
    return codes.OLD_SPELLING.at(segment.span(at), title, notes=(f"today: {name}",), fixes=(fix,))
