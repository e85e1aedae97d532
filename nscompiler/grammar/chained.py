"""Two slips in one declaration, ``{ name = Text; age : Integer }``: the first is told of, with a fix that mends both.

A fix for the first alone leaves the next error, and where many signs are wrong it cannot even be seen to help. So the
declaration is written with it and read anew, by itself; what is wrong then, and mended by one more fix, is the other.
"""

from collections.abc import Callable, Iterable

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.explain import first_repairs
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting
from nscompiler.records import replace
from nscompiler.source import SourceFile

Left = Callable[[str], tuple[Diagnostic, ...]]
"""What is wrong with a text that a fix wrote."""
MOST = 24
"""For so many mistakes of a file a second slip is looked for."""
_LONGEST = 600
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


def mended(around: Surroundings, problem: Diagnostic, left_in: Left) -> Diagnostic:
    """A problem whose fix mends the second slip of its declaration too; itself where there is none, or no such fix."""
    segment = around.segment
    if around.keyword not in ("type", "fun", "def") or segment.is_cut or not segment.indexes:
        return problem
    start, end = segment.start(0), segment.end(len(segment.indexes) - 1)
    if end - start > _LONGEST:
        return problem
    item = segment.source.text[start:end]
    options = [problem] if problem.fixes else []
    if not options and problem.title.startswith("Expected "):
        options = first_repairs(segment)
    for option in options:
        fix = option.fixes[0]
        if not all(start <= edit.span.start and edit.span.end <= end for edit in fix.edits):
            continue
        written = _written(item, fix.edits, start)
        left = left_in(written)
        if not left and not problem.fixes:
            return option
        if len(left) != 1 or not left[0].fixes:
            continue
        second = left[0].fixes[0]
        whole = _written(written, second.edits, 0)
        if not left_in(whole):
            return _told(segment.source, option, second, item, whole, start)
    return problem


def _written(text: str, edits: Iterable[Edit], offset: int) -> str:
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: edit.span.start - offset] + edit.text + text[edit.span.end - offset :]
    return text


def _told(source: SourceFile, option: Diagnostic, second: Fix, item: str, whole: str, start: int) -> Diagnostic:
    first = option.fixes[0]
    before = 0
    while before < min(len(item), len(whole)) and item[before] == whole[before]:
        before += 1
    behind = 0
    while behind < min(len(item), len(whole)) - before and item[-1 - behind] == whole[-1 - behind]:
        behind += 1
    edit = Edit(source.span(start + before, start + len(item) - behind), whole[before : len(whole) - behind])
    also = f"{second.title[:1].lower()}{second.title[1:]}"
    title = first.title if first.title == second.title else fitting(f"{first.title}, and {also}", first.title)
    sure = first.applicability is _SURE and second.applicability is _SURE
    return replace(option, fixes=(Fix(title, (edit,), _SURE if sure else _MAYBE), *option.fixes[1:]))
