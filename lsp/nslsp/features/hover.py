"""What is known of the thing under the pointer."""

from lsprotocol import types

from nscompiler.ide import hover as engine
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what hovering asks."""
    server.answers(types.TEXT_DOCUMENT_HOVER)(hover)


def hover(view: View, params: types.HoverParams) -> types.Hover | None:
    """The text about what is at a place."""
    place = view.place(params)
    found = None if place is None else engine.hover(view.program, place.path, place.offset)
    if found is None:
        return None
    return types.Hover(view.markup("text_document.hover.content_format", found.markdown), view.range(found.span))
