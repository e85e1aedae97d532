"""What a selection grows to."""

from lsprotocol import types

from nscompiler.ide.selection import selections
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what growing a selection asks."""
    server.answers(types.TEXT_DOCUMENT_SELECTION_RANGE)(grow)


def grow(view: View, params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
    """For each place the ranges around it."""
    path = view.path(params)
    source = view.source(path)
    if source is None:
        return None
    offsets = (view.client.encoding.offset(source, position) for position in params.positions)
    return [_nested(view, path, offset) for offset in offsets]


def _nested(view: View, path: str, offset: int) -> types.SelectionRange:
    found: types.SelectionRange | None = None
    for span in reversed(selections(view.program, path, offset)):
        found = types.SelectionRange(view.range(span), found)
    assert found is not None, "the whole file is around every place"
    return found
