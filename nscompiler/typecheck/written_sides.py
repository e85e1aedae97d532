"""Where the two sides of a broken joint are written, and the stages from which what meets there has come."""

from collections.abc import Iterator, Mapping

from nscompiler.grammar import syntax
from nscompiler.typecheck.broken_joint import BrokenJoint
from nscompiler.typecheck.declared import declarations, variable_at
from nscompiler.typecheck.explain import first_of, last_of
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.other_branches import Change, mind
from nscompiler.typecheck.renames import Sides
from nscompiler.typecheck.replayed import Break
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.twice import place_of
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface

# How many steps lead to the use behind a stage, at most.
MOST_STEPS = 1000
# How many stages before a joint are looked at.
MOST_BEFORE = 64

Path = tuple[str, ...]


class WrittenSides:
    """The stages around one broken joint, and the declarations of what they use."""

    def __init__(self, scope: Scope, store: Store, uses: Mapping[syntax.Node, UseFact], joint: BrokenJoint) -> None:
        self.scope, self.store, self.uses = scope, store, uses
        self.joint = joint

    def sides(self, path: tuple[str, ...], change: Change | None = None, at: int = -2) -> Sides:
        """The written types of both sides at a place inside them; of the producer at another place than the last.

        The producer's is nobody's to change where other branches mind that, or take it as it is and nothing is known of
        the ``change``.
        """
        joint = self.joint
        left, before = self.end(joint.stages[at], last=True)
        right, _ = self.end(self.asks(path) or joint.stages[-1], last=False)
        gives, takes = self.function(left), self.function(right)
        first = len(joint.stages) + at + 1
        shares = [one for one in joint.shares if one[0] >= first]
        if change is None:
            gives = None if joint.shared else gives
        elif shares and mind(self.scope, self.store, self.uses, shares, path, change):
            gives = None
        return Sides(declarations(self.scope), gives, takes, (left, right), before, path)

    def asks(self, path: tuple[str, ...]) -> syntax.Expr | None:
        """The stage inside a def of this file that needs what stands at a path; None where nothing is known of it."""
        found: Break | None = None
        inner, deeper = self.joint.inner, False
        while inner is not None and any(one.path == path for one in inner.mismatches):
            deeper = deeper or len(inner.stages) > 1
            found, inner = inner, inner.inner
        return found.stages[-1] if found is not None and deeper else None

    def innermost(self) -> Break | None:
        """Where the flow breaks inside the def that the last stage uses, in the innermost of several."""
        found = self.joint.inner
        while found is not None and found.inner is not None:
            found = found.inner
        return found

    def end(self, expr: syntax.Expr, *, last: bool) -> tuple[syntax.Expr, tuple[str, ...]]:
        """The use from which an output comes, or to which an input goes, through the defs of this file that are not
        annotated; and the steps of a path that `*` and `?` have taken off what it gives."""
        before: tuple[str, ...] = ()
        for _ in range(MOST_STEPS):
            match expr:
                case syntax.Pipe():
                    expr = expr.stages[-1 if last else 0]
                case syntax.Concat() | syntax.Filter():
                    before = ("[]" if isinstance(expr, syntax.Concat) else "?", *before)
                    expr = expr.function
                case syntax.Apply():
                    expr = expr.function
                case syntax.Use(qualifier=None, name=name):
                    decl = self.scope.declared_functions.get(name.text)
                    if not isinstance(decl, syntax.DefDecl) or decl.annotation is not None:
                        break
                    expr = decl.body
                case _:
                    break
        return expr, before if last else ()

    def function(self, use: syntax.Expr) -> FunctionInterface | None:
        """What a use names, in this def or in another of the file."""
        name = use.function if isinstance(use, syntax.Instantiate) else use
        fact = self.uses.get(use)
        if fact is not None or not isinstance(name, syntax.Use):
            return None if fact is None else fact.target
        return self.scope.known_function(name.qualifier, name.name)

    def came_from(self, path: Path, change: Change, up: int = 0) -> Iterator[Sides]:
        """The sides with each stage in the place of the producer that gave what stands at a path before others handed
        it on, the nearest first; ``up`` steps above it."""
        for at in range(-2, -min(len(self.joint.stages), MOST_BEFORE), -1):
            handed = self._handed_on(self.joint.stages[at], path)
            if handed is None:
                return
            path = handed
            yield self.sides(path[: len(path) - up], change, at - 1)

    def _handed_on(self, stage: syntax.Expr, path: Path) -> Path | None:
        """Where, in what a stage takes, stands what it hands on at a path of what it gives."""
        if first_of(stage) is not last_of(stage):
            return None
        use, before = self.end(stage, last=True)
        function = self.function(use)
        if function is None or isinstance(use, syntax.Instantiate):
            return None
        variable, inside = variable_at(function.scheme.output, (*before, *path))
        found = None if variable is None else place_of(variable, function.scheme.input)
        return None if found is None else (*found, *inside)
