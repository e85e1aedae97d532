"""Types as the author of a file could write them there: by the names that are in scope."""

from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import Scheme
from nscompiler.types.show import Names, lone_tails, show, show_arrow
from nscompiler.types.types import Alias, Sum, Type, Var, VoidType, parts, variables


def spelt(scope: Scope, type: Type) -> str | None:
    """A type as it may stand in a file; None where it cannot be written there. A declared type that has no name in
    this file is written out."""
    if not type.ground or type.poisoned or isinstance(type, VoidType) or _hidden_sum(scope, type):
        return None
    text = show(type, Names(spell=lambda alias: name_of_type(scope, alias)))
    return None if "…" in text else text


def spelt_scheme(scope: Scope, scheme: Scheme) -> str | None:
    """A def's type as the annotation that says just that; None where it cannot be written in a file."""
    needs = [need for need in scheme.requirements if need.name != "SqlColumn"]
    sides = (scheme.input, scheme.output, *(need.type for need in needs))
    if len(needs) < len(scheme.requirements) or any(side.poisoned or _hidden_sum(scope, side) for side in sides):
        return None
    # What a record may have besides is said by `..`, and only of what goes in.
    alone = lone_tails(*sides)
    known: dict[Var, str] = {var: ".." for var in variables(scheme.input) if var in alone}
    names = Names(known, alone - known.keys(), lambda alias: name_of_type(scope, alias))
    text = show_arrow(scheme.input, scheme.output, names)
    told = [f"{show(need.type, names)} is {need.name}" for need in needs]
    text = f"{text} where {', '.join(told)}" if told else text
    return None if "…" in text else text


def name_of_type(scope: Scope, alias: Alias) -> str | None:
    """What a declared type is called in a file; None where nothing there names it."""
    if alias.module == scope.reference:
        return alias.name
    for own, interface in scope.imports.items():
        if interface is not None and interface.module == alias.module and alias.name in interface.types:
            return f"{own}.{alias.name}"
    return None


def _hidden_sum(scope: Scope, type: Type) -> bool:
    """Whether a sum without a name in this file is part of a type: sums cannot be written out."""
    seen: set[Type] = set()
    stack = [type]
    while stack:
        part = stack.pop()
        if part in seen:
            continue
        seen.add(part)
        named = part.alias is not None and name_of_type(scope, part.alias) is not None
        if isinstance(part, Sum) and not named:
            return True
        if not named:
            stack.extend(parts(part))
    return False
