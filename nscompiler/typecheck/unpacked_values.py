"""Variables into which a method unpacks the value that it is given, ``word, times = count``, held against the parts of
the record or tuple that is declared."""

import ast
import keyword
import re
from typing import TypeGuard

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.python_fixes import span_of
from nscompiler.typecheck.python_types import ITEM_FIELDS
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Record, Type


def has_parts(type: Type) -> TypeGuard[Record | App]:
    if isinstance(type, App):
        return type.constructor == "tuple"
    return isinstance(type, Record) and type.tail is None


def unpacked_in(node: ast.AST, value: str) -> ast.Tuple | ast.List | None:
    """The variables to which the parts of a value are given."""
    match node:
        case ast.Assign(targets=[ast.Tuple() | ast.List() as targets], value=ast.Name(id=own)) if own == value:
            return None if any(isinstance(one, ast.Starred) for one in targets.elts) else targets
    return None


def _names_of(targets: ast.Tuple | ast.List) -> list[str]:
    return [one.id for one in targets.elts if isinstance(one, ast.Name)]


def are_others(targets: ast.Tuple | ast.List, type: Record | App) -> bool:
    """Whether there are more or fewer variables than parts, or those of a record's fields in another order."""
    if isinstance(type, App):
        return len(targets.elts) != len(type.items)
    names = _names_of(targets)
    return len(targets.elts) != len(type.labels) or (set(names) == set(type.labels) and names != [*type.labels])


def told_of_unpacked(
    python: SourceFile, function: FunctionInterface, type: Record | App, targets: ast.Tuple | ast.List, value: str
) -> Diagnostic:
    """What is said of the variables that are others than the parts of a value."""
    count = len(targets.elts)
    parts = len(type.items) if isinstance(type, App) else len(type.labels)
    listed = f"{parts} parts" if isinstance(type, App) else ", ".join(f"`{one}`" for one in type.labels[:5])
    title = titled("`{}` unpacks " + f"{count} of {parts} parts of its value", function.name)
    if count == parts:
        title = titled("`{}` unpacks the fields of its value in another order", function.name)
    elif count > parts:
        title = titled("`{}` unpacks " + f"{count} parts of a value that has {parts}", function.name)
    return codes.RETURNED_VALUE.at(
        place_in(python, targets),
        title,
        f"it has {listed}",
        related=(Label(function.span, "declared here", Role.DECLARATION),),
        fixes=_each_field(python, type, targets, value),
    )


def _each_field(python: SourceFile, type: Record | App, targets: ast.Tuple | ast.List, value: str) -> tuple[Fix, ...]:
    """Each of the fields that the variables are called after."""
    names = _names_of(targets)
    if isinstance(type, App) or len(names) != len(targets.elts) or not set(names) <= set(type.labels):
        return ()
    behind = re.compile(r"\)?\s*=\s*").match(python.text, span_of(python, targets).end)
    start = 0 if behind is None else behind.end()
    if python.text[start : start + len(value)] != value or not all(is_attribute(name) for name in names):
        return ()
    row = ", ".join(f"{value}.{name}" for name in names)
    edit = Edit(python.span(start, start + len(value)), row)
    return (Fix(f"write `{row}`", (edit,), Applicability.MAYBE_INCORRECT),)


def is_attribute(label: str) -> bool:
    return label.isidentifier() and not keyword.iskeyword(label) and label not in ITEM_FIELDS
