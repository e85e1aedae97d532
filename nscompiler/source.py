"""Source texts and places in them.

Offsets count Unicode code points from 0; lines and columns count from 1. An editor's UTF-16 positions
are made in the language server and nowhere else.
"""

from bisect import bisect_right
from typing import ClassVar

# No class here is a `Record`: that one is not compiled, and what inherits from it cannot be.


class Span:
    """A stretch of one file: ``start`` and ``end`` are code point offsets, ``end`` exclusive."""

    __match_args__: ClassVar[tuple[str, ...]] = ("path", "start", "end")
    __slots__ = __match_args__

    def __init__(self, path: str, start: int, end: int) -> None:
        self.path = path
        self.start = start
        self.end = end

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return self.start == other.start and self.end == other.end and self.path == other.path

    def __hash__(self) -> int:
        return hash((self.path, self.start, self.end))

    def __repr__(self) -> str:
        return f"Span(path={self.path!r}, start={self.start!r}, end={self.end!r})"

    def cover(self, other: "Span") -> "Span":
        """The smallest span that holds both; both must lie in the same file."""
        return Span(self.path, min(self.start, other.start), max(self.end, other.end))


class Position:
    """A line and a column, both counted from 1, the column in code points."""

    __match_args__: ClassVar[tuple[str, ...]] = ("line", "column")
    __slots__ = __match_args__

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Position):
            return NotImplemented
        return self.line == other.line and self.column == other.column

    def __hash__(self) -> int:
        return hash((self.line, self.column))

    def __repr__(self) -> str:
        return f"Position(line={self.line!r}, column={self.column!r})"


class LineIndex:
    """Turns offsets into lines and columns; ``\\n``, ``\\r\\n`` and a lone ``\\r`` end a line."""

    __slots__ = ("_length", "_starts")

    def __init__(self, text: str) -> None:
        starts = [0]
        # \r\n is one line end: the \n alone starts the next line.
        at = text.find("\r")
        if at < 0:
            at = text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = text.find("\n", at + 1)
        else:
            for offset, character in enumerate(text):
                if character == "\n" or (character == "\r" and text[offset + 1 : offset + 2] != "\n"):
                    starts.append(offset + 1)
        self._starts = starts
        self._length = len(text)

    def position(self, offset: int) -> Position:
        """The place of a code point; an offset past the end is the end."""
        offset = max(0, min(offset, self._length))
        line = bisect_right(self._starts, offset) - 1
        return Position(line + 1, offset - self._starts[line] + 1)

    def start_of(self, line: int) -> int:
        """The offset at which a line (from 1) starts."""
        return self._starts[line - 1]

    @property
    def count(self) -> int:
        """How many lines the text has; an empty text has one."""
        return len(self._starts)


class SourceFile:
    """One file's text under the path that messages show for it."""

    __slots__ = ("_index", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._index: LineIndex | None = None

    @property
    def lines(self) -> LineIndex:
        """The line index, made when a message first needs it."""
        if self._index is None:
            self._index = LineIndex(self.text)
        return self._index

    def line_text(self, line: int) -> str:
        """The text of a line (from 1), without its end."""
        start = self.lines.start_of(line)
        end = self.lines.start_of(line + 1) if line < self.lines.count else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """A span of this file."""
        return Span(self.path, start, end)
