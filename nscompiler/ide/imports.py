"""Imports that a file does not have yet: the name to import a module by, and the edit that does it."""

from collections.abc import Collection, Iterator

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.ide.offers import closeness
from nscompiler.ide.program import Program
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.modules.reference import ModuleRef
from nscompiler.source import Span

MOST_MODULES = 24
"""How many modules that are not imported are looked into for one question."""


@attrs.frozen(slots=True)
class Importable:
    """A module that declares a name and is not imported: its reference, its file, the alias that it would have, and
    the edit that imports it."""

    reference: str
    path: str
    alias: str
    edit: Edit


def import_edit(module: syntax.Module, reference: str, alias: str) -> Edit:
    """The edit that imports a module into a file, below the imports that are there."""
    ref_alias = reference.rpartition("/")[2].partition(":")[0].rpartition(".")[2]
    line = f"import {reference}" + ("" if ref_alias == alias else f" as {alias}")
    text = module.source.text
    at, before, after = 0, "", "\n"
    if module.imports:
        at, before, after = module.imports[-1].end, "\n", ""
    elif module.header is not None and module.header.early == "{":
        # Of a header that is read as what it was meant to be, the reference may take the whole line.
        at = text.find("{", module.header.reference.start) + 1 or module.header.end
        before, after = "\n", ""
    elif module.header is not None:
        at, before, after = module.header.end, "\n\n", ""
    elif text.startswith("#!"):
        at, before = text.find("\n") + 1 or len(text), "" if "\n" in text else "\n"
    return Edit(Span(module.source.path, at, at), before + line + after)


def free_alias(reference: ModuleRef, taken: Collection[str]) -> str:
    """The last part of a module's name, with a number where that is taken."""
    alias, turn = reference.last_part, 1
    while alias in taken or alias in RESERVED_ALIASES:
        turn += 1
        alias = f"{reference.last_part}{turn}"
    return alias


def importable(program: Program, path: str, module: syntax.Module, word: str, types: bool) -> Iterator[Importable]:
    """The modules that declare a name which a word may become, the nearest names first; none that imports this one.

    ``types`` for names of types, else those of functions.
    """
    folded = word.lower()
    near = [name for name in program.exports.names if folded in name.lower()]
    wanted = ((closeness(word, name), name) for name in near if name[0].isupper() == types)
    taken = program.scope(path)
    imported = {_title(one.reference.text) for one in module.imports}
    found: dict[str, None] = {}
    for _, name in sorted((far, name) for far, name in wanted if far is not None):
        for one in program.exports.declaring(name):
            if one.reference not in found and _title(one.reference) not in imported:
                found[one.reference] = None
        if len(found) >= MOST_MODULES:
            break
    users = dependents(program, path) if found else set()
    for reference in found:
        ref, file = program.discovery.index.reference(reference), program.path_of(reference)
        if isinstance(ref, ModuleRef) and file is not None and file not in users:
            alias = free_alias(ref, taken)
            yield Importable(reference, file, alias, import_edit(module, reference, alias))


def dependents(program: Program, path: str) -> set[str]:
    """A file with all that import it, directly or not: an import of one of these would close a ring."""
    found, pending = {path}, [path]
    while pending:
        more = program.importers(pending.pop()) - found
        found |= more
        pending += more
    return found


def _title(reference: str) -> str:
    return reference.partition(":")[0].removeprefix("nstack/")
