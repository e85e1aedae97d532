"""What a file is called, and what in it has a name and a type."""

from nscompiler.modules.program import LinkedModule
from nscompiler.modules.tree import SUFFIX
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import FunctionInterface

MAIN = "main"


def shown_reference(item: LinkedModule) -> str:
    """What a file is called: its reference, or the file's own name for a script."""
    if item.ref is not None:
        return str(item.ref)
    return item.path.rpartition("/")[2].removesuffix(SUFFIX)


def named_functions(checked: Checked) -> dict[str, FunctionInterface]:
    """Everything in a file that has a type, by name; a script's expression is ``main``."""
    return {**checked.interface.functions, **({} if checked.main is None else {MAIN: checked.main})}


def workflows(checked: Checked) -> tuple[FunctionInterface, ...]:
    """What of a file can be started."""
    return tuple(own for own in named_functions(checked).values() if own.kind == "workflow" and own.declared != "fun")
