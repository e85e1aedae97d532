"""What is offered above declarations; how often something is used is counted once it is to be seen."""

from typing import Any

from lsprotocol import types

from nscompiler.ide.lenses import Lens, lenses
from nscompiler.ide.names import Names
from nscompiler.ide.references import references
from nscompiler.source import Span
from nslsp.server import Server
from nslsp.view import View

RUN, GRAPH, SHOW_REFERENCES = "nsc.run", "nsc.graph", "nsc.showReferences"
"""Commands of the client. The first two get a file's address and a workflow's name, the last one an address, a position
and the locations to show."""
_TITLES = {"run": ("▸ run", RUN), "graph": ("graph", GRAPH)}


def register(server: Server) -> None:
    """Answer what is asked for lenses."""
    options = types.CodeLensOptions(resolve_provider=True)
    server.answers(types.TEXT_DOCUMENT_CODE_LENS, options)(code_lenses)
    server.answers(types.CODE_LENS_RESOLVE, empty=lambda lens: lens, whole=True)(resolve)


def code_lenses(view: View, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lenses of a file."""
    settings = view.settings
    path = view.path(params)
    found = lenses(view.program, path, run=settings.lens_run, references=settings.lens_references)
    return [_lens(view, path, one) for one in found]


def _lens(view: View, path: str, lens: Lens) -> types.CodeLens:
    uri, place = view.uris.uri(path), view.range(lens.place)
    if lens.kind in _TITLES:
        title, command = _TITLES[lens.kind]
        return types.CodeLens(place, types.Command(title, command, arguments=[uri, lens.name]))
    return types.CodeLens(place, data={"uri": uri, "name": lens.name})


def resolve(view: View, lens: types.CodeLens) -> types.CodeLens:
    """A lens with how often its function or type is used."""
    data: Any = lens.data
    if lens.command is not None or not isinstance(data, dict):
        return lens
    path, name = view.uris.path(str(data.get("uri"))), str(data.get("name"))
    names = Names(view.program)
    target = names.function(path, None, name) or names.type(path, None, name)
    if target is None or target.span is None:
        return types.CodeLens(lens.range, types.Command("not there any more", ""), data)
    found = references(view.program, path, target.span.start, declaration=False)
    title = f"{len(found)} {'reference' if len(found) == 1 else 'references'}"
    places = [_location(view, one.span) for one in found]
    arguments = [data["uri"], _position(view.range(target.span).start), places]
    command = SHOW_REFERENCES if found else ""
    return types.CodeLens(lens.range, types.Command(title, command, arguments=arguments if found else None), data)


def _position(at: types.Position) -> dict[str, int]:
    return {"line": at.line, "character": at.character}


def _location(view: View, span: Span) -> dict[str, Any]:
    found = view.location(span)
    return {"uri": found.uri, "range": {"start": _position(found.range.start), "end": _position(found.range.end)}}
