"""Which function in scope fits in the place of one that does not: the wrong one of several was written."""

import re
from collections.abc import Iterator

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar import syntax
from nscompiler.typecheck.bridges import functions_in_scope, is_plain, leads
from nscompiler.typecheck.explain import cut, written
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Type


def substitutes(scope: Scope, store: Store, stage: syntax.Expr, taken: Type, wanted: Type) -> tuple[Fix, ...]:
    """A fix that writes another function for a stage that is a bare name, where exactly one would make what is wanted
    of what it takes: one that nothing here uses yet, or of a name that is nearly the same. Nothing where several would
    do."""
    use = stage.function if isinstance(stage, syntax.Instantiate) else stage
    if not isinstance(use, syntax.Use) or taken.poisoned or wanted.poisoned or not (taken.settled and wanted.settled):
        return ()
    name = written(use)
    found = list(_fitting(scope, store, name, taken, wanted))
    if len(found) != 1:
        found = list(near(name, found))[:1]
    return tuple(
        Fix(f"write `{cut(one)}` for `{cut(name)}`", (Edit(scope.span(stage), one),), Applicability.MAYBE_INCORRECT)
        for one in found
    )


def _fitting(scope: Scope, store: Store, name: str, taken: Type, wanted: Type) -> Iterator[str]:
    for other, function in functions_in_scope(scope):
        if scope.patience <= 0:
            return
        scope.patience -= 1
        if other != name and is_plain(function) and (_is_unused(scope, other) or near(name, (other,))):
            scheme = function.scheme
            told = scheme.output.ground and scheme.input.ground
            if told and leads(store, taken, function, "", wanted):
                yield other


def _is_unused(scope: Scope, name: str) -> bool:
    """Whether a function is not used in this file, which may declare it."""
    qualified = "." in name
    bare = name.rpartition(".")[2]
    return len(re.findall(rf"\b{re.escape(bare)}\b", scope.module.source.text)) <= (0 if qualified else 1)
