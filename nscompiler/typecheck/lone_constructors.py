"""A sum of one constructor, ``type Id = Id Integer``, ``type Order = Placed { id : Integer }``: what has one is its
payload alone.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import syntax as syntax_codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.grammar.wording import fitting
from nscompiler.source import Span
from nscompiler.types.types import SCALARS

_WHY = "a sum has two constructors or more: what has one is its payload alone"
BUILT_IN = (*SCALARS, "Map", "Vector", "Matrix", "Void")
# What a fix is not called after.
_LONG = 40


class Scope(Protocol):
    """What is asked of ``scope.Scope``, which imports this module."""

    module: syntax.Module
    declared_types: dict[str, syntax.TypeDecl]

    def near(self, name: str, candidates: Iterable[str]) -> tuple[str, ...]: ...
    def span(self, node: syntax.Node) -> Span: ...
    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None: ...
    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix: ...


def reports_itself(scope: Scope, decl: syntax.TypeDecl) -> bool:
    """Tells of ``type Id = Id Integer``, which reads as a type that contains itself."""
    body, own = decl.body, decl.name.text
    if not isinstance(body, syntax.TypeName) or body.qualifier is not None or body.name.text != own:
        return False
    inside = (part for one in body.args for part in walk(one))
    if any(isinstance(part, syntax.TypeName) and part.name.text == own for part in inside):
        return False
    title = f"the type `{own}` contains itself"
    scope.report(codes.RECURSIVE_TYPE, body, title, _WHY, fixes=_payload(scope, body))
    return True


def report_unknown(scope: Scope, body: syntax.TypeName) -> None:
    """Report ``type Order = Placed { id : Integer }``, where no type is called ``Placed``."""
    name = body.name.text
    words = [one for one in body.args if isinstance(one, syntax.TypeVariable) and one.name.text == "or"]
    if words and words[-1] is not body.args[-1]:
        edits = tuple(Edit(scope.span(one), "|") for one in words)
        fix = Fix("write `|`", edits, Applicability.MAYBE_INCORRECT)
        title = "The alternatives of a sum are separated by `|`, not by `or`"
        scope.report(syntax_codes.MISSING_PIPE, words[0], title, fixes=(fix,))
        return
    if _reports_pipe(scope, body):
        return
    title = fitting(
        f"`{name}` is no type, and a sum has two constructors or more", "a sum has two constructors or more"
    )
    scope.report(codes.UNKNOWN_TYPE, body.name, title, "what has one is its payload alone", fixes=_payload(scope, body))


def _reports_pipe(scope: Scope, body: syntax.TypeName) -> bool:
    """Tells of ``type S = A Text B Integer``, where no type is called ``B`` either."""
    declared = [*scope.declared_types, *BUILT_IN]
    places = [
        one
        for one in body.args
        if isinstance(one, syntax.TypeName)
        and not one.args
        and one.qualifier is None
        and one.name.text not in declared
        and not scope.near(one.name.text, declared)
    ]
    if not places or len({body.name.text, *(one.name.text for one in places)}) <= len(places):
        return False
    # A payload of several parts would be the next error.
    ends = [*(body.args.index(one) for one in places), len(body.args)]
    if any(end - start > 2 for start, end in pairwise([-1, *ends])):
        return False
    edits = tuple(Edit(scope.module.source.span(one.start, one.start), "| ") for one in places)
    fix = Fix("Insert `|`", edits, Applicability.MAYBE_INCORRECT)
    title = fitting(f"A `|` is missing before `{places[0].name.text}`", "A `|` is missing before this")
    label = "the alternatives of a sum are separated by `|`"
    scope.report(syntax_codes.MISSING_PIPE, places[0], title, label, fixes=(fix,))
    return True


def _payload(scope: Scope, body: syntax.TypeName) -> tuple[Fix, ...]:
    text = scope.module.source.text
    written = [text[one.start : one.end] for one in body.args]
    if any(isinstance(one, syntax.SizeLiteral) for one in body.args):
        return ()
    payload = written[0] if len(written) == 1 else f"({', '.join(written)})"
    what = f"write `{payload}`" if len(payload) <= _LONG else f"take `{body.name.text}` away"
    return (scope.replacement(body, payload, what),)
