"""The parts of a message on a joint that does not hold: where it stands, how the flow came there, what can be put in
between.
"""

from bisect import bisect_right
from collections.abc import Mapping

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.typecheck.bridges import bridges
from nscompiler.typecheck.broken_joint import BrokenJoint
from nscompiler.typecheck.explain import (
    an,
    first_of,
    hops,
    last_of,
    name_of,
    name_of_output,
    written,
    written_as,
)
from nscompiler.typecheck.facts import Refusal, UseFact
from nscompiler.typecheck.fits import Mismatch, would_fit
from nscompiler.typecheck.other_branches import Change, in_place
from nscompiler.typecheck.renames import (
    Sides,
    retyped,
    written_on,
)
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.twice import found_twice, told
from nscompiler.typecheck.unify import Store
from nscompiler.typecheck.written_sides import WrittenSides
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import Names, difference_and_rest, lone_tails, show
from nscompiler.types.types import App, Scalar, Type


class JointMessage:
    """What all messages on one broken joint have in common."""

    def __init__(
        self,
        scope: Scope,
        store: Store,
        uses: Mapping[syntax.Node, UseFact],
        joint: BrokenJoint,
    ) -> None:
        self.scope, self.store, self.uses = scope, store, uses
        self.stages, self.flow = joint.stages, joint.flow
        self.left, self.right = joint.stages[-2:]
        self.producer, self.consumer = last_of(self.left), first_of(self.right)
        self.given, self.needed = store.resolve(joint.given), store.resolve(joint.needed)
        self.mismatches = joint.mismatches
        self.in_branch, self.shared = joint.in_branch, joint.shared
        self.written = WrittenSides(scope, store, uses, joint)

    def _add(
        self,
        code: Code,
        title: str,
        label: str,
        notes: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        related: tuple[Label, ...] = (),
        compared: Type | None = None,
        near: frozenset[str] = frozenset(),
    ) -> None:
        names = Names(hidden=lone_tails(self.given, self.needed))
        diff, rest = difference_and_rest(self.needed, compared or self.given, names, near)
        twice = found_twice(self.store, self.given, self.needed, self.mismatches[0])
        fixes = self._without_second() or fixes[:3]
        said = () if twice is None else told(self.scope, twice, self._target(self.consumer), names.of(twice.variable))
        notes = (*notes, said) if isinstance(said, str) else notes
        self.scope.report(
            code,
            self.consumer,
            title,
            label,
            related=(*related, *self._related(), *(() if isinstance(said, str) else said)),
            expected=show(self.needed, names),
            found=show(self.given, names),
            diff=diff,
            flow=hops(self.scope, self.stages[:-1], self.flow, self.store),
            notes=notes if rest is None else (*notes, rest),
            fixes=fixes,
        )
        if twice is None and not self.in_branch:
            self._note_refusals(self.mismatches[0])

    def _note_refusals(self, mismatch: Mismatch) -> None:
        """Keep where the two types are declared: other functions may refuse the same there."""
        given, needed = mismatch.given, mismatch.needed
        if mismatch.kind != "type" or len(self.mismatches) > 1 or not (given.ground and needed.ground):
            return
        sides = self._sides(mismatch.path, in_place(needed))
        gives, takes = (f"{one.module}.{one.name}" if one else "" for one in (sides.producer, sides.consumer))
        if not gives or not takes or gives == takes:
            return
        at = bisect_right(self.scope.module.declarations, self.consumer.start, key=lambda decl: decl.end)
        output, input = written_on(sides, given, needed)
        found = [Refusal(place, False, takes, at, needed, fix) for place, fix in output]
        found += [Refusal(place, True, gives, at, given, fix) for place, fix in input]
        self.scope.refusals[self.scope.span(self.consumer)] = found

    def _without_second(self) -> tuple[Fix, ...]:
        """Where the same stage stands twice in a row, a fix that leaves it once."""
        source, left, right = self.scope.module.source, self.left, self.right
        same = written_as(source, left) == written_as(source, right)
        if not same or self.in_branch or source.text[left.end : right.start].strip() != "|":
            return ()
        edits = (Edit(source.span(left.end, right.end), ""),)
        return (Fix(f"remove the second {self._who()[1]}", edits, Applicability.MAYBE_INCORRECT),)

    def _target(self, expr: syntax.Expr) -> FunctionInterface | None:
        fact = self.uses.get(expr)
        return None if fact is None else fact.target

    def _sides(self, path: tuple[str, ...], change: Change | None = None) -> Sides:
        return self.written.sides(path, change)

    def _function(self, use: syntax.Expr) -> FunctionInterface | None:
        return self.written.function(use)

    def _retyped(self) -> tuple[Fix, ...]:
        """What could stand in the `<…>` of either side instead."""
        parts = [(self._sides(one.path, in_place(one.needed)), one.given, one.needed) for one in self.mismatches]
        return retyped(self._sides((), in_place(self.needed)), parts, self.given, self.needed)

    def _bridges(self) -> tuple[Fix, ...]:
        """Functions in scope that make of what is given what is needed."""
        target = self._target(self.consumer)
        sink = target is not None and target.kind == "sink"
        found = self._new(bridges(self.scope, self.store, self.given, self.needed, sink))
        producer, consumer = self._who()
        if not found:
            return self._bridges_of_items()
        return tuple(
            Fix(f"put `{text}` between {producer} and {consumer}", self._between(text), Applicability.MAYBE_INCORRECT)
            for text in found
        )

    def _new(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """Those functions that the flow has not gone through yet, and that do not undo what was just done."""
        uses = {written(one) for stage in self.stages[:-1] if isinstance(one := last_of(stage), syntax.Use)}
        last = last_of(self.left)
        if isinstance(last, syntax.Use) and written(last).startswith("Conv."):
            uses |= {"Conv.from_json", "Conv.to_json"}
        return tuple(text for text in found if text.rstrip("*?") not in uses)

    def _bridges_of_items(self) -> tuple[Fix, ...]:
        """Functions in scope that take what lies in a list or an optional, for a consumer of one value."""
        given = self.store.head(self.given)
        if not self._is(given, "list", "optional") or self.in_branch or isinstance(self.left, syntax.Both):
            return ()
        sign = "*" if self._is(given, "list") else "?"
        producer, consumer = self._who()
        place = self.scope.module.source.span(self.left.end, self.left.end)
        found = bridges(self.scope, self.store, self._item(given), self.needed, False)
        return tuple(
            Fix(
                f"put `{text}` between {producer[:-1]}{sign}` and {consumer}",
                (Edit(place, f"{sign} | {text}"),),
                Applicability.MAYBE_INCORRECT,
            )
            for text in (found if producer.endswith("`") and not _is_prefixed(self.left) else ())
        )

    def _between(self, text: str) -> tuple[Edit, ...]:
        """The edits that put a stage between the two."""
        source = self.scope.module.source
        if self.in_branch:
            return (Edit(source.span(self.right.start, self.right.start), f"{text} | "),)
        if not isinstance(self.left, syntax.Both):
            return (Edit(source.span(self.left.end, self.left.end), f" | {text}"),)
        if not isinstance(self.right, syntax.Both):
            return (Edit(source.span(self.right.start, self.right.start), f"{text} | "),)
        start, end = source.span(self.left.start, self.left.start), source.span(self.left.end, self.left.end)
        return (Edit(start, "("), Edit(end, f") | {text}"))

    def _related(self) -> tuple[Label, ...]:
        labels = [Label(self.scope.span(self.producer), f"gives {an(self.given)}", Role.PRODUCER)]
        for expr in (self.producer, self.consumer):
            target = self._function(expr)
            if target is not None and all(label.span != target.span for label in labels):  # `f | f` has one
                labels.append(Label(target.span, f"{name_of(expr)} is declared here", Role.DECLARATION))
        asks = self.written.asks(self.mismatches[0].path)
        if asks is not None:
            needs = f"{name_of(first_of(asks))} needs it, in {name_of(self.consumer)}"
            labels.append(Label(self.scope.span(first_of(asks)), needs, Role.CONSUMER))
        return tuple(labels)

    def _who(self) -> tuple[str, str]:
        return name_of_output(self.left), name_of(self.consumer)

    def _is(self, type: Type, *constructors: str) -> bool:
        return isinstance(type, App) and type.constructor in constructors

    def _item(self, type: Type) -> Type:
        assert isinstance(type, App)
        return type.items[-1]

    def _would_fit(self, given: Type, needed: Type) -> bool:
        if isinstance(self.store.head(given), Scalar) and an(given) == "Byte":
            return False
        return would_fit(self.store, given, needed)


def _is_prefixed(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Concat | syntax.Filter) and expr.prefix
