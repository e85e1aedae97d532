"""Where a flow breaks inside what it enters: the stages of a branch, or of a def of the same file, one by one.

What the first stage takes may be what a later one needs, handed through a rest of fields: the first passes it on, and
the later one is at fault. So each stage is looked at anew, with nothing asked of it by those that follow.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from nscompiler.grammar import syntax
from nscompiler.typecheck.facts import Arrow, UseFact
from nscompiler.typecheck.fits import JointCheck, Mismatch
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import App, Type, Var

# How many defs inside one another are looked into, and how many stages in all.
MOST_DEFS = 8
MOST_STAGES = 10_000


Share = tuple[int, Type, tuple[syntax.Expr, ...]]
"""The branches beside one, after so many stages, and what they are given."""


class Break:
    """The first stage on a way that cannot take what comes to it.

    ``stages`` are those on the way to it, itself the last, with the types of all before it in ``flow``. ``shares`` are
    the other branches of each ``&`` on the way, with the number of stages before it and what all of them are given.
    ``inner`` is the same inside the def that the stage uses.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("stages", "flow", "given", "needed", "mismatches")
    __slots__ = (*__match_args__, "inner", "shares")

    def __init__(
        self, stage: syntax.Expr, given: Type, needed: Type, mismatches: tuple[Mismatch, ...], inner: "Break | None"
    ) -> None:
        self.stages: list[syntax.Expr] = [stage]
        self.flow: list[Arrow] = []
        self.given = given
        self.needed = needed
        self.mismatches = mismatches
        self.shares: list[Share] = []
        self.inner = inner


class Replay:
    """Stages of one def, looked at again from what is given to them."""

    def __init__(self, scope: Scope, store: Store, uses: Mapping[syntax.Node, UseFact]) -> None:
        self.scope = scope
        self.store = store
        self.uses = uses
        self._defs = 0
        self._left = MOST_STAGES

    def first_break(self, given: Type, expr: syntax.Expr) -> Break | None:
        """Where a flow breaks first; None where it does not, or where that cannot be told."""
        with self.store.trial():
            found = self._enter(given, expr)
        return found if isinstance(found, Break) else None

    def _enter(self, given: Type, expr: syntax.Expr) -> Break | Type | None:
        """What an expression gives for what is given to it; where it breaks; None where that is not known."""
        match expr:
            case syntax.Pipe():
                return self._along(given, expr.stages)
            case syntax.Apply():
                return self._enter(given, expr.function)
            case syntax.Concat() | syntax.Filter():
                found = self._enter(given, expr.function)
                if found is None or isinstance(found, Break):
                    return found
                return self._inside(found, isinstance(expr, syntax.Concat))
            case syntax.Both():
                return self._beside(given, expr)
            case syntax.Use() | syntax.Instantiate():
                return self._used(given, expr)
        return None

    def _along(self, given: Type, stages: Sequence[syntax.Expr]) -> Break | Type | None:
        passed: list[syntax.Expr] = []
        flow: list[Arrow] = []
        for stage in stages:
            found = self._enter(given, stage)
            if found is None or found is self.store.types.void:
                return found
            if isinstance(found, Break):
                if len(found.stages) == 1 and not found.shares:
                    found.stages[:] = [stage]
                found.stages[:0], found.flow[:0] = passed, flow
                found.shares = [(before + len(passed), one, others) for before, one, others in found.shares]
                return found
            passed.append(stage)
            flow.append(Arrow(given, self.store.resolve(found)))
            given = found
        return given

    def _beside(self, given: Type, both: syntax.Both) -> Break | Type | None:
        found = [self._enter(given, branch) for branch in both.branches]
        broken = [one for one in found if isinstance(one, Break)]
        if len(broken) == 1:
            others = tuple(one for one, what in zip(both.branches, found, strict=True) if what is not broken[0])
            broken[0].shares.insert(0, (0, self.store.resolve(given), others))
            return broken[0]
        outputs = {self.store.resolve(one) for one in found if one is not None and not isinstance(one, Break)}
        alike = outputs - {self.store.types.void} or outputs
        return alike.pop() if not broken and None not in found and len(alike) == 1 else None

    def _inside(self, type: Type, is_list: bool) -> Type | None:
        head = self.store.head(type)
        if isinstance(head, App) and head.constructor in (("list", "vector") if is_list else ("optional",)):
            return head.items[-1]
        return None

    def _used(self, given: Type, expr: syntax.Use | syntax.Instantiate) -> Break | Type | None:
        self._left -= 1
        arrow = self._arrow(expr) if self._left > 0 else None
        types = self.store.types
        if arrow is None or types.error in (arrow.input, arrow.output) or arrow.input is types.void:
            return None
        before = self.store.mark()
        mismatches = JointCheck(self.store).fit(given, arrow.input)
        if not mismatches:
            return arrow.output
        self.store.take_back(before)
        resolve = self.store.resolve
        return Break(expr, resolve(given), resolve(arrow.input), mismatches, self._in_def(given, expr))

    def _in_def(self, given: Type, expr: syntax.Expr) -> Break | None:
        if not isinstance(expr, syntax.Use) or expr.qualifier is not None or self._defs >= MOST_DEFS:
            return None
        decl = self.scope.declared_functions.get(expr.name.text)
        if not isinstance(decl, syntax.DefDecl) or decl.annotation is not None:
            return None
        self._defs += 1
        found = self._enter(given, decl.body)
        self._defs -= 1
        return found if isinstance(found, Break) else None

    def _arrow(self, expr: syntax.Use | syntax.Instantiate) -> Arrow | None:
        """What a use takes and gives where nothing is asked of it yet."""
        if isinstance(expr, syntax.Instantiate):
            fact = self.uses.get(expr)
            return None if fact is None else fact.arrow
        target = self.scope.known_function(expr.qualifier, expr.name)
        if target is None:
            return None
        scheme, store = target.scheme, self.store
        if not scheme.variables:
            return scheme
        found = store.instantiate(scheme.variables, {})
        arrow = Arrow(store.types.substitute(scheme.input, found), store.types.substitute(scheme.output, found))
        for row, labels in scheme.lacks:
            store.bar(found[row], labels)
        store.learn(arrow.input)
        store.learn(arrow.output)
        return arrow


def takes_anything(uses: Mapping[syntax.Node, UseFact], use: syntax.Expr) -> bool:
    """Whether a use takes values of every type."""
    fact = uses.get(use)
    if fact is None or isinstance(use, syntax.Instantiate):  # the latter takes what it was told to
        return False
    return isinstance(fact.target.scheme.input, Var)
