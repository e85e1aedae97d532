"""Declarations that depend on themselves: one ring, in order, with the place of each step."""

from collections.abc import Mapping, Sequence

from nscompiler.diagnostics.model import Label, Role
from nscompiler.grammar import syntax
from nscompiler.typecheck.scope import Scope

Steps = Mapping[str, Mapping[str, syntax.Node]]


def shortest_ring(start: str, steps: Steps, members: Sequence[str]) -> list[str]:
    """A shortest way from a declaration back to itself, without its end; all of it among ``members``."""
    inside = set(members)
    came: dict[str, str] = {}
    level = [start]
    while start not in came:
        following: list[str] = []
        for name in level:
            for target in steps[name]:
                if target in inside and target not in came:
                    came[target] = name
                    following.append(target)
        level = following
    ring = [came[start]]
    while ring[-1] != start:
        ring.append(came[ring[-1]])
    return ring[::-1]


def ring_labels(scope: Scope, ring: Sequence[str], steps: Steps, verb: str) -> tuple[Label, ...]:
    """A label for each step of a ring."""
    following = [*ring[1:], ring[0]]
    return tuple(
        Label(scope.span(steps[name][target]), f"`{name}` {verb} `{target}` here", Role.NOTE)
        for name, target in zip(ring, following, strict=True)
    )


def told(ring: Sequence[str]) -> str:
    """The ring as one line."""
    return " → ".join([*ring, ring[0]])
