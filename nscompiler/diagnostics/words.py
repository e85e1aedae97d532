"""The distances of one word from many at once, for vocabularies of thousands of names.

All words lie side by side in whole numbers, a bit for each letter and an empty bit between two words. Such a number
holds a column of the table of distances for every word: where a step down adds one, and where it takes one off. A
letter of the query moves all words one column on, in a dozen operations (H. Hyyrö, A bit-vector algorithm for
computing Levenshtein and Damerau edit distances, 2003).
"""

from collections.abc import Iterable, Iterator, Sequence


class Words:
    """A list of words, and the index of each by its length."""

    __slots__ = ("_all", "_at", "_first", "_masks", "_size", "_text", "by_length", "words")

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.by_length: dict[int, list[int]] = {}
        self._at: list[int] = []  # where each word starts, its last letter first, counted from the highest bit
        at = 0
        for index, word in enumerate(words):
            self.by_length.setdefault(len(word), []).append(index)
            self._at.append(at)
            at += len(word) + 1
        self._size = at
        self._text = "".join([f"{word[::-1]} " for word in words])
        self._all = int("".join(["1" * len(word) + "0" for word in words]) or "0", 2)
        self._first = self._all & ~(self._all << 1)
        self._masks: dict[str, int] = {}

    def distances(self, word: str, indexes: Iterable[int]) -> Iterator[int]:
        """How many edits lie between a word and each of some of these, a swap of neighbours counting as one (optimal
        string alignment).
        """
        up, down = self._columns(word)
        length = len(word)
        for index in indexes:
            start = self._at[index]
            end = start + len(self.words[index])
            yield length + up.count("1", start, end) - down.count("1", start, end)

    def _columns(self, word: str) -> tuple[str, str]:
        """Where the last column goes up by one at a letter, and where down: a digit for each bit."""
        every, first = self._all, self._first
        up, down, diagonal, before = every, 0, 0, 0
        for letter in word:
            same = self._mask(letter)
            swapped = ((same & ~diagonal) << 1) & before
            diagonal = (swapped | (((same & up) + up) ^ up) | same | down) & every
            right = ((down | (every & ~(diagonal | up))) << 1) | first
            left = (diagonal & up) << 1
            up = (left | ~(diagonal | right)) & every
            down = diagonal & right & every
            before = same
        return f"{up:0{self._size}b}", f"{down:0{self._size}b}"

    def _mask(self, letter: str) -> int:
        """The places of a letter."""
        held = self._masks.get(letter)
        if held is None:
            zeros = dict.fromkeys(map(ord, set(self._text)), "0")
            digits = self._text.translate({**zeros, ord(letter): "1"})
            held = self._masks[letter] = int(digits or "0", 2) & self._all
        return held
