"""``manifest.json`` and the files of requirements: what was built from what, and what it needs to run."""

import json
from collections.abc import Iterable, Iterator

from nscompiler.emit.describe import module_name
from nscompiler.emit.model import Build
from nscompiler.flow.model import MAIN, Graph, ModuleUse, Node, Process

FORMAT = 1
"""The manifest's version."""


def manifest(build: Build, modules: tuple[ModuleUse, ...], processes: tuple[Process, ...]) -> str:
    """The manifest: no dates and no absolute paths, so that one program gives one text."""
    document = {
        "manifest_version": FORMAT,
        "compiler": build.compiler,
        "target": build.target,
        "module": build.module,
        "package": build.package,
        "default": build.default,
        "modules": [
            {"reference": reference, "content_hash": content, "interface_hash": interface}
            for reference, content, interface in _all_modules(build, modules)
        ],
        "workflows": [_workflow(graph) for graph in build.graphs],
        "environment": sorted({name for graph in build.graphs for name in graph.environment}),
        "processes": [_process(process, modules) for process in processes],
        "packages": sorted({name for use in modules for name in use.packages}),
        "runtime": build.runtime.name if build.runtime is not None else None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _all_modules(build: Build, modules: tuple[ModuleUse, ...]) -> list[tuple[str, str, str]]:
    found = {use.reference: (use.reference, use.content_hash, use.interface_hash) for use in modules}
    found.update((own[0], own) for own in build.interfaces)
    return [found[reference] for reference in sorted(found)]


def _workflow(graph: Graph) -> dict[str, object]:
    sources = [node for node in graph.nodes if node.kind in ("source", "literal")]
    return {
        "name": graph.name,
        "origin": f"{graph.origin.file}:{graph.origin.line}",
        "bounded": graph.bounded,
        "sources": [{"function": _shown(node), "replay": _replay(node)} for node in sources],
        "sinks": [_shown(node) for node in graph.nodes if node.kind == "sink"],
        "environment": list(graph.environment),
    }


def _shown(node: Node) -> str:
    if node.function is None:
        return node.kind
    return f"{module_name(node.function.module)}.{node.function.name}"


def _replay(node: Node) -> str:
    # A literal's values are at hand again whenever the program starts.
    return "offset" if node.function is None else node.function.replay or "none"


def _process(process: Process, modules: Iterable[ModuleUse]) -> dict[str, object]:
    described: dict[str, object] = {
        "name": process.name,
        "modules": list(process.modules),
        "requirements": _lines(process, modules),
    }
    return described if process.name == MAIN else {**described, "variable": process.variable}


def _lines(process: Process, modules: Iterable[ModuleUse]) -> list[str]:
    return sorted({line for use in modules if use.reference in process.modules for line in use.requirements})


def requirements(
    build: Build, modules: tuple[ModuleUse, ...], processes: tuple[Process, ...]
) -> Iterator[tuple[str, str]]:
    """What pip has to install for each process, as path and text: ``requirements.txt`` for ``main``, a file of its
    own for any other. All are to be read in the output folder; the run time's wheel comes first."""
    for process in processes:
        lines = _lines(process, modules)
        own = process.name != MAIN
        if build.runtime is not None:
            extras = () if own else _extras(build.graphs, build.runtime.extras)
            lines.insert(0, f"./runtime/{build.runtime.name}" + (f"[{','.join(extras)}]" if extras else ""))
        path = f"requirements/{process.name}.txt" if own else "requirements.txt"
        yield path, "".join(f"{line}\n" for line in lines)


def _extras(graphs: Iterable[Graph], declared: tuple[str, ...]) -> list[str]:
    """The wheel's extras that the workflows need: each is called after the connector's function, or what stands before
    the first ``_`` in its name (``postgres_poll``); ``http`` is the server's, the client's is another."""
    nodes = [node for graph in graphs for node in graph.nodes if node.function is not None and node.function.standard]
    functions = [node.function for node in nodes if node.function is not None]
    names = {"httpclient" if function.module.startswith("Http:") else function.name for function in functions}
    modules = {module_name(function.module) for function in functions}
    used = names | {name.partition("_")[0] for name in names} | {kind for node in nodes for kind in _compressed(node)}
    used |= {"s3"} if "AWS.S3" in modules else set()
    return sorted(used & set(declared))


def _compressed(node: Node) -> Iterator[str]:
    """What the compression of a file is called, as far as the program says."""
    values = {parameter.name: parameter.value for parameter in node.parameters if parameter.environment is None}
    path, compression = values.get("path"), values.get("compression")
    if isinstance(compression, str):
        yield compression
        if compression == "auto" and isinstance(path, str) and path.lower().endswith((".zst", ".zstd")):
            yield "zstd"
