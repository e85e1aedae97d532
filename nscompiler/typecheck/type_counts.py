"""Too many types or too few: in ``f<…>``, and behind the name of a type."""

import re

from nscompiler.diagnostics.codes import names as name_codes
from nscompiler.diagnostics.codes import syntax as syntax_codes
from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.grammar.mistakes import MODIFIERS
from nscompiler.grammar.walk import walk
from nscompiler.patterns import Pattern
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.types.interface import FunctionInterface, TypeInterface
from nscompiler.types.types import SCALARS, Var

# What a built-in type is applied to, in words, and an example for each part.
_BUILT_IN = {
    "Map": ("one type", ("Text",)),
    "Vector": ("a size and a type", ("3", "Double")),
    "Matrix": ("two sizes and a type", ("2", "3", "Double")),
}
# A keyword that a declaration begins with, on the same line as the word before it.
_DECLARING = Pattern(r"[ \t]+(?:type|fun|def)\b")
_DECLARED_BELOW = Pattern(r"\s*+(?:type|fun|def)\b")
_ATTRIBUTES = frozenset(("bounded", "unbounded", "stateless", "experimental"))
_BLANK = {"type": "Text", "size": "1", "row": "{}"}


def report_type_count(
    scope: Scope,
    use: syntax.Use,
    target: FunctionInterface,
    given: tuple[syntax.TypeExpr, ...],
    open_: int,
) -> None:
    """More types in ``f<…>`` than the function has type variables to give them to."""
    name = use.name.text if use.qualifier is None else f"{use.qualifier.text}.{use.name.text}"
    surplus = scope.module.source.span(given[open_].start, given[-1].end)
    title = f"`{name}` takes {_types(open_)}, and {_are_given(len(given))}"
    scope.problems.add(
        codes.TYPE_ARGUMENT_COUNT.at(
            surplus,
            title if len(title) <= TITLE_WIDTH else "more types than this takes",
            _too_many(len(given) - open_),
            related=(Label(target.span, "declared here", Role.DECLARATION),),
            fixes=_fewer(scope, use, given, open_),
        )
    )


def _fewer(scope: Scope, use: syntax.Use, given: tuple[syntax.TypeExpr, ...], open_: int) -> tuple[Fix, ...]:
    """A fix that removes the types from a place on; with the brackets where none is left."""
    source = scope.module.source
    start = given[open_ - 1].end if open_ else use.end
    end = given[-1].end
    if not open_:
        end = max(end, source.text.find(">", end) + 1)  # other brackets may have been read as these
    if (
        open_ == 1
        and len(given) == 2
        and source.text[given[0].start : given[0].end] != source.text[given[1].start : end]
    ):
        return *_removal(scope, start, end), *_removal(scope, given[0].start, given[1].start)
    return _removal(scope, start, end)


def _removal(scope: Scope, start: int, end: int) -> tuple[Fix, ...]:
    text = " ".join(scope.module.source.text[start:end].strip(" ,").split())
    title = f"remove `{text}`" if len(text) <= 40 else "remove what is too many"
    return (Fix(title, (Edit(scope.module.source.span(start, end), ""),), Applicability.MAYBE_INCORRECT),)


def report_arity(scope: Scope, expr: syntax.TypeName, found: TypeInterface | None, wanted: int) -> None:
    """A type that is applied to more or fewer types than it takes; ``found`` is None for one that is built in."""
    if (
        _reports_modifiers(scope, expr, wanted)
        or _reports_attribute(scope, expr, wanted)
        or _has_odd_parameters(scope, expr)
    ):
        return
    name, given = expr.name.text, len(expr.args)
    words, examples = _BUILT_IN.get(name, ("no types", ())) if found is None else (_types(wanted), ())
    title = f"`{name}` takes {words}, and {_are_given(given)}"
    if found is None and examples:
        title = f"`{name}` takes {words}, as in `{name} {' '.join(examples)}`"
    scope.report(
        name_codes.TYPE_ARITY,
        expr,
        title,
        _too_many(given - wanted) if given > wanted else _missing(wanted - given),
        related=() if found is None else (Label(found.span, "declared here", Role.DECLARATION),),
        fixes=(*_one_word(scope, expr), *_without_some(scope, expr, wanted))
        if given > wanted
        else _filled(scope, expr, found, wanted),
    )


def _one_word(scope: Scope, expr: syntax.TypeName) -> tuple[Fix, ...]:
    """``Date Time``, which is the name of one type."""
    match expr.args:
        case (syntax.TypeName(qualifier=None, args=()) as rest,) if f"{expr.name.text}{rest.name.text}" in SCALARS:
            word = f"{expr.name.text}{rest.name.text}"
            return (scope.replacement(expr, word, f"write `{word}`"),)
    return ()


def _has_odd_parameters(scope: Scope, expr: syntax.TypeName) -> bool:
    """Whether the type is one of this file whose parameters are at fault, of which is told there: what it takes is not
    known."""
    decl = None if expr.qualifier is not None else scope.declared_types.get(expr.name.text)
    if decl is None:
        return False
    names = [parameter.text for parameter in decl.parameters]
    if len(set(names)) < len(names) or any(scope.module.source.text[one.start].isupper() for one in decl.parameters):
        return True
    variables = (one for one in walk(decl.body) if isinstance(one, (syntax.TypeVariable, syntax.RowTail)))
    return any(one.name is not None and one.name.text not in names for one in variables)


def _reports_modifiers(scope: Scope, expr: syntax.TypeName, wanted: int) -> bool:
    """Tells of ``fun f : A -> Text⏎⏎export def w = …``, where the word reads as a type of the declaration above."""
    source, words = scope.module.source, expr.args[wanted:]
    text = source.text
    if not words or not _DECLARING.match(text, words[-1].end):
        return False
    before = (expr.args[wanted - 1] if wanted else expr.name).end
    if "\n" not in text[before : words[0].start] or not all(
        isinstance(word, syntax.TypeVariable) and text[word.start : word.end] in MODIFIERS for word in words
    ):
        return False
    start, end = words[0].start, words[-1].end
    behind = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
    what = f"Remove `{text[start:end]}`"
    fix = Fix(what, (Edit(source.span(start, behind), ""),), Applicability.MAYBE_INCORRECT)
    title = f"No declaration starts with `{text[start : words[0].end]}`"
    span = source.span(start, words[0].end)
    label = "a module exports all that it declares"
    scope.problems.add(syntax_codes.NO_DECLARATION.at(span, title, label, fixes=(fix,)))
    return True


def _reports_attribute(scope: Scope, expr: syntax.TypeName, wanted: int) -> bool:
    """Tells of ``fun f : A -> Text⏎stateless⏎fun g : …``, where the word reads as a type of the declaration above."""
    source, words = scope.module.source, expr.args[wanted:]
    word = words[0] if len(words) == 1 else None
    if not isinstance(word, syntax.TypeVariable) or word.name.text not in _ATTRIBUTES:
        return False
    above = source.text[: word.start].rstrip(" \t")[-1:]
    if above not in ("\n", "\r") or _DECLARED_BELOW.match(source.text, word.end) is None:
        return False
    span, name = source.span(word.start, word.end), word.name.text
    sign = Fix(f"Write `@{name}`", (Edit(source.span(word.start, word.start), "@"),), Applicability.MAYBE_INCORRECT)
    scope.problems.add(syntax_codes.UNEXPECTED.at(span, "An attribute starts with `@`", fixes=(sign,)))
    return True


def _without_some(scope: Scope, expr: syntax.TypeName, wanted: int) -> tuple[Fix, ...]:
    """What to do about types that are too many: a sign may be missing before them, or they go."""
    start = (expr.args[wanted - 1] if wanted else expr.name).end
    meant = (
        _without_key(scope, expr)
        or _as_optional(scope, expr, wanted)
        or (() if wanted else (*_with_commas(scope, expr), *_with_word(scope, expr)))
    )
    if meant or wanted != 1 or len(expr.args) != 2:
        return meant or _removal(scope, start, expr.args[-1].end)
    first, second = expr.args
    text = scope.module.source.text
    either = (*_removal(scope, start, second.end), *_removal(scope, first.start, second.start))
    other = f"{text[expr.start : expr.name.end]} {text[second.start : second.end]}"  # as another place has it?
    return either[::-1] if re.search(rf"{re.escape(other)}(?![\w.])", text) else either[:1]


def _as_optional(scope: Scope, expr: syntax.TypeName, wanted: int) -> tuple[Fix, ...]:
    """``{ a : Text NULL }``, as SQL has what may be missing."""
    source, word = scope.module.source, expr.args[-1]
    if wanted or len(expr.args) > 1 or source.text[word.start : word.end] not in ("NULL", "Null", "null"):
        return ()
    edits = (
        Edit(source.span(expr.start, expr.start), "optional "),
        Edit(source.span(expr.name.end, word.end), ""),
    )
    return (Fix(f"write `optional {expr.name.text}`", edits, Applicability.MAYBE_INCORRECT),)


def _with_commas(scope: Scope, expr: syntax.TypeName) -> tuple[Fix, ...]:
    """``(Integer Text)``: parts of a tuple without the `,` between them."""
    text, source = scope.module.source.text, scope.module.source
    before, behind = text[: expr.start].rstrip()[-1:], text[expr.end :].lstrip()[:1]
    if before not in ("(", ",") or behind not in (")", ",") or not _may_stand(expr):
        return ()
    places = [expr.name.end, *(one.end for one in expr.args[:-1])]
    edits = tuple(Edit(source.span(place, place), ",") for place in places)
    return (Fix("insert `,`", edits, Applicability.MAYBE_INCORRECT),)


def _with_word(scope: Scope, expr: syntax.TypeName) -> tuple[Fix, ...]:
    """``fun f : A -> Text { n : Integer }``: parameters without the `with` before them."""
    text, source = scope.module.source.text, scope.module.source
    first, place = expr.args[0], expr.name.end
    ends_type = text[: expr.start].rstrip().endswith("->") and text[expr.end :].lstrip()[:1] != "="
    if not ends_type or len(expr.args) != 1 or not isinstance(first, syntax.RecordType) or first.tail is not None:
        return ()
    return (Fix("insert `with`", (Edit(source.span(place, place), " with"),), Applicability.MAYBE_INCORRECT),)


def _without_key(scope: Scope, expr: syntax.TypeName) -> tuple[Fix, ...]:
    """``Map Text Integer``: a map's keys are texts, and not written."""
    key = expr.args[0] if expr.args else None
    if expr.name.text != "Map" or len(expr.args) != 2 or not isinstance(key, syntax.TypeName):
        return ()
    return _removal(scope, expr.name.end, key.end) if key.name.text == "Text" and not key.args else ()


def _filled(scope: Scope, expr: syntax.TypeName, found: TypeInterface | None, wanted: int) -> tuple[Fix, ...]:
    """A fix that writes something for the types that are missing, or takes them out of a tuple."""
    only = expr.args[0] if len(expr.args) == 1 else None
    if isinstance(only, syntax.TupleType) and len(only.items) == wanted:
        texts = [scope.module.source.text[one.start : one.end] for one in only.items]
        plain = all(not isinstance(one, syntax.TypeName) or not one.args for one in only.items)
        text = " ".join([scope.module.source.text[expr.start : expr.name.end], *texts])
        return (scope.replacement(expr, text, f"write `{text}`"),) if plain and len(text) <= 80 else ()
    given = [scope.module.source.text[one.start : one.end] for one in expr.args]
    if found is not None:
        blanks = [_blank(one) for one in found.parameters[len(given) :]]
    elif len(given) == 1 and not isinstance(expr.args[0], syntax.SizeLiteral):
        given, blanks = [], [*_BUILT_IN[expr.name.text][1][:-1], given[0]]  # the sizes are what is missing
    else:
        blanks = list(_BUILT_IN[expr.name.text][1][len(given) :])
    name = scope.module.source.text[expr.start : expr.name.end]
    text = " ".join([name, *given, *blanks])
    fix = scope.replacement(expr, text, f"write `{text}`", Applicability.HAS_PLACEHOLDERS)
    return (fix,) if len(text) <= 80 and _may_stand(expr) else ()


def _may_stand(expr: syntax.TypeName) -> bool:
    """Whether the arguments are written without brackets, so that their own texts are all of them."""
    return all(
        isinstance(one, (syntax.SizeLiteral, syntax.TypeVariable, syntax.RecordType, syntax.ListType))
        or (isinstance(one, syntax.TypeName) and not one.args)
        for one in expr.args
    )


def _blank(parameter: Var) -> str:
    return _BLANK[parameter.kind]


def _types(count: int) -> str:
    return {0: "no types", 1: "one type"}.get(count, f"{count} types")


def _are_given(count: int) -> str:
    return {0: "none is given", 1: "one is given"}.get(count, f"{count} are given")


def _missing(count: int) -> str:
    return "one is missing" if count == 1 else f"{count} are missing"


def _too_many(count: int) -> str:
    return "one too many" if count == 1 else f"{count} too many"
