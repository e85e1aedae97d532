"""What in a file leads out of it."""

import os

from lsprotocol import types

from nscompiler.ide.links import Link, links
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what leads out of a file."""
    server.answers(types.TEXT_DOCUMENT_DOCUMENT_LINK)(document_links)


def document_links(view: View, params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
    """Imports, addresses, and the files of parameters that are there."""
    found = ((one, _target(view, one)) for one in links(view.program, view.path(params)))
    tooltips = view.client.can("text_document.document_link.tooltip_support")
    return [
        types.DocumentLink(view.range(one.span), target, (one.tooltip or None) if tooltips else None)
        for one, target in found
        if target is not None
    ] or None


def _target(view: View, link: Link) -> str | None:
    if link.address is not None:
        return link.address
    there = (file for file in link.files if view.source(file) is not None if file.endswith(".nml"))
    found = next(there, None) or next((file for file in link.files if os.path.isfile(file)), None)
    return None if found is None else view.uris.uri(os.path.normpath(found))
