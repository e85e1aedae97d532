"""Lines and columns for programs: both count from 1, columns in Unicode code points, ends are exclusive."""

from collections.abc import Mapping

import attrs

from nscompiler.source import SourceFile, Span

Sources = Mapping[str, SourceFile]


@attrs.frozen(slots=True)
class Place:
    """A span as lines and columns."""

    line: int
    column: int
    end_line: int
    end_column: int


def place_of(span: Span, sources: Sources) -> Place:
    """Where a span lies. A file that could not be read has no lines; its beginning is the one place it has."""
    source = sources.get(span.path)
    if source is None:
        return Place(1, 1, 1, 1)
    start, end = source.lines.position(span.start), source.lines.position(span.end)
    return Place(start.line, start.column, end.line, end.column)


def for_people(path: str, standard: str) -> str:
    """A path as people are shown it: the standard library's folder, ``standard``, is of no interest to them."""
    return f"<stdlib>{path[len(standard) :]}" if standard and path.startswith(f"{standard}/") else path


def relative(path: str) -> str:
    """A path as services compare it: with ``/``, and no ``./`` before it."""
    return path.replace("\\", "/").removeprefix("./")
