"""What a merge leaves where two sides changed the same lines: `<<<<<<< HEAD`, `=======`, `>>>>>>> feature`. It is told
once, and read as the first side alone, so that what stands around it is checked.
"""

from bisect import bisect_left

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_MARKER = Pattern(r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?=[ \t\r]|$)[^\r\n]*")


class Conflicts:
    """The conflicts of one file, in their order; looked for at its first mistake."""

    __slots__ = ("_found", "_source", "_tokens")

    def __init__(self, source: SourceFile, tokens: Tokens) -> None:
        self._source = source
        self._tokens = tokens
        self._found = _conflicts(source.text)

    def next(self, index: int) -> tuple[int, int, Diagnostic] | None:
        """The next conflict that was not told, where it begins at or before a token, with the tokens it takes."""
        starts = self._tokens.starts
        while self._found:
            markers = self._found[-1]
            first = bisect_left(starts, markers[0][0])
            if first > index:
                return None
            self._found.pop()
            if starts[first] == markers[0][0]:  # not in a text or a comment
                until = bisect_left(starts, markers[-1][1])
                span = self._source.span(*markers[0])
                title = "A merge conflict stands here"
                problem = codes.UNEXPECTED.at(span, title, "keep one of the sides, and remove the markers")
                self._read(markers)
                return first, until, problem
        return None

    def _read(self, markers: list[tuple[int, int]]) -> None:
        """Passes over the markers and all sides but the first."""
        tokens = self._tokens
        for start, end in (markers[0], (markers[1][0], markers[-1][1])):
            for at in range(bisect_left(tokens.starts, start), bisect_left(tokens.starts, end)):
                tokens.kinds[at], tokens.texts[at] = SWALLOWED, ""


def _conflicts(text: str) -> list[list[tuple[int, int]]]:
    """The places of the markers of each whole conflict, the last conflict first."""
    if "<<<<<<<" not in text:
        return []
    found: list[list[tuple[int, int]]] = []
    open: list[tuple[int, int]] = []
    for match in _MARKER.finditer(text):
        sign = match[0][0]
        if sign == "<":
            open = [match.span()]
        elif open and sign == ">":
            if len(open) > 1:
                found.append([*open, match.span()])
            open = []
        elif open:
            open.append(match.span())
    return found[::-1]
