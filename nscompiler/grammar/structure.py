"""Rules that know a mistake by what it looks like. Each returns a diagnostic, or None where it has nothing to say."""

from collections.abc import Callable
from itertools import pairwise

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.choices import CHOICES
from nscompiler.grammar.early import old_annotation, old_source, old_type
from nscompiler.grammar.excess import EXCESS
from nscompiler.grammar.field_names import FIELD_NAMES
from nscompiler.grammar.foreign import FOREIGN, bare_arguments
from nscompiler.grammar.foreign_types import foreign_type
from nscompiler.grammar.inline_sums import inline_sum
from nscompiler.grammar.marks import MARKS, application_end
from nscompiler.grammar.no_literals import not_a_literal
from nscompiler.grammar.one_sided import one_sided, parameters_of_def
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.spreads import joined_types, spread_fields
from nscompiler.grammar.sql_types import with_length
from nscompiler.grammar.stage_signs import STAGE_SIGNS
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import ONE_DOT, shown
from nscompiler.patterns import Pattern
from nscompiler.source import Span

Rule = Callable[[Surroundings], Diagnostic | None]

_PARTNER = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSERS = frozenset(_PARTNER.values())
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
# What other languages call the types that have a form of their own here.
_OWN_FORMS = dict.fromkeys(("list", "array", "seq", "vec", "set"), "[{}]")
_OWN_FORMS |= dict.fromkeys(("optional", "option", "maybe"), "optional {}")
_REFERENCE = Pattern(r"(?:[\w.]+/)*[A-Z][\w.]*(?::.*)?")
#: How many words before a mistake are looked at for one that is misspelt.
_BACK = 8
#: How many tokens around a declaration are looked at for uses of what it declares.
_NEAR = 1000
_DECLARING, _BEFORE_STAGE = ("type", "fun", "def"), ("|", "&", "=", "(")
#: Words with a meaning inside of a declaration.
_WORDS = ("as", "optional", "concat", "filter", "with", "where", "is", "true", "false")


def _expects(segment: Segment, *names: str) -> bool:
    expected = segment.expected
    return all(segment.trial.kind[name] in expected for name in names)


def _behind(segment: Segment, position: int) -> Span:
    """The empty place right behind a token."""
    return segment.source.span(segment.end(position), segment.end(position))


def _kind(segment: Segment, position: int) -> str:
    return segment.trial.names[segment.kinds[position]] if position < len(segment.kinds) else ""


# --- headers and imports


def missing_reference(around: Surroundings) -> Diagnostic | None:
    """``import as C``; ``import "Conv:1.0.0"``."""
    segment = around.segment
    if not _expects(segment, "REFERENCE"):
        return None
    title = f"This `{around.keyword}` names no module"
    at = segment.at
    if segment.kinds[at : at + 1] == [segment.trial.kind["TEXT"]]:
        written = segment.text(at)[1:-1]
        if not _REFERENCE.fullmatch(written):
            title = "A module is imported by its name and version, not by its file"
            label = "expected a reference such as `Demo:1.0.0`"
            return codes.MISSING_REFERENCE.at(segment.span(at), title, label)
        fix = Fix("Remove the quotes", (Edit(segment.span(at), written),), _SURE)
        return codes.MISSING_REFERENCE.at(segment.span(at), "A module is named without quotes", fixes=(fix,))
    return codes.MISSING_REFERENCE.at(segment.span(at - 1), title, "expected a reference such as `Demo:1.0.0`")


def attribute_place(around: Surroundings) -> Diagnostic | None:
    """An attribute above an import, an expression or nothing."""
    segment = around.segment
    if segment.text(0) != "@" or not _expects(segment, "AT", "TYPE", "FUN", "DEF") or _expects(segment, "IMPORT"):
        return None
    where = segment.span(0, segment.at - 1)
    if _kind(segment, segment.at) == "TEXT":
        start = segment.source.span(segment.start(segment.at), segment.start(segment.at))
        edits = (Edit(start, "("), Edit(_behind(segment, segment.at), ")"))
        fix = Fix("Put brackets around it", edits, _SURE)
        return codes.UNEXPECTED.at(segment.span(segment.at), "An attribute's text stands in brackets", fixes=(fix,))
    return codes.ATTRIBUTE_PLACE.at(where, "This attribute has no declaration below it", "expected a declaration next")


# --- keywords and names


def misspelt_word(around: Surroundings) -> Diagnostic | None:
    """``optinal Text``, ``f : a -> b wehre a is CsvRow``."""
    segment = around.segment
    for position in range(min(segment.at, len(segment.kinds) - 1), max(around.head, segment.at - _BACK), -1):
        text = segment.text(position)
        if _kind(segment, position) != "LNAME":
            continue
        for word in near(text, _WORDS):
            if segment.whole_with(position, 1, [word]):
                fix = Fix(f"Write `{word}`", (Edit(segment.span(position), word),), _MAYBE)
                title, label = f"{shown(text)} cannot stand here", f"did you mean `{word}`?"
                return codes.UNEXPECTED.at(segment.span(position), title, label, fixes=(fix,))
    return None


def missing_name(around: Surroundings) -> Diagnostic | None:
    """``def = f``."""
    segment = around.segment
    if around.keyword not in ("type", "fun", "def") or segment.at != around.head + 1 or segment.is_word(segment.at):
        return None
    name = {"type": "Name", "fun": "name"}.get(around.keyword, "main")
    fixes: tuple[Fix, ...] = ()
    kind = segment.trial.kind["UNAME" if around.keyword == "type" else "LNAME"]
    if segment.whole_with(segment.at, 0, [kind]) and name not in segment.tokens.texts:
        end = segment.source.span(segment.end(around.head), segment.end(around.head))
        level = _MAYBE if name == "main" else Applicability.HAS_PLACEHOLDERS
        fixes = (Fix(f"Name it `{name}`", (Edit(end, f" {name}"),), level),)
    title = f"This `{around.keyword}` has no name"
    return codes.MISSING_NAME.at(segment.span(around.head), title, fixes=fixes)


def name_case(around: Surroundings) -> Diagnostic | None:
    """``type person``, ``fun Predict``, ``{ Name : Text }``."""
    segment = around.segment
    found = _kind(segment, segment.at)
    if found == "UNAME" and _expects(segment, "LNAME") and not _expects(segment, "UNAME"):
        wanted, letter = "LNAME", "small"
    elif found == "LNAME" and _expects(segment, "UNAME") and not _expects(segment, "LNAME"):
        wanted, letter = "UNAME", "capital"
    else:
        return None
    if around.keyword == "type" and segment.whole_with(segment.at, 0, ["="]):
        return None  # no `=` stands before the type
    positions, whole = segment.recased(segment.trial.kind[wanted])
    if not whole and len(positions) == 1 and segment.text(segment.at - 1) in (".", "}", "]", ")"):
        return None
    edits = []
    for position in positions:
        text = segment.text(position)
        other = text[0].lower() if letter == "small" else text[0].upper()
        rest = text[1:].lower() if letter == "small" and text.isupper() else text[1:]  # `ID` is `id`
        edits.append(Edit(segment.span(position), (other if other != text[0] else "x") + rest))
    if segment.at == around.head + 1 and around.keyword in ("fun", "def"):
        edits += [Edit(span, edits[0].text) for span in _uses_near(segment)]
    title = f"{_what(around)} starts with a {letter} letter"
    fixes = [Fix(f"Write {shown(edits[0].text)}", tuple(edits), _MAYBE)]
    of_fields = all(segment.text(at - 1) in ("{", ",") and segment.text(at + 1) == ":" for at in positions)
    if of_fields and "with" not in (segment.text(at) for at in range(positions[0])):  # parameters have no such names
        quoted = [Edit(segment.span(position), f'"{segment.text(position)}"') for position in positions]
        fixes.append(Fix(f"Write {shown(quoted[0].text)}, if the data has it so", tuple(quoted), _MAYBE))
    return codes.NAME_CASE.at(segment.span(segment.at), title, fixes=tuple(fixes))


def _uses_near(segment: Segment) -> list[Span]:
    """Where the name at the mistake stands as a stage, in what is around the item."""
    tokens, own = segment.tokens, segment.indexes[segment.at]
    texts, name, found, keyword = tokens.texts, tokens.texts[own], [], ""
    for at in range(max(0, own - _NEAR), min(own + _NEAR, len(texts) - 1)):
        if texts[at] in _DECLARING:
            keyword = texts[at]
            continue
        is_use = texts[at] == name and at != own and tokens.kinds[at] == tokens.kinds[own]
        if is_use and keyword == "def" and texts[at - 1] in _BEFORE_STAGE and texts[at + 1] != ".":
            found.append(segment.source.span(tokens.starts[at], tokens.ends[at]))
    return found


def _what(around: Surroundings) -> str:
    segment = around.segment
    before, following = segment.text(segment.at - 1), segment.text(segment.at + 1)
    if before == "@":
        return "An attribute's name"
    if segment.at == around.head + 1:
        return f"The name of a `{around.keyword}`"
    if before == "as":
        return "A module's alias"
    if before == "is":
        return "A constraint's name"
    if before in ("{", ",", "|") and following in (":", "="):
        return "The name of a parameter" if following == "=" else "The name of a field"
    return "A type's name" if _kind(segment, segment.at) == "LNAME" else "A type variable"


def wrong_keyword(around: Surroundings) -> Diagnostic | None:
    """``fun f = g | h``, ``def f : A -> B``."""
    segment = around.segment
    other = {"fun": "def", "def": "fun"}.get(around.keyword)
    if other is None or segment.text(segment.at) not in ("=", ""):
        return None
    if not segment.whole_with(around.head, 1, [other]):
        return None
    fix = Fix(f"Write `{other}`", (Edit(segment.span(around.head), other),), _SURE)
    if other == "def":
        fix = _constant(around) or fix
        title = "A `fun` has no body: what is made of others is a `def`"
        return codes.WRONG_KEYWORD.at(segment.span(around.head), title, fixes=(fix,))
    title = f"{around.called()} has no expression: what code implements is a `fun`"
    if len(title) > 80:
        title = "This `def` has no expression: what code implements is a `fun`"
    return codes.WRONG_KEYWORD.at(segment.span(around.head), title, fixes=(fix,))


def _constant(around: Surroundings) -> Fix | None:
    """The fix of ``fun f : A -> B = "x"``: a value takes nothing, whatever the type says, so that this goes."""
    segment, equals, colon = around.segment, around.segment.at, around.head + 2
    literal = segment.text(equals + 1)[:1] in ('"', "-") or segment.text(equals + 1)[:1].isdigit()
    types = [segment.text(at) for at in range(colon + 1, equals)]
    if not literal or segment.text(colon) != ":" or "->" not in types or types[0] == "Void":
        return None
    name, texts = segment.text(colon - 1), segment.tokens.texts
    if any(before == "|" and text == name for before, text in pairwise(texts)):
        body = Edit(segment.source.span(segment.end(equals - 1), segment.end(len(segment.kinds) - 1)), "")
        return Fix("Remove its body", (body,), _MAYBE)
    gone = Edit(segment.source.span(segment.end(colon - 1), segment.end(equals - 1)), "")
    return Fix("Write `def`, without the type", (Edit(segment.span(around.head), "def"), gone), _MAYBE)


def colon_before_body(around: Surroundings) -> Diagnostic | None:
    """``def x : f | g``."""
    segment, colon = around.segment, around.head + 2
    if around.keyword != "def" or segment.text(colon) != ":" or colon >= segment.at:
        return None
    if not segment.whole_with(colon, 1, ["="]):
        return None
    fix = Fix("Write `=`", (Edit(segment.span(colon), "="),), _SURE)
    return codes.COLON_AND_EQUALS.at(segment.span(colon), "An expression follows `=`, not `:`", fixes=(fix,))


# --- what ends too late or too early


def missing_semicolon(around: Surroundings) -> Diagnostic | None:
    """A bare expression right after a ``type`` or ``fun``."""
    segment = around.segment
    if around.keyword not in ("type", "fun"):
        return None
    for position in range(around.head + 3, min(segment.at, len(segment.kinds) - 1) + 1):
        if not segment.new_line(position):
            continue
        whole = segment.whole_with(position, 0, [";"])
        if whole or (segment.text(position) in ("Sources", "Std") and not segment.open_brackets()):
            break  # no type comes from these: an expression begins, whatever else is wrong in it
    else:
        return None
    start = segment.start(position)
    if around.is_module:
        edit = Edit(segment.source.span(start, start), "def main = ")
        title = "An expression in a module needs a name"
        fix = Fix("Name it `main`", (edit,), _MAYBE)
        return codes.EXPRESSION_PLACE.at(segment.span(position), title, fixes=(fix,))
    edit = Edit(segment.source.span(segment.end(position - 1), segment.end(position - 1)), ";")
    fix = Fix("Insert `;`", (edit,), _SURE if whole else _MAYBE)
    title = f"A `;` is missing between this expression and the `{around.keyword}` above it"
    return codes.SEPARATOR_NEEDED.at(segment.span(position), title, fixes=(fix,))


def second_arrow(around: Surroundings) -> Diagnostic | None:
    """``fun add : Integer -> Integer -> Integer``."""
    segment = around.segment
    arrows = [position for position in range(segment.at) if segment.text(position) == "->"]
    if segment.text(segment.at) != "->" or not arrows or segment.open_brackets():
        return None
    first = segment.start(around.head + 3)
    edits = (
        Edit(segment.source.span(first, first), "("),
        Edit(segment.source.span(segment.end(arrows[0] - 1), segment.end(arrows[0])), ","),
        Edit(segment.source.span(segment.end(segment.at - 1), segment.end(segment.at - 1)), ")"),
    )
    fix = Fix("Take a tuple", edits, _MAYBE)
    title = "A function takes one value: its type has one `->`"
    related = (Label(segment.span(arrows[0]), "the first arrow", Role.NOTE),)
    return codes.SECOND_ARROW.at(segment.span(segment.at), title, related=related, fixes=(fix,))


def unclosed_at_end(around: Surroundings) -> Diagnostic | None:
    """Brackets that are open where the item ends."""
    segment = around.segment
    opened = segment.open_brackets()
    if segment.text(segment.at) or not opened:
        return None
    partners = [_PARTNER[segment.text(position)] for position in reversed(opened)]
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(segment.at, 0, partners):
        signs = " ".join(partners)
        sign = segment.text(opened[-1])
        twice = sign in (segment.text(opened[-1] - 1), segment.text(opened[-1] + 1))
        edit = segment.insertion(segment.at, partners)
        fixes = (Fix(f"Insert `{signs}`", (edit,), _MAYBE if twice else _SURE),)
    elif segment.text(segment.at - 1) in ("|", "&"):
        return None
    title = f"This `{segment.text(opened[-1])}` is never closed"
    return codes.UNCLOSED_BRACKET.at(segment.span(opened[-1]), title, fixes=fixes)


def missing_stage(around: Surroundings) -> Diagnostic | None:
    """``f |`` with nothing after it."""
    segment, before = around.segment, around.segment.text(around.segment.at - 1)
    ends = segment.text(segment.at) in ("", *_CLOSERS)
    if before not in ("|", "&") or not ends or not _expects(segment, "LNAME", "CONCAT"):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(segment.at - 1, 1, []):
        fixes = (Fix(f"Remove `{before}`", (segment.removal(segment.at - 1, segment.at - 1),), _MAYBE),)
    return codes.MISSING_STAGE.at(segment.span(segment.at - 1), f"Nothing stands after this `{before}`", fixes=fixes)


def prefix_alone(around: Surroundings) -> Diagnostic | None:
    """``f | filter | g``."""
    segment, at = around.segment, around.segment.at
    word = segment.text(at - 1)
    if word not in ("concat", "filter") or segment.text(at) not in ("|", "&", "", *_CLOSERS):
        return None
    if not _expects(segment, "LNAME", "LPAR") or not segment.is_word(at - 1):
        return None
    title = f"`{word}` stands before the function it applies: `{word} f`"
    return codes.MISSING_STAGE.at(segment.span(at - 1), title, "expected a function after this")


def empty_side(around: Surroundings) -> Diagnostic | None:
    """``def w = | f | filter | g``: where more is wrong than the first `|`."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) not in ("|", "&") or not _expects(segment, "LNAME", "CONCAT"):
        return None
    if segment.whole_with(at, 1, []):
        return None
    return codes.MISSING_STAGE.at(segment.span(at), f"One side of this `{segment.text(at)}` is empty")


def constraint_sign(around: Surroundings) -> Diagnostic | None:
    """``where a : Csv``."""
    segment, at = around.segment, around.segment.at
    behind = "where" in [segment.text(position) for position in range(at)] and not segment.open_brackets()
    if segment.text(at) not in (":", "=") or not behind or not _expects(segment, "IS"):
        return None
    whole = segment.whole_with(at, 1, ["is"])
    start = segment.source.span(segment.end(at - 1), segment.start(at + 1))
    fixes = (Fix("Write `is`", (Edit(start, " is "),), _SURE if whole else _MAYBE),)
    title = f"A constraint is written with `is`, not with `{segment.text(at)}`"
    return codes.UNEXPECTED.at(segment.span(at), title, "expected `is`", fixes=fixes)


def missing_arrow(around: Surroundings) -> Diagnostic | None:
    """``fun f : Text``."""
    segment = around.segment
    if segment.text(segment.at) or not _expects(segment, "__ANON_0") or segment.open_brackets():
        return None
    last = segment.at - 1
    title = f"{around.called()} has no `->` in its type"
    if segment.is_word(last) and last > around.head + 3 and segment.whole_with(last, 0, ["->"]):
        fix = Fix("Insert `->`", (segment.insertion(last, ["->"]),), _SURE)
        return codes.MISSING_ARROW.at(segment.span(last), title, "expected `->` before this", fixes=(fix,))
    return codes.MISSING_ARROW.at(around.last_span(), title, "expected `->` and what the function gives")


def mismatched_bracket(around: Surroundings) -> Diagnostic | None:
    """``(f | g]``."""
    segment = around.segment
    found, opened = segment.text(segment.at), segment.open_brackets()
    if found not in _CLOSERS or not opened:
        return None
    sign = segment.text(opened[-1])
    partner = _PARTNER[sign]
    if partner == found or not segment.whole_with(segment.at, 1, [partner]):
        return None
    # Of `(Text]` either of the two may be wrong.
    level = _MAYBE if sign + found in ("(]", "[)") else _SURE
    fix = Fix(f"Write `{partner}`", (Edit(segment.span(segment.at), partner),), level)
    related = (Label(segment.span(opened[-1]), "what is open here", Role.NOTE),)
    title = f"A `{sign}` is closed by `{partner}`, not by `{found}`"
    return codes.UNMATCHED_BRACKET.at(segment.span(segment.at), title, related=related, fixes=(fix,))


# --- expressions


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
    end = segment.behind_bracket(at) if segment.text(at) in _PARTNER else at + 1
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
    if segment.text(at) != "<" or not _expects(segment, "OPTIONAL", "LBRACE"):
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
    fix = Fix("Put brackets around it", (Edit(start, "("), Edit(_behind(segment, last), ")")), _SURE)
    return codes.UNEXPECTED.at(segment.span(first, last), "A tuple stands in brackets", fixes=(fix,))


STRUCTURE: tuple[Rule, ...] = (
    old_source,
    old_annotation,
    old_type,
    missing_reference,
    attribute_place,
    bare_arguments,
    misspelt_word,
    missing_name,
    wrong_keyword,
    colon_before_body,
    *CHOICES,
    with_length,
    joined_types,
    spread_fields,
    *FIELD_NAMES,
    *STAGE_SIGNS,
    foreign_type,
    *FOREIGN,
    *MARKS,
    missing_semicolon,
    inline_sum,
    name_case,
    second_arrow,
    parameters_of_def,
    one_sided,
    unclosed_at_end,
    prefix_alone,
    empty_side,
    missing_stage,
    constraint_sign,
    missing_arrow,
    mismatched_bracket,
    nameless,
    two_dots,
    call,
    type_arguments,
    tuple_brackets,
    *EXCESS,
    not_a_literal,
    prefix_twice,
    optional_payload,
)
