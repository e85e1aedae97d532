"""The flow graph as JSON text and back.

The text is deterministic: fields stand in the order in which ``flow.model`` declares them, and one that has its default
is left out. ``load(dump(graph)) == graph`` for every graph. ``schema`` is the published description of the format.
"""

import json
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from nscompiler.flow import model
from nscompiler.flow.model import SCHEMA_VERSION, Graph

__all__ = ["SCHEMA_VERSION", "FormatError", "as_json", "dump", "from_json", "load", "schema"]


class FormatError(ValueError):
    """A text that is no flow graph of this version."""


def dump(graph: Graph) -> str:
    """The graph as JSON, two spaces deep, ending in a newline."""
    return json.dumps(as_json(graph), indent=2, ensure_ascii=False) + "\n"


def load(text: str) -> Graph:
    """The graph that a text describes. Raises FormatError where it is no graph, or one of another version."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise FormatError(f"not JSON: {error}") from error
    return from_json(value)


def as_json(value: Any) -> Any:
    """A record of the model as plain JSON values."""
    if attrs.has(type(value)):
        fields = [(field, getattr(value, field.name)) for field in attrs.fields(type(value))]
        return {
            field.name: as_json(held)
            for field, held in fields
            if field.name == "schema_version" or _differs(held, field.default)
        }
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return value


def _differs(held: object, default: object) -> bool:
    return held is not default and (type(held) is not type(default) or held != default)


def from_json(value: object) -> Graph:
    """The graph that JSON values describe. Raises FormatError where they do not."""
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != SCHEMA_VERSION:
        raise FormatError(f"schema_version is {version!r}; this compiler reads {SCHEMA_VERSION}")
    graph = _read(Graph, value, "graph")
    assert isinstance(graph, Graph)
    return graph


@cache
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record, vars(model))


def _read(hint: Any, value: object, path: str) -> object:
    if hint is object:
        return frozen(value)
    origin = get_origin(hint)
    if origin in (UnionType, Union):
        inner = next(part for part in get_args(hint) if part is not NoneType)
        return None if value is None else _read(inner, value, path)
    if origin is tuple:
        return _read_tuple(get_args(hint), value, path)
    if attrs.has(hint):
        return _read_record(hint, value, path)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise FormatError(f"{path}: expected {hint.__name__}, found {value!r}")
    return value


def _read_tuple(parts: tuple[Any, ...], value: object, path: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise FormatError(f"{path}: expected an array")
    if parts[-1] is Ellipsis:
        return tuple(_read(parts[0], item, f"{path}[{at}]") for at, item in enumerate(value))
    if len(parts) != len(value):
        raise FormatError(f"{path}: expected {len(parts)} items, found {len(value)}")
    return tuple(_read(part, item, f"{path}[{at}]") for at, (part, item) in enumerate(zip(parts, value, strict=True)))


def _read_record(record: Any, value: object, path: str) -> object:
    if not isinstance(value, dict):
        raise FormatError(f"{path}: expected an object")
    hints = _hints(record)
    unknown = sorted(value.keys() - hints.keys())
    if unknown:
        raise FormatError(f"{path}: unknown field {unknown[0]!r}")
    missing = [
        field.name for field in attrs.fields(record) if field.default is attrs.NOTHING and field.name not in value
    ]
    if missing:
        raise FormatError(f"{path}: {missing[0]!r} is missing")
    return record(**{name: _read(hints[name], item, f"{path}.{name}") for name, item in value.items()})


def frozen(value: object) -> object:
    """A JSON value with its arrays as tuples, which is how the model holds them."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what ``dump`` writes, made from the model and its docstrings."""
    records: dict[str, Any] = {}
    _describe(Graph, records)
    graph = records.pop("Graph")
    graph["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    graph["required"].append("schema_version")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Flow graph",
        **graph,
        "$defs": dict(sorted(records.items())),
    }


def _describe(record: Any, records: dict[str, Any]) -> None:
    if record.__name__ in records:
        return
    described: dict[str, Any] = {"type": "object", "description": " ".join((record.__doc__ or "").split())}
    records[record.__name__] = described
    fields = attrs.fields(record)
    described["properties"] = {
        field.name: _described(_hints(record)[field.name], records) | _default(field.default) for field in fields
    }
    described["required"] = [field.name for field in fields if field.default is attrs.NOTHING]
    described["additionalProperties"] = False


def _default(value: Any) -> dict[str, Any]:
    return {} if value is attrs.NOTHING else {"default": as_json(value)}


_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def _described(hint: Any, records: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(hint)
    if hint is object:
        return {}
    if origin in (UnionType, Union):
        inner = next(part for part in get_args(hint) if part is not NoneType)
        return {"anyOf": [_described(inner, records), {"type": "null"}]}
    if origin is tuple:
        parts = get_args(hint)
        if parts[-1] is Ellipsis:
            return {"type": "array", "items": _described(parts[0], records)}
        items = [_described(part, records) for part in parts]
        return {"type": "array", "prefixItems": items, "minItems": len(parts), "maxItems": len(parts)}
    if attrs.has(hint):
        _describe(hint, records)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": _NAMES[hint]}
