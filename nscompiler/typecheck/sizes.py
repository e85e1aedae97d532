"""How large a value is at least, by its type: types share their parts, values that are written or checked do not."""

from collections.abc import Sequence

from nscompiler.types.types import App, Record, Type

MOST_PARTS = 2**24
"""A value of more parts than this would neither be checked nor written in reasonable time and memory."""
FEW_LEVELS = 3
"""Types nested no deeper than this are hardly larger than what somebody has written."""


def least_parts(type: Type, known: dict[Type, int]) -> int:
    """How many scalars every value of a type holds: of a list, an optional or a sum, which may be empty, it is one.

    A vector counts for one of its items: its length is what somebody wrote. ``known`` keeps what was worked out.
    """
    held = known.get(type)
    if held is not None:
        return held
    stack = [type]
    while stack:
        part = stack[-1]
        inner = _held(part)
        waiting = [one for one in inner if one not in known]
        if waiting:
            stack.extend(waiting)
        else:
            stack.pop()
            known[part] = max(1, sum(known[one] for one in inner))
    return known[type]


def _held(type: Type) -> Sequence[Type]:
    """The parts that every value of a type holds."""
    if isinstance(type, Record):
        return [part for _, part in type.fields]
    if isinstance(type, App) and type.constructor in ("tuple", "vector"):
        return type.items if type.constructor == "tuple" else type.items[1:]
    return ()
