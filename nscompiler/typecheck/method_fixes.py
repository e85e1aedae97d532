"""Fixes for methods that no call can be right about, as they are defined."""

import ast

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.places_in_python import line_of
from nscompiler.typecheck.python_fixes import Definition, first_line, is_called, span_of
from nscompiler.typecheck.service import Method
from nscompiler.types.types import App, Record, Type

_MAYBE = Applicability.MAYBE_INCORRECT
# What may be a function that is called afterwards.
_CALLABLE = (ast.Name, ast.Attribute, ast.Lambda, ast.Call, ast.IfExp, ast.Subscript, ast.NamedExpr, ast.BoolOp)


def _definition(python: SourceFile, method: Method) -> Definition | None:
    nodes = (node for node in ast.walk(ast.parse(python.text)) if isinstance(node, Definition))
    return next((node for node in nodes if node.name == method.name and node.lineno == method.line), None)


def is_sure_property(python: SourceFile, method: Method) -> bool:
    """Whether a property surely is no function: it wants a value itself, or what it gives is none."""
    found = _definition(python, method)
    if found is None or (len(found.args.args) == 1 and isinstance(found, ast.AsyncFunctionDef)):
        return False
    if len(found.args.args) != 1:
        return True
    returned = [node.value for node in ast.walk(found) if isinstance(node, ast.Return)]
    return not any(isinstance(value, _CALLABLE) for value in returned)


def undecorated(python: SourceFile, method: Method, counts: tuple[int, ...]) -> tuple[Span, tuple[Fix, ...]]:
    """Where a method's decorator stands, and the method without it, if it is right then."""
    found = _definition(python, method)
    if found is None or len(found.decorator_list) != 1:
        return line_of(python, method.line), ()
    inside = span_of(python, found.decorator_list[0])
    start, end = python.text.rindex("@", 0, inside.start), span_of(python, found).start
    place = python.span(start, inside.end)
    names = [one.arg for one in (*found.args.posonlyargs, *found.args.args)]
    if method.decorator == "classmethod" and len(names) in counts and names[:1] != ["cls"]:
        at = span_of(python, found.args.args[0]).start if found.args.args else end
        return place, (Fix("write `cls`", (Edit(python.span(at, at), "cls, "),), _MAYBE),) if names else ()
    if names[:1] != ["self"] or python.text[inside.end : end].strip() or method.decorator == "classmethod":
        return place, ()
    edits = [Edit(python.span(start, end), "")]
    if len(names) == 1 and 0 not in counts:
        at = span_of(python, found.args.args[0]).end
        edits.append(Edit(python.span(at, at), ", value"))
    elif len(names) - 1 not in counts:
        return place, ()
    return place, (Fix(f"remove `@{method.decorator}`", tuple(edits), _MAYBE),)


def read_by_name_alone(python: SourceFile, method: Method) -> tuple[Fix, ...]:
    """Parameters that a method takes by name alone, read from ``self.args``."""
    found = method.definition
    if found is None or len(found.args.kwonlyargs) != len(method.by_name) or is_called(python, method.name):
        return ()
    parts = [*found.args.posonlyargs, *found.args.args]
    start, end = span_of(python, parts[-1]).end, span_of(python, found.args.kwonlyargs[-1]).end
    between = "".join(python.text[start : span_of(python, found.args.kwonlyargs[0]).start].split())
    if between != ",*," or len(parts) != 2 or found.args.kwarg is not None:
        return ()
    line = f"{', '.join(method.by_name)} = " + ", ".join(f'self.args["{name}"]' for name in method.by_name)
    edits = Edit(python.span(start, end), ""), first_line(python, found, line)
    return (Fix(f"read it: `{line}`", edits, _MAYBE),)


def without_arguments(python: SourceFile, method: Method, values: int, declared: Type | None = None) -> tuple[Fix, ...]:
    """A method without the arguments behind its ``values``, where nothing reads them and nobody gives them, and they
    are no parts of the value that is ``declared``."""
    found = method.definition
    if isinstance(declared, App) and declared.constructor == "tuple":
        return ()
    if found is None or is_called(python, method.name) or found.args.posonlyargs or method.by_name:
        return ()
    kept, taken = found.args.args[: 1 + values], found.args.args[1 + values :]
    names = [one.arg for one in taken]
    if isinstance(declared, Record) and not set(names).isdisjoint(declared.labels):
        return ()
    used = any(isinstance(node, ast.Name) and node.id in names for part in found.body for node in ast.walk(part))
    if used or not kept or not taken or kept[0].arg != "self":
        return ()
    place = python.span(span_of(python, kept[-1]).end, span_of(python, taken[-1]).end)
    return (Fix("remove " + ", ".join(f"`{name}`" for name in names), (Edit(place, ""),), _MAYBE),)


def self_first(python: SourceFile, found: Definition) -> tuple[Fix, ...]:
    """``self`` and the value the other way round."""
    value, own = (span_of(python, one) for one in found.args.args)
    edits = Edit(value, python.text[own.start : own.end]), Edit(own, python.text[value.start : value.end])
    return (Fix("write `self` before the value", edits, _MAYBE),)
