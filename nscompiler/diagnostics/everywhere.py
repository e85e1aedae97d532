"""Names that several files want of one module, which has them no more: each file's error gets a fix that mends all."""

from collections.abc import Iterable, Sequence

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.records import replace

# In how many other files a fix mends the same in one go.
_MOST_MENDED = 50
_CODES = (codes.UNKNOWN_TYPE, codes.UNKNOWN_NAME)
_OF_MODULE = "` declares no "


def mended_everywhere(diagnostics: Sequence[Diagnostic]) -> Iterable[Diagnostic]:
    """The same diagnostics; those of several files about one name of a module have first a fix for all the files."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in diagnostics:
        if one.fixes and one.code in _CODES and _OF_MODULE in one.title and not _is_of_several(one.fixes[0]):
            groups.setdefault((one.title, one.fixes[0].title), []).append(one)
    again: dict[int, Diagnostic] = {}
    for group in groups.values():
        paths = {one.primary.span.path for one in group}
        if 1 < len(paths) <= _MOST_MENDED:
            whole = _whole(group, len(paths))
            again |= {id(one): replace(one, fixes=(whole, *one.fixes)[:3]) for one in group}
    return [again.get(id(one), one) for one in diagnostics] if again else diagnostics


def _is_of_several(fix: Fix) -> bool:
    """Whether a fix mends several files already: what is ordered may be so a second time."""
    return len({edit.span.path for edit in fix.edits}) > 1


def _whole(group: Sequence[Diagnostic], files: int) -> Fix:
    first = group[0].fixes[0]
    edits = tuple(dict.fromkeys(edit for one in group for edit in one.fixes[0].edits))
    where = "in both files" if files == 2 else f"in all {files} files"
    return replace(first, title=f"{first.title}, {where}", edits=edits)
