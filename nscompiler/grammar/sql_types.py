"""Declarations that are written with the types of SQL: ``{ name : VARCHAR(20), price : DECIMAL }``.

Without a length they read as names of types; the type checker tells of those, by the same table.
"""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.foreign_names import SQL_TYPES, SQL_WORDS, sql_type
from nscompiler.grammar.rewriting import Rewriting
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting, shown

# Types of our own that are given a length as SQL's are.
_OWN = frozenset(("Text", "Integer", "Decimal", "Double", "Char", "String", "Number", "Time", "DateTime", "Timestamp"))


def with_length(around: Surroundings) -> Diagnostic | None:
    """``type P = { name : VARCHAR(20) }``."""
    segment, at = around.segment, around.segment.at
    if around.keyword not in ("fun", "type", "def"):
        return None
    name = next((one for one in (at - 2, at - 1, at - 4) if _length_end(segment, one) > at >= one), at)
    meant = _meant(segment, name) if name > around.head + 1 else None
    if meant is None:
        return None
    if name == at:
        return _without_colon(around) if _is_field(segment, at - 1) else None
    written, until = _text(segment, name), _until(segment, name)
    title = fitting(f"SQL's {shown(written)} is {shown(meant)} here", f"SQL's type is {shown(meant)} here")
    if segment.text(name) == meant:
        title = f"{shown(meant)} has no length: it stands alone"
    rewriting = _rewritten(segment, around.head + 2)
    several = len(rewriting.edits) > 1
    what = f"Write {shown(_optional(segment, name, meant))}" + (", and the others so too" if several else "")
    return codes.UNEXPECTED.at(segment.span(name, until - 1), title, fixes=rewriting.fix(what))


def _without_colon(around: Surroundings) -> Diagnostic | None:
    """``type P = { id INT, name VARCHAR(20) }``."""
    segment, at = around.segment, around.segment.at
    fixes = _rewritten(segment, around.head + 2).fix("Write them as they are written here")
    title = f"A `:` is missing before {shown(segment.text(at))}"
    return codes.MISSING_COLON.at(segment.span(at), title, "expected `:` before this", fixes=fixes) if fixes else None


def _is_field(segment: Segment, position: int) -> bool:
    """Whether the name of a field stands there without a `:` behind it."""
    return segment.kinds[position] == segment.trial.kind["LNAME"] and segment.text(position - 1) in ("{", ",")


def _text(segment: Segment, name: int) -> str:
    return segment.source.text[segment.start(name) : segment.end(_length_end(segment, name) - 1)]


def _meant(segment: Segment, position: int) -> str | None:
    """What a token is meant for that SQL calls so; also one of our own types with a length."""
    name = segment.text(position)
    if segment.text(position - 1) == "." or segment.text(position + 1) in (":", "=", "."):
        return None
    meant = sql_type(name)
    if meant is None and segment.text(position + 1) == "(" and _length_end(segment, position) > position + 1:
        meant = SQL_TYPES.get(name.upper()) if name in _OWN or name.lower() in ("int", "text", "decimal") else None
        meant = name if name in ("Time", "DateTime", "Decimal") else meant
    return meant


def _length_end(segment: Segment, name: int) -> int:
    """Behind ``(20)`` or ``(10, 2)``; right behind the name where none stands there."""
    position = name + 1
    if segment.text(position) != "(" or not segment.text(position + 1).isdecimal():
        return name + 1
    position += 2
    while segment.text(position) == "," and segment.text(position + 1).isdecimal():
        position += 2
    return position + 1 if segment.text(position) == ")" else name + 1


def _until(segment: Segment, name: int) -> int:
    """Behind a type of SQL's, with its length and the words that belong to it."""
    position = _length_end(segment, name)
    while segment.text(position).upper() in SQL_WORDS and segment.text(position + 1) not in (":", "="):
        position += 1
    return position


def _optional(segment: Segment, name: int, meant: str) -> str:
    words = [segment.text(position).upper() for position in range(_length_end(segment, name), _until(segment, name))]
    return f"optional {meant}" if "NULL" in words and "NOT" not in words else meant


def _rewritten(segment: Segment, first: int) -> Rewriting:
    """All such types of the item written as they are here."""
    rewriting, kind, position = Rewriting(segment), segment.trial.kind, first
    while position < len(segment.kinds):
        meant = _meant(segment, position)
        if meant is None:
            position += 1
            continue
        text, until = _optional(segment, position, meant), _until(segment, position)
        if text != segment.text(position) or until > position + 1:
            kinds: list[str | int] = [kind["UNAME"]] if meant[0] != "[" else ["[", kind["UNAME"], "]"]
            kinds = [kind["OPTIONAL"], *kinds] if text != meant else kinds
            colon = _is_field(segment, position - 1)
            rewriting.replace(position, until, [":", *kinds] if colon else kinds, f": {text}" if colon else text)
        position = until
    return rewriting
