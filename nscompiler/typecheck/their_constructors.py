"""Constructors of sums of other modules, and renamed types: what is told where a name of another kind is wanted."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.patterns import Pattern
from nscompiler.source import Span
from nscompiler.types.interface import Interface
from nscompiler.types.types import Sum

# The parameters that a stage is given behind its name.
_SET = Pattern(r"(?:\s*+<[^<>{}|]*+>)?\s*+\{(?P<bindings>[^{}]{0,400}+)")
_BOUND = Pattern(r"(?<!\w)(\w++)[ \t]*+=")


class Scope(Protocol):
    """What is asked of ``scope.Scope``, which imports this module."""

    module: syntax.Module
    declared_types: dict[str, syntax.TypeDecl]
    comparisons: int

    def span(self, node: syntax.Node) -> Span: ...
    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None: ...
    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix: ...


def reports_their_constructor(
    scope: Scope, qualifier: syntax.Name | None, interface: Interface, name: syntax.Name, wanted: str
) -> bool:
    """Report a constructor of another module where a function or a type is wanted; False if it is none."""
    text = name.text
    owners = (one for one in interface.types.values() if isinstance(one.body, Sum) and _has(one.body, text))
    owner = next(owners, None)
    if owner is None or qualifier is None:
        return False
    sum, is_type = owner.name, wanted == "type"
    why = f"only `{sum}` as a whole is a type" if is_type else "values of a sum are made in Python code"
    scope.report(
        codes.UNKNOWN_TYPE if is_type else codes.UNKNOWN_NAME,
        name,
        f"`{text}` is a constructor of `{qualifier.text}.{sum}`, and no {wanted}",
        why,
        related=(Label(owner.span, "declared here", Role.DECLARATION),),
        notes=() if is_type else (f"declare a function that gives {qualifier.text}.{sum}",),
        fixes=(scope.replacement(name, sum, f"write `{sum}`, which has this constructor"),) if is_type else (),
    )
    return True


def _has(body: Sum, constructor: str) -> bool:
    return any(name == constructor for name, _ in body.constructors)


def by_parameters(text: str, end: int, interface: Interface) -> tuple[str, ...]:
    """The only function of a module, but for those that are called after it, with the parameters that are set behind a
    name that it has not."""
    given = _SET.match(text, end)
    names = set() if given is None else set(_BOUND.findall(given["bindings"]))
    if not names:
        return ()
    found = [
        one.name for one in interface.functions.values() if names <= {need.name for need in one.parameters.settable}
    ]
    first = min(found, key=len, default="")
    return (first,) if first and all(one.startswith(first) for one in found) else ()


def own_first(names: Iterable[str], built_in: Collection[str]) -> tuple[str, ...]:
    """Names that may be meant, those of this file before what is built in."""
    return tuple(sorted(names, key=lambda one: one in built_in))


def renamed_type(scope: Scope, name: str) -> tuple[Fix, ...]:
    """A fix that gives the only type that nothing uses a name that is used more than once and is none."""
    scope.comparisons -= len(scope.declared_types)
    words = _words(scope.module.source.text)
    if scope.comparisons < 0 or words[name] < 2:
        return ()
    lone = [decl for own, decl in scope.declared_types.items() if words[own] == 1]
    return (_call(scope, lone[0].name, name),) if len(lone) == 1 else ()


def meant_instead(scope: Scope, decl: syntax.TypeDecl, built_in: Collection[str]) -> Fix | None:
    """A fix of a type that is called as a built-in one: the only name that is used as a type and is none."""
    module = scope.module
    declared = {one.name.text for one in module.declarations if isinstance(one, syntax.TypeDecl)}
    used = {one.name.text for one in walk(module) if isinstance(one, syntax.TypeName) and one.qualifier is None}
    lacking = used - declared - {*built_in}
    return _call(scope, decl.name, lacking.pop()) if len(lacking) == 1 and decl.name.text not in used else None


def _call(scope: Scope, name: syntax.Name, right: str) -> Fix:
    return scope.replacement(name, right, f"call `{name.text}` `{right}`")


@lru_cache(maxsize=1)
def _words(text: str) -> Mapping[str, int]:
    return Counter(re.findall(r"\w+", text))
