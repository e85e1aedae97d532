"""``def`` declarations: the body is inferred, held against its annotation, and generalised."""

from collections.abc import Container

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck import constraints, def_report, explain
from nscompiler.typecheck.components import strong_components
from nscompiler.typecheck.declare import DEF_ATTRIBUTES, Declarer, kind_of
from nscompiler.typecheck.facts import Arrow, Faulty, Joint, LiteralFact, UseFact
from nscompiler.typecheck.fits import JointCheck
from nscompiler.typecheck.infer import Inference, Needed, Typed
from nscompiler.typecheck.missing_parameters import check_required
from nscompiler.typecheck.nested_optionals import find_nested_optional, optional_variables
from nscompiler.typecheck.resolve import Resolver
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.sizes import FEW_LEVELS, MOST_PARTS, least_parts
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface, Requirement, Scheme
from nscompiler.types.show import show_arrow
from nscompiler.types.types import MAX_DEPTH, Type, Var, shown_variables, variables

# How large in all the expressions may be that are tried with a `*` or `?` elsewhere.
MOST_TRIED = 20_000


class Definer:
    """Infers the defs of one module and gathers their facts."""

    def __init__(self, scope: Scope, resolver: Resolver, declarer: Declarer) -> None:
        self.scope = scope
        self.resolver = resolver
        self.declarer = declarer
        self.types = scope.workspace
        self.arrows: dict[syntax.Node, Arrow] = {}
        self.uses: dict[syntax.Node, UseFact] = {}
        self.joints: dict[syntax.Pipe, tuple[Joint, ...]] = {}
        self.annotations: dict[syntax.DefDecl, Arrow] = {}
        self.literals: dict[syntax.LiteralSource, LiteralFact] = {}
        self.faulty: dict[str, Faulty] = {}
        self.patience = MOST_TRIED
        self._begun_at = 0

    def define_all(self) -> None:
        """Check every def after those that it uses; rings are reported once."""
        defs = {n: d for n, d in self.scope.declared_functions.items() if isinstance(d, syntax.DefDecl)}
        edges = {name: _uses_of(decl.body, defs) for name, decl in defs.items()}
        for ring in strong_components(edges):
            if len(ring) == 1 and ring[0] not in edges[ring[0]]:
                interface = self.define(defs[ring[0]])
                self.scope.functions[ring[0]] = self.scope.undecided(interface)
            else:
                self.scope.broken.update(ring)
                def_report.report_ring(self.scope, ring, edges)

    def define(self, decl: syntax.DefDecl) -> FunctionInterface:
        """The interface of a def."""
        attributes = self.declarer.attributes(decl.attributes, DEF_ATTRIBUTES)
        interface = self.define_once(decl.name.text, decl.name, decl.body, decl)
        if decl.doc is None and not attributes:
            return interface
        return replace(interface, doc=decl.doc, attributes=tuple(attributes.items()))

    def define_once(
        self, name: str, place: syntax.Node, expr: syntax.Expr, decl: syntax.DefDecl | None
    ) -> FunctionInterface:
        """The interface of an expression with a name, after what of its faults is one is told as one."""
        begun = self._begun_at = len(self.scope.problems)
        interface = self.define_as(name, place, expr, decl)
        if len(self.scope.problems) == begun:
            return interface
        from nscompiler.typecheck.exchanged import told_as_exchanged
        from nscompiler.typecheck.misplaced import told_as_moved
        from nscompiler.typecheck.rearranged import told_as_rearranged

        problems = tuple(self.scope.problems.since(begun))
        body = told_as_moved(self, Faulty(name, place, expr, decl, interface, problems, len(self.faulty)))
        body = told_as_exchanged(self, told_as_rearranged(self, body))
        self.faulty[name] = body
        return body.interface

    def define_as(
        self, name: str, place: syntax.Node, expr: syntax.Expr, decl: syntax.DefDecl | None
    ) -> FunctionInterface:
        """The interface of an expression with a name, that of a def held against its annotation."""
        inference = Inference(self.scope, self.resolver)
        typed = inference.infer(expr)
        declared = None if decl is None else self._annotated(decl, inference, typed)
        interface = self.finish(inference, typed, name, place, declared)
        if decl is not None and declared is not None:
            self.annotations[decl] = Arrow(declared.input, declared.output)
        return interface

    def afresh(self) -> "Definer":
        """One that knows the same declarations, and whose facts are its own."""
        return Definer(self.scope, self.resolver, self.declarer)

    def uses_of(self, expr: syntax.Expr, names: Container[str]) -> dict[str, syntax.Use]:
        """Those of some defs of this module that an expression uses, each with its first place."""
        return _uses_of(expr, names)

    def finish(
        self, inference: Inference, typed: Typed, name: str, place: syntax.Node, declared: Scheme | None = None
    ) -> FunctionInterface:
        """Generalise what inference left open, check what must hold by now, and keep the facts."""
        if self._is_too_deep(inference):
            inference, typed = Inference(self.scope, self.resolver), self._unknown(typed)
        if declared is None and inference.is_plain:
            scheme = self._plain(inference, typed, place)
        else:
            scheme = self._open(inference, typed, place, declared)
        kind = kind_of(scheme.input, scheme.output)
        if kind == "workflow" and self.types.deepest > FEW_LEVELS:
            self._check_sizes(inference)
        return FunctionInterface(
            module=self.scope.reference,
            name=name,
            declared="def",
            scheme=scheme,
            kind=kind,
            parameters=typed.row,
            traits=typed.traits,
            span=self.scope.span(place),
        )

    def _plain(self, inference: Inference, typed: Typed, place: syntax.Node) -> Scheme:
        """The scheme where no variable occurred: most of the checks have nothing to look at."""
        arrow = typed.arrow
        requirements = self._requirements(inference, None, arrow, place) if inference.needs else ()
        self._keep_facts(inference)
        if kind_of(arrow.input, arrow.output) == "workflow":
            check_required(self.scope, inference, typed.row)
            self._check_replies(inference, typed, place)
        return Scheme(arrow.input, arrow.output, (), requirements)

    def _open(self, inference: Inference, typed: Typed, place: syntax.Node, declared: Scheme | None) -> Scheme:
        """The scheme after all checks of what was open."""
        resolve = inference.store.resolve
        arrow = typed.arrow if declared is None else Arrow(declared.input, declared.output)
        arrow = Arrow(resolve(arrow.input), resolve(arrow.output))
        requirements = self._requirements(inference, declared, arrow, place)
        workflow = kind_of(arrow.input, arrow.output) == "workflow"
        if workflow:
            self._check_determined(inference)
        self._keep_facts(inference)
        if workflow:
            check_required(self.scope, inference, typed.row)
            self._check_replies(inference, typed, place)
        self._check_optionals(inference)
        hidden = self._hidden_optionals(inference, arrow, requirements)
        if declared is None:
            requirements = (*requirements, *hidden)
        else:
            self._report_hidden_optionals(place, hidden)
        return self._generalise(inference, arrow, requirements)

    def _is_too_deep(self, inference: Inference) -> bool:
        """Whether a type in a def is too deep for what follows; then after a report."""
        resolve = inference.store.resolve
        if not inference.store.empty and inference.store.reaches(self.types.deepest) > MAX_DEPTH:
            for arrow in inference.arrows.values():
                if not (arrow.input.settled and arrow.output.settled):
                    resolve(arrow.input), resolve(arrow.output)
        if self.types.deepest <= MAX_DEPTH:
            return False
        for node, arrow in inference.arrows.items():
            deeper = max(resolve(arrow.input), resolve(arrow.output), key=lambda type: type.depth)
            if self.resolver.shallow(deeper, node) is not deeper:
                return True
        return False

    def _check_sizes(self, inference: Inference) -> None:
        """Report where in a workflow a value would be too large by its type alone. Until something runs it is only a
        type, and of a workflow with other faults it need not be said."""
        for node in inference.arrows:
            if isinstance(node, syntax.Pipe):
                continue
            arrow = self.arrows[node]
            if not (self._holds_too_many(arrow.input) or self._holds_too_many(arrow.output)):
                continue
            if not any(one.is_error for one in self.scope.problems.since(self._begun_at)):
                title = f"a value here would hold more than {MOST_PARTS:,} parts"
                self.scope.report(codes.VALUE_TOO_LARGE, node, title, "its type repeats one part inside another")
            return

    def _holds_too_many(self, type: Type) -> bool:
        return type.depth > FEW_LEVELS and least_parts(type, self.types.sizes) > MOST_PARTS

    def _unknown(self, typed: Typed) -> Typed:
        """What is left of a def whose types are of no use."""
        void, error = self.types.void, self.types.error
        sides = [side if side is void else error for side in (typed.arrow.input, typed.arrow.output)]
        return replace(typed, arrow=Arrow(*sides))

    # --- annotations

    def _annotated(self, decl: syntax.DefDecl, inference: Inference, typed: Typed) -> Scheme | None:
        if decl.annotation is None:
            return None
        declared = self.declarer.signature(decl.annotation, supplied=True, rigid=True)
        inference.store.learn(declared.input)
        inference.store.learn(declared.output)
        body = typed.arrow
        wrong = self._void_disagrees(decl, declared, body, inference)
        if wrong is not None:
            return self._without(declared, wrong)
        sides = (
            (decl.annotation.input, declared.input, body.input, "input"),
            (decl.annotation.output, body.output, declared.output, "output"),
        )
        for node, given, needed, side in sides:
            if self.types.void in (given, needed):
                continue
            snapshot = (inference.store.resolve(given), inference.store.resolve(needed))
            other = inference.store.resolve(body.output if side == "input" else body.input)
            found = JointCheck(inference.store).fit(given, needed)
            if found:
                def_report.report_annotation(self.scope, inference.store, decl, node, snapshot, side, other, found)
                inference.store.poison(body.input, body.output)
                return self._without(declared, side)
        return declared

    def _without(self, declared: Scheme, side: str) -> Scheme:
        """What an annotation says but for one side, on which the body disagrees: no use is held to that."""
        error = self.types.error
        input, output = (error, declared.output) if side == "input" else (declared.input, error)
        return Scheme(input, output, tuple(shown_variables(input, output)), ())

    def _void_disagrees(self, decl: syntax.DefDecl, declared: Scheme, body: Arrow, inference: Inference) -> str | None:
        """The side on which either an annotation or its body has `Void` and the other has values, which is told."""
        void, error = self.types.void, self.types.error
        assert decl.annotation is not None
        for node, mine, theirs, side in (
            (decl.annotation.input, declared.input, body.input, "input"),
            (decl.annotation.output, declared.output, body.output, "output"),
        ):
            if (mine is void) != (theirs is void) and error not in (mine, theirs):
                snapshot = (
                    (inference.store.resolve(theirs), mine)
                    if side == "output"
                    else (mine, inference.store.resolve(theirs))
                )
                other = inference.store.resolve(body.output if side == "input" else body.input)
                def_report.report_annotation(self.scope, inference.store, decl, node, snapshot, side, other)
                return side
        return None

    # --- what must hold at the end of a def

    def _requirements(
        self, inference: Inference, declared: Scheme | None, arrow: Arrow, place: syntax.Node
    ) -> tuple[Requirement, ...]:
        left: dict[tuple[Type, str], Requirement] = {}
        own = declared.requirements if declared is not None else ()
        promised = constraints.Promises((one.name, one.type) for one in own)
        resolve = inference.store.resolve
        visible = variables(arrow.output, variables(arrow.input))
        for need in inference.needs:
            open_, broken = constraints.check(need.name, resolve(need.type))
            if broken:
                self._report_violation(inference, need, broken[0])
            for one in open_:
                is_row = isinstance(one.type, Var) and one.type.kind == "row"
                # What the def's type does not show is what it is: nobody can add to a rest, or make an item a byte.
                fixed = (is_row or one.name == "Item") and one.type not in visible
                if fixed or promised.hold(one.name, one.type):
                    continue
                type = self.types.record((), one.type) if is_row else one.type
                if (type, one.name) in left:
                    continue
                left[type, one.name] = Requirement(type, one.name, self.scope.span(need.node))
                if any(var.rigid for var in variables(type)):
                    at = self.scope.span(need.node)
                    def_report.report_unpromised(self.scope, place, at, type, one.name)
        kept = constraints.telling((one.name, one.type) for one in left.values())
        flexible = [one for one in left.values() if not any(var.rigid for var in variables(one.type))]
        return (*own, *(one for one in flexible if (one.name, one.type) in kept))

    def _report_violation(self, inference: Inference, need: Needed, violation: constraints.Violation) -> None:
        resolve = inference.store.resolve
        violation = replace(violation, part=resolve(violation.part))
        if need.target is None:
            assert isinstance(need.node, syntax.Concat)
            bytes_ = self.types.list(violation.part)
            from nscompiler.typecheck.useless_signs import report_not_flat

            report_not_flat(self.scope, inference.uses, need.node, codes.BYTE_FLATTEN, bytes_)
            return
        span = need.target.span
        arrow, whole = inference.arrows.get(need.node), resolve(need.type)
        if self._is_told_of(need, whole):
            return
        taken: tuple[Label, ...] = ()
        stage = None
        if arrow is not None:
            taken = self._stage_before(inference, need.node, resolve(arrow.input))
            if resolve(arrow.input).canon is whole.canon:
                stage = def_report.stage_before(inference.joints, need.node)
        def_report.report_violation(self.scope, need.node, span, taken, need.name, whole, violation, stage)

    def _is_told_of(self, need: Needed, whole: Type) -> bool:
        """Whether the stage gives what the next one cannot take, or another stage was told the same of the type."""
        node, type = self.scope.span(need.node), explain.an(whole)
        for one in self.scope.problems.since(self._begun_at):
            if any(label.role is Role.PRODUCER and label.span.start == node.start for label in one.related):
                return True
            if one.code is codes.CONSTRAINT_VIOLATED and (one.expected, one.found) == (need.name, type):
                return True
        return False

    def _stage_before(self, inference: Inference, node: syntax.Node, gives: Type) -> tuple[Label, ...]:
        before = def_report.stage_before(inference.joints, node)
        return () if before is None else (def_report.giving(self.scope, before, gives),)

    def _check_determined(self, inference: Inference) -> None:
        """Everything in a workflow has a type; what nothing says is reported where it came in."""
        reported: set[Var] = set()
        for literal, found in inference.literals.items():
            loose = [var for var in variables(inference.store.resolve(found.output)) if var.kind != "row"]
            if loose and not reported.intersection(loose):
                title = "nothing here says what the empty list holds"
                self.scope.report(codes.AMBIGUOUS_TYPE, literal, title, "an item would say it, or the stage after it")
            reported.update(loose)
        for node, fact in inference.polymorphic.items():
            open_: dict[Var, None] = {}
            for argument in fact.arguments:
                variables(inference.store.resolve(argument), open_)
            loose = [var for var in open_ if var.kind != "row"]
            if loose and not reported.intersection(loose):
                self._report_ambiguous(inference, node, fact)
            reported.update(loose)
        inference.store.poison(*reported)

    def _report_ambiguous(self, inference: Inference, use: syntax.Use, fact: UseFact) -> None:
        of_it = (node for node in inference.uses if isinstance(node, syntax.Instantiate) and node.function is use)
        given = next(of_it, None)
        start = self.scope.span(use).start
        told = next((one for one in self.scope.problems.since(self._begun_at) if one.primary.span.start == start), None)
        if given is None or told is None:
            def_report.report_ambiguous(self.scope, use, fact, given is not None)
        else:
            def_report.tell_of_missing_argument(self.scope, given, fact, told)

    def _check_replies(self, inference: Inference, typed: Typed, place: syntax.Node) -> None:
        replies = typed.traits.replies
        if not replies:
            return
        place = _reply_in(inference) or place
        if not typed.traits.http_only:
            related = tuple(
                Label(self.scope.span(node), "nobody waits for an answer to what this gives", Role.PRODUCER)
                for node in _others_than_http(inference)
            )
            self.scope.report(
                codes.REPLY_WITHOUT_HTTP,
                place,
                "a reply answers a request, so every source must be `Sources.http`",
                "another source reaches `Sinks.reply`",
                related=related,
            )
        elif len(replies) > 1:
            related = tuple(Label(span, "the reply", Role.NOTE) for span in dict.fromkeys(replies))
            self.scope.report(codes.SECOND_REPLY, place, "one request would be answered twice", "", related=related)

    def _check_optionals(self, inference: Inference) -> None:
        for node, fact in inference.polymorphic.items():
            input, output = inference.store.resolve(fact.arrow.input), inference.store.resolve(fact.arrow.output)
            what = find_nested_optional(input) or find_nested_optional(output)
            own = fact.target.scheme
            if what and not (find_nested_optional(own.input) or find_nested_optional(own.output)):
                self.scope.report(
                    codes.NESTED_OPTIONAL,
                    node,
                    f"`{explain.written(node)}` would make an optional of {what} here",
                    "`null` could not tell two kinds of missing apart",
                    related=self._stage_before(inference, node, input),
                    notes=(f"its type here would be {show_arrow(input, output)}",),
                )
                return

    def _hidden_optionals(
        self, inference: Inference, arrow: Arrow, known: tuple[Requirement, ...]
    ) -> tuple[Requirement, ...]:
        """Variables that are made optional inside and not in the def's own type: users must hear of it."""
        hidden: dict[Var, Requirement] = {}
        resolve = inference.store.resolve
        for node, fact in inference.polymorphic.items():
            for var in optional_variables(resolve(fact.arrow.input)) | optional_variables(resolve(fact.arrow.output)):
                hidden.setdefault(var, Requirement(var, "Present", self.scope.span(node)))
        if not hidden:
            return ()
        shown = optional_variables(arrow.input) | optional_variables(arrow.output)
        shown.update(need.type for need in known if need.name == "Present" and isinstance(need.type, Var))
        order = variables(arrow.output, variables(arrow.input))
        return tuple(hidden[var] for var in order if var in hidden and var not in shown)

    def _report_hidden_optionals(self, place: syntax.Node, hidden: tuple[Requirement, ...]) -> None:
        for one in hidden:
            def_report.report_unpromised(self.scope, place, one.origin, one.type, one.name)

    # --- the scheme and the facts

    def _keep_facts(self, inference: Inference) -> None:
        if inference.store.empty:
            self.arrows.update(inference.arrows)
            self.uses.update(inference.uses)
            self.joints.update(inference.joints)
            self.literals.update(inference.literals)
            return
        store = inference.store
        for node, one in inference.arrows.items():
            self.arrows[node] = _resolved(store, one)
        known: dict[UseFact, UseFact] = {}
        for fact in inference.polymorphic.values():
            arguments = tuple([store.resolve(argument) for argument in fact.arguments])
            known[fact] = UseFact(fact.target, arguments, _resolved(store, fact.arrow))
        for node, use in inference.uses.items():
            self.uses[node] = known.get(use, use)
        for pipe, joints in inference.joints.items():
            found = [Joint(store.resolve(joint.given), store.resolve(joint.needed)) for joint in joints]
            self.joints[pipe] = tuple(found)
        for literal, given in inference.literals.items():
            self.literals[literal] = LiteralFact(store.resolve(given.output), given.values)

    def _generalise(self, inference: Inference, arrow: Arrow, requirements: tuple[Requirement, ...]) -> Scheme:
        order = shown_variables(arrow.input, arrow.output)
        for need in requirements:
            variables(need.type, order)
        for use in inference.polymorphic.values():
            for argument in use.arguments:
                variables(inference.store.resolve(argument), order)
        lacks = tuple((var, labels) for var in order if (labels := inference.store.lacks(var)))
        return Scheme(arrow.input, arrow.output, tuple(order), requirements, lacks)


def _resolved(store: Store, arrow: Arrow) -> Arrow:
    """An arrow with everything that is known put in."""
    if arrow.input.settled and arrow.output.settled:
        return arrow
    return Arrow(store.resolve(arrow.input), store.resolve(arrow.output))


def _reply_in(inference: Inference) -> syntax.Node | None:
    """The last name in a def through which a reply is reached."""
    uses = [
        node for node, fact in inference.uses.items() if isinstance(node, syntax.Use) and fact.target.traits.replies
    ]
    return uses[-1] if uses else None


def _others_than_http(inference: Inference) -> list[syntax.Node]:
    """The names in a def through which values come that no request brings."""
    return [
        node
        for node, fact in inference.uses.items()
        if isinstance(node, syntax.Use) and fact.target.traits.bounded is not None and not fact.target.traits.http_only
    ]


def _uses_of(expr: syntax.Expr, names: Container[str]) -> dict[str, syntax.Use]:
    """The defs of a module that an expression uses, each with its first place."""
    found: dict[str, syntax.Use] = {}
    stack: list[syntax.Expr] = [expr]
    while stack:
        part = stack.pop()
        while isinstance(part, (syntax.Apply, syntax.Concat, syntax.Filter, syntax.Instantiate)):
            part = part.function
        if isinstance(part, syntax.Use):
            if part.qualifier is None and part.name.text in names:
                found.setdefault(part.name.text, part)
        elif isinstance(part, syntax.Pipe):
            stack.extend(part.stages[::-1])
        elif isinstance(part, syntax.Both):
            stack.extend(part.branches[::-1])
    return found
