"""Why something cannot be started, and what would make a workflow of it."""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import syntax
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
    module: syntax.Module,
) -> Diagnostic:
    """The error that what is to be started has an open end.

    ``own`` are the functions of its file, ``imports`` the aliases that are in scope there: sources and sinks among them
    that fit the open ends are offered. ``module`` is that file.
    """
    open_input = not isinstance(function.scheme.input, VoidType)
    open_output = not isinstance(function.scheme.output, VoidType)
    notes = [f"its type is {show_scheme(function.scheme)}"]
    in_scope = dict(_in_scope(own, imports))
    sources = [
        name
        for name, other in in_scope.items()
        if other.kind == "source" and fits(types, other.scheme.output, function.scheme.input)
    ]
    sinks = [
        name
        for name, other in in_scope.items()
        if other.kind == "sink" and fits(types, function.scheme.output, other.scheme.input)
    ]
    notes += _offer("source", "before", sources) if open_input else []
    notes += _offer("sink", "after", sinks) if open_output else []
    before = _ready(sources, in_scope) if open_input else ""
    after = _ready(sinks, in_scope) if open_output else ""
    return codes.PARTIAL_STARTED.at(
        function.span,
        f"`{_short(function.name)}` is a {function.kind}, not a workflow",
        _open_ends(open_input, open_output),
        notes=tuple(notes),
        fixes=() if before is None or after is None else _completed(module, function, before, after),
    )


def _ready(names: list[str], functions: Mapping[str, FunctionInterface]) -> str | None:
    """The first function that wants no parameters, those that answer requests left out."""
    for name in names:
        one = functions[name]
        if not one.traits.replies and not any(need.required for need in one.parameters.settable):
            return name
    return None


def _completed(module: syntax.Module, function: FunctionInterface, before: str, after: str) -> tuple[Fix, ...]:
    """A fix that puts a source or a sink where an end is open."""
    defs = (decl for decl in module.declarations if isinstance(decl, syntax.DefDecl))
    body = next((decl.body for decl in defs if decl.name.start == function.span.start), None)
    if body is None:
        return ()
    brackets = isinstance(body, syntax.Both)
    start = (f"{before} | " if before else "") + ("(" if brackets else "")
    end = (")" if brackets else "") + (f" | {after}" if after else "")
    source = module.source
    edits = [Edit(source.span(body.start, body.start), start)] if start else []
    edits += [Edit(source.span(body.end, body.end), end)] if end else []
    ends = " and ".join(text for text in (before and f"`{before}` before it", after and f"`{after}` after it") if text)
    return (Fix(f"put {ends}", tuple(edits), Applicability.MAYBE_INCORRECT),)


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
