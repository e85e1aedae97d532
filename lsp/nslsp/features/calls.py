"""Which definitions run a function, and which functions a definition runs."""

from lsprotocol import types

from nscompiler.ide.calls import Call, Caller, incoming_calls, outgoing_calls, prepare_calls
from nslsp.server import Server
from nslsp.view import View

_KINDS = {
    "fun": types.SymbolKind.Function,
    "def": types.SymbolKind.Variable,
    "main": types.SymbolKind.File,
}


def register(server: Server) -> None:
    """Answer what the hierarchy of calls asks."""
    server.answers(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)(prepare)
    server.answers(types.CALL_HIERARCHY_INCOMING_CALLS, whole=True)(incoming)
    server.answers(types.CALL_HIERARCHY_OUTGOING_CALLS)(outgoing)


def prepare(view: View, params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
    """The function at a place."""
    place = view.place(params)
    found = () if place is None else prepare_calls(view.program, place.path, place.offset)
    return [_item(view, one) for one in found] or None


def incoming(view: View, params: types.CallHierarchyIncomingCallsParams) -> list[types.CallHierarchyIncomingCall]:
    """Who uses it."""
    calls = incoming_calls(view.program, view.uris.path(params.item.uri), params.item.name)
    return [types.CallHierarchyIncomingCall(_item(view, one.other), _places(view, one)) for one in calls]


def outgoing(view: View, params: types.CallHierarchyOutgoingCallsParams) -> list[types.CallHierarchyOutgoingCall]:
    """What it uses."""
    calls = outgoing_calls(view.program, view.uris.path(params.item.uri), params.item.name)
    return [types.CallHierarchyOutgoingCall(_item(view, one.other), _places(view, one)) for one in calls]


def _places(view: View, call: Call) -> list[types.Range]:
    return [view.range(span) for span in call.places]


def _item(view: View, caller: Caller) -> types.CallHierarchyItem:
    return types.CallHierarchyItem(
        caller.name,
        _KINDS[caller.declared],
        view.uris.uri(caller.place.path),
        view.range(caller.whole),
        view.range(caller.place),
        tags=[types.SymbolTag.Deprecated] if caller.deprecated else None,
        detail=caller.detail,
    )
