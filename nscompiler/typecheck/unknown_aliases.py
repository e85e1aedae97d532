"""Aliases that no import gives, and what was probably meant."""

import re
from collections.abc import Collection, Iterator

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.grammar import syntax
from nscompiler.typecheck.elsewhere import MOST_FIXES, Scope, import_edit, importable

# How much of a line behind an import is looked at.
_LONGEST_REST = 80
_MOST_ALIASES = 24
_FEW = 4
# In a file with thousands of imports each would be looked at as often.
_MOST_LOOKED_AT = 500
_STANDARD = {"Http": "Http:1.0.0"}
"""The modules of the standard library that are not in scope by themselves."""


def report_alias(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> None:
    """No import gives an alias; ``name`` is what is wanted from it."""
    text, aliases = qualifier.text, list(scope.imports)
    # Of an import that cannot be read nothing is known, but what differs in the size of letters alone is no other.
    folded = text.casefold()
    small = any(alias != text and alias.casefold() == folded for alias in aliases[:_MOST_LOOKED_AT])
    if syntax.NAMELESS in (text, name.text) or (syntax.NAMELESS in scope.imports and not small):
        return
    if text in scope.declared_functions:
        _report_dot(scope, qualifier, name)
        return
    broken = (decl for decl in scope.module.declarations if isinstance(decl, syntax.BrokenDecl))
    if any(_gives(scope.module, decl, text) for decl in broken):
        return
    if any(node.alias is None and _is_cut(scope.module, node, text) for node in scope.module.imports[:_MOST_LOOKED_AT]):
        return
    renamed = tuple(_imported_as(scope, text, name.text))
    similar = renamed or scope.near(text, aliases)
    fixes = [scope.replacement(qualifier, other, f"write `{other}`") for other in similar]
    if not renamed:
        fixes = [*_imports_as(scope, qualifier, name.text, bool(similar)), *fixes][:MOST_FIXES]
    scope.report(
        codes.UNKNOWN_ALIAS,
        qualifier,
        f"no import is called `{text}`",
        did_you_mean(similar) or "not an alias of this file",
        related=tuple(_import_labels(scope, similar)),
        notes=(f"the aliases here are {_listed(sorted(aliases))}",),
        fixes=tuple(fixes),
    )


def _report_dot(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> None:
    """``f.g`` of two functions, which other languages join so."""
    one, other = qualifier.text, name.text
    between = scope.module.source.text[qualifier.end : name.start]
    dot = Edit(scope.module.source.span(qualifier.end, name.start), " | ")
    fix = Fix(f"write `{one} | {other}`", (dot,), Applicability.MAYBE_INCORRECT)
    if between.startswith((" ", "\t")):  # `g . f`, which is `f | g`
        whole = Edit(scope.module.source.span(qualifier.start, name.end), f"{other} | {one}")
        fix = Fix(f"write `{other} | {one}`", (whole,), Applicability.MAYBE_INCORRECT)
    scope.report(
        codes.UNKNOWN_ALIAS,
        qualifier,
        f"`{one}` is a function, and no module",
        "a `.` follows the alias of a module; a field is read by a function",
        fixes=(fix,) if other in scope.declared_functions else (),
    )


def _listed(aliases: list[str]) -> str:
    shown = ", ".join(f"`{alias}`" for alias in aliases[:_MOST_ALIASES])
    return shown if len(aliases) <= _MOST_ALIASES else f"{shown} and {len(aliases) - _MOST_ALIASES} others"


def _gives(module: syntax.Module, decl: syntax.BrokenDecl, alias: str) -> bool:
    """Whether it is an import of this alias, or of any, that could not be read, which is told."""
    if decl.keyword != "import":
        return False
    nameless = decl.name is None or module.source.text[: decl.end].endswith(" as")
    if nameless or decl.name.text == alias:  # type: ignore[union-attr]
        return True
    # `import Foo:1.0.0, Bar:1.0.0`
    return re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", module.source.text[decl.start : decl.end]) is not None


def _is_cut(module: syntax.Module, node: syntax.Import, alias: str) -> bool:
    """Whether the alias stands at the end of an import's line behind what could not be read, which is told; of an
    import without one."""
    if module.source.text.startswith("\n", node.end):
        return False
    rest = (
        module.source.text[node.end : node.end + _LONGEST_REST].partition("\n")[0].partition("//")[0].rstrip("\r \t;")
    )
    if not rest.endswith(alias) or rest[-len(alias) - 1 : -len(alias)] in (".", ";"):
        return False
    before = rest[: -len(alias)].strip()
    if not before or "/*" in before:
        return False
    return len(before) <= _FEW or re.search(r"(?<!\w)as\s*\Z", rest[: -len(alias)]) is not None


def _imports_as(scope: Scope, qualifier: syntax.Name, name: str, similar: bool) -> Iterator[Fix]:
    """The import of the one module that such an alias can mean; its alias, where the file imports that already."""
    alias = qualifier.text
    if alias in _STANDARD:
        reference = _STANDARD[alias]
        yield Fix(f"import `{reference}`", (import_edit(scope, reference),), Applicability.MAYBE_INCORRECT)
        return
    found = importable(scope, name)
    called = [one for one in found if one.alias == alias] or ([] if similar else found)
    own = _alias_of(scope, called[0].reference) if len(called) == 1 else None
    if own is not None:
        yield scope.replacement(qualifier, own, f"write `{own}`")
    elif len(called) == 1:
        suffix = "" if called[0].alias == alias else f" as {alias}"
        yield Fix(
            f"import `{called[0].reference}{suffix}`",
            (import_edit(scope, f"{called[0].reference}{suffix}"),),
            Applicability.MAYBE_INCORRECT,
        )


def _alias_of(scope: Scope, reference: str) -> str | None:
    """The alias under which the file imports a module."""
    found = next((node for node in scope.module.imports if node.reference.text == reference), None)
    if found is None:
        return None
    return reference.partition(":")[0].rpartition(".")[2] if found.alias is None else found.alias.text


def _imported_as(scope: Scope, text: str, name: str) -> Iterator[str]:
    """The aliases of modules that have a name, where the alias that is written is a part of what they are called."""
    for node in scope.module.imports[:_MOST_LOOKED_AT]:
        parts = node.reference.text.partition(":")[0].rpartition("/")[2].split(".")
        if text not in parts and text != "".join(parts):
            continue
        alias = parts[-1] if node.alias is None else node.alias.text
        interface = scope.imports.get(alias)
        if interface is not None and (name in interface.functions or name in interface.types):
            yield alias


def _import_labels(scope: Scope, aliases: Collection[str]) -> Iterator[Label]:
    for node in scope.module.imports if aliases else ():
        place = node.alias or node.reference
        own = node.reference.text.partition(":")[0].split(".")[-1] if node.alias is None else node.alias.text
        if own in aliases:
            yield Label(scope.span(place), f"`{own}` is imported here", Role.IMPORT)
