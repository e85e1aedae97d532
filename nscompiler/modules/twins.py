"""Several files with one module in their headers, of which one may be a copy that still needs its own name."""

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.modules.exports import declared_names, names_used
from nscompiler.modules.index import ModuleIndex
from nscompiler.modules.not_found import MOST_MENDED
from nscompiler.modules.reference import ModuleRef
from nscompiler.records import replace

# How many modules that there are not may be meant by one of the files.
_MOST_MISSING = 20


def twin_modules(ref: ModuleRef, index: ModuleIndex) -> Diagnostic | None:
    """The error that several files are one module, always the same whoever imports it; None where they are not.

    Where imports want a module that there is not, and one of the files declares what is used of that, a fix calls the
    file so.
    """
    problem = index.conflict(ref)
    if problem is None:
        return None
    fixes = tuple(
        Fix(
            f"call `{path}` `{wanted}`",
            (Edit(index.heading(path).span, str(wanted)),),
            Applicability.MAYBE_INCORRECT,
        )
        for wanted, path in _wanted(ref, index)
    )
    return replace(problem, fixes=fixes[:3])


def meant_twin(ref: ModuleRef, used: frozenset[str], index: ModuleIndex) -> ModuleRef | None:
    """The module that several files are and one of which is meant by an import that finds nothing."""
    if not used or index.versions(ref):
        return None
    found = (one for one, paths in index.contents.files.items() if len(paths) > 1 and _declaring(one, used, index))
    return next(found, None)


def _wanted(ref: ModuleRef, index: ModuleIndex) -> list[tuple[ModuleRef, str]]:
    """The modules that imports want and there are not, each with the one of the files that declares what is used."""
    found: list[tuple[ModuleRef, str]] = []
    if len(index.imports_of(ref)) > MOST_MENDED:
        return found  # each of them asks
    for wanted in index.missing[:_MOST_MISSING]:
        used = _used(wanted, index)
        path = _declaring(ref, used, index) if used and not index.versions(wanted) else None
        if path is not None and not _used(ref, index) & _declared(path, index):
            found.append((wanted, path))
    return found


def _used(ref: ModuleRef, index: ModuleIndex) -> frozenset[str]:
    """The names that all files use of a module."""
    found: set[str] = set()
    for line in index.imports_of(ref)[:MOST_MENDED]:
        names = names_used(index.heading(line.span.path).source.text)
        found |= names.get(line.alias or ref.last_part, frozenset())
    return frozenset(found)


def _declaring(ref: ModuleRef, used: frozenset[str], index: ModuleIndex) -> str | None:
    """The only file of a module in several files that declares some names."""
    found = [path for path in index.find(ref) if used <= _declared(path, index)]
    return found[0] if len(found) == 1 else None


def _declared(path: str, index: ModuleIndex) -> frozenset[str]:
    return declared_names(index.heading(path).source.text)
