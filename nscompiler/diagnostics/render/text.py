"""Diagnostics for people, on a terminal.

``rich`` measures and colours; what is drawn where is decided in the modules beside this one. Colour repeats what
the marks already say, so that nothing is lost without it.
"""

from collections.abc import Iterable, Iterator, Mapping

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

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

_STYLES = {
    "error": Style(color="red", bold=True),
    "warning": Style(color="yellow", bold=True),
    "hint": Style(color="cyan", bold=True),
    "related": Style(color="blue", bold=True),
    "gutter": Style(color="blue", bold=True),
    "strong": Style(bold=True),
    "note": Style(bold=True),
    "added": Style(color="green", bold=True),
    "removed": Style(color="red"),
    "differs": Style(color="magenta", bold=True),
    "name": Style(italic=True),
    "faint": Style(dim=True),
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
    screen = Screen(max(width, NARROWEST), ascii_only, cell_len, standard)
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
    return piece.text if style is None else style.render(piece.text, color_system=ColorSystem.STANDARD)
