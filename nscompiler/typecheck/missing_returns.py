"""What a method that returns nothing is meant to return: what its last statement makes."""

import ast

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.python_fixes import Definition, span_of

# What changes its object and gives nothing.
_CHANGING = ("add", "append", "clear", "discard", "extend", "insert", "remove", "reverse", "sort", "update", "write")


def returned(python: SourceFile, definition: Definition) -> tuple[Fix, ...]:
    """The `return` that is missing, where the last statement is a call or gives a variable its value."""
    last = definition.body[-1]
    place = span_of(python, last)
    match last:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value], keywords=[])):
            inner = _whole(python, definition, value)
            edits = (
                Edit(python.span(place.start, inner.start), "return "),
                Edit(python.span(inner.end, place.end), ""),
            )
            return _written(*edits)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return ()
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))) if name in _CHANGING:
            return ()
        case ast.Expr():
            return _written(Edit(python.span(place.start, place.start), "return "))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if not _is_read(definition, name):
            inner = _whole(python, definition, value)
            return _written(Edit(python.span(place.start, inner.start), "return "))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            if last.lineno == definition.lineno:
                return ()
            line = python.lines.start_of(last.lineno)
            space = python.text[line : place.start]
            if space.strip():
                return ()
            return _written(Edit(python.span(place.end, place.end), f"\n{space}return {name}"))
    return ()


def _written(*edits: Edit) -> tuple[Fix, ...]:
    return (Fix("write `return`", edits, Applicability.MAYBE_INCORRECT),)


def _whole(python: SourceFile, definition: Definition, value: ast.expr) -> Span:
    """The place of a value with the brackets around it, which Python leaves out."""
    span = span_of(python, value)
    before, behind = python.text[: span.start].rstrip(" "), python.text[span.end :].lstrip(" ")
    if isinstance(definition.body[-1], ast.Assign) and before.endswith("(") and behind.startswith(")"):
        return python.span(len(before) - 1, len(python.text) - len(behind) + 1)
    return span


def _is_read(definition: Definition, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(definition)
    )
