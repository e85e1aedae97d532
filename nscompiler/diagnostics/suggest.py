"""Near names: what somebody probably meant. At most three, and none rather than a silly one."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from nscompiler.diagnostics.words import Words

_NEVER = 99
_SHORTENED = 2
"""How far off a shortened or lengthened name counts, in edits."""


def near(name: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The candidates that ``name`` is probably a slip of, best first.

    Counted as slips: other case, underscores instead of capitals, a few wrong, missing, extra or swapped letters
    (more of them in longer names), a shortened or lengthened name. Candidates further off than the best are left
    out; the name itself is never suggested.
    """
    close = _vocabulary(tuple(candidates)).nearest(name)
    return tuple(sorted(close, key=lambda candidate: (candidate.casefold(), candidate))[:limit])


def near_part(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The one candidate whose part behind its prefix ``name`` is probably a slip of: ``csv_sep`` for ``seperator``.

    None where there are several: which connector is meant is not known then.
    """
    parts: dict[str, list[str]] = {}
    for candidate in candidates:
        prefix, _, part = candidate.partition("_")
        if prefix and len(part) >= 3:
            parts.setdefault(part, []).append(candidate)
    meant = [candidate for part in ((name,) if name in parts else near(name, parts)) for candidate in parts[part]]
    return tuple(meant) if len(meant) == 1 else ()


@lru_cache(maxsize=4)  # where one name is unknown there often are more, and the same ones could have been meant
def _vocabulary(names: tuple[str, ...]) -> "_Vocabulary":
    return _Vocabulary(names)


class _Vocabulary:
    """Names that may have been meant."""

    __slots__ = ("_folded", "_names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._folded = Words([_folded(name) for name in names])

    def nearest(self, name: str) -> set[str]:
        """Those that are least far off; none that would be silly to suggest."""
        folded, words = _folded(name), self._folded.words
        alike = self._folded.by_length.get(len(folded), ())
        same = {self._names[index] for index in alike if words[index] == folded} - {name}
        if same:
            return same
        slips = self._slips(folded)
        best = min(slips.values(), default=_NEVER)
        shortened = set(self._shortened(folded)) - slips.keys() if best >= _SHORTENED else set()
        best = _SHORTENED if shortened else best
        return {self._names[index] for index in (*shortened, *(at for at, edits in slips.items() if edits == best))}

    def _slips(self, folded: str) -> dict[int, int]:
        """The names with a few wrong letters, and how many."""
        length, most = len(folded), {}
        for other, indexes in self._folded.by_length.items():
            allowed = _allowed(min(length, other))
            if allowed and abs(length - other) <= allowed:
                most.update(dict.fromkeys(indexes, allowed))
        every = zip(most.items(), self._folded.distances(folded, most), strict=True) if most else ()
        found = {index: edits for (index, allowed), edits in every if 0 < edits <= allowed}
        if length >= 3:
            return found
        letters = sorted(folded)
        return {index: edits for index, edits in found.items() if sorted(self._folded.words[index]) == letters}

    def _shortened(self, folded: str) -> Iterator[int]:
        """The names that are this one shortened or lengthened."""
        length, words = len(folded), self._folded.words
        for other, indexes in self._folded.by_length.items():
            if other == length or min(length, other) < 3 or max(length, other) > 3 * min(length, other):
                continue
            if other < length:
                yield from (index for index in indexes if folded.startswith(words[index]))
            else:
                yield from (index for index in indexes if words[index].startswith(folded))


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


def _folded(name: str) -> str:
    # `num_chars` and `numChars` are one name to whoever types from memory.
    return name.replace("_", "").casefold()


def _allowed(length: int) -> int:
    """How many wrong letters still look like a slip in a name of this length."""
    if length < 2:
        return 0
    return 1 if length < 5 else 2 if length < 9 else 3
