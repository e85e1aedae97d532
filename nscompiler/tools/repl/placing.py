"""Places in a session's script, as a flow graph has them, told as places in the cells: what a running program names."""

import attrs

from nscompiler.flow.model import Graph, Node, Origin, Parameter
from nscompiler.source import SourceFile, Span
from nscompiler.tools.repl.script import Script


def in_cells(graph: Graph, script: Script, here: str) -> Graph:
    """The graph with each place of the script's text as one of the cell that it comes from, and files below ``here``
    named from there."""
    placing = _Placing(script, graph.origin.file, here)
    return attrs.evolve(
        graph, origin=placing.origin(graph.origin), nodes=tuple(placing.node(node) for node in graph.nodes)
    )


class _Placing:
    def __init__(self, script: Script, file: str, here: str) -> None:
        self._here = here
        self._script = script
        self._file = file
        self._source = SourceFile(script.path, script.text)

    def node(self, node: Node) -> Node:
        parameters = tuple(self._parameter(one) for one in node.parameters)
        fixed = tuple((name, self.origin(origin)) for name, origin in node.policy.fixed)
        policy = attrs.evolve(node.policy, fixed=fixed)
        return attrs.evolve(node, origin=self.origin(node.origin), parameters=parameters, policy=policy)

    def _parameter(self, parameter: Parameter) -> Parameter:
        return parameter if parameter.origin is None else attrs.evolve(parameter, origin=self.origin(parameter.origin))

    def origin(self, origin: Origin) -> Origin:
        if origin.file != self._file:
            return attrs.evolve(origin, file=origin.file.removeprefix(self._here))
        lines = self._source.lines
        start = lines.start_of(origin.line) + origin.column - 1
        end = lines.start_of(origin.end_line) + origin.end_column - 1
        span = self._script.in_cell(Span(self._script.path, start, end))
        cell = self._script.sources[span.path]
        first, last = cell.lines.position(span.start), cell.lines.position(span.end)
        return attrs.evolve(
            origin,
            file=cell.path,
            line=first.line,
            column=first.column,
            end_line=last.line,
            end_column=last.column,
        )
