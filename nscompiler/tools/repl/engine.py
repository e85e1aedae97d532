"""What the engine of the editors knows of a place in a cell."""

from collections.abc import Iterator

import attrs

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.ide.complete import complete
from nscompiler.ide.hover import hover
from nscompiler.ide.offers import Offer as Offered
from nscompiler.source import SourceFile, Span
from nscompiler.tools.repl.session import Session
from nscompiler.tools.repl.unfinished import is_command
from nscompiler.typecheck.facts import Checked
from nscompiler.types.show import show
from nscompiler.types.types import Type


@attrs.frozen(slots=True)
class Offer:
    """A text that may stand from ``start`` to ``end`` of the cell, listed as ``label``; ``detail`` is what it is in a
    few words, ``kind`` in one."""

    start: int
    end: int
    text: str
    label: str
    detail: str = ""
    kind: str = ""


def in_code(session: Session, cell: str, offset: int) -> Iterator[Offer]:
    """What may stand at an offset of a cell of the language, best first; functions of modules that are not imported
    among it once the session has read all."""
    script, base = session.with_cell(cell, offset)
    found = complete(session.among_all(script), session.path, base + offset)
    for one in found.items:
        edits = tuple(_in_cell(edit, base) for edit in one.edits)
        detail = "; ".join(filter(None, (one.detail, one.note)))
        yield _written(cell, (found.start - base, found.end - base), one, edits, detail)


def _in_cell(edit: Edit, base: int) -> Edit:
    """An edit of the script as one of the cell; what stands before the cell are imports, which the cell then begins
    with."""
    start, end = edit.span.start - base, edit.span.end - base
    if start >= 0:
        return Edit(Span("", start, end), edit.text)
    return Edit(Span("", 0, 0), f"{edit.text.strip()}\n")


def _written(cell: str, place: tuple[int, int], one: Offered, edits: tuple[Edit, ...], detail: str) -> Offer:
    start, end = place
    first = min((edit.span.start for edit in edits), default=start)
    before = apply_edits(cell[:start], edits)
    return Offer(first, end, f"{before[first:]}{one.insert}", one.label, detail, one.kind.value)


def about(session: Session, cell: str, offset: int) -> str | None:
    """What is known of the thing at an offset of a cell, as Markdown; None where there is nothing to be said."""
    script, base = session.with_cell(cell, offset)
    found = hover(session.probe(script), session.path, base + offset)
    return None if found is None else found.markdown


def documented(session: Session, name: str) -> str | None:
    """What is known of ``f``, ``T``, ``A.f``, ``A.T`` or the module ``A``; None where there is no such thing."""
    last = name.rpartition(".")[2]
    if not last[:1].isupper():
        return about(session, name, len(name) - 1)
    in_a_type = f"fun it : {name} -> {name}"
    return about(session, in_a_type, len("fun it : ") + len(name) - 1) or about(session, f"{name}.it", 0)


def flowing(session: Session, cell: str, offset: int) -> str | None:
    """The type of what flows into the stage at an offset of a cell; None before the first ``|``, and where what stands
    before it is wrong or within brackets."""
    bar = cell.rfind("|", 0, offset)
    before = cell[:bar]
    if bar < 0 or is_command(cell) or any(problem.is_error for problem in parse(SourceFile("", before)).problems):
        return None
    script, base = session.with_cell(before, bar)
    state = session.probe(script)
    output = _output(state.file(session.path), base)
    return None if output is None or output is state.types.void else show(output)


def _output(checked: Checked | None, start: int) -> Type | None:
    """What the last expression of a file gives, if it stands behind an offset."""
    if checked is None:
        return None
    body = checked.module.main
    if body is None:
        bodies = [decl.body for decl in checked.module.declarations if isinstance(decl, syntax.DefDecl)]
        body = bodies[-1] if bodies else None
    arrow = None if body is None or body.start < start else checked.facts.arrows.get(body)
    return None if arrow is None else arrow.output
