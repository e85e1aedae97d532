"""A binding of a parameter that goes."""

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.scope import Scope


def without(scope: Scope, expr: syntax.Apply, binding: syntax.Binding) -> Fix:
    """A fix that takes a binding away."""
    title = f"remove `{binding.name.text} = {shortened(binding.value)}`"
    return Fix(title, (unset(scope.module, expr, binding),), Applicability.MAYBE_INCORRECT)


def unset(module: syntax.Module, expr: syntax.Apply, binding: syntax.Binding) -> Edit:
    """The edit that takes a binding away, with its comma, or with the braces where it is the only one."""
    source, at = module.source, expr.bindings.index(binding)
    if len(expr.bindings) == 1:
        # Other brackets may have been read as braces.
        brace = source.text.find("{", expr.function.end, binding.start)
        span = source.span(len(source.text[: max(brace, expr.function.end)].rstrip()), expr.end)
    elif at:
        span = source.span(expr.bindings[at - 1].end, binding.end)
    else:
        span = source.span(binding.start, expr.bindings[1].start)
    return Edit(span, "")


def shortened(literal: syntax.Literal) -> str:
    """A value for titles."""
    raw = " ".join(literal.raw.split())
    return raw if len(raw) <= 24 else raw[:23] + "…"
