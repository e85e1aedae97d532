"""Constructors of a sum that a method forgets: a ``match`` statement without their case, after which nothing is
returned, and ``value.match(…)`` with another number of functions than there are constructors."""

import ast
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.names_in_python import names_in
from nscompiler.typecheck.no_values import is_something
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.typecheck.service import Method, MethodKind
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import Sum

_MOST_LISTED = 3


def unmatched_constructors(python: SourceFile, method: Method, function: FunctionInterface) -> Iterator[Diagnostic]:
    """What is said of the constructors of a method's value that it does not think of."""
    definition, type = method.definition, function.scheme.input
    if definition is None or not isinstance(type, Sum) or type.poisoned:
        return
    arguments = [*definition.args.posonlyargs, *definition.args.args]
    if len(arguments) != 2 or any(name == arguments[1].arg for part in definition.body for name in names_in(part)):
        return
    value = arguments[1].arg
    for part in definition.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and _is_match_of(node, value) and len(node.args) != len(type.constructors):
                yield _miscounted(python, function, type, node)
    last = definition.body[-1]
    plain = method.kind in (MethodKind.PLAIN, MethodKind.COROUTINE) and is_something(function.scheme.output)
    if plain and isinstance(last, ast.Match) and isinstance(last.subject, ast.Name) and last.subject.id == value:
        missing = _missing(last, type)
        if missing:
            yield _told_of(python, function, type, last, missing)


def _is_match_of(node: ast.Call, value: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=own), attr="match"), keywords=[]) if own == value:
            return not any(isinstance(one, ast.Starred) for one in node.args)
    return False


def _missing(statement: ast.Match, type: Sum) -> list[str]:
    """The constructors for which there is no case; none where a case may take any."""
    names: set[str] = set()
    waiting = [case.pattern for case in statement.cases]
    while waiting:
        pattern = waiting.pop()
        match pattern:
            case ast.MatchOr(patterns=patterns):
                waiting += patterns
            case ast.MatchAs(pattern=ast.pattern() as inner):
                waiting.append(inner)
            case ast.MatchClass(cls=ast.Attribute(attr=name)):
                names.add(name)
            case _:
                return []
    declared = [name for name, _ in type.constructors]
    # A class that is no constructor, or one of another sum, is told of elsewhere.
    return [name for name in declared if name not in names] if names <= set(declared) else []


def _told_of(
    python: SourceFile, function: FunctionInterface, type: Sum, statement: ast.Match, missing: list[str]
) -> Diagnostic:
    start = offset_of(python, statement.lineno, statement.col_offset)
    end = place_in(python, statement.subject).end
    title = titled("`{}` returns nothing for `{}`", function.name, missing[0])
    if len(missing) > 1:
        title = titled("`{}` returns nothing for `{}` and " + f"{len(missing) - 1} more", function.name, missing[0])
    named = "the declared sum" if type.alias is None else f"`{type.alias.name}`"
    listed = ", ".join(f"`{name}`" for name in missing[:_MOST_LISTED])
    return codes.RETURNED_VALUE.at(
        python.span(start, end),
        title,
        f"no case for {listed}{' …' if missing[_MOST_LISTED:] else ''} of {named}",
        related=(_declared(function),),
        notes=("write a case for it, or `case _:` for all others",),
    )


def _miscounted(python: SourceFile, function: FunctionInterface, type: Sum, node: ast.Call) -> Diagnostic:
    count, wanted = len(node.args), len(type.constructors)
    named = "the declared sum" if type.alias is None else f"`{type.alias.name}`"
    place: Span = place_in(python, node)
    return codes.RETURNED_VALUE.at(
        place,
        titled(
            "`{}` matches " + f"{wanted} constructors with {count or 'no'} function{'s' * (count != 1)}", function.name
        ),
        f"{named} has " + ", ".join(f"`{name}`" for name, _ in type.constructors[:5]) + (" …" * (wanted > 5)),
        related=(_declared(function),),
        notes=("`match` takes one function for each constructor, in the order in which they are declared",),
    )


def _declared(function: FunctionInterface) -> Label:
    return Label(function.span, "declared here", Role.DECLARATION)
