"""Diagnostics on their way out: which form, which colours, which stream.

Nothing here imports click: a plain ``nsc check`` does without it.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from nscompiler.cli import exits

if TYPE_CHECKING:
    from nscompiler.diagnostics.model import Diagnostic
    from nscompiler.diagnostics.summary import Summary
    from nscompiler.pipeline import Compilation, Texts


FORMATS = ("text", "concise", "json")
NARROWEST, WIDEST = 40, 120


def search_folders(given: Sequence[str]) -> tuple[str, ...]:
    """The folders of ``--path``, then those of ``NSTACK_PATH``."""
    return (*given, *(folder for folder in os.environ.get("NSTACK_PATH", "").split(os.pathsep) if folder))


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour: as chosen, else as ``NO_COLOR`` and ``FORCE_COLOR`` say, else on a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def report(
    compilation: "Compilation", stream: TextIO, *, form: str = "text", color: str = "auto", quiet: bool = False
) -> int:
    """Write all problems of a compilation to a stream; the exit code that they mean."""
    report_problems(compilation, compilation.problems, stream, form=form, color=color, quiet=quiet)
    return exits.FAILED if compilation.has_errors else exits.OK


def report_problems(
    compilation: "Compilation",
    problems: "Sequence[Diagnostic]",
    stream: TextIO,
    *,
    form: str = "text",
    color: str = "auto",
    quiet: bool = False,
) -> None:
    """Write problems that point into a compilation's files to a stream, in one of the ``FORMATS``."""
    modules, files = compilation.module_count, len(compilation.selected)
    if form == "json":
        from nscompiler.diagnostics.render.json import render_json

        stream.write(render_json(problems, compilation.sources, modules=modules, files=files))
        return
    from nscompiler.diagnostics.summary import summarize

    summary = None if quiet else summarize(problems, modules=modules, files=files)
    if problems and form == "text":
        _draw(problems, compilation.sources, stream, color, summary)
        return
    if problems:
        from nscompiler.diagnostics.render.concise import render_concise

        stream.write(render_concise(problems, compilation.sources))
    if summary is not None:
        stream.write(f"{summary.line()}\n")


def _draw(
    problems: "Sequence[Diagnostic]", sources: "Texts", stream: TextIO, color: str, summary: "Summary | None"
) -> None:
    from nscompiler.diagnostics.render.text import render_text

    text = render_text(
        problems,
        sources,
        color=wants_color(color, stream),
        width=_columns(stream),
        ascii_only=_only_ascii(stream),
        summary=summary,
    )
    stream.write(text)


def _columns(stream: TextIO) -> int:
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdigit():
        return max(int(chosen), NARROWEST)
    try:
        return min(max(os.get_terminal_size(stream.fileno()).columns, NARROWEST), WIDEST)
    except (OSError, ValueError):
        return 100


def _only_ascii(stream: TextIO) -> bool:
    try:
        "→✗…".encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return True
    return False


def check_paths(
    paths: Sequence[str], *, search: Sequence[str] = (), form: str = "text", color: str = "auto", quiet: bool = False
) -> int:
    """Check paths (this folder if there are none) and write what was found to standard output; the exit code."""
    from nscompiler.files import DiskFiles
    from nscompiler.pipeline import Compilation

    compilation = Compilation(DiskFiles(), paths or (".",), search_folders(search))
    return report(compilation, sys.stdout, form=form, color=color, quiet=quiet)
