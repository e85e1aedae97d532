"""Imports of one declaration of a module, ``import Foo.f``, ``import Foo.Plant:1.0.0``, ``import Foo:1.0.0.f``: an
import brings all of it, and the fix imports the module and writes its alias where the name is used."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.grammar.walk import walk
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.meant import meant
from nscompiler.modules.not_found import MOST_COMPARED, declared
from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.modules.wording import titled
from nscompiler.patterns import Pattern
from nscompiler.records import Record, replace
from nscompiler.source import Span

_VERSION = r"[0-9]+\.[0-9]+\.[0-9]+(?:-\w+)*"
_BEFORE = Pattern(rf"(?P<module>[\w./]+)\.(?P<name>[^\W\d]\w*)(?::(?P<version>{_VERSION}))?")
_BEHIND = Pattern(rf"(?P<module>[\w./]+):(?P<version>{_VERSION})(?:\.|::?)(?P<name>[^\W\d]\w*)")


class Member(Record):
    """A declaration that an import names as though it were a module, and the versions of its module, newest first."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "modules")
    __slots__ = __match_args__

    def __init__(self, name: str, modules: tuple[ModuleRef, ...]) -> None:
        self.name = name
        self.modules = modules


def member(text: str, index: ModuleIndex) -> Member | None:
    """The declaration that a reference names; None where it names none that there is."""
    match, whole = _BEHIND.fullmatch(text), meant(text)
    if match is None and (whole is None or not index.versions(whole.ref)):
        match = _BEFORE.fullmatch(text)
    if match is None:
        return None
    asked = index.reference(f"{match['module']}:{match['version'] or '0.0.0'}")
    if isinstance(asked, ReferenceFault):
        return None
    versions = (asked,) if index.find(asked) else index.versions(asked)
    found = tuple(one for one in versions[:MOST_COMPARED] if match["name"] in declared(one, index))
    return Member(match["name"], found) if found else None


def told(
    found: Member,
    problem: Diagnostic,
    module: syntax.Module,
    node: syntax.Import,
    aliases: Mapping[str, ModuleRef | None],
) -> Diagnostic:
    """What is said of such an import instead of that there is no such module. ``aliases`` are those that the other
    imports of the file give, with what for."""
    span = module.span(node.reference)
    fixes = (_fix(found.name, ref, module, node, aliases) for ref in found.modules[:3])
    return replace(
        problem,
        title=titled("`{}` is declared by `{}`, and is no module", found.name, found.modules[0].title),
        primary=replace(problem.primary, span=span, text="an import brings the whole module"),
        notes=(),
        related=(),
        fixes=tuple(fix for fix in fixes if fix is not None),
    )


def _fix(
    name: str, ref: ModuleRef, module: syntax.Module, node: syntax.Import, aliases: Mapping[str, ModuleRef | None]
) -> Fix | None:
    alias, path = ref.last_part, module.source.path
    if alias in aliases and aliases[alias] != ref:
        return None
    place = Span(path, node.reference.start, node.end if node.alias is None else node.alias.end)
    first = Edit(module.span(node), "") if alias in aliases else Edit(place, str(ref))
    called = name if node.alias is None else node.alias.text
    uses = [Edit(module.span(use), f"{alias}.{name}") for use in _uses(module, called)]
    title = f"import `{ref}`" + (f" and write `{alias}.{name}`" if uses else "")
    return Fix(title, (first, *uses), Applicability.MAYBE_INCORRECT)


def _uses(module: syntax.Module, name: str) -> Iterator[syntax.Name]:
    """Where a name is used that the file does not declare; of the file perhaps only the head was read."""
    whole = module if module.declarations else parse(module.source).module
    if any(isinstance(decl, _NAMED) and decl.name.text == name for decl in whole.declarations):
        return
    for each in walk(whole):
        if isinstance(each, (syntax.Use, syntax.TypeName)) and each.qualifier is None and each.name.text == name:
            yield each.name


_NAMED = (syntax.TypeDecl, syntax.FunDecl, syntax.DefDecl)
