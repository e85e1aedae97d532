"""Rules for what the language has no place for: a default of a field, a tuple among literals, a second output."""

from nscompiler.diagnostics.codes import params as param_codes
from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.late_types import late_types
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.text import quote
from nscompiler.grammar.wording import LITERALS, fitting, shown
from nscompiler.patterns import Pattern

_MAYBE = Applicability.MAYBE_INCORRECT
_LITERAL = ("TEXT", "LONG_TEXT", "INTEGER", "DOUBLE", "TRUE", "FALSE", "ENVIRONMENT", "LSQB")
#: What a default is, by its token.
_TYPE_OF = {
    "TEXT": "Text",
    "LONG_TEXT": "Text",
    "ENVIRONMENT": "Text",
    "INTEGER": "Integer",
    "DOUBLE": "Double",
    "TRUE": "Boolean",
    "FALSE": "Boolean",
}
_NEXT_MODULE = Pattern(r"\s*+\w[\w./-]*+:[0-9]")
_DOTTED = Pattern(r"[ \t]*+\.[ \t]*+(?=\w[\w.]*+:[0-9])")
_RUN_ON = Pattern(r"[^\n\r;]*+")


def field_default(around: Surroundings) -> Diagnostic | None:
    """``type R = { id : Integer = 3 }``."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if segment.text(at) != "=" or around.keyword != "type" or not opened or segment.text(opened[-1]) != "{":
        return None
    position = at - 1
    while position > opened[-1] and segment.text(position) not in (":", ","):
        position -= 1
    if segment.text(position) != ":" or segment.kind(at + 1) not in _LITERAL:
        return None
    title = "A field has no default: every value of the type gives it"
    notes = ("a parameter has one, `with { n : Integer = 3 }`; a field that may be missing is `optional`",)
    end = segment.behind_bracket(at + 1) if segment.text(at + 1) == "[" else at + 2
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, end - at, []):
        what = fitting(f"Remove `= {segment.text(at + 1)}`", "Remove it") if end == at + 2 else "Remove it"
        fixes = (Fix(what, (Edit(segment.source.span(segment.end(at - 1), segment.end(end - 1)), ""),), _MAYBE),)
    return codes.UNEXPECTED.at(segment.span(at, end - 1), title, notes=notes, fixes=fixes)


def untyped_parameter(around: Surroundings) -> Diagnostic | None:
    """``fun f : A -> B with { n = 3 }``."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if segment.text(at) != "=" or around.keyword != "fun" or not opened or not segment.is_word(at - 1):
        return None
    if segment.text(opened[-1] - 1) != "with" or segment.text(at - 2) not in ("{", ","):
        return None
    kinds, edits = segment.kinds[:at], []
    for position in range(at, len(segment.kinds)):
        type_ = _TYPE_OF.get(segment.kind(position + 1)) if segment.text(position) == "=" else None
        if type_ and segment.is_word(position - 1) and segment.text(position - 2) in ("{", ","):
            kinds += [segment.trial.tables.literals[":"], segment.trial.kind["UNAME"]]
            edits.append(Edit(segment.source.span(segment.end(position - 1), segment.end(position - 1)), f" : {type_}"))
        kinds.append(segment.kinds[position])
    fixes: tuple[Fix, ...] = ()
    if edits and segment.whole_with(at, len(segment.kinds) - at, kinds[at:]):
        what = fitting(f"Write `{segment.text(at - 1)}{edits[0].text} = …`", "Write the type of its default")
        fixes = (Fix(what, tuple(edits), _MAYBE),)
    title = "A parameter has a type before its default: `n : Integer = 3`"
    return codes.UNEXPECTED.at(segment.span(at), title, "expected `:` and a type before this", fixes=fixes)


def no_literal(around: Surroundings) -> Diagnostic | None:
    """``[(1, 2)]``, ``[{ a = 1 }]``: nothing but literals stands in the list of one."""
    segment, at = around.segment, around.segment.at
    kind, opened = segment.trial.kind, segment.open_brackets()
    expected = segment.expected
    if segment.text(at) not in ("(", "{") or not opened or segment.text(opened[-1]) not in ("[", "{"):
        return None
    if kind["TEXT"] not in expected or kind["INTEGER"] not in expected or kind["LNAME"] in expected:
        return None
    end = segment.behind_bracket(at) - 1
    what = "tuple" if segment.text(at) == "(" else "record"
    title = f"A literal is a text, a number, `true`, `false` or a list: no {what}"
    return codes.NOT_A_LITERAL.at(segment.span(at, end), title, fixes=_as_texts(segment, at, end))


def _as_texts(segment: Segment, opening: int, closing: int) -> tuple[Fix, ...]:
    """The list of texts for ``{ env = "prod" }`` and ``{ "Accept" : "text/plain" }``."""
    texts, position = [], opening + 1
    while position < closing:
        name, sign, value = (segment.text(position + step) for step in range(3))
        plain = segment.is_word(position) or segment.kind(position) == "TEXT"
        if not plain or sign not in ("=", ":") or segment.kind(position + 2) != "TEXT":
            return ()
        key = name.strip('"')
        joined = f'"{key}={value[1:]}' if sign == "=" else f'"{key}: {value[1:]}'
        texts.append(joined)
        position += 4
        if position < closing and segment.text(position - 1) != ",":
            return ()
    kinds: list[str | int] = ["[", segment.trial.kind["TEXT"], "]"]
    if not texts or not segment.whole_with(opening, closing + 1 - opening, kinds):
        return ()
    edit = Edit(segment.span(opening, closing), f"[{', '.join(texts)}]")
    return (Fix("Write a list of texts", (edit,), _MAYBE),)


def bare_record(around: Surroundings) -> Diagnostic | None:
    """``{ a = 1 }``, ``{ a : Text }`` where an expression begins."""
    segment = around.segment
    if segment.at != 0 or segment.text(0) != "{":
        return None
    end = segment.behind_bracket(0) - 1
    if end < 1 or segment.text(end) != "}":
        return None
    title = "A record is no expression: it holds the parameters of a function, `f { a = 1 }`"
    return codes.UNEXPECTED.at(segment.span(0, end), title, "no function stands before this")


def nameless_parameter(around: Surroundings) -> Diagnostic | None:
    """``f { "2" }``."""
    segment, at = around.segment, around.segment.at
    if around.keyword in ("type", "fun") or segment.text(at - 1) != "{" or segment.kind(at) not in LITERALS:
        return None
    if not _is_stage(segment, at - 2) or segment.text(at + 1) not in ("}", ","):
        return None
    title = f"The name of the parameter is missing before {shown(segment.text(at))}"
    title = fitting(title, "The name of the parameter is missing before this value")
    return codes.MISSING_NAME.at(segment.span(at), title, "as in `{ name = value }`")


def _is_stage(segment: Segment, position: int) -> bool:
    before = segment.text(position - 1)
    return segment.is_word(position) and before in ("|", "&", "=", "(", ".", ";", "")


def quoted_type(around: Surroundings) -> Diagnostic | None:
    """``fun f : "Integer" -> Text``."""
    segment, at = around.segment, around.segment.at
    expected, word = segment.expected, segment.text(at)[1:-1]
    if segment.kind(at) != "TEXT" or segment.trial.kind["OPTIONAL"] not in expected or not word.isalnum():
        return None
    fixes: tuple[Fix, ...] = ()
    if word[0].isupper() and segment.whole_as(at, "UNAME"):
        fixes = (Fix("Remove the quotes", (Edit(segment.span(at), word),), _MAYBE),)
    return codes.WRONG_QUOTES.at(segment.span(at), "A type is written without quotes", fixes=fixes)


def quoted_parameter(around: Surroundings) -> Diagnostic | None:
    """``f { "n" : 3 }``, as Python and JSON have it."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if segment.kind(at) != "TEXT" or segment.text(at + 1) not in ("=", ":") or not opened:
        return None
    if around.keyword in ("type", "fun"):
        return None
    if segment.text(opened[-1]) != "{" or segment.trial.kind["LNAME"] not in segment.expected:
        return None
    kinds, edits, position = segment.kinds.copy(), [], at
    while segment.text(position + 1) in ("=", ":"):
        name = segment.text(position)[1:-1] if segment.kind(position) == "TEXT" else segment.text(position)
        if not name.isidentifier() or name[0].isupper():
            break
        edits += [Edit(segment.span(position), name)] if name != segment.text(position) else []
        sign = " =" if segment.end(position) == segment.start(position + 1) else "="
        edits += [Edit(segment.span(position + 1), sign)] if segment.text(position + 1) == ":" else []
        kinds[position : position + 2] = [segment.trial.kind["LNAME"], segment.trial.tables.literals["="]]
        value = segment.text(position + 2)
        if value[:1] == "'" and "\\" not in value:
            edits.append(Edit(segment.span(position + 2), quote(value[1:-1])))
        position = segment.behind_bracket(position + 2) + 1
    fixes = (Fix("Write `name = value`", tuple(edits), _MAYBE),) if segment.read(kinds)[1] else ()
    title = "A parameter is given as `name = value`, without quotes around its name"
    return codes.WRONG_QUOTES.at(segment.span(at), title, fixes=fixes)


def parameter_type(around: Surroundings) -> Diagnostic | None:
    """``with { n : optional Text }``, ``with { n : Map Text }``: types that no parameter has."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword != "fun" or not any(segment.text(each) == "{" for each in opened):
        return None
    brace = next(each for each in opened if segment.text(each) == "{")
    start = at
    while start > brace and segment.text(start - 1) not in (":", ",", "{"):
        start -= 1
    if segment.text(brace - 1) != "with" or segment.text(start - 1) != ":" or start - 2 <= brace - 1:
        return None
    end = start
    while end < len(segment.kinds) and segment.text(end) not in (",", "=", "}", ":", "->"):
        end = segment.behind_bracket(end) if segment.text(end) in ("(", "[", "{") else end + 1
    words = [segment.text(position) for position in range(start, end)]
    if end <= at or not words or (words[0][0] not in "({[" and not words[0][0].isupper() and words[0] != "optional"):
        return None
    if not segment.whole_with(start, end - start, [segment.trial.kind["UNAME"]]):
        return None
    title = "a parameter cannot have this type"
    label = "Text, Integer, Double, Boolean, Duration, a list of these or texts with `|`"
    fixes: tuple[Fix, ...] = ()
    if words[0] == "optional":
        edit = Edit(segment.source.span(segment.start(start), segment.start(start + 1)), "")
        fixes = (Fix("remove `optional`", (edit,), _MAYBE),)
    where = segment.span(start, end - 1)
    return param_codes.PARAMETER_DECLARATION_TYPE.at(where, title, label, fixes=fixes)


def no_with(around: Surroundings) -> Diagnostic | None:
    """``fun f : A -> B { n : Integer = 3 }``."""
    segment, opened = around.segment, [*around.segment.open_brackets(), around.segment.at]
    first = opened[0]
    if around.keyword != "fun" or segment.text(first) != "{":
        return None
    if "->" not in (segment.text(position) for position in range(first)) or segment.text(first - 1) == "with":
        return None
    if not segment.whole_with(first, 0, ["with"]):
        return None
    before = segment.text(first - 1)
    if before.endswith("with") and before != "with":
        place = segment.source.span(segment.end(first - 1) - len("with"), segment.end(first - 1) - len("with"))
        fix = Fix("Insert a space", (Edit(place, " "),), _MAYBE)
        return codes.UNEXPECTED.at(segment.span(first - 1), "A space is missing before `with`", fixes=(fix,))
    fix = Fix("Insert `with`", (segment.insertion(first, ["with"]),), Applicability.MACHINE_APPLICABLE)
    title = "Parameters are declared after `with`"
    return codes.UNEXPECTED.at(segment.span(first), title, "expected `with` before this", fixes=(fix,))


def no_braces(around: Surroundings) -> Diagnostic | None:
    """``fun f : A -> B with n : Integer = 3``."""
    segment, at = around.segment, around.segment.at
    if around.keyword != "fun" or segment.text(at - 1) != "with" or segment.text(at + 1) != ":":
        return None
    end = next((one for one in range(at, len(segment.kinds)) if segment.text(one) == "where"), len(segment.kinds))
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, end - at, ["{", *segment.kinds[at:end], "}"]):
        start, stop = (segment.source.span(place, place) for place in (segment.start(at), segment.end(end - 1)))
        fixes = (Fix("Put them in `{ }`", (Edit(start, "{ "), Edit(stop, " }")), _MAYBE),)
    title = "The parameters of a function stand in `{ }`"
    return codes.UNEXPECTED.at(segment.span(at), title, "expected `{` before this", fixes=fixes)


def rest_of_record(around: Surroundings) -> Diagnostic | None:
    """``{ a : Integer, ... }``, ``{ a : Integer, ..r }``, ``{ a : Integer | ... }``."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword not in ("type", "fun", "def") or not opened or segment.text(opened[-1]) != "{":
        return None
    first = at - 1 if segment.text(at) == "." and segment.text(at - 1) == ".." else at
    last = first + 1 if segment.text(first + 1) == "." else first
    before = segment.text(first - 1)
    if segment.text(first) != ".." or before not in (",", "|", "{"):
        return None
    named = segment.is_word(last + 1)
    rest = segment.text(last + 1) if named else ".."
    end = last + 1 + named
    start = first if before == "{" else first - 1
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(start, end - start, ["|", segment.kinds[last + 1] if named else ".."]):
        gap = " " if before != "," else ""
        from_here = segment.end(start - 1) if before == "," else segment.start(start)
        edit = Edit(segment.source.span(from_here, segment.end(end - 1)), f"{'' if gap else ' '}| {rest}")
        fixes = (Fix(f"Write `| {rest}`", (edit,), _MAYBE),)
    title = "The rest of a record is written `| ..`, or `| r` where it has a name"
    return codes.UNEXPECTED.at(segment.span(first, end - 1), title, fixes=fixes)


def bare_point(around: Surroundings) -> Diagnostic | None:
    """``.5``, ``5.``: a digit stands on both sides of a point."""
    segment, at = around.segment, around.segment.at
    if segment.text(at) != ".":
        return None
    if segment.kind(at + 1) == "INTEGER" and segment.end(at) == segment.start(at + 1):
        first, last, written = at, at + 1, f"0.{segment.text(at + 1)}"
    elif segment.kind(at - 1) == "INTEGER" and segment.end(at - 1) == segment.start(at):
        first, last, written = at - 1, at, f"{segment.text(at - 1)}.0"
    else:
        return None
    if not segment.whole_with(first, last - first + 1, [segment.trial.kind["DOUBLE"]]):
        return None
    where = segment.span(first, last)
    fix = Fix(f"Write `{written}`", (Edit(where, written),), _MAYBE)
    return codes.BAD_NUMBER.at(where, "A digit stands on both sides of a number's point", fixes=(fix,))


def second_output(around: Surroundings) -> Diagnostic | None:
    """``fun n : Text -> Void, Text``."""
    segment, at = around.segment, around.segment.at
    texts = [segment.text(position) for position in range(at)]
    if segment.text(at) != "," or around.keyword not in ("fun", "def") or segment.open_brackets():
        return None
    if "->" not in texts or not {"=", "where", "with"}.isdisjoint(texts):
        return None
    title = "A function gives one value: several are a tuple in brackets"
    first = next(position for position in range(at, -1, -1) if segment.text(position) == "->") + 1
    last = next((one for one in range(at, len(segment.kinds)) if segment.text(one) in ("with", "where", "=")), None)
    last = len(segment.kinds) if last is None else last
    fixes: tuple[Fix, ...] = ()
    is_void = "Void" in (segment.text(one) for one in range(first, last))
    if not is_void and segment.whole_with(first, last - first, ["(", *segment.kinds[first:last], ")"]):
        start, end = segment.start(first), segment.end(last - 1)
        edits = (Edit(segment.source.span(start, start), "("), Edit(segment.source.span(end, end), ")"))
        fixes = (Fix("Put brackets around them", edits, _MAYBE),)
    return codes.UNEXPECTED.at(segment.span(at), title, "the function's type ends before this", fixes=fixes)


def second_import(around: Surroundings) -> Diagnostic | None:
    """``import Foo:1.0.0 as F, Bar:1.0.0 as B``."""
    segment, at = around.segment, around.segment.at
    text, start = segment.source.text, segment.start(at)
    if around.keyword != "import" or segment.text(at) != "," or _NEXT_MODULE.match(text, start + 1) is None:
        return None
    end = segment.tokens.starts[segment.stop]
    edits = []
    position = start
    while 0 <= position < end:
        found = _NEXT_MODULE.match(text, position + 1)
        if found is not None:
            before = len(text[:position].rstrip())
            behind = position + 1 + len(found[0]) - len(found[0].lstrip())
            edits.append(Edit(segment.source.span(before, behind), "\nimport "))
        position = text.find(",", position + 1)
    title = "An `import` names one module: each has its own"
    fix = Fix("Write an `import` for each", tuple(edits), _MAYBE)
    return codes.UNEXPECTED.at(segment.span(at), title, fixes=(fix,))


def dotted_module(around: Surroundings) -> Diagnostic | None:
    """``import Foo . Bar:1.0.0 as F``."""
    segment, at = around.segment, around.segment.at
    if around.keyword not in ("import", "module") or segment.text(at) != ".":
        return None
    before = segment.end(at - 1)
    found = _DOTTED.match(segment.source.text, before)
    if found is None:
        return None
    edit = Edit(segment.source.span(before, found.end()), ".")
    title = "The name of a module is one word, without spaces"
    fix = Fix("Write it as one word", (edit,), _MAYBE)
    return codes.UNEXPECTED.at(segment.span(at), title, fixes=(fix,))


EXCESS = (
    parameter_type,
    field_default,
    untyped_parameter,
    no_literal,
    bare_record,
    quoted_parameter,
    no_with,
    no_braces,
    rest_of_record,
    bare_point,
    nameless_parameter,
    quoted_type,
    second_output,
    second_import,
    late_types,
    dotted_module,
)
