"""Resolving a file's header and imports: which module each import means, under which alias."""

from collections.abc import Iterator
from itertools import chain, count
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.modules.exports import declared_names, names_used
from nscompiler.modules.header import header_place
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.meant import meant, repaired
from nscompiler.modules.reading import Heading, empty_file
from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.modules.tree import MODULE_FILE, PROJECT_FILE, join
from nscompiler.modules.wording import listed, titled
from nscompiler.records import Record, replace
from nscompiler.source import Span

# In how many versions of a module is looked for the names that are used.
_MOST_COMPARED = 20

RESERVED_ALIASES = ("Sources", "Sinks", "Conv", "Std")


class ResolvedImport(Record):
    """An import that means a module: ``path`` is its file."""

    __match_args__: ClassVar[tuple[str, ...]] = ("node", "ref", "alias", "path")
    __slots__ = __match_args__

    def __init__(self, node: syntax.Import, ref: ModuleRef, alias: str, path: str) -> None:
        self.node = node
        self.ref = ref
        self.alias = alias
        self.path = path


class Imports(Record):
    """A file's imports. ``poisoned`` are aliases that were written but mean nothing usable; no name behind one of them
    is to be reported as unknown. ``claimed`` are files that some of these mean and whose headers are wrong."""

    __match_args__: ClassVar[tuple[str, ...]] = ("resolved", "poisoned", "claimed")
    __slots__ = __match_args__

    def __init__(
        self,
        resolved: tuple[ResolvedImport, ...],
        poisoned: frozenset[str] = frozenset(),
        claimed: tuple[str, ...] = (),
    ) -> None:
        self.resolved = resolved
        self.poisoned = poisoned
        self.claimed = claimed


def resolve_header(module: syntax.Module, index: ModuleIndex) -> tuple[ModuleRef | None, tuple[Diagnostic, ...]]:
    """What a file is called: None for a script, and where the reference is wrong (then with the reason)."""
    if module.header is None:
        return None, ()
    node = module.header.reference
    ref = index.reference(node.text)
    if isinstance(ref, ReferenceFault):
        problem = faulty(ref, node.text, Span(module.source.path, node.start, node.end))
        return None, (replace(problem, fixes=_as_imported(node, ref, module, index) or problem.fixes),)
    return ref, ()


def _as_imported(
    node: syntax.Reference, fault: ReferenceFault, module: syntax.Module, index: ModuleIndex
) -> tuple[Fix, ...]:
    """Fixes that write into a header what others import; none where the fault's own does that."""
    path = module.source.path
    wanted = [str(ref) for ref in index.wanted(path)]
    if fault.replacement is not None:
        mended = node.text[: fault.start] + fault.replacement + node.text[fault.end :]
        wanted = [] if mended in wanted else wanted
    span = Span(path, node.start, node.end)
    return tuple(Fix(f"write `{text}`", (Edit(span, text),), Applicability.MAYBE_INCORRECT) for text in wanted[:3])


def resolve_imports(
    module: syntax.Module, index: ModuleIndex, own: ModuleRef | None = None
) -> tuple[Imports, tuple[Diagnostic, ...]]:
    """Find what each import of a file means. ``own`` is the file's reference, None for a script.

    Nothing is searched on disk for a file without imports.
    """
    resolver = _Resolver(module, index, own)
    for node in module.imports:
        resolver.take(node)
    imports = Imports(tuple(resolver.resolved), frozenset(resolver.poisoned), tuple(resolver.claimed))
    return imports, tuple(resolver.problems)


class _Resolver:
    """The imports of one file, taken one after the other."""

    def __init__(self, module: syntax.Module, index: ModuleIndex, own: ModuleRef | None) -> None:
        self._module = module
        self._index = index
        self._own = own
        self._aliases: dict[str, syntax.Import] = {}
        self._names: dict[str, frozenset[str]] | None = None
        self.resolved: list[ResolvedImport] = []
        self.poisoned: set[str] = set()
        self.claimed: list[str] = []
        self.problems: list[Diagnostic] = []

    def take(self, node: syntax.Import) -> None:
        """Resolve one import. Its alias counts as given even where the module is not found."""
        ref = self._index.reference(node.reference.text)
        alias = node.alias.text if node.alias is not None else default_alias(node.reference.text)
        path = self._target(node, ref, alias)
        if not self._alias_is_free(node, alias, ref, path):
            if alias in self._aliases:
                # Of which of the two a name is meant to be cannot be said.
                self.poisoned.add(alias)
                self.resolved = [one for one in self.resolved if one.alias != alias]
            elif alias in RESERVED_ALIASES:
                self.poisoned.add(alias)  # the file means both by it
            return
        self._aliases[alias] = node
        if isinstance(ref, ModuleRef) and path is not None:
            self.resolved.append(ResolvedImport(node, ref, alias, path))
        else:
            self.poisoned.add(alias)

    def _target(self, node: syntax.Import, ref: ModuleRef | ReferenceFault, alias: str) -> str | None:
        """The file that an import means, or None after saying why there is none."""
        if isinstance(ref, ReferenceFault):
            text, place = node.reference.text, self._reference_span(node)
            used = self._used(alias)
            problem = faulty(ref, text, place)
            fixes = _existing(text, place, self._index, used) or problem.fixes
            self.problems.append(replace(problem, fixes=fixes))
            return None
        if ref == self._own:
            self.problems.append(self._self_import(node, ref))
            return None
        paths = self._index.find(ref)
        if len(paths) == 1:
            return paths[0]
        if not paths and not self._index.complete and not self._index.versions(ref):
            return None  # it may be in a file that could not be read, of which another report tells
        claiming = None if paths else self._index.claiming(ref)
        if claiming is not None and claiming != self._module.source.path:
            self.claimed.append(claiming)
            return None
        used = self._used(alias)
        self.problems.append(self._index.conflict(ref) or not_found(ref, self._reference_span(node), self._index, used))
        return None

    def _used(self, alias: str) -> frozenset[str]:
        """The names that the file wants of the module behind an alias."""
        if self._names is None:
            self._names = names_used(self._module.source.text)
        return self._names.get(alias, frozenset())

    def _alias_is_free(
        self, node: syntax.Import, alias: str, ref: ModuleRef | ReferenceFault, path: str | None
    ) -> bool:
        if alias in self._aliases:
            place = self._module.span(node.alias or node.reference)
            first = self._aliases[alias]
            related = (Label(self._module.span(first.alias or first.reference), "first given here", Role.IMPORT),)
            title = titled("the alias `{}` is given twice", alias)
            label = "" if node.alias is not None else f"without `as`, the alias is `{alias}`"
            fixes = self._other_alias(node, alias, ref, self._index.reference(first.reference.text))
            self.problems.append(codes.DUPLICATE_ALIAS.at(place, title, label, related=related, fixes=fixes))
            return False
        if alias in RESERVED_ALIASES and path is not None and not self._index.is_standard(path):
            place = self._module.span(node.alias or node.reference)
            title = titled("the alias `{}` belongs to the standard library", alias)
            fixes = self._other_alias(node, alias, ref, self._index.reference(f"{alias}:1.0.0"))
            self.problems.append(codes.RESERVED_ALIAS.at(place, title, "give it another with `as`", fixes=fixes))
            return False
        return True

    def _other_alias(
        self, node: syntax.Import, alias: str, ref: ModuleRef | ReferenceFault, holder: ModuleRef | ReferenceFault
    ) -> tuple[Fix, ...]:
        """A fix that writes another alias: the name's parts run together, else with a number; no import where the
        ``holder`` of the alias is the same module."""
        if ref == holder:
            return (Fix("remove the import", (Edit(self._whole_line(node), ""),), Applicability.MAYBE_INCORRECT),)
        whole = ref.name.replace(".", "") if isinstance(ref, ModuleRef) else alias
        taken = (*RESERVED_ALIASES, alias)
        numbered = (f"{alias}{at}" for at in count(2))
        other = next(name for name in chain((whole,), numbered) if name not in self._aliases and name not in taken)
        if node.alias is not None:
            edit = Edit(self._module.span(node.alias), other)
        else:
            edit = Edit(Span(self._module.source.path, node.reference.end, node.reference.end), f" as {other}")
        edits = (edit, *(Edit(self._module.span(use), other) for use in self._uses(alias, ref, holder)))
        return (Fix(f"call it `{other}`", edits, Applicability.MAYBE_INCORRECT),)

    def _uses(
        self, alias: str, ref: ModuleRef | ReferenceFault, holder: ModuleRef | ReferenceFault
    ) -> Iterator[syntax.Name]:
        """Where an alias stands before a name that one module has and the other, which has the alias too, does not."""
        if isinstance(ref, ReferenceFault) or isinstance(holder, ReferenceFault):
            return
        own = _declared(ref, self._index) - _declared(holder, self._index)
        for node in walk(self._module):
            if not isinstance(node, (syntax.Use, syntax.TypeName)):
                continue
            if node.qualifier is not None and node.qualifier.text == alias and node.name.text in own:
                yield node.qualifier

    def _self_import(self, node: syntax.Import, ref: ModuleRef) -> Diagnostic:
        header = self._module.header
        related = (Label(self._module.span(header.reference), "this module", Role.DECLARATION),) if header else ()
        fix = Fix("remove the import", (Edit(self._whole_line(node), ""),), Applicability.MAYBE_INCORRECT)
        return codes.SELF_IMPORT.at(
            self._reference_span(node),
            titled("`{}` imports itself", str(ref)),
            "what a module declares is in scope in it anyway",
            related=related,
            fixes=(fix,),
        )

    def _reference_span(self, node: syntax.Import) -> Span:
        return self._module.span(node.reference)

    def _whole_line(self, node: syntax.Import) -> Span:
        """An import's place, with its line end where it stands alone on its line."""
        text = self._module.source.text
        start = text.rfind("\n", 0, node.start) + 1
        end = text.find("\n", node.end) + 1 or len(text)
        if (text[start : node.start] + text[node.end : end]).strip(" \t\r\n;"):
            return self._module.span(node)
        return Span(self._module.source.path, start, end)


def faulty(fault: ReferenceFault, text: str, span: Span) -> Diagnostic:
    """The error for what is no reference: with the fault's own fix, or the whole reference where that is not enough."""
    problem = fault.diagnostic(span.path, span.start)
    found = meant(text)
    if found is None or not found.has_version or repaired(text, fault):
        return problem
    fix = Fix(f"write `{found.ref}`", (Edit(span, str(found.ref)),), Applicability.MAYBE_INCORRECT)
    return replace(problem, fixes=(fix,))


def _existing(text: str, span: Span, index: ModuleIndex, used: frozenset[str]) -> tuple[Fix, ...]:
    """Fixes that write what a faulty reference can mean of the modules that there are."""
    found = meant(text)
    if found is None:
        return ()
    versions = index.versions(found.ref)
    if found.ref in versions and found.has_version:
        versions = (found.ref,)
    whole = [each for each in versions[:_MOST_COMPARED] if not used - _declared(each, index)]
    return tuple(
        Fix(f"import `{each}`", (Edit(span, str(each)),), Applicability.MAYBE_INCORRECT)
        for each in (whole or versions)[:3]
    )


def not_found(ref: ModuleRef, span: Span, index: ModuleIndex, used: frozenset[str] = frozenset()) -> Diagnostic:
    """The error for a reference, at its place in a file, that no file claims: what exists instead, newest first.

    ``used`` are the names that the file wants of the module.
    """
    if index.versions(ref):
        return _unknown_version(ref, span, index, used)
    script = index.script(ref)
    if script is None:
        return _unknown_module(ref, span, index)
    if script.rpartition("/")[2] == MODULE_FILE:
        return _no_header(ref, index.heading(script))
    return _script_import(ref, span, index, script)


def _unknown_version(ref: ModuleRef, span: Span, index: ModuleIndex, used: frozenset[str]) -> Diagnostic:
    versions = index.versions(ref)
    start = span.end - len(str(ref.version))
    lacks = {found: used - _declared(found, index) for found in versions[:_MOST_COMPARED]}
    whole = [found for found, missing in lacks.items() if not missing]
    fixes = tuple(
        Fix(
            f"import version {found.version}",
            (Edit(Span(span.path, start, span.end), str(found.version)),),
            Applicability.MAYBE_INCORRECT,
        )
        for found in (whole or versions)[:3]
    )
    return codes.UNKNOWN_VERSION.at(
        Span(span.path, start, span.end),
        titled("`{}` has no version {}", ref.title, str(ref.version)),
        f"there is {listed(tuple(str(found.version) for found in versions))}",
        notes=tuple(_about(found, index, used, lacks[found]) for found in versions[:3]),
        fixes=fixes,
    )


def _about(ref: ModuleRef, index: ModuleIndex, used: frozenset[str], missing: frozenset[str]) -> str:
    """Where a version is, and whether it has what is used."""
    where = f"{ref} is in {listed(index.find(ref))}"
    if not used:
        return where
    if missing:
        return f"{where}, and has no {listed(tuple(f'`{name}`' for name in sorted(missing)))}"
    return f"{where}, and has all that is used here"


def _declared(ref: ModuleRef, index: ModuleIndex) -> frozenset[str]:
    return declared_names("\n".join(index.heading(path).source.text for path in index.find(ref)))


def _unknown_module(ref: ModuleRef, span: Span, index: ModuleIndex) -> Diagnostic:
    candidates = index.near(ref)
    fixes = tuple(
        Fix(f"import `{candidate}`", (Edit(span, str(candidate)),), Applicability.MAYBE_INCORRECT)
        for candidate in candidates
    )
    notes = [did_you_mean(tuple(str(candidate) for candidate in candidates))]
    broken = index.broken(ref)
    related: tuple[Label, ...] = ()
    if broken is not None:
        heading = index.heading(broken)
        related = (Label(heading.span, "this header cannot be read, so its module is not found", Role.NOTE),)
    notes.append(f"searched: {listed((*index.roots, *index.extra))}, and the standard library")
    notes.append(_beside(ref, index))
    return codes.UNKNOWN_MODULE.at(
        span,
        titled("there is no module `{}`", ref.title),
        "no header says this name",
        related=related,
        notes=tuple(note for note in notes if note is not None),
        fixes=fixes,
    )


def _beside(ref: ModuleRef, index: ModuleIndex) -> str | None:
    """Where a module that nobody finds lies all the same, and how it is found."""
    found = index.beside(ref)
    if found is None:
        return None
    folder, above = found
    return (
        f"it lies in `{folder}`, which was not searched: a file `{join(above, PROJECT_FILE)}`, which may be empty, "
        f"makes one project of both, and `--path {folder}` finds it for one command"
    )


def _script_import(ref: ModuleRef, span: Span, index: ModuleIndex, script: str) -> Diagnostic:
    text = index.heading(script).source.text
    at = header_place(text)
    place = Span(script, at, at)
    fix = Fix(f"give `{script}` a header", (Edit(place, f"module {ref}\n\n"),), Applicability.MAYBE_INCORRECT)
    return codes.SCRIPT_IMPORT.at(
        span,
        titled("`{}` is a script and cannot be imported", script),
        "no module has this name",
        related=(Label(place, "there is no `module` header here", Role.DECLARATION),),
        fixes=(fix,),
    )


def _no_header(ref: ModuleRef, heading: Heading) -> Diagnostic:
    """The error for a ``module.nml`` that is no module: its own fault and not that of an import, so it stands there,
    and is the same whoever imports it."""
    path, text = heading.source.path, heading.source.text
    if not text.strip():
        return empty_file(path)
    at = header_place(text)
    fix = Fix(
        f"give `{path}` a header", (Edit(Span(path, at, at), f"module {ref}\n\n"),), Applicability.MAYBE_INCORRECT
    )
    title = titled("`{}` has no header", path)
    return codes.SCRIPT_IMPORT.at(Span(path, at, at), title, f"`{ref}` is imported, and not found", fixes=(fix,))


def default_alias(text: str) -> str:
    """The alias that a reference gives, even a faulty one."""
    return text.partition(":")[0].rpartition("/")[2].rpartition(".")[2]
