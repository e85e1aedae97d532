"""From what a command was given to a workflow, and from that to what a target emits."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.environment import search_folders
from nscompiler.cli.failure import Failure
from nscompiler.cli.report import report_problems
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.files import DiskFiles, Files
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import named_functions, workflows

if TYPE_CHECKING:
    from nscompiler.backends.base import Emitted, Wheel
    from nscompiler.flow.model import Graph
    from nscompiler.types.interface import FunctionInterface

Found = tuple[str, "FunctionInterface"]


def compiled(path: str, search: Sequence[str], files: Files | None = None, *, stays_here: bool = False) -> Compilation:
    """The compilation of a path, free of errors: where there are some, they are shown and the command ends.

    ``stays_here`` if its flow graphs are for whoever gave the command, who can open the places that they name.
    """
    compilation = Compilation(files or DiskFiles(), (path,), search_folders(search), stays_here=stays_here)
    refuse(compilation, compilation.problems)
    return compilation


def compiled_in_part(path: str, search: Sequence[str]) -> Compilation:
    """The compilation of a path, to ask of what is free of errors in it: the errors are shown."""
    compilation = Compilation(DiskFiles(), (path,), search_folders(search), stays_here=True)
    errors = [problem for problem in compilation.problems if problem.is_error]
    if errors:
        report_problems(compilation, errors, sys.stderr)
    return compilation


def refuse(compilation: Compilation, problems: Sequence[Diagnostic]) -> None:
    """Show problems on standard error and end the command, if one of them is an error."""
    if any(problem.is_error for problem in problems):
        report_problems(compilation, problems, sys.stderr)
        raise click.exceptions.Exit(exits.FAILED)


def startable(compilation: Compilation) -> list[Found]:
    """Every workflow of the files asked for, with the path of its file."""
    return [(own.module.source.path, workflow) for own in compilation.selected for workflow in workflows(own)]


def names(compilation: Compilation) -> frozenset[str]:
    """All that the workflows of the files asked for may be called on a command line."""
    return frozenset(name for found in startable(compilation) for name in _names(found))


def to_build(compilation: Compilation, path: str, names: Sequence[str] = ()) -> dict[str, list[Found]]:
    """The workflows that a build builds, by file: those of some names, or without names of a project those of the
    modules that it lists, else all. Ends the command where there is none of a name, or several."""
    listed = {file for project in compilation.discovery.projects.values() for file in project.module_files()}
    wanted = [chosen(compilation, path, name) for name in dict.fromkeys(names)]
    by_file: dict[str, list[Found]] = {}
    for found in startable(compilation):
        if found in wanted or (not names and (not listed or found[0] in listed)):
            by_file.setdefault(found[0], []).append(found)
    return by_file


def chosen(compilation: Compilation, path: str, name: str | None) -> Found:
    """The workflow that a command means: the one of that name, or without a name the only one.

    Ends the command where there is none, or several.
    """
    found = startable(compilation)
    if name is None:
        if not found:
            raise _nothing(compilation, path)
        if len(found) > 1:
            raise Failure(f"{path} has {len(found)} workflows; say which one", *_listed(found))
        return found[0]
    named = [own for own in found if name in _names(own)]
    if len(named) > 1:
        raise Failure(f"{path} has {len(named)} workflows called {name}; name the module too", *_listed(named))
    return named[0] if named else _explained(compilation, path, name, found)


def function_called(compilation: Compilation, path: str, name: str) -> Found:
    """The function or def of a name in the files asked for. Ends the command where there is none, or several."""
    every = [
        (own.module.source.path, function) for own in compilation.selected for function in named_functions(own).values()
    ]
    named = [own for own in every if name in _names(own)]
    if len(named) > 1:
        raise Failure(f"{path} has {len(named)} functions called {name}; name the module too", *_listed(named))
    if not named:
        offer = did_you_mean(near(name, [function.name for _, function in every]))
        raise Failure(f"{path} has no function called {name}", *((offer,) if offer else ()))
    return named[0]


def _nothing(compilation: Compilation, path: str) -> Exception:
    for own in compilation.selected:
        if own.main is not None:
            refuse(compilation, (compilation.not_a_workflow(own.module.source.path, own.main),))
    return Failure(f"{path} has no workflow", "a workflow is a def from a source to a sink, `Void -> Void`")


def _explained(compilation: Compilation, path: str, name: str, found: Sequence[Found]) -> Found:
    """End the command with the reason why there is no workflow of a name."""
    for own in compilation.selected:
        for function in named_functions(own).values():
            if name in _names((own.module.source.path, function)):
                refuse(compilation, (compilation.not_a_workflow(own.module.source.path, function),))
    offer = did_you_mean(near(name, [workflow.name for _, workflow in found]))
    raise Failure(f"{path} has no workflow called {name}", *((offer,) if offer else _listed(found)))


def _names(found: Found) -> tuple[str, ...]:
    """What a function may be called on a command line: ``w``, ``Demo.w``, ``Demo:0.1.0.w``."""
    module, name = found[1].module, found[1].name
    return name, f"{module.rpartition(':')[0] or module}.{name}", f"{module}.{name}"


def _listed(found: Sequence[Found]) -> list[str]:
    width = max((len(_names(own)[1]) for own in found), default=0)
    return [f"{_names(own)[1]:{width}}  {own[0]}" for own in found]


def lowered(compilation: Compilation, found: Sequence[Found], *, runs: bool = True) -> "list[Graph]":
    """The flow graphs of workflows; problems end the command. Those that will not run need no Python code."""
    results = [compilation.lower(path, workflow, runs=runs) for path, workflow in found]
    refuse(compilation, [problem for _, problems in results for problem in problems])
    return [graph for graph, _ in results if graph is not None]


def lowered_as_far_as_possible(
    compilation: Compilation, found: Sequence[Found]
) -> "tuple[list[Graph], list[FunctionInterface]]":
    """The flow graphs, to answer questions by, of those workflows that can be laid out, and the other workflows: what
    stands in their way goes to standard error, unless it was shown before."""
    results = [
        compilation.lower(path, workflow, runs=False) if compilation.is_sound(path) else (None, ())
        for path, workflow in found
    ]
    problems = [problem for graph, problems in results for problem in problems if graph is None]
    if problems:
        report_problems(compilation, problems, sys.stderr)
    others = [workflow for (_, workflow), (graph, _) in zip(found, results, strict=True) if graph is None]
    return [graph for graph, _ in results if graph is not None], others


def emitted(
    compilation: Compilation,
    path: str,
    graphs: "Sequence[Graph]",
    target: str = "local",
    *,
    default: str | None = None,
    runtime: "Wheel | None" = None,
    settings: Mapping[str, str] | None = None,
    command: str = "",
    lenient: bool = False,
) -> "Emitted | None":
    """What a target emits for workflows of one file. Problems end the command; with ``lenient`` they are shown, and the
    answer is None."""
    result, problems = compilation.build(
        path, graphs, target, default=default, runtime=runtime, settings=settings, command=command
    )
    if result is None and lenient:
        report_problems(compilation, problems, sys.stderr)
        click.echo(f"{path} is not built for {target}", err=True)
        return None
    refuse(compilation, problems)
    return result


def root_of(compilation: Compilation) -> str:
    """The root of the project that was compiled."""
    given = compilation.discovery.given
    return os.path.abspath(given[0].root if given else ".")
