"""What follows when a person renames files: the Python file beside a script, the list of a project's folders."""

import os

from lsprotocol import types

from nscompiler.ide.file_renames import following
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Answer what is asked before files are renamed."""
    patterns = [
        types.FileOperationPattern("**/*.nml", types.FileOperationPatternKind.File),
        types.FileOperationPattern("**", types.FileOperationPatternKind.Folder),
    ]
    options = types.FileOperationRegistrationOptions([types.FileOperationFilter(one, "file") for one in patterns])
    server.answers(types.WORKSPACE_WILL_RENAME_FILES, options, whole=True)(will_rename)


def will_rename(view: View, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """Edits and further renamings that go along."""
    renames = [(view.uris.path(one.old_uri), view.uris.path(one.new_uri)) for one in params.files]
    found = following(view.program, renames, os.path.isfile)
    if not found.edits and not found.renames:
        return None
    return view.workspace_edit(found.edits, found.renames)
