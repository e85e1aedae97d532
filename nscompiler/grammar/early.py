"""Spellings from before the language had modules: recognised, and refused with the modern one."""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown
from nscompiler.patterns import Pattern

#: How far before a mistake, on its line, the spelling may begin.
_NEAR = 200
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_SOURCE = Pattern(r"\b(source|sink)s?[ \t]*\([ \t]*(\w+):(?://)?([^\s:)]*)[ \t]*(?::[ \t]*([^)\n\r]*?))?[ \t]*\)")
# Connectors whose address held their path, and the parameter that holds it now.
_PATHS = {"http": "http_path", "log": ""}
_TYPE_END = frozenset(("{", "|", "&", ")", "*", "?", ";", ",", "", "="))


def old_source(around: Surroundings) -> Diagnostic | None:
    """``source(http:///demo : Text)``."""
    segment, text = around.segment, around.segment.source.text
    first = segment.start(0)
    near = max(0, first - _NEAR)
    start = max(text.rfind("\n", near, first), text.rfind("\r", near, first), near - 1) + 1
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
    if not _is_annotation(segment, at) or _type_end(segment, at + 1) == at + 1:
        return None
    edits, kinds = [], segment.kinds[:at]
    position = at
    while position < len(segment.kinds):
        if not _is_annotation(segment, position):
            kinds.append(segment.kinds[position])
            position += 1
            continue
        stop = _type_end(segment, position + 1)
        kinds += [segment.trial.kind["LESSTHAN"], *segment.kinds[position + 1 : stop], segment.trial.kind["MORETHAN"]]
        edits.append(_modern_annotation(segment, position, stop))
        position = stop
    whole = segment.whole_with(at, len(segment.kinds), kinds[at:])
    early = all(edit.text.startswith(("Sources.", "Sinks.")) for edit in edits)
    fix = Fix("Write it as today", tuple(edits), _SURE if whole and early else _MAYBE)
    title = f"The type of a source is written in `< >`: {shown(edits[0].text)}"
    if len(title) > 80:
        title = "The type of a source is written in `< >` today"
    return codes.OLD_SPELLING.at(edits[0].span, title, notes=(f"today: {edits[0].text}",), fixes=(fix,))


def _is_annotation(segment: Segment, position: int) -> bool:
    """Whether a colon stands behind ``sources.http``, or the like."""
    named = segment.is_word(position - 1) and segment.text(position - 2) == "." and segment.is_word(position - 3)
    return segment.text(position) == ":" and named


def _modern_annotation(segment: Segment, colon: int, end: int) -> Edit:
    type = segment.source.text[segment.start(colon + 1) : segment.end(end - 1)]
    qualifier = segment.text(colon - 3)
    capital = qualifier[:1].upper() + qualifier[1:]
    old = segment.source.span(segment.start(colon - 3), segment.end(end - 1))
    return Edit(old, f"{capital}.{segment.text(colon - 1)}<{type}>")


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
    edits, at_fault, mended = [], at, segment.kinds.copy()
    while segment.text(at_fault).startswith("$") and mended[at_fault] == kinds["ENVIRONMENT"]:
        name = segment.text(at_fault)[1:]
        mended[at_fault] = kinds["UNAME" if name[:1].isupper() else "LNAME"]
        edits.append(Edit(segment.span(at_fault), name))
        at_fault, whole = segment.read(mended)
        if whole:
            break
    fix = Fix("Remove `$`", tuple(edits), _SURE if whole else _MAYBE)
    name = edits[0].text
    title = f"A type is written without `$`: {shown(name)}"
    return codes.OLD_SPELLING.at(segment.span(at), title, notes=(f"today: {name}",), fixes=(fix,))
