"""Why something cannot be started, and what would make a workflow of it."""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.typecheck.fits import fits
from nscompiler.types.interface import FunctionInterface, Interface
from nscompiler.types.show import show_scheme
from nscompiler.types.types import Types, VoidType

_OFFERED = 4


def partial_started(
    function: FunctionInterface,
    own: Mapping[str, FunctionInterface],
    imports: Mapping[str, Interface | None],
    types: Types,
) -> Diagnostic:
    """The error that what is to be started has an open end.

    ``own`` are the functions of its file, ``imports`` the aliases that are in scope there: sources and sinks among them
    that fit the open ends are offered.
    """
    open_input = not isinstance(function.scheme.input, VoidType)
    open_output = not isinstance(function.scheme.output, VoidType)
    notes = [f"its type is {show_scheme(function.scheme)}"]
    in_scope = dict(_in_scope(own, imports))
    if open_input:
        notes += _offer(
            "source",
            "before",
            [
                name
                for name, other in in_scope.items()
                if other.kind == "source" and fits(types, other.scheme.output, function.scheme.input)
            ],
        )
    if open_output:
        notes += _offer(
            "sink",
            "after",
            [
                name
                for name, other in in_scope.items()
                if other.kind == "sink" and fits(types, function.scheme.output, other.scheme.input)
            ],
        )
    return codes.PARTIAL_STARTED.at(
        function.span,
        f"`{_short(function.name)}` is a {function.kind}, not a workflow",
        _open_ends(open_input, open_output),
        notes=tuple(notes),
    )


def _open_ends(open_input: bool, open_output: bool) -> str:
    if open_input and open_output:
        return "nothing gives it values, and nothing takes its results"
    return "nothing gives it values" if open_input else "nothing takes its results"


def _in_scope(
    own: Mapping[str, FunctionInterface], imports: Mapping[str, Interface | None]
) -> Iterator[tuple[str, FunctionInterface]]:
    yield from own.items()
    for alias, interface in imports.items():
        if interface is not None:
            yield from ((f"{alias}.{name}", other) for name, other in interface.functions.items())


def _offer(what: str, where: str, names: list[str]) -> list[str]:
    if not names:
        return [f"no {what} in scope fits"]
    listed = ", ".join(f"`{name}`" for name in names[:_OFFERED])
    return [f"put a {what} {where} it: {listed}{' …' if len(names) > _OFFERED else ''}"]


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
