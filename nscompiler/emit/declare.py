"""The declarations of emitted files: nodes, workflows, modules, as calls of the run time's constructors."""

import json
from collections.abc import Iterable, Mapping

from nscompiler.emit.classes import Classes
from nscompiler.emit.describe import module_name, place
from nscompiler.emit.python import (
    DEEPEST,
    Code,
    Group,
    Names,
    call,
    depth,
    dict_of,
    identifier,
    quoted,
    tuple_of,
    value,
)
from nscompiler.emit.stages import INLINE
from nscompiler.flow.model import Function, Graph, ModuleUse, Node, NodeId, Parameter, Policy, Process
from nscompiler.flow.shape import Shape, reachable

DECLARED = ("source", "literal", "call", "sink")
"""The kinds of nodes that have a declaration."""


_TAKEN = ("t", "list", "dict", "tuple", "float", "standard", "overlap", "copy_value", "json_value", "workflow")
"""What else a flow file calls by name."""


def module_variables(modules: Iterable[ModuleUse]) -> dict[str, str]:
    """``iris_classify_0_1_0`` for ``Iris.Classify:0.1.0``, by reference; an author's name stands before it."""
    names = Names(_TAKEN)
    return {use.reference: names.fresh(identifier(use.reference.lower()), "_") for use in modules}


def node_names(graph: Graph, taken: Iterable[str] = ()) -> dict[NodeId, str]:
    """The variables of the nodes that have a declaration: the function's name and the node's number."""
    names = Names(taken)
    return {
        node.id: names.fresh(f"{identifier(node.function.name) if node.function else node.kind}_{node.id}", "_")
        for node in graph.nodes
        if is_declared(node)
    }


def is_declared(node: Node) -> bool:
    """Whether a node has a declaration; some small functions are written as expressions instead."""
    function = node.function
    inline = node.kind == "call" and function is not None and function.standard and function.name in INLINE
    return node.kind in DECLARED and not inline


class Declarations:
    """Writes the declarations of one workflow. ``used`` collects the run time's names that they call, ``modules``
    the Python modules' variables."""

    def __init__(
        self,
        graph: Graph,
        shape: Shape,
        names: Mapping[NodeId, str],
        classes: Classes,
        variables: Mapping[str, str],
    ) -> None:
        self._graph = graph
        self._variables = variables
        self._shape = shape
        self._names = names
        self._classes = classes
        self.used: set[str] = {"Workflow"}
        self.modules: set[str] = set()

    def node(self, node: Node) -> Code:
        """The declaration of one node."""
        if node.kind == "literal":
            self.used.add("Literal")
            values = tuple_of(map(self._literal, node.values))
            return call("Literal", values, self._type(node.output), origin=_origin(node), text=_text(node))
        function = node.function
        assert function is not None
        name = {"source": "Source", "sink": "Sink"}.get(node.kind, "Call")
        self.used.add(name)
        common: dict[str, Code | None] = {
            "parameters": self._parameters(node.parameters),
            "policy": self._policy(node.policy),
            "origin": _origin(node),
            "text": _text(node),
            "use": str(node.use) if node.use else None,
            "stateless": "True" if function.stateless and not function.standard else None,
        }
        if node.kind == "call":
            types = {"input": self._type(node.input), "output": self._type(node.output)}
            return call(name, self._provider(function), quoted(_function(function)), **types, **common)
        positional = [quoted(_function(function)) if function.standard else self._provider(function)]
        positional.append(self._type(node.output if node.kind == "source" else node.input))
        method = None if function.standard else quoted(function.name)
        many = "True" if node.kind == "sink" and self._answers_many(node) else None
        return call(name, *positional, function=method, **common, many=many)

    def _provider(self, function: Function) -> str:
        if function.standard:
            self.used.add("standard")
            return "standard"
        variable = self._variables[function.module]
        self.modules.add(variable)
        return variable

    def _literal(self, held: object) -> Code:
        """A JSON value; as text where it is nested more deeply than Python's brackets may be."""
        code = value(held)
        if depth(code) <= DEEPEST:
            return code
        self.used.add("json_value")
        return call("json_value", quoted(json.dumps(held, ensure_ascii=False)))

    def _type(self, type: int | None) -> str:
        return self._classes.annotation(type, "t.")

    def _answers_many(self, node: Node) -> bool:
        """Whether a reply answers with an array: a list is taken apart on the way from a request to it."""
        if node.function is None or not node.function.standard or node.function.name != "reply":
            return False
        before = reachable([node.id], self._shape.before, forward=False)
        return any(self._shape.nodes[id].kind == "flatten" for id in before)

    def _parameters(self, parameters: tuple[Parameter, ...]) -> Code | None:
        if not parameters:
            return None
        self.used.add("Parameter")
        return tuple_of(parameter(own) for own in parameters)

    def _policy(self, policy: Policy) -> Code | None:
        if policy == Policy():
            return None
        self.used.add("Policy")
        return call(
            "Policy",
            retry=repr(policy.retry) if policy.retry else None,
            timeout=repr(policy.timeout) if policy.timeout is not None else None,
            on_error=quoted(policy.on_error) if policy.on_error != "stop" else None,
            dead_letter=quoted(policy.dead_letter) if policy.dead_letter is not None else None,
            parallelism=repr(policy.parallelism) if policy.parallelism is not None else None,
            ordered=None if policy.ordered else "False",
            fixed=dict_of({name: quoted(place(at)) for name, at in policy.fixed}) if policy.fixed else None,
        )

    def workflow(self) -> Code:
        """The declaration of the workflow itself."""
        named = [(node, self._names[node.id]) for node in self._graph.nodes if node.id in self._names]
        sources = [tuple_of([name, f"from_{name}"]) for node, name in named if node.kind in ("source", "literal")]
        calls = [name for node, name in named if node.kind == "call"]
        sinks = [name for node, name in named if node.kind == "sink"]
        return call(
            "Workflow",
            quoted(self._graph.name),
            module=quoted(self._graph.module),
            sources=tuple_of(sources),
            calls=tuple_of(calls) if calls else None,
            sinks=tuple_of(sinks) if sinks else None,
            bounded="True" if self._graph.bounded else None,
            limit=repr(self._graph.limit) if self._graph.limit is not None else None,
            origin=quoted(place(self._graph.origin)),
        )


def parameter(own: Parameter) -> Code:
    """The declaration of a parameter."""
    positional = [quoted(own.name), quoted(own.type)]
    given: list[Code] = [] if own.value is None else [value(own.value)]
    bound = own.fixed or own.required or own.open
    return call(
        "Parameter",
        *positional,
        *given,
        environment=quoted(own.environment) if own.environment is not None else None,
        choices=tuple_of(map(quoted, own.choices)) if own.choices else None,
        default=None if bound else "True",
        required="True" if own.required else None,
        open="True" if own.open else None,
        origin=quoted(place(own.origin)) if own.origin is not None else None,
    )


def user_module(use: ModuleUse, classes: Classes, folder: str, process: Process | None = None) -> Group:
    """The declaration of a Python module; ``process`` is its own, where it has one."""
    functions: dict[str, Code] = {}
    for name, input, output in use.signatures:
        functions.setdefault(name, tuple_of([classes.annotation(input, "t."), classes.annotation(output, "t.")]))
    types: dict[str, Code] = {name: classes.annotation(type, "t.") for name, type in use.types}
    parameters: dict[str, Code] = {name: tuple_of(map(parameter, own)) for name, own in use.parameters}
    return call(
        "UserModule",
        quoted(use.reference),
        f"FOLDER / {quoted(folder)}",
        service=quoted(use.service) if use.service != "service.py" else None,
        functions=dict_of(functions),
        types=dict_of(types) if types else None,
        parameters=dict_of(parameters) if parameters else None,
        nml=quoted(use.nml) if use.nml else None,
        process=_process(process) if process is not None else None,
    )


def _process(process: Process) -> Code:
    why = process.exclusion
    reason = f"it requires {why.required}, and {why.other} requires {why.other_required}" if why is not None else None
    return call("Process", quoted(process.name), "FOLDER.parents[1]", *([quoted(reason)] if reason else []))


def uses_parameters(modules: Iterable[ModuleUse]) -> bool:
    """Whether any module's declaration mentions a parameter."""
    return any(own for use in modules for _, own in use.parameters)


def _origin(node: Node) -> str:
    return quoted(place(node.origin))


def _text(node: Node) -> str:
    return quoted(node.origin.text)


def _function(function: Function) -> str:
    return f"{module_name(function.module)}.{function.name}" if function.standard else function.name
