"""Two stages in the wrong order: what is said of the joint before them is about both."""

from collections.abc import Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.explain import an, last_of, name_of
from nscompiler.typecheck.facts import Arrow
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store


def told_as_swapped(scope: Scope, store: Store, pipe: syntax.Pipe, flow: Sequence[Arrow], told: int) -> bool:
    """Whether the last two stages of a ``flow`` would fit the other way round, so that the report of the joint before
    them, the ``told``-th problem, is about both; it says so then."""
    if len(flow) < 3:
        return False
    before, first, second = flow[-3:]
    types = (before.output, first.input, first.output, second.input, second.output)
    left, right = pipe.stages[len(flow) - 2 : len(flow)]
    if any(type.poisoned or not type.ground for type in types) or isinstance(left, syntax.Both | syntax.Pipe):
        return False
    if isinstance(right, syntax.Both | syntax.Pipe) or not would_fit(store, second.output, first.input):
        return False
    if not would_fit(store, before.output, second.input):
        return False
    text = scope.module.source.text
    edits = (
        Edit(scope.span(left), text[right.start : right.end]),
        Edit(scope.span(right), text[left.start : left.end]),
    )
    names = f"{name_of(last_of(left))} and {name_of(last_of(right))}"
    fix = Fix(f"swap {names}", edits, Applicability.MAYBE_INCORRECT)
    label = Label(scope.span(last_of(right)), f"takes {an(second.input)}, gives {an(second.output)}", Role.CONSUMER)
    problem = scope.problems[told]
    scope.problems.put(
        told,
        replace(
            problem,
            related=(*problem.related, label),
            notes=(*problem.notes, f"{names} would fit the other way round"),
            fixes=(fix,),
        ),
    )
    return True
