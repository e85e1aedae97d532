"""The parameters of one use of a function: bindings are passed from outside in, the nearest one wins."""

from collections.abc import Callable, Mapping

import attrs

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.flow.model import Origin, Parameter, Policy
from nscompiler.grammar import syntax
from nscompiler.typecheck import params
from nscompiler.types.interface import FunctionInterface, ParameterType, Settable

UNDECIDED = ""
"""``on_error`` where the program says nothing: the sources decide, once all are known."""


@attrs.frozen(slots=True, eq=False)
class Bound:
    """A binding on its way inwards, and the module in which it is written."""

    binding: syntax.Binding
    module: syntax.Module


Environment = Mapping[str, Bound]
Placer = Callable[[syntax.Module, syntax.Node], Origin]


def extended(outer: Environment, expr: syntax.Apply, module: syntax.Module) -> Environment:
    """The bindings that reach what an application is applied to."""
    return {**outer, **{binding.name.text: Bound(binding, module) for binding in expr.bindings}}


def declared_parameters(target: FunctionInterface) -> tuple[Parameter, ...]:
    """The parameters that a ``fun`` declares, with their defaults."""
    return tuple(_default(one) for one in target.parameters.settable)


def parameters_of(target: FunctionInterface, environment: Environment, origin: Placer) -> tuple[Parameter, ...]:
    """The parameters in force for a ``fun``: those it declares, or for one that declares none all that reach it, by
    name."""
    declared = tuple(_declared(one, environment.get(one.name), origin) for one in target.parameters.settable)
    if not target.parameters.open:
        return declared
    names = sorted(name for name in environment if name not in params.POLICY)
    return (*declared, *(_open(name, environment[name], origin) for name in names))


def _default(settable: Settable) -> Parameter:
    type = settable.type
    value, variable = _split(settable.default)
    return Parameter(
        name=settable.name,
        type=_type_name(type),
        value=value,
        environment=variable,
        choices=type.choices or (type.item.choices if type.item is not None else ()),
        required=settable.required,
    )


def _declared(settable: Settable, bound: Bound | None, origin: Placer) -> Parameter:
    declared = _default(settable)
    if bound is None:
        return declared
    value, variable = _split(params.convert(bound.binding.value, settable.type))
    place = origin(bound.module, bound.binding)
    return attrs.evolve(declared, value=value, environment=variable, required=False, fixed=True, origin=place)


def _open(name: str, bound: Bound, origin: Placer) -> Parameter:
    literal = bound.binding.value
    converted = params.convert(literal, params.TEXT)
    # Old functions take whatever stands there, as text.
    value, variable = _split(literal.raw if isinstance(converted, params.Fault) else converted)
    place = origin(bound.module, bound.binding)
    return Parameter(name=name, type="Text", value=value, environment=variable, fixed=True, open=True, origin=place)


def _split(converted: object) -> tuple[object, str | None]:
    """The value of a converted literal, or the variable that it is read from."""
    assert not isinstance(converted, params.Fault), converted.wanted
    if isinstance(converted, params.Environment):
        return None, converted.name
    return _plain(converted), None


def _plain(value: object) -> object:
    if isinstance(value, params.Environment):
        return {"$env": value.name}
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _type_name(type: ParameterType) -> str:
    if type.kind == "list" and type.item is not None:
        return f"[{_type_name(type.item)}]"
    return type.kind


def policy_of(environment: Environment, origin: Placer) -> Policy:
    """How failures of a use are handled; ``on_error`` is left undecided where nothing says it."""
    found: dict[str, object] = {}
    fixed: list[tuple[str, Origin]] = []
    for name in params.POLICY:
        bound = environment.get(name)
        if bound is not None:
            value = params.convert_policy(name, bound.binding.value)
            if not isinstance(value, params.Environment | params.Fault):
                found[name] = value
                fixed.append((name, origin(bound.module, bound.binding)))
    return Policy(**{"on_error": UNDECIDED, **found, "fixed": tuple(fixed)})  # type: ignore[arg-type]


def unsettled_policies(expr: syntax.Apply, module: syntax.Module) -> tuple[Diagnostic, ...]:
    """The policies that an application takes from the environment, which comes too late for them."""
    return tuple(
        codes.POLICY_ENVIRONMENT.at(
            module.span(binding.value),
            f"`{binding.name.text}` cannot come from the environment",
            "the value itself is needed here",
        )
        for binding in expr.bindings
        if binding.name.text in params.POLICY and binding.value.kind == "environment"
    )


def decided(policy: Policy, workflow: str, bounded: bool) -> Policy:
    """A policy with what the whole workflow decides: where nothing is said, a workflow that ends stops at the first
    failure and one that does not goes on without the value."""
    on_error = policy.on_error or ("stop" if bounded else "skip")
    path = policy.dead_letter or (f"dead-letters/{workflow}.jsonl" if on_error == "dead_letter" else None)
    return attrs.evolve(policy, on_error=on_error, dead_letter=path)
