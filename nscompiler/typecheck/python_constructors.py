"""Constructors in a Python file, ``nstack.Event.Placed``, that the sums of its module do not have."""

import ast
import re
from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.annotations import Names
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.types.interface import TypeInterface
from nscompiler.types.types import Sum


def unknown_constructors(python: SourceFile, names: Names, types: Mapping[str, TypeInterface]) -> Iterator[Diagnostic]:
    """The constructors that a file names as attributes of a sum, and that the sum lacks."""
    sums = {name: type for name, type in types.items() if isinstance(type.body, Sum)}
    imported = ((own, full.removeprefix("nstack.")) for own, full in names.imported.items())
    called = [*((name, name) for name in sums), *imported]
    if not any(name in sums and _may_lack(python.text, own, sums[name].body) for own, name in called):
        return
    for node in ast.walk(ast.parse(python.text)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr[:1].isupper():
            owner, _, name = names.full(node.value).partition(".")
            if owner == "nstack" and name in sums and node.attr not in _constructors(sums[name].body):
                yield _unknown(python, node, sums[name])


def _constructors(type: object) -> list[str]:
    return [name for name, _ in type.constructors] if isinstance(type, Sum) else []


def _may_lack(text: str, name: str, type: object) -> bool:
    """Whether a capital letter behind the sum's name begins what is none of its constructors."""
    if name not in text:
        return False
    found = re.findall(rf"\b{re.escape(name)}\s*\.\s*([A-Z]\w*)", text)
    return not set(_constructors(type)).issuperset(found)


def _unknown(python: SourceFile, node: ast.Attribute, type: TypeInterface) -> Diagnostic:
    similar = near(node.attr, _constructors(type.body))
    place = place_in(python, node)
    if node.lineno == node.end_lineno and node.end_col_offset is not None:
        end = offset_of(python, node.lineno, node.end_col_offset)
        place = python.span(end - len(node.attr), end)
    listed = ", ".join(f"`{name}`" for name in _constructors(type.body)[:5])
    return codes.RETURNED_VALUE.at(
        place,
        titled("the sum `{}` has no constructor `{}`", type.name, node.attr),
        did_you_mean(similar) or f"it has {listed}",
        related=(Label(type.span, "declared here", Role.DECLARATION),),
        fixes=tuple(
            Fix(f"write `{name}`", (Edit(place, name),), Applicability.MAYBE_INCORRECT)
            for name in similar
            if python.text[place.start : place.end] == node.attr
        ),
    )
