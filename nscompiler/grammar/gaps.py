"""What is missing in the middle of braces and brackets: the name or the type of a field, the value of a parameter, the
type of a list's items, the braces of a record in another; and fields that have no names at all.
"""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.rewriting import Rewriting
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting, shown

_MAYBE, _BLANK = Applicability.MAYBE_INCORRECT, Applicability.HAS_PLACEHOLDERS
_ENDS = (",", "}", "|")
_BEFORE_TYPE = frozenset((":", "->", "=", "(", "[", ",", "<", "optional"))
_TYPE_STARTS = ("UNAME", "LPAR", "LSQB", "LBRACE", "OPTIONAL")


def nameless_fields(around: Surroundings) -> Diagnostic | None:
    """``{ Double, Double }``."""
    segment, at, opening = around.segment, around.segment.at, _record(around)
    if opening < 0 or at != opening + 1 or segment.kind(at) not in _TYPE_STARTS:
        return None
    end = segment.behind_bracket(opening) - 1
    position, commas = at, 0
    while position < end:
        text = segment.text(position)
        if text in (":", "|", "=", ";") or segment.kind(position) == "LNAME":
            return None
        commas += text == ","
        position = segment.behind_bracket(position) if text in ("(", "[", "{") else position + 1
    if not commas or segment.text(end) != "}":
        return None
    rewriting = Rewriting(segment)
    rewriting.replace(opening, at, ["("], "(", segment.source.span(segment.start(opening), segment.start(at)))
    last = segment.source.span(segment.end(end - 1), segment.end(end))
    rewriting.replace(end, end + 1, [")"], ")", last)
    title = "The fields of a record have names: what has none is a tuple, in `( )`"
    return codes.MISSING_NAME.at(segment.span(opening, end), title, fixes=rewriting.fix("Make it a tuple"))


def _record(around: Surroundings) -> int:
    """The brace of the record type that is open at the mistake; -1 where none is."""
    opened = around.segment.open_brackets()
    if around.keyword not in ("type", "fun") or not opened or around.segment.text(opened[-1]) != "{":
        return -1
    return -1 if around.segment.text(opened[-1] - 1) == "with" else opened[-1]


def nameless_field(around: Surroundings) -> Diagnostic | None:
    """``{ : Integer, total : Decimal }``."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if around.keyword not in ("type", "fun") or segment.text(at) != ":" or segment.text(at - 1) not in ("{", ","):
        return None
    if not opened or segment.text(opened[-1]) != "{":
        return None
    what, name = ("parameter", "param") if segment.text(opened[-1] - 1) == "with" else ("field", "field")
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, 0, [segment.trial.kind["LNAME"]]):
        place = segment.source.span(segment.start(at), segment.start(at))
        fixes = (Fix(f"Call it `{name}`", (Edit(place, f"{name} "),), _BLANK),)
    title = f"The name of a {what} is missing before this `:`"
    return codes.MISSING_NAME.at(segment.span(at), title, fixes=fixes)


def typeless_field(around: Surroundings) -> Diagnostic | None:
    """``{ total :, note : Text }``."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if around.keyword not in ("type", "fun") or segment.text(at) not in _ENDS or segment.text(at - 1) != ":":
        return None
    if not opened or segment.text(opened[-1]) != "{" or not segment.is_word(at - 2):
        return None
    what = "parameter" if segment.text(opened[-1] - 1) == "with" else "field"
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, 0, [segment.trial.kind["UNAME"]]):
        edit = Edit(segment.behind(at - 1), " Text")
        fixes = (Fix(fitting(f"Write `{segment.text(at - 2)} : Text`", "Write `Text`"), (edit,), _BLANK),)
    title = fitting(f"The {what} {shown(segment.text(at - 2))} has no type", f"This {what} has no type")
    return codes.UNEXPECTED.at(segment.span(at - 2, at - 1), title, "expected a type after this", fixes=fixes)


def parameter_without_value(around: Surroundings) -> Diagnostic | None:
    """``f { path = }``, ``with { n : Integer = }``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) not in (",", "}") or segment.text(at - 1) != "=" or not segment.open_brackets():
        return None
    if not segment.expects("TEXT", "INTEGER"):
        return None
    if around.keyword == "fun":
        edit = Edit(segment.source.span(segment.end(at - 2), segment.end(at - 1)), "")
        fixes = (Fix("Remove `=`", (edit,), _MAYBE),) if segment.whole_with(at - 1, 1, []) else ()
        return codes.UNEXPECTED.at(segment.span(at - 1), "No default stands behind this `=`", fixes=fixes)
    title = fitting(f"The parameter {shown(segment.text(at - 2))} has no value", "This parameter has no value")
    return codes.NOT_A_LITERAL.at(segment.span(at - 2, at - 1), title, "expected a literal after this")


def empty_list_type(around: Surroundings) -> Diagnostic | None:
    """``fun f : [] -> Text``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != "]" or segment.text(at - 1) != "[" or around.keyword not in ("type", "fun", "def"):
        return None
    if not segment.expects("UNAME", "OPTIONAL") or segment.text(at - 2) not in _BEFORE_TYPE:
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, 0, [segment.trial.kind["UNAME"]]):
        fixes = (Fix("Write `[Text]`", (Edit(segment.span(at - 1, at), "[Text]"),), _BLANK),)
    title = "The type of a list says what it holds: `[Text]`"
    return codes.UNEXPECTED.at(segment.span(at - 1, at), title, fixes=fixes)


def unbraced_record(around: Surroundings) -> Diagnostic | None:
    """``{ id : Integer, at : x : Double, y : Double }``."""
    segment, at, opening = around.segment, around.segment.at, _record(around)
    if opening < 0 or segment.text(at) != ":" or segment.text(at - 2) != ":" or not segment.is_word(at - 1):
        return None
    end = segment.behind_bracket(opening) - 1
    if segment.text(end) != "}":
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at - 1, end - at + 1, ["{", *segment.kinds[at - 1 : end], "}"]):
        first, last = segment.start(at - 1), segment.end(end - 1)
        edits = (Edit(segment.source.span(first, first), "{ "), Edit(segment.source.span(last, last), " }"))
        fixes = (Fix("Put its fields in `{ }`", edits, _MAYBE),)
    title = "A record in a record stands in braces of its own"
    return codes.UNEXPECTED.at(segment.span(at - 1), title, fixes=fixes)


def parameters_behind_def(around: Surroundings) -> Diagnostic | None:
    """``def d with { n : Integer } = f``."""
    segment, at = around.segment, around.segment.at
    if around.keyword != "def" or segment.text(at) != "with" or at != around.head + 2:
        return None
    end = segment.behind_bracket(at + 1)
    title = "Parameters are declared by a `fun`: a `def` has those of its stages"
    if segment.text(at + 1) != "{" or segment.text(end) not in ("=", ":"):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, end - at, []):
        gone = Edit(segment.source.span(segment.end(at - 1), segment.end(end - 1)), "")
        fixes = (Fix("Remove them", (gone,), _MAYBE),)
    return codes.UNEXPECTED.at(segment.span(at, end - 1), title, fixes=fixes)


def _own_word(segment: Segment, position: int) -> str:
    word = segment.text(position)
    return word if segment.kind(position) == "LNAME" and not segment.new_line(position) else ""


def other_with(around: Surroundings) -> Diagnostic | None:
    """``fun f : A -> B using { n : Integer }``."""
    segment, opened = around.segment, [*around.segment.open_brackets(), around.segment.at]
    first = segment.at + 1 if not segment.open_brackets() and segment.text(segment.at + 1) == "{" else opened[0]
    word = first - 1
    arrow = "->" in (segment.text(position) for position in range(word))
    if around.keyword != "fun" or segment.text(first) != "{" or not arrow or not _own_word(segment, word):
        return None
    if segment.text(word - 1) == "->" or not segment.whole_with(word, 1, ["with"]):
        return None
    if segment.text(word).endswith("with") or segment.text(word) in _variables(segment, word):
        return None
    fix = Fix("Write `with`", (Edit(segment.span(word), "with"),), _MAYBE)
    title = f"Parameters are declared after `with`, not after {shown(segment.text(word))}"
    title = fitting(title, "Parameters are declared after `with`")
    return codes.UNEXPECTED.at(segment.span(word), title, fixes=(fix,))


def _variables(segment: Segment, until: int) -> list[str]:
    return [segment.text(position) for position in range(until)]


GAPS = (
    nameless_fields,
    nameless_field,
    typeless_field,
    parameter_without_value,
    empty_list_type,
    unbraced_record,
    parameters_behind_def,
    other_with,
)
