"""The language server: what comes in goes to the analysis, what it finds goes out.

The event loop reads and writes messages and edits the open texts; everything that needs the program runs on the thread
of the analysis. A feature says which request it answers and with which function::

    def register(server: Server) -> None:
        @server.answers(types.TEXT_DOCUMENT_HOVER)
        def hover(view: View, params: types.HoverParams) -> types.Hover | None:
            place = view.place(params)
            …
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter

from nscompiler.tools.workspace import Workspace
from nscompiler.version import __version__
from nslsp.analysis import Analysis, Changes, Opened, Request
from nslsp.client import Client
from nslsp.convert import Uris, path_of
from nslsp.documents import Document, Documents
from nslsp.progress import Progress
from nslsp.protocol import Protocol, Session
from nslsp.settings import Settings, settings_from
from nslsp.view import View

_log = logging.getLogger(__name__)

P = TypeVar("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
Task = Callable[[View, frozenset[str]], Iterator[None]]


#: Reads and writes messages; making one takes as long as a hundred messages, and it keeps nothing of a session.
_converter = cache(default_converter)


@attrs.define
class _Tasks:
    """What is done after a change."""

    shown: Progress
    at_first: list[Task] = attrs.Factory(list)
    at_last: list[Task] = attrs.Factory(list)

    def first(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """What concerns the changed files themselves."""
        for task in self.at_first:
            yield from task(view, changed)

    def last(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """What concerns all files."""
        for task in self.at_last:
            yield from task(view, changed)

    def progress(self, done: int, total: int) -> None:
        """How much of the reading and checking is done."""
        self.shown.tell(done, total)


class Server(Session):
    """One language server for one client."""

    def __init__(self) -> None:
        super().__init__("nsc", __version__, protocol_cls=Protocol, converter_factory=_converter)
        self.client: Client | None = None
        self.settings = self._first_settings = Settings()
        self.uris = Uris()
        self.documents = Documents()
        self.exit_code: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._folders: dict[str, None] = {}
        self.analysis: Analysis | None = None
        self._tasks = _Tasks(Progress(self))
        self._questions: dict[str, Callable[[Any], Future[Any]]] = {}
        self._passing: set[asyncio.Task[None]] = set()
        self._asked: dict[int | str | None, Future[Any]] = {}

    # --- for features

    def answers(
        self, method: str, options: Any = None, *, empty: Callable[[Any], Any] | None = None, whole: bool = False
    ) -> Callable[[F], F]:
        """Answer a request with a function of the program; it runs on the thread of the analysis.

        Where it fails the client gets ``empty`` of the parameters, null without one, and the log an error. With
        ``whole`` all files are checked first, and what was asked after may overtake.
        """

        def register(function: F) -> F:
            def ask(params: Any) -> Future[Any]:
                return self._ask(lambda view: function(view, params), method, params, whole)

            async def answered(params: Any) -> Any:
                asked = self._asked.pop(self.protocol.msg_id, None)
                return await asyncio.wrap_future(ask(params) if asked is None else asked)

            self._questions[method] = ask
            self.replies(method, answered, options, empty)
            return function

        return register

    def replies(
        self,
        method: str,
        function: Callable[[P], Awaitable[R]],
        options: Any = None,
        empty: Callable[[P], R] | None = None,
    ) -> None:
        """Answer a request with a coroutine function on the event loop, which must not work long itself. Where it
        fails it goes as for ``answers``."""

        async def handler(params: P) -> R | None:
            try:
                return await function(params)
            except (JsonRpcException, asyncio.CancelledError):
                raise
            except Exception as error:
                self.failed(f"answering {method}", error)
                return None if empty is None else empty(params)

        self.feature(method, options)(handler)

    def executes(self, name: str) -> Callable[[F], F]:
        """Run a command (``workspace/executeCommand``) as a function of the program and the command's arguments, each
        as plain data."""

        def register(function: F) -> F:
            async def handler(*arguments: Any) -> Any:
                try:
                    return await self.analysed(lambda view: function(view, *arguments), name)
                except (JsonRpcException, asyncio.CancelledError):
                    raise
                except Exception as error:
                    self.failed(f"running {name}", error)
                    return None

            self.command(name)(handler)
            return function

        return register

    def at_first(self, task: Task) -> None:
        """Have something done after each change, in slices, as long as nothing else is to be done.

        It gets the program, which may be of the open files alone, and the paths that changed since all tasks were last
        done. Another change ends it.
        """
        self._tasks.at_first.append(task)

    def at_last(self, task: Task) -> None:
        """Have something done as ``at_first``, but once all files are read and checked."""
        self._tasks.at_last.append(task)

    async def analysed(
        self, ask: Callable[[View], R], method: str = "", params: object = None, *, whole: bool = False
    ) -> R:
        """What a function says of the program as it is after all that was sent before.

        Raises what the function raises, and JsonRpcContentModified where its document has changed meanwhile and the
        client would ask again.
        """
        return await asyncio.wrap_future(self._ask(ask, method, params, whole))

    def _ask(self, ask: Callable[[View], R], method: str, params: object, whole: bool) -> Future[R]:
        future: Future[R] = Future()
        document = getattr(params, "text_document", None)
        path = None if document is None else self.uris.path(document.uri)
        retried = self.client is not None and method in self.client.retried
        if self.analysis is None:
            future.cancel()
        else:
            self.analysis.ask(Request(ask, future, path, retried, whole))
        return future

    def arrived(self, number: int | str | None, method: str, params: Any) -> None:
        """Put a question in the queue as it comes in: its handler begins only when the loop gets to it, and by then
        the text may have changed. One that is taken back leaves the queue."""
        if number is not None and method in self._questions:
            self._asked[number] = self._questions[method](params)
        elif method == types.CANCEL_REQUEST and (asked := self._asked.pop(params.id, None)) is not None:
            asked.cancel()

    def in_passing(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done on the event loop that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._passing.add(task)
        task.add_done_callback(self._passed)

    async def leave_off(self) -> None:
        """Wait for the end of what was cancelled at the end of the session."""
        if self._passing:
            await asyncio.wait(self._passing)

    def _passed(self, task: "asyncio.Task[None]") -> None:
        self._passing.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self.failed("talking with the client", error)

    def on_loop(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have something sent, from the thread of the analysis: only the event loop writes."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def failed(self, doing: str, error: Exception) -> None:
        """Tell of a bug of ours, once, in the log of the server and of the client."""
        _log.error("internal error while %s", doing, exc_info=error)
        if self.client is not None:
            cause = error.__cause__ or error
            where = "" if cause is error else f", {error}"
            told = f"internal error while {doing}{where}: {type(cause).__name__}: {cause}"
            self.on_loop(self.window_log_message, types.LogMessageParams(types.MessageType.Error, told))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Tell of an error that pygls met outside of our handlers."""
        if not isinstance(error, JsonRpcException):
            self.failed("handling a message", error)

    # --- the life of a session

    def begin(self, params: types.InitializeParams) -> None:
        """Get to know the client and its folders."""
        self._loop = asyncio.get_running_loop()
        self.client = Client(params.capabilities)
        self._configure(params.initialization_options, Settings())
        self._first_settings = self.settings
        self._folders = dict.fromkeys(_folders(params))
        workspace = Workspace((), search_folders(self.settings), piecemeal=True)
        self.analysis = Analysis(workspace, self._view, self._tasks, self.failed)
        self.analysis.start()

    def start_checking(self) -> None:
        """Load the folders: the client is ready for what is found."""
        self.changed(Changes(folders=tuple(self._folders)))

    def finish(self, code: int) -> None:
        """End the session; the process ends with a code."""
        self.exit_code = code
        for task in self._passing:
            task.cancel()
        if self.analysis is not None:
            self.analysis.stop()

    def _view(self, workspace: Workspace, versions: Mapping[str, int]) -> View:
        assert self.client is not None
        return View(workspace.state, self.client, self.settings, self.uris, versions)

    # --- what changes

    def changed(self, changes: Changes) -> None:
        """Have changes taken over."""
        if self.analysis is not None:
            self.analysis.change(changes)

    def opened(self, item: types.TextDocumentItem) -> None:
        """Hold a text from now on."""
        self._hold(self.documents.open(self.uris.name(item.uri), item.version, item.text))

    def edited(self, params: types.DidChangeTextDocumentParams) -> None:
        """Edit a text; a change to a version that is not newer than the one held is dropped."""
        assert self.client is not None
        document, encoding = params.text_document, self.client.encoding
        path = self.uris.path(document.uri)
        held = self.documents.change(path, document.version, params.content_changes, encoding)
        if held is None:
            _log.warning("a change of %s to version %s came too late or too early", document.uri, document.version)
        else:
            self._hold(held)

    def closed(self, uri: str) -> None:
        """Go back to what the disk has."""
        path = self.uris.path(uri)
        if self.documents.close(path):
            self.changed(Changes({path: None}))

    def _hold(self, document: Document) -> None:
        self.changed(Changes({document.path: Opened(document.text, document.version)}))

    def change_folders(self, added: list[str], removed: list[str]) -> None:
        """Work on more or fewer folders."""
        for uri in removed:
            self._folders.pop(self.uris.path(uri), None)
        self._folders |= dict.fromkeys(self.uris.path(uri) for uri in added)
        self.changed(Changes(folders=tuple(self._folders)))

    def configure(self, given: object) -> None:
        """Take over other settings; what they do not say is as it was at the start of the session."""
        before = self.settings
        self._configure(given, self._first_settings)
        if self.settings != before:
            search = search_folders(self.settings) if self.settings.path != before.path else None
            self.changed(Changes(search=search, again=True))

    def _configure(self, given: object, before: Settings) -> None:
        self.settings, faults = settings_from(given, before)
        for fault in faults:
            _log.warning("%s", fault)
            self.on_loop(self.window_show_message, types.ShowMessageParams(types.MessageType.Warning, fault))


def _folders(params: types.InitializeParams) -> list[str]:
    """The paths of the folders that a client has open; older ones have but one, and name it otherwise."""
    if params.workspace_folders is not None:
        return [path_of(folder.uri) for folder in params.workspace_folders]
    if params.root_uri is not None:
        return [path_of(params.root_uri)]
    return [] if params.root_path is None else [os.path.normpath(params.root_path)]


def search_folders(settings: Settings) -> tuple[str, ...]:
    """The folders of the settings, then those of ``NSTACK_PATH``."""
    named = os.environ.get("NSTACK_PATH", "").split(os.pathsep)
    return (*settings.path, *(folder for folder in named if folder))
