"""Renaming across files; why something cannot be renamed is told as the error that the request ends with."""

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nscompiler.ide.refusal import Refusal
from nscompiler.ide.rename import prepare_rename, rename
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what renaming asks."""
    server.answers(types.TEXT_DOCUMENT_PREPARE_RENAME, whole=True)(prepare)
    server.answers(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True), whole=True)(rename_all)


def prepare(view: View, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name at a place as it is now."""
    place = view.place(params)
    if place is None:
        return None
    found = prepare_rename(view.program, place.path, place.offset)
    if isinstance(found, Refusal):
        if found.nothing:
            return None
        raise _refused(found)
    return types.PrepareRenamePlaceholder(view.range(found.span), found.placeholder)


def rename_all(view: View, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edits; Python methods and ``self.args["…"]`` go along unless ``nsc.rename.python`` is off."""
    place = view.place(params)
    if place is None:
        return None
    python = view.settings.rename_python
    found = rename(view.program, place.path, place.offset, params.new_name, python=python)
    if isinstance(found, Refusal):
        raise _refused(found)
    return view.workspace_edit(found.edits)


def _refused(refusal: Refusal) -> JsonRpcException:
    return JsonRpcException(refusal.reason, types.LSPErrorCodes.RequestFailed)
