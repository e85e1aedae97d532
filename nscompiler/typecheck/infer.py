"""Inference of one expression: forward propagation along the pipe, one directed check at each joint.

The language is first-order and defs form a DAG, so every def has a store of its own and everything that its body leaves
open becomes a variable of its scheme. No backtracking, near-linear time.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from nscompiler.diagnostics.codes import names as name_codes
from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck import bindings, explain, params
from nscompiler.typecheck.branches import Branches
from nscompiler.typecheck.facts import Around, Arrow, Joint, LiteralFact, UseFact
from nscompiler.typecheck.fits import JointCheck, Mismatch, would_fit
from nscompiler.typecheck.literal_types import json_value, type_of_items
from nscompiler.typecheck.resolve import Resolver, Variables
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.traits import flattening, parallel, sequence
from nscompiler.typecheck.type_counts import report_type_count
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import PLAIN, UNKNOWN, FunctionInterface, ParameterRow, Traits
from nscompiler.types.show import show_field
from nscompiler.types.types import MAX_DEPTH, App, Record, Scalar, Type, Var

# How many stages before a joint are asked what became of a value, and how many joints of one pipe are told of.
MOST_TOLD = 256
MOST_BROKEN = 200


class Typed:
    """What inference finds for an expression."""

    __match_args__: ClassVar[tuple[str, ...]] = ("arrow", "row", "traits")
    __slots__ = __match_args__

    def __init__(self, arrow: Arrow, row: ParameterRow, traits: Traits) -> None:
        self.arrow = arrow
        self.row = row
        self.traits = traits


class Needed:
    """A constraint that a use brings, or a ``*`` (which has no ``target``), to be shown before the def is done."""

    __match_args__: ClassVar[tuple[str, ...]] = ("type", "name", "node", "target")
    __slots__ = __match_args__

    def __init__(self, type: Type, name: str, node: syntax.Expr, target: FunctionInterface | None = None) -> None:
        self.type = type
        self.name = name
        self.node = node
        self.target = target


class Inference:
    """The inference of one def's body. Its facts are complete after ``finish`` in ``typecheck.check``."""

    def __init__(self, scope: Scope, resolver: Resolver) -> None:
        self.scope = scope
        self.resolver = resolver
        self.types = scope.workspace
        self.store = Store(self.types)
        self.arrows: dict[syntax.Node, Arrow] = {}
        self.uses: dict[syntax.Node, UseFact] = {}
        self.polymorphic: dict[syntax.Use, UseFact] = {}
        self.joints: dict[syntax.Pipe, tuple[Joint, ...]] = {}
        self.literals: dict[syntax.LiteralSource, LiteralFact] = {}
        self.needs: list[Needed] = []
        self._branches = Branches(scope, self.store, self.arrows, self.uses)
        self._unknown = 0
        # The pipe that is looked at with the types of its stages so far, after the same of the one around it.
        self._around: Around | None = None
        # The pipe, the place in it and the number of the latest report of a joint; whether the next one was part of it.
        self._told_at: tuple[syntax.Pipe | None, int, int] = (None, 0, 0)
        self._swapped = False
        # A stage with a sign, what stands before it, and what that gives.
        self._ahead: tuple[syntax.Expr, syntax.Expr, Type] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether no variable occurred in anything that was inferred."""
        return not self.polymorphic and not self.literals and self.store.empty

    def infer(self, expr: syntax.Expr) -> Typed:
        """The type, open parameters and traits of an expression; the error type where something is wrong inside."""
        typed = self._infer(expr)
        self.arrows[expr] = typed.arrow
        return typed

    def _infer(self, expr: syntax.Expr) -> Typed:
        # The most frequent ones first: in compiled code each question is a comparison of pointers.
        if isinstance(expr, syntax.Use):
            return self._use(expr, expr, None)
        if isinstance(expr, syntax.Instantiate):
            return self._instantiated(expr)
        if isinstance(expr, syntax.Apply):
            return self._applied(expr)
        if isinstance(expr, syntax.Pipe):
            return self._pipe(expr)
        return _INFER[type(expr)](self, expr)

    def _instantiated(self, expr: syntax.Instantiate) -> Typed:
        typed = self._use(expr.function, expr, expr.types)
        self.arrows[expr.function] = typed.arrow
        return typed

    def _applied(self, expr: syntax.Apply) -> Typed:
        unknown = self._unknown
        inner = self.infer(expr.function)
        if self._unknown > unknown:
            # What a name that nobody knows would have read, and as what, cannot be said.
            row = params.narrow(inner.row, {one.name.text: self.scope.span(one) for one in expr.bindings})
        else:
            row = bindings.apply(self.scope, expr, inner.row)
        return Typed(inner.arrow, row, inner.traits)

    # --- names

    def _use(self, use: syntax.Use, whole: syntax.Expr, given: tuple[syntax.TypeExpr, ...] | None) -> Typed:
        target = self.scope.find_function(use.qualifier, use.name)
        if target is None:
            self._unknown += 1
            self._name_types(given or ())
            return Typed(Arrow(self.types.error, self.types.error), UNKNOWN, PLAIN)
        self._warn_deprecated(use, target)
        return self._instantiate(target, whole, use, given)

    def _warn_deprecated(self, use: syntax.Use, target: FunctionInterface) -> None:
        deprecated, text = target.attribute("deprecated") if target.attributes else (False, None)
        if deprecated and text is not None:  # without a text it is an error
            declared = Label(target.span, "declared here", Role.DECLARATION)
            name = explain.written(use)
            plain = f"`{name}` is deprecated"
            title = explain.fitting(f"{plain}: {text}", plain) if text else plain
            self.scope.report(name_codes.DEPRECATED_USE, use, title, text, related=(declared,))

    def _instantiate(
        self,
        target: FunctionInterface,
        whole: syntax.Expr,
        use: syntax.Use,
        given: tuple[syntax.TypeExpr, ...] | None,
    ) -> Typed:
        scheme = target.scheme
        whole_types = None if given is None else self._given_whole(target, given)
        if whole_types is not None:
            found, arrow = whole_types
            fact = UseFact(target, tuple(found.values()), arrow)
        elif scheme.variables:
            arrow, found = self._fresh(target, use)
            if given is not None:
                self._give(target, use, given, found)
            fact = UseFact(target, tuple([found[var] for var in scheme.variables]), arrow)
            self.polymorphic[use] = fact
        else:
            arrow, found = scheme, {}
            if given is not None:
                self._give(target, use, given, found)
            fact = UseFact(target, (), scheme)
        for need in scheme.requirements:
            self.needs.append(Needed(self.types.substitute(need.type, found), need.name, whole, target))
        self.uses[whole] = self.uses[use] = fact
        return Typed(arrow, target.parameters, target.traits)

    def _given_whole(
        self, target: FunctionInterface, given: tuple[syntax.TypeExpr, ...]
    ) -> tuple[dict[Type, Type], Arrow] | None:
        """What a scheme's variables are where a type is written for each, and the arrow: no variable needs to be made.

        None where anything is to be reported or left open, which the longer way does.
        """
        scheme = target.scheme
        if len(given) != len(scheme.variables) or scheme.lacks or scheme.input.poisoned or scheme.output.poisoned:
            return None
        found: dict[Type, Type] = {}
        for var, expr in zip(scheme.variables, given, strict=True):
            if var.kind != "type" or isinstance(expr, (syntax.Hole, syntax.SizeLiteral)):
                return None
            type = self._plain_type(expr)
            if type is None or type.depth > MAX_DEPTH:
                return None
            found[var] = type
        arrow = Arrow(self.types.substitute(scheme.input, found), self.types.substitute(scheme.output, found))
        return None if arrow.input.nests or arrow.output.nests else (found, arrow)

    def _plain_type(self, expr: syntax.TypeExpr) -> Type | None:
        """The type that a name or a tuple of names stands for; None where it is not that simple."""
        if isinstance(expr, syntax.TypeName) and not expr.args:
            return self.resolver.plain(expr)
        if isinstance(expr, syntax.TupleType):
            items = [self._plain_type(item) for item in expr.items]
            known = [item for item in items if item is not None]
            return self.types.app("tuple", known) if len(known) == len(items) else None
        return None

    def _fresh(self, target: FunctionInterface, use: syntax.Use) -> tuple[Arrow, dict[Type, Type]]:
        """The arrow of a scheme with new variables, and which stands for which."""
        scheme = target.scheme
        origin = f"what `{explain.written(use)}` carries"
        found = self.store.instantiate(scheme.variables, dict.fromkeys(scheme.variables, origin))
        arrow = Arrow(self.types.substitute(scheme.input, found), self.types.substitute(scheme.output, found))
        for row, labels in scheme.lacks:
            self.store.bar(found[row], labels)
        self.store.learn(arrow.input)
        self.store.learn(arrow.output)
        return arrow, found

    def _give(
        self,
        target: FunctionInterface,
        use: syntax.Use,
        given: tuple[syntax.TypeExpr, ...],
        found: dict[Type, Type],
    ) -> None:
        """Bind a scheme's variables to the types that the author wrote."""
        if target.scheme.input.poisoned or target.scheme.output.poisoned:
            self._name_types(given)
            return
        open_ = [var for var in target.scheme.variables if var.kind != "row" or var.name]
        if len(given) > len(open_) and not self._is_tolerated(target, use, given):
            report_type_count(self.scope, use, target, given, len(open_))
            # Which of them is meant nobody knows: nothing more is said of it.
            self._name_types(given)
            for var in open_:
                fresh = found[var]
                if isinstance(fresh, Var):
                    self.store.bind(fresh, self.types.error)
            return
        for var, expr in zip(open_, given, strict=False):
            if isinstance(expr, syntax.Hole):
                continue
            type = self._argument(var, expr)
            fresh = found[var]
            if isinstance(fresh, Var) and type is not None and not self._collides(use, expr, fresh, type):
                self.store.bind(fresh, type)

    def _name_types(self, given: tuple[syntax.TypeExpr, ...]) -> None:
        """Look at the names in type arguments of what is not known: for what they are given cannot be said."""
        for expr in given:
            if not isinstance(expr, (syntax.Hole, syntax.SizeLiteral)):
                self.resolver.resolve(expr, Variables(False, _NO_VARIABLES))

    def _collides(self, use: syntax.Use, expr: syntax.TypeExpr, row: Var, type: Type) -> bool:
        """Whether fields that are given for a rest are there already; then after a report."""
        if not isinstance(type, Record) or row.kind != "row":
            return False
        taken = [label for label in type.labels if label in self.store.lacks(row)]
        if taken:
            title = f"`{explain.written(use)}` has {show_field(taken[0])} already, beside these further fields"
            short = "a record has each field once, and these are further fields"
            label = f"{show_field(taken[0])} is not among the further fields"
            self.scope.report(codes.FIELD_COLLISION, expr, explain.fitting(title, short), label)
            self.store.poison(row)
        return bool(taken)

    def _argument(self, var: Var, expr: syntax.TypeExpr) -> Type | None:
        kind = "type" if var.kind == "row" else var.kind
        type = self.resolver.shallow(self.resolver.resolve(expr, Variables(False, _NO_VARIABLES), kind), expr)
        if var.kind == "row" and not isinstance(type, Record):
            if type is not self.types.error:
                self.scope.report(
                    codes.TYPE_ARGUMENT_KIND, expr, "a record is needed here", "the further fields of a record"
                )
            return self.types.error
        return type

    def _is_tolerated(self, target: FunctionInterface, use: syntax.Use, given: tuple[syntax.TypeExpr, ...]) -> bool:
        """``Sources.stdin<Text>`` and ``Sinks.stdout<Text>`` were always accepted; another type is a mismatch."""
        if len(given) != 1 or (target.module.split(":")[0], target.name) not in _TOLERATED:
            return False
        type = self.resolver.resolve(given[0], Variables(False, _NO_VARIABLES))
        if type.canon is not self.types.scalar("Text") and type is not self.types.error:
            title = explain.fitting(
                f"`{explain.written(use)}` carries Text, not {explain.an(type)}", "this carries Text"
            )
            self.scope.report(codes.TYPE_MISMATCH, given[0], title, "a line is Text", expected="Text")
        return True

    # --- `*` and `?`

    def _concat(self, expr: syntax.Concat) -> Typed:
        inner = self.infer(expr.function)
        arrow = inner.arrow
        out = self.store.head(arrow.output)
        traits = flattening(inner.traits)
        if out is self.types.error:
            return Typed(arrow, inner.row, traits)
        if out is self.types.void:
            before = self._meant_for(expr, arrow.input, ("list", "vector"))
            explain.report_void_operand(self.scope, self.uses, expr, "*", before)
            return Typed(Arrow(self.types.error if before else arrow.input, self.types.error), inner.row, traits)
        item: Type
        if isinstance(out, Var) and not out.rigid:
            item = self.types.variable("type", "", "an item of " + (out.origin or "a list"))
            self.store.bind(out, self.types.list(item))
            self.needs.append(Needed(item, "Item", expr))
        elif isinstance(out, App) and out.constructor in ("list", "vector"):
            item = out.items[-1]
            known = self.store.head(item)
            if _is_byte(known):
                from nscompiler.typecheck.useless_signs import report_not_flat

                report_not_flat(self.scope, self.uses, expr, codes.BYTE_FLATTEN, self.store.resolve(out))
                item = self.types.error
            elif isinstance(known, Var):
                self.needs.append(Needed(item, "Item", expr))
        else:
            from nscompiler.typecheck.useless_signs import report_not_flat

            report_not_flat(self.scope, self.uses, expr, codes.NOT_A_LIST, self.store.resolve(out))
            item = self.types.error
        return Typed(Arrow(arrow.input, item), inner.row, traits)

    def _filter(self, expr: syntax.Filter) -> Typed:
        inner = self.infer(expr.function)
        arrow = inner.arrow
        out = self.store.head(arrow.output)
        item: Type
        if out is self.types.error:
            return inner
        if out is self.types.void:
            before = self._meant_for(expr, arrow.input, ("optional",))
            explain.report_void_operand(self.scope, self.uses, expr, "?", before)
            item = self.types.error
            arrow = Arrow(item, item) if before else arrow
        elif isinstance(out, Var) and not out.rigid:
            item = self.types.variable("type", "", "what is there of " + (out.origin or "an optional"))
            self.store.bind(out, self.types.optional(item))
        elif isinstance(out, App) and out.constructor == "optional":
            item = out.items[0]
        else:
            from nscompiler.typecheck.useless_signs import report_not_optional

            report_not_optional(self.scope, self.uses, expr, self.store.resolve(out))
            item = self.types.error
        return Typed(Arrow(arrow.input, item), inner.row, inner.traits)

    def _meant_for(self, expr: syntax.Expr, needed: Type, constructors: tuple[str, ...]) -> syntax.Expr | None:
        """The stage before a sink with a sign where only with that sign it gives what the sink takes: one fault, which
        would be told twice.
        """
        if self._ahead is None or self._ahead[0] is not expr:
            return None
        given = self.store.head(self._ahead[2])
        fitting = isinstance(given, App) and given.constructor in constructors
        return self._ahead[1] if fitting and not would_fit(self.store, given, needed) else None

    # --- literals

    def _literal(self, expr: syntax.LiteralSource) -> Typed:
        literal = expr.value
        many = isinstance(literal.value, tuple)
        items = literal.value if isinstance(literal.value, tuple) else (literal,)
        type = type_of_items(self.scope, self.store, items)
        values = tuple(json_value(item) for item in items) if many else (json_value(literal),)
        self.literals[expr] = LiteralFact(type, values)
        return Typed(
            Arrow(self.types.void, type), ParameterRow(), Traits(bounded=True, stateless=True, http_only=False)
        )

    # --- pipes

    def _pipe(self, pipe: syntax.Pipe) -> Typed:
        arrows: list[Arrow] = []
        self._around = around = Around(self._around, pipe, arrows)
        typed = [self.infer(pipe.stages[0])]
        arrows.append(typed[0].arrow)
        joints: list[Joint] = []
        broken = 0
        for place, stage in enumerate(pipe.stages[1:], 1):
            before = len(self.needs)
            if isinstance(stage, (syntax.Concat, syntax.Filter)):
                self._ahead = stage, pipe.stages[place - 1], typed[-1].arrow.output
            following = self.infer(stage)
            given, needed = typed[-1].arrow.output, following.arrow.input
            joints.append(Joint(given, needed))
            arrows.append(following.arrow)
            if not self._joint(pipe, place, arrows, tell=broken < MOST_BROKEN):
                broken += 1
                # One fault, one report: what it left open stays silent, what is known is checked on.
                self._forgo(before, needed)
                self.store.poison(given, needed)
                if self._swapped:
                    # What comes out at the end is what comes out of the two in their right order.
                    self._swapped = False
                    arrows[-1] = Arrow(arrows[-1].input, given)
                    following = replace(following, arrow=arrows[-1])
            typed.append(following)
        self._around = around.outer
        self.joints[pipe] = tuple(joints)
        arrow = Arrow(typed[0].arrow.input, typed[-1].arrow.output)
        return Typed(arrow, params.union([one.row for one in typed]), sequence([one.traits for one in typed]))

    def _forgo(self, before: int, needed: Type) -> None:
        """Ask no more of what a stage takes: the branches of a ``&`` may have agreed on what does not fit."""
        if len(self.needs) > before:
            taken = self.store.resolve(needed).canon
            self.needs[before:] = [
                one for one in self.needs[before:] if self.store.resolve(one.type).canon is not taken
            ]

    def _joint(self, pipe: syntax.Pipe, place: int, flow: list[Arrow], *, tell: bool) -> bool:
        """Check the joint before a stage; False where it does not hold, after a report if that is to ``tell``. ``flow``
        has the types of all stages up to it.
        """
        before, following = flow[-2:]
        given, needed = before.output, following.input
        if self.types.error in (given, needed):
            return False
        if given is self.types.void:
            if place == 1 or before.input is not self.types.void:  # else told of as a workflow in the middle
                explain.report_after_sink(self.scope, self.store, self.uses, pipe, place, flow)
            return False
        if needed is self.types.void:
            explain.report_source_in_middle(self.scope, self.store, self.uses, pipe, place, flow)
            # What it carries is open only as long as it stands here: that is no second fault.
            self.store.poison(following.output)
            return False
        if given.canon is needed.canon:
            return True
        state = self.store.mark()
        mismatches = JointCheck(self.store).fit(given, needed)
        if not mismatches:
            return True
        if not tell:
            self.store.take_back(state)
            return False
        # What the attempt found out is no part of the report, nor of what is checked on.
        self.store.take_back(state)
        self._report_joint(pipe, place, flow, mismatches)
        return False

    def _report_joint(self, pipe: syntax.Pipe, place: int, flow: list[Arrow], mismatches: tuple[Mismatch, ...]) -> None:
        """Tell of a joint that does not hold, or of two stages that changed places."""
        from nscompiler.typecheck.broken_joint import BrokenJoint
        from nscompiler.typecheck.joint_report import JointReport
        from nscompiler.typecheck.swapped import told_as_swapped

        told_in, told_before, told = self._told_at
        if told_in is pipe and told_before == place - 1:
            self._swapped = told_as_swapped(self.scope, self.store, pipe, flow, told)
            if self._swapped:
                return
        first = max(0, place - MOST_TOLD)
        joint = BrokenJoint(
            [*pipe.stages[first : place + 1]], flow[first:-1], flow[-2].output, flow[-1].input, mismatches
        )
        joint.narrow(self.scope, self.store, self.arrows, self.uses)
        joint.precede(None if self._around is None else self._around.outer)
        JointReport(self.scope, self.store, self.uses, joint).add()
        self._told_at = pipe, place, len(self.scope.problems) - 1

    def _both(self, both: syntax.Both) -> Typed:
        typed = [self.infer(branch) for branch in both.branches]
        arrow = self._branches.arrow(both, self._around)
        row = params.union([one.row for one in typed])
        return Typed(arrow, row, parallel([one.traits for one in typed], arrow.input is self.types.void))


_INFER: dict[type[syntax.Expr], Callable[[Inference, Any], Typed]] = {
    syntax.Concat: Inference._concat,
    syntax.Filter: Inference._filter,
    syntax.LiteralSource: Inference._literal,
    syntax.Both: Inference._both,
}

_NO_VARIABLES = "a concrete type is needed here; `_` leaves it to inference"
_TOLERATED = {("Sources", "stdin"), ("Sinks", "stdout"), ("nstack/Sources", "stdin"), ("nstack/Sinks", "stdout")}


def _is_byte(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name == "Byte"
