"""The sizes of a vector behind its type, `Vector Double 4`: they stand before it."""

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.wording import fitting
from nscompiler.typecheck.scope import Scope


def reports_sizes_behind(scope: Scope, expr: syntax.TypeName) -> bool:
    """Whether the arguments of a ``Vector`` or ``Matrix`` were told to be in the wrong order: as one mistake."""
    first, *rest = expr.args
    if isinstance(first, (syntax.SizeLiteral, syntax.TypeVariable)):
        return False
    if not all(isinstance(one, syntax.SizeLiteral) for one in rest):
        return False
    source = scope.module.source
    sizes = " ".join(source.text[one.start : one.end] for one in rest)
    behind = len(source.text[: rest[0].start].rstrip())
    place = source.span(expr.name.end, expr.name.end)
    edits = (Edit(place, f" {sizes}"), Edit(source.span(behind, rest[-1].end), ""))
    start = expr.name.end + len(source.text[expr.name.end :]) - len(source.text[expr.name.end :].lstrip())
    span = source.span(start, rest[-1].end)
    written = f"{expr.name.text} {sizes} {source.text[start:behind]}"
    fix = Fix(fitting(f"write `{written}`", "write it first"), edits, Applicability.MAYBE_INCORRECT)
    title = f"the {'sizes' if len(rest) > 1 else 'size'} of a `{expr.name.text}` stand before its type"
    title = title if len(rest) > 1 else title.replace("stand ", "stands ")
    scope.problems.add(codes.TYPE_ARGUMENT_KIND.at(span, title, "a number is needed here", fixes=(fix,)))
    return True
