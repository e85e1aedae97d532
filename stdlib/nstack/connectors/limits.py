"""Checks that connectors make of their parameters' values; the types are right already."""

from nstack.runtime.connector import Parameters
from nstack.runtime.errors import UsageError


def at_least_one(parameters: Parameters, name: str) -> int:
    """An Integer parameter that must be positive. Raises UsageError."""
    value: int = parameters[name]
    if value < 1:
        raise UsageError(f"{name} must be at least 1, got {value}")
    return value


def seconds(parameters: Parameters, name: str) -> float:
    """A Duration parameter that must be longer than nothing, in seconds. Raises UsageError."""
    value = float(parameters[name].total_seconds())
    if value <= 0:
        raise UsageError(f"{name} must be longer than 0 seconds")
    return value
