"""Where a name leads: definition, declaration, type definition, implementation."""

from collections.abc import Callable

from lsprotocol import types

from nscompiler.ide import definitions
from nscompiler.ide.definitions import Destination
from nscompiler.ide.program import Program
from nslsp.server import Server
from nslsp.view import View

Links = list[types.LocationLink] | list[types.Location]
Params = types.DefinitionParams | types.DeclarationParams | types.TypeDefinitionParams | types.ImplementationParams


def register(server: Server) -> None:
    """Answer the four questions."""
    server.answers(types.TEXT_DOCUMENT_DEFINITION)(_answer("definition", definitions.definition))
    server.answers(types.TEXT_DOCUMENT_DECLARATION)(_answer("declaration", definitions.declaration))
    server.answers(types.TEXT_DOCUMENT_TYPE_DEFINITION)(_answer("type_definition", definitions.type_definition))
    server.answers(types.TEXT_DOCUMENT_IMPLEMENTATION)(_answer("implementation", definitions.implementation))


def _answer(
    name: str, ask: Callable[[Program, str, int], tuple[Destination, ...]]
) -> Callable[[View, Params], Links | None]:
    def answer(view: View, params: Params) -> Links | None:
        place = view.place(params)
        found = () if place is None else ask(view.program, place.path, place.offset)
        if not found:
            return None
        return view.links(name, [(one.whole, one.name) for one in found], found[0].origin)

    return answer
