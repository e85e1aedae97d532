"""The Python class of a generated program's module: each method gives a value of its declared output.

What stands for a variable comes from the value that arrived. Lists have two items, and what is optional is there, so
that the number of values that leave a workflow is known. ``problem_of`` looks at the JSON of a value that left it.
"""

from __future__ import annotations

import re
from typing import Any

from property.generated_syntax import Fun, Module, Program
from property.generated_types import BYTES, VOID, T

MAKING = '''"""Methods that give values of the types that are declared."""

import datetime
import decimal
import uuid

import nstack

UTC = datetime.UTC
SCALARS = {
    "Integer": 3, "Double": 2.5, "Boolean": True, "Text": "text", "Json": '{"a":[1]}', "()": None,
    "Decimal": decimal.Decimal("1.10"), "Date": datetime.date(2024, 1, 2), "Time": datetime.time(3, 4),
    "DateTime": datetime.datetime(2024, 1, 2, 3, 4, tzinfo=UTC), "Duration": datetime.timedelta(seconds=90),
    "Uuid": uuid.UUID(int=7), "Bytes": b"ab",
}


def take(type, value, found):
    """Find out what the variables of a type stand for in a value."""
    kind = type[0]
    if kind == "var":
        found[type[1]] = value
    elif kind == "record":
        for label, part in type[1]:
            take(part, value[label], found)
        own = {label for label, _ in type[1]}
        found[type[2]] = {label: part for label, part in value.items() if label not in own} if type[2] else None
    elif kind == "tuple":
        for part, inner in zip(type[1], value, strict=True):
            take(part, inner, found)
    elif kind in ("list", "Vector"):
        found[type[2]] = len(value)
        take(type[1], value[0], found)
    elif kind == "Map":
        take(type[1], next(iter(value.values())), found)
    elif kind == "optional":
        take(type[1], value, found)


def make(type, found):
    """A value of a type."""
    kind = type[0]
    if kind == "var":
        return found[type[1]]
    if kind == "record":
        return {**{label: make(part, found) for label, part in type[1]}, **(found[type[2]] if type[2] else {})}
    if kind == "tuple":
        return tuple(make(part, found) for part in type[1])
    if kind == "list":
        return [make(type[1], found), make(type[1], found)]
    if kind == "Vector":
        return [make(type[1], found)] * (found[type[2]] if isinstance(type[2], str) else type[2])
    if kind == "Map":
        return {"key": make(type[1], found)}
    if kind == "optional":
        return make(type[1], found)
    if kind == "sum":
        constructor = getattr(getattr(nstack, type[1]), type[2])
        return constructor() if type[3] is None else constructor(make(type[3], found))
    return SCALARS[kind]


class Module(nstack.Module):
'''


def _described(type: T) -> tuple[Any, ...]:
    """A type as plain data for the methods."""
    if type == BYTES:
        return ("Bytes",)
    match type.head:
        case "var":
            return ("var", type.labels[0])
        case "record":
            return ("record", [(label, _described(part)) for label, part in type.fields.items()], type.tail)
        case "tuple":
            return ("tuple", [_described(part) for part in type.parts if part is not None])
        case "list" | "Vector":
            return (type.head, _described(type.item), type.size)
        case "Map" | "optional":
            return (type.head, _described(type.item))
        case "sum":
            assert type.name is not None
            payload = type.parts[0]
            return ("sum", type.name[1], type.labels[0], None if payload is None else _described(payload))
    return (type.head,)


def _method(fun: Fun) -> str:
    if fun.input == VOID:
        return f"    def {fun.name}(self):\n" + f"        yield make({_described(fun.output)!r}, {{}})\n" * 2 + "\n"
    lines = ["found = {}", f"take({_described(fun.input)!r}, value, found)"]
    lines += [] if fun.output == VOID else [f"return make({_described(fun.output)!r}, found)"]
    return f"    def {fun.name}(self, value):\n" + "".join(f"        {line}\n" for line in lines) + "\n"


def _python_path(module: Module) -> str:
    folder, slash, name = module.path.rpartition("/")
    return f"{folder}{slash}{'service' if name == 'module.nml' else name.removesuffix('.nml')}.py"


def python_files(program: Program) -> dict[str, str]:
    """The Python files of a program's modules, by path."""
    found = {}
    for module in program.modules:
        funs = [own for own in module.functions if isinstance(own, Fun)]
        if funs:
            found[_python_path(module)] = MAKING + "".join(map(_method, funs))
    return found


_TEXTS = {
    "Text": r"text|\{.*|\[.*|one\ntwo|long\ntext|long|a|b|\".*|[\w.:+-]*",
    "Decimal": r"1\.10",
    "Date": r"2024-01-02",
    "Time": r"03:04:00",
    "DateTime": r"2024-01-02T03:04:00(Z|\+00:00)",
    "Duration": r"PT1M30S|P.*|\d.*",
    "Uuid": r"[0-9a-f-]{36}",
    "Bytes": r"YWI=",
}


def problem_of(type: T, value: object) -> str | None:
    """Why a JSON value is none of a type; None if it is one."""
    here = f"{value!r} is no {type.head}"
    match _described(type)[0], value:
        case "Integer", int() if not isinstance(value, bool):
            return None
        case "Double", int() | float() if not isinstance(value, bool):
            return None
        case "Boolean", bool():
            return None
        case "()", []:
            return None
        case "Json", _:
            return None
        case (("list" | "Vector"), list()):
            wrong = type.head == "Vector" and len(value) != type.size
            return here if wrong else _first(problem_of(type.item, one) for one in value)
        case "tuple", list() if len(value) == len(type.parts):
            return _first(problem_of(part, one) for part, one in zip(type.parts, value, strict=True) if part)
        case "record", dict() if set(value) <= set(type.labels):
            return _first(_problem_of_field(part, label, value) for label, part in type.fields.items())
        case "Map", dict():
            return _first(problem_of(type.item, one) for one in value.values())
        case "optional", _:
            return None if value is None else problem_of(type.item, value)
        case "sum", str() if value in type.labels:
            return here if type.fields.get(value) is not None else None
        case "sum", dict() if len(value) == 1 and next(iter(value)) in type.fields:
            ((label, payload),) = value.items()
            return problem_of(type.fields[label], payload)
        case kind, str() if kind in _TEXTS and re.fullmatch(_TEXTS[kind], value, re.DOTALL):
            return None
    return here


def _problem_of_field(type: T, label: str, value: dict[str, object]) -> str | None:
    if label not in value:
        return None if type.head == "optional" else f"there is no {label}"
    return problem_of(type, value[label])


def _first(found: Any) -> str | None:
    return next((one for one in found if one is not None), None)
