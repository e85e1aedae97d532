"""One table of types for all workflows of a build.

Two types that differ only by names of lists, scalars and the like are one here: Python sees no difference between
them. Records and sums keep who declares them, since each layout is a class of its own.
"""

from collections.abc import Iterable

import attrs

from nscompiler.flow.model import MAIN, Graph, ModuleUse, Process, TypeDef, TypeId

NAMED = ("record", "sum")


def unify(graphs: Iterable[Graph]) -> tuple[tuple[TypeDef, ...], tuple[Graph, ...]]:
    """The common table, and the graphs with their types renumbered into it; parts stand before the wholes."""
    table = _Table()
    done = tuple(table.take(graph) for graph in graphs)
    return tuple(table.types), done


class _Table:
    def __init__(self) -> None:
        self.types: list[TypeDef] = []
        self._known: dict[tuple[object, ...], TypeId] = {}

    def take(self, graph: Graph) -> Graph:
        ids: dict[TypeId | None, TypeId | None] = {None: None}

        def go(type: TypeId | None) -> TypeId | None:
            if type not in ids:
                assert type is not None
                definition = graph.types[type]
                ids[type] = self._add(attrs.evolve(definition, items=tuple(go(item) for item in definition.items)))
            return ids[type]

        nodes = tuple(attrs.evolve(node, input=go(node.input), output=go(node.output)) for node in graph.nodes)
        modules = tuple(
            attrs.evolve(
                use,
                types=tuple((name, go(type) or 0) for name, type in use.types),
                signatures=tuple((name, go(input), go(output)) for name, input, output in use.signatures),
            )
            for use in graph.modules
        )
        return attrs.evolve(graph, nodes=nodes, modules=modules)

    def _add(self, definition: TypeDef) -> TypeId:
        declared = definition.declared
        who = (declared.module, declared.name) if declared is not None and definition.kind in NAMED else None
        key = (definition.kind, definition.name, definition.items, definition.labels, definition.size, who)
        held = self._known.get(key)
        if held is None:
            held = self._known[key] = len(self.types)
            self.types.append(definition)
        return held


def merged_modules(graphs: Iterable[Graph]) -> tuple[ModuleUse, ...]:
    """The Python modules of all graphs, each once, with all that any graph uses of it; sorted by reference."""
    found: dict[str, ModuleUse] = {}
    for use in (use for graph in graphs for use in graph.modules):
        held = found.get(use.reference)
        if held is None:
            found[use.reference] = use
            continue
        types = dict(held.types)
        types.update((name, type) for name, type in use.types if name not in types)
        signatures = tuple(dict.fromkeys((*held.signatures, *use.signatures)))
        parameters = tuple(sorted({**dict(held.parameters), **dict(use.parameters)}.items()))
        found[use.reference] = attrs.evolve(
            held, types=tuple(sorted(types.items())), signatures=signatures, parameters=parameters
        )
    return tuple(found[reference] for reference in sorted(found))


def merged_processes(graphs: Iterable[Graph]) -> tuple[Process, ...]:
    """The processes of all graphs, each once: ``main`` with every module that has no other, then those by name."""
    graphs = tuple(graphs)
    apart = {process.name: process for graph in graphs for process in graph.processes if process.name != MAIN}
    elsewhere = {reference for process in apart.values() for reference in process.modules}
    together = sorted({use.reference for graph in graphs for use in graph.modules} - elsewhere)
    return Process(name=MAIN, modules=tuple(together)), *(apart[name] for name in sorted(apart))
