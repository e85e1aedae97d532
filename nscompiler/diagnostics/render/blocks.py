"""What stands below the excerpt: the two types, the flow, notes and fixes."""

from collections.abc import Iterator, Mapping, Sequence

from nscompiler.diagnostics.edits import apply_edits, in_order
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Segment, TypeDiff
from nscompiler.diagnostics.render.glyphs import Screen, plain
from nscompiler.diagnostics.render.lines import Grid, Line, Piece, line, wrap, wrap_type
from nscompiler.diagnostics.render.place import for_people
from nscompiler.diagnostics.render.window import Window
from nscompiler.source import SourceFile

_STAGE = 40
_HOPS = 12
_EDITED = 6

Sources = Mapping[str, SourceFile]


def types_block(diagnostic: Diagnostic, digits: int, screen: Screen) -> Iterator[Line]:
    """What was expected and what was found, one below the other, with ``~~~`` under what differs."""
    diff = diagnostic.diff
    if diff and diagnostic.flow and _nothing_in_common(diff):
        return  # the last two lines of the flow say it
    expected = diff.expected if diff else _whole(diagnostic.expected)
    found = diff.found if diff else _whole(diagnostic.found)
    for name, segments in (("expected", expected), ("found", found)):
        if segments:
            yield from _type_lines(name, segments, digits, screen)


def _nothing_in_common(diff: TypeDiff) -> bool:
    """Whether two types differ as a whole."""
    return all(item.role == "differs" for item in (*diff.expected, *diff.found))


def _whole(text: str | None) -> tuple[Segment, ...]:
    return () if text is None else (Segment(text),)


def _type_lines(name: str, segments: Sequence[Segment], digits: int, screen: Screen) -> Iterator[Line]:
    head = f"{'':>{digits}} = {name:>8}: "
    styles = {"differs": "differs", "name": "name"}
    pieces = [Piece(plain(item.text, screen.ascii_only), styles.get(item.role, "")) for item in segments]
    for number, part in enumerate(wrap_type(pieces, screen.width - len(head), screen)):
        start: Piece | str = Piece(head, "note") if number == 0 else " " * len(head)
        yield line(start, *part)
        under = Grid(screen)
        column = len(head)
        for piece in part:
            size = screen.measure(piece.text)
            if piece.style == "differs":
                under.put(column, "~" * screen.measure(piece.text.rstrip()), "differs")
            column += size
        if drawn := line(*under.pieces()):
            yield drawn


def flow_block(diagnostic: Diagnostic, sources: Sources, digits: int, screen: Screen) -> Iterator[Line]:
    """A table of the stages and the type after each one, ending where the flow breaks."""
    if not diagnostic.flow:
        return
    yield line(Piece(f"{'':>{digits}} = flow:", "note"), " the type after each stage")
    rows = [(screen.arrow, _stage(hop.text, screen), hop.type, "") for hop in diagnostic.flow]
    if diagnostic.expected is not None:
        needs = f"needs {diagnostic.expected}"
        rows.append((screen.cross, _stage(_broken(diagnostic, sources), screen), needs, diagnostic.severity.value))
    left = max(screen.measure(stage) for _, stage, _, _ in rows)
    sign_width = max(len(sign) for sign, _, _, _ in rows)
    for number, (sign, stage, text, style) in enumerate(rows, 1):
        if _HOPS <= number + 2 <= len(rows) - 4 and len(rows) > _HOPS + 2:
            if number == _HOPS - 2:
                yield line(f"{'':>{digits}}     {screen.ellipsis}")
            continue
        pad = " " * (left - screen.measure(stage))
        head = f"{'':>{digits}}   {number:>2}  {stage}{pad}  {sign:<{sign_width}}  "
        shown = Piece(plain(text, screen.ascii_only), style)
        for part_number, part in enumerate(wrap_type([shown], screen.width - len(head), screen)):
            yield line(Piece(head, style) if part_number == 0 else " " * len(head), *part)


def _stage(text: str, screen: Screen) -> str:
    shown = plain(" ".join(text.split()), screen.ascii_only)
    return shown if screen.measure(shown) <= _STAGE else shown[: _STAGE - 3] + screen.ellipsis


def _broken(diagnostic: Diagnostic, sources: Sources) -> str:
    """The source text of the stage at which the flow breaks."""
    span = diagnostic.break_.span
    source = sources.get(span.path)
    return "the next stage" if source is None else source.text[span.start : span.end]


def note_block(diagnostic: Diagnostic, digits: int, screen: Screen) -> Iterator[Line]:
    """The notes, wrapped."""
    for note in diagnostic.notes:
        yield from _told("note", note, digits, screen)


def _told(kind: str, text: str, digits: int, screen: Screen) -> Iterator[Line]:
    head = f"{'':>{digits}} = {kind}: "
    shown = "\n".join(plain(part, screen.ascii_only) for part in text.splitlines())
    for number, part in enumerate(wrap(shown, screen.width - len(head), screen)):
        yield line(Piece(head, "note") if number == 0 else " " * len(head), part)


def fix_block(diagnostic: Diagnostic, sources: Sources, digits: int, screen: Screen) -> Iterator[Line]:
    """The fixes: what to do and, where it is small, how the lines look then."""
    for fix in diagnostic.fixes:
        blanks = fix.applicability is Applicability.HAS_PLACEHOLDERS
        yield from _told("help", f"{fix.title} (fill in the blanks)" if blanks else fix.title, digits, screen)
        yield from _edited(fix, diagnostic.primary.span.path, sources, digits, screen)


def _edited(fix: Fix, here: str, sources: Sources, digits: int, screen: Screen) -> Iterator[Line]:
    paths = {edit.span.path for edit in fix.edits}
    source = sources.get(min(paths)) if len(paths) == 1 else None
    if source is None:
        return
    edits = in_order(fix.edits)
    first = source.lines.position(edits[0].span.start).line
    last = source.lines.position(max(edit.span.end for edit in edits)).line
    if source.path != here:
        place = plain(for_people(source.path, screen.standard), screen.ascii_only)
        yield line(Piece(f"{'':>{digits}} --> ", "gutter"), f"{place}:{first}")
    if first == last and all("\n" not in edit.text for edit in edits) and any(edit.text for edit in edits):
        yield from _one_line(edits, source, first, digits, screen)
    else:
        yield from _before_and_after(edits, source, first, last, digits, screen)


def _one_line(edits: Sequence[Edit], source: SourceFile, number: int, digits: int, screen: Screen) -> Iterator[Line]:
    """The line as it will be, with ``+++`` under what is new and ``~~~`` under what is replaced."""
    start = source.lines.start_of(number)
    end = start + len(source.line_text(number))
    mended = apply_edits(source.text, edits)
    changed = list(_changed(edits, start))
    text = mended[start : end + len(mended) - len(source.text)]
    window = Window.over(text, [(first, last) for first, last, _ in changed], screen.width - digits - 3, screen)
    under = Grid(screen)
    for first, last, mark in changed:
        under.put(window.cell(first), mark * (window.cell(last) - window.cell(first)), "added")
    yield line(Piece(f"{number:>{digits}} | ", "gutter"), window.text)
    yield line(Piece(f"{'':>{digits}} | ", "gutter"), *under.pieces())


def _changed(edits: Sequence[Edit], start: int) -> Iterator[tuple[int, int, str]]:
    """The columns, in the mended line, of each new text, and how they are marked."""
    shift = -start
    for edit in edits:
        at = edit.span.start + shift
        if edit.text:
            yield at, at + len(edit.text), "+" if edit.span.start == edit.span.end else "~"
        shift += len(edit.text) - (edit.span.end - edit.span.start)


def _before_and_after(
    edits: Sequence[Edit], source: SourceFile, first: int, last: int, digits: int, screen: Screen
) -> Iterator[Line]:
    """The lines as they are (``-``) and as they will be (``+``), if they are few."""
    start = source.lines.start_of(first)
    end = source.lines.start_of(last + 1) if last < source.lines.count else len(source.text)
    mended = apply_edits(source.text, edits)
    before = source.text[start:end].splitlines()
    after = mended[start : len(mended) - (len(source.text) - end)].splitlines()
    same = _common(before, after)
    before, after = before[same:], after[same:]
    tail = _common(before[::-1], after[::-1])
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    if len(before) + len(after) > _EDITED:
        return
    at, longest = 0, 0
    if len(before) == len(after) == 1:  # of a long line the same part is shown before and after
        at, longest = _common(before[0], after[0]), max(len(before[0]), len(after[0]))
    for sign, style, lines in (("-", "removed", before), ("+", "added", after)):
        for number, text in enumerate(lines, first + same):
            window = Window.over(text.ljust(longest), [(at, at + 1)], screen.width - digits - 3, screen)
            yield line(Piece(f"{number:>{digits}} ", "gutter"), Piece(f"{sign} {window.text.rstrip()}", style))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
