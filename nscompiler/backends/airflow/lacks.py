"""What Airflow cannot run, told at the line where it stands, with what to do instead."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import attrs

from nscompiler.backends.airflow.options import Options
from nscompiler.backends.airflow.order import kept_in_order
from nscompiler.backends.airflow.plan import (
    environment_name,
    is_users,
    parts_of,
    places_of,
    reads_stdin,
    settable,
    variables,
    writes_stdout,
)
from nscompiler.backends.airflow.schedule import is_schedule
from nscompiler.backends.airflow.schedule import lacks as lacks_of_schedule
from nscompiler.backends.base import Unsupported
from nscompiler.emit.describe import label
from nscompiler.emit.model import Build
from nscompiler.flow.cut import Part
from nscompiler.flow.model import Graph, Node


def lacks(build: Build, options: Options) -> Iterator[Unsupported]:
    """Of all workflows of a build."""
    read = {name for graph in build.graphs for name in variables(graph.nodes)}
    for name in sorted(set(options.environment) - read):
        yield Unsupported(
            title=_cut(f"--set environment: nothing in {build.module} reads ${name}"),
            remedy=f"it reads {', '.join(f'${own}' for own in sorted(read)) or 'no variable'}",
            origin=build.graphs[0].origin,
        )
    for graph in build.graphs:
        found = [*_sources(graph, options), *_ends(graph, options)] or [*_parts(graph, build, options)]
        yield from (attrs.evolve(lack, title=_cut(lack.title)) for lack in found)


def _cut(title: str) -> str:
    return title if len(title) <= 80 else title[:79].rstrip() + "…"


def _sources(graph: Graph, options: Options) -> Iterator[Unsupported]:
    ticks = [node for node in graph.nodes if is_schedule(node)]
    others = [node for node in graph.nodes if node.kind in ("source", "literal") and not is_schedule(node)]
    for node in others:
        if node.function is not None and node.function.bounded is False and graph.limit is None:
            yield _endless(node)
    for node in ticks:
        yield from lacks_of_schedule(node, options)
    for node in ticks[1:]:
        yield Unsupported(
            title=f"a DAG has one schedule, and `{graph.name}` has a second one here",
            remedy="make a workflow for each Sources.schedule; what both do is a def that both use",
            origin=node.origin,
        )
    if ticks and others:
        yield Unsupported(
            title=f"beside a schedule, `{label(others[0])}` would be read again in each run",
            remedy="make a workflow of its own of it, or read it in a function behind Sources.schedule",
            origin=others[0].origin,
        )


def _endless(node: Node) -> Unsupported:
    function = node.function
    assert function is not None
    own = "" if function.standard else ", write @bounded before the fun if it does end"
    return Unsupported(
        title=f"`{label(node)}` never ends: Airflow runs bounded workflows",
        remedy=f"use Sources.schedule or a bounded source{own}, or build with --target compose",
        origin=node.origin,
    )


def _ends(graph: Graph, options: Options) -> Iterator[Unsupported]:
    taken = {own.name for node in graph.nodes for own in settable(node)}
    for node in graph.nodes:
        name = "stdin" if reads_stdin(node) else "stdout" if writes_stdout(node) else ""
        if name in taken and not options.contained:
            yield Unsupported(
                title=f"a function's parameter has the name of the standard one, {name}",
                remedy="give the function's parameter another name, or use a file",
                origin=node.origin,
            )
    scheduled = bool(options.schedule) or any(map(is_schedule, graph.nodes))
    for node in graph.nodes:
        if scheduled and not options.contained and reads_stdin(node):
            yield Unsupported(
                title="a run on a schedule has nobody to say what its standard input is",
                remedy="read a file, as Sources.jsonl does, or build without --set schedule",
                origin=node.origin,
            )
        if options.contained and reads_stdin(node):
            yield Unsupported(
                title="a container of Airflow's has no standard input",
                remedy="read a file, as Sources.jsonl does, or build with --set task=external_python",
                origin=node.origin,
            )


def _parts(graph: Graph, build: Build, options: Options) -> Iterator[Unsupported]:
    parts = parts_of(graph, build, options)
    if len(parts) == 1:
        yield from _conflicts(parts[0], graph, build, options)
        yield from _replicas(parts[0], build, options)
        return
    yield from _torn(graph, build, options)
    yield from _shared(parts)
    for part in parts:
        yield from _conflicts(part, graph, build, options)
        yield from _replicas(part, build, options)
    yield from _output(parts)
    places = {environment_name(part, build, options) for part in parts}
    if options.contained and len(places) > 1 and "{name}" not in options.image:
        yield Unsupported(
            title=f"`{graph.name}` needs {len(places)} images, and --set image={options.image} is one",
            remedy="build with --set image={name}:TAG, in which {name} is the folder of each",
            origin=graph.origin,
        )
    if options.contained and not options.volume and not options.staged.startswith("s3://"):
        yield Unsupported(
            title=f"`{graph.name}` becomes {len(parts)} tasks, and their containers share no folder",
            remedy="build with --set staged=s3://BUCKET/PREFIX, or with --set volume=NAME",
            origin=graph.origin,
        )


def _torn(graph: Graph, build: Build, options: Options) -> Iterator[Unsupported]:
    """Branches that meet again in order, with modules that are placed apart."""
    homes = places_of(graph, build, options)
    for called in _ordered(graph):
        modules = {node.function.module for node in called if node.function is not None}
        if len({homes[module] for module in modules}) > 1:
            why = next(_excluding(modules, graph), None)
            reason = f": {why}" if why else ""
            yield Unsupported(
                title="branches that meet again in order cannot be in several tasks",
                remedy=f"{'' if why else 'place their modules together, or '}{_ANY_ORDER}{reason}",
                origin=called[-1].origin,
            )


_ANY_ORDER = "let them meet in any order with { ordered = false }"


def _ordered(graph: Graph) -> Iterator[list[Node]]:
    """The calls of users' modules in each group of nodes that has to be in one task."""
    nodes = {node.id: node for node in graph.nodes}
    for group in kept_in_order(graph):
        yield [nodes[id] for id in sorted(group) if is_users(nodes[id])]


def _excluding(modules: Collection[str], graph: Graph) -> Iterator[str]:
    """What those of some modules require that exclude each other."""
    for process in graph.processes:
        why = process.exclusion
        if why is not None and {*modules}.issuperset((*process.modules, why.other)):
            yield f"{process.modules[0]} requires {why.required}, and {why.other} {why.other_required}"


def _shared(parts: tuple[Part, ...]) -> Iterator[Unsupported]:
    """Modules that would have an instance in each of several tasks, where one might know what another has seen."""
    found: dict[str, dict[str, Node]] = defaultdict(dict)
    for part in parts:
        for node in part.graph.nodes:
            function = node.function
            if function is not None and not function.standard and not function.stateless:
                found[function.module].setdefault(part.name, node)
    for module, uses in found.items():
        if len(uses) > 1:
            first, second = list(uses.values())[:2]
            assert first.function is not None
            assert second.function is not None
            yield Unsupported(
                title=f"{first.function.name} and {second.function.name} of {module} share what it keeps, in two tasks",
                remedy="place it with what is called between them, or write @stateless before what keeps nothing",
                origin=second.origin,
            )


def _conflicts(part: Part, graph: Graph, build: Build, options: Options) -> Iterator[Unsupported]:
    """Modules that are placed together and exclude each other. Those that are placed apart, and in one part as its
    branches meet in order, are told of with these."""
    homes = places_of(graph, build, options)
    own = {use.reference for use in part.graph.modules}
    ordered = [{node.function.module for node in called if node.function is not None} for called in _ordered(graph)]
    for place in sorted({homes[module] for module in own}):
        together = {module for module in own if homes[module] == place}
        for why in _excluding(together, graph):
            meet = any(why in _excluding(group & together, graph) for group in ordered)
            so = f", and {_ANY_ORDER}" if meet else ": a task has one environment"
            yield Unsupported(
                title=why,
                remedy=f"place them apart{so}",
                origin=graph.origin,
            )


def _replicas(part: Part, build: Build, options: Options) -> Iterator[Unsupported]:
    name = environment_name(part, build, options)
    placement = next((own for own in build.placements if own.name == name), None)
    if placement is None or (placement.replicas or 1) < 2:
        return
    for node in part.graph.nodes:
        function = node.function
        if function is not None and not function.standard and not (function.stateless or function.coroutine):
            yield Unsupported(
                title=f"{placement.name} has {placement.replicas} replicas, and {label(node)} may keep something",
                remedy="write @stateless before the fun if it keeps nothing, or leave replicas out",
                origin=node.origin,
            )
            return


def _output(parts: tuple[Part, ...]) -> Iterator[Unsupported]:
    ends = [(part.name, node) for part in parts for node in part.graph.nodes if writes_stdout(node)]
    if len({name for name, _ in ends}) > 1:
        yield Unsupported(
            title="two tasks would write to one standard output",
            remedy="write to files, as Sinks.jsonl does, or place the modules before them together",
            origin=ends[-1][1].origin,
        )
