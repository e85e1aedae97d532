"""Types as the annotations of Python and the generics of other languages write them, ``dict[str, list[int]]``: told of
once for a declaration, with a fix that writes all of them as they are written here.
"""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign_names import scalar_meant
from nscompiler.grammar.inline_sums import is_declared
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown

_LISTS = frozenset(("list", "array", "seq", "vec", "set", "sequence", "iterable", "frozenset", "collection"))
_OPTIONALS = frozenset(("optional", "option", "maybe"))
_MAPS = frozenset(("dict", "map", "mapping", "hashmap", "record"))
_TUPLES = frozenset(("tuple", "pair"))
_OWN = frozenset(("Vector", "Matrix"))
_TYPES = _LISTS | _OPTIONALS | _MAPS | _TUPLES
_PARTNER = {"[": "]", "<": ">", "(": ")"}
#: How many tokens before and behind a mistake are looked at.
_AROUND = 96
#: What is too long for a title.
_LONG = 40


def foreign_type(around: Surroundings) -> Diagnostic | None:
    """``fun f : list[str] -> dict[str, int]``."""
    segment, at = around.segment, around.segment.at
    if around.keyword not in ("fun", "type", "def") or not _is_near(segment, at):
        return None
    reader, edits, told = _Reader(segment), [], None
    position = max(around.head + 2, at - _AROUND)
    while position < min(at + _AROUND, len(segment.kinds)):
        read = reader.type(position) if reader.is_applied(position) else reader.scalar(position)
        if read is None:
            position += 1
            continue
        written, until = read
        if until > position + 1 and position < at < until:
            told = (position, until - 1, written)
        edits.append(Edit(segment.span(position, until - 1), written))
        position = until
    if told is None:
        return None
    first, last, written = told
    title = f"This type is written {shown(written)}"
    if len(written) > _LONG:
        title = "The arguments of a type follow it without brackets of their own"
    what = f"Write {shown(written)}" + (", and the others so too" if len(edits) > 1 else "")
    fix = Fix(what, tuple(edits), Applicability.MAYBE_INCORRECT)
    return codes.UNEXPECTED.at(segment.span(first, last), title, fixes=(fix,))


def _is_near(segment: Segment, at: int) -> bool:
    """Whether the mistake is at the brackets of such a type, or inside."""
    opened = [*segment.open_brackets()[-8:], at]
    return any(_opens(segment, one) and _named(segment, one - 1) for one in opened)


def _opens(segment: Segment, position: int) -> bool:
    """Whether a bracket may be that around the arguments of a type."""
    sized = segment.text(position) == "(" and segment.text(position - 1) in _OWN
    return sized or segment.text(position) in ("[", "<")


def _named(segment: Segment, position: int) -> bool:
    word = segment.text(position)
    glued = position >= 0 and segment.end(position) == segment.start(position + 1)
    known = word.lower() in _TYPES or word in _OWN or is_declared(segment, position)
    return glued and segment.text(position - 1) != "." and known


class _Reader:
    """Reads types from the tokens of an item: each with how it is written here, and the position behind it."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def is_applied(self, position: int) -> bool:
        """Whether a word is such a type, with its arguments in brackets."""
        return _opens(self._segment, position + 1) and _named(self._segment, position)

    def scalar(self, position: int) -> tuple[str, int] | None:
        """A built-in type that other languages call so; no name of a field or a parameter."""
        segment = self._segment
        written = scalar_meant(segment.text(position))
        if written is None or segment.text(position + 1) in (":", "=", ".") or segment.text(position - 1) == ".":
            return None
        return written, position + 1

    def type(self, position: int, depth: int = 0) -> tuple[str, int] | None:
        """A type; None for what is not read here."""
        if depth > 8:
            return None
        read = self._one(position, depth)
        if read is not None and self._segment.text(read[1]) == "|" and self._segment.text(read[1] + 1) == "None":
            return f"optional {as_argument(read[0])}", read[1] + 2
        return read

    def _one(self, position: int, depth: int) -> tuple[str, int] | None:
        segment, word = self._segment, self._segment.text(position)
        if self.is_applied(position):
            items, until = self._items(position + 1, depth)
            declared = word not in _OWN and is_declared(segment, position)
            written = " ".join((word, *map(as_argument, items))) if declared else applied(word, items)
            return None if until < 0 or written is None else (written, until)
        if word in ("[", "("):
            items, until = self._items(position, depth)
            written = ", ".join(items)
            return None if until < 0 else (f"{word}{written}{_PARTNER[word]}", until)
        if not (segment.is_word(position) or word.isdecimal()):
            return None
        if segment.text(position + 1) == "." and segment.is_word(position + 2):
            return f"{word}.{segment.text(position + 2)}", position + 3
        return scalar_meant(word) or word, position + 1

    def _items(self, opening: int, depth: int) -> tuple[list[str], int]:
        """The types between brackets, and the position behind these; -1 where something else stands there."""
        segment, found, position = self._segment, [], opening
        while position == opening or segment.text(position) == ",":
            read = self.type(position + 1, depth + 1)
            if read is None:
                return [], -1
            found.append(read[0])
            position = read[1]
        closed = segment.text(position) == _PARTNER[segment.text(opening)]
        return found, position + 1 if closed else -1


def applied(word: str, items: list[str]) -> str | None:
    """How a type of other languages with its arguments is written here; None for what is none."""
    kind = word.lower()
    if word in _OWN:
        return " ".join((word, *map(as_argument, items)))
    if kind in _TUPLES and len(items) > 1:
        return f"({', '.join(items)})"
    if kind in _MAPS and len(items) == 2 and items[0] == "Text":
        return f"Map {as_argument(items[1])}"
    if len(items) == 1 and kind in _LISTS:
        return f"[{items[0]}]"
    if len(items) == 1 and kind in _OPTIONALS:
        return f"optional {as_argument(items[0])}"
    return None


def as_argument(type: str) -> str:
    """A type as the argument of another one."""
    return type if " " not in type or type[0] in "[({" else f"({type})"
