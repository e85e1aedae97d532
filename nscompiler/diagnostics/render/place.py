"""Lines and columns for programs: both count from 1, columns in Unicode code points, ends are exclusive."""

from collections.abc import Mapping
from typing import ClassVar

from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

Sources = Mapping[str, SourceFile]


class Place(Record):
    """A span as lines and columns."""

    __match_args__: ClassVar[tuple[str, ...]] = ("line", "column", "end_line", "end_column")
    __slots__ = __match_args__

    def __init__(self, line: int, column: int, end_line: int, end_column: int) -> None:
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column


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
