"""Puts the files of an emitted package together."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from nscompiler.emit.classes import SCALARS, Classes, class_lines, name_classes
from nscompiler.emit.convert import Converter
from nscompiler.emit.declare import (
    Declarations,
    is_declared,
    module_variables,
    node_names,
    user_module,
    uses_parameters,
)
from nscompiler.emit.describe import place
from nscompiler.emit.manifest import manifest, requirements
from nscompiler.emit.model import Build, Copy, Emitted, LineOrigin
from nscompiler.emit.python import (
    Group,
    Names,
    call,
    dict_of,
    docstring,
    identifier,
    layout,
    quoted,
)
from nscompiler.emit.stages import Stages
from nscompiler.emit.table import merged_modules, merged_processes, unify
from nscompiler.flow.model import MAIN, Graph, ModuleUse, Node, Process, TypeDef, TypeId
from nscompiler.flow.shape import shape

_LONGEST_DOC = 106
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_']*\Z")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("nscompiler.emit"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _fill(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values).rstrip("\n") + "\n"


def emit_package(build: Build) -> Emitted:
    """All files of a build."""
    types, graphs = unify(build.graphs)
    classes = name_classes(types, graphs)
    converter = Converter(classes)
    modules, processes = merged_modules(graphs), merged_processes(graphs)
    variables = module_variables(modules)
    flows = _flow_names(graphs)
    files: dict[str, str | bytes] = {}
    origins: list[LineOrigin] = []
    for graph in graphs:
        path = f"{build.package}/{flows[graph.name]}.py"
        files[path], lines = _flow(graph, classes, converter, variables)
        origins += [LineOrigin(path=path, line=line, node=node.id, origin=node.origin) for line, node in lines]
    files[f"{build.package}/__init__.py"] = _fill("init.py.j2", about=docstring(_about(build)))
    files[f"{build.package}/__main__.py"] = _main(build, flows)
    files[f"{build.package}/types.py"] = _types(build, classes, converter)
    files[f"{build.package}/modules.py"] = _modules(build, modules, processes, classes, variables)
    files["manifest.json"] = manifest(build, modules, processes)
    files.update(requirements(build, modules, processes))
    if build.runtime is not None:
        files[f"runtime/{build.runtime.name}"] = build.runtime.content
    return Emitted(
        files=tuple(sorted(files.items())),
        copies=tuple(copy for use in modules for copy in _copies(build.package, use)),
        origins=tuple(origins),
        start=("python", "-m", build.package),
    )


def _about(build: Build) -> str:
    text = f"{build.module}, compiled. Run it with ``python -m {build.package} [WORKFLOW]``."
    return f"{text}\n\n{build.doc}\n" if build.doc else text


def _flow_names(graphs: Iterable[Graph]) -> dict[str, str]:
    names = Names()
    return {graph.name: names.fresh(f"flow_{identifier(graph.name).rstrip('_')}", "_") for graph in graphs}


def _import(source: str, names: Iterable[str]) -> str:
    """``from x import a, b``, in brackets over several lines where it is long."""
    ordered = sorted(names, key=_import_order)
    line = f"from {source} import {', '.join(ordered)}"
    if len(line) <= 120:
        return line
    return f"from {source} import (\n{''.join(f'    {name},{chr(10)}' for name in ordered)})"


def _import_order(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: as import sorters have it."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _main(build: Build, flows: dict[str, str]) -> str:
    table = dict_of({name: quoted(f"{build.package}.{flow}") for name, flow in flows.items()})
    default = quoted(build.default) if build.default is not None else None
    return _fill(
        "main.py.j2",
        module=docstring(build.module),
        package=build.package,
        workflows="WORKFLOWS = " + layout(table, len("WORKFLOWS = ")),
        call=layout(call("main", quoted(build.package), "WORKFLOWS", default=default), 14, 4, 1),
    )


def _types(build: Build, classes: Classes, converter: Converter) -> str:
    bodies = [_body(classes, type) for type in sorted({*classes.by_type, *classes.shared})]
    words = {word for body in bodies for line in body["lines"] for word in re.findall(r"\w+", line)}
    aliases = {name: alias for name, alias in classes.aliases.items() if alias in words}
    helpers = [name for name in ("constructor", "optional", "required") if classes.helper(name) in words]
    needed = {str(body["bases"]).split(",")[0] for body in bodies}
    exported = [*SCALARS, "Vector", *(str(body["name"]) for body in bodies), *converter.names]
    listed = Group("[", tuple(("", quoted(name)) for name in sorted(exported, key=_import_order)), "]")
    return _fill(
        "types.py.j2",
        module=docstring(build.module),
        imports=_import("nstack.runtime", (*SCALARS, "Vector", *helpers, *needed)),
        aliases=[f"{alias} = {name}" for name, alias in aliases.items()],
        exported="__all__ = " + layout(listed, len("__all__ = ")),
        classes=bodies,
        functions=converter.functions,
    )


def _body(classes: Classes, type: TypeId) -> dict[str, Any]:
    """What the template needs for one class."""
    definition, own = classes.types[type], classes.by_type.get(type)
    if own is None:
        text = f"type {classes.shared[type]} = {_one_level(classes.types, definition)}"
        lines: tuple[str, ...] = (f"type = {classes.written(type)}",)
        return {"name": classes.shared[type], "bases": "Shared", "doc": docstring(_cut(text)), "lines": lines}
    doc = docstring(_cut(_type_doc(classes.types, definition)))
    return {"name": own.name, "bases": _bases(classes, definition), "doc": doc, "lines": class_lines(classes, own)}


def _one_level(types: tuple[TypeDef, ...], definition: TypeDef) -> str:
    """A type that is no record and no sum, its parts by their names."""
    items = [types[item].shown for item in definition.items if item is not None]
    match definition.kind:
        case "tuple":
            return f"({', '.join(items)})"
        case "list":
            return f"[{items[0]}]"
        case "vector":
            return f"Vector {definition.size} {items[0]}"
    return f"{definition.kind.capitalize() if definition.kind == 'map' else definition.kind} {items[0]}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_DOC else text[: _LONGEST_DOC - 1].rstrip() + "…"


def _bases(classes: Classes, definition: TypeDef) -> str:
    if definition.kind == "sum":
        return "Sum"
    # No type is recursive, so records cannot form a ring, and Python's collector has nothing to do for them.
    return "Record, gc=False" if definition.items else "Record"


def _type_doc(types: tuple[TypeDef, ...], definition: TypeDef) -> str:
    labels = (label if _PLAIN.match(label) else quoted(label) for label in definition.labels)
    parts = list(zip(labels, definition.items, strict=True))
    if definition.kind == "sum":
        body = " | ".join(label if item is None else f"{label} {types[item].shown}" for label, item in parts)
    else:
        body = f"{{ {', '.join(f'{label} : {types[item or 0].shown}' for label, item in parts)} }}" if parts else "{ }"
    return body if definition.declared is None else f"type {definition.declared.text} = {body}"


def _modules(
    build: Build,
    modules: tuple[ModuleUse, ...],
    processes: tuple[Process, ...],
    classes: Classes,
    variables: Mapping[str, str],
) -> str:
    if not modules:
        return f'"""The Python modules of {docstring(build.module)}: none."""\n'
    declarations = []
    apart = {process.modules[0]: process for process in processes if process.name != MAIN}
    for use in modules:
        head = f"{variables[use.reference]} = "
        declaration = user_module(use, classes, _folder(use), apart.get(use.reference))
        declarations.append(head + layout(declaration, len(head)))
    names = ["UserModule", *(["Parameter"] if uses_parameters(modules) else []), *(["Process"] if apart else [])]
    text = "\n".join(declarations)
    return _fill(
        "modules.py.j2",
        module=docstring(build.module),
        imports=_import("nstack.runtime", names),
        types="t." in text,
        declarations=declarations,
    )


def _folder(use: ModuleUse) -> str:
    return use.reference.replace("/", "-").replace(":", "-")


def _copies(package: str, use: ModuleUse) -> list[Copy]:
    target = f"{package}/user/{_folder(use)}"
    source = use.folder.rstrip("/")
    return [Copy(path=f"{target}/{file}", source=f"{source}/{file}" if source else file) for file in use.files]


def _flow(
    graph: Graph, classes: Classes, converter: Converter, variables: Mapping[str, str]
) -> tuple[str, list[tuple[int, Node]]]:
    view = shape(graph)
    names = node_names(graph, variables.values())
    declarations = Declarations(graph, view, names, classes, variables)
    nodes = [
        f"{names[node.id]} = {layout(declarations.node(node), len(names[node.id]) + 3)}"
        for node in graph.nodes
        if is_declared(node)
    ]
    stages = Stages(view, names, classes, converter)
    body = stages.write()
    head = f"Workflow {graph.name} of {graph.module} ({place(graph.origin).rpartition(':')[0]})."
    text = _fill(
        "flow.py.j2",
        about=docstring(f"{head}\n\n{graph.doc}\n" if graph.doc else head),
        imports=_import("nstack.runtime", declarations.used | stages.used),
        modules=_import(".modules", declarations.modules) if declarations.modules else "",
        declarations=nodes,
        stages="\n".join(body),
        workflow="workflow = " + layout(declarations.workflow(), len("workflow = ")),
    )
    first = text.count("\n", 0, text.index("\n".join(body)))
    return text, [(first + line, view.nodes[node]) for line, node in stages.origins]
