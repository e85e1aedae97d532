"""The types and values of literals that stand as a source: `"a"`, `[1, 2.5]`."""

from nscompiler.diagnostics.codes import names as name_codes
from nscompiler.diagnostics.codes import types as codes
from nscompiler.grammar import syntax
from nscompiler.typecheck import explain
from nscompiler.typecheck.fits import fit_for_good
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Type


def type_of_items(scope: Scope, store: Store, items: tuple[syntax.Literal, ...]) -> Type:
    """The type of the items of a list; a list of numbers with a fraction among them is one of Doubles."""
    common: Type | None = None
    for item in items:
        type = _type_of(scope, store, item)
        if common is None or fit_for_good(store, common, type):
            common = type
        elif not fit_for_good(store, type, common):
            scope.report(
                codes.LITERAL_ELEMENTS,
                item,
                "the items of a list have one type",
                f"this is {explain.an(type)}, the first is {explain.an(common)}",
            )
            return store.types.error
    return common if common is not None else store.types.variable("type", "", "an item of the empty list")


def _type_of(scope: Scope, store: Store, literal: syntax.Literal) -> Type:
    if isinstance(literal.value, tuple):
        return store.types.list(type_of_items(scope, store, literal.value))
    if literal.kind == "integer" and not -(2**63) <= int(literal.value) < 2**63:
        scope.report(name_codes.NUMBER_RANGE, literal, "an Integer has 64 bits", "too large")
    names = {"integer": "Integer", "double": "Double", "boolean": "Boolean"}
    return store.types.scalar(names.get(literal.kind, "Text"))


def json_value(literal: syntax.Literal) -> object:
    """A literal as a JSON value; an environment variable as ``{"$env": NAME}``."""
    if isinstance(literal.value, tuple):
        return tuple(json_value(item) for item in literal.value)
    if literal.kind == "environment":
        return {"$env": literal.value}
    return literal.value
