"""The targets of a build as commands speak of them: found by name, their settings read and held to what they take."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from nscompiler.cli.failure import Failure
from nscompiler.diagnostics.suggest import did_you_mean, near

if TYPE_CHECKING:
    from nscompiler.backends.base import Backend, Setting
    from nscompiler.flow.model import Graph
    from nscompiler.pipeline import Compilation

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


def settings(given: Sequence[str], targets: "Sequence[Backend]") -> Mapping[str, str]:
    """What ``--set`` chose, by name: each has to be a setting of one of the targets, and a value that it takes.

    Raises a usage error for anything else, and for one that is given twice.
    """
    known = {setting.name: setting for target in targets for setting in target.settings}
    chosen: dict[str, str] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals:
            raise click.BadParameter(f"`--set {entry}` has no value; write `--set {entry}=VALUE`")
        if name not in known:
            raise click.BadParameter(_unknown(name, list(known), [target.name for target in targets]))
        if name in chosen:
            raise click.BadParameter(f"the setting {name} is given twice: {chosen[name]} and {value}")
        _hold(known[name], value)
        chosen[name] = value
    return chosen


def own(backend: "Backend", chosen: Mapping[str, str]) -> dict[str, str]:
    """Those of the chosen settings that are a target's."""
    names = {setting.name for setting in backend.settings}
    return {name: value for name, value in chosen.items() if name in names}


def _unknown(name: str, known: list[str], targets: list[str]) -> str:
    offer = did_you_mean(near(name, known))
    what = f"the target {targets[0]} has" if len(targets) == 1 else "these targets have"
    have = f"; {offer}" if offer else f"; it knows {', '.join(known)}" if known else "; it has none to choose"
    return f"{what} no setting {name}{have}"


def _hold(setting: "Setting", value: str) -> None:
    if setting.choices and value not in setting.choices:
        offer = did_you_mean(near(value, setting.choices, 1))
        known = f"it is {', '.join(setting.choices[:-1])} or {setting.choices[-1]}"
        raise click.BadParameter(f"the setting {setting.name} cannot be {value or 'empty'}; {offer or known}")
