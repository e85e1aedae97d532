"""Declarations of a script that nothing uses.

Only a script's: every declaration of a module is exported, and whoever imports it may be anywhere.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.modules.wording import titled
from nscompiler.typecheck.facts import Checked

if TYPE_CHECKING:
    from nscompiler.typecheck.service import Service


def unused_declarations(checked: Checked, service_of: "Callable[[Checked], Service | None]") -> Iterator[Diagnostic]:
    """The types, functions and definitions of a script that neither are used nor could be started. The Python code
    beside it, which ``service_of`` reads, may use its types too.

    Nothing of a script without a bare expression, whose defs may be there to be looked at or tried one by one.
    """
    module = checked.module
    if module.header is not None or module.main is None:
        return
    types, functions = _used_types(module), _used_functions(checked)
    for decl in module.declarations:
        match decl:
            case syntax.TypeDecl() if decl.name.text not in types and not _in_python(decl, checked, service_of):
                title = titled("the type `{}` is not used", decl.name.text)
                yield codes.UNUSED_TYPE.at(module.span(decl.name), title, "a script cannot be imported")
            case syntax.FunDecl() | syntax.DefDecl() if not _is_needed(checked, decl.name.text, functions):
                fixes = _piped(checked, decl)
                may = ": a `|` may be missing before what stands below" if fixes else ""
                title = titled(f"`{{}}` is not used{may}", decl.name.text)
                yield codes.UNUSED_DEFINITION.at(
                    module.span(decl.name), title, "a script cannot be imported", fixes=fixes
                )


def _piped(checked: Checked, decl: syntax.FunDecl | syntax.DefDecl) -> tuple[Fix, ...]:
    """A fix that joins the last def and the expression below it where a `|` may have been left out between them."""
    module, main = checked.module, checked.main
    if decl is not module.declarations[-1] or not isinstance(decl, syntax.DefDecl) or module.main is None:
        return ()
    known = checked.interface.functions.get(decl.name.text)
    if (
        main is None
        or known is None
        or main.kind not in ("sink", "function")
        or known.kind not in ("source", "function")
    ):
        return ()
    start, end = decl.end, module.main.start
    between = module.source.text[start:end]
    if between.strip() == ";":
        space = between.replace(";", "") or " "
        edit = Edit(module.source.span(start, end), f"{space}| " if space.strip(" ") else " | ")
    elif ";" in between:
        return ()
    else:
        edit = Edit(module.source.span(end, end), "| ")
    return (Fix("go on with what stands below: insert `|`", (edit,), Applicability.MAYBE_INCORRECT),)


def _in_python(decl: syntax.TypeDecl, checked: Checked, service_of: "Callable[[Checked], Service | None]") -> bool:
    """Whether the Python code mentions a type, as ``nstack.Name``."""
    service = service_of(checked)
    return service is not None and re.search(rf"\b{decl.name.text}\b", service.text) is not None


def _is_needed(checked: Checked, name: str, used: frozenset[str]) -> bool:
    declared = checked.interface.functions.get(name)
    startable = declared is not None and declared.kind == "workflow" and declared.declared == "def"
    return name in used or name.startswith("_") or declared is None or startable


def _used_functions(checked: Checked) -> frozenset[str]:
    uses = checked.facts.uses.values()
    return frozenset(fact.target.name for fact in uses if fact.target.module == checked.reference)


def _used_types(module: syntax.Module) -> frozenset[str]:
    """The names that stand in types, each but in its own declaration."""
    nodes = walk(module)
    return frozenset(node.name.text for node in nodes if isinstance(node, syntax.TypeName) and node.qualifier is None)
