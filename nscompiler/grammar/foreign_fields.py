"""The fields of a record as other languages write them, ``a?: string;``, ``string a = 1;``, ``pub b: Vec<f64>,``: where
each stands, what it is called, and how its type is written here.
"""

from collections.abc import Collection, Iterator
from typing import ClassVar

from nscompiler.grammar.foreign_names import scalar_meant
from nscompiler.grammar.foreign_types import applied, as_argument
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.wording import NOTHING
from nscompiler.records import Record

OF_FIELDS = frozenset(
    ("readonly", "val", "var", "const", "final", "public", "private", "mutable", "required", "mut", "pub", "protected")
)
"""What may stand before a field."""
_OPENERS, _CLOSERS = frozenset("([{<"), frozenset(")]}>")
_BRACKETS = {"[": "]", "<": ">"}
_DEEPEST = 8


class Field(Record):
    """One field: its first token, the one behind it, its name, the first of its type and the one behind that; whether
    it may be missing, and whether its name stands first, with a `:`.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "name", "type", "end", "optional", "plain")
    __slots__ = __match_args__

    def __init__(self, first: int, until: int, name: int, type: int, end: int, optional: bool, plain: bool) -> None:
        self.first = first
        self.until = until
        self.name = name
        self.type = type
        self.end = end
        self.optional = optional
        self.plain = plain


def fields(tokens: Tokens, opening: int, closing: int) -> list[Field] | None:
    """The fields between two brackets; None where anything else stands there."""
    found = []
    for first, until in _parts(tokens, opening + 1, closing):
        field = _field(tokens.texts, first, until)
        if field is None:
            return None
        found.append(field)
    return found


def _parts(tokens: Tokens, first: int, closing: int) -> Iterator[tuple[int, int]]:
    """What stands between separators, or on a line that begins a field."""
    texts, depth, start = tokens.texts, 0, first
    for at in range(first, closing + 1):
        on_line = "\n" in tokens.gaps[at] and (texts[at + 1] in (":", "?") or texts[at - 1] not in (":", "|", "?"))
        if depth == 0 and (at == closing or texts[at] in (",", ";") or (on_line and texts[at] not in ("|", "="))):
            if at > start:
                yield start, at
            start = at + (texts[at] in (",", ";"))
        depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)


def _field(texts: list[str], first: int, until: int) -> Field | None:
    begins = first
    while until - begins > 2 and texts[begins] in OF_FIELDS:
        begins += 1
    end = next((at for at in range(begins, until) if texts[at] == "="), until)
    second = texts[begins + 1] if begins + 1 < end else ""
    if second in (":", "?"):
        optional = second == "?"
        type = begins + 2 + optional
        plain = texts[type - 1] == ":" and type < end
        return Field(first, until, begins, type, end, optional, True) if plain else None
    if end - begins < 2:
        return None
    if _is_type(texts, begins, end - 1) and texts[end - 1].isidentifier() and not texts[end - 1][0].isupper():
        return Field(first, until, end - 1, begins, end - 1, False, False)
    if texts[begins].isidentifier() and not texts[begins][0].isupper() and _is_type(texts, begins + 1, end):
        return Field(first, until, begins, begins + 1, end, False, False)
    return None


def _is_type(texts: list[str], first: int, until: int) -> bool:
    """Whether a type stands there that this or another language has, or that is declared somewhere."""
    written = type_written(texts[first:until])
    return written is not None and (written != texts[first] or written[:1].isupper())


def type_written(texts: list[str], declared: Collection[str] = ()) -> str | None:
    """How a type of other languages is written here; as it stands where it is one of ours, None where it is neither."""
    read = _type(texts, 0, declared, 0)
    return read[0] if read is not None and read[1] == len(texts) else None


def _type(texts: list[str], at: int, declared: Collection[str], depth: int) -> tuple[str, int] | None:
    optional = False
    alternatives = []
    while at < len(texts) and depth <= _DEEPEST:
        read = _one(texts, at, declared, depth)
        if read is None:
            return None
        at = read[1]
        if read[0] in NOTHING:
            optional = True
        else:
            alternatives.append(read[0])
        if at == len(texts) or texts[at] != "|":
            break
        at += 1
    if len(alternatives) != 1:
        return None
    written = alternatives[0]
    return (f"optional {as_argument(written)}" if optional else written), at


def _one(texts: list[str], at: int, declared: Collection[str], depth: int) -> tuple[str, int] | None:
    at += texts[at] == "&"  # a reference of Rust's
    if at >= len(texts):
        return None
    word = texts[at]
    opened = texts[at + 1] if at + 1 < len(texts) else ""
    if word == "[":
        read = _type(texts, at + 1, declared, depth + 1)
        if read is None or read[1] >= len(texts) or texts[read[1]] != "]":
            return None
        written, at = f"[{read[0]}]", read[1] + 1
    elif not word.isidentifier():
        return None
    elif opened in _BRACKETS and texts[at + 2 : at + 3] != ["]"]:
        arguments, at = _arguments(texts, at + 1, declared, depth)
        applied_type = applied(word, arguments) if at > 0 else None
        if applied_type is None:
            return None
        written = applied_type
    else:
        written, at = (None if word in declared else scalar_meant(word)) or word, at + 1
    while texts[at : at + 2] == ["[", "]"]:
        written, at = f"[{written}]", at + 2
    if texts[at : at + 1] == ["?"]:
        written, at = f"optional {as_argument(written)}", at + 1
    return written, at


def _arguments(texts: list[str], opening: int, declared: Collection[str], depth: int) -> tuple[list[str], int]:
    """The types between brackets and what is behind these; -1 where something else stands there."""
    found: list[str] = []
    at, closing = opening, _BRACKETS[texts[opening]]
    while at == opening or texts[at : at + 1] == [","]:
        read = _type(texts, at + 1, declared, depth + 1)
        if read is None:
            return [], -1
        found.append(read[0])
        at = read[1]
    return (found, at + 1) if texts[at : at + 1] == [closing] else ([], -1)
