"""What can only be checked once a whole workflow is laid out: files and endpoints that two nodes would
share, requirements of modules that would share a process."""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.flow.model import Graph, Node, Origin
from nscompiler.flow.places import Places
from nscompiler.flow.requirements import excluding


def check_graph(graph: Graph, places: Places) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a graph as a whole."""
    return tuple(problem for check in CHECKS for problem in check(graph, places))


def _standard(node: Node, module: str, *names: str) -> bool:
    function = node.function
    if function is None or not function.standard or function.name not in names:
        return False
    return function.module.split(":")[0].split("/")[-1] == module


def _known(node: Node, name: str) -> object:
    """The value of a parameter where the build knows it, else None."""
    for parameter in node.parameters:
        if parameter.name == name and parameter.environment is None:
            return parameter.value
    return None


def _files(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    written: dict[str, Node] = {}
    for node in graph.nodes:
        if node.kind == "sink" and (path := _path(node)) is not None:
            first = written.setdefault(path, node)
            if first is not node:
                yield codes.SAME_FILE.at(
                    places.span(_place(node, "path")),
                    f"Two sinks write `{_short(path)}`",
                    "the second one",
                    related=(Label(places.span(_place(first, "path")), "the first one", Role.CONSUMER),),
                )
    for node in graph.nodes:
        if node.kind == "source" and (path := _path(node)) in written:
            yield codes.SINK_ON_SOURCE.at(
                places.span(_place(written[str(path)], "path")),
                f"A sink writes `{_short(str(path))}`, which a source reads",
                "written here",
                related=(Label(places.span(_place(node, "path")), "read here", Role.PRODUCER),),
            )


def _path(node: Node) -> str | None:
    if not (
        _standard(node, "Sinks", "jsonl", "csv", "parquet") or _standard(node, "Sources", "jsonl", "csv", "parquet")
    ):
        return None
    path = _known(node, "path")
    return posixpath.normpath(path) if isinstance(path, str) else None


def _short(path: str) -> str:
    return path if len(path) <= 30 else "…" + path[-29:]


def _place(node: Node, name: str) -> Origin:
    """Where a node's parameter is bound, else where the node stands."""
    bound = (parameter.origin for parameter in node.parameters if parameter.name == name)
    return next(bound, None) or node.origin


def _endpoints(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    listening: dict[tuple[object, str], Node] = {}
    for node in graph.nodes:
        if not _standard(node, "Sources", "http"):
            continue
        port, path = _known(node, "http_port"), _known(node, "http_path")
        if port is None or not isinstance(path, str):
            continue
        first = listening.setdefault((port, path.strip("/")), node)
        if first is not node:
            yield codes.SAME_ENDPOINT.at(
                places.span(_place(node, "http_path")),
                f"Two sources listen on port {port} at `/{_short(path.strip('/'))}`",
                "the second one",
                related=(Label(places.span(_place(first, "http_path")), "the first one", Role.PRODUCER),),
            )


def _standard_input(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    readers = [node for node in graph.nodes if node.kind == "source" and _standard(node, "Sources", "stdin")]
    for node in readers[1:]:
        yield codes.SAME_STDIN.at(
            places.span(node.origin),
            "Two sources read standard input",
            "the second one",
            related=(Label(places.span(readers[0].origin), "the first one", Role.PRODUCER),),
        )


def _requirements(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    uses = {node.function.module: node for node in reversed(graph.nodes) if node.function is not None}
    for one, other in combinations(graph.modules, 2):
        found = excluding(one.requirements, other.requirements)
        if found is not None and one.reference in uses and other.reference in uses:
            package, left, right = found
            yield codes.REQUIREMENTS.at(
                places.span(uses[other.reference].origin),
                f"Two modules need versions of `{package}` that exclude each other",
                f"{other.reference} needs {right}",
                related=(
                    Label(places.span(uses[one.reference].origin), f"{one.reference} needs {left}", Role.CONSUMER),
                ),
                notes=("the modules of a workflow share one Python process",),
            )


CHECKS: tuple[Callable[[Graph, Places], Iterable[Diagnostic]], ...] = (
    _files,
    _endpoints,
    _standard_input,
    _requirements,
)
"""Every check of a whole graph, in the order in which they report."""
