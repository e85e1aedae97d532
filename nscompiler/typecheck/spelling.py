"""Types as the author of a file could write them there: by the names that are in scope."""

from nscompiler.typecheck.scope import Scope
from nscompiler.types.show import Names, show
from nscompiler.types.types import Alias, Sum, Type, VoidType, parts


def spelt(scope: Scope, type: Type) -> str | None:
    """A type as it may stand in a file; None where it cannot be written there. A declared type that has no name in
    this file is written out."""
    if not type.ground or type.poisoned or isinstance(type, VoidType) or _hidden_sum(scope, type):
        return None
    text = show(type, Names(spell=lambda alias: name_of_type(scope, alias)))
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
