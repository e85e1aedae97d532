"""Fields that a method reads of the value that it is given, ``count.time`` and ``count["n"]``, held against the record
that is declared. Where the value may have become something else, nothing is said."""

import ast
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.arguments import lets_pass
from nscompiler.typecheck.names_in_python import names_in
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.python_fixes import span_of
from nscompiler.typecheck.python_types import ITEM_FIELDS
from nscompiler.typecheck.service import Method
from nscompiler.typecheck.unpacked_values import are_others, has_parts, is_attribute, told_of_unpacked, unpacked_in
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import Record, Sum, Type

# What may try an attribute, or ask for it first.
_ASKING = ("isinstance", "hasattr", "getattr", "type")
_READS = (ast.Attribute, ast.Subscript)


def unknown_fields(python: SourceFile, method: Method, function: FunctionInterface) -> Iterator[Diagnostic]:
    """The fields of a method's value that its record does not have, each once."""
    definition, type = method.definition, function.scheme.input
    if definition is None or type.poisoned or not (has_parts(type) or isinstance(type, Sum)):
        return
    labels = _labels(type)
    arguments = [*definition.args.posonlyargs, *definition.args.args]
    if len(arguments) != 2 or definition.args.vararg is not None:
        return
    value = arguments[1].arg
    told: dict[str, list[ast.Attribute | ast.Subscript]] = {}
    hidden: dict[str, list[ast.Attribute]] = {}
    unpacked: list[ast.Tuple | ast.List] = []
    for part in definition.body:
        for node in ast.walk(part):
            if labels is not None and isinstance(node, ast.Attribute if isinstance(type, Sum) else _READS):
                name = _field_of(node, value)
                if name is not None and name not in labels:
                    told.setdefault(name, []).append(node)
            if isinstance(type, Record) and (shown := _hidden_field(node, value, type)) is not None:
                hidden.setdefault(shown.attr, []).append(shown)
            if has_parts(type) and (targets := unpacked_in(node, value)) is not None and are_others(targets, type):
                unpacked.append(targets)
    if not (told or unpacked or hidden) or _may_be_another(definition, value, _ASKING[isinstance(type, Sum) :]):
        return
    for targets in unpacked:
        assert has_parts(type)
        yield told_of_unpacked(python, function, type, targets, value)
    for attributes in hidden.values():
        yield _told_of_hidden(python, function, attributes)
    for name, nodes in told.items():
        yield _told_of(python, function, type, labels or (), name, nodes)


def _labels(type: Type) -> tuple[str, ...] | None:
    """What a value of a type may be asked for: a record's fields, or what values of all constructors have."""
    if isinstance(type, Sum):
        return ("value", "match", *(f"get{name}" for name, _ in type.constructors))
    return type.labels if isinstance(type, Record) else None


def _may_be_another(definition: ast.FunctionDef | ast.AsyncFunctionDef, value: str, asking: tuple[str, ...]) -> bool:
    """Whether a method's value may become something else, or is asked what it has."""
    if any(name == value for part in definition.body for name in names_in(part)):
        return True
    nodes = ast.walk(definition)
    return any(_tries(one) or (isinstance(one, ast.Name) and one.id in asking) for one in nodes)


def _tries(node: ast.AST) -> bool:
    """Whether a statement may take an error that is raised in it."""
    if isinstance(node, ast.With | ast.AsyncWith):
        return not all(lets_pass(item.context_expr) for item in node.items)
    return isinstance(node, ast.Try | ast.TryStar)


def _field_of(node: ast.AST, value: str) -> str | None:
    match node:
        case ast.Attribute(value=ast.Name(id=own), attr=name, ctx=ast.Load()) if own == value:
            hidden = name != "value" and (name in ITEM_FIELDS or name == "values")
            return None if hidden or name.startswith("_") else name
        case ast.Subscript(value=ast.Name(id=own), slice=ast.Constant(value=str(name)), ctx=ast.Load()) if own == value:
            return name
    return None


def _hidden_field(node: ast.AST, value: str, type: Record) -> ast.Attribute | None:
    """A field `value` that is read as an attribute, which only values of sums have."""
    match node:
        case ast.Attribute(value=ast.Name(id=own), attr="value", ctx=ast.Load()) if own == value:
            return node if "value" in type.labels else None
    return None


def _told_of_hidden(python: SourceFile, function: FunctionInterface, nodes: list[ast.Attribute]) -> Diagnostic:
    owner = nodes[0].value
    name, own = nodes[0].attr, owner.id if isinstance(owner, ast.Name) else ""
    edits = [
        Edit(python.span(span_of(python, one.value).end, span_of(python, one).end), f'["{name}"]') for one in nodes
    ]
    fix = Fix(
        f'write `{own}["{name}"]`', tuple(sorted(edits, key=lambda one: one.span.start)), Applicability.MAYBE_INCORRECT
    )
    return codes.RETURNED_VALUE.at(
        place_in(python, nodes[0]),
        titled("`{}` reads the field `{}` as an attribute, which there is not", function.name, name),
        f'a field of this name is reached as `{own}["{name}"]` alone',
        related=(Label(function.span, "declared here", Role.DECLARATION),),
        fixes=(fix,),
    )


def _told_of(
    python: SourceFile,
    function: FunctionInterface,
    type: Type,
    labels: tuple[str, ...],
    name: str,
    nodes: list[ast.Attribute | ast.Subscript],
) -> Diagnostic:
    of_a_sum = isinstance(type, Sum)
    named = "the declared type" if type.alias is None else f"`{type.alias.name}`"
    attribute = any(isinstance(node, ast.Attribute) for node in nodes)
    usable = [label for label in labels if of_a_sum or not attribute or is_attribute(label)]
    similar = near(name, usable)
    listed = ", ".join(f"`{label}`" for label in labels[:5])
    return codes.RETURNED_VALUE.at(
        place_in(python, nodes[0]),
        titled(
            "`{}` reads `{}` of a value that has no such " + ("attribute" if of_a_sum else "field"), function.name, name
        ),
        did_you_mean(similar) or f"{named} has {listed}{' …' if labels[5:] else ''}",
        related=(Label(function.span, "declared here", Role.DECLARATION),),
        fixes=tuple(fix for label in similar if (fix := _instead(python, nodes, name, label)) is not None),
    )


def _instead(python: SourceFile, nodes: list[ast.Attribute | ast.Subscript], name: str, label: str) -> Fix | None:
    edits: list[Edit] = []
    for node in nodes:
        inner = node.slice if isinstance(node, ast.Subscript) else node
        start, end = span_of(python, inner).start, span_of(python, inner).end
        if isinstance(node, ast.Subscript):
            place = python.span(start + 1, end - 1)
        else:
            place = python.span(end - len(name), end)
        if python.text[place.start : place.end] != name:
            return None
        edits.append(Edit(place, label))
    edits.sort(key=lambda one: one.span.start)
    return Fix(f"write `{label}`", tuple(edits), Applicability.MAYBE_INCORRECT)
