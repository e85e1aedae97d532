"""Decides which process runs which module.

All share one, ``main``, as long as their requirements leave a version of each package. A module that requires what one
of those before it (by reference) excludes gets a process of its own, with a Python environment of its own.
"""

import re
from collections.abc import Collection, Iterable

import attrs

from nscompiler.flow.model import MAIN, Exclusion, Graph, ModuleUse, Process
from nscompiler.flow.requirements import excluding


def place(graph: Graph) -> Graph:
    """The graph with its processes, and ``placement`` on every node."""
    return place_together((graph,))[0]


def place_together(graphs: Iterable[Graph]) -> tuple[Graph, ...]:
    """Graphs that are built into one package, placed alike: they share its environments, so a module that has to be
    apart from another one, or is apart already for no exclusion, is so in all of them."""
    graphs = tuple(graphs)
    modules = {use.reference: use for graph in graphs for use in graph.modules}
    processes = _processes([modules[reference] for reference in sorted(modules)], _set_apart(graphs))
    return tuple(_placed(graph, processes) for graph in graphs)


def separate(graph: Graph, references: Iterable[str]) -> Graph:
    """The graph with some modules in processes of their own, whatever they require."""
    wanted = tuple(Process(name=reference, modules=(reference,)) for reference in references)
    main = graph.processes or (Process(name=MAIN),)
    return place(attrs.evolve(graph, processes=(*main, *wanted)))


def _set_apart(graphs: Iterable[Graph]) -> Collection[str]:
    apart = (process for graph in graphs for process in graph.processes[1:])
    return {process.modules[0] for process in apart if process.exclusion is None}


def _processes(modules: Iterable[ModuleUse], set_apart: Collection[str]) -> tuple[Process, ...]:
    """``main`` first, then those of single modules by reference."""
    together: list[ModuleUse] = []
    apart: list[Process] = []
    taken = {Process(name=MAIN).variable}
    for use in modules:
        exclusion = None if use.reference in set_apart else _exclusion(use, together)
        if exclusion is None and use.reference not in set_apart:
            together.append(use)
        else:
            apart.append(_named(Process(name="", modules=(use.reference,), exclusion=exclusion), taken))
    return Process(name=MAIN, modules=tuple(use.reference for use in together)), *apart


def _exclusion(use: ModuleUse, others: Iterable[ModuleUse]) -> Exclusion | None:
    for other in others:
        found = excluding(use.requirements, other.requirements)
        if found is not None:
            package, required, theirs = found
            return Exclusion(package=package, required=required, other=other.reference, other_required=theirs)
    return None


def _named(process: Process, taken: set[str]) -> Process:
    """The process under the name of its module, ``b-0.1.0`` for ``B:0.1.0``; files and variables are called after it,
    so a number tells apart what would be one there."""
    stem = re.sub(r"[^a-z0-9._]+", "-", process.modules[0].lower()).strip("-.") or "module"
    named, count = attrs.evolve(process, name=stem), 1
    while named.variable in taken:
        count += 1
        named = attrs.evolve(process, name=f"{stem}-{count}")
    taken.add(named.variable)
    return named


def _placed(graph: Graph, processes: tuple[Process, ...]) -> Graph:
    """The graph with what of the processes concerns it."""
    called = {use.reference for use in graph.modules}
    main, *apart = processes
    own = [attrs.evolve(main, modules=tuple(reference for reference in main.modules if reference in called))]
    own += [process for process in apart if process.modules[0] in called]
    names = {reference: process.name for process in own for reference in process.modules}
    nodes = tuple(
        attrs.evolve(node, placement=names.get(node.function.module, MAIN) if node.function is not None else MAIN)
        for node in graph.nodes
    )
    return attrs.evolve(graph, nodes=nodes, processes=tuple(own))
