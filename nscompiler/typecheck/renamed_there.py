"""A name that an imported module does not declare: what it declares, and the only name of it that nothing uses, which
may be the new one of what is meant."""

import re
from collections.abc import Iterator

from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.modules.exports import names_used
from nscompiler.typecheck.elsewhere import Scope
from nscompiler.types.interface import Interface

# How many names are told, and how many a module may declare among which one is looked for.
_MOST_TOLD = 4
_MOST_NAMES = 100


def declared_there(interface: Interface | None, kind: str) -> tuple[Label, ...]:
    """The head of a module, with the ``types`` or the ``functions`` that it declares."""
    module = None if interface is None or interface.standard else interface.tree()
    if module is None or module.header is None:
        return ()
    names = [f"`{decl.name.text}`" for decl in _declarations(module, kind)]
    told = ", ".join(names[:_MOST_TOLD]) + (", …" if len(names) > _MOST_TOLD else "")
    label = f"declares {told}" if names else f"declares no {kind}"
    return (Label(module.span(module.header.reference), label, Role.DECLARATION),)


def renamed_there(
    scope: Scope,
    qualifier: syntax.Name | None,
    interface: Interface | None,
    name: syntax.Name,
    kind: str,
    similar: tuple[str, ...] = (),
) -> Iterator[Fix]:
    """Fixes for a name that a module declares no more, where a single one of its names is used nowhere in the file: its
    declaration gets the old name back, if nothing there uses the new one, or that is written.

    Where others are ``similar``, which the caller offers, only the first, and for a name that stands more than once.
    """
    module = None if interface is None or interface.standard else interface.tree()
    if module is None or qualifier is None:
        return
    used = names_used(scope.module.source.text).get(qualifier.text, frozenset())
    free = [decl.name for decl in _declarations(module, kind) if decl.name.text not in used]
    lone = [one for one in free[:_MOST_NAMES] if _is_lone(module, one)]
    if similar:
        often = len(re.findall(rf"\.\s*{re.escape(name.text)}(?![\w'])", scope.module.source.text)) > 1
        lone = [one for one in lone if one.text == similar[0]] if often and len(similar) == 1 else []
    if len(lone) == 1:
        title = f"call `{lone[0].text}` `{name.text}`"
        yield Fix(title, (Edit(module.span(lone[0]), name.text),), Applicability.MAYBE_INCORRECT)
    if len(free) == 1 and not similar:
        yield scope.replacement(name, free[0].text, f"write `{free[0].text}`")


def _declarations(module: syntax.Module, kind: str) -> Iterator[syntax.TypeDecl | syntax.FunDecl | syntax.DefDecl]:
    for decl in module.declarations:
        if isinstance(decl, syntax.TypeDecl if kind == "types" else (syntax.FunDecl, syntax.DefDecl)):
            yield decl


def _is_lone(module: syntax.Module, name: syntax.Name) -> bool:
    return len(re.findall(rf"(?<![\w.]){re.escape(name.text)}(?![\w'])", module.source.text)) == 1
