"""Optionals of what may be missing already, which could not tell two kinds of missing apart."""

from nscompiler.types.types import App, Scalar, Type, Var, parts


def missing_already(type: Type) -> str | None:
    """Why a type cannot be made optional, in words; None if it can."""
    if isinstance(type, Scalar) and type.name in ("()", "Json"):
        return f"{type.name}"
    if isinstance(type, App) and type.constructor == "optional":
        return "an optional"
    return None


def optional_variables(type: Type) -> set[Var]:
    """The variables of which a type holds an optional."""
    found: set[Var] = set()
    seen: set[Type] = set()
    stack = [type]
    while stack:
        part = stack.pop()
        if part.ground or part in seen:
            continue
        seen.add(part)
        if isinstance(part, App) and part.constructor == "optional" and isinstance(part.items[0], Var):
            found.add(part.items[0])
        stack.extend(parts(part))
    return found


def find_nested_optional(type: Type) -> str | None:
    """What an optional somewhere inside a type wrongly holds, in words; None if nothing."""
    if not type.nests:
        return None
    seen: set[Type] = set()
    stack: list[Type] = [type]
    while stack:
        part = stack.pop()
        if part in seen:
            continue
        seen.add(part)
        if isinstance(part, App) and part.constructor == "optional":
            what = missing_already(part.items[0])
            if what:
                return what
        stack.extend(parts(part))
    return None
