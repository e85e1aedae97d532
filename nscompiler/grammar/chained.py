"""Several slips in one declaration, ``{ name = Text; age : int }``: the first is told of, with a fix that mends all.

A fix for the first alone leaves the next error, and where many signs are wrong it cannot even be seen to help. So the
declaration is written with it and read anew, by itself; what is wrong then, and mended by one more fix, is the next.
Of what was written so, that goes on first which has its next mistake nearest to the end.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.explain import first_repairs
from nscompiler.grammar.foreign_names import foreign_types, scalar_meant
from nscompiler.grammar.mistakes import SCALARS
from nscompiler.grammar.segment import Repair, Segment
from nscompiler.grammar.slipped_signs import WHAT_SIGNS_DO
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.wording import fitting, shown
from nscompiler.records import replace
from nscompiler.source import SourceFile

Left = Callable[[str], tuple[Diagnostic, ...]]
"""What is wrong with a text that a fix wrote."""
MOST = 48
"""When so many texts of a file were read, no further slips are looked for."""
_LONGEST = 600
#: How many fixes may be needed, and how many texts are read for one mistake.
_DEEPEST, _TRIES = 5, 24
# What may stand, rightly or not, behind the name of a field, a parameter or a stage.
_BEHIND_NAMES = frozenset((":", "=", "->", ">", "<", ";", "."))
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


def mended(around: Surroundings, problem: Diagnostic, left_in: Left) -> Diagnostic:
    """A problem whose fix mends the other slips of its declaration too; itself where there is none, or no such fix."""
    segment = around.segment
    if around.keyword not in ("type", "fun", "def") or segment.is_cut or not segment.indexes:
        return problem
    start, end = segment.start(0), segment.end(len(segment.indexes) - 1)
    if end - start > _LONGEST:
        return problem
    item = segment.source.text[start:end]
    options = with_repairs(around, problem)
    firsts = [
        option
        for option in options
        if all(start <= edit.span.start and edit.span.end <= end for edit in option.fixes[0].edits)
    ]
    found = _search(item, [option.fixes[0] for option in firsts], start, left_in)
    if found is None:
        return problem
    first, further, whole = found
    names = foreign_types(whole, around.keyword)
    if names:
        whole = _written(
            whole, [Edit(SourceFile("", whole).span(at, at + len(name)), right) for at, name, right in names], 0
        )
    option = firsts[first]
    if not further and not names:
        return problem if problem.fixes else option
    return _told(segment.source, option, further, [right for *_, right in names], item, whole, start)


def with_repairs(around: Surroundings, problem: Diagnostic) -> list[Diagnostic]:
    """A problem with a fix for what is told of, or, where nothing is known of it, each repair that helps over it."""
    segment = around.segment
    if problem.fixes:
        return [problem]
    if problem.code is codes.NAME_CASE:
        meant = scalar_meant(segment.source.text[problem.primary.span.start : problem.primary.span.end])
        fix = Fix(f"Write `{meant}`", (Edit(problem.primary.span, meant or ""),), _MAYBE)
        return [replace(problem, fixes=(fix,))] if meant else []
    if not problem.title.startswith("Expected "):
        return []
    likely = [*_field_begins(segment), *_twice(segment), *first_repairs(segment)]
    return likely or list(_other_signs(segment))


def _field_begins(segment: Segment) -> Iterator[Diagnostic]:
    """The `,` that is missing in ``{ a : Text b = Integer }``, where the `=` is wrong too."""
    at = segment.at
    if segment.text(at) not in _BEHIND_NAMES or not segment.is_word(at - 1) or not segment.open_brackets():
        return
    ends = (
        segment.is_word(at - 2) or segment.text(at - 2) in ("]", "}", ")") or segment.text(at - 2)[-1:] in '"0123456789'
    )
    if ends and segment.text(at - 2):
        fix = Fix("Insert `,`", (segment.insertion(at - 1, [","]),), _MAYBE)
        title = f"A `,` is missing before {shown(segment.text(at - 1))}"
        yield codes.MISSING_COMMA.at(segment.span(at - 1), title, "expected `,` before this", fixes=(fix,))


def _twice(segment: Segment) -> Iterator[Diagnostic]:
    """The second `=` of ``type T == A``."""
    text = segment.text(segment.at)
    if text == "=" and segment.text(segment.at - 1) == text:
        fix = Fix(f"Remove `{text}`", (segment.removal(segment.at, segment.at),), _MAYBE)
        yield codes.UNEXPECTED.at(segment.span(segment.at), f"`{text}` stands twice", fixes=(fix,))


def _other_signs(segment: Segment) -> Iterator[Diagnostic]:
    """A sign for another, ``f > g``, which helps over the mistake."""
    text = segment.text(segment.at)
    for sign, title in WHAT_SIGNS_DO.items() if text in _BEHIND_NAMES else ():
        outcome = segment.attempt(Repair(0, 1, (sign,))) if sign != text else None
        if outcome is not None and outcome.edits:
            code = codes.UNEXPECTED
            title = fitting(f"{title}, not by {shown(text)}", title)
            yield code.at(segment.span(segment.at), title, fixes=(outcome.fix(f"Write `{sign}`", sure=False),))


def _search(item: str, firsts: list[Fix], start: int, left_in: Left) -> tuple[int, list[Fix], str] | None:
    """The first fix, the others and the text that they lead to, in which nothing is wrong."""
    waiting: list[tuple[int, int, int, str, list[Fix], tuple[Diagnostic, ...]]] = []
    tries = 0
    for number, fix in enumerate(firsts):
        written = _written(item, fix.edits, start)
        left = left_in(written)
        if not left:
            return number, [], written
        heappush(waiting, (_to_go(written, left), tries, number, written, [], left))
        tries += 1
    seen = {one[3] for one in waiting}
    while waiting:
        _, _, number, text, fixes, left = heappop(waiting)
        for fix in left[0].fixes if len(fixes) < _DEEPEST - 1 else ():
            written = _written(text, fix.edits, 0)
            if tries >= _TRIES:
                return None
            if written in seen or _guesses(text, fix, len(fixes)):
                continue
            seen.add(written)
            tries += 1
            further = left_in(written)
            if not further:
                return number, [*fixes, fix], written
            heappush(waiting, (_to_go(written, further), tries, number, written, [*fixes, fix], further))
    return None


def _to_go(text: str, left: tuple[Diagnostic, ...]) -> int:
    """How much of a text lies behind its first mistake."""
    return len(text) - left[0].primary.span.start


def _guesses(text: str, fix: Fix, others: int) -> bool:
    """Whether a fix mends no slip but what is not understood: it takes a word out, or makes a variable of a type; of
    several, one that only takes something out is none either.
    """
    gone = "".join(text[edit.span.start : edit.span.end] for edit in fix.edits)
    if not any(edit.text for edit in fix.edits):
        return others > 0 or any(map(str.isalnum, gone))
    return gone in SCALARS and fix.edits[0].text == gone.lower()


def _written(text: str, edits: Iterable[Edit], offset: int) -> str:
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: edit.span.start - offset] + edit.text + text[edit.span.end - offset :]
    return text


def _told(
    source: SourceFile, option: Diagnostic, further: list[Fix], names: list[str], item: str, whole: str, start: int
) -> Diagnostic:
    first = option.fixes[0]
    before = 0
    while before < min(len(item), len(whole)) and item[before] == whole[before]:
        before += 1
    behind = 0
    while behind < min(len(item), len(whole)) - before and item[-1 - behind] == whole[-1 - behind]:
        behind += 1
    edit = Edit(source.span(start + before, start + len(item) - behind), whole[before : len(whole) - behind])
    titles = [fix.title for fix in further] + ([f"Write `{'`, `'.join(dict.fromkeys(names))}`"] if names else [])
    sure = not names and all(fix.applicability is _SURE for fix in (first, *further))
    fix = Fix(_title([first.title, *titles]), (edit,), _SURE if sure else _MAYBE)
    return replace(option, fixes=(fix, *option.fixes[1:]))


def _title(titles: list[str]) -> str:
    """``Write `:`, insert `,`, and write `Text```."""
    first, *others = dict.fromkeys(titles)
    also = [f"{title[:1].lower()}{title[1:]}" for title in others]
    if not also:
        return first
    joined = f"{', '.join((first, *also[:-1]))}, and {also[-1]}"
    return fitting(joined, f"{first}, and mend what else is wrong with it")
