"""Where one branch of a ``&`` is unlike the others: the declaration in it that could say what they say."""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.declared import declarations
from nscompiler.typecheck.explain import NO_TUPLE, Branch
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.renames import Sides, alike, of_one_type
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import App, Scalar, Type


def declared_alike(scope: Scope, uses: Mapping[syntax.Node, UseFact], branch: Branch, code: Code) -> tuple[Fix, ...]:
    """A fix that writes what the others give, or take, where the last, or first, function of the only branch that is
    unlike them is declared."""
    one, other = branch.common, branch.type
    # Nothing says that a scalar is a slip for something else, unless the two are kinds of one thing.
    scalars = [type for type in (one, other) if isinstance(type, Scalar)]
    unlike = len(scalars) > (code is codes.BOTH_OUTPUTS) and not alike(one, other)
    if not branch.is_odd or branch.needs == NO_TUPLE or unlike or any(isinstance(type, App) for type in (one, other)):
        return ()
    return tuple(_written_in(scope, uses, branch.both.branches[branch.place], one, code))


def _written_in(
    scope: Scope, uses: Mapping[syntax.Node, UseFact], branch: syntax.Expr, type: Type, code: Code
) -> Iterator[Fix]:
    gives = code is codes.BOTH_OUTPUTS
    use = _end(branch, last=gives)
    fact = (
        None if use is None else uses.get(use) or uses.get(use.function if isinstance(use, syntax.Instantiate) else use)
    )
    if use is None or fact is None:
        return
    target = fact.target
    sides = Sides(declarations(scope), target if gives else None, None if gives else target, (use, use), (), ())
    yield from of_one_type(sides, type, type)


def _end(branch: syntax.Expr, *, last: bool) -> syntax.Expr | None:
    """The use from which a branch's output comes, or to which its input goes, as it is."""
    while isinstance(branch, syntax.Pipe | syntax.Apply):
        branch = branch.stages[-1 if last else 0] if isinstance(branch, syntax.Pipe) else branch.function
    return branch if isinstance(branch, syntax.Use | syntax.Instantiate) else None
