"""Type variables of a ``type`` that are none of its parameters, ``type Box = { inner : a }``."""

import re

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.foreign_names import FOREIGN_SMALL
from nscompiler.grammar.walk import walk
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import SCALARS

BUILT_IN_SMALL = {name.lower(): name for name in (*SCALARS, "Void")}
"""The built-in types in small letters."""


def unbound(scope: Scope, decl: syntax.TypeDecl, name: str) -> list[str]:
    """All variables of a type that are not known, one of them first, which are told of together."""
    known = {parameter.text for parameter in decl.parameters}
    found = [name]
    for part in walk(decl.body):
        if isinstance(part, (syntax.TypeVariable, syntax.RowTail)) and part.name is not None:
            text = part.name.text
            capital = f"{text[0].upper()}{text[1:]}"
            is_type = text in BUILT_IN_SMALL or text in FOREIGN_SMALL or capital in scope.declared_types
            if text not in known and not is_type:
                found.append(text)
    return list(dict.fromkeys(found))


def new_parameters(scope: Scope, decl: syntax.TypeDecl, names: list[str]) -> tuple[str, tuple[Fix, ...]]:
    """How variables become parameters of a type, in words and, where nobody uses the type yet, as a fix."""
    parameters = (decl.name, *decl.parameters)
    head = " ".join([*(one.text for one in parameters), *names])
    why = f"write `type {head} = …` to make it a parameter"
    source, end = scope.module.source, parameters[-1].end
    written = len(re.findall(rf"\b{re.escape(decl.name.text)}\b", source.text)) - 1
    uses = [
        part for part in walk(scope.module) if isinstance(part, syntax.TypeName) and part.name.text == decl.name.text
    ]
    wanted = len(decl.parameters) + len(names)
    if written and (len(uses) != written or any(len(use.args) != wanted for use in uses)):
        return why, _other_parameter(scope, decl, names)
    edits = (Edit(source.span(end, end), "".join(f" {name}" for name in names)),)
    what = f"make `{names[0]}` a parameter of `{decl.name.text}`"
    if len(names) > 1:
        what = f"make {', '.join(f'`{name}`' for name in names)} parameters of `{decl.name.text}`"
    return why, (*_other_parameter(scope, decl, names), Fix(what, edits, Applicability.MAYBE_INCORRECT))


def _other_parameter(scope: Scope, decl: syntax.TypeDecl, names: list[str]) -> tuple[Fix, ...]:
    """A fix that writes the one parameter that stands nowhere in the type for the one variable that is not known."""
    places = [
        part.name for part in walk(decl.body) if isinstance(part, (syntax.TypeVariable, syntax.RowTail)) and part.name
    ]
    spare = [one.text for one in decl.parameters if all(place.text != one.text for place in places)]
    if len(spare) != 1 or len(names) != 1:
        return ()
    edits = tuple(Edit(scope.span(place), spare[0]) for place in places if place.text == names[0])
    return (Fix(f"write `{spare[0]}`", edits, Applicability.MAYBE_INCORRECT),)
