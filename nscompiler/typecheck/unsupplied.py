"""Variables that only the output of a function has, `[a] -> b`: what may have been meant by them."""

from collections.abc import Iterable

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import Var

_MAYBE = Applicability.MAYBE_INCORRECT


def taken_in(scope: Scope, type: syntax.FunctionType, row: str) -> tuple[Fix, ...]:
    """A fix that takes the rest, which only the output has, in with the input's record, or calls both the same."""
    input, output = type.input, type.output
    if not isinstance(input, syntax.RecordType):
        return ()
    tail = input.tail
    if tail is not None and tail.name is None:
        return (Fix(f"call the rest of the input `{row}`", (Edit(scope.span(tail), row),), _MAYBE),)
    if tail is not None and tail.name is not None:
        own = output.tail if isinstance(output, syntax.RecordType) else None
        if own is None or own.name is None:
            return ()
        return (scope.replacement(own.name, tail.name.text, f"write `| {tail.name.text}`"),)
    if not input.fields:
        return ()
    end = scope.module.source.span(input.fields[-1].end, input.fields[-1].end)
    return (Fix(f"add `| {row}` to the input", (Edit(end, f" | {row}"),), _MAYBE),)


def only_other(
    scope: Scope, type: syntax.FunctionType, place: syntax.Node, var: Var, have: Iterable[Var]
) -> tuple[Fix, ...]:
    """A fix that writes the only variable of the input for one that only the output has."""
    others = [one for one in have if one.kind == var.kind and one.name]
    if len(others) != 1 or not isinstance(place, syntax.TypeVariable):
        return ()
    (other,) = others
    parts = (part for part in walk(type.output) if isinstance(part, syntax.TypeVariable))
    edits = tuple(Edit(scope.span(part), other.name) for part in parts if part.name.text == var.name)
    return (Fix(f"write `{other.name}`", edits, _MAYBE),)
