"""What the branches of a ``&`` agree on: what all of them can take, and the larger of what they give."""

from collections.abc import Mapping

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck import explain
from nscompiler.typecheck.facts import Around, Arrow, UseFact
from nscompiler.typecheck.fits import JointCheck, fit_for_good, would_fit
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.types import App, Record, Type, Var

# Of how many branches one is looked for that is unlike all others.
MOST_BRANCHES = 8


class Branches:
    """The branches in one def's body, once their own types are known."""

    def __init__(
        self, scope: Scope, store: Store, arrows: Mapping[syntax.Node, Arrow], uses: Mapping[syntax.Node, UseFact]
    ) -> None:
        self.scope = scope
        self.store = store
        self.types = store.types
        self.arrows = arrows
        self.uses = uses
        self._agreed: dict[tuple[Type, Type], Type | None] = {}

    def arrow(self, both: syntax.Both, around: Around | None) -> Arrow:
        """What a ``&`` takes and gives. ``around`` are the pipes in which it stands."""
        arrows = [self.arrows[branch] for branch in both.branches]
        common = self._common_input(both, [one.input for one in arrows], around)
        # Where branches have no input in common, that they give different things too is no second fault.
        apart = common is self.types.error and not any(one.input is self.types.error for one in arrows)
        output = self.types.error if apart else self._common_output(both, [one.output for one in arrows], around)
        # What one branch has no type for, nothing else can say of the others.
        if common is self.types.error:
            self.store.poison(*(one.input for one in arrows))
        if output is self.types.error:
            self.store.poison(*(one.output for one in arrows))
        return Arrow(common, output)

    # --- what they take

    def _common_input(self, both: syntax.Both, inputs: list[Type], around: Around | None) -> Type:
        if self.types.error in inputs:
            return self.types.error
        voids = [type is self.types.void for type in inputs]
        if all(voids):
            return self.types.void
        if any(voids):
            explain.report_mixed_branches(self.scope, self.uses, both, voids)
            return self.types.error
        before = self.store.mark()
        common = inputs[0]
        for place, type in enumerate(inputs[1:], 1):
            agreed = self._agree(common, type)
            if agreed is None:
                self._report_inputs(both, place, common, inputs, before, around)
                return self.types.error
            common = agreed
        for place, type in enumerate(inputs):
            if JointCheck(self.store).fit(common, type):
                self._report_inputs(both, place, common, inputs, before, around)
                return self.types.error
        return common

    def _report_inputs(
        self, both: syntax.Both, place: int, common: Type, inputs: list[Type], before: int, around: Around | None
    ) -> None:
        fixes = explain.in_a_row(self.scope, self.store, both, self.arrows)
        if not fixes and self._blame(both, around):
            return
        resolve = self.store.resolve
        two = explain.Branch(both, place, resolve(common), resolve(inputs[place]))
        sides = self._odd(both, dict(enumerate(inputs)), codes.BOTH_INPUTS, before) or two
        self._report(sides, codes.BOTH_INPUTS, fixes)

    def _blame(self, both: syntax.Both, around: Around | None) -> bool:
        """Whether of the branches of a ``&``, which agree on no input, only one cannot take what comes from the stage
        before; then after a report of that joint. Where they agree on no output either, the ``&`` itself is in doubt.
        """
        while around is not None and not around.arrows:
            around = around.outer
        if around is None:
            return False
        pipe, arrows = around.pipe, around.arrows
        given = arrows[-1].output
        bad = [one for one in both.branches if not would_fit(self.store, given, self.arrows[one].input)]
        outputs = [one for each in both.branches if (one := self.arrows[each].output) is not self.types.void]
        alike = all(
            would_fit(self.store, one, outputs[0]) or would_fit(self.store, outputs[0], one) for one in outputs[1:]
        )
        if len(bad) != 1 or not alike or self.store.head(given) in (self.types.error, self.types.void):
            return False
        from nscompiler.typecheck.broken_joint import BrokenJoint
        from nscompiler.typecheck.joint_report import JointReport

        joint = BrokenJoint([*pipe.stages[: len(arrows)], both], [*arrows], given, self.arrows[bad[0]].input, ())
        joint.narrow(self.scope, self.store, self.arrows, self.uses)
        joint.precede(around.outer)
        JointReport(self.scope, self.store, self.uses, joint).add()
        return True

    def _agree(self, one: Type, other: Type) -> Type | None:
        """What both branches can take; None if nothing can be both."""
        one, other = self.store.head(one), self.store.head(other)
        if one.canon is other.canon:
            return one
        if isinstance(one, Var) or isinstance(other, Var):
            return self.store.head(one) if fit_for_good(self.store, one, other) else None
        if isinstance(one, Record) and isinstance(other, Record):
            if not (one.ground and other.ground):
                return self._agree_records(one, other)
            if (one, other) not in self._agreed:
                self._agreed[one, other] = self._agree_records(one, other)
            return self._agreed[one, other]
        if would_fit(self.store, one, other):
            return one
        return other if would_fit(self.store, other, one) else None

    def _agree_records(self, one: Record, other: Record) -> Type | None:
        fields: list[tuple[str, Type]] = []
        mine, others = dict(one.fields), dict(other.fields)
        for label, type in one.fields:
            theirs = others.get(label)
            agreed = type if theirs is None else self._agree(type, theirs)
            if agreed is None:
                return None
            fields.append((label, agreed))
        fields += [(label, type) for label, type in other.fields if label not in mine]
        if (one.labels, one.tail) == (other.labels, other.tail) and one.alias is other.alias:
            return self.types.record(fields, one.tail, one.alias if tuple(fields) == one.fields else None)
        tail = None if one.tail is None and other.tail is None else self.types.variable("row")
        whole = self.types.record(fields, tail)
        for side in (one, other):
            if side.tail is None and whole.canon is side.canon:
                return side
        self.store.learn(whole)
        return whole

    # --- what they give

    def _common_output(self, both: syntax.Both, outputs: list[Type], around: Around | None) -> Type:
        given = {place: type for place, type in enumerate(outputs) if type is not self.types.void}
        if self.types.error in outputs:
            return self.types.error
        if not given:
            return self.types.void
        before = self.store.mark()
        common: Type | None = None
        for place, type in given.items():
            larger = type if common is None else self._larger(common, type)
            if larger is None:
                larger = self._largest(list(given.values()), before)
                if larger is not None:
                    return larger
            if larger is None and common is not None:
                self._report_outputs(both, place, common, given, before, around)
                return self.types.error
            common = larger
        return self.types.void if common is None else common

    def _larger(self, one: Type, other: Type) -> Type | None:
        """The one of two types that the other fits; None if neither does."""
        if fit_for_good(self.store, other, one):
            return one
        return other if fit_for_good(self.store, one, other) else None

    def _largest(self, types: list[Type], before: int) -> Type | None:
        """The one of several types that all others fit, whatever their order; None if there is none."""
        after = self.store.mark()
        for one in types:
            with self.store.trial():
                fit = all(JointCheck(self.store).fits(other, one) for other in types)
            if fit and after == self.store.mark():
                return one if all(fit_for_good(self.store, other, one) for other in types) else None
        return None

    def _report_outputs(
        self, both: syntax.Both, place: int, common: Type, given: dict[int, Type], before: int, around: Around | None
    ) -> None:
        resolve = self.store.resolve
        two = explain.Branch(both, place, resolve(common), resolve(given[place]))
        wanted = self._unwanted(both, given, around) if len(given) == 2 else None
        sides = wanted or self._odd(both, given, codes.BOTH_OUTPUTS, before) or two
        fixes = explain.made_alike(self.scope, self.store, sides) or self._bridged(sides)
        self._report(sides, codes.BOTH_OUTPUTS, fixes)

    def _report(self, sides: explain.Branch, code: Code, fixes: tuple[Fix, ...]) -> None:
        if not fixes:
            from nscompiler.typecheck.branch_fixes import declared_alike

            fixes = declared_alike(self.scope, self.uses, sides, code)
        explain.report_branches(self.scope, self.uses, sides, code, fixes)

    def _unwanted(self, both: syntax.Both, given: dict[int, Type], around: Around | None) -> explain.Branch | None:
        """Of two branches the only one that gives what the stage behind the ``&`` does not take."""
        if around is None or around.pipe.stages[len(around.arrows)] is not both or both is around.pipe.stages[-1]:
            return None
        use = explain.use_of(around.pipe.stages[len(around.arrows) + 1], last=False)
        target = self.scope.known_function(use.qualifier, use.name) if isinstance(use, syntax.Use) else None
        if target is None or target.scheme.input.poisoned or isinstance(target.scheme.input, Var):
            return None
        wanted = target.scheme.input
        if not wanted.ground:
            fresh = self.store.instantiate(target.scheme.variables, dict.fromkeys(target.scheme.variables, ""))
            wanted = self.types.substitute(wanted, fresh)
        if isinstance(wanted, App) and wanted.constructor == "tuple" and len(wanted.items) == len(both.branches):
            (_, one), (place, two) = given.items()
            return explain.Branch(both, place, one, two, needs=explain.NO_TUPLE)
        bad = [place for place, type in given.items() if not would_fit(self.store, type, wanted)]
        if len(bad) != 1:
            return None
        (other,) = given.keys() - set(bad)
        needs = f"{explain.name_of(use)} takes {explain.an(target.scheme.input)}"
        resolve = self.store.resolve
        return explain.Branch(both, bad[0], resolve(given[other]), resolve(given[bad[0]]), other, needs)

    def _bridged(self, branch: explain.Branch) -> tuple[Fix, ...]:
        """Functions in scope that make what the others give of what the only one that is not like them gives."""
        if not branch.is_odd:
            return ()
        from nscompiler.typecheck.bridges import bridges

        node = branch.both.branches[branch.place]
        end, name = self.scope.module.source.span(node.end, node.end), explain.name_of_output(node)
        found = bridges(self.scope, self.store, branch.type, branch.common, False)
        return tuple(
            Fix(f"put `{text}` after {name}", (Edit(end, f" | {text}"),), Applicability.MAYBE_INCORRECT)
            for text in (() if isinstance(node, syntax.Both) else found)
        )

    # --- one against all others

    def _odd(self, both: syntax.Both, types: dict[int, Type], code: Code, before: int) -> explain.Branch | None:
        """The only branch without which all others agree; ``before`` is when nothing had been asked of any yet."""
        if not 2 < len(types) <= MOST_BRANCHES:
            return None
        self.store.take_back(before)
        found: list[explain.Branch] = []
        for place, type in types.items():
            with self.store.trial():
                common: Type | None = None
                for other, next_ in types.items():
                    if other != place:
                        common = next_ if common is None else self._both_of(common, next_, code)
                        if common is None:
                            break
                if common is not None:
                    resolve = self.store.resolve
                    others = next(other for other in types if other != place)
                    found.append(explain.Branch(both, place, resolve(common), resolve(type), others))
        return found[0] if len(found) == 1 else None

    def _both_of(self, one: Type, other: Type, code: Code) -> Type | None:
        return self._agree(one, other) if code is codes.BOTH_INPUTS else self._larger(one, other)
