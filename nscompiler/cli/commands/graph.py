"""``nsc graph``: the picture of a workflow."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import color_option, path_option

if TYPE_CHECKING:
    from nscompiler.backends.graph import Notes
    from nscompiler.flow.model import Graph

_BY_SUFFIX = {"mmd": "mermaid", "dot": "dot", "gv": "dot", "svg": "svg", "html": "html", "htm": "html", "json": "json"}

_NOT_DRAWN = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "pdf", "eps", "ps", "tiff", "ico"})


@click.command("graph", short_help="Draw the flow graph of a workflow.")
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflow", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "mermaid", "dot", "svg", "html", "json"]),
    help="How to draw; by default as the name of -o ends, else for the terminal.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters alone.")
@click.option(
    "--width", type=click.IntRange(24, 10_000), help="Columns of a terminal drawing; those of the terminal by default."
)
@click.option(
    "--links",
    type=click.Choice(["file", "vscode", "none"]),
    default="file",
    show_default=True,
    help="Where places lead to in HTML.",
)
@color_option
@path_option
def command(
    path: str,
    workflow: str | None,
    form: str | None,
    output: Path | None,
    ascii_only: bool,
    width: int | None,
    links: str,
    color: str,
    search: tuple[str, ...],
) -> int:
    """Draw the flow graph of a workflow, with the type of what flows along each edge.

    HTML is one page that needs nothing else, with all workflows there if none is named. JSON is the flow graph
    itself, as backends read it.
    """
    from nscompiler.cli import programs
    from nscompiler.tools.picture_notes import picture_notes

    form = form or _form_of(output)
    compilation = programs.compiled(path, search)
    found = programs.startable(compilation) if form == "html" and workflow is None else []
    found = found or [programs.chosen(compilation, path, workflow)]
    graphs = programs.lowered(compilation, found, runs=False)
    notes = picture_notes(compilation, [file for file, _ in found], files=form == "html")
    if form == "terminal":
        _put_drawing(graphs[0], output, width, ascii_only=ascii_only, color=color)
    else:
        _put(_drawn(graphs, form, notes, links), output, form)
    return exits.OK


def _form_of(output: Path | None) -> str:
    """How to draw what goes to a file of this name. Ends the command for a kind of picture that nothing here draws."""
    suffix = "" if output is None else output.suffix.lower().lstrip(".")
    if suffix in _NOT_DRAWN:
        drawn = ", ".join(f".{known}" for known in _BY_SUFFIX)
        hint = "`--format FORM` writes that form to a file of any name"
        raise Failure(f"no .{suffix} can be drawn; names may end in {drawn}", hint)
    return _BY_SUFFIX.get(suffix, "terminal")


def _drawn(graphs: "Sequence[Graph]", form: str, notes: "Notes", links: str) -> str:
    from nscompiler.backends import graph as draw

    match form:
        case "svg":
            return draw.svg(graphs[0], notes)
        case "html":
            from nscompiler.backends.graph.page import page  # jinja2 takes as long to load as all else here
            from nscompiler.tools.site.doc_comments import as_html

            return page(graphs, notes, links=links, prose=as_html)
        case "json":
            from nscompiler.flow.dump import dump

            return dump(graphs[0])
    return draw.dot(graphs[0]) if form == "dot" else draw.mermaid(graphs[0])


def _put_drawing(graph: "Graph", output: Path | None, width: int | None, *, ascii_only: bool, color: str) -> None:
    from nscompiler.backends.graph import terminal
    from nscompiler.cli.report import only_ascii, wants_color

    to_screen = output is None
    _put(
        terminal(
            graph,
            width=width or shutil.get_terminal_size().columns,
            ascii_only=ascii_only or (to_screen and only_ascii(sys.stdout)),
            color=wants_color(color, sys.stdout) if to_screen else color == "always",
        ),
        output,
    )


def _put(text: str, output: Path | None, form: str = "terminal") -> None:
    if output is None:
        from nscompiler.cli.printing import put, put_json

        if form == "json":
            put_json(text)
        elif form in ("svg", "html"):
            put(text.encode(sys.stdout.encoding or "utf-8", "xmlcharrefreplace").decode(sys.stdout.encoding or "utf-8"))
        else:
            put(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror or error}") from None
