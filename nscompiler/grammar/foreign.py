"""Rules that know what other languages write: calls with named arguments, other pipes, functions with arguments."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.keywords import BINDERS
from nscompiler.grammar.segment import Repair, Segment
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import LITERALS, fitting

_MAYBE = Applicability.MAYBE_INCORRECT
# What joins stages elsewhere, as tokens: where the first of them stands before the mistake.
_PIPES = ((("|", ">"), -1), ((">", ">"), 0), (("=", ">"), 0), (("->",), 0), (("|", "|"), -1), (("&", "&"), -1))
_ARROWS = (("->",), ("=", ">"))
#: How many tokens behind an arrow are looked at.
_LOOK = 16


EXTENDING = ("extends", "implements", "inherits")
"""What other languages write before a type that another one takes its fields from."""


def named_arguments(around: Surroundings) -> Diagnostic | None:
    """``small(width = 20)``."""
    segment, at = around.segment, around.segment.at
    opened = segment.open_brackets()
    if segment.text(at) not in ("=", ":") or not opened or around.keyword in ("type", "fun", "import"):
        return None
    first = opened[-1]
    if segment.text(first) != "(" or not _is_called(segment, first) or not segment.is_word(at - 1):
        return None
    end = segment.behind_bracket(first)
    if segment.text(end - 1) in ("}", "]"):
        return None
    signs = list(_binding_signs(segment, first + 1, end - 1)) if segment.text(end - 1) == ")" else []
    fixes: tuple[Fix, ...] = ()
    if signs and all(signs):
        before = segment.indexes[first] - 1
        edits = (
            Edit(segment.source.span(segment.tokens.ends[before], segment.start(first + 1)), " { "),
            *(
                Edit(segment.source.span(segment.end(sign - 1), segment.end(sign)), " =")
                for sign in signs
                if segment.text(sign) == ":"
            ),
            Edit(segment.source.span(segment.end(end - 2), segment.end(end - 1)), " }"),
        )
        fixes = (Fix("Write them in `{ }`", edits, _MAYBE),)
    title = "Parameters are given as `{ name = value }`, not in `( )`"
    return codes.MISSING_PIPE.at(segment.span(first, end - 1), title, fixes=fixes)


def _is_called(segment: Segment, bracket: int) -> bool:
    """Whether a function stands before a bracket; the item may begin with the bracket."""
    before = segment.indexes[bracket] - 1
    if before < 0:
        return False
    return segment.tokens.kinds[before] in segment.trial.words or segment.tokens.texts[before] == ">"


def _binding_signs(segment: Segment, first: int, end: int) -> Iterator[int]:
    """Where the signs of ``a = 1, b : 2`` stand; 0 for what is no binding."""
    position = first
    while position < end:
        sign = position + 1
        plain = segment.is_word(position) and segment.text(sign) in ("=", ":")
        position = sign + 1
        empty = position >= end or segment.text(position) == ","
        while position < end and segment.text(position) != ",":
            position = segment.behind_bracket(position) if segment.text(position) == "[" else position + 1
        yield sign if plain and not empty else 0
        position += 1


def bare_arguments(around: Surroundings) -> Diagnostic | None:
    """``f n=1``, ``f n = 1 | g``."""
    segment = around.segment
    if segment.at != 1 or segment.text(1) != "=" or not segment.is_word(0) or segment.new_line(0):
        return None
    before = segment.indexes[0] - 1
    if before < 0 or segment.tokens.texts[before] in BINDERS:
        return None
    if segment.tokens.kinds[before] not in segment.trial.words and segment.tokens.texts[before] != ">":
        return None
    names = segment.trial.names
    end = 0
    while segment.is_word(end) and segment.text(end + 1) == "=" and end + 2 < len(segment.kinds):
        if names[segment.kinds[end + 2]] not in LITERALS:
            return None
        end += 3
        end += segment.text(end) == "," and segment.is_word(end + 1)
    if not end or segment.text(end) == "}":
        return None
    fixes: tuple[Fix, ...] = ()
    if end == 3 or segment.text(3) == ",":
        start, stop = (segment.source.span(at, at) for at in (segment.start(0), segment.end(end - 1)))
        fixes = (Fix("Write it in `{ }`", (Edit(start, "{ "), Edit(stop, " }")), _MAYBE),)
    title = "Parameters are given as `{ name = value }`"
    return codes.MISSING_PIPE.at(segment.span(0, end - 1), title, fixes=fixes)


def other_pipe(around: Surroundings) -> Diagnostic | None:
    """``f |> g``, ``f >> g``, ``f -> g``, ``f && g``."""
    segment, at = around.segment, around.segment.at
    if around.keyword in ("type", "fun", "import"):
        return None
    for signs, place in _PIPES:
        first, last = at + place, at + place + len(signs) - 1
        if tuple(segment.text(position) for position in range(first, last + 1)) != signs:
            continue
        if len(signs) > 1 and segment.end(first) != segment.start(last):
            continue
        if signs in _ARROWS and _names_a_value(segment, first, last):
            title = f"A function is a method in Python: there is no `{''.join(signs)}` for one"
            return codes.UNEXPECTED.at(segment.span(first, last), title, "declare it with `fun`, and name it here")
        sign = "&" if signs[0] == "&" else "|"
        outcome = segment.attempt(Repair(place, len(signs), (sign,)))
        if outcome is not None:
            joined = "set side by side" if sign == "&" else "joined"
            title = f"Stages are {joined} by `{sign}`, not by `{''.join(signs)}`"
            return codes.MISSING_PIPE.at(
                segment.span(first, last), title, fixes=(outcome.fix(f"Write `{sign}`", outcome.whole),)
            )
    return None


def _names_a_value(segment: Segment, first: int, last: int) -> bool:
    """Whether what stands before an arrow is the argument of a function without a name, ``(x -> …)``."""
    name = segment.text(first - 1)
    if not segment.is_word(first - 1) or segment.text(first - 2) != "(":
        return False
    return name in (segment.text(at) for at in range(last + 1, last + 1 + _LOOK))


def arguments_of_def(around: Surroundings) -> Diagnostic | None:
    """``def f(x) = g``, ``def f x = g``."""
    segment, first = around.segment, around.head + 2
    if around.keyword != "def" or not first <= segment.at <= first + 1:
        return None
    if segment.text(first) == "(":
        end = segment.behind_bracket(first)
    else:
        end = next((at for at in range(first, len(segment.kinds)) if not segment.is_word(at)), first)
    if end == first or segment.text(end) not in ("=", ":"):
        return None
    named = {segment.text(position) for position in range(first, end) if segment.text(position)[:1].islower()}
    used = any(segment.text(position) in named for position in range(end, len(segment.kinds)))
    fixes: tuple[Fix, ...] = ()
    if not used and segment.whole_with(first, end - first, []):
        fixes = (
            Fix("Remove them", (Edit(segment.source.span(segment.end(first - 1), segment.end(end - 1)), ""),), _MAYBE),
        )
    title = "A `def` takes no arguments: values come through the pipe"
    notes = ("write stages, `def f = g | h`; a parameter is declared by the `fun` that reads it",) if used else ()
    return codes.UNEXPECTED.at(segment.span(first, end - 1), title, notes=notes, fixes=fixes)


def type_of_def(around: Surroundings) -> Diagnostic | None:
    """``def w : Text = f``: the type of what comes out alone."""
    segment, first, at = around.segment, around.head + 2, around.segment.at
    if around.keyword != "def" or segment.text(first) != ":" or segment.text(at) != "=" or at <= first + 1:
        return None
    if segment.text(at + 1) == ">":
        return None  # an arrow of other languages
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(first, at - first, []):
        written = segment.source.text[segment.start(first) : segment.end(at - 1)]
        edit = Edit(segment.source.span(segment.end(first - 1), segment.end(at - 1)), "")
        fixes = (Fix(fitting(f"Remove `{written}`", "Remove the type"), (edit,), _MAYBE),)
    if fixes and _may_be_source(segment, at + 1):
        whole = f"Void -> {segment.source.text[segment.start(first + 1) : segment.end(at - 1)]}"
        place = segment.source.span(segment.start(first + 1), segment.start(first + 1))
        sourced = Fix(fitting(f"Write `{whole}`", "Write `Void ->` before it"), (Edit(place, "Void -> "),), _MAYBE)
        fixes = (sourced, *fixes)
    title = "The type of a `def` says what it takes, too: `def d : A -> B = …`"
    return codes.MISSING_ARROW.at(segment.span(first + 1, at - 1), title, fixes=fixes)


def _may_be_source(segment: Segment, stage: int) -> bool:
    """Whether nothing in a file says that the first stage of a pipe takes a value: what an import brings may not."""
    texts, name = segment.tokens.texts, segment.text(stage)
    taken = (texts[at + 3] for at in range(len(texts) - 3) if texts[at : at + 3] == ["fun", name, ":"])
    return (segment.is_word(stage) and name[:1].isupper()) or next(taken, "") == "Void"


def arguments_of_fun(around: Surroundings) -> Diagnostic | None:
    """``fun f(x : Text) : Integer``, ``fun f(x : Text) -> Integer``."""
    segment, first = around.segment, around.head + 2
    if around.keyword != "fun" or segment.at != first or segment.text(first) != "(":
        return None
    end = segment.behind_bracket(first)
    types = [] if segment.text(end - 1) != ")" else list(_types(segment, first + 1, end - 1))
    if segment.text(end) not in (":", "->") or any(start >= stop for start, stop in types):
        return None
    kinds: list[str | int] = [":", "(", *_joined(segment, types), ")", "->"]
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(first, end + 1 - first, kinds):
        written = ", ".join(segment.source.text[segment.start(start) : segment.end(stop - 1)] for start, stop in types)
        text = written if len(types) == 1 else f"({written})"
        edit = Edit(segment.source.span(segment.end(first - 1), segment.end(end)), f" : {text} ->")
        fixes = (Fix("Write its type after a `:`", (edit,), _MAYBE),)
    title = "A `fun` has a type and no arguments: `fun f : A -> B`"
    return codes.UNEXPECTED.at(segment.span(first, end - 1), title, fixes=fixes)


def _types(segment: Segment, first: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the types of ``x : A, y : B`` stand, or those of ``A, B``."""
    position = first
    while position < end:
        start = position + 2 if segment.text(position + 1) == ":" else position
        position = start
        while position < end and segment.text(position) != ",":
            position = segment.behind_bracket(position) if segment.text(position) in ("(", "[", "{") else position + 1
        yield start, position
        position += 1


def _joined(segment: Segment, types: list[tuple[int, int]]) -> Iterator[str | int]:
    for number, (start, stop) in enumerate(types):
        yield from (",",) if number else ()
        yield from segment.kinds[start:stop]


def parameters_of_type(around: Surroundings) -> Diagnostic | None:
    """``type Page<a> = …``, ``type Page[a] = …``, ``type Page(a) = …``."""
    segment, first = around.segment, around.head + 2
    if around.keyword != "type" or segment.at != first or segment.text(first) not in ("<", "[", "("):
        return None
    end = segment.behind_bracket(first)
    words = [position for position in range(first + 1, end - 1) if segment.text(position) != ","]
    if not words or segment.text(end) != "=" or not all(map(segment.is_word, words)):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(first, end - first, [segment.kinds[position] for position in words]):
        edit = Edit(
            segment.source.span(segment.end(first - 1), segment.end(end - 1)),
            "".join(f" {segment.text(position)}" for position in words),
        )
        fixes = (Fix("Write them after its name", (edit,), _MAYBE),)
    signs = f"`{segment.text(first)} {segment.text(end - 1)}`"
    title = f"The parameters of a type follow its name without {signs}"
    return codes.UNEXPECTED.at(segment.span(first, end - 1), title, fixes=fixes)


def named_parts(around: Surroundings) -> Diagnostic | None:
    """``fun f : (name : Text, age : Integer) -> Text``."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword not in ("type", "fun") or segment.text(at) != ":" or not opened:
        return None
    first = opened[-1]
    if segment.text(first) != "(" or not segment.is_word(at - 1):
        return None
    last = segment.behind_bracket(first) - 1
    fixes: tuple[Fix, ...] = ()
    if segment.text(last) in ("}", "]"):
        return None
    if segment.text(last) == ")":
        inside = segment.kinds[first + 1 : last]
        if segment.whole_with(first, last - first + 1, ["{", *inside, "}"]):
            edits = (
                Edit(segment.source.span(segment.start(first), segment.start(first + 1)), "{ "),
                Edit(segment.source.span(segment.end(last - 1), segment.end(last)), " }"),
            )
            fixes = (Fix("Make it a record", edits, _MAYBE),)
    title = "The parts of a tuple have no names: those of a record do, in `{ }`"
    return codes.UNEXPECTED.at(segment.span(at - 1, at), title, fixes=fixes)


def prefixed_text(around: Surroundings) -> Diagnostic | None:
    """``f { path = r"data" }``, ``f { path = f"{x}.csv" }``."""
    segment, at = around.segment, around.segment.at
    kind = segment.trial.names[segment.kinds[at + 1]] if at + 1 < len(segment.kinds) else ""
    glued = segment.is_word(at) and segment.end(at) == segment.start(at + 1)
    if kind not in ("TEXT", "LONG_TEXT") or not glued or segment.text(at - 1) not in ("=", "[", ","):
        return None
    fixes: tuple[Fix, ...] = ()
    if segment.whole_with(at, 1, []):
        fixes = (Fix(f"Remove `{segment.text(at)}`", (Edit(segment.span(at), ""),), _MAYBE),)
    title = "No letter stands before the quotes of a text"
    return codes.NOT_A_LITERAL.at(segment.span(at), title, fixes=fixes)


def types_first(around: Surroundings) -> Diagnostic | None:
    """``type Order = { Integer id, Text name }``."""
    segment, at, opened = around.segment, around.segment.at, around.segment.open_brackets()
    if around.keyword not in ("type", "fun") or not opened or segment.text(opened[-1]) != "{":
        return None
    names, kinds = segment.trial.kind, segment.kinds.copy()
    edits, first, position = [], opened[-1] + 1, opened[-1] + 1
    while segment.kinds[position : position + 2] == [names["UNAME"], names["LNAME"]]:
        type, name = segment.text(position), segment.text(position + 1)
        edits.append(Edit(segment.span(position, position + 1), f"{name} : {type}"))
        grown = len(kinds) - len(segment.kinds)
        kinds[position + grown : position + grown + 2] = [
            names["LNAME"],
            segment.trial.tables.literals[":"],
            names["UNAME"],
        ]
        position += 3 if segment.text(position + 2) == "," else 2
    if not edits or not first <= at < position or not segment.read(kinds)[1]:
        return None
    title = "The name of a field comes before its type, with a `:` between them"
    fix = Fix(f"Write `{edits[0].text}`", tuple(edits), _MAYBE)
    return codes.UNEXPECTED.at(segment.span(first, first + 1), title, fixes=(fix,))


def other_dot(around: Surroundings) -> Diagnostic | None:
    """``Sources::stdin | A::f``."""
    segment, at = around.segment, around.segment.at
    colon, capital = segment.trial.tables.literals[":"], segment.trial.kind["UNAME"]
    if segment.text(at) != ":" or segment.text(at + 1) != ":" or segment.kinds[at - 1] != capital:
        return None
    kinds, edits, position = segment.kinds, [], 0
    read: list[int] = []
    while position < len(kinds):
        if kinds[position : position + 2] == [colon, colon] and position and kinds[position - 1] == capital:
            edits.append(Edit(segment.span(position, position + 1), "."))
            read.append(segment.trial.tables.literals["."])
            position += 2
        else:
            read.append(kinds[position])
            position += 1
    fixes = (Fix("Write `.`", tuple(edits), _MAYBE),) if segment.read(read)[1] else ()
    title = "What a module declares follows its alias and a `.`, not `::`"
    return codes.UNEXPECTED.at(segment.span(at, at + 1), title, fixes=fixes)


FOREIGN = (
    named_arguments,
    other_pipe,
    arguments_of_def,
    type_of_def,
    arguments_of_fun,
    parameters_of_type,
    named_parts,
    prefixed_text,
    types_first,
    other_dot,
)
