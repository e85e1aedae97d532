"""The targets of a build as commands speak of them: found by name, their settings read and held to what they take."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from nscompiler.cli.failure import Failure
from nscompiler.diagnostics.suggest import did_you_mean, near

if TYPE_CHECKING:
    from nscompiler.backends.base import Backend, Setting
    from nscompiler.flow.model import Graph
    from nscompiler.flow.outside import Wrong
    from nscompiler.pipeline.compilation import Compilation

ALL = "all"
"""What stands for every target whose output runs."""


def found(name: str) -> "Backend":
    """The target of a name. Raises a usage error where there is none, Failure where a foreign one cannot be loaded."""
    from nscompiler import backends

    try:
        backend = backends.find(name)
    except Exception as error:  # a foreign wheel fails in its own ways, and what it does is no fault of this compiler
        reason = f"{type(error).__name__}: {error}"
        raise Failure(f"the target {name} cannot be loaded: {reason}", "the wheel that brings it is broken") from error
    if backend is None:
        names = backends.names()
        offer = did_you_mean(near(name, names))
        known = f"there are {', '.join(names)}, and `{ALL}`"
        raise click.BadParameter(f"there is no target {name}{f'; {offer}' if offer else ''}; {known}")
    return backend


def wanted(name: str) -> Iterator["Backend"]:
    """The target of a name, or for ``all`` each one whose output runs."""
    from nscompiler import backends

    if name != ALL:
        yield found(name)
        return
    for each in backends.names():
        backend = found(each)
        if backend.runs:
            yield backend


def is_project(compilation: "Compilation") -> bool:
    """Whether a whole project was given."""
    from nscompiler.modules.discovery import PathKind

    return any(given.kind is PathKind.PROJECT for given in compilation.discovery.given)


def elsewhere(compilation: "Compilation", path: str, graph: "Graph") -> list[str]:
    """What targets other than ``local`` would not run of a workflow, a line for each that refuses it; one that cannot
    be loaded says nothing here."""
    from nscompiler import backends

    lines = []
    for name in backends.names():
        try:
            backend = found(name)
        except Failure:
            continue
        if name == "local" or not backend.runs:
            continue
        lacks = compilation.unsupported(path, (graph,), name)
        if lacks:
            more = f", and {len(lacks) - 1} more" if len(lacks) > 1 else ""
            line = compilation.sources[lacks[0].primary.span.path].lines.position(lacks[0].primary.span.start).line
            place = f"{lacks[0].primary.span.path}:{line}"
            lines.append(f"{name} would not run it: {lacks[0].title}  [at={place}{more}]")
    return lines


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` by name. Raises a usage error for what has no value, and for a name that is given twice."""
    found: dict[str, str] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals:
            raise click.BadParameter(f"`{option} {entry}` has no value; write `{option} {entry}=VALUE`")
        if name in found:
            raise click.BadParameter(f"{option} {name} is given twice: {found[name]} and {value}")
        found[name] = value
    return found


def settings(given: Mapping[str, str], targets: "Sequence[Backend]") -> tuple[dict[str, str], dict[str, str]]:
    """What ``--set`` chose: the settings of the targets, by name, and the rest, which are parameters of workflows.

    Raises a usage error for a value that a setting does not take.
    """
    known = {setting.name: setting for target in targets for setting in target.settings}
    chosen = {name: value for name, value in given.items() if name in known}
    for name, value in chosen.items():
        _hold(known[name], value)
    return chosen, {name: value for name, value in given.items() if name not in known}


def bound(
    graphs: "Mapping[str, list[Graph]]", given: Mapping[str, str], targets: "Sequence[Backend]"
) -> "dict[str, list[Graph]]":
    """The workflows of each file with parameters bound. Raises Failure that says of each name why it cannot be."""
    if not given:
        return dict(graphs)
    from nscompiler.flow import outside

    done, wrong = outside.bind([graph for own in graphs.values() for graph in own], given)
    if wrong:
        names = [setting.name for target in targets for setting in target.settings]
        raise Failure(*(_told(one, names, [target.name for target in targets]) for one in wrong))
    rest = iter(done)
    return {file: [next(rest) for _ in own] for file, own in graphs.items()}


def _told(wrong: "Wrong", settings: list[str], targets: list[str]) -> str:
    offer = did_you_mean(near(wrong.name, settings))
    also = f"; the target {targets[0]} has no setting {wrong.name} either: {offer}" if offer else ""
    return f"--set {wrong.name}: {wrong.reason}{also}"


def own(backend: "Backend", chosen: Mapping[str, str]) -> dict[str, str]:
    """Those of the chosen settings that are a target's."""
    names = {setting.name for setting in backend.settings}
    return {name: value for name, value in chosen.items() if name in names}


def _hold(setting: "Setting", value: str) -> None:
    if setting.choices and value not in setting.choices:
        offer = did_you_mean(near(value, setting.choices, 1))
        known = f"it is {', '.join(setting.choices[:-1])} or {setting.choices[-1]}"
        raise click.BadParameter(f"the setting {setting.name} cannot be {value or 'empty'}; {offer or known}")
