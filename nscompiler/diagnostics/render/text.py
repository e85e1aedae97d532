"""Diagnostics for people, on a terminal.

What is drawn where is decided in the modules beside this one, ``rich`` measures what is not ASCII. Colour repeats what
the marks already say, so that nothing is lost without it.
"""

from collections.abc import Iterable, Iterator, Mapping

from nscompiler.diagnostics.model import Diagnostic, Label
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render.blocks import fix_block, flow_block, note_block, types_block
from nscompiler.diagnostics.render.excerpt import excerpt, last_line
from nscompiler.diagnostics.render.glyphs import Screen, plain
from nscompiler.diagnostics.render.lines import Line, Piece, line, wrap
from nscompiler.diagnostics.render.place import for_people
from nscompiler.diagnostics.report import Report
from nscompiler.diagnostics.summary import Summary
from nscompiler.source import SourceFile

Sources = Mapping[str, SourceFile]

NARROWEST = 40

_BOLD, _DIM, _ITALIC, _RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN = 1, 2, 3, 31, 32, 33, 34, 35, 36
# As ECMA-48 numbers them ("select graphic rendition"): the colours that every terminal has, in its own shades.
_STYLES = {
    "error": (_BOLD, _RED),
    "warning": (_BOLD, _YELLOW),
    "hint": (_BOLD, _CYAN),
    "related": (_BOLD, _BLUE),
    "gutter": (_BOLD, _BLUE),
    "strong": (_BOLD,),
    "note": (_BOLD,),
    "added": (_BOLD, _GREEN),
    "removed": (_RED,),
    "differs": (_BOLD, _MAGENTA),
    "name": (_ITALIC,),
    "faint": (_DIM,),
}


def render(report: Report) -> str:
    """A report for a terminal of its width."""
    return render_text(
        report.diagnostics,
        report.sources,
        color=report.color,
        width=report.width,
        ascii_only=report.ascii_only,
        summary=report.summary if report.closing else None,
        standard=report.standard,
    )


def render_text(
    diagnostics: Iterable[Diagnostic],
    sources: Sources,
    *,
    color: bool,
    width: int,
    ascii_only: bool = False,
    summary: Summary | None = None,
    standard: str = "",
) -> str:
    """All diagnostics by file and position, an empty line after each, and the summary's line if one is given.

    ``sources`` holds the texts by the path that spans carry; a file that is not in it is named without an excerpt.
    ``width`` is in columns, 40 at least; ``standard`` is the standard library's folder, which is shown as
    ``<stdlib>``. The text ends in a newline unless it is empty.
    """
    screen = Screen(max(width, NARROWEST), ascii_only, columns, standard)
    lines: list[Line] = []
    for diagnostic in ordered(diagnostics):
        lines += (*_one(diagnostic, sources, screen), ())
    if summary is not None:
        lines.append(summary_line(summary))
    return "".join(f"{_painted(drawn, color)}\n" for drawn in lines)


def summary_line(summary: Summary) -> Line:
    """The closing line, in the colour of the worst."""
    style = "error" if summary.errors else "warning" if summary.warnings else "strong"
    return line(Piece(summary.line(), style))


def _one(diagnostic: Diagnostic, sources: Sources, screen: Screen) -> Iterator[Line]:
    level = diagnostic.severity.value
    title = plain(diagnostic.title, screen.ascii_only)
    yield line(Piece(f"{level}[{diagnostic.code.id}]", level), Piece(f": {title}", "strong"))
    files = _by_file(diagnostic)
    digits = _digits(files, sources)
    bar = line(Piece(f"{'':>{digits}} |", "gutter"))
    drawn = False
    for number, (path, labels) in enumerate(files.items()):
        source = sources.get(path)
        yield line(
            Piece(f"{'':>{digits}}{':::' if number else '-->'} ", "gutter"), _where(path, labels, source, screen)
        )
        if source is None or not source.text:
            yield from _unplaced(labels, digits, screen)
            continue
        drawn = True
        yield bar
        yield from excerpt(labels, source, digits, level, screen)
        if number + 1 < len(files):
            yield bar
    below = [
        *types_block(diagnostic, digits, screen),
        *flow_block(diagnostic, sources, digits, screen),
        *note_block(diagnostic, digits, screen),
        *fix_block(diagnostic, sources, digits, screen),
    ]
    if below and drawn:
        yield bar
    yield from below


def _by_file(diagnostic: Diagnostic) -> dict[str, list[Label]]:
    """The labels by file, the primary's first."""
    files: dict[str, list[Label]] = {}
    for label in (diagnostic.primary, *diagnostic.related):
        files.setdefault(label.span.path, []).append(label)
    return files


def _digits(files: dict[str, list[Label]], sources: Sources) -> int:
    numbers = [last_line(labels, sources[path]) for path, labels in files.items() if path in sources]
    return len(str(max(numbers, default=1)))


def _where(path: str, labels: list[Label], source: SourceFile | None, screen: Screen) -> str:
    shown = plain(for_people(path, screen.standard), screen.ascii_only)
    if source is None:
        return shown
    at = source.lines.position(labels[0].span.start)
    return f"{shown}:{at.line}:{at.column}"


def _unplaced(labels: list[Label], digits: int, screen: Screen) -> Iterator[Line]:
    """What the labels of a file without lines say."""
    head = f"{'':>{digits}} = "
    for label in labels:
        for number, part in enumerate(wrap(plain(label.text, screen.ascii_only), screen.width - len(head), screen)):
            if part:
                yield line(Piece(" " * len(head) if number else head, "gutter"), part)


def _painted(pieces: Line, color: bool) -> str:
    if not color:
        return "".join(piece.text for piece in pieces)
    return "".join(_paint(piece) for piece in pieces)


def _paint(piece: Piece) -> str:
    style = _STYLES.get(piece.style)
    if style is None or not piece.text:
        return piece.text
    return f"\x1b[{';'.join(map(str, style))}m{piece.text}\x1b[0m"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len  # with tables of all wide characters, which most messages do without

    return cell_len(text)
