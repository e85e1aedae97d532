"""Records that take the fields of another type, as other languages write them: ``{ ...A, name : Text }``,
``A & { name : Text }``, ``type B extends A = …``. Here a record lists all of its fields: the fix writes them out where
the file declares them.
"""

from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign import EXTENDING
from nscompiler.grammar.inline_sums import is_declared
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.records import Record

_MAYBE = Applicability.MAYBE_INCORRECT
_TITLE = "A record takes no fields from another type: it lists all of its own"
_NOTES = ("further fields of any kind are the rest of a record, `{ name : Text | r }`",)
_OPENERS, _CLOSERS = ("{", "(", "[", "<"), ("}", ")", "]", ">")
_JOINING = ("&", "+", "with", "and")
# What stands before the name of such a type, as tokens.
_SPREADS = (("..", "."), ("..",), ("*", "*"))


class _Field(Record):
    """A field that a type of the file declares: its name, its text and its tokens' kinds."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "text", "kinds")
    __slots__ = __match_args__

    def __init__(self, name: str, text: str, kinds: list[int]) -> None:
        self.name = name
        self.text = text
        self.kinds = kinds


def spread_fields(around: Surroundings) -> Diagnostic | None:
    """``{ ...A, name : Text }``, ``{ A, name : Text }``, ``{ name : Text | A }``, ``{ A | name : Text }``."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword not in ("type", "fun", "def") or not opened or segment.text(opened[-1]) != "{":
        return None
    opening = opened[-1]
    first = at
    while first > opening + 1 and segment.text(first - 1) not in (",", "|", "{"):
        first -= 1
    name = first
    for signs in _SPREADS:
        if tuple(segment.text(first + number) for number in range(len(signs))) == signs:
            name = first + len(signs)
            break
    end = name + 3 if segment.text(name + 1) == "." else name + 1
    bare = name == first and end == name + 1
    if bare and not (segment.text(name)[:1].isupper() and is_declared(segment, name)):
        return None
    if not segment.is_word(name) or not first <= at <= end or segment.text(end) not in (",", "}", "|", "with"):
        return None
    if segment.text(first - 1) == "|" and (name > first or segment.text(end) != "}" or end > name + 1):
        return None  # the rest of a record, written in other ways
    if not segment.text(name)[:1].isupper():
        fixes = _rest(segment, opening, first, end)
        title = "The rest of a record is written `| ..`, or `| r` where it has a name"
        return codes.UNEXPECTED.at(segment.span(first, end - 1), title, fixes=fixes) if fixes else None
    fixes = _written_out(segment, opening, first, name, end)
    if segment.text(first - 1) == "|" and not fixes:
        return None
    return codes.UNEXPECTED.at(segment.span(first, end - 1), _TITLE, notes=_NOTES, fixes=fixes)


def _written_out(segment: Segment, opening: int, first: int, name: int, end: int) -> tuple[Fix, ...]:
    own = _own_fields(segment, opening)
    fields = _fields(segment, segment.text(name), own) if end == name + 1 else None
    if not fields:
        return ()
    text, kinds = _joined(segment, [fields])
    comma = segment.trial.tables.literals[","]
    if segment.text(first - 1) == "|":
        start, kinds, text = first - 1, [comma, *kinds], f", {text}"
        place = segment.source.span(segment.end(start - 1), segment.end(end - 1))
    else:
        start = first
        place = segment.span(first, end - 1)
        if segment.text(end) in ("|", "with"):
            kinds, text, place = [*kinds, comma], f"{text},", segment.span(first, end)
            end += 1
    if not segment.whole_with(start, end - start, kinds):
        return ()
    return (Fix(f"Write out the fields of `{segment.text(name)}`", (Edit(place, text),), _MAYBE),)


def _rest(segment: Segment, opening: int, first: int, end: int) -> tuple[Fix, ...]:
    """``{ ...r, name : Text }``: the rest behind the fields."""
    closing = segment.behind_bracket(opening) - 1
    if segment.text(end) != "," or segment.text(closing) != "}" or end + 1 >= closing:
        return ()
    kinds: list[str | int] = [*segment.kinds[end + 1 : closing], "|", segment.kinds[end - 1]]
    if not segment.whole_with(first, closing - first, kinds):
        return ()
    rest, stop = segment.text(end - 1), segment.end(closing - 1)
    removed = Edit(segment.source.span(segment.start(first), segment.start(end + 1)), "")
    return (Fix(f"Write `| {rest}`", (removed, Edit(segment.source.span(stop, stop), f" | {rest}")), _MAYBE),)


def joined_types(around: Surroundings) -> Diagnostic | None:
    """``type Order = Base & { id : Integer }``, ``type Order extends Base = …``."""
    segment, at, behind = around.segment, around.segment.at, around.head + 2
    if around.keyword not in ("type", "fun"):
        return None
    if around.keyword == "type" and segment.text(behind) in EXTENDING and at > around.head:
        title = "No type extends another: a record lists all of its fields"
        return codes.UNEXPECTED.at(segment.span(behind), title, fixes=_extended(segment, behind))
    sign = segment.text(at)
    if sign in ("&", "+") or (sign in _JOINING and around.keyword == "type" and segment.text(at + 1) == "{"):
        title = f"Types are not joined by `{sign}`: a record lists all of its fields"
        return codes.UNEXPECTED.at(segment.span(at), title, fixes=_all_joined(around))
    return None


def _extended(segment: Segment, behind: int) -> tuple[Fix, ...]:
    equal, opening = behind + 2, behind + 3
    if segment.text(equal) == "{":
        equal, opening = behind + 1, behind + 2
    if segment.text(opening) != "{":
        return ()
    fields = _fields(segment, segment.text(behind + 1), _own_fields(segment, opening))
    if not fields:
        return ()
    text, kinds = _joined(segment, [fields])
    if not segment.whole_with(behind, opening + 1 - behind, ["=", "{", *kinds, ","]):
        return ()
    edit = Edit(segment.span(behind, opening), f"= {{ {text},")
    return (Fix(f"Write out the fields of `{segment.text(behind + 1)}`", (edit,), _MAYBE),)


def _all_joined(around: Surroundings) -> tuple[Fix, ...]:
    """One record of the fields of all that is joined."""
    segment, position = around.segment, around.head + 3
    first, parts, taken = position, [], set[str]()
    if segment.text(position - 1) != "=":
        return ()
    while True:
        if segment.text(position) == "{":
            end = segment.behind_bracket(position)
            fields = _listed(segment, segment.indexes[position], segment.indexes[end - 1])
        else:
            end = position + 1
            fields = _fields(segment, segment.text(position), frozenset())
        if fields is None or end > len(segment.kinds):
            return ()
        parts.append([field for field in fields if field.name not in taken])
        taken.update(field.name for field in fields)
        if segment.text(end) not in _JOINING:
            break
        position = end + 1
    text, kinds = _joined(segment, parts)
    if not kinds or not segment.whole_with(first, end - first, ["{", *kinds, "}"]):
        return ()
    return (Fix("Write out the fields of all", (Edit(segment.span(first, end - 1), f"{{ {text} }}"),), _MAYBE),)


def _joined(segment: Segment, parts: list[list[_Field]]) -> tuple[str, list[int]]:
    fields = [field for part in parts for field in part]
    comma, kinds = segment.trial.tables.literals[","], list[int]()
    for number, field in enumerate(fields):
        kinds += [comma, *field.kinds] if number else field.kinds
    return ", ".join(field.text for field in fields), kinds


def _own_fields(segment: Segment, opening: int) -> frozenset[str]:
    """The names that stand before a `:` right inside some braces."""
    found, position = [], opening + 1
    while position < len(segment.kinds) and segment.text(position) != "}":
        if segment.text(position + 1) == ":":
            found.append(segment.text(position).strip('"'))
        position = segment.behind_bracket(position) if segment.text(position) in _OPENERS else position + 1
    return frozenset(found)


def _fields(segment: Segment, name: str, without: frozenset[str]) -> list[_Field] | None:
    """The fields of a closed record that the file declares, but for some; None where it declares no such type."""
    texts = segment.tokens.texts
    for at in range(len(texts) - 3):
        if texts[at] == "type" and texts[at + 1 : at + 4] == [name, "=", "{"]:
            closing = _closing(texts, at + 3)
            behind = closing < len(texts) - 1 and texts[closing + 1] in ("|", "optional", "&")
            listed = None if not closing or behind else _listed(segment, at + 3, closing)
            return None if listed is None else [field for field in listed if field.name not in without]
    return None


def _closing(texts: list[str], opening: int) -> int:
    depth = 0
    for at in range(opening, len(texts)):
        depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)
        if depth == 0:
            return at
    return 0


def _listed(segment: Segment, opening: int, closing: int) -> list[_Field] | None:
    """The fields between the braces at two tokens; None where not all that stands there is one."""
    tokens, found, first, depth = segment.tokens, list[_Field](), opening + 1, 0
    for at in range(opening + 1, closing + 1):
        text = tokens.texts[at]
        if depth == 0 and (text == "," or at == closing):
            if at > first:
                if tokens.texts[first + 1] != ":":
                    return None
                written = segment.source.text[tokens.starts[first] : tokens.ends[at - 1]]
                found.append(_Field(tokens.texts[first].strip('"'), written, tokens.kinds[first:at]))
            first = at + 1
        elif depth == 0 and text == "|":
            return None
        depth += (text in _OPENERS) - (text in _CLOSERS)
    return found
