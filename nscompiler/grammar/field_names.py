"""What stands in a record where the name of a field and its type do: ``{ address.city : Text }``, ``{ @id : Text }``,
``{ user name : Text }``, ``{ [key : Text] : Integer }``, ``{ name, n : Integer }``.
"""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign_names import scalar_meant
from nscompiler.grammar.rewriting import Rewriting
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting, shown

_MAYBE, _BLANK = Applicability.MAYBE_INCORRECT, Applicability.HAS_PLACEHOLDERS
_TEXTS = frozenset(("Text", "String", "string", "str", "Str", "VARCHAR", "text"))
_ENDS = (",", "}", "|")
# What the rest of a record may well be called.
_ROWS = frozenset(("row", "rows", "rest", "other", "others", "more", "extra", "tail"))


def _brace(around: Surroundings) -> int:
    """The brace of the record that is open at the mistake; -1 where none is."""
    opened = around.segment.open_brackets()
    if around.keyword not in ("type", "fun", "def") or not opened or around.segment.text(opened[-1]) != "{":
        return -1
    before = around.segment.text(opened[-1] - 1)
    texts = [around.segment.text(position) for position in range(opened[-1])]
    is_value = around.keyword == "def" and ("=" in texts and "<" not in texts)
    return -1 if before == "with" or is_value else opened[-1]


def _quoted(segment: Segment, first: int, last: int, name: str) -> tuple[Fix, ...]:
    """The fix that writes the name of a field in quotes, from one position to another."""
    if not segment.whole_with(first, last + 1 - first, [segment.trial.kind["TEXT"]]):
        return ()
    return (Fix("Write the name in quotes", (Edit(segment.span(first, last), f'"{name}"'),), _MAYBE),)


def dotted_field(around: Surroundings) -> Diagnostic | None:
    """``{ address.city : Text }``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != "." or _brace(around) < 0 or segment.text(at - 2) not in ("{", ","):
        return None
    last = at
    while segment.text(last) == "." and segment.is_word(last + 1):
        last += 2
    if segment.text(last) != ":" or last == at:
        return None
    names = [segment.text(position) for position in range(at - 1, last, 2)]
    name = ".".join(names)
    end = last + 1
    while end < len(segment.kinds) and segment.text(end) not in _ENDS:
        end = segment.behind_bracket(end) if segment.text(end) in ("{", "(", "[") else end + 1
    rewriting = Rewriting(segment)
    inner = segment.source.text[segment.start(last + 1) : segment.end(end - 1)]
    kinds: list[str | int] = [segment.trial.kind["LNAME"], ":", "{"] * (len(names) - 1)
    kinds += [segment.trial.kind["LNAME"], ":", *segment.kinds[last + 1 : end], *(["}"] * (len(names) - 1))]
    opening = "".join(f"{one} : {{ " for one in names[:-1])
    rewriting.replace(at - 1, end, kinds, f"{opening}{names[-1]} : {inner}{' }' * (len(names) - 1)}")
    what = fitting(f"Write `{opening}… }}`", "Write a record in the record")
    fixes = (*rewriting.fix(what), *_quoted(segment, at - 1, last - 1, name))
    title = "The name of a field has no dot: a record may hold another one"
    return codes.UNEXPECTED.at(segment.span(at - 1, last - 1), title, fixes=fixes)


def spaced_field(around: Surroundings) -> Diagnostic | None:
    """``{ user name : Text }``."""
    segment, at = around.segment, around.segment.at
    if _brace(around) < 0 or not segment.is_word(at) or segment.text(at - 2) not in ("{", ","):
        return None
    last = at
    while segment.is_word(last):
        last += 1
    words = [segment.text(position) for position in range(at - 1, last)]
    if segment.text(last) != ":" or not all(word[0].islower() for word in words):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at - 1, len(words), [segment.trial.kind["LNAME"]]):
        name = "_".join(words)
        fixes = (Fix(f"Write {shown(name)}", (Edit(segment.span(at - 1, last - 1), name),), _MAYBE),)
    fixes += _quoted(segment, at - 1, last - 1, " ".join(words))
    title = "The name of a field is one word, or stands in quotes"
    return codes.UNEXPECTED.at(segment.span(at - 1, last - 1), title, fixes=fixes)


def signed_field(around: Surroundings) -> Diagnostic | None:
    """``{ @id : Text }``, ``{ $id : Text }``."""
    segment, at = around.segment, around.segment.at
    if _brace(around) < 0 or segment.text(at - 1) not in ("{", ","):
        return None
    last = at + 1 if segment.text(at) == "@" and segment.end(at) == segment.start(at + 1) else at
    name = segment.source.text[segment.start(at) : segment.end(last)]
    if segment.text(last + 1) != ":" or name[:1] not in ("@", "$") or len(name) < 2:
        return None
    title = f"A name with `{name[0]}` inside needs quotes"
    return codes.UNEXPECTED.at(segment.span(at, last), title, fixes=_quoted(segment, at, last, name))


def map_type(around: Surroundings) -> Diagnostic | None:
    """``{ [key : Text] : Integer }``, ``{ Text : Integer }``."""
    segment, at = around.segment, around.segment.at
    brace = _brace(around)
    closing, end = segment.behind_bracket(at) - 1, segment.behind_bracket(brace) if brace >= 0 else 0
    if segment.text(at) in ("Text", "String") and segment.text(at + 1) == ":":
        closing = at  # `{ Text : Integer }`
        others = (segment.text(position) for position in range(at + 2, end - 1))
        if any(text in (",", ":", "|") for text in others):
            return None
    elif segment.text(at) != "[":
        return None
    if brace < 0 or at != brace + 1:
        return None
    if segment.text(closing + 1) != ":" or segment.text(end - 1) != "}" or closing + 3 > end - 1:
        return None
    item = segment.source.text[segment.start(closing + 2) : segment.end(end - 2)]
    meant = scalar_meant(item)
    item = meant or item
    applied = end - 1 - (closing + 2) > 1 and item[0] not in "([{"
    written, kinds = f"Map {item}", segment.kinds[closing + 2 : end - 1]
    inside: list[str | int] = [segment.trial.kind["UNAME"], *kinds]
    if applied:
        written, inside = f"Map ({item})", [segment.trial.kind["UNAME"], "(", *kinds, ")"]
    fixes: tuple[Fix, ...] = ()
    if meant is not None and not item.startswith("["):
        inside = [segment.trial.kind["UNAME"], segment.trial.kind["UNAME"]]
    if segment.text(closing - (closing > at)) in _TEXTS and segment.whole_with(brace, end - brace, inside):
        edit = Edit(segment.span(brace, end - 1), written)
        fixes = (Fix(fitting(f"Write {shown(written)}", "Write it as a `Map`"), (edit,), _MAYBE),)
    title = fitting(f"A mapping from text is written {shown(written)}", "A mapping from text is written `Map T`")
    return codes.UNEXPECTED.at(segment.span(brace, end - 1), title, fixes=fixes)


def untyped_field(around: Surroundings) -> Diagnostic | None:
    """``{ name, n : Integer }``."""
    segment, at = around.segment, around.segment.at
    if _brace(around) < 0 or segment.text(at) not in (",", "}") or segment.text(at - 2) not in ("{", ","):
        return None
    kind = segment.trial.kind["LNAME"]
    ends = segment.text(at) == "}" and segment.text(at - 2) == ","
    if segment.kinds[at - 1] != kind or (ends and _is_row(around, at - 1)):
        return None
    rewriting, position = Rewriting(segment), at - 1
    while position < len(segment.kinds) - 1:
        alone = segment.text(position - 1) in ("{", ",") and segment.text(position + 1) in (",", "}")
        if segment.kinds[position] == kind and alone:
            text = f"{segment.text(position)} : Text"
            rewriting.replace(position, position + 1, [kind, ":", segment.trial.kind["UNAME"]], text)
        position += 1
    name = segment.text(at - 1)
    title = fitting(f"The field {shown(name)} has no type", "This field has no type")
    fixes = rewriting.fix(fitting(f"Write `{name} : Text`", "Write its type"), _BLANK)
    return codes.UNEXPECTED.at(segment.span(at - 1), title, "expected `: ` and a type behind this", fixes=fixes)


def _is_row(around: Surroundings, position: int) -> bool:
    """Whether a name at the end of a record is probably that of its rest: short, or one that stands elsewhere too."""
    segment, name = around.segment, around.segment.text(position)
    return (
        len(name) < 3
        or name in _ROWS
        or any(segment.text(one) == name for one in range(len(segment.kinds)) if one != position)
    )


FIELD_NAMES = (dotted_field, spaced_field, signed_field, map_type, untyped_field)
