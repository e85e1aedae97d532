"""Source text → tokens. One regex finds them all; what is ignored is the first group of each match.

A token is an index into parallel lists. A text that is no token gets a "bad" kind, which the parser explains when it
meets it: what looks like a bad number may turn out to be the middle of a module reference, which only the parser
knows to expect.
"""

from collections.abc import Iterable
from itertools import accumulate, chain

from nscompiler.grammar.syntax import Comment
from nscompiler.grammar.tables import Tables
from nscompiler.patterns import Pattern

_COMMENT = Pattern(r"//[^\n\r]*+|/\*(?:[^*/]|\*(?!/)|/(?!\*))*+\*/|#![^\n\r]*+")
_COMMENT_EDGE = Pattern(r"/\*|\*/")


_LARGE = 100_000
# How many words are remembered, and how long they may be: what is longer hardly stands twice.
_MOST_WORDS, _LONGEST_WORD = 4_000, 24
#: The kind of a token that a module reference has swallowed.
SWALLOWED = -1


class Kinds(dict[str, int]):
    """Token text → kind. Words, numbers and texts are classified when first met, fixed tokens are there already.

    One serves many files, which use the same words; where it has grown large, a new one takes its place.
    """

    __slots__ = ("_classify", "_groups", "_initials")

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables.literals)
        self._classify = tables.classify.match
        self._groups = tables.groups
        self._initials = tables.initials

    def __missing__(self, text: str) -> int:
        kind = self._initials.get(text[0])
        if kind is None:
            match = self._classify(text)
            assert match is not None, "the last pattern takes anything"
            kind = self._groups[match.lastindex or 0]
        if len(text) <= _LONGEST_WORD:
            self[text] = kind
        return kind


class Tokens:
    """A text's tokens: kind, place and text of each; ``gaps`` is what was ignored before it. The last is the end.

    ``unclosed`` is where a block comment starts that never ends, or -1, and ``open_comments`` how many it holds open.
    """

    __slots__ = ("ends", "gaps", "kinds", "open_comments", "starts", "texts", "unclosed")

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.texts: list[str] = []
        self.gaps: list[str] = []
        self.unclosed = -1
        self.open_comments = 0

    def extend(self, pairs: list[tuple[str, str]], at: int, kinds: Kinds) -> None:
        """Add tokens, as (gap, text), that follow each other from an offset on."""
        self.extend_flat(list(chain.from_iterable(pairs)), at, kinds)

    def extend_flat(self, pieces: list[str], at: int, kinds: Kinds) -> None:
        """As ``extend``, with gaps and texts in turn."""
        offsets = list(accumulate(map(len, pieces), initial=at))
        texts = pieces[1::2]
        self.gaps += pieces[0::2]
        self.texts += texts
        self.starts += offsets[1::2]
        self.ends += offsets[2::2]
        self.kinds += map(kinds.__getitem__, texts)

    def insert(self, index: int, kind: int, text: str, at: int) -> None:
        """Put a token that nobody wrote before another; it takes no room."""
        self.kinds.insert(index, kind)
        self.texts.insert(index, text)
        self.starts.insert(index, at)
        self.ends.insert(index, at)
        self.gaps.insert(index, "")

    def put(self, kind: int, text: str, start: int, end: int, gap: str) -> None:
        """Add one token at the end."""
        self.kinds.append(kind)
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(end)
        self.gaps.append(gap)

    def cut(self, first: int, stop: int) -> None:
        """Take the tokens from one to before another out."""
        for part in (self.kinds, self.texts, self.starts, self.ends, self.gaps):
            del part[first:stop]

    def splice(self, index: int, others: "Tokens", count: int) -> None:
        """Put the first few of other tokens before one of these."""
        self.kinds[index:index] = others.kinds[:count]
        self.texts[index:index] = others.texts[:count]
        self.starts[index:index] = others.starts[:count]
        self.ends[index:index] = others.ends[:count]
        self.gaps[index:index] = others.gaps[:count]


_shared: dict[Tables, Kinds] = {}


def shared_kinds(tables: Tables) -> Kinds:
    """The kinds of the words of all files."""
    held = _shared.get(tables)
    if held is None or len(held) > _MOST_WORDS:
        held = _shared[tables] = Kinds(tables)
    return held


def scan(text: str, tables: Tables) -> Tokens:
    """All tokens of a text, the end included. Any text has tokens."""
    tokens, kinds = Tokens(), shared_kinds(tables)
    if len(text) > _LARGE and "/*" in text:
        return _scan_nested(text, tables, kinds)  # an open comment as tokens could fill the memory
    # Every match begins where the last one ended: what `split` puts between them is empty. No pair is made.
    pieces = tables.token.split(text)
    del pieces[::3]
    tokens.extend_flat(pieces, 0, kinds)
    if "/*" in text and "/*" in tokens.texts:
        return _scan_nested(text, tables, kinds)
    return tokens


def _scan_nested(text: str, tables: Tables, kinds: Kinds) -> Tokens:
    """As ``scan``, where a block comment holds another or never ends: brackets of comments are counted."""
    tokens, at, carried = Tokens(), 0, ""
    while True:
        pairs, stop = _until_comment(text, at, tables)
        if stop < 0:
            pairs[0] = (carried + pairs[0][0], pairs[0][1])
            tokens.extend(pairs, at - len(carried), kinds)
            return tokens
        end, depth = _comment_end(text, stop)
        if depth:
            tokens.unclosed, tokens.open_comments = stop, depth
        gap, _ = pairs.pop()
        if pairs:
            pairs[0] = (carried + pairs[0][0], pairs[0][1])
            tokens.extend(pairs, at - len(carried), kinds)
            carried = ""
        carried += gap + text[stop:end]
        at = end


def _until_comment(text: str, at: int, tables: Tables) -> tuple[list[tuple[str, str]], int]:
    """The tokens from an offset up to a comment that the regex does not take, and where that is (-1: none)."""
    pairs = []
    for match in tables.token.finditer(text, at):
        pairs.append((match[1], match[2]))
        if match[2] == "/*":
            return pairs, match.start(2)
    return pairs, -1


def _comment_end(text: str, start: int) -> tuple[int, int]:
    """Where the block comment that starts here ends, counting those inside, and how many are open there."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end(), 0
    return len(text), depth


def comments(tokens: Tokens, text: str) -> tuple[Comment, ...]:
    """The comments of a text in order, a first line ``#!…`` included."""
    if "/" not in text and "#!" not in text:
        return ()
    found: list[Comment] = []
    for index, gap in [(index, gap) for index, gap in enumerate(tokens.gaps) if "/" in gap or "#" in gap]:
        if len(gap) > 1:
            end = tokens.starts[index]
            limit = tokens.unclosed if end - len(gap) <= tokens.unclosed < end else end
            _collect(text, end - len(gap), limit, found)
            if limit < end:
                found.append(Comment(limit, end, text[limit:end], _alone(text, limit)))
    return tuple(found)


def comments_in(text: str, gaps: Iterable[tuple[int, int]]) -> tuple[Comment, ...]:
    """The comments in gaps between tokens, given by their offsets, all of which end."""
    found: list[Comment] = []
    for start, end in gaps:
        _collect(text, start, end, found)
    return tuple(found)


def _collect(text: str, at: int, end: int, found: list[Comment]) -> None:
    while (match := _COMMENT.search(text, at, end)) or (at := text.find("/*", at, end)) >= 0:
        start, stop = match.span() if match else (at, -1)
        opened = text.find("/*", at, start)
        if opened >= 0:
            start, stop = opened, -1
        if stop < 0:
            stop, _ = _comment_end(text, start)
        found.append(Comment(start, stop, text[start:stop], _alone(text, start)))
        at = stop


def _alone(text: str, start: int) -> bool:
    """Whether nothing but white space stands before an offset on its line."""
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    before = text[line:start]
    return not before or before.isspace() or before == "\ufeff"


def docs(tokens: Tokens, text: str, kinds: tuple[int, ...]) -> dict[int, str]:
    """Doc comments by the offset of the token below; above a separator (``kinds``) they count for the next too."""
    found: dict[int, str] = {}
    if "///" not in text:
        return found
    for index, gap in enumerate(tokens.gaps):
        if "///" in gap and (doc := doc_in(text, tokens.starts[index] - len(gap), gap)):
            found[tokens.starts[index]] = doc
            if tokens.kinds[index] in kinds:
                found.setdefault(tokens.starts[index + 1], doc)
    return found


def doc_in(text: str, start: int, gap: str) -> str | None:
    """The text of the ``///`` lines that end a gap, without their markers; None if there are none."""
    lines = gap.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _alone(text, start):
        lines[0] = "-"  # what trails other text documents nothing below
    kept: list[str] = []
    for line in reversed(lines[:-1]):
        line = line.strip(" \t\f")
        if not line.startswith("///") or line.startswith("////"):
            break
        kept.append(line[3:].removeprefix(" "))
    return "\n".join(reversed(kept)) if kept else None
