"""A name that means nothing where it stands: where else it is declared, and the import that would bring it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.modules.exports import Elsewhere, Exporting
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.types.interface import FunctionInterface, Interface

MOST_FIXES = 3
# How many imports are looked at for each name that nothing has.
_MOST_IMPORTS = 100


class Scope(Protocol):
    """What is asked of ``scope.Scope``, which imports this module."""

    module: syntax.Module
    reference: str
    imports: Mapping[str, Interface | None]
    standard: bool
    comparisons: int
    functions: dict[str, FunctionInterface]
    elsewhere: Elsewhere | None
    declared_types: dict[str, syntax.TypeDecl]
    declared_functions: dict[str, syntax.FunDecl | syntax.DefDecl]

    def span(self, node: syntax.Node) -> Span: ...
    def owner(self, constructor: str) -> tuple[syntax.TypeDecl, syntax.Name] | None: ...
    def near(self, name: str, candidates: Iterable[str]) -> tuple[str, ...]: ...
    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None: ...
    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix: ...


def is_wanted(scope: Scope, name: str) -> bool:
    """Whether an import wants a name as though it were a module, ``import Foo:1.0.0.f`` or ``import Foo.f as g``: that
    is told there."""
    for node in scope.module.imports[:_MOST_IMPORTS]:
        text = node.reference.text
        last = text.partition(":")[0].rpartition(".")[2]
        alias = last if node.alias is None else node.alias.text
        if text.endswith((f".{name}", f":{name}")) and not name[:1].isupper():
            return True
        if name in (last, alias) and "." in text and scope.imports.get(alias, scope) is None:
            return True
    return False


def not_imported(fixes: list[Fix]) -> str | None:
    """What is said where the fixes are imports."""
    return "a module that is not imported has it" if fixes and fixes[0].title.startswith("import ") else None


def found_elsewhere(
    scope: Scope, qualifier: syntax.Name | None, name: syntax.Name, kind: str, similar: bool
) -> tuple[tuple[str, ...], list[Fix]]:
    """Qualified names of imported modules that may be meant, with their fixes, else the imports of modules of the
    project that have the name. Where nothing here is ``similar``, nearly the same names count too."""
    text = name.text
    own = "" if qualifier is None else qualifier.text
    scope.comparisons -= len(scope.imports)
    imports = scope.imports.items() if scope.comparisons >= 0 else ()  # else a file full of mistakes
    exported = {alias: _names(one, kind) for alias, one in imports if one is not None and alias != own}
    found = [f"{alias}.{text}" for alias, names in exported.items() if text in names]
    if not found and not similar:
        slips = scope.near(text, {one for names in exported.values() for one in names})
        found = [f"{alias}.{slip}" for slip in slips for alias, names in exported.items() if slip in names]
    place = Edit(scope.span(name) if qualifier is None else _whole(scope, qualifier, name), "")
    fixes = [_written(place, one) for one in found]
    # Nobody writes `Sinks.f` for a function of another module, and all of them would be read for it.
    standard = own in scope.imports and (interface := scope.imports[own]) is not None and interface.standard
    if not fixes and not similar and not standard:
        fixes = list(_import_and_qualify(scope, place, name.text))
    return tuple(found), fixes


def _names(interface: Interface, kind: str) -> Iterable[str]:
    return interface.types if kind == "types" else interface.functions


def _whole(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> Span:
    return scope.module.source.span(qualifier.start, name.end)


def _written(place: Edit, text: str) -> Fix:
    return Fix(f"write `{text}`", (replace(place, text=text),), Applicability.MAYBE_INCORRECT)


def _import_and_qualify(scope: Scope, place: Edit, name: str) -> Iterator[Fix]:
    """The import of a module of the project that declares a name, and the name with its alias, in its place."""
    found = importable(scope, name)
    for one in found if len(found) <= MOST_FIXES else ():
        taken = one.alias in scope.imports
        alias = one.reference.partition(":")[0].rpartition("/")[2].replace(".", "") if taken else one.alias
        if alias in scope.imports:
            continue
        added = one.reference if alias == one.alias else f"{one.reference} as {alias}"
        edits = (import_edit(scope, added), replace(place, text=f"{alias}.{name}"))
        title = f"import `{added}` and write `{alias}.{name}`"
        yield Fix(title, edits, Applicability.MAYBE_INCORRECT)


def importable(scope: Scope, name: str) -> list[Exporting]:
    """The modules of the project that declare a name and that a file could import without a ring."""
    if scope.elsewhere is None or scope.standard:
        return []
    own = scope.reference
    return [one for one in scope.elsewhere.declaring(name) if one.reference != own and own not in one.imports]


def import_edit(scope: Scope, reference: str) -> Edit:
    """The edit that adds an import, below those that there are."""
    module = scope.module
    text = module.source.text
    if module.imports:
        return _below(module, module.imports[-1].end, "\n", reference)
    if module.header is not None:
        early = re.compile(r"\s*(?:where\b|\{)").match(text, module.header.end)
        return _below(module, module.header.end if early is None else early.end(), "\n\n", reference)
    at = text.find("\n") + 1 if text.startswith("#!") else 0
    return Edit(module.source.span(at, at), f"import {reference}\n\n")


def _below(module: syntax.Module, at: int, gap: str, reference: str) -> Edit:
    """An import on a line of its own, or where more stands on the line, right there."""
    text = module.source.text
    while text[at : at + 1] in (" ", "\t", ";"):
        at += 1
    line = re.compile(r"[^\r\n]*").match(text, at)
    end = at if line is None else line.end()
    if not re.fullmatch(r"\s*(?://.*|/\*[^*]*\*/\s*)?", text[at:end]):
        return Edit(module.source.span(at, at), f"import {reference}; ")
    return Edit(module.source.span(end, end), f"{gap}import {reference}")
