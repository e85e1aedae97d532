"""A joint that does not hold: the stages on the way to it, and which branch of a ``&`` is at fault."""

from collections.abc import Mapping

from nscompiler.grammar import syntax
from nscompiler.typecheck.explain import use_of
from nscompiler.typecheck.facts import Around, Arrow, UseFact
from nscompiler.typecheck.fits import JointCheck, Mismatch, would_fit
from nscompiler.typecheck.replayed import Break, Replay, Share, takes_anything
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import Type


class BrokenJoint:
    """A joint that does not hold: the stages up to it, with the types of all but the last, which takes what it cannot;
    what is given there, and what is needed.

    ``in_branch`` if other branches are given the same, ``shared`` if these take it as it is. ``shares`` are all other
    branches on the way, with the number of stages before them and what they are given; ``inner`` is where it breaks
    inside the def that the last stage uses.
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
        self.shares: list[Share] = []
        self.inner: Break | None = None

    def narrow(
        self,
        scope: Scope,
        store: Store,
        arrows: Mapping[syntax.Node, Arrow],
        uses: Mapping[syntax.Node, UseFact],
    ) -> None:
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
        found = Replay(scope, store, uses).first_break(self.given, self.stages[-1])
        if found is None:
            self._narrow_as_agreed(store, arrows, uses)
        else:
            self._follow(found, uses)

    def _follow(self, found: Break, uses: Mapping[syntax.Node, UseFact]) -> None:
        """Put the stage that breaks, and those that lead to it, in the place of what they are part of."""
        before = len(self.stages) - 1
        self.inner = found.inner
        self.shares = [(before + place, given, others) for place, given, others in found.shares]
        here = [others for place, _, others in found.shares if place == len(found.stages) - 1]
        self.in_branch = bool(here)
        self.shared = any(not takes_anything(uses, use_of(one, last=False)) for others in here for one in others)
        if len(found.stages) > 1 or found.shares:
            self.stages[-1:], self.flow = found.stages, [*self.flow, *found.flow]
            self.given, self.needed, self.mismatches = found.given, found.needed, found.mismatches
        elif not self.mismatches:
            self.mismatches = found.mismatches

    def _narrow_as_agreed(
        self, store: Store, arrows: Mapping[syntax.Node, Arrow], uses: Mapping[syntax.Node, UseFact]
    ) -> None:
        """Go by what the branches of a ``&`` were found to take, where a stage cannot be looked at anew."""
        while True:
            # What takes anything has been found to take the same as the others: it is not at fault.
            asked = _branches(self.stages[-1], last=False)
            asked = tuple(one for one in asked if not takes_anything(uses, use_of(one, last=False)))
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
            more = len(around.arrows)
            self.stages[:0] = around.pipe.stages[:more]
            self.flow[:0] = around.arrows
            self.shares = [(place + more, given, others) for place, given, others in self.shares]
            around = around.outer


def _branches(stage: syntax.Expr, *, last: bool) -> tuple[syntax.Expr, ...]:
    """The branches of the ``&`` at one end of a stage; none where there is no ``&``."""
    while isinstance(stage, syntax.Pipe | syntax.Apply) or (
        not last and isinstance(stage, syntax.Concat | syntax.Filter)
    ):
        stage = stage.stages[-1 if last else 0] if isinstance(stage, syntax.Pipe) else stage.function
    return stage.branches if isinstance(stage, syntax.Both) else ()
