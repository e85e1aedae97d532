"""The aliases of a text: those that its imports give, and those that it uses."""

from collections.abc import Iterable

from nscompiler.diagnostics.suggest import distance
from nscompiler.patterns import Pattern

RESERVED = ("Sources", "Sinks", "Conv", "Std")
"""The aliases of the standard library, which no import gives."""

_OWN = Pattern(r"(?m)^[ \t]*+import[ \t]+(?P<name>[\w./]++):(?P<version>[\w.-]++)(?:[ \t]+as[ \t]+(?P<alias>\w++))?")
_QUALIFIED = Pattern(r"(?<![\w.'])([A-Z][\w']*+)\.(?=[A-Za-z_\"])")
_MOST_SLIPS = 2


def given_aliases(text: str, others: Iterable[int]) -> dict[str, str]:
    """The aliases that the imports of a text give, with what for; without those that start at some offsets."""
    inside = frozenset(others)
    given = {}
    for own in _OWN.finditer(text):
        if own.end() - len(own[0].lstrip()) not in inside:
            given[own["alias"] or last_part(own["name"])] = f"{own['name']}:{own['version']}"
    return given


def last_part(name: str) -> str:
    """The last word of a module's name, which is its alias where an import gives none."""
    return name.rpartition("/")[2].rpartition(".")[2]


def used_aliases(text: str, line: int) -> list[str]:
    """The aliases that a text uses and that no import gives but, perhaps, the one that starts at an offset."""
    given = given_aliases(text, (line,))
    found = dict.fromkeys(_QUALIFIED.findall(text))
    return [alias for alias in found if alias not in given and alias not in RESERVED]


def meant_alias(written: str, used: Iterable[str]) -> str | None:
    """The alias, of those that are used, that a written one is a slip of; the only one where nothing is left of it."""
    near = {alias: distance(written, alias, _MOST_SLIPS) for alias in used}
    if len(near) == 1 and not any(char.isalnum() for char in written):
        return next(iter(near))
    best = min(near.values(), default=_MOST_SLIPS + 1)
    found = [alias for alias, slips in near.items() if slips == best]
    return found[0] if len(found) == 1 and best <= min(_MOST_SLIPS, len(found[0])) else None
