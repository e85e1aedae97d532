"""Parameters at start: values from the program, from ``-p name=value`` and from the environment, checked and
converted before anything opens.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from .connector import Parameters
from .declare import Literal, Node, Parameter, Policy, UserModule, Workflow
from .errors import UsageError
from .scalars import INTEGER_MAX, INTEGER_MIN

_PART = r"(\d+(?:\.\d+)?)(ms|us|s|m|h|d)"
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
USUAL_RETRIES = 5
"""How often a failed call is made again where nothing but ``true`` is said."""
_SECRET = "password|secret|token"


def duration_of(text: str) -> datetime.timedelta:
    """The time that ``500ms``, ``90s``, ``1m30s``, ``2h``, ISO 8601 or a number of seconds stands for. Raises
    ValueError.
    """
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if text and not re.sub(_PART, "", text):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
    try:
        if seconds >= 0:
            return datetime.timedelta(seconds=seconds)
        return msgspec.convert(text, datetime.timedelta)
    except (msgspec.ValidationError, OverflowError):
        raise ValueError(text) from None


_WHOLE = r"[+-]?[0-9][0-9_]*"
_BITS = " (64 bit)"


def _integer(text: str) -> int:
    if not re.fullmatch(_WHOLE, text.strip()):
        raise ValueError(text)
    number = int(text)
    if not INTEGER_MIN <= number <= INTEGER_MAX:
        raise ValueError(text)
    return number


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "Text": str,
    "Integer": _integer,
    "Double": _double,
    "Boolean": _boolean,
    "Duration": duration_of,
}

_SAYS = {"Duration": 'Duration (such as "90s")', "Boolean": "Boolean (true or false)"}


def from_text(parameter: Parameter, text: str) -> Any:
    """The typed value that a text stands for; a list is written as JSON or with commas. Raises ValueError."""
    if parameter.type.startswith("["):
        return _list_of(parameter.type[1:-1], text)
    if parameter.choices and text not in parameter.choices:
        raise ValueError(text)
    return _FROM_TEXT.get(parameter.type, str)(text)


def _list_of(item: str, text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        parts = msgspec.json.decode(text)
        return [part if isinstance(part, str) and item == "Text" else _typed(item, part) for part in parts]
    return [_FROM_TEXT[item](part.strip()) for part in text.split(",")] if text.strip() else []


def _typed(type: str, value: Any) -> Any:
    """A value of the program (JSON) as its Python value."""
    if value is None:
        return None
    if type.startswith("["):
        return [_typed(type[1:-1], part) for part in value]
    if type == "Duration":
        return duration_of(value) if isinstance(value, str) else datetime.timedelta(seconds=value)
    if type == "Double" and isinstance(value, int):
        return float(value)
    return value


def expected(parameter: Parameter) -> str:
    """What a text for it should be, for messages."""
    if parameter.choices:
        return "one of " + ", ".join(f'"{choice}"' for choice in parameter.choices)
    return _SAYS.get(parameter.type, parameter.type)


def is_secret(parameter: Parameter) -> bool:
    """Whether its value must never be shown."""
    return parameter.environment is not None or re.search(_SECRET, parameter.name, re.IGNORECASE) is not None


class Resolved:
    """The parameters and the policy of every node, and the texts that must not appear in a log."""

    def __init__(self) -> None:
        self.of_node: dict[int, Parameters] = {}
        self.policies: dict[int, Policy] = {}
        self.secrets: list[str] = []
        self.problems: list[str] = []
        self.doubts: list[str] = []
        self.literals: dict[int, tuple[Any, ...]] = {}

    def of(self, node: object) -> Parameters:
        """The parameters of one node."""
        return self.of_node.get(id(node)) or Parameters({})

    def policy(self, node: object) -> Policy:
        """The policy of one node: the program's, with what is given from outside."""
        return self.policies.get(id(node)) or _declared_policy(node)


def nodes_of(workflow: Workflow) -> tuple[Node, ...]:
    """All nodes of a workflow that have parameters: sources, calls, sinks."""
    sources = tuple(source for source, _ in workflow.sources if isinstance(source, Node))
    return (*sources, *workflow.calls, *workflow.sinks)


def resolve(workflow: Workflow, given: Mapping[str, str], environment: Mapping[str, str]) -> Resolved:
    """The typed parameters of all nodes. Raises UsageError that lists everything which is missing or wrong."""
    found = Resolved()
    nodes = nodes_of(workflow)
    _check_given(nodes, given, found)
    for node in nodes:
        found.of_node[id(node)] = _of_node(node, given, environment, found)
        found.policies[id(node)] = _policy_of(node, given, found)
    for source, _ in workflow.sources:
        if isinstance(source, Literal):
            found.literals[id(source)] = tuple(_literal(source, value, environment, found) for value in source.values)
    if found.problems:
        raise UsageError("\n".join(dict.fromkeys(found.problems)))
    return found


def _literal(source: Literal, value: Any, environment: Mapping[str, str], found: Resolved) -> Any:
    """A literal's JSON value with the variables of the environment, written ``{"$env": NAME}``, put in."""
    if isinstance(value, list | tuple):
        return [_literal(source, item, environment, found) for item in value]
    if not isinstance(value, dict) or value.keys() != {"$env"}:
        return value
    text = environment.get(value["$env"])
    if text is None:
        found.problems.append(f"${value['$env']} is not set: a literal needs it ({source.origin})")
    else:
        found.secrets.append(text)
    return text


def _parameters(node: Node) -> tuple[Parameter, ...]:
    parameters: tuple[Parameter, ...] = getattr(node, "parameters", ())
    return parameters


def _settable(parameter: Parameter) -> bool:
    return parameter.default or (parameter.required and parameter.value is None and parameter.environment is None)


def _is_open(node: Node) -> bool:
    """Whether the function takes any parameter: a method whose ``fun`` has no ``with``."""
    return isinstance(node.provider, UserModule) and getattr(node, "function", "") not in node.provider.parameters


def _check_given(nodes: Iterable[Node], given: Mapping[str, str], found: Resolved) -> None:
    for name in given:
        if name in _POLICY:
            _check_policy(name, nodes, found)
            continue
        readers = [(node, parameter) for node in nodes for parameter in _parameters(node) if parameter.name == name]
        bound = [(node, parameter) for node, parameter in readers if not _settable(parameter)]
        if any(_settable(parameter) for _, parameter in readers):
            continue
        if bound:
            node, parameter = bound[0]
            place = parameter.origin or getattr(node, "origin", "")
            found.problems.append(f"-p {name}: the program sets {name} itself, at {place}")
            continue
        reader = next((node for node in nodes if _is_open(node)), None)
        if reader is None:
            found.problems.append(f"-p {name}: nothing in this workflow reads a parameter {name}{_near(name, nodes)}")
        elif meant := _misspelt(name, nodes):
            found.doubts.append(
                f"-p {name}: only {reader.shown}, which takes any parameter, gets it; is {meant} meant?"
            )


def _names_settable(nodes: Iterable[Node]) -> list[str]:
    return sorted({p.name for node in nodes for p in _parameters(node) if _settable(p)} | set(_POLICY))


def _misspelt(name: str, nodes: Iterable[Node]) -> str | None:
    """The parameter that a name is probably a slip for, where a function declares one."""
    from difflib import get_close_matches  # rarely needed, and slow to import

    return next(iter(get_close_matches(name, _names_settable(nodes), 1, 0.8)), None)


def _near(name: str, nodes: Iterable[Node]) -> str:
    settable = sorted({p.name for node in nodes for p in _parameters(node) if _settable(p)})
    return f"; it can be given {', '.join(settable)}" if settable else "; it can be given none"


def _of_node(node: Node, given: Mapping[str, str], environment: Mapping[str, str], found: Resolved) -> Parameters:
    values: dict[str, Any] = {}
    secret = {parameter.name for parameter in _parameters(node) if is_secret(parameter)}
    if _is_open(node):
        values |= {name: text for name, text in given.items() if name not in _POLICY}
    for parameter in _parameters(node):
        text = _text_for(node, parameter, given, environment, found)
        if text is not None:
            _convert(node, parameter, text, values, found)
        elif parameter.value is not None:
            values[parameter.name] = _of_program(node, parameter, environment, found)
        elif not parameter.required and parameter.environment is None:
            values[parameter.name] = None
    found.secrets += [str(values[name]) for name in secret if isinstance(values.get(name), str | int)]
    outside = {parameter.name for parameter in _parameters(node) if parameter.environment is not None}
    return Parameters(values, frozenset(secret), frozenset(outside))


def _of_program(node: Node, parameter: Parameter, environment: Mapping[str, str], found: Resolved) -> Any:
    """The value that the program has, typed; an item of a list may be a variable of the environment (``$env``)."""
    if not isinstance(parameter.value, list | tuple):
        return _typed(parameter.type, parameter.value)
    item = parameter.type[1:-1]
    return [
        _variable(node, parameter, part["$env"], environment, found) if isinstance(part, dict) else _typed(item, part)
        for part in parameter.value
    ]


def _variable(node: Node, parameter: Parameter, name: str, environment: Mapping[str, str], found: Resolved) -> Any:
    """What an item of a list is that is read from the environment; None where that is a problem."""
    text = environment.get(name)
    if text is None:
        place = parameter.origin or getattr(node, "origin", "")
        found.problems.append(f"${name} is not set: {node.shown} needs it for {parameter.name} ({place})")
        return None
    found.secrets.append(text)
    item = parameter.type[1:-1]
    try:
        return _FROM_TEXT.get(item, str)(text)
    except ValueError:
        wanted = expected(Parameter(parameter.name, item))
        found.problems.append(f"${name}: {node.shown} expects {wanted} for {parameter.name}, got another text")
        return None


def _text_for(
    node: Node, parameter: Parameter, given: Mapping[str, str], environment: Mapping[str, str], found: Resolved
) -> str | None:
    if parameter.name in given and _settable(parameter):
        return given[parameter.name]
    place = parameter.origin or getattr(node, "origin", "")
    if parameter.environment is not None:
        text = environment.get(parameter.environment)
        if text is None:
            found.problems.append(
                f"${parameter.environment} is not set: {node.shown} needs it for {parameter.name} ({place})"
            )
        return text
    if parameter.required and parameter.value is None:
        wanted = f"{node.shown} needs a parameter {parameter.name} : {parameter.type}"
        found.problems.append(f"{wanted}; give it with -p {parameter.name}=… ({place})")
    return None


# --- what every function understands


def _retry(text: str) -> int:
    if text in ("true", "false"):
        return USUAL_RETRIES if text == "true" else 0
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    number = _integer(text)
    if number < least:
        raise ValueError(text)
    return number


def _timeout(text: str) -> float:
    seconds = duration_of(text).total_seconds()
    if seconds <= 0:
        raise ValueError(text)
    return seconds


def _on_error(text: str) -> str:
    if text not in ("stop", "skip", "dead_letter"):
        raise ValueError(text)
    return text


def _path(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


_POLICY: dict[str, tuple[Callable[[str], Any], str]] = {
    "retry": (_retry, "true, false or how often"),
    "timeout": (_timeout, 'a Duration of more than no time (such as "90s")'),
    "on_error": (_on_error, 'one of "stop", "skip", "dead_letter"'),
    "dead_letter": (_path, "a path"),
    "parallelism": (lambda text: _at_least(1, text), "a number from 1"),
    "ordered": (_boolean, "true or false"),
}
_STOP = Policy()


def _declared_policy(node: object) -> Policy:
    policy: Policy = getattr(node, "policy", _STOP)
    return policy


def _check_policy(name: str, nodes: Iterable[Node], found: Resolved) -> None:
    """A name that the program binds for every function has no effect from outside."""
    places = [_declared_policy(node).fixed.get(name) for node in nodes]
    if places and all(places):
        found.problems.append(f"-p {name}: the program sets {name} itself, at {places[0]}")


def _policy_of(node: Node, given: Mapping[str, str], found: Resolved) -> Policy:
    policy = _declared_policy(node)
    changed: dict[str, Any] = {}
    for name, (convert, wanted) in _POLICY.items():
        if name in given and name not in policy.fixed:
            try:
                changed[name] = convert(given[name])
            except ValueError:
                found.problems.append(f'-p {name}: expected {wanted}, got "{given[name]}"')
    if not changed:
        return policy
    return msgspec.structs.replace(policy, **changed, fixed={**policy.fixed, **dict.fromkeys(changed, "-p")})


def _convert(node: Node, parameter: Parameter, text: str, values: dict[str, Any], found: Resolved) -> None:
    try:
        values[parameter.name] = from_text(parameter, text)
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError):
        shown = "another text" if is_secret(parameter) else f'"{text}"'
        where, what = f"-p {parameter.name}", ""
        if parameter.environment is not None:
            where, what = f"${parameter.environment}", f" for {parameter.name}"
        too_large = parameter.type == "Integer" and re.fullmatch(_WHOLE, text.strip())
        wanted = expected(parameter) + (_BITS if too_large else "")
        found.problems.append(f"{where}: {node.shown} expects {wanted}{what}, got {shown}")
