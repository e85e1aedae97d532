"""The parameters of any expression of a checked file: what can still be set around it, and what is decided inside."""

from nscompiler.grammar import syntax
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.params import narrow, union
from nscompiler.types.interface import OPEN, ParameterRow


def row_of(checked: Checked, expr: syntax.Expr) -> ParameterRow:
    """The parameters of an expression as a binding around it would meet them; a name that nobody knows takes any."""
    match expr:
        case syntax.Use() | syntax.Instantiate():
            fact = checked.facts.uses.get(expr)
            return OPEN if fact is None else fact.target.parameters
        case syntax.Apply():
            places = {one.name.text: checked.module.span(one) for one in expr.bindings}
            return narrow(row_of(checked, expr.function), places)
        case syntax.Concat() | syntax.Filter():
            return row_of(checked, expr.function)
        case syntax.Pipe():
            return union([row_of(checked, stage) for stage in expr.stages])
        case syntax.Both():
            return union([row_of(checked, branch) for branch in expr.branches])
    return ParameterRow()
