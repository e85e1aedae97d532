"""Which stages of which workflows use, pass or drop a field of a type, and which set a parameter."""

import json
from collections.abc import Iterable, Iterator, Sequence

import attrs

from nscompiler.flow.model import Function, Graph, Node, NodeId, Origin
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.lineage import Flow, Path, Schemes, is_text_form
from nscompiler.tools.targets import FieldTarget, ParameterTarget, Target
from nscompiler.types.interface import FunctionInterface, Interface, Scheme

SCHEMA_VERSION = 1

ROLES = ("gives", "uses", "passes", "drops", "writes", "sets", "default")
"""What a stage does: ``gives`` a value with the field, ``uses`` it (its declared input names it), ``passes`` it on,
``drops`` it at the joint before the stage, ``writes`` it to the outside; for a parameter ``sets`` it or leaves it at
its ``default``."""


@attrs.frozen(slots=True)
class Row:
    """What one stage does. ``stage`` names its function, ``origin`` is its place, ``remark`` says more."""

    role: str
    stage: str
    origin: Origin
    remark: str = ""


@attrs.frozen(slots=True)
class WorkflowImpact:
    """The stages of one workflow that a field or parameter concerns, in the order in which a value meets them."""

    module: str
    workflow: str
    rows: tuple[Row, ...]


def interfaces(compilation: Compilation) -> tuple[Interface, ...]:
    """What the program's modules export, the standard library last."""
    own = [checked.interface for checked in compilation.checked.values()]
    standard = [compilation.standard_interface(alias) for alias in ("Sources", "Sinks", "Conv", "Std")]
    return (*own, *(one for one in standard if one is not None and one not in own))


def schemes(compilation: Compilation) -> Schemes:
    """The declared types of functions, for ``lineage.Flow``."""
    by_module = {interface.module: interface for interface in interfaces(compilation)}

    def scheme(function: Function) -> Scheme | None:
        interface = by_module.get(function.module)
        found = None if interface is None else interface.functions.get(function.name)
        return None if found is None else found.scheme

    return scheme


def impact(target: Target, graphs: Iterable[Graph], declared: Schemes) -> tuple[WorkflowImpact, ...]:
    """The workflows that a target concerns, with the stages that it does."""
    found = []
    for graph in graphs:
        if isinstance(target, ParameterTarget):
            rows = tuple(dict.fromkeys(_setters(target, graph)))
        else:
            rows = tuple(dict.fromkeys(_Field(target, graph, declared).rows()))
        if rows:
            found.append(WorkflowImpact(graph.module, graph.name, rows))
    return tuple(found)


def stage_name(node: Node) -> str:
    """``Sources.csv``, ``Iris.Classify.predict``; a literal is its text."""
    if node.function is None:
        return node.origin.text or node.kind
    return f"{node.function.module.rpartition(':')[0] or node.function.module}.{node.function.name}"


# --- fields


class _Field:
    """One field in one workflow. Where the type stands under its name, the field is followed on; before that, back to
    where its value came from."""

    def __init__(self, target: FieldTarget, graph: Graph, declared: Schemes) -> None:
        self._target = target
        self._flow = Flow(graph, declared)
        starts = [(node.id, path) for node in graph.nodes for path in self._named(node)]
        self._after = self._flow.forward(starts)
        self._carried = self._after | self._flow.backward(starts)
        self._places: dict[NodeId, list[Path]] = {}
        for id, path in sorted(self._carried):
            self._places.setdefault(id, []).append(path)

    def _named(self, node: Node) -> Iterator[Path]:
        """Where in a node's output the type stands under its name."""
        module, name = self._target.module, self._target.type
        for path, type in self._flow.table.paths(node.output):
            declared, inside = type.declared, (*path, *self._target.path)
            here = declared is not None and (declared.module, declared.name) == (module, name)
            if here and self._flow.table.has(node.output, inside):
                yield inside

    def rows(self) -> Iterator[Row]:
        for node in self._flow.shape.order:
            for role, remark in dict.fromkeys(self._roles(node)):
                yield Row(role, self._shown(node), node.origin, remark)

    def _shown(self, node: Node) -> str:
        if node.kind != "convert":
            return stage_name(node)
        following = next((one for one in self._flow.after(node)), None)
        while following is not None and following.function is None:
            following = next((one for one in self._flow.after(following)), None)
        return "before " + (node.origin.text if following is None else stage_name(following))

    def _roles(self, node: Node) -> Iterator[tuple[str, str]]:
        arriving = [(before.id, path) for before in self._flow.before(node) for path in self._places.get(before.id, ())]
        passed: set[Path] = set()
        for id, path in arriving:
            fate = self._flow.fate(node, path)
            passed.update(fate.passes)
            concerns = (id, path) in self._after or any((node.id, own) in self._carried for own in fate.passes)
            if concerns:
                yield from self._role(node, path, fate.uses, fate.passes)
        made = [path for path in self._places.get(node.id, ()) if path not in passed]
        if made and node.kind in ("source", "literal", "call"):
            yield "gives", ""

    def _role(self, node: Node, path: Path, uses: bool, passes: Sequence[Path]) -> Iterator[tuple[str, str]]:
        as_text = "as part of a text" if self._is_text(node, path) else ""
        if node.kind == "sink":
            writes = node.function is not None and node.function.standard
            yield ("writes" if writes else "uses" if uses else "drops"), as_text
        elif uses:
            yield "uses", "reads it from a text" if is_text_form(node.function) == "reads" else as_text
        elif not passes:
            yield "drops", ""
        elif node.kind == "call":
            yield "passes", "as part of a text" if is_text_form(node.function) == "writes" else as_text
        elif node.kind == "convert":
            yield from self._converted(node, path)

    def _is_text(self, node: Node, path: Path) -> bool:
        """Whether the field has become a part of a text by now."""
        return path == () and self._target.path != ()

    def _converted(self, node: Node, path: Path) -> Iterator[tuple[str, str]]:
        types = self._flow.table.types
        ends = [self._flow.table.at(type, path) for type in (node.input, node.output)]
        before, after = ("" if end is None else types[end].shown for end in ends)
        if before != after and ends[0] is not None and self._target.path:
            yield "passes", f"{before} becomes {after}"


# --- parameters


def _setters(target: ParameterTarget, graph: Graph) -> Iterator[Row]:
    for node in graph.nodes:
        function = node.function
        if function is None or (function.module, function.name) != (target.module, target.function):
            continue
        for one in node.parameters:
            if one.name == target.parameter:
                role = "sets" if one.fixed or one.origin is not None else "default"
                yield Row(role, stage_name(node), one.origin or node.origin, one.written)


def impact_as_json(target: Target, found: Sequence[WorkflowImpact], unknown: Sequence[FunctionInterface] = ()) -> str:
    """What ``impact`` found as a JSON document, two spaces deep; ``unknown`` are workflows that have no graph."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "target": target.shown,
        "workflows": [
            {"module": one.module, "workflow": one.workflow, "stages": [_row(row) for row in one.rows]} for one in found
        ],
        "not_known": [{"module": one.module, "workflow": one.name} for one in unknown],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, object]:
    origin = row.origin
    return {
        "role": row.role,
        "stage": row.stage,
        "file": origin.file,
        "line": origin.line,
        "column": origin.column,
        "remark": row.remark or None,
    }
