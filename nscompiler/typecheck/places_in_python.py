"""Places in a Python file, from what Python's parser says of them."""

import ast

from nscompiler.source import SourceFile, Span


def line_of(source: SourceFile, line: int) -> Span:
    """The text of a line of a file, indentation left out."""
    line = min(max(line, 1), source.lines.count)
    text = source.line_text(line)
    start = source.lines.start_of(line)
    return source.span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))


def place_in(source: SourceFile, node: ast.expr | ast.stmt | ast.arg) -> Span:
    """The place of a node of a Python file; of one on several lines what stands on the first."""
    start = offset_of(source, node.lineno, node.col_offset)
    if node.end_lineno != node.lineno or node.end_col_offset is None:
        return source.span(start, source.lines.start_of(node.lineno) + len(source.line_text(node.lineno)))
    return source.span(start, offset_of(source, node.lineno, node.end_col_offset))


def offset_of(source: SourceFile, line: int, column: int) -> int:
    """The offset of a place that Python gives in bytes of UTF-8."""
    text = source.line_text(line).encode("utf-8", "surrogatepass")[:column]
    return source.lines.start_of(line) + len(text.decode("utf-8", "ignore"))
