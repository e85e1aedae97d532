"""Expressions and types in a form that they do not have: calls, two dots, types in `< >`, tuples without brackets."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.marks import application_end
from nscompiler.grammar.segment import PARTNER
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import ONE_DOT, shown

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
# What other languages call the types that have a form of their own here.
_OWN_FORMS = dict.fromkeys(("list", "array", "seq", "vec", "set"), "[{}]")
_OWN_FORMS |= dict.fromkeys(("optional", "option", "maybe"), "optional {}")


def prefix_twice(around: Surroundings) -> Diagnostic | None:
    """``concat filter f``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) not in ("concat", "filter") or segment.text(at - 1) not in ("concat", "filter"):
        return None
    last = at
    while last + 1 < len(segment.kinds) and segment.text(last + 1) in ("concat", "filter"):
        last += 1
    end = application_end(segment, last + 1)
    count = last - at + 1
    kinds: list[str | int] = [item for position in range(at, last + 1) for item in ("(", segment.kinds[position])]
    kinds += [*segment.kinds[last + 1 : end], *[")"] * count]
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, end - at, kinds):
        places = [segment.start(position) for position in range(at, last + 1)]
        edits = [Edit(segment.source.span(place, place), "(") for place in places]
        stop = segment.end(end - 1)
        edits.append(Edit(segment.source.span(stop, stop), ")" * count))
        fixes = (Fix("Put brackets around it", tuple(edits), _SURE),)
    title = f"`{segment.text(at - 1)}` takes one function: `{segment.text(at)} …` needs brackets"
    return codes.PREFIX_AND_POSTFIX.at(segment.span(at), title, fixes=fixes)


def optional_payload(around: Surroundings) -> Diagnostic | None:
    """``type T = A optional Text | B``."""
    segment, at = around.segment, around.segment.at
    if around.keyword != "type" or segment.text(at - 1) != "optional" or not segment.is_word(at - 2):
        return None
    end = segment.behind_bracket(at) if segment.text(at) in PARTNER else at + 1
    if segment.text(end) == ".":
        end += 2
    if not segment.whole_with(at - 1, end - at + 1, ["(", *segment.kinds[at - 1 : end], ")"]):
        return None
    start, stop = segment.start(at - 1), segment.end(end - 1)
    edits = (Edit(segment.source.span(start, start), "("), Edit(segment.source.span(stop, stop), ")"))
    title = f"The payload of {shown(segment.text(at - 2))} needs brackets"
    fix = Fix("Put brackets around it", edits, _SURE)
    return codes.PAYLOAD_BRACKETS.at(segment.span(at - 1, end - 1), title, fixes=(fix,))


def nameless(around: Surroundings) -> Diagnostic | None:
    """``f | Sinks.``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at - 1) != "." or not segment.is_word(at - 2) or segment.is_word(at) or segment.text(at) == ".":
        return None
    title = f"No name stands behind {shown(segment.text(at - 2) + '.')}"
    return codes.MISSING_NAME.at(segment.span(at - 2, at - 1), title, "expected a name after this")


def two_dots(around: Surroundings) -> Diagnostic | None:
    """``A.B.f``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != "." or segment.text(at - 2) != "." or not segment.is_word(at - 1):
        return None
    return codes.UNEXPECTED.at(segment.span(at), ONE_DOT)


def call(around: Surroundings) -> Diagnostic | None:
    """``f()``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != ")" or segment.text(at - 1) != "(" or around.keyword in ("type", "fun"):
        return None
    fixes: tuple[Fix, ...] = ()
    empty = [n for n in range(len(segment.kinds) - 1) if segment.text(n) == "(" and segment.text(n + 1) == ")"]
    called = [n for n in empty if n == 0 or segment.is_word(n - 1) or segment.text(n - 1) in (">", "}")]
    without = [kind for n, kind in enumerate(segment.kinds) if n not in called and n - 1 not in called]
    first = called[0] if called else at
    if called and (segment.whole_with(first, len(segment.kinds) - first, without[first:]) or at == 1):
        fixes = (Fix("Remove `()`", tuple(segment.removal(n, n + 1) for n in called), _SURE),)
    title = "A function is named without `()`: the pipe calls it"
    bracket = segment.indexes[at - 1]
    if segment.tokens.texts[bracket - 2 : bracket - 1] == ["@"]:
        title = "An attribute to which no text is given stands without `()`"
        fixes = (Fix("Remove `()`", (segment.removal(at - 1, at),), _SURE),)
    return codes.UNEXPECTED.at(segment.span(at - 1, at), title, fixes=fixes)


def type_arguments(around: Surroundings) -> Diagnostic | None:
    """``Map<Text>`` where a type stands."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != "<" or not segment.expects("OPTIONAL", "LBRACE"):
        return None
    if segment.text(at + 2) in (":", "="):
        return None  # a record, in brackets of another kind
    end = segment.behind_bracket(at) - 1
    inside = segment.source.text[segment.end(at) : segment.start(end)].strip()
    words = [part.strip() for part in inside.split(",")]
    title = "The arguments of a type follow it without `< >`"
    own = _OWN_FORMS.get(segment.text(at - 1).lower())
    if own is not None and inside and segment.text(at - 2) != ".":
        written = own.format(inside)
        edit = Edit(segment.span(at - 1, end), written)
        fix = Fix(f"Write {shown(written)}", (edit,), _MAYBE)
        return codes.UNEXPECTED.at(segment.span(at, end), title, fixes=(fix,))
    if not all(word.replace("_", "").isalnum() for word in words):
        words = [f"({inside})"]
    edit = Edit(segment.span(at, end), " " + " ".join(words))
    fix = Fix("Write the arguments after it", (edit,), _MAYBE)
    return codes.UNEXPECTED.at(segment.span(at, end), title, fixes=(fix,))


def tuple_brackets(around: Surroundings) -> Diagnostic | None:
    """``fun f : Text, Text -> Text``."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != "," or around.keyword not in ("fun", "def") or segment.open_brackets():
        return None
    first = around.head + 3
    last = next((n for n in range(at, len(segment.kinds)) if segment.text(n) == "->"), at) - 1
    if last < at or not segment.whole_with(first, last - first + 1, ["(", *segment.kinds[first : last + 1], ")"]):
        return None
    start = segment.source.span(segment.start(first), segment.start(first))
    fix = Fix("Put brackets around it", (Edit(start, "("), Edit(segment.behind(last), ")")), _SURE)
    return codes.UNEXPECTED.at(segment.span(first, last), "A tuple stands in brackets", fixes=(fix,))
