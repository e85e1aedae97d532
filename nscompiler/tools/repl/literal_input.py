"""Whether an expression's values all stand in the program itself, so that it may run as soon as it is typed."""

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.state import State
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface


def has_literal_input(expression: syntax.Node, checked: Checked, state: State) -> bool:
    """Whether every source of an expression is a literal, where need be through definitions."""
    return all(_is_literal(target, checked, state) for target in _sources(expression, checked))


def _sources(expression: syntax.Node, checked: Checked) -> list[FunctionInterface]:
    uses = (checked.facts.uses.get(node) for node in walk(expression) if isinstance(node, syntax.Use))
    return [use.target for use in uses if use is not None and use.target.kind in ("source", "workflow")]


def _is_literal(target: FunctionInterface, checked: Checked, state: State) -> bool:
    if target.declared != "def":
        return False
    if target.module != checked.reference:
        path = state.path_of(target.module)
        found = None if path is None else state.file(path)
        if found is None:
            return False
        checked = found
    bodies = (
        decl.body
        for decl in checked.module.declarations
        if isinstance(decl, syntax.DefDecl) and decl.name.text == target.name
    )
    body = next(bodies, None)
    return body is not None and has_literal_input(body, checked, state)
