"""``nsc list``: what modules declare."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.environment import search_folders
from nscompiler.cli.options import path_option
from nscompiler.cli.report import report_problems

if TYPE_CHECKING:
    from nscompiler.types.interface import FunctionInterface, Interface, TypeInterface
    from nscompiler.types.types import Types

KINDS = {"functions": "function", "sources": "source", "sinks": "sink", "workflows": "workflow"}


@click.command("list")
@click.argument("kind", type=click.Choice(["modules", *KINDS, "types", "all"]))
@click.argument("path", default=".")
@click.option("-e", "--expand", is_flag=True, help="Write types out instead of naming them.")
@click.option("-s", "--standard", is_flag=True, help="List the standard library as well.")
@path_option
def command(kind: str, path: str, expand: bool, standard: bool, search: tuple[str, ...]) -> int:
    """List what the modules at PATH (default: this folder) declare.

    Each module stands on a line of its own, its members below it. What could not be understood is left out; then the
    exit code is 1.
    """
    from nscompiler.files import DiskFiles
    from nscompiler.modules.imports import RESERVED_ALIASES
    from nscompiler.pipeline.compilation import Compilation
    from nscompiler.pipeline.named import named_functions

    compilation = Compilation(DiskFiles(), (path,), search_folders(search))
    listed: list[tuple[Interface, Mapping[str, FunctionInterface]]]
    listed = [(checked.interface, named_functions(checked)) for checked in compilation.selected]
    if standard:
        found = (compilation.standard_interface(alias) for alias in RESERVED_ALIASES)
        listed += [(interface, interface.functions) for interface in found if interface is not None]
    for interface, functions in listed:
        members = list(_members(kind, interface, functions.values(), compilation.types, expand))
        if members or kind in ("modules", "all"):
            click.echo("\n".join([interface.module, *(f"    {member}" for member in members)]))
    if not compilation.has_errors:
        return exits.OK
    if not compilation.selected:  # there is nothing to check: what is wrong is the path itself
        report_problems(compilation, compilation.problems, sys.stderr, quiet=True)
        return exits.FAILED
    click.echo(f"error: not everything in {path} could be understood; `nsc check {path}` tells why", err=True)
    return exits.FAILED


def _members(
    kind: str, interface: "Interface", functions: "Iterable[FunctionInterface]", types: "Types", expand: bool
) -> Iterator[str]:
    if kind in ("types", "all"):
        yield from (type_line(type, types, expand) for type in interface.types.values())
    wanted = KINDS.values() if kind == "all" else (KINDS.get(kind),)
    yield from (function_line(function, expand) for function in functions if function.kind in wanted)


def function_line(function: "FunctionInterface", expand: bool) -> str:
    """``numChars : Text -> Integer``; a workflow is ``w : Workflow``."""
    from nscompiler.pipeline.checks import show_type

    return f"{function.name} : {'Workflow' if function.kind == 'workflow' else show_type(function, expand=expand)}"


def type_line(type: "TypeInterface", types: "Types", expand: bool) -> str:
    """``Pair a b = (a, b)``; ``expand`` writes out the types that it is made of."""
    from nscompiler.types.show import Names, show

    names = Names()
    head = " ".join([type.name, *(names.of(variable) for variable in type.parameters)])
    return f"{head} = {show(types.named(type.body, None), names, expand=expand)}"
