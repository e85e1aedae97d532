"""What a client tells of itself and its files: folders, settings, files that changed on the disk."""

from contextlib import suppress

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nslsp.analysis import Changes
from nslsp.server import Server
from nslsp.settings import SECTION

#: Files whose change may change what is found.
WATCHED = ("**/*.nml", "**/*.py", "**/nstack*.yaml", "**/requirements.txt", "**/nstack.lock")
_WATCHER, _SETTINGS = "nsc.files", "nsc.settings"


def register(server: Server) -> None:
    """Take part in the life of a session."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        server.start_checking()  # at once: what comes next is asked of the folders
        server.in_passing(_get_to_know(server))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: types.DidChangeConfigurationParams) -> None:
        if not await _ask_for_settings(server):
            server.configure(params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        event = params.event
        server.change_folders([one.uri for one in event.added], [one.uri for one in event.removed])

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.changed(Changes(on_disk={server.uris.path(change.uri) for change in params.changes}))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.changed(Changes(on_disk={server.uris.path(params.text_document.uri)}))

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancelled(params: types.WorkDoneProgressCancelParams) -> None:
        """The first check goes on: it is what every answer rests on."""


async def _get_to_know(server: Server) -> None:
    await _register_more(server)
    await _ask_for_settings(server)


async def _register_more(server: Server) -> None:
    client, wanted = server.client, []
    assert client is not None
    if client.can("workspace.did_change_watched_files.dynamic_registration"):
        watchers = [types.FileSystemWatcher(glob) for glob in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(types.Registration(_WATCHER, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if client.can("workspace.did_change_configuration.dynamic_registration"):
        section = types.DidChangeConfigurationRegistrationOptions(SECTION)
        wanted.append(types.Registration(_SETTINGS, types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        with suppress(JsonRpcException):  # it goes without
            await server.client_register_capability_async(types.RegistrationParams(wanted))


async def _ask_for_settings(server: Server) -> bool:
    """Take over the settings that the client has under our name; whether it has any."""
    assert server.client is not None
    if not server.client.can("workspace.configuration"):
        return False
    asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
    try:
        answer = await server.workspace_configuration_async(asked)
    except JsonRpcException:
        return False
    if not answer or answer[0] is None:
        return False
    server.configure(answer[0])
    return True
