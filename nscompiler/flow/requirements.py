"""Pip requirements that leave no common version.

Only what is certain is told: exact pins and bounds of plain numbered releases (PEP 440's release segment). Anything
else – URLs, markers, extras, pre-releases, wildcards – is taken to agree.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

_LINE = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;#()@]*)\)?\s*(?:#.*)?\Z")
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*v?([0-9]+(?:\.[0-9]+)*)\s*\Z")

Version = tuple[int, ...]
Clause = tuple[str, Version]


def excluding(one: Iterable[str], other: Iterable[str]) -> tuple[str, str, str] | None:
    """The first package (by name) of which two lists of requirements leave no version, with the two lines; None
    where they agree."""
    left, right = _by_name(one), _by_name(other)
    for name in sorted(left.keys() & right.keys()):
        if _exclude(left[name][1] + right[name][1]):
            return name, left[name][0], right[name][0]
    return None


def disputed(lists: Iterable[Iterable[str]]) -> bool:
    """Whether any two of several lists of requirements exclude each other."""
    clauses: dict[str, dict[tuple[Clause, ...], None]] = {}
    for lines in lists:
        for name, (_, found) in _by_name(lines).items():
            clauses.setdefault(name, {})[found] = None
    return any(_exclude(one + other) for found in clauses.values() for one, other in combinations(found, 2))


def _by_name(lines: Iterable[str]) -> Mapping[str, tuple[str, tuple[Clause, ...]]]:
    found: dict[str, tuple[str, tuple[Clause, ...]]] = {}
    for line in lines:
        matched = _LINE.match(line)
        if matched:
            name = re.sub(r"[-_.]+", "-", matched[1]).lower()
            clauses = (_CLAUSE.match(part) for part in matched[2].split(",") if part.strip())
            found[name] = (line.strip(), tuple((clause[1], _version(clause[2])) for clause in clauses if clause))
    return found


def _version(text: str) -> Version:
    numbers = [int(part) for part in text.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _exclude(clauses: tuple[Clause, ...]) -> bool:
    """Whether no version meets all clauses: an exact one that another clause refuses, or bounds that cross."""
    exact = [version for operator, version in clauses if operator in ("==", "===")]
    if exact:
        return any(not _meets(exact[0], clause) for clause in clauses)
    lowest = max(
        ((version, operator == ">") for operator, version in clauses if operator in (">", ">=", "~=")), default=None
    )
    highest = min(
        ((version, operator != "<") for operator, version in clauses if operator in ("<", "<=")), default=None
    )
    if lowest is None or highest is None:
        return False
    return lowest[0] > highest[0] or (lowest[0] == highest[0] and (lowest[1] or not highest[1]))


def _meets(version: Version, clause: Clause) -> bool:
    operator, bound = clause
    match operator:
        case "==" | "===":
            return version == bound
        case "!=":
            return version != bound
        case "<":
            return version < bound
        case "<=":
            return version <= bound
        case ">":
            return version > bound
    return version >= bound
