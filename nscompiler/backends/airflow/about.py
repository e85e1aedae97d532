"""What stands at the head of a DAG's file, and is its documentation in Airflow: the workflow, the types of its stages,
what it needs, and the command that made it. Markdown."""

import re
from collections.abc import Iterator

from nscompiler.backends.airflow.options import Options
from nscompiler.backends.airflow.plan import Dag, Task
from nscompiler.emit.describe import label, module_name
from nscompiler.emit.model import Build
from nscompiler.flow.model import Graph, Node, TypeDef, TypeId
from nscompiler.flow.shape import shape

_SHOWN = ("source", "literal", "call", "sink")
_LONGEST = 100


def about(dag: Dag, build: Build, options: Options) -> str:
    """The whole text."""
    graph = dag.given
    parts = [
        f"# {module_name(graph.module)}.{graph.name}" if graph.module else f"# {graph.name}",
        (graph.doc or "").strip(),
        _table(dag),
        _types(graph),
        _needs(dag, options),
        _made(dag, build, options),
    ]
    return "\n\n".join(filter(None, parts))


def _table(dag: Dag) -> str:
    tasks = {id: task for task in dag.tasks for id in task.part.nodes}
    rows = [["stage", "takes", "gives", "task", "written at"]]
    for node in shape(dag.given).order:
        if node.kind in _SHOWN:
            rows.append(_row(node, dag.given, tasks[node.id]))
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join([f"| {lines[0]} |", f"|-{rule}-|", *(f"| {line} |" for line in lines[1:])])


def _row(node: Node, graph: Graph, task: Task) -> list[str]:
    place = f"{node.origin.file}:{node.origin.line}"
    return [_code(label(node)), _type(graph, node.input), _type(graph, node.output), task.id, place]


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _type(graph: Graph, type: TypeId | None) -> str:
    return "" if type is None else _code(_cut(graph.types[type].shown))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _types(graph: Graph) -> str:
    """The types that have names, of those that the table shows and of their parts."""
    waiting = [type for node in shape(graph).order if node.kind in _SHOWN for type in (node.input, node.output)]
    found: dict[str, str] = {}
    seen: set[TypeId] = set()
    while waiting:
        type = waiting.pop(0)
        if type is None or type in seen:
            continue
        seen.add(type)
        definition = graph.types[type]
        waiting += definition.items
        if definition.declared is not None:
            found.setdefault(definition.declared.text, _cut(_body(graph.types, definition)))
    return "\n".join(f"    type {name} = {body}" for name, body in found.items())


def _body(types: tuple[TypeDef, ...], own: TypeDef) -> str:
    parts = ["" if item is None else types[item].shown for item in own.items]
    named = list(zip(own.labels, parts, strict=False))
    match own.kind:
        case "record":
            return f"{{ {', '.join(f'{_label(name)} : {part}' for name, part in named)} }}"
        case "sum":
            return " | ".join(f"{name} {part}".rstrip() for name, part in named)
        case "tuple":
            return f"({', '.join(parts)})"
        case "list":
            return f"[{parts[0]}]"
        case "vector":
            return f"Vector {own.size} {parts[0]}"
        case "optional" | "map":
            return f"{'Map' if own.kind == 'map' else own.kind} {parts[0]}"
    return own.name or "()"


def _label(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w']*", name, re.ASCII) else f'"{name}"'


def _needs(dag: Dag, options: Options) -> str:
    names = sorted({name for task in dag.tasks for name in task.variables} - set(options.environment))
    lines = [_need(name, name in dag.secrets) for name in names]
    packages = sorted({name for use in dag.given.modules for name in use.packages})
    if packages and not options.contained:
        lines.append(f"* of the operating system: {', '.join(packages)}")
    return "\n".join(["Needs:", "", *lines]) if lines else ""


def _need(name: str, secret: bool) -> str:
    if secret:
        return f"* `${name}`: the password of the connection `{name.lower()}`"
    return f"* `${name}`: the variable `{name}`"


def _made(dag: Dag, build: Build, options: Options) -> str:
    folders = sorted({task.environment.folder for task in dag.tasks})
    beside = " and ".join(f"`{name}/`" for name in folders)
    where = f"What tasks run is in {beside}" + (", the images' folder." if options.contained else " beside this file.")
    lines = list(_command(build))
    return "\n".join([*lines, "", where] if lines else [where])


def _command(build: Build) -> Iterator[str]:
    if build.command:
        yield f"Made by nsc {build.compiler} from {build.module}; do not edit, build again:"
        yield ""
        yield f"    {build.command}"
