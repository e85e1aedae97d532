"""Every place that names the same thing: in all files, and in the one that is open."""

from collections.abc import Iterator

from lsprotocol import types

from nscompiler.ide.meetings import look_ahead
from nscompiler.ide.references import highlights, references
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what references and highlights ask."""
    server.answers(types.TEXT_DOCUMENT_REFERENCES, whole=True)(find_references)
    server.answers(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)(highlight)
    server.at_last(_look_ahead)


def _look_ahead(view: View, _: frozenset[str]) -> Iterator[None]:
    """What is asked about a field rests on all files: what each says of fields is found out before."""
    return look_ahead(view.program)


def find_references(view: View, params: types.ReferenceParams) -> list[types.Location] | None:
    """The places in the ``.nml`` files, and in the Python code beside them."""
    place = view.place(params)
    if place is None:
        return None
    wanted = params.context.include_declaration
    found = references(view.program, place.path, place.offset, declaration=wanted, python=True)
    return [view.location(one.span) for one in found] or None


def highlight(view: View, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
    """The places in the same file; what declares a name or gives a parameter its value is a write."""
    place = view.place(params)
    found = () if place is None else highlights(view.program, place.path, place.offset)
    kinds = {True: types.DocumentHighlightKind.Write, False: types.DocumentHighlightKind.Read}
    return [types.DocumentHighlight(view.range(one.span), kinds[one.writes]) for one in found] or None
