"""What is said of an import that finds no module: what there is instead, and fixes that mend all who import it."""

from typing import ClassVar

from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.modules.exports import declared_names, names_used
from nscompiler.modules.header import header_place
from nscompiler.modules.importers import ImportLine
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.reading import Heading, empty_file, missing_module_file
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import CONFIG_FILE, MODULE_FILE, PROJECT_FILE, join
from nscompiler.modules.wording import listed, titled
from nscompiler.records import Record, replace
from nscompiler.source import Span

# In how many versions of a module is looked for the names that are used.
MOST_COMPARED = 20
# In how many modules is looked for those that have other names.
MOST_SKIMMED = 200
# How many other files a fix mends in one go.
MOST_MENDED = 50


class Wanting(Record):
    """What an import that finds nothing wants: ``span`` is the place of its reference, ``used`` are the names that its
    file wants of the module, ``alias`` by which it does so where that is the module's own; empty where it has another.
    ``own`` is the module that imports it, None for a script.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("ref", "span", "used", "alias", "own")
    __slots__ = __match_args__

    def __init__(
        self,
        ref: ModuleRef,
        span: Span,
        used: frozenset[str] = frozenset(),
        alias: str = "",
        own: ModuleRef | None = None,
    ) -> None:
        self.ref = ref
        self.span = span
        self.used = used
        self.alias = alias
        self.own = own


def not_found(wanting: Wanting, index: ModuleIndex) -> Diagnostic:
    """The error for a reference that no file claims: what exists instead, newest first."""
    ref = wanting.ref
    if index.versions(ref):
        return _unknown_version(wanting, index)
    script = index.script(ref)
    if script is None:
        unwritten = index.unwritten(ref)
        if unwritten is not None:  # the same whoever imports it
            return missing_module_file(unwritten, Span(join(unwritten, CONFIG_FILE), 0, 0))
        return _unknown_module(wanting, index)
    if script.rpartition("/")[2] == MODULE_FILE:
        return _no_header(ref, index.heading(script))
    return _script_import(ref, wanting.span, index, script)


def _unknown_version(wanting: Wanting, index: ModuleIndex) -> Diagnostic:
    ref, used = wanting.ref, wanting.used
    versions = tuple(found for found in index.versions(ref) if found != wanting.own)
    if not versions:
        return _unknown_module(wanting, index)
    span = _version_place(ref, wanting.span)
    lacks = {found: used - declared(found, index) for found in versions[:MOST_COMPARED]}
    whole = [found for found, missing in lacks.items() if not missing]
    others = [_version_place(ref, line.span) for line in _others(wanting, index)]
    fixes = [_fix(f"import version {found.version}", span, str(found.version)) for found in (whole or versions)[:3]]
    return codes.UNKNOWN_VERSION.at(
        span,
        titled("`{}` has no version {}", ref.title, str(ref.version)),
        f"there is {listed(tuple(str(found.version) for found in versions))}",
        notes=tuple(_about(found, index, used, lacks[found]) for found in versions[:3]),
        fixes=_with_others(fixes, [Edit(place, fixes[0].edits[0].text) for place in others]),
    )


def _version_place(ref: ModuleRef, reference: Span) -> Span:
    """The place of the version in a reference."""
    return Span(reference.path, reference.end - len(str(ref.version)), reference.end)


def _fix(title: str, span: Span, text: str) -> Fix:
    return Fix(title, (Edit(span, text),), Applicability.MAYBE_INCORRECT)


def _others(wanting: Wanting, index: ModuleIndex) -> list[ImportLine]:
    """The other imports of what is not found; none where they are too many."""
    lines = index.imports_of(wanting.ref)
    return [line for line in lines if line.span != wanting.span] if len(lines) <= MOST_MENDED + 1 else []


def _with_others(fixes: list[Fix], edits: list[Edit]) -> tuple[Fix, ...]:
    """The fixes, and before them the first of them for all who import the same."""
    if not fixes or not edits:
        return tuple(fixes)
    first, paths = fixes[0], {edit.span.path for edit in (*fixes[0].edits, *edits)}
    where = "in all places" if len(paths) == 1 else "in both files" if len(paths) == 2 else f"in all {len(paths)} files"
    all_of_them = Fix(f"{first.title}, {where}", (*first.edits, *edits), first.applicability)
    return (all_of_them, *fixes)[:3]


def _about(ref: ModuleRef, index: ModuleIndex, used: frozenset[str], missing: frozenset[str]) -> str:
    """Where a version is, and whether it has what is used."""
    where = f"{ref} is in {listed(index.find(ref))}"
    if not used:
        return where
    if missing:
        return f"{where}, and has no {listed(tuple(f'`{name}`' for name in sorted(missing)))}"
    return f"{where}, and has all that is used here"


def declared(ref: ModuleRef, index: ModuleIndex) -> frozenset[str]:
    """The names that a module declares, going by its text."""
    return declared_names("\n".join(index.heading(path).source.text for path in index.find(ref)))


def _unknown_module(wanting: Wanting, index: ModuleIndex) -> Diagnostic:
    ref, span = wanting.ref, wanting.span
    near = tuple(each for each in index.near(ref) if each != wanting.own)
    whole = tuple(each for each in near if not wanting.used - declared(each, index))
    renamed = () if near else _renamed(wanting, index)
    candidates = whole or (*(() if renamed else _declaring(wanting, index)), *near)[:3]
    fixes = [_fix(f"import `{each}`", span, _written(each, wanting.alias)) for each in (*candidates, *renamed)]
    notes = [did_you_mean(tuple(str(candidate) for candidate in candidates))]
    broken = index.broken(ref)
    related: tuple[Label, ...] = ()
    if broken is not None:
        heading = index.heading(broken)
        related = (Label(heading.span, "this header cannot be read, so its module is not found", Role.NOTE),)
    for each in renamed:
        heading = index.heading(index.find(each)[0])
        related += (Label(heading.span, "this file is called so, and its module otherwise", Role.DECLARATION),)
    notes.append(f"searched: {listed((*index.roots, *index.extra))}, and the standard library")
    notes.append(_beside(ref, index))
    edits = [_edit(line, ref, (*candidates, *renamed)[0], index) for line in _others(wanting, index) if fixes]
    return codes.UNKNOWN_MODULE.at(
        span,
        titled("there is no module `{}`", ref.title),
        "no header says this name",
        related=related,
        notes=tuple(note for note in notes if note is not None),
        fixes=_with_others(fixes, edits),
    )


def _renamed(wanting: Wanting, index: ModuleIndex) -> tuple[ModuleRef, ...]:
    """The module that has another name by now, going by what its file is called and what it declares."""
    if not wanting.used:
        return ()
    called = index.called(wanting.ref)
    found = tuple(each for each in called[:MOST_COMPARED] if not wanting.used - declared(each, index))
    return found if len(found) == 1 else ()


def _declaring(wanting: Wanting, index: ModuleIndex) -> tuple[ModuleRef, ...]:
    """The only module of the same first name that declares all that is used."""
    refs = index.contents.refs
    if not wanting.used or len(refs) > MOST_SKIMMED:
        return ()
    first = wanting.ref.name.partition(".")[0]
    related = (versions[0] for versions in refs.values() if versions[0].name.partition(".")[0] == first)
    found = [one for one in related if one != wanting.own and not wanting.used - declared(one, index)]
    return tuple(found) if len(found) == 1 else ()


def _written(ref: ModuleRef, alias: str) -> str:
    """A reference, with the alias by which the names of its module are used."""
    return f"{ref} as {alias}" if alias and alias != ref.last_part else str(ref)


def _edit(line: ImportLine, wanted: ModuleRef, found: ModuleRef, index: ModuleIndex) -> Edit:
    used = not line.alias and wanted.last_part in names_used(index.heading(line.span.path).source.text)
    return Edit(line.span, _written(found, wanted.last_part if used else ""))


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
    return replace(no_module(span, script, at), fixes=(fix,))


def no_module(span: Span, script: str, at: int = 0) -> Diagnostic:
    """The error for what names a script where a module stands; ``at`` is the place of the header that it has not."""
    return codes.SCRIPT_IMPORT.at(
        span,
        titled("`{}` is a script and cannot be imported", script),
        "no module has this name",
        related=(Label(Span(script, at, at), "there is no `module` header here", Role.DECLARATION),),
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
