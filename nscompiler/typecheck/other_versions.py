"""A name that a module lacks in the version that is imported, and has in another one: the import is at fault, once for
all such names."""

from collections.abc import Mapping
from typing import Protocol

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.modules.exports import names_used
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.types.interface import Interface
from nscompiler.types.types import Alias


class Elsewhere(Protocol):
    """Where the names of the modules can be found that a file could import."""

    def versions_declaring(self, reference: str, names: frozenset[str]) -> tuple[str, ...]:
        """The other versions of a module that declare all of some names, newest first."""
        ...


class Scope(Protocol):
    """What is asked of ``unknown.Scope``, which imports this module."""

    module: syntax.Module
    imports: Mapping[str, Interface | None]
    standard: bool

    @property
    def elsewhere(self) -> Elsewhere | None: ...
    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None: ...


_TITLE = "import version "
# How many further names are pointed to.
_MOST_NAMES = 8


def report_other_version(scope: Scope, code: Code, qualifier: syntax.Name | None, name: syntax.Name, what: str) -> bool:
    """Report a name that another version of the module behind a qualifier declares; False where none does."""
    interface = None if qualifier is None else scope.imports.get(qualifier.text)
    if qualifier is None or interface is None or interface.standard or scope.elsewhere is None or scope.standard:
        return False
    node = _import(scope, qualifier.text)
    if node is None or not scope.elsewhere.versions_declaring(node.reference.text, frozenset((name.text,))):
        return False
    reference = node.reference
    module, _, version = reference.text.rpartition(":")
    used = names_used(scope.module.source.text).get(qualifier.text, frozenset())
    found = scope.elsewhere.versions_declaring(reference.text, used | {name.text})
    if not found:
        return False
    place = scope.module.source.span(reference.end - len(version), reference.end)
    scope.report(
        code,
        name,
        f"`{reference.text}` declares no {what} `{name.text}`",
        f"version {found[0]} has it",
        related=(Label(place, f"version {version} of `{module}` is imported here", Role.IMPORT),),
        fixes=tuple(Fix(f"{_TITLE}{one}", (Edit(place, one),), Applicability.MAYBE_INCORRECT) for one in found[:3]),
    )
    return True


def in_one_version(scope: Scope, given: Alias | None, needed: Alias | None) -> Fix | None:
    """A fix that imports, of two types that two versions of a module declare, the one that the other side has; None
    where that is not what they are, or the file does not import exactly one of the two."""
    if given is None or needed is None or given.name != needed.name or given.module == needed.module:
        return None
    if given.module.rpartition(":")[0] != needed.module.rpartition(":")[0]:
        return None
    own = {one.module: alias for alias, one in scope.imports.items() if one is not None and not one.standard}
    here = [module for module in (given.module, needed.module) if module in own]
    node = _import(scope, own[here[0]]) if len(here) == 1 else None
    if node is None or ":" not in node.reference.text:
        return None
    wanted = needed.module if here[0] == given.module else given.module
    reference, version = node.reference, node.reference.text.rpartition(":")[2]
    place = scope.module.source.span(reference.end - len(version), reference.end)
    return Fix(f"import `{wanted}`", (Edit(place, wanted.rpartition(":")[2]),), Applicability.MAYBE_INCORRECT)


def _import(scope: Scope, alias: str) -> syntax.Import | None:
    """The import that gives an alias."""
    for node in scope.module.imports:
        own = node.reference.text.partition(":")[0].rpartition("/")[2].rpartition(".")[2]
        if (own if node.alias is None else node.alias.text) == alias:
            return node
    return None


def lacking(problem: Diagnostic) -> Span | None:
    """The place of the version that is at fault for a problem; None where none is."""
    first = problem.fixes[0] if problem.fixes else None
    return first.edits[0].span if first is not None and first.title.startswith(_TITLE) else None


def told_together(problems: list[Diagnostic]) -> Diagnostic:
    """The problems of one wrong version, each about another name, as one."""
    first, *others = sorted(problems, key=lambda one: one.primary.span.start)
    labels = tuple(Label(one.primary.span, "it lacks this too", Role.NOTE) for one in others[:_MOST_NAMES])
    further = (label for one in others for label in one.related[1:])
    return replace(first, related=(*first.related, *labels, *further))
