"""Parameters that are bound outside a workflow when it is built, as ``-p`` binds them when it runs.

They are defaults of what is built: a ``-p`` of the run goes before them, and a binding of the program before both.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.flow.model import Graph, Node, Origin, Parameter, Policy
from nscompiler.flow.variables import variables_of
from nscompiler.grammar.syntax import Literal
from nscompiler.typecheck import params
from nscompiler.types.interface import ParameterType

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)\Z")


@attrs.frozen(slots=True)
class Wrong:
    """A binding that has no effect, or the wrong type: what it binds, and why that cannot be."""

    name: str
    reason: str


def bind(graphs: Sequence[Graph], given: Mapping[str, str]) -> tuple[tuple[Graph, ...], tuple[Wrong, ...]]:
    """The graphs with their parameters bound, by name, and what is wrong. A value is text, or ``$NAME`` for a variable
    that is read when the workflow starts. Each name has to be read by one of the graphs at least."""
    wrong = [Wrong(name, reason) for name in given if (reason := _refusal(name, graphs)) is not None]
    wrong += [Wrong(name, reason) for name, text in given.items() for reason in _misfits(name, text, graphs)]
    if wrong:
        return tuple(graphs), tuple(wrong)
    return tuple(_bound(graph, given) for graph in graphs), ()


def settable(graphs: Iterable[Graph]) -> list[str]:
    """The names that can be bound from outside, sorted; those that every function understands are not among them."""
    return sorted({own.name for graph in graphs for node in graph.nodes for own in node.parameters if _is_free(own)})


def _is_free(parameter: Parameter) -> bool:
    return not parameter.fixed and not parameter.open


def _takes_any(node: Node, graph: Graph) -> bool:
    """Whether a node calls a method whose ``fun`` has no ``with``: that may be given any parameter."""
    if node.function is None or node.function.standard:
        return False
    declared = {(use.reference, name) for use in graph.modules for name, _ in use.parameters}
    return (node.function.module, node.function.name) not in declared


def _refusal(name: str, graphs: Sequence[Graph]) -> str | None:
    """Why a name cannot be bound, or None."""
    nodes = [(node, graph) for graph in graphs for node in graph.nodes]
    if name in params.POLICY:
        fixed = [dict(node.policy.fixed).get(name) for node, _ in nodes if node.function is not None]
        return _set_inside(name, fixed[0]) if fixed and all(fixed) else None
    readers = [own for node, _ in nodes for own in node.parameters if own.name == name]
    if any(map(_is_free, readers)):
        return None
    if readers:
        return _set_inside(name, readers[0].origin)
    if any(_takes_any(node, graph) for node, graph in nodes):
        return None
    offer = did_you_mean(near(name, [*settable(graphs), *params.POLICY]))
    return f"nothing in these workflows reads a parameter {name}{f'; {offer}' if offer else ''}"


def _set_inside(name: str, origin: Origin | None) -> str:
    place = f", at {origin.file}:{origin.line}:{origin.column}" if origin is not None else ""
    return f"the program sets {name} itself{place}"


def _misfits(name: str, text: str, graphs: Sequence[Graph]) -> Iterable[str]:
    """What is wrong with a value; once for each type that it ought to have."""
    if name in params.POLICY:
        value = _policy_value(name, text)
        if isinstance(value, params.Environment):
            yield f"{name} cannot come from the environment: the value itself is needed"
        elif isinstance(value, params.Fault):
            yield f"{text!r} is not {value.wanted}"
        return
    readers = [own for graph in graphs for node in graph.nodes for own in node.parameters if own.name == name]
    for own in {(own.type, own.choices): own for own in readers if _is_free(own)}.values():
        value = params.convert(_literal(text, _type(own)), _type(own))
        if isinstance(value, params.Fault):
            yield f"{text!r} is not {value.wanted}"


def _bound(graph: Graph, given: Mapping[str, str]) -> Graph:
    nodes = tuple(_of_node(node, graph, given) for node in graph.nodes)
    variables = {name for node in nodes for name in variables_of(node.parameters)}
    return attrs.evolve(graph, nodes=nodes, environment=tuple(sorted({*graph.environment, *variables})))


def _of_node(node: Node, graph: Graph, given: Mapping[str, str]) -> Node:
    parameters = [
        _given(own, given[own.name]) if own.name in given and _is_free(own) else own for own in node.parameters
    ]
    if _takes_any(node, graph):
        held = {own.name for own in parameters}
        more = (name for name in sorted(given) if name not in held and name not in params.POLICY)
        parameters += [_given(Parameter(name=name, type="Text", open=True), given[name]) for name in more]
    fixed = dict(node.policy.fixed)
    changed = {name: _policy_value(name, text) for name, text in given.items() if name in params.POLICY}
    changed = {name: value for name, value in changed.items() if name not in fixed}
    policy: Policy = attrs.evolve(node.policy, **changed)  # type: ignore[arg-type]
    return attrs.evolve(node, parameters=tuple(parameters), policy=policy)


def _given(parameter: Parameter, text: str) -> Parameter:
    value = params.convert(_literal(text, _type(parameter)), _type(parameter))
    if isinstance(value, params.Environment):
        return attrs.evolve(parameter, value=None, environment=value.name, required=False)
    held = tuple(value) if isinstance(value, list) else value
    return attrs.evolve(parameter, value=held, environment=None, required=False)


def _policy_value(name: str, text: str) -> object:
    return params.convert_policy(name, _literal(text, params.POLICY[name]))


def _type(parameter: Parameter) -> ParameterType:
    """The type of a parameter, out of its name in the graph."""
    if parameter.type.startswith("["):
        item = attrs.evolve(parameter, type=parameter.type[1:-1])
        return ParameterType("list", _type(item), ())
    if parameter.choices:
        return ParameterType("enum", None, parameter.choices)
    return ParameterType(parameter.type, None, ())


def _literal(text: str, type: ParameterType) -> Literal:
    """A text of the command line as the program would have it: a list is JSON, or has commas."""
    variable = _VARIABLE.match(text)
    if variable is not None:
        return Literal(0, 0, "environment", variable[1], text)
    if type.kind == "list" and type.item is not None:
        items = tuple(_literal(part, type.item) for part in _parts(text))
        return Literal(0, 0, "list", items, text)
    return Literal(0, 0, "text", text, text)


def _parts(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            return [part if isinstance(part, str) else json.dumps(part) for part in json.loads(text)]
        except ValueError:
            return [text]  # no item of it is what is wanted, and that is told
    return [part.strip() for part in text.split(",")] if text.strip() else []
