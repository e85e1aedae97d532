"""A joint that does not hold: the stages on the way to it, and which branch of a ``&`` is at fault."""

from collections.abc import Mapping

from nscompiler.grammar import syntax
from nscompiler.typecheck.explain import use_of
from nscompiler.typecheck.facts import Around, Arrow, UseFact
from nscompiler.typecheck.fits import JointCheck, Mismatch, would_fit
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Type, Var


class BrokenJoint:
    """A joint that does not hold: the stages up to it, with the types of all but the last, which takes what it cannot;
    what is given there, and what is needed.

    ``in_branch`` if other branches are given the same, ``shared`` if these take it as it is.
    """

    def __init__(
        self,
        stages: list[syntax.Expr],
        flow: list[Arrow],
        given: Type,
        needed: Type,
        mismatches: tuple[Mismatch, ...],
    ) -> None:
        self.stages = stages
        self.flow = flow
        self.given = given
        self.needed = needed
        self.mismatches = mismatches
        self.in_branch = self.shared = False

    def narrow(self, store: Store, arrows: Mapping[syntax.Node, Arrow], uses: Mapping[syntax.Node, UseFact]) -> None:
        """Put the only branch of a ``&`` that does not fit in the place of the whole, on either side."""
        void = store.types.void
        while True:
            wrong = [
                one
                for one in _branches(self.stages[-2], last=True)
                if arrows[one].output is not void and not would_fit(store, arrows[one].output, self.needed)
            ]
            if len(wrong) != 1:
                break
            self.stages[-2], self.flow[-1], self.given = wrong[0], arrows[wrong[0]], arrows[wrong[0]].output
        while True:
            # What takes anything has been found to take the same as the others: it is not at fault.
            asked = [one for one in _branches(self.stages[-1], last=False) if not _takes_anything(uses, one)]
            wrong = [one for one in asked if not would_fit(store, self.given, arrows[one].input)]
            if len(wrong) != 1:
                break
            self.in_branch, self.shared = True, self.shared or len(asked) > 1
            self.stages[-1], self.needed = wrong[0], arrows[wrong[0]].input
        with store.trial():
            self.mismatches = JointCheck(store).fit(self.given, self.needed)

    def precede(self, around: Around | None) -> None:
        """Put the stages before it that stand in the pipes around it."""
        while around is not None:
            self.stages[:0] = around.pipe.stages[: len(around.arrows)]
            self.flow[:0] = around.arrows
            around = around.outer


def _takes_anything(uses: Mapping[syntax.Node, UseFact], branch: syntax.Expr) -> bool:
    use = use_of(branch, last=False)
    if isinstance(use, syntax.Instantiate):  # it takes what it was told to
        return False
    fact = uses.get(use)
    return fact is not None and isinstance(fact.target.scheme.input, Var)


def _branches(stage: syntax.Expr, *, last: bool) -> tuple[syntax.Expr, ...]:
    """The branches of the ``&`` at one end of a stage; none where there is no ``&``."""
    while isinstance(stage, syntax.Pipe | syntax.Apply) or (
        not last and isinstance(stage, syntax.Concat | syntax.Filter)
    ):
        stage = stage.stages[-1 if last else 0] if isinstance(stage, syntax.Pipe) else stage.function
    return stage.branches if isinstance(stage, syntax.Both) else ()
