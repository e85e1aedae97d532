"""What one module declares otherwise than several files want it is one fault: it is told once for all of them, and its
fixes mend all."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import types as type_codes
from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Role
from nscompiler.records import replace

# In how many other files a fix mends the same in one go, and how many further places are pointed to.
_MOST_MENDED = 50
_MOST_PLACES = 8
_MOST_FIXES = 3
_NAMES = (codes.UNKNOWN_TYPE, codes.UNKNOWN_NAME)
_JOINTS = (
    type_codes.TYPE_MISMATCH,
    type_codes.FIELD_MISSING,
    type_codes.FIELD_MISSPELT,
    type_codes.SUM_MISMATCH,
    type_codes.LIST_UNEXPECTED,
    type_codes.LIST_NEEDED,
    type_codes.OPTIONAL_UNEXPECTED,
)
_IDS = frozenset(one.id for one in (*_NAMES, *_JOINTS))
_OF_MODULE = "` declares no "
_OWN = "there is no "


def told_for_all_files(diagnostics: Sequence[Diagnostic]) -> Iterable[Diagnostic]:
    """The same diagnostics; those of several files about one name of a module, or that one edit of a declaration would
    mend, as one."""
    if len({one.primary.span.path for one in diagnostics if one.code.id in _IDS}) < 2:
        return diagnostics
    for keys in (_name, _edits):
        diagnostics = _told_once(diagnostics, keys)
    return diagnostics


def _name(one: Diagnostic) -> Iterator[Hashable]:
    """The name that a module lacks, for those who import it and for itself."""
    if one.code not in _NAMES:
        return
    _, lacks, name = one.title.partition(_OF_MODULE)
    declared = [label.span.path for label in one.related if label.role is Role.DECLARATION]
    if lacks and declared:
        yield declared[0], name
    elif one.title.startswith(_OWN):
        yield one.primary.span.path, one.title.removeprefix(_OWN)


def _edits(one: Diagnostic) -> Iterator[Hashable]:
    """What each fix of a joint changes."""
    for fix in one.fixes if one.code in _JOINTS else ():
        yield frozenset((edit.span, edit.text) for edit in fix.edits)


def _told_once(
    diagnostics: Sequence[Diagnostic], keys: Callable[[Diagnostic], Iterator[Hashable]]
) -> Sequence[Diagnostic]:
    groups: dict[Hashable, list[Diagnostic]] = {}
    for one in diagnostics:
        for key in keys(one):
            groups.setdefault(key, []).append(one)
    again: dict[int, Diagnostic | None] = {}
    for group in sorted(groups.values(), key=len, reverse=True):
        left = [one for one in group if id(one) not in again]
        if len({one.primary.span.path for one in left}) > 1:
            # The module's own file first: there is the declaration.
            left.sort(key=lambda one: _OF_MODULE in one.title)
            again |= dict.fromkeys(map(id, left))
            again[id(left[0])] = _merged(left)
    if not again:
        return diagnostics
    told = (again.get(id(one), one) for one in diagnostics)
    return [one for one in told if one is not None]


def _merged(group: Sequence[Diagnostic]) -> Diagnostic:
    first, *others = group
    here = (label for one in others for label in (one.primary, *_here(one)))
    labels = tuple(Label(one.span, "and here", Role.NOTE) for one in [*here][:_MOST_PLACES])
    whole = (_whole(fix, group) for one in group for fix in one.fixes)
    fixes = {frozenset(fix.edits): fix for fix in whole if fix is not None}
    return replace(first, related=(*first.related, *labels), fixes=tuple(fixes.values())[:_MOST_FIXES])


def _here(one: Diagnostic) -> Iterator[Label]:
    return (label for label in one.related if label.text == "and here")


def _whole(fix: Fix, group: Sequence[Diagnostic]) -> Fix | None:
    """A fix for all files; None where one of them has no such fix."""
    edits = dict.fromkeys(fix.edits)
    for other in group:
        same = next((one for one in other.fixes if one.title == fix.title or one.edits == fix.edits), None)
        if same is not None:
            edits.update(dict.fromkeys(same.edits))
        elif not other.title.startswith(_OWN) or any(edit.span.path != other.primary.span.path for edit in fix.edits):
            return None  # what changes the declaration does for its own file, too
    paths = {edit.span.path for edit in edits}
    if len(paths) > _MOST_MENDED:
        return None
    where = "" if len(paths) == 1 else ", in both files" if len(paths) == 2 else f", in all {len(paths)} files"
    return replace(fix, title=f"{fix.title}{where}", edits=tuple(edits))
