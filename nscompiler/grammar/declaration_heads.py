"""How a declaration begins: its keyword, its name, the reference of an import, an attribute above nothing."""

from itertools import pairwise

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import shown
from nscompiler.patterns import Pattern
from nscompiler.source import Span

_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
_REFERENCE = Pattern(r"(?:[\w.]+/)*[A-Z][\w.]*(?::.*)?")
#: How many words before a mistake are looked at for one that is misspelt.
_BACK = 8
#: How many tokens around a declaration are looked at for uses of what it declares.
_NEAR = 1000
_DECLARING, _BEFORE_STAGE = ("type", "fun", "def"), ("|", "&", "=", "(")
#: Words with a meaning inside of a declaration.
_WORDS = ("as", "optional", "concat", "filter", "with", "where", "is", "true", "false")


def missing_reference(around: Surroundings) -> Diagnostic | None:
    """``import as C``; ``import "Conv:1.0.0"``."""
    segment = around.segment
    if not segment.expects("REFERENCE"):
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
    if segment.text(0) != "@" or not segment.expects("AT", "TYPE", "FUN", "DEF") or segment.expects("IMPORT"):
        return None
    where = segment.span(0, segment.at - 1)
    if segment.kind(segment.at) == "TEXT":
        start = segment.source.span(segment.start(segment.at), segment.start(segment.at))
        edits = (Edit(start, "("), Edit(segment.behind(segment.at), ")"))
        fix = Fix("Put brackets around it", edits, _SURE)
        return codes.UNEXPECTED.at(segment.span(segment.at), "An attribute's text stands in brackets", fixes=(fix,))
    return codes.ATTRIBUTE_PLACE.at(where, "This attribute has no declaration below it", "expected a declaration next")


def misspelt_word(around: Surroundings) -> Diagnostic | None:
    """``optinal Text``, ``f : a -> b wehre a is CsvRow``."""
    segment = around.segment
    for position in range(min(segment.at, len(segment.kinds) - 1), max(around.head, segment.at - _BACK), -1):
        text = segment.text(position)
        if segment.kind(position) != "LNAME":
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
    found = segment.kind(segment.at)
    if found == "UNAME" and segment.expects("LNAME") and not segment.expects("UNAME"):
        wanted, letter = "LNAME", "small"
    elif found == "LNAME" and segment.expects("UNAME") and not segment.expects("LNAME"):
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
    return "A type's name" if segment.kind(segment.at) == "LNAME" else "A type variable"


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
