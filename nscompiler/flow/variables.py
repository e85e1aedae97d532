"""The environment variables that a graph reads when it starts."""

from nscompiler.flow.model import Parameter


def variables_of(parameters: tuple[Parameter, ...]) -> tuple[str, ...]:
    """The environment variables that parameters are read from."""
    named = [parameter.environment for parameter in parameters if parameter.environment is not None]
    return (*named, *(name for parameter in parameters for name in variables_in(parameter.value)))


def variables_in(value: object) -> tuple[str, ...]:
    """The environment variables inside a JSON value, written ``{"$env": NAME}``."""
    if isinstance(value, dict):
        return tuple(str(name) for key, name in value.items() if key == "$env")
    if isinstance(value, tuple | list):
        return tuple(name for item in value for name in variables_in(item))
    return ()
