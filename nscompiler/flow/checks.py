"""What can only be checked once a whole workflow is laid out: files and endpoints that two nodes would
share, and modules that cannot share a process."""

import posixpath
from collections.abc import Callable, Iterable, Iterator

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.flow.model import Graph, Node, Origin
from nscompiler.flow.places import Places
from nscompiler.modules.wording import titled

OF_FILES = ("jsonl", "csv", "parquet", "arrow")
"""The connectors of files; to most of them ``-`` is a standard stream."""


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
    if not (_standard(node, "Sinks", *OF_FILES) or _standard(node, "Sources", *OF_FILES)):
        return None
    path = _known(node, "path")
    return posixpath.normpath(path) if isinstance(path, str) and path != "-" else None


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
    readers = [node for node in graph.nodes if node.kind == "source" and _reads_standard_input(node)]
    for node in readers[1:]:
        yield codes.SAME_STDIN.at(
            places.span(node.origin),
            "Two sources read standard input",
            "the second one",
            related=(Label(places.span(readers[0].origin), "the first one", Role.PRODUCER),),
        )


def _reads_standard_input(node: Node) -> bool:
    return _standard(node, "Sources", "stdin") or (
        _standard(node, "Sources", *OF_FILES) and _known(node, "path") == "-"
    )


def _standard_output(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    writers = [node for node in graph.nodes if node.kind == "sink" and _writes_standard_output(node)]
    files = [node for node in writers if not _standard(node, "Sinks", "stdout")]
    if len(writers) > 1 and files:
        first, other = sorted((files[0], next(node for node in writers if node is not files[0])), key=writers.index)
        yield codes.SAME_STDOUT.at(
            places.span(_place(other, "path")),
            "Two sinks write standard output",
            "the second one",
            related=(Label(places.span(_place(first, "path")), "the first one", Role.CONSUMER),),
        )


def _writes_standard_output(node: Node) -> bool:
    return _standard(node, "Sinks", "stdout") or (
        _standard(node, "Sinks", *OF_FILES) and _known(node, "path") in ("-", "/dev/stdout")
    )


def _never_whole(graph: Graph, places: Places) -> Iterator[Diagnostic]:
    endless = next((node for node in graph.nodes if node.function is not None and node.function.bounded is False), None)
    if graph.bounded or endless is None:
        return
    for node in graph.nodes:
        if node.kind == "sink" and (remedy := _needs_an_end(node)) is not None:
            assert node.function is not None
            yield codes.NEVER_WHOLE.at(
                places.span(node.origin),
                f"`Sinks.{node.function.name}` is never complete here: {remedy}",
                "good only once it is complete",
                related=(Label(places.span(endless.origin), "this has no end", Role.PRODUCER),),
            )


def _needs_an_end(node: Node) -> str | None:
    """What to write in the place of a sink whose file is whole at the end alone; None for one that is always."""
    if _standard(node, "Sinks", "parquet"):
        return 'write `Sinks.jsonl`, or `Sinks.arrow` with `format = "stream"`, and make Parquet of that'
    if _standard(node, "Sinks", "arrow") and _known(node, "format") == "file":
        return 'write `format = "stream"`'
    if _standard(node, "Sinks", "s3") and _known(node, "s3_format") not in ("object", None):
        return 'write an object of each value, with `s3_format = "object"` or `AWS.S3.upload`'
    return None


CHECKS: tuple[Callable[[Graph, Places], Iterable[Diagnostic]], ...] = (
    _files,
    _endpoints,
    _standard_input,
    _standard_output,
    _never_whole,
)
"""Every check of a whole graph, in the order in which they report."""


def separations(graphs: Iterable[Graph], places: Places) -> Iterator[Diagnostic]:
    """A hint for each module that has a process of its own; the graphs have been placed together."""
    graphs = tuple(graphs)
    uses = {node.function.module: node for graph in reversed(graphs) for node in reversed(graph.nodes) if node.function}
    apart = {process.modules[0]: process.exclusion for graph in graphs for process in graph.processes[1:]}
    for reference, exclusion in sorted(apart.items()):
        if exclusion is not None:
            yield codes.OWN_PROCESS.at(
                places.span(uses[reference].origin),
                titled("`{}` runs in a process of its own", reference),
                f"{reference} needs {exclusion.required}",
                related=(
                    Label(
                        places.span(uses[exclusion.other].origin),
                        f"{exclusion.other} needs {exclusion.other_required}",
                        Role.CONSUMER,
                    ),
                ),
                notes=(f"{exclusion.other} excludes that: {reference} needs a Python environment of its own",),
            )
