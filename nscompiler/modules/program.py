"""Linking: from the files to check to all the files that they need, in dependency order."""

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic, Label, Role
from nscompiler.grammar import syntax
from nscompiler.modules.imports import Imports, ResolvedImport, resolve_header, resolve_imports
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.order import Edge, Order, cycle_problem, order
from nscompiler.modules.reference import ModuleRef, Version
from nscompiler.modules.wording import titled
from nscompiler.records import Record, replace
from nscompiler.source import Span


class LinkedModule(Record):
    """A file with its imports resolved. ``ref`` is None for a script and where the header is wrong."""

    __match_args__: ClassVar[tuple[str, ...]] = ("path", "module", "ref", "imports")
    __slots__ = __match_args__

    def __init__(self, path: str, module: syntax.Module, ref: ModuleRef | None, imports: Imports) -> None:
        self.path = path
        self.module = module
        self.ref = ref
        self.imports = imports

    def span(self, node: syntax.Node) -> Span:
        """The place of a node of this file."""
        return Span(self.path, node.start, node.end)


class Program(Record):
    """All files of a check, what is imported before what imports it.

    An import that belongs to a ring is not among ``imports.resolved``; its alias is poisoned.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("modules",)
    __slots__ = __match_args__

    def __init__(self, modules: tuple[LinkedModule, ...]) -> None:
        self.modules = modules


class Resolved:
    """One file with its own imports looked up, before rings are known; ``problems`` are those of its header and
    imports."""

    __match_args__: ClassVar[tuple[str, ...]] = ("item", "problems")
    __slots__ = __match_args__

    def __init__(self, item: LinkedModule, problems: tuple[Diagnostic, ...]) -> None:
        self.item = item
        self.problems = problems


def resolve(path: str, module: syntax.Module, index: ModuleIndex) -> Resolved:
    """Look up what a file is called and what its imports mean."""
    ref, header_problems = resolve_header(module, index)
    imports, import_problems = resolve_imports(module, index, ref)
    return Resolved(LinkedModule(path, module, ref, imports), (*header_problems, *import_problems))


def link(
    targets: Iterable[str], load: Callable[[str], syntax.Module | None], index: ModuleIndex
) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Load the targets and, through their imports, everything they need, each file once.

    ``load`` gives a file's syntax, or None where it could not be read (it reports that itself). The problems are those
    of headers, imports, rings and versions; each is told once, however many files meet it.
    """

    def resolved(path: str) -> Resolved | None:
        module = load(path)
        return None if module is None else resolve(path, module, index)

    files = reach(targets, resolved)
    program, problems = arrange([one.item for one in files])
    return program, tuple(dict.fromkeys((*(problem for one in files for problem in one.problems), *problems)))


def reach(targets: Iterable[str], resolved: Callable[[str], Resolved | None]) -> list[Resolved]:
    """The targets and, through their imports, everything they need, each file once."""
    found: list[Resolved] = []
    pending = dict.fromkeys(targets)
    seen = dict(pending)
    while pending:
        following: dict[str, None] = {}
        for path in pending:
            one = resolved(path)
            if one is not None:
                found.append(one)
                imports = one.item.imports
                following.update((next_.path, None) for next_ in imports.resolved if next_.path not in seen)
                following.update((path, None) for path in imports.claimed if path not in seen)  # to be told of
        seen.update(following)
        pending = following
    return found


def arrange(items: Iterable[LinkedModule]) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Put files in the order of their imports; the problems are those of rings and of versions that meet."""
    linked = {item.path: item for item in items}
    graph = {
        path: [Edge(found.path, item.span(found.node.reference)) for found in item.imports.resolved]
        for path, item in linked.items()
    }
    ordered = order(graph)
    names = {path: str(item.ref) if item.ref is not None else path for path, item in linked.items()}
    problems = [cycle_problem(cycle, names) for cycle in ordered.cycles]
    modules = tuple(_without_rings(linked[path], ordered, linked) for path in ordered.order)
    problems += two_versions(modules)
    return Program(modules), tuple(problems)


def _without_rings(item: LinkedModule, ordered: Order[str], linked: Mapping[str, LinkedModule]) -> LinkedModule:
    """The module without imports that lead nowhere: into a ring that it is part of, or to a file that did not load."""

    def usable(found: ResolvedImport) -> bool:
        return found.path in linked and ordered.component[found.path] != ordered.component[item.path]

    if all(usable(found) for found in item.imports.resolved):
        return item
    kept = tuple(found for found in item.imports.resolved if usable(found))
    dropped = frozenset(found.alias for found in item.imports.resolved if not usable(found))
    return replace(item, imports=Imports(kept, item.imports.poisoned | dropped, item.imports.claimed))


# Where each version of a module comes into a program.
_Arrivals = dict[Version, Span]


def two_versions(modules: Iterable[LinkedModule]) -> list[Diagnostic]:
    """A hint for each module that is in one program in several versions; ``modules`` are in dependency order.

    It stands where the older version is imported, once, for the first file in which the versions meet.
    """
    modules = tuple(modules)
    titles = _with_several_versions(modules)
    if not titles:
        return []
    carried: dict[str, dict[str, _Arrivals]] = {}
    told: set[tuple[str, frozenset[Version]]] = set()
    hints: list[Diagnostic] = []
    for item in modules:
        arrivals = carried[item.path] = _arrivals(item, titles, carried)
        for title, versions in arrivals.items():
            key = (title, frozenset(versions))
            if len(versions) > 1 and key not in told:
                told.add(key)
                hints.append(_hint(title, sorted(versions.items())))
    return hints


def _with_several_versions(modules: Iterable[LinkedModule]) -> frozenset[str]:
    seen: dict[str, Version] = {}
    several = set()
    for item in modules:
        if item.ref is not None and seen.setdefault(item.ref.title, item.ref.version) != item.ref.version:
            several.add(item.ref.title)
    return frozenset(several)


def _arrivals(
    item: LinkedModule, titles: frozenset[str], carried: Mapping[str, dict[str, _Arrivals]]
) -> dict[str, _Arrivals]:
    """The versions of the titles that one file's program has: its own, those it imports, and those behind these."""
    arrivals: dict[str, _Arrivals] = {}

    def take(ref: ModuleRef, span: Span) -> None:
        if ref.title in titles:
            arrivals.setdefault(ref.title, {}).setdefault(ref.version, span)

    for found in item.imports.resolved:
        take(found.ref, item.span(found.node.reference))
    for found in item.imports.resolved:
        for title, versions in carried.get(found.path, {}).items():
            own = arrivals.setdefault(title, {})
            arrivals[title] = {**versions, **own}
    if item.ref is not None and item.module.header is not None:
        take(item.ref, item.span(item.module.header.reference))
    return arrivals


def _hint(title: str, arrivals: list[tuple[Version, Span]]) -> Diagnostic:
    (oldest, place), *rest = arrivals
    numbers = " and ".join(str(version) for version, _ in arrivals)
    related = tuple(Label(span, f"{version} comes in here", Role.IMPORT) for version, span in rest)
    return codes.TWO_VERSIONS.at(
        place,
        titled("`{}` is in one program as {}", title, numbers),
        f"{oldest} comes in here",
        related=related,
        notes=("they are two modules, with two instances; what one learns the other does not know",),
    )
