"""The stretch of tokens around a mistake, and repairs tried on it.

A repair is believed if the automaton, run over the mended tokens, reaches the end of the declaration.
"""

from collections.abc import Sequence
from typing import ClassVar

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.trial import WINDOW, Trial, next_start
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

#: One mistake may be made this often in one declaration and is still one: `{ a : 1, b : 2 }`.
_REPEATS = 32
PARTNER = {"(": ")", "[": "]", "{": "}", "<": ">"}
CLOSERS = frozenset(PARTNER.values())


class Repair(Record):
    """Tokens to replace: at ``place`` from the mistake on, ``remove`` of them by those spelt ``insert``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("place", "remove", "insert")
    __slots__ = __match_args__

    def __init__(self, place: int, remove: int, insert: tuple[str, ...]) -> None:
        self.place = place
        self.remove = remove
        self.insert = insert

    @property
    def removes(self) -> bool:
        """Whether tokens go without others in their place."""
        return self.remove > 0 and not self.insert


class Outcome(Record):
    """What a repair leads to: the edits, whether the declaration is then whole, and how far it was read."""

    __match_args__: ClassVar[tuple[str, ...]] = ("edits", "whole", "reach")
    __slots__ = __match_args__

    def __init__(self, edits: tuple[Edit, ...], whole: bool, reach: int) -> None:
        self.edits = edits
        self.whole = whole
        self.reach = reach

    def fix(self, title: str, sure: bool = True) -> Fix:
        """The repair as an offer; machine-applicable if nothing else is known to be wrong and it is plainly meant."""
        level = Applicability.MACHINE_APPLICABLE if self.whole and sure else Applicability.MAYBE_INCORRECT
        return Fix(title, self.edits, level)


class Segment:
    """An item that does not parse: its tokens up to the next declaration, as far as they matter.

    ``indexes`` are the tokens' indexes, ``kinds`` what the automaton reads for them; ``at`` is the mistake's position
    among them, which is their number if the item ends too early. ``stop`` is the index at which parsing goes on.
    """

    __slots__ = ("_base", "_cut", "_place", "_snapshots", "at", "indexes", "kinds", "source", "stop", "tokens", "trial")

    def __init__(
        self,
        trial: Trial,
        source: SourceFile,
        tokens: Tokens,
        base: list[int],
        first: int,
        error: int,
        limit: int,
        ahead: int = WINDOW,
    ) -> None:
        self._place = (first, error, limit)
        self.trial = trial
        self.source = source
        self.tokens = tokens
        head = self._keyword(first, error)
        self.stop = error if error == first == limit else min(next_start(trial, tokens, head, error), limit)
        self.indexes: list[int] = []
        self.kinds: list[int] = []
        last = min(self.stop, max(error, first) + ahead)
        self._cut = last < self.stop
        for index in range(first, last):
            kind = tokens.kinds[index]
            kind = trial.bads.get(kind, kind)
            if kind != SWALLOWED:
                self.indexes.append(index)
                self.kinds.append(kind)
        self._base = base.copy()
        self._read(base)
        self._end_at_separator()

    def uncut(self) -> "Segment":
        """The segment with the whole of the item, which may be long; itself if it has all of that."""
        if not self._cut:
            return self
        return Segment(self.trial, self.source, self.tokens, self._base, *self._place, len(self.tokens.kinds))

    @property
    def is_cut(self) -> bool:
        """Whether the item goes on behind what is looked at."""
        return self._cut

    def _keyword(self, first: int, error: int) -> int:
        """The keyword of an item that begins with attributes, if it was read; else its first token."""
        kind, kinds = self.trial.kind, self.tokens.kinds
        if kinds[first] == kind["AT"]:
            keywords = (kind["TYPE"], kind["FUN"], kind["DEF"])
            for index in range(first + 1, error):
                if kinds[index] in keywords and kinds[index - 1] != kind["AT"]:
                    return index
        return first

    def _end_at_separator(self) -> None:
        """A ``;`` outside brackets ends an item, wherever that is."""
        if self.text(self.at) == ";" and self.at and not self.open_brackets():
            self.stop = self.indexes[self.at]
            self._cut = False
            del self.indexes[self.at :], self.kinds[self.at :]

    def _read(self, base: list[int]) -> None:
        """Find the mistake anew, keeping the stacks of the last few positions before it."""
        states, at = base.copy(), 0
        self._snapshots: dict[int, list[int]] = {}
        while at < len(self.kinds):
            before = states.copy() if len(states) < WINDOW * 4 or at % 8 == 0 else None
            if not self.trial.shift(states, self.kinds[at]):
                if before is not None:
                    self._snapshots[at] = before
                break
            if before is not None:
                self._snapshots[at] = before
                self._snapshots.pop(at - WINDOW, None)
            at += 1
        else:
            self._snapshots[at] = states
        self.at = at

    # --- looking

    def text(self, position: int) -> str:
        """A token as written; nothing outside the item."""
        return self.tokens.texts[self.indexes[position]] if 0 <= position < len(self.indexes) else ""

    def is_word(self, position: int) -> bool:
        """Whether a token is a name or a keyword."""
        return 0 <= position < len(self.kinds) and self.kinds[position] in self.trial.words

    def kind(self, position: int) -> str:
        """The name of a token's kind; nothing outside the item."""
        return self.trial.names[self.kinds[position]] if 0 <= position < len(self.kinds) else ""

    def start(self, position: int) -> int:
        """Where a token starts; behind the last, where that ends."""
        if position < len(self.indexes):
            return self.tokens.starts[self.indexes[position]]
        return self.end(len(self.indexes) - 1)

    def end(self, position: int) -> int:
        """Where a token ends; before the first, where what precedes the item ends."""
        if not self.indexes or position < 0:
            index = (self.indexes[0] if self.indexes else self.stop) - 1
            return self.tokens.ends[index] if index >= 0 else 0
        return self.tokens.ends[self.indexes[min(position, len(self.indexes) - 1)]]

    def span(self, position: int, last: int | None = None) -> Span:
        """The place of a token, or of several; behind the last token, an empty one."""
        return self.source.span(self.start(position), self.end(position if last is None else last))

    def behind(self, position: int) -> Span:
        """The empty place right behind a token."""
        return self.source.span(self.end(position), self.end(position))

    def new_line(self, position: int) -> bool:
        """Whether a token is the first of its line."""
        gap = self.tokens.gaps[self.indexes[position]]
        return "\n" in gap or "\r" in gap

    def states(self, position: int) -> list[int]:
        """The stack before a token near the mistake (a copy)."""
        near = position
        while near not in self._snapshots and near > max(0, position - WINDOW):
            near -= 1
        if near not in self._snapshots:
            near = 0
        states = (self._snapshots[near] if near else self._base).copy()
        self.trial.feed(states, self.kinds[near:position])
        return states

    @property
    def expected(self) -> frozenset[int]:
        """The kinds of token that could stand at the mistake."""
        return self.trial.expected(self.states(self.at))

    def expects(self, *names: str) -> bool:
        """Whether tokens of all of some kinds could stand at the mistake."""
        expected = self.expected
        return all(self.trial.kind[name] in expected for name in names)

    def open_brackets(self) -> list[int]:
        """The positions of the brackets that are open at the mistake, outermost first."""
        found: list[int] = []
        for position in range(self.at):
            text = self.text(position)
            if text in PARTNER:
                found.append(position)
            elif text in CLOSERS and found:
                found.pop()
        return found

    # --- trying

    def attempt(self, repair: Repair) -> Outcome | None:
        """Mend, and mend again wherever the same would help; None if the first time gets nowhere."""
        kinds, at = self.kinds.copy(), self.at
        origins = list(range(len(kinds)))
        inserted = [self.trial.tables.literals[text] for text in repair.insert]
        edits: list[Edit] = []
        reach, near = 0, at
        replaced = self._texts(origins, at + repair.place, repair)
        for _ in range(_REPEATS):
            place = at + repair.place
            if place < 0 or place + repair.remove > len(kinds) or (edits and -1 in origins[place : at + 1]):
                break
            if self._texts(origins, place, repair) != replaced or (edits and repair.removes and replaced[0] in "|&"):
                break  # the same mistake again is one with the same sign; a stage may be missing only once
            edit = self._edits(origins, place, repair)
            kinds[place : place + repair.remove] = inserted
            origins[place : place + repair.remove] = [-1] * len(inserted)
            beyond = at + max(0, len(inserted) - repair.remove)
            near = min(near, place)
            at, whole = self._run(kinds, near)
            if whole:
                return Outcome((*edits, *edit), True, len(kinds))
            if at <= beyond:
                break
            edits += edit
            reach = at - len(edits) * (len(inserted) - repair.remove) - self.at
        return Outcome(tuple(edits), False, reach) if edits else None

    def whole_with(self, position: int, remove: int, insert: Sequence[str | int]) -> bool:
        """Whether the item would be whole if some tokens were replaced by others, given as text or as kind."""
        kinds = self.kinds.copy()
        literals = self.trial.tables.literals
        kinds[position : position + remove] = [literals[item] if isinstance(item, str) else item for item in insert]
        return self._run(kinds, min(position, self.at))[1]

    def whole_as(self, position: int, kind: str) -> bool:
        """Whether the item would be whole if a token near the mistake were of another kind."""
        kinds = self.kinds.copy()
        kinds[position] = self.trial.kind[kind]
        return self._run(kinds, min(position, self.at))[1]

    def recased(self, kind: int) -> tuple[list[int], bool]:
        """Where names of the other kind of letter stand, the mistake first, and whether the item is whole without."""
        kinds, at = self.kinds.copy(), self.at
        found: list[int] = []
        wrong = kinds[at]
        while at < len(kinds) and kinds[at] == wrong and len(found) < _REPEATS:
            found.append(at)
            kinds[at] = kind
            at, whole = self._run(kinds, self.at)
            if whole:
                return found, True
        return found, False

    def behind_bracket(self, position: int) -> int:
        """The position behind the partner of an opening bracket, or behind the last token."""
        depth = 0
        while position < len(self.indexes):
            text = self.text(position)
            depth += (text in PARTNER) - (text in CLOSERS)
            position += 1
            if depth == 0:
                break
        return position

    def read(self, kinds: list[int]) -> tuple[int, bool]:
        """How far other kinds of token, equal up to the mistake, can be read, and whether the item is then whole."""
        return self._run(kinds, self.at)

    def _run(self, kinds: list[int], near: int) -> tuple[int, bool]:
        states = self.states(near)
        read = near + self.trial.feed(states, kinds[near:])
        if read < len(kinds):
            return read, False
        return read, self._cut or self.trial.ends(states, self.tokens.kinds[self.stop])

    # --- writing

    def _texts(self, origins: list[int], place: int, repair: Repair) -> list[str]:
        return [self.text(origin) for origin in origins[place : place + repair.remove]]

    def _edits(self, origins: list[int], place: int, repair: Repair) -> list[Edit]:
        removed = [origin for origin in origins[place : place + repair.remove] if origin >= 0]
        if removed and repair.insert:
            return [Edit(self.span(removed[0], removed[-1]), " ".join(repair.insert))]
        if removed:
            return [self.removal(removed[0], removed[-1])]
        before = next((origin for origin in reversed(origins[:place]) if origin >= 0), -1)
        return [self.insertion(before + 1, repair.insert)]

    def insertion(self, position: int, signs: Sequence[str]) -> Edit:
        """Signs before a token, spaced as one would."""
        text = ""
        for sign in signs:
            text += sign if sign in ",)]>;" else f" {sign}"
        at = self.end(position - 1)
        follows = self.source.text[self.start(position) if position < len(self.indexes) else at :][:1]
        glued = position < len(self.indexes) and at == self.start(position)
        if not self.indexes or (position == 0 and glued):
            return Edit(self.source.span(at, at), f"{text.strip()} ")
        return Edit(self.source.span(at, at), text + (" " if glued and follows not in ",)]};" else ""))

    def removal(self, first: int, last: int) -> Edit:
        """No tokens from one to another; nor the spaces before them, if there are some behind."""
        start, end, before = self.start(first), self.end(last), self.end(first - 1)
        blank = self.source.text[before:start]
        follows = self.source.text[end : end + 1]
        if blank and not blank.strip(" \t") and not follows.strip():
            return Edit(self.source.span(before, end), "")
        glued = not blank and self.is_word(first - 1) and (follows.isalnum() or follows == "_")
        return Edit(self.source.span(start, end), " " if glued else "")
