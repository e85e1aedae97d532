"""Type variables as ML has them, ``fun first : ['a] -> 'a``, ``type 'a box = …``: read without the quotes, and told of
once.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_LINE = Pattern(r"(?m)^[ \t]*+(?:type|fun)[ \t](?:(?!\bwith\b)[^\n\r\"])*+")
# No text in such quotes: behind its second one no name begins.
_VARIABLE = Pattern(r"(?<![\w'])'(?P<name>[a-z]\w*+)(?!')(?![^'\n]*+'(?!\w))")
# What stands before the name of a type there, and behind it here.
_FIRST = Pattern(
    r"(?<=type )[ \t]*+(?P<all>'[a-z]\w*+|\([ \t]*+'[a-z]\w*+(?:[ \t]*+,[ \t]*+'[a-z]\w*+)*+[ \t]*+\))"
    r"[ \t]++(?P<name>[A-Z]\w*+)"
)
#: Where a file has as many changes to make, they are no variables.
_MOST = 1000


class QuotedVariables:
    """Those of a text, where one of its problems is about one; ``problems`` are what is told of them."""

    def __init__(self, source: SourceFile, told: Iterable[Diagnostic]) -> None:
        self.problems: list[Diagnostic] = []
        self._edits: list[Edit] = []
        if _VARIABLE.search(source.text) is None:
            return
        starts = [one.primary.span.start for one in told]
        lines = [line for line in _LINE.finditer(source.text) if _VARIABLE.search(source.text, *line.span())]
        if not any(line.start() <= start < line.end() for line in lines for start in starts):
            return
        edits = list(islice((edit for line in lines for edit in _edits(source, *line.span())), _MOST))
        found = _VARIABLE.search(source.text, lines[0].start())
        if found is None or len(edits) == _MOST:
            return
        self._edits = edits
        first, name = found.start(), found["name"]
        fix = Fix(f"Write `{name}`", tuple(edits), Applicability.MAYBE_INCORRECT)
        span = source.span(first, first + 1 + len(name))
        title = f"A type variable is written `{name}`, without `'`"
        if len(title) > 80:
            title = "A type variable is written without `'`"
        self.problems.append(codes.UNEXPECTED.at(span, title, fixes=(fix,)))

    def written(self, text: str) -> str:
        """The text without the quotes, as long as before."""
        pieces, at = [], 0
        for edit in self._edits:
            start, end = edit.span.start, edit.span.end
            pieces += [text[at:start], edit.text.ljust(end - start)]
            at = end
        return "".join([*pieces, text[at:]])


def _edits(source: SourceFile, at: int, end: int) -> Iterator[Edit]:
    """What is to be changed in one line."""
    first = _FIRST.search(source.text, at, end)
    if first is not None:
        names = " ".join(found["name"] for found in _VARIABLE.finditer(first["all"]))
        yield Edit(source.span(first.start("all"), first.end("name")), f"{first['name']} {names}")
        at = first.end()
    for found in _VARIABLE.finditer(source.text, at, end):
        yield Edit(source.span(found.start(), found.start() + 1), "")
