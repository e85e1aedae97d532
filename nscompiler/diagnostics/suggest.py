"""Near names: what somebody probably meant. At most three, and none rather than a silly one."""

from collections.abc import Iterable

_NEVER = 99


def near(name: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The candidates that ``name`` is probably a slip of, best first.

    Counted as slips: other case, underscores instead of capitals, a few wrong, missing, extra or swapped letters
    (more of them in longer names), a shortened or lengthened name. Candidates further off than the best are left
    out; the name itself is never suggested.
    """
    scored = {candidate: _slip(name, candidate) for candidate in candidates if candidate != name}
    best = min(scored.values(), default=_NEVER)
    if best >= _NEVER:
        return ()
    close = [candidate for candidate, score in scored.items() if score == best]
    return tuple(sorted(close, key=lambda candidate: (candidate.casefold(), candidate))[:limit])


def did_you_mean(names: tuple[str, ...]) -> str | None:
    """A note that offers names, or None if there are none."""
    if not names:
        return None
    quoted = [f"`{name}`" for name in names]
    if len(quoted) == 1:
        return f"did you mean {quoted[0]}?"
    return f"did you mean {', '.join(quoted[:-1])} or {quoted[-1]}?"


def distance(one: str, other: str, most: int) -> int:
    """Edits between two texts, a swap of neighbours counting as one (optimal string alignment).

    Stops counting at ``most``: anything further gives ``most + 1``. Time is the product of the lengths at worst.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    one, other = _without_common_ends(one, other)
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, current[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, above = above, current
    return min(above[-1], most + 1)


def _without_common_ends(one: str, other: str) -> tuple[str, str]:
    """Two texts without what they start and end with alike, which changes no distance and saves most of the work."""
    start, least = 0, min(len(one), len(other))
    while start < least and one[start] == other[start]:
        start += 1
    end = 0
    while end < least - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _slip(name: str, candidate: str) -> int:
    """How far off, from 0; ``_NEVER`` if it would be silly to suggest it."""
    folded, other = _folded(name), _folded(candidate)
    if folded == other:
        return 0
    allowed = _allowed(min(len(folded), len(other)))
    edits = distance(folded, other, allowed)
    if edits <= allowed and not (len(folded) < 3 and sorted(folded) != sorted(other)):
        return edits
    return 2 if _shortened(folded, other) else _NEVER


def _folded(name: str) -> str:
    # `num_chars` and `numChars` are one name to whoever types from memory.
    return name.replace("_", "").casefold()


def _allowed(length: int) -> int:
    """How many wrong letters still look like a slip in a name of this length."""
    if length < 2:
        return 0
    return 1 if length < 5 else 2 if length < 9 else 3


def _shortened(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) <= 3 * len(short)
