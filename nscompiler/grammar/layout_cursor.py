"""What all parts of the layout share: tokens in the order of the text, each with its comments."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import attrs

from nscompiler.grammar.boxes import BLANK, LINE, SOFT, After, Box, Document, Own, group, nest
from nscompiler.grammar.remarks import Remark, Remarks
from nscompiler.grammar.syntax import Node

_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">"}


@attrs.frozen(slots=True)
class Bracket:
    """An opening bracket as a document, and the index of the token that closes it (-1 where that is not known)."""

    document: Document
    closing: int = -1


class Cursor:
    """Hands out the tokens of a tree, in the order of the text.

    While ``active``, tokens are found in the text and bring their comments along; those that the layout leaves out
    hand theirs on. Otherwise a token is its own text, and doc comments are those of the tree.
    """

    def __init__(self, text: str, remarks: Remarks | None) -> None:
        self.text = text
        self.remarks = remarks
        self.active = False
        self.carried: list[Remark] = []
        self._at = 0
        self._limit = 0
        self._skipped: set[int] = set()

    @cached_property
    def index(self) -> dict[int, int]:
        """The indexes of tokens by where they start."""
        assert self.remarks is not None
        return {start: index for index, start in enumerate(self.remarks.starts)}

    @cached_property
    def _partners(self) -> dict[int, int]:
        """Which tokens close which brackets, both ways."""
        assert self.remarks is not None
        found: dict[int, int] = {}
        opened: list[int] = []
        for index, text in enumerate(self.remarks.texts):
            if text in _CLOSERS:
                opened.append(index)
            elif opened and text == _CLOSERS[self.remarks.texts[opened[-1]]]:
                found[index] = opened.pop()
                found[found[index]] = index
        return found

    def enter(self, first: int, stop: int) -> None:
        """Go on with the tokens from one index up to another, with their comments."""
        self._at, self._limit, self.active = first, stop, True

    def leave(self) -> None:
        """Be done with the tokens entered; the comments of those left over are carried on."""
        self.skip(self._limit)
        self.active = False

    # --- tokens

    def at(self, start: int, shown: str) -> Document:
        """The token at an offset, shown as a text."""
        return self._take(self.index[start], shown) if self.active else shown

    def token(self, text: str, shown: str | None = None) -> Document:
        """The next token with a text, shown as that or another."""
        shown = text if shown is None else shown
        if not self.active:
            return shown
        index = self._find(text)
        return shown if index < 0 else self._take(index, shown)

    def opening(self, text: str) -> Bracket:
        """The next opening bracket."""
        if not self.active:
            return Bracket(text)
        index = self._find(text)
        return Bracket(text) if index < 0 else Bracket(self._take(index, text), self._partners.get(index, -1))

    def closing(self, bracket: Bracket, text: str) -> tuple[Document, Document]:
        """The comments above the token that closes a bracket, and the token."""
        if not self.active or bracket.closing < self._at:
            return "", text
        above, token = self._take_apart(bracket.closing, text)
        if above:
            above[-1] = attrs.evolve(above[-1], open=False)
        return Box(self.leading(above)) if above else "", token

    def separator(self, text: str) -> tuple[list[Document], Document]:
        """The comments above the next token with a text, and the token."""
        index = self._find(text) if self.active else -1
        if index < 0:
            return [], text
        above, token = self._take_apart(index, text)
        return self.leading(above), token

    def _take_apart(self, index: int, shown: str) -> tuple[list[Remark], Document]:
        assert self.remarks is not None
        self.skip(index)
        above, self.carried = [*self.carried, *self.remarks.before.pop(index, ())], []
        return above, self._take(index, shown)

    def is_next(self, text: str) -> bool:
        """Whether a token comes next, brackets that are closed aside."""
        if not self.active:
            return False
        assert self.remarks is not None
        index = self._at
        while self.remarks.texts[index] == ")":
            index += 1
        return self.remarks.texts[index] == text

    def _find(self, text: str) -> int:
        assert self.remarks is not None
        try:
            return self.remarks.texts.index(text, self._at, self._limit)
        except ValueError:
            return -1

    def _take(self, index: int, shown: str) -> Document:
        assert self.remarks is not None
        self.skip(index)
        self._at = index + 1
        before, self.carried = [*self.carried, *self.remarks.before.pop(index, ())], []
        after = self.remarks.after.pop(index, [])
        after += self._after_dropped(index + 1, after)
        if not before and not after:
            return shown
        return Box([*self.leading(before), shown, *_trailing(after)])

    def _after_dropped(self, index: int, after: list[Remark]) -> list[Remark]:
        """What follows, on the line of a token with comments ``after`` it, what the layout leaves out from an index on.

        That is brackets that are closed here, and `optional` behind its type. Nothing follows a comment that ends the
        line: what stood behind that is carried on, on lines of its own.
        """
        assert self.remarks is not None
        remarks, found = self.remarks, list(after)
        while not (found and found[-1].kind == "after") and self._is_dropped(index):
            before = remarks.before.get(index, [])
            if any(each.kind != "inline" for each in before):
                break
            found += [*remarks.before.pop(index, ()), *remarks.after.pop(index, ())]
            index += 1
        while self._is_dropped(index):
            for places in (remarks.before, remarks.after):
                if index in places:
                    places[index] = [attrs.evolve(each, kind="own") for each in places[index]]
            index += 1
        return found[len(after) :]

    def _is_dropped(self, index: int) -> bool:
        return index in self._skipped or self._partners.get(index, -1) in self._skipped

    def postfix(self, end: int) -> int:
        """The index of the word that ends a node, from now on left out."""
        assert self.remarks is not None
        index = bisect_left(self.remarks.ends, end)
        self._skipped.add(index)
        return index

    def skip(self, stop: int) -> None:
        """Leave tokens out; their comments are carried on to the next."""
        assert self.remarks is not None
        for index in range(self._at, stop):
            self._skipped.add(index)
            self.carried += self.dropped(index)
        self._at = max(self._at, stop)

    def dropped(self, index: int) -> list[Remark]:
        """The comments of a token that the layout leaves out, as comments of the next one."""
        assert self.remarks is not None
        before, after = self.remarks.before.pop(index, []), self.remarks.after.pop(index, [])
        moved = [attrs.evolve(each, kind="inline" if each.kind == "inline" else "own") for each in after]
        if self.remarks.texts[index] == ",":
            return [*before, *moved]
        return [attrs.evolve(each, open=each.open or each.is_doc) for each in (*before, *moved)]

    # --- comments

    @staticmethod
    def leading(remarks: Sequence[Remark]) -> list[Document]:
        """Comments before a token; one that stood on its line does so only below those with lines of their own."""
        found: list[Document] = []
        beside = next((n for n in range(len(remarks), 0, -1) if remarks[n - 1].kind != "inline"), 0)
        for number, remark in enumerate(remarks):
            if number >= beside:
                found += [remark.text, " "]
            else:
                found.append(Own(remark.text, remark.column, remark.blank))
                found += [BLANK] if remark.open else []
        return found

    def doc(self, doc: str | None) -> list[Document]:
        """The doc comment of a node, where comments do not come with the tokens."""
        if doc is None or self.remarks is not None:
            return []
        return [Own(f"/// {line}".rstrip()) for line in doc.split("\n")]

    # --- what types and expressions share

    def braces(self, bracket: Bracket, items: list[Document], closed: tuple[Document, Document]) -> Document:
        """Items in braces: on one line, or from one line to the next."""
        above, closing = closed
        if not items and not above:
            between = SOFT if isinstance(bracket.document, str) else LINE
            return group(bracket.document, between, closing)
        return group(bracket.document, nest(LINE, *items, above), LINE, closing)

    def gap(self, before: Node, behind: Node) -> list[Document]:
        """What stands behind the comma between two items: a line's end, and the empty line that was there."""
        lines = self.text[before.end : behind.start].split("\n")[1:-1]
        for line in lines:
            if not line.strip():
                return [BLANK, LINE]
            if line.strip() != ",":
                break
        return [LINE]


def _trailing(remarks: Sequence[Remark]) -> list[Document]:
    found: list[Document] = []
    for remark in remarks:
        if remark.kind == "after":
            found.append(After(remark.text))
        else:
            found += [" ", remark.text]
    return found
