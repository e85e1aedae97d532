"""Calls of a sum's constructors in a Python file, ``nstack.Level.Rare(1)``, with what they do not take."""

import ast
from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.annotations import Names
from nscompiler.typecheck.literal_values import called_as, is_another
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.python_fixes import span_of
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import TypeInterface
from nscompiler.types.show import show
from nscompiler.types.types import App, Sum, Type


def wrong_calls(
    python: SourceFile, service: Service, names: Names, types: Mapping[str, TypeInterface]
) -> Iterator[Diagnostic]:
    """The calls in methods that would fail: with a value or without one, or with one of another type."""
    sums = {name: one for name, one in types.items() if isinstance(one.body, Sum) and not one.body.poisoned}
    definitions = [method.definition for method in service.methods.values() if method.definition is not None]
    for definition in definitions if sums else ():
        for node in ast.walk(definition):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = names.full(node.func.value)
                declared = sums.get(owner.removeprefix("nstack.")) if owner.startswith("nstack.") else None
                if declared is not None and not declared.parameters:
                    yield from _in_call(python, node, node.func.attr, declared)


def _in_call(python: SourceFile, node: ast.Call, name: str, declared: TypeInterface) -> Iterator[Diagnostic]:
    body = declared.body
    assert isinstance(body, Sum)
    payloads = dict(body.constructors)
    if name not in payloads or any(isinstance(one, ast.Starred) for one in node.args):
        return
    payload, count = payloads[name], len(node.args)
    if any(one.arg is None for one in node.keywords) or (payload is not None and node.keywords):
        return
    fixes: tuple[Fix, ...] = ()
    if payload is None and (count or node.keywords):
        title = titled("the constructor `{}` has no value, and is given one", name)
        label, fixes = f"it is made as `{name}()`", _emptied(python, node)
    elif payload is not None and count != 1:
        title = titled("the constructor `{}` holds one value, and is given " + (str(count) if count else "none"), name)
        label, fixes = f"it holds {_short(payload)}", _as_one(python, node, payload)
    elif (
        payload is not None
        and isinstance(node.args[0], ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.JoinedStr)
        and is_another(node.args[0], payload)
    ):
        title = titled("`{}` holds " + _short(payload) + ", and is given " + called_as(node.args[0]), name)
        label = f"{_short(payload)} is declared"
    else:
        return
    related = (Label(declared.span, "declared here", Role.DECLARATION),)
    yield codes.RETURNED_VALUE.at(place_in(python, node), title, label, related=related, fixes=fixes)


def _short(type: Type) -> str:
    text = show(type)
    return text if len(text) <= 24 else f"{text[:23]}…"


def _emptied(python: SourceFile, node: ast.Call) -> tuple[Fix, ...]:
    place = python.span(span_of(python, node.func).end, span_of(python, node).end)
    return (Fix("write `()`", (Edit(place, "()"),), Applicability.MAYBE_INCORRECT),)


def _as_one(python: SourceFile, node: ast.Call, payload: Type) -> tuple[Fix, ...]:
    """Several values as the tuple, or the record, that they are the parts of."""
    is_tuple = isinstance(payload, App) and payload.constructor == "tuple" and len(payload.items) == len(node.args)
    labels = getattr(payload, "labels", ())
    if not node.args or not (is_tuple or len(labels) == len(node.args)):
        return ()
    start, end = span_of(python, node.args[0]).start, span_of(python, node.args[-1]).end
    edits = Edit(python.span(start, start), "("), Edit(python.span(end, end), ")")
    return (Fix("give them as one tuple", edits, Applicability.MAYBE_INCORRECT),)
