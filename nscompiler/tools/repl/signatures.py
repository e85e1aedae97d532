"""Functions and types in a line each."""

from nscompiler.pipeline.checks import show_type
from nscompiler.typecheck.params import Environment, readers_of
from nscompiler.typecheck.params import show_type as show_parameter_type
from nscompiler.types.interface import FunctionInterface, Settable, TypeInterface
from nscompiler.types.show import Names, show
from nscompiler.types.types import Types


def function_type(function: FunctionInterface) -> str:
    """``Count -> optional Count with { least : Integer = 2 }``; a workflow is ``Workflow``."""
    arrow = "Workflow" if function.kind == "workflow" else show_type(function)
    parameters = [parameter_line(readers[0]) for readers in readers_of(function.parameters).values()]
    return f"{arrow} with {{ {', '.join(parameters)} }}" if parameters else arrow


def parameter_line(parameter: Settable) -> str:
    """``least : Integer = 2``."""
    line = f"{parameter.name} : {show_parameter_type(parameter.type)}"
    return line if parameter.required else f"{line} = {_value(parameter)}"


def _value(parameter: Settable) -> str:
    value = parameter.default
    if isinstance(value, Environment):
        return f"${value.name}"
    if parameter.type.kind == "Duration":
        return f'"{value}s"'
    return _json(value)


def _json(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(_json(item) for item in value)}]"
    return repr(value)


def type_body(type: TypeInterface, types: Types) -> str:
    """What a type stands for: ``{ word : Text, times : Integer }``."""
    return show(types.named(type.body, None), Names())


def type_head(type: TypeInterface) -> str:
    """``Pair a b``."""
    names = Names()
    return " ".join([type.name, *(names.of(variable) for variable in type.parameters)])
