"""Where functions are declared now: what a use knows of its target may be older than the target's file, of which only
places have moved.
"""

from collections.abc import Mapping

from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface


def declared_at(target: FunctionInterface, modules: Mapping[str, Checked]) -> Span:
    """The place of a function's name. ``modules`` are all files of the program by reference."""
    home = modules.get(target.module)
    return target.span if home is None else home.interface.functions.get(target.name, target).span
