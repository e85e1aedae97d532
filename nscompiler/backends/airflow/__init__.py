"""The Airflow backend: a DAG for each workflow, in plain ``airflow.sdk``, and beside it what the tasks run.

``NAME.py`` is the DAG. It imports nothing of ours: a task starts ``python -m PACKAGE PART`` in an interpreter, an
environment, a container or a pod. Each environment is a folder with a package, its requirements and the run time's
wheel. What a workflow says that a DAG cannot keep is told beforehand (``lacks``).
"""

from collections.abc import Iterator

import attrs

from nscompiler.backends.airflow.lacks import lacks
from nscompiler.backends.airflow.options import SETTINGS, Options, faults, options
from nscompiler.backends.airflow.plan import Environment, Plan, plan
from nscompiler.backends.airflow.render import dag_file, fill
from nscompiler.backends.base import Build, Copy, Emitted, LineOrigin, Unsupported
from nscompiler.emit import emit_package

__all__ = ["BACKEND", "AirflowBackend"]


class AirflowBackend:
    """``--target airflow``."""

    name = "airflow"
    about = "DAGs for Airflow 3, each beside the package that its tasks run"
    runs = True
    settings = SETTINGS

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """Settings that cannot be read, and what of the workflows cannot run."""
        wrong = [
            Unsupported(title=title, remedy=remedy, origin=build.graphs[0].origin)
            for title, remedy in faults(build.settings)
        ]
        return tuple(wrong) or tuple(lacks(build, options(build.settings)))

    def emit(self, build: Build) -> Emitted:
        """The DAGs, and a folder for each environment."""
        chosen = options(build.settings)
        made = plan(build, chosen)
        packages = {own.name: _package(own, made, build, chosen) for own in made.environments}
        requirements = {name: _requirements(emitted) for name, emitted in packages.items()}
        files: dict[str, str | bytes] = {
            f"{dag.id}.py": dag_file(dag, made, build, chosen, requirements) for dag in made.dags
        }
        files[".airflowignore"] = "".join(f"{own.folder}/\n" for own in made.environments)
        copies: list[Copy] = []
        origins: list[LineOrigin] = []
        for own in made.environments:
            emitted = packages[own.name]
            files.update((f"{own.folder}/{path}", content) for path, content in emitted.files)
            copies += [attrs.evolve(copy, path=f"{own.folder}/{copy.path}") for copy in emitted.copies]
            origins += [attrs.evolve(line, path=f"{own.folder}/{line.path}") for line in emitted.origins]
            if chosen.contained:
                files[f"{own.folder}/Dockerfile"] = _dockerfile(own, build, chosen)
        default = next((dag.id for dag in made.dags if dag.given.name == build.default), made.dags[0].id)
        return Emitted(
            files=tuple(sorted(files.items())),
            copies=tuple(copies),
            origins=tuple(origins),
            start=("airflow", "dags", "test", default),
        )


def _package(environment: Environment, made: Plan, build: Build, chosen: Options) -> Emitted:
    """The package of one environment: a workflow for each task that runs there."""
    graphs = tuple(
        task.part.graph for dag in made.dags for task in dag.tasks if task.environment.name == environment.name
    )
    default = graphs[0].name if len(graphs) == 1 else None
    emitted = emit_package(attrs.evolve(build, graphs=graphs, default=default))
    staged = any(dag.staged for dag in made.dags)
    return _with_store(emitted, build) if staged and chosen.may_be_stored else emitted


def _with_store(emitted: Emitted, build: Build) -> Emitted:
    """The package with what reaches a store of objects among its requirements."""
    if build.runtime is None or "s3" not in build.runtime.extras:
        return emitted
    wheel = f"./runtime/{build.runtime.name}"

    def extended(text: str | bytes) -> str:
        first, _, rest = str(text).partition("\n")
        extras = {*filter(None, first.removeprefix(wheel).strip("[]").split(",")), "s3"}
        return f"{wheel}[{','.join(sorted(extras))}]\n{rest}"

    files = ((path, extended(text) if path == "requirements.txt" else text) for path, text in emitted.files)
    return attrs.evolve(emitted, files=tuple(files))


def _requirements(emitted: Emitted) -> tuple[str, ...]:
    text = dict(emitted.files)["requirements.txt"]
    assert isinstance(text, str)
    return tuple(text.split("\n")[:-1])


def _dockerfile(environment: Environment, build: Build, chosen: Options) -> str:
    uses = [use for graph in build.graphs for use in graph.modules if use.reference in environment.modules]
    return fill(
        "Dockerfile.j2",
        package=build.package,
        folder=environment.folder,
        image=chosen.image_of(environment.folder),
        packages=sorted({name for use in uses for name in use.packages}),
        commands=list(_once(command for use in uses for command in use.commands)),
    )


def _once(texts: Iterator[str]) -> Iterator[str]:
    return iter(dict.fromkeys(texts))


BACKEND = AirflowBackend()
