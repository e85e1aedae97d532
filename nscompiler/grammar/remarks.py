"""Comments, each given to the token that it belongs to, so that they go wherever the tokens go.

A comment on lines of its own belongs to the token below it. One that follows a token on its line belongs to that
token, or, past a comma, a semicolon or a `|`, to what these follow. One between two tokens of a line belongs to the
second, unless that only separates or closes.
"""

from bisect import bisect_left

import attrs

from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.syntax import Comment, Module

_CLOSING = frozenset(("|", "&", ",", ";", ")", "]", "}", ">", "*", "?", "=", ":", "->", ".", "<", ""))
_OPENING = ("(", "[", "<")
_GLUED = (".", "@")
_STAGES = ("|", "&")
_SEPARATORS = (",", ";")


@attrs.frozen(slots=True)
class Remark:
    """Comments of one line, or one comment of several.

    ``kind`` is ``own`` for one on lines of its own, ``inline`` for one with a token before or behind it, ``after`` for
    one that ends its line. ``blank`` tells of an empty line above it, ``open`` of one below: a doc comment that
    documents nothing has to keep it. ``column`` is where it stood.
    """

    text: str
    kind: str
    column: int
    blank: bool = False
    open: bool = False

    @property
    def is_doc(self) -> bool:
        """Whether it reads as a doc comment on a line of its own."""
        return self.text.startswith("///") and not self.text.startswith("////")


class Remarks:
    """The comments of a file by the index of their token: those ``before`` it and those ``after`` it."""

    def __init__(self, module: Module, tokens: Tokens) -> None:
        self.text = module.source.text
        self.before: dict[int, list[Remark]] = {}
        self.after: dict[int, list[Remark]] = {}
        kept = [index for index, kind in enumerate(tokens.kinds) if kind != SWALLOWED and tokens.texts[index]]
        kept.append(len(tokens.kinds) - 1)  # the end, which is the one token without a text
        self.starts = [tokens.starts[index] for index in kept]
        self.ends = [tokens.ends[index] for index in kept]
        self.texts = [tokens.texts[index] for index in kept]
        comments = module.comments
        at = 0
        while at < len(comments):
            index = bisect_left(self.starts, comments[at].end)
            stop = at + 1
            while stop < len(comments) and comments[stop].end <= self.starts[index]:
                stop += 1
            self._place(index, comments[at:stop])
            at = stop

    def places(self) -> list[int]:
        """The indexes of the tokens that have comments, in order."""
        return sorted({*self.before, *self.after})

    def _place(self, index: int, comments: tuple[Comment, ...]) -> None:
        """Give the comments of one gap to the tokens around it."""
        behind = self.ends[index - 1] if index else 0
        runs = _runs(comments, self.text)
        starts = [*(run[0].start for run in runs[1:]), self.starts[index]]
        own: list[Remark] = []
        for number, (run, next_start) in enumerate(zip(runs, starts, strict=True), 1):
            first, last = run[0], run[-1]
            column = first.start - self.text.rfind("\n", 0, first.start) - 1
            blank, below = _has_blank(self.text[behind : first.start]), self.text[last.end : next_start]
            is_last = number == len(runs)
            remark = Remark(
                " ".join(_tidy(comment.text) for comment in run), "own", column, blank, is_last and _has_blank(below)
            )
            behind = last.end
            beside = is_last and "\n" not in below and index + 1 < len(self.texts)
            if first.own_line or not index or "\n" in remark.text:
                if beside and "\n" not in remark.text and not self._closes(index):
                    self._add(self.before, index, attrs.evolve(remark, kind="inline"))
                    own[-1:] = [attrs.evolve(each, open=blank) for each in own[-1:]]
                else:
                    # One on the line of a separator stays away from the doc comments above that.
                    own.insert(0 if beside and not blank and "\n" not in remark.text else len(own), remark)
            elif beside:
                own += self._between(index, remark)
            else:
                own += self._trailing(index, remark, last.text.startswith("//"))
        if own:
            self._above(index, own)

    def _above(self, index: int, own: list[Remark]) -> None:
        """Keep the comments on lines of their own that stand above a token, or above the `|` right before it."""
        separator = index - 1 if index and self.texts[index - 1] in (*_STAGES, ",") else -1
        earlier = self.before.pop(separator, [])
        target = separator if separator >= 0 and self.texts[separator] in _STAGES else index
        inline = self.before.get(target, [])
        self.before[target] = _merged(earlier, own) + inline

    def _between(self, index: int, remark: Remark) -> list[Remark]:
        """Keep a block comment with tokens on both sides of it; what has to stand above the second instead."""
        inline = attrs.evolve(remark, kind="inline")
        if not self._closes(index):
            self._add(self.before, index, inline)
            return []
        owner = index - 1
        while owner > 0 and self.texts[owner] in _SEPARATORS:
            owner -= 1
        if self.texts[owner] in _SEPARATORS or self._is_full(owner):
            return [remark]
        self._add(self.after, owner, inline)
        return []

    def _trailing(self, index: int, remark: Remark, to_line_end: bool) -> list[Remark]:
        """Keep a comment at the end of a token's line; what has to stand above the next token instead."""
        owner = index - 1
        if not to_line_end and self.texts[owner] in (*_OPENING, *_STAGES, *_GLUED):
            return self._between(index, remark)
        while owner > 0 and (
            self.texts[owner] in _SEPARATORS or (self.texts[owner] in _STAGES and owner not in self.before)
        ):
            owner -= 1
        if self.texts[owner] in (*_OPENING, *_STAGES, *_SEPARATORS) or self._is_full(owner):
            return [attrs.evolve(remark, blank=False, open=remark.open or remark.is_doc)]
        self._add(self.after, owner, attrs.evolve(remark, kind="after" if to_line_end else "inline"))
        return []

    def _closes(self, index: int) -> bool:
        """Whether a token belongs to what is before it: it separates, closes, or holds an attribute's argument."""
        return self.texts[index] in _CLOSING or (
            index > 1 and self.texts[index - 2] == "@" and self.texts[index] == "("
        )

    def _is_full(self, index: int) -> bool:
        """Whether a comment that runs to the line's end follows a token already."""
        return any(remark.kind == "after" for remark in self.after.get(index, ()))

    def _add(self, places: dict[int, list[Remark]], index: int, remark: Remark) -> None:
        places.setdefault(index, []).append(remark)


def _merged(earlier: list[Remark], own: list[Remark]) -> list[Remark]:
    """The comments above a separator and those behind it: of two doc comments the second counts."""
    if not earlier:
        return own
    if own[-1].is_doc and not own[-1].open:
        return [*earlier, attrs.evolve(own[0], blank=True), *own[1:]]
    if any(each.is_doc for each in earlier):
        return [*own, *earlier]  # a doc comment stays next to what it documents
    return [*earlier, *own]


def _runs(comments: tuple[Comment, ...], text: str) -> list[list[Comment]]:
    """The comments of one gap, those together that share a line."""
    runs: list[list[Comment]] = []
    for comment in comments:
        if runs and "\n" not in text[runs[-1][-1].end : comment.start]:
            runs[-1].append(comment)
        else:
            runs.append([comment])
    return runs


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _has_blank(gap: str) -> bool:
    return gap.count("\n") > 1
