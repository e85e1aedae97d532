"""Fields and constructors that are nearly called the same on both sides of a joint."""

from nscompiler.diagnostics.suggest import distance
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Record, Sum

# How many pairs of names are held against each other for a slip.
MOST_PAIRS = 40_000
# How long a stem is at least, and an ending at most, of two names that are forms of one word.
SHORTEST_STEM = 4
LONGEST_ENDING = 3


def misspelt(given: Record, needed: Record, missing: tuple[str, ...], store: Store) -> list[tuple[str, str]]:
    """Pairs of (needed, given) labels that are near and whose types agree."""
    pairs: list[tuple[str, str]] = []
    want, have = dict(needed.fields), dict(given.fields)
    left = [label for label in given.labels if label not in want]
    if len(left) * len(missing) > MOST_PAIRS:
        return []
    for label in missing:
        for other in left:
            if is_near(label, other) and would_fit(store, have[other], want[label]):
                pairs.append((label, other))
                left.remove(other)
                break
    if not pairs and len(missing) == 1:
        (label,) = missing
        longer = [one for one in left if _is_part(label, one) and would_fit(store, have[one], want[label])]
        pairs = [(label, longer[0])] if len(longer) == 1 else []
    return pairs


def _is_part(one: str, other: str) -> bool:
    """Whether one name begins or ends the other: `nick` and `nickname`, `user` and `user_name`."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return len(short) >= SHORTEST_STEM and short != long and (long.startswith(short) or long.endswith(short))


def is_near(one: str, other: str) -> bool:
    plain = [name.replace("_", "").replace("-", "").casefold() for name in (one, other)]
    most = 1 if min(map(len, plain)) < 5 else 2
    return min(map(len, plain)) > 1 and distance(plain[0], plain[1], most) <= most


def respelt(given: Sum, needed: Sum, unknown: tuple[str, ...], store: Store) -> list[tuple[str, str]]:
    """Pairs of (needed, given) constructors that are near and whose payloads agree."""
    have, want = dict(given.constructors), dict(needed.constructors)
    left = [name for name in want if name not in have]
    pairs: list[tuple[str, str]] = []
    for name in unknown:
        for other in left:
            mine, theirs = have[name], want[other]
            agree = mine is theirs or (mine is not None and theirs is not None and would_fit(store, mine, theirs))
            if agree and (is_near(name, other) or _is_form_of(name, other)):
                pairs.append((other, name))
                left.remove(other)
                break
    return pairs


def _is_form_of(one: str, other: str) -> bool:
    """Whether one name is the other and a short ending: `View` and `Viewed`."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_STEM and long.startswith(short) and len(long) - len(short) <= LONGEST_ENDING
