"""Diagnostics on their way out: which form, which colours, which stream.

Nothing here imports click: a plain ``nsc check`` does without it.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from nscompiler.diagnostics.model import Diagnostic
    from nscompiler.diagnostics.report import Report
    from nscompiler.source import SourceFile


NARROWEST, WIDEST = 40, 120


class Outcome(Protocol):
    """What a check came to: a compilation, or what is known of an earlier one. ``targets`` are the files asked for that
    could be read, ``module_count`` how many of them are modules."""

    @property
    def problems(self) -> "tuple[Diagnostic, ...]": ...
    @property
    def sources(self) -> "Mapping[str, SourceFile]": ...
    @property
    def targets(self) -> tuple[str, ...]: ...
    @property
    def module_count(self) -> int: ...


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour: as chosen, else as ``NO_COLOR`` and ``FORCE_COLOR`` say, else on a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def report_problems(
    outcome: "Outcome",
    problems: "Sequence[Diagnostic]",
    stream: TextIO,
    *,
    form: str = "text",
    color: str = "auto",
    quiet: bool = False,
    statistics: Mapping[str, object] | None = None,
) -> None:
    """Write problems that point into the files of a check to a stream, in one of ``render.FORMATS``.

    ``quiet`` leaves the closing line out; ``statistics`` go into forms that have a place for them.
    """
    if not problems and form in ("text", "concise"):
        # The commonest answer is one line, for which nothing that draws is loaded.
        if not quiet:
            stream.write(f"{_counted(outcome)}\n")
        return
    from nscompiler.diagnostics.render import renderer

    stream.write(renderer(form)(_report(outcome, problems, stream, color, quiet, statistics)))


def _counted(outcome: "Outcome") -> str:
    from nscompiler.diagnostics.summary import Summary

    return Summary(modules=outcome.module_count, files=len(outcome.targets)).line()


def _report(
    outcome: "Outcome",
    problems: "Sequence[Diagnostic]",
    stream: TextIO,
    color: str,
    quiet: bool,
    statistics: Mapping[str, object] | None,
) -> "Report":
    from nscompiler.diagnostics.order import ordered
    from nscompiler.diagnostics.report import Report
    from nscompiler.modules.standard import standard_folder
    from nscompiler.version import __version__

    return Report(
        ordered(problems),
        outcome.sources,
        outcome.targets,
        outcome.module_count,
        statistics,
        closing=not quiet,
        color=wants_color(color, stream),
        width=columns(stream),
        ascii_only=only_ascii(stream),
        version=__version__,
        docs=os.environ.get("NSC_DOCS_URL", ""),
        standard=standard_folder(),
    )


def columns(stream: TextIO) -> int:
    """How wide to draw: ``COLUMNS`` if set, else the terminal within reason, else 100."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdigit():
        return max(int(chosen), NARROWEST)
    try:
        return min(max(os.get_terminal_size(stream.fileno()).columns, NARROWEST), WIDEST)
    except (OSError, ValueError):
        return 100


def only_ascii(stream: TextIO) -> bool:
    """Whether a stream cannot take what lies beyond ASCII."""
    try:
        "→✗…".encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return True
    return False
