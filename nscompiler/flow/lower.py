"""Lowering: a checked workflow becomes a flow graph.

Defs are inlined where they are used, with the types of that use in place of their scheme's variables and with the
bindings that reach it. Conversions become nodes exactly where the checker recorded two types that meet.

Expressions nest as deep as programs do, so each step is a generator that hands its inner expressions to one driver,
``_run``, instead of calling itself.
"""

from collections.abc import Callable, Generator, Mapping

import attrs

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Problems, Role
from nscompiler.flow.build import Builder, Port, TooLarge
from nscompiler.flow.checks import check_graph
from nscompiler.flow.concrete import Substitution, Table, open_variables
from nscompiler.flow.dump import frozen
from nscompiler.flow.model import Function, Graph, Origin
from nscompiler.flow.modules import ModuleUses
from nscompiler.flow.parameters import (
    Environment,
    decided,
    extended,
    parameters_of,
    policy_of,
    unsettled_policies,
)
from nscompiler.flow.program import Program
from nscompiler.flow.uses import told_apart
from nscompiler.flow.variables import variables_in, variables_of
from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import Type, VoidType

TRIED = 10
"""How many values of a source are shown when it is tried out."""

Steps = Generator["Steps", "Port | None", "Port | None"]
Start = Callable[[], Steps]
_NOTHING: Environment = {}


def lower(
    target: FunctionInterface, program: Program, *, runs: bool = True
) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
    """The graph of a workflow, before any pass; None together with what stands in the way.

    ``target`` is a def of kind workflow, or a script's main expression. The program must have been checked without
    errors. A graph that only answers questions (``runs`` is false) needs no Python code behind its functions.
    """
    if target.declared == "fun":
        return None, (python_workflow(target, target.span),)
    lowering = _Lowering(target, program, runs=runs)
    return lowering.graph(lambda: lowering.body(target, {}, None, _NOTHING))


def lower_function(
    target: FunctionInterface, program: Program, value: object = None
) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
    """A graph that tries one function out: a JSON ``value`` goes through it, and the JSON of each result to standard
    output.

    A source takes no value: its first ten are shown. A sink just gets the value. A workflow runs as it is. None
    together with what stands in the way; a type that is still open does.
    """
    if target.kind == "workflow":
        return lower(target, program)
    if open_variables(target.scheme.input) or open_variables(target.scheme.output):
        return None, (_open_test(target),)
    lowering = _Lowering(target, program)
    return lowering.graph(lambda: lowering.trial(target, value), TRIED if target.kind == "source" else None)


def _open_test(target: FunctionInterface) -> Diagnostic:
    return codes.OPEN_TEST.at(
        target.span, f"`{target.name}` works at any type; a value needs one", "its type is still open"
    )


@attrs.frozen(slots=True, eq=False)
class _Frame:
    """What surrounds an expression: its module, the types of this use, and the bindings that reach it."""

    checked: Checked
    concrete: Substitution
    environment: Environment

    @property
    def module(self) -> syntax.Module:
        return self.checked.module


class _Lowering:
    """The lowering of one workflow."""

    def __init__(self, target: FunctionInterface, program: Program, *, runs: bool = True) -> None:
        self._target = target
        self._runs = runs
        self._program = program
        self._table = Table(program.types)
        self._builder = Builder(self._table)
        self._uses = ModuleUses(program, self._table)
        self._problems = Problems()
        self._variables: dict[str, None] = {}
        self._origins: dict[syntax.Node, Origin] = {}
        self._place = self._origin_of_target()

    def _origin(self, module: syntax.Module, node: syntax.Node) -> Origin:
        """The origin of a node; a def that is used often is asked for its nodes' places as often."""
        held = self._origins.get(node)
        if held is None:
            held = self._origins[node] = self._program.origin(module, node)
        return held

    def _origin_of_target(self) -> Origin:
        source = self._program.modules[self._target.module].module.source
        return self._program.place(source, self._target.span.start, self._target.span.end)

    # --- the whole

    def graph(self, start: Start, limit: int | None = None) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
        """The graph of what ``start`` lowers, checked as a whole."""
        try:
            _run(start())
        except TooLarge:
            return None, (self._too_large(),)
        if self._runs:
            self._problems.extend(self._uses.problems)
        if self._problems.has_errors:
            return None, tuple(self._problems)
        graph = self._finished(limit)
        self._problems.extend(check_graph(graph, self._program.places()))
        return (None if self._problems.has_errors else graph), tuple(self._problems)

    def _finished(self, limit: int | None) -> Graph:
        sources = [node for node in self._builder.nodes if node.kind in ("source", "literal")]
        bounded = all(node.function is None or bool(node.function.bounded) for node in sources)
        name = self._target.name
        decided_on = [attrs.evolve(node, policy=decided(node.policy, name, bounded)) for node in self._builder.nodes]
        nodes = told_apart(decided_on)
        modules = self._uses.finished()
        return Graph(
            name=name,
            module=self._target.module,
            doc=self._target.doc,
            nodes=nodes,
            edges=tuple(self._builder.edges),
            types=self._table.definitions,
            modules=modules,
            bounded=bounded,
            environment=tuple(sorted(self._variables)),
            origin=self._place,
            limit=limit,
        )

    def _too_large(self) -> Diagnostic:
        return codes.TOO_LARGE.at(
            self._target.span, f"`{self._target.name}` grows beyond 20,000 steps", "defs multiply each other"
        )

    def trial(self, target: FunctionInterface, value: object) -> Steps:
        """A function between a literal and standard output."""
        concrete = Substitution(self._table, self._program.types, {})
        port: Port | None = None
        input, output = concrete(target.scheme.input), concrete(target.scheme.output)
        if not isinstance(input, VoidType):
            port = self._builder.add("literal", None, None, input, self._place, values=(frozen(value),))
        if target.declared == "fun":
            port = self._call(target, input, output, {}, port, self._place)
        else:
            port = yield self.body(target, {}, port, _NOTHING)
        if port is not None:
            text = self._program.types.scalar("Text")
            encode, show = self._standard("Conv", "to_json"), self._standard("Sinks", "stdout")
            # Nobody wrote these: without names of their own a picture of the run shows the function three times.
            port = self._builder.add(
                "call", port, output, text, attrs.evolve(self._place, text="Conv.to_json"), function=encode
            )
            place = attrs.evolve(self._place, text="Sinks.stdout")
            self._builder.add("sink", port, text, None, place, function=show)
        return None

    def _standard(self, module: str, name: str) -> Function:
        references = (own for own, held in self._program.modules.items() if held.interface.standard)
        reference = next((own for own in references if own.split("/")[-1].split(":")[0] == module), f"{module}:1.0.0")
        return Function(module=reference, name=name, standard=True)

    # --- expressions

    def body(
        self, target: FunctionInterface, types: Mapping[Type, Type], port: Port | None, environment: Environment
    ) -> Steps:
        """The body of a def (or of a script) at the types of one use."""
        checked = self._program.modules[target.module]
        frame = _Frame(checked, Substitution(self._table, self._program.types, types), environment)
        decl = _definition(checked, target)
        if decl is None:
            assert checked.module.main is not None
            return (yield self._expr(checked.module.main, frame, port))
        declared = checked.facts.annotations.get(decl)
        own = checked.facts.arrows[decl.body]
        if declared is not None:
            port = self._convert(port, declared.input, own.input, frame, decl.body)
        port = yield self._expr(decl.body, frame, port)
        if declared is not None:
            port = self._convert(port, own.output, declared.output, frame, decl.body)
        return port

    def _convert(self, port: Port | None, given: Type, needed: Type, frame: _Frame, at: syntax.Node) -> Port | None:
        if port is None:
            return None
        origin = self._origin(frame.module, at)
        return self._builder.convert(port, frame.concrete(given), frame.concrete(needed), origin)

    def _expr(self, expr: syntax.Expr, frame: _Frame, port: Port | None) -> Steps:
        match expr:
            case syntax.Use() | syntax.Instantiate():
                return (yield self._use(expr, frame, port))
            case syntax.Apply():
                self._problems.extend(unsettled_policies(expr, frame.module))
                inner = attrs.evolve(frame, environment=extended(frame.environment, expr, frame.module))
                return (yield self._expr(expr.function, inner, port))
            case syntax.Concat():
                return (yield self._after("flatten", expr, expr.function, frame, port))
            case syntax.Filter():
                return (yield self._after("drop_missing", expr, expr.function, frame, port))
            case syntax.LiteralSource():
                return self._literal(expr, frame)
            case syntax.Pipe():
                return (yield self._pipe(expr, frame, port))
            case syntax.Both():
                return (yield self._both(expr, frame, port))
        raise AssertionError(expr)

    def _use(self, expr: syntax.Use | syntax.Instantiate, frame: _Frame, port: Port | None) -> Steps:
        fact = frame.checked.facts.uses[expr]
        target = fact.target
        if target.declared != "fun":
            target = self._program.function(target)
            types: dict[Type, Type] = dict(
                zip(target.scheme.variables, map(frame.concrete, fact.arguments), strict=True)
            )
            return (yield self.body(target, types, port, frame.environment))
        origin = self._origin(frame.module, expr)
        input, output = frame.concrete(fact.arrow.input), frame.concrete(fact.arrow.output)
        return self._call(target, input, output, frame.environment, port, origin)

    def _call(
        self,
        target: FunctionInterface,
        input: Type,
        output: Type,
        environment: Environment,
        port: Port | None,
        origin: Origin,
    ) -> Port | None:
        """The node of a ``fun``."""
        if target.kind == "workflow":
            self._problems.add(python_workflow(target, self._program.places().span(origin)))
            return None
        parameters = parameters_of(target, environment, self._origin)
        self._variables.update(dict.fromkeys(variables_of(parameters)))
        kind = {"source": "source", "sink": "sink"}.get(target.kind, "call")
        function = self._uses.function(target, input, output, origin)
        policy = policy_of(environment, self._origin)
        added = self._builder.add(
            kind, port, input, output, origin, function=function, parameters=parameters, policy=policy
        )
        return None if kind == "sink" else added

    def _after(self, kind: str, expr: syntax.Expr, inner: syntax.Expr, frame: _Frame, port: Port | None) -> Steps:
        arrows = frame.checked.facts.arrows
        port = yield self._expr(inner, frame, port)
        given, left = frame.concrete(arrows[inner].output), frame.concrete(arrows[expr].output)
        return self._builder.add(kind, port, given, left, self._origin(frame.module, expr))

    def _literal(self, expr: syntax.LiteralSource, frame: _Frame) -> Port:
        fact = frame.checked.facts.literals[expr]
        values = tuple(map(frozen, fact.values))
        self._variables.update(dict.fromkeys(variables_in(values)))
        origin = self._origin(frame.module, expr)
        return self._builder.add("literal", None, None, frame.concrete(fact.output), origin, values=values)

    def _pipe(self, pipe: syntax.Pipe, frame: _Frame, port: Port | None) -> Steps:
        joints = frame.checked.facts.joints[pipe]
        for place, stage in enumerate(pipe.stages):
            if place:
                joint = joints[place - 1]
                port = self._convert(port, joint.given, joint.needed, frame, stage)
            port = yield self._expr(stage, frame, port)
        return port

    def _both(self, both: syntax.Both, frame: _Frame, port: Port | None) -> Steps:
        arrows = frame.checked.facts.arrows
        common = arrows[both]
        origin = self._origin(frame.module, both)
        if port is not None:
            type = frame.concrete(common.input)
            port = self._builder.add("branch", port, type, type, origin)
        ends: list[Port] = []
        for rank, branch in enumerate(both.branches):
            own = arrows[branch]
            start = None if port is None else Port(port.node, rank)
            start = self._convert(start, common.input, own.input, frame, branch)
            end = yield self._expr(branch, frame, start)
            end = self._convert(end, own.output, common.output, frame, branch)
            if end is not None:
                ends.append(end)
        if len(ends) < 2:
            return ends[0] if ends else None
        return self._builder.merge(ends, frame.concrete(common.output), origin)


def _definition(checked: Checked, target: FunctionInterface) -> syntax.DefDecl | None:
    """The def of a name; None for a script's expression."""
    if target is checked.main:
        return None
    for decl in checked.module.declarations:
        if isinstance(decl, syntax.DefDecl) and decl.name.text == target.name:
            return decl
    raise AssertionError(f"{target.module} has no def {target.name}")


def python_workflow(target: FunctionInterface, use: Span) -> Diagnostic:
    """The error that a ``fun`` from Void to Void is to be started, or stands in a workflow at ``use``."""
    declared = Label(target.span, "declared here", Role.DECLARATION)
    return codes.PYTHON_WORKFLOW.at(
        use,
        f"`{target.name}` is a `fun` from Void to Void, which nothing can run",
        related=() if use == target.span else (declared,),
    )


def _run(steps: Steps) -> Port | None:
    """Drive nested steps without nesting calls."""
    stack = [steps]
    result: Port | None = None
    while stack:
        try:
            stack.append(stack[-1].send(result))
            result = None
        except StopIteration as end:
            stack.pop()
            result = end.value
    return result
