"""From places in a source text to the origins that a graph carries, and back."""

from collections.abc import Mapping

import attrs

from nscompiler.flow.model import Origin
from nscompiler.source import SourceFile, Span

_LONGEST = 60


def origin_of(source: SourceFile, start: int, end: int, path: str | None = None) -> Origin:
    """The origin of a stretch of a text; ``path`` is the file's name in what is built, the source's own if not
    given."""
    first, last = source.lines.position(start), source.lines.position(end)
    return Origin(
        file=source.path if path is None else path,
        line=first.line,
        column=first.column,
        end_line=last.line,
        end_column=last.column,
        text=shortened(source.text[start:end]),
    )


def shortened(text: str) -> str:
    """A piece of source text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


@attrs.frozen(slots=True, eq=False)
class Places:
    """Turns origins back into spans; ``sources`` are the texts by the name under which origins know them."""

    sources: Mapping[str, SourceFile]

    def span(self, origin: Origin) -> Span:
        """The place of an origin; an empty one at the start of a file whose text is not at hand."""
        source = self.sources.get(origin.file)
        if source is None:
            return Span(origin.file, 0, 0)
        start = _offset(source, origin.line, origin.column)
        return Span(source.path, start, max(start, _offset(source, origin.end_line, origin.end_column)))


def _offset(source: SourceFile, line: int, column: int) -> int:
    if not 1 <= line <= source.lines.count:
        return len(source.text)
    return min(source.lines.start_of(line) + column - 1, len(source.text))
