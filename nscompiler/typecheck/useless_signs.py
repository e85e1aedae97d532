"""``*`` on what is no list and ``?`` on what is always there, or ``concat`` and ``filter``, as they may be written."""

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.declared import Declarations
from nscompiler.typecheck.explain import Uses, an, cut, declared, fitting, last_of, name_of_output, without
from nscompiler.typecheck.renames import takes_optional
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import App, Scalar, Type

Signed = syntax.Concat | syntax.Filter


def report_not_flat(scope: Scope, uses: Uses, expr: syntax.Concat, code: Code, type: Type) -> None:
    """``*`` on what is no list."""
    sign, name = _written(expr), name_of_output(expr.function)
    notes = ("`[Byte]` is one value, a byte string",) if code is codes.BYTE_FLATTEN else ()
    fixes = (
        _instead(scope, expr, type.items[0])
        if isinstance(type, App) and type.constructor == "optional"
        else (*without(scope, expr, sign), *(_declared_so(scope, uses, expr, "[{}]") if not notes else ()))
    )
    scope.report(
        code,
        expr,
        fitting(f"`{sign}` needs a list, but {name} gives {an(type)}", f"`{sign}` needs a list, and {name} gives none"),
        f"{an(type)} has no items to send one by one",
        related=declared(scope, uses, last_of(expr.function)),
        notes=notes,
        fixes=fixes,
    )


def report_not_optional(scope: Scope, uses: Uses, expr: syntax.Filter, type: Type) -> None:
    """``?`` on what is always there."""
    sign, name = _written(expr), name_of_output(expr.function)
    is_test = isinstance(type, Scalar) and type.name == "Boolean"
    fixes = _instead(scope, expr, type.items[-1]) if isinstance(type, App) and _has_items(type) else ()
    if not fixes:
        so, bare = _declared_so(scope, uses, expr, "optional {}", is_test), without(scope, expr, sign)
        fixes = (so or bare) if is_test else (*bare, *so)
    note = f"`{sign}` is no test: the function gives the value to keep, or nothing"
    scope.report(
        codes.NOT_OPTIONAL,
        expr,
        fitting(
            f"`{sign}` needs an optional, but {name} gives {an(type)}",
            f"`{sign}` needs an optional, and {name} gives none",
        ),
        f"{an(type)} is always there",
        related=declared(scope, uses, last_of(expr.function)),
        notes=(note,) if is_test else (),
        fixes=fixes,
    )


def _written(expr: Signed) -> str:
    if isinstance(expr, syntax.Concat):
        return "concat" if expr.prefix else "*"
    return "filter" if expr.prefix else "?"


def _declared_so(scope: Scope, uses: Uses, expr: Signed, form: str, of_input: bool = False) -> tuple[Fix, ...]:
    """A fix that declares a function of this file, which stands nowhere else, so that the sign has something to do:
    with what it gives, or ``of_input`` what it takes, in a list or an optional."""
    use, fact = last_of(expr.function), uses.get(last_of(expr.function))
    declarations = Declarations(scope)
    module, decl = (None, None) if fact is None else declarations.function(fact.target) or (None, None)
    if module is not scope.module or not isinstance(use, syntax.Use) or not isinstance(decl, syntax.FunDecl):
        return ()
    if declarations.words[decl.name.text] > 2:
        return ()
    node, type = decl.type.output, decl.type.input if of_input else decl.type.output
    if form != "[{}]" and not takes_optional(type):
        return ()
    text = form.format(scope.module.source.text[type.start : type.end])
    edit = Edit(scope.span(node), text)
    told = f"write `{cut(text)}` in the output of `{decl.name.text}`"
    return (Fix(told, (edit,), Applicability.MAYBE_INCORRECT),)


def _has_items(type: Type) -> bool:
    """Whether `*` would send something one by one."""
    if not isinstance(type, App) or type.constructor not in ("list", "vector"):
        return False
    item = type.items[-1]
    return not (isinstance(item, Scalar) and item.name == "Byte")


def _instead(scope: Scope, expr: Signed, inside: Type) -> tuple[Fix, ...]:
    """A fix that writes the one of `?` and `*` for the other, or of `filter` and `concat`; both in their right order
    where the other stands behind this one. ``inside`` is what lies in the list or the optional."""
    words = ("concat", "filter") if isinstance(expr, syntax.Concat) else ("filter", "concat")
    other = words[1] if expr.prefix else {"filter": "?", "concat": "*"}[words[1]]
    place = (expr.start, expr.start + len(words[0])) if expr.prefix else (expr.end - 1, expr.end)
    source = scope.module.source
    wanted = _has_items(inside) if other == "?" else isinstance(inside, App) and inside.constructor == "optional"
    if not expr.prefix and wanted and source.text[expr.end : expr.end + 1] == other:
        place = (expr.end - 1, expr.end + 1)
        other += source.text[expr.end - 1 : expr.end]
    signs = [other]
    if other == "?" and _has_items(inside):
        signs.insert(0, "?*")  # of what may be missing, the items
    return tuple(
        Fix(f"write `{one}`", (Edit(source.span(*place), one),), Applicability.MAYBE_INCORRECT) for one in signs
    )
