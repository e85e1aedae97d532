"""Parameters of a workflow as ``Param``s of a DAG: what the form of a run shows, and what a task gets of it."""

import re

from nscompiler.backends.airflow.plan import Dag, Task
from nscompiler.emit.python import Code, call, quoted, value
from nscompiler.flow.model import Parameter

_SCHEMAS: dict[str, dict[str, object]] = {
    "Text": {"type": "string"},
    "Integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "Double": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Duration": {"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|us|s|m|h|d))+$|^\d+(\.\d+)?$|^P"},
}


def schema(own: Parameter) -> dict[str, object]:
    """The JSON schema of a parameter's values."""
    if own.choices:
        return {"type": "string", "enum": list(own.choices)}
    if own.type.startswith("["):
        return {"type": "array", "items": _SCHEMAS[own.type[1:-1]]}
    return _SCHEMAS.get(own.type, _SCHEMAS["Text"])


def default(own: Parameter) -> object:
    """The value that holds where none is chosen, as the schema has it; None where one has to be."""
    if own.value is None or own.required:
        return None
    if own.type == "Duration":
        return _duration(own.value)
    if own.type == "[Duration]" and isinstance(own.value, list | tuple):
        return [_duration(item) for item in own.value]
    return list(own.value) if isinstance(own.value, tuple) else own.value


def _duration(held: object) -> str:
    return f"{held:.15g}s" if isinstance(held, int | float) else str(held)


def params(dag: Dag) -> dict[str, Code]:
    """The ``Param``s of a DAG, by name."""
    found: dict[str, Code] = {own.name: _param(own) for own in dag.parameters}
    if dag.stdin:
        about = "The file whose lines are the standard input."
        found["stdin"] = call("Param", type=quoted("string"), description=quoted(about))
    if dag.stdout:
        about = "The file for the standard output; without one it is in the task's log."
        found["stdout"] = call("Param", "None", type='["null", "string"]', description=quoted(about))
    return found


def _param(own: Parameter) -> Code:
    held = default(own)
    described: dict[str, Code | None] = {name: value(part) for name, part in schema(own).items()}
    about = f"{own.name} : {' | '.join(map(quoted, own.choices)) or own.type}"
    return call("Param", *([] if held is None else [value(held)]), **described, description=quoted(about))


def parameter_options(task: Task, dag: Dag) -> list[str]:
    """``-p name=value`` for each parameter that a task reads."""
    kinds = {own.name: own for own in dag.parameters}
    return [f"-p{name}={_template(kinds[name])}" for name in task.parameters]


def _template(own: Parameter) -> str:
    name = f"params.{own.name}" if re.fullmatch(r"[A-Za-z_]\w*", own.name, re.ASCII) else f'params["{own.name}"]'
    return f"{{{{ {name} | tojson }}}}" if own.type == "Boolean" or own.type.startswith("[") else f"{{{{ {name} }}}}"
