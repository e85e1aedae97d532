"""A DAG as the text of a Python file."""

import ast
import builtins
import keyword
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache, partial

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined

from nscompiler.backends.airflow.about import about
from nscompiler.backends.airflow.arguments import parameter_options, params
from nscompiler.backends.airflow.medium import VARIABLE
from nscompiler.backends.airflow.options import EXTERNAL, KUBERNETES, VIRTUALENV, Options
from nscompiler.backends.airflow.plan import Dag, Environment, Plan, Task
from nscompiler.backends.airflow.schedule import Schedule
from nscompiler.emit.model import Build
from nscompiler.emit.python import Code, Group, Names, call, dict_of, docstring, flat, identifier, layout, quoted


@cache
def _templates() -> Templates:
    return Templates(
        loader=PackageLoader("nscompiler.backends.airflow"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(template: str, **values: object) -> str:
    """A template with its blanks filled in."""
    return _templates().get_template(template).render(**values).rstrip("\n") + "\n"


def dag_file(dag: Dag, plan: Plan, build: Build, options: Options, requirements: Mapping[str, tuple[str, ...]]) -> str:
    """The file of one DAG. ``requirements`` are what pip installs for each environment, by its name."""
    writer = _Writer(dag, build, options)
    environments = [own for own in plan.environments if own.name in {task.environment.name for task in dag.tasks}]
    text = partial(
        fill,
        "dag.py.j2",
        about=docstring(about(dag, build, options)),
        imports=_imports(dag, options),
        kind=options.task,
        package=build.package,
        constants=list(writer.constants(environments, requirements)),
        runners=writer.runners(environments),
        cache=quoted(options.cache) if options.cache else "",
        stdin=dag.stdin,
        stdout=dag.stdout,
        letters=any(task.dead_letters for task in dag.tasks),
        head=writer.head(),
    )
    variables = _variables(dag, _names(text(tasks=["pass"], order=[])))
    tasks = [f"{variables[task.id]} = {writer.task(task, len(variables[task.id]) + 3)}" for task in dag.tasks]
    return text(tasks=tasks, order=list(_order(dag, variables)))


def _order(dag: Dag, variables: Mapping[str, str]) -> Iterator[str]:
    """``a >> b`` for each task, and ``[a, b] >> c``."""
    for task in dag.tasks:
        before = [variables[name] for name in task.after]
        if before:
            first = before[0] if len(before) == 1 else f"[{', '.join(before)}]"
            yield f"{first} >> {variables[task.id]}"


def _variables(dag: Dag, taken: Iterable[str]) -> dict[str, str]:
    """The tasks' names in the file, by their ids: none is one that the file or Python has for something else."""
    taken = {*taken, *dir(builtins), *keyword.kwlist, *keyword.softkwlist}
    names = Names(taken)
    return {task.id: names.fresh(_variable(task.id, taken), "_") for task in dag.tasks}


def _variable(id: str, taken: Container[str]) -> str:
    name = id if id.isidentifier() else identifier(id)
    return f"{name}_task" if name in taken else name


def _names(text: str) -> Iterator[str]:
    """All that a file calls by name, and what it gives a name to."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]


def _imports(dag: Dag, options: Options) -> dict[str, bool]:
    return {
        "asset": bool(dag.assets.written or dag.assets.read),
        "cron": dag.schedule is not None,
        "param": bool(dag.parameters) or dag.stdin or dag.stdout,
        "days": dag.schedule is not None and bool(dag.schedule.start or dag.schedule.end),
        "path": not options.contained,
        "limits": options.task == KUBERNETES and any(_limited(task.environment) for task in dag.tasks),
    }


def _limited(environment: Environment) -> bool:
    placement = environment.placement
    return placement is not None and (placement.memory is not None or placement.cpus is not None)


class _Writer:
    """Writes the parts of one file."""

    def __init__(self, dag: Dag, build: Build, options: Options) -> None:
        self._dag = dag
        self._package = build.package
        self._options = options

    def constants(
        self, environments: Iterable[Environment], requirements: Mapping[str, tuple[str, ...]]
    ) -> Iterator[str]:
        """What tasks have in common, a statement each."""
        options, package = self._options, self._package
        if not options.contained:
            yield _assign("FOLDER", quoted(options.folder or f"{{{{ var.value.get('{package}_folder', '.') }}}}"))
        if options.task == EXTERNAL:
            for own in environments:
                default = f"var.value.get('{package}_python', '')"
                if own.folder != package:
                    default = f"var.value.get('{own.folder}_python', {default})"
                yield _assign(_constant("PYTHON", own, package), quoted(options.python or f"{{{{ {default} }}}}"))
        if options.task == VIRTUALENV:
            for own in environments:
                lines = (_requirement(line, own.folder) for line in requirements[own.name])
                yield _assign(_constant("REQUIREMENTS", own, package), _listed(lines))
        if self._dag.staged:
            staged = options.staged or f"{{{{ var.value.get('{package}_staged', 'staged') }}}}"
            if options.contained and not options.staged:
                staged = "/data/staged"
            yield _assign("STAGED", quoted(staged + "/{{ dag.dag_id }}/{{ run_id }}"))
        for task in self._dag.tasks:
            for name, held in (("READ", task.reads), ("WRITTEN", task.writes)):
                if held:
                    yield _assign(self._ends_of(name, task), _listed(map(_asset, held)))

    def runners(self, environments: Iterable[Environment]) -> list[dict[str, str]]:
        """The functions that tasks are made of, one for each environment where that matters."""
        if self._options.contained:
            return []
        if self._options.task == EXTERNAL:
            return [{"name": "run", "requirements": ""}]
        return [
            {
                "name": "run" if own.folder == self._package else f"run_{own.folder}",
                "requirements": _constant("REQUIREMENTS", own, self._package),
            }
            for own in environments
        ]

    def head(self) -> str:
        """``with DAG(…):``."""
        dag, options = self._dag, self._options
        awaited = _listed(map(_asset, dag.assets.awaited))
        when: Code = _timetable(dag.schedule) if dag.schedule else awaited if dag.assets.awaited else "None"
        schedule = dag.schedule or Schedule(cron="")
        arguments: dict[str, Code | None] = {
            "description": quoted(_first_line(dag)),
            "doc_md": "__doc__",
            "schedule": when,
            "start_date": _day(schedule.start, schedule.timezone) if schedule.start else None,
            "end_date": _day(schedule.end, schedule.timezone, last=True) if schedule.end else None,
            "catchup": repr(schedule.catchup) if dag.schedule else None,
            "max_active_runs": repr(options.max_active_runs),
            "params": dict_of(params(dag)) if params(dag) else None,
            "default_args": dict_of(self._defaults()),
            "tags": _listed(map(quoted, dict.fromkeys(("nstack", self._package, *options.tags)))),
        }
        made = call("DAG", quoted(dag.id), **arguments)
        return "with " + layout(made, 5, 0, 1) + ":"

    def _defaults(self) -> dict[str, Code]:
        options = self._options
        unit, count = options.retry_delay
        found: dict[str, Code] = {
            "retries": repr(options.retries),
            "retry_delay": f"timedelta({unit}={count})",
        }
        if options.timeout is not None:
            found["execution_timeout"] = "timedelta({}={})".format(*options.timeout)
        for name in ("owner", "pool", "queue"):
            if getattr(options, name):
                found[name] = quoted(getattr(options, name))
        return found

    def task(self, task: Task, lead: int) -> str:
        """What makes a task, for a statement of which ``lead`` characters stand before it."""
        code = self._container(task) if self._options.contained else self._call(task)
        return layout(code, 4 + lead, 4)

    def _call(self, task: Task) -> Code:
        environment = task.environment
        placement = environment.placement
        queue = placement.runs_on if placement is not None else None
        name = "run"
        if self._options.task == VIRTUALENV and environment.folder != self._package:
            name = f"run_{environment.folder}"
        made = call(
            f"{name}.override",
            task_id=quoted(task.id),
            queue=quoted(queue) if queue else None,
            **self._ends(task),
        )
        named: dict[str, Code | None] = {
            "home": f"str(HERE / {quoted(environment.folder)})",
            "folder": "FOLDER",
        }
        if self._options.task == EXTERNAL:
            named["python"] = _constant("PYTHON", environment, self._package)
        named["variables"] = dict_of(self._variables(task))
        if self._dag.stdin:
            named["stdin"] = quoted("{{ params.stdin }}") if task.stdin else '""'
        if self._dag.stdout:
            named["stdout"] = quoted("{{ params.stdout or '' }}") if task.stdout else '""'
        if self._options.task == EXTERNAL and any(own.dead_letters for own in self._dag.tasks):
            named["dead_letters"] = quoted(task.dead_letters or "")
        options = [quoted(text) for text in self._arguments(task)]
        return call(flat(made), quoted(task.part.graph.name), *options, **named)

    def _arguments(self, task: Task) -> list[str]:
        """What stands behind the workflow's name on the command line."""
        placement = task.environment.placement
        workers = placement.replicas if placement is not None and (placement.replicas or 1) > 1 else None
        return [
            # What is tried again goes on where it failed; what is cleared starts over.
            "--run={{ run_id }}.{{ dag_run.clear_number }}",
            *([f"--workers={workers}"] if workers else []),
            *parameter_options(task, self._dag),
        ]

    def _variables(self, task: Task) -> dict[str, Code]:
        found = {name: self._variable(name) for name in task.variables}
        if self._dag.staged:
            found[VARIABLE] = "STAGED"
        return {name: found[name] for name in sorted(found)}

    def _variable(self, name: str) -> str:
        """What gives one variable of the environment its value."""
        if name in self._options.environment:
            return quoted(self._options.environment[name])
        if name in self._dag.secrets:
            return quoted(f"{{{{ conn.{name.lower()}.password }}}}")
        return quoted(f"{{{{ var.value.{name} }}}}")

    def _ends(self, task: Task) -> dict[str, Code | None]:
        """What of the task other DAGs may wait for."""
        return {
            "inlets": self._ends_of("READ", task) if task.reads else None,
            "outlets": self._ends_of("WRITTEN", task) if task.writes else None,
        }

    def _ends_of(self, name: str, task: Task) -> str:
        """The constant that lists assets: with the task's name where several have any."""
        held = [own for own in self._dag.tasks if (own.reads if name == "READ" else own.writes)]
        return name if len(held) < 2 else f"{name}_{task.id.upper()}"

    def _container(self, task: Task) -> Code:
        options, environment = self._options, task.environment
        image = options.image_of(environment.folder)
        command = ["-m", self._package, task.part.graph.name, *self._arguments(task)]
        texts = _listed(map(quoted, command))
        if options.task == KUBERNETES:
            return self._pod(task, image, texts)
        placement = environment.placement
        volume = {"type": quoted("volume"), "source": quoted(options.volume), "target": quoted("/data")}
        return call(
            "DockerOperator",
            task_id=quoted(task.id),
            image=quoted(image),
            entrypoint='["python"]',
            command=texts,
            environment=dict_of(self._variables(task)) if self._variables(task) else None,
            mounts=_listed([dict_of(volume)]) if options.volume else None,
            working_dir=quoted("/data") if options.volume else None,
            mem_limit=quoted(str(placement.memory)) if placement and placement.memory else None,
            cpus=repr(placement.cpus) if placement and placement.cpus else None,
            queue=quoted(placement.runs_on) if placement and placement.runs_on else None,
            mount_tmp_dir="False",
            auto_remove=quoted("force"),
            **self._ends(task),
        )

    def _pod(self, task: Task, image: str, command: Code) -> Code:
        options, placement = self._options, task.environment.placement
        limits: dict[str, Code] = {}
        if placement is not None and placement.memory is not None:
            limits["memory"] = quoted(str(placement.memory))
        if placement is not None and placement.cpus is not None:
            limits["cpu"] = quoted(f"{placement.cpus:g}")
        claim: dict[str, Code] = {"claimName": quoted(options.volume)}
        volume: dict[str, Code] = {"name": quoted("work"), "persistentVolumeClaim": dict_of(claim)}
        mount: dict[str, Code] = {"name": quoted("work"), "mountPath": quoted("/data")}
        return call(
            "KubernetesPodOperator",
            task_id=quoted(task.id),
            name=quoted(f"{self._dag.id}-{task.id}".replace("_", "-").lower()),
            namespace=quoted(options.namespace) if options.namespace else None,
            image=quoted(image),
            cmds='["python"]',
            arguments=command,
            env_vars=dict_of(self._variables(task)) if self._variables(task) else None,
            volumes=_listed([dict_of(volume)]) if options.volume else None,
            volume_mounts=_listed([dict_of(mount)]) if options.volume else None,
            container_resources=call("V1ResourceRequirements", limits=dict_of(limits)) if limits else None,
            node_selector=dict_of({"nstack": quoted(placement.runs_on)}) if placement and placement.runs_on else None,
            on_finish_action=quoted("delete_pod"),
            **self._ends(task),
        )


def _listed(parts: Iterable[Code]) -> Code:
    return Group("[", tuple(("", part) for part in parts), "]")


def _assign(name: str, code: Code) -> str:
    return f"{name} = {layout(code, len(name) + 3)}"


def _constant(name: str, environment: Environment, package: str) -> str:
    return name if environment.folder == package else f"{name}_{environment.folder.upper()}"


def _requirement(line: str, folder: str) -> str:
    """A line of requirements; a wheel that lies beside the file by its address."""
    if not line.startswith("./"):
        return quoted(line)
    path, bracket, extras = line.removeprefix("./").partition("[")
    return f"f\"nstack-runtime{bracket}{extras} @ {{(HERE / '{folder}/{path}').as_uri()}}\""


def _asset(name: str) -> str:
    return f"Asset({quoted(name)})"


def _timetable(schedule: Schedule) -> Code:
    return call("CronTriggerTimetable", quoted(schedule.cron), timezone=quoted(schedule.timezone))


def _day(day: tuple[int, int, int], timezone: str, last: bool = False) -> str:
    zone = f"ZoneInfo({quoted(timezone)})"
    time = ", 23, 59, 59" if last else ""
    return f"datetime({', '.join(map(str, day))}{time}, tzinfo={zone})"


def _first_line(dag: Dag) -> str:
    doc = (dag.given.doc or "").strip().partition("\n")[0]
    return doc or f"The workflow {dag.given.name} of {dag.given.module}"
