"""From the graphs of a build to DAGs: what becomes a task, in which environment it runs, and what it is given.

An environment is what a Python is installed for: the modules that a project places together, or all that it says
nothing of. It has a folder of its own with a package, in which each task that runs there is a workflow.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

import attrs

from nscompiler.backends.airflow.medium import VARIABLE, Staged
from nscompiler.backends.airflow.options import Options
from nscompiler.backends.airflow.order import kept_in_order
from nscompiler.backends.airflow.schedule import Schedule, is_schedule, schedule
from nscompiler.emit.assets import Assets, assets, names
from nscompiler.emit.model import Build
from nscompiler.emit.python import Names, identifier
from nscompiler.flow.cut import Part, cut, stages
from nscompiler.flow.model import MAIN, Graph, Node, Parameter, Placement, Process

APPENDING = ("jsonl", "csv")
"""Sinks that go on with a file."""


@attrs.frozen(slots=True, kw_only=True)
class Environment:
    """One environment: ``folder`` is where its files lie, ``modules`` the references of the modules in it."""

    name: str
    folder: str
    modules: tuple[str, ...] = ()
    placement: Placement | None = None


@attrs.frozen(slots=True, kw_only=True)
class Task:
    """One task: the part of a workflow that it runs, and the names of the tasks before it. ``parameters`` are those
    that ``-p`` sets, ``variables`` those of the process's environment that the part reads."""

    id: str
    part: Part
    environment: Environment
    after: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    dead_letters: str | None = None
    stdin: bool = False
    stdout: bool = False
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Dag:
    """One workflow. ``given`` is its graph as it came, for what is told of it."""

    id: str
    given: Graph
    schedule: Schedule | None
    tasks: tuple[Task, ...]
    parameters: tuple[Parameter, ...]
    secrets: frozenset[str]
    assets: Assets

    @property
    def staged(self) -> bool:
        """Whether values go from one task to another."""
        return len(self.tasks) > 1

    @property
    def stdin(self) -> bool:
        """Whether a task reads standard input."""
        return any(task.stdin for task in self.tasks)

    @property
    def stdout(self) -> bool:
        """Whether a task writes standard output."""
        return any(task.stdout for task in self.tasks)


@attrs.frozen(slots=True, kw_only=True)
class Plan:
    """What a build becomes."""

    dags: tuple[Dag, ...]
    environments: tuple[Environment, ...]


_SECRET = re.compile("password|secret|token", re.IGNORECASE)


def parts_of(graph: Graph, build: Build, options: Options) -> tuple[Part, ...]:
    """The parts of a workflow, one a task."""
    graph = once(graph)
    places = places_of(graph, build, options)

    def home(node: Node) -> str | None:
        return places[node.function.module] if node.function is not None and is_users(node) else None

    if len(set(places.values())) < 2:
        return (Part(name=graph.name, graph=graph, nodes=tuple(node.id for node in graph.nodes)),)
    return cut(graph, stages(graph, home, kept_in_order(graph)), Staged())


def is_users(node: Node) -> bool:
    """Whether a node calls a function of a Python module."""
    return node.function is not None and not node.function.standard


def places_of(graph: Graph, build: Build, options: Options) -> dict[str, str]:
    """What each module of a graph shares a task with."""
    apart = {module: process.name for process in graph.processes for module in process.modules}
    placed = {module: placement.name for placement in build.placements for module in placement.modules}
    unplaced = (lambda own: own) if options.split == "module" else (lambda own: apart.get(own, MAIN))
    return {use.reference: placed.get(use.reference) or unplaced(use.reference) for use in graph.modules}


def once(graph: Graph) -> Graph:
    """A workflow as one run of Airflow has it: a schedule sends one event, and what fails fails the run."""
    scheduled = any(map(is_schedule, graph.nodes))
    if not scheduled:
        return graph
    return attrs.evolve(graph, bounded=True, nodes=tuple(map(_once, graph.nodes)))


def _once(node: Node) -> Node:
    if is_schedule(node):
        return attrs.evolve(node, kind="literal", function=None, parameters=(), values=(None,))
    policy = node.policy
    if all(name != "on_error" for name, _ in policy.fixed):
        policy = attrs.evolve(policy, on_error="stop")
    parameters = node.parameters
    if node.kind == "sink" and node.function is not None and node.function.name in APPENDING:
        parameters = tuple(map(_appending, parameters))
    return attrs.evolve(node, policy=policy, parameters=parameters)


def _appending(own: Parameter) -> Parameter:
    """A run adds to what the runs before it have written, as the ticks of one long run do."""
    return own if own.name != "mode" or own.fixed else attrs.evolve(own, value="append")


def plan(build: Build, options: Options) -> Plan:
    """What a build becomes; nothing in it is unsupported."""
    cuts = {graph.name: parts_of(graph, build, options) for graph in build.graphs}
    environments = _environments(cuts.values(), build, options)
    linked = assets(build.graphs, build.package)
    dags = tuple(
        _dag(
            graph,
            _id(build.package, graph.name),
            cuts[graph.name],
            environments,
            linked,
            build.package,
            options,
        )
        for graph in build.graphs
    )
    used = {task.environment.name for dag in dags for task in dag.tasks}
    return Plan(dags=dags, environments=tuple(own for own in environments if own.name in used))


def _id(package: str, name: str) -> str:
    """What a DAG is called. Its runs are kept under it, so it is the same whatever else is built: a name that cannot
    stay as it is gets a hash, behind a ``-``, which no name has."""
    if name == MAIN:
        return package
    if _PLAIN.fullmatch(name):
        return f"{package}_{name}"
    return f"{package}_{_readable(name)}-{sha256(name.encode()).hexdigest()[:8]}"


_PLAIN = re.compile(r"\w+", re.ASCII)


def _readable(name: str) -> str:
    return identifier(name).rstrip("_") or "workflow"


def _environments(cuts: Iterable[tuple[Part, ...]], build: Build, options: Options) -> tuple[Environment, ...]:
    """The environments of all parts, that of what is placed nowhere first."""
    folders = Names()
    placements = {placement.name: placement for placement in build.placements}
    found: dict[str, Environment] = {
        MAIN: Environment(name=MAIN, folder=folders.fresh(build.package)),
    }
    for parts in cuts:
        for part in parts:
            name = environment_name(part, build, options)
            modules = {use.reference for use in part.graph.modules}
            known = found.get(name) or Environment(
                name=name,
                folder=folders.fresh(f"{build.package}_{identifier(_stem(name))}", "_"),
                placement=placements.get(name),
            )
            found[name] = attrs.evolve(known, modules=tuple(sorted(modules.union(known.modules))))
    return tuple(found.values())


def _stem(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower().partition(":")[0]).strip("_") or "tasks"


def environment_name(part: Part, build: Build, options: Options) -> str:
    """The environment in which a part runs."""
    places = places_of(part.graph, build, options)
    return min(places.values()) if places else MAIN


def _dag(
    graph: Graph,
    id: str,
    parts: tuple[Part, ...],
    environments: Iterable[Environment],
    linked: Mapping[str, Assets],
    package: str,
    options: Options,
) -> Dag:
    ticks = [node for node in graph.nodes if is_schedule(node)]
    homes = {module: own for own in environments for module in own.modules}
    main = next(iter(environments))
    tasks = tuple(_task(graph, part, parts, homes, main) for part in parts)
    tasks = tuple(_with_assets(task, linked[graph.name], package) for task in tasks)
    parameters: dict[str, Parameter] = {}
    for node in graph.nodes:
        for own in settable(node):
            parameters.setdefault(own.name, own)
    return Dag(
        id=id,
        given=graph,
        schedule=schedule(ticks[0], options) if ticks else _chosen(options),
        tasks=tasks,
        parameters=tuple(parameters[name] for name in sorted(parameters)),
        secrets=frozenset(_secrets(graph)),
        assets=linked[graph.name],
    )


def _with_assets(task: Task, known: Assets, package: str) -> Task:
    """The task with those of the workflow's assets that it reads and writes itself."""
    found = {
        kind: {name for node in task.part.graph.nodes if node.kind == kind for name in names(node, package)}
        for kind in ("source", "sink")
    }
    return attrs.evolve(
        task,
        reads=tuple(name for name in known.read if name in found["source"]),
        writes=tuple(name for name in known.written if name in found["sink"]),
    )


def _chosen(options: Options) -> Schedule | None:
    if not options.schedule:
        return None
    return Schedule(cron=options.schedule, timezone=options.timezone, start=options.start_date)


def settable(node: Node) -> tuple[Parameter, ...]:
    """The parameters of a user's function that may be chosen for a run."""
    if node.function is None or node.function.standard:
        return ()
    return tuple(own for own in node.parameters if not own.fixed and not own.open and own.environment is None)


def _secrets(graph: Graph) -> Iterable[str]:
    """The variables of which a parameter that must not be shown is made."""
    for node in graph.nodes:
        for own in node.parameters:
            if own.environment is not None and (_SECRET.search(own.name) or _SECRET.search(own.environment)):
                yield own.environment


def _task(
    graph: Graph, part: Part, parts: tuple[Part, ...], homes: Mapping[str, Environment], main: Environment
) -> Task:
    own = _alone(part.graph)
    nodes = own.nodes
    before = {crossing.writer for crossing in part.reads}
    letters = next((node.policy for node in nodes if node.policy.on_error == "dead_letter"), None)
    return Task(
        id=part.name if len(parts) > 1 else _readable(graph.name),
        part=attrs.evolve(part, graph=own),
        environment=next((homes[use.reference] for use in own.modules), main),
        after=tuple(other.name for other in parts if other.name in before),
        parameters=tuple(sorted({each.name for node in nodes for each in settable(node)})),
        variables=tuple(sorted(set(variables(nodes)) - {VARIABLE})),
        dead_letters=None if letters is None else letters.dead_letter or f"dead-letters/{own.name}.jsonl",
        stdin=any(reads_stdin(node) for node in nodes),
        stdout=any(writes_stdout(node) for node in nodes),
    )


def _alone(graph: Graph) -> Graph:
    """A part in an environment of its own: all its modules are in the process of the workflow."""
    main = Process(name=MAIN, modules=tuple(use.reference for use in graph.modules))
    nodes = tuple(attrs.evolve(node, placement=MAIN) for node in graph.nodes)
    return attrs.evolve(graph, processes=(main,), nodes=nodes)


def variables(nodes: Iterable[Node]) -> Iterable[str]:
    """The variables of the environment that nodes read, in parameters or literals."""
    for node in nodes:
        yield from (own.environment for own in node.parameters if own.environment is not None)
        yield from _in_literal(node.values)


def _in_literal(held: object) -> Iterable[str]:
    if isinstance(held, dict):
        name = held.get("$env")
        if isinstance(name, str) and len(held) == 1:
            yield name
            return
        held = tuple(held.values())
    if isinstance(held, list | tuple):
        for item in held:
            yield from _in_literal(item)


def reads_stdin(node: Node) -> bool:
    """Whether a source reads standard input."""
    return node.kind == "source" and _standard(node, "stdin")


def writes_stdout(node: Node) -> bool:
    """Whether a sink writes standard output."""
    return node.kind == "sink" and _standard(node, "stdout")


def _standard(node: Node, name: str) -> bool:
    """A standard end of this name, or a file called ``-``."""
    function = node.function
    if function is None or not function.standard:
        return False
    dash = any(own.name == "path" and own.value in ("-", f"/dev/{name}") for own in node.parameters)
    return function.name == name or dash
