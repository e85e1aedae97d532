"""An editor for tests: it speaks the protocol with a server, which runs in this process or in one of its own.

Texts of tests are marked: ``‸`` is a place (it is taken out before the text is sent), ``⟦`` and ``⟧`` are a range.
Every answer goes through ``legality``, so that no test can pass on one that this client may not be sent.

::

    def test_hover_tells_the_type(editor):
        at = editor.open("etl.nml", "module Etl:0.1.0\\n\\ndef f = Std.‸count\\n")
        assert "Integer" in editor.at(types.TEXT_DOCUMENT_HOVER, at).contents.value
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
from clients import CONVERTER
from legality import Rules
from lsprotocol import types
from nslsp.convert import Encoding, path_of, uri_of
from nslsp.registration import make_server
from nslsp.transport import serve
from pygls.capabilities import ServerCapabilitiesBuilder

from nscompiler.source import SourceFile

#: More than any answer takes: a server that stays silent is a failure and not a test without an end.
PATIENCE = 60
MARKS = "‸⟦⟧"


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@attrs.frozen
class Marked:
    """A text without its marks, and where they stood."""

    path: str
    source: SourceFile
    places: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]


def unmarked(path: str, text: str) -> Marked:
    """Take the marks out of a text."""
    places, starts, ranges, kept = [], [], [], ""
    for character in text:
        if character == "‸":
            places.append(len(kept))
        elif character == "⟦":
            starts.append(len(kept))
        elif character == "⟧":
            ranges.append((starts.pop(), len(kept)))
        else:
            kept += character
    return Marked(path, SourceFile(path, kept), tuple(places), tuple(ranges))


class InProcess:
    """A server on the loop of the test."""

    def __init__(self) -> None:
        self.server = make_server()
        self._reader = asyncio.StreamReader()
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self._task = asyncio.ensure_future(serve(self.server, self._reader, self))

    def write(self, data: bytes) -> None:
        """Take what the server sends."""
        self._replies.put_nowait(data.partition(b"\r\n\r\n")[2])

    def send(self, body: bytes) -> None:
        """Give the server a message."""
        self._reader.feed_data(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def receive(self) -> bytes:
        """The next message of the server."""
        return await self._replies.get()

    async def end(self) -> int:
        """The exit code, once the server has ended."""
        self._reader.feed_eof()
        code = await self._task
        if self.server.analysis is not None:
            self.server.analysis.join(PATIENCE)
        return code


class OwnProcess:
    """A server as editors start it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, *arguments: str, **environment: str) -> "OwnProcess":
        """Start ``python -m nscompiler lsp``."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "nscompiler", "lsp", *arguments)
        env = {**os.environ, **environment}
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=1 << 26, env=env))

    def send(self, body: bytes) -> None:
        """Give the server a message."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def receive(self) -> bytes:
        """The next message of the server."""
        assert self._process.stdout is not None
        head = await self._process.stdout.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return await self._process.stdout.readexactly(int(length.split(b":")[1]))

    async def end(self) -> int:
        """The exit code, once the server has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self._process.wait()


class Editor:
    """One client of one server."""

    def __init__(
        self,
        folder: Path,
        capabilities: types.ClientCapabilities,
        *,
        own_process: bool = False,
        settings: dict[str, Any] | None = None,
        lenient: bool = False,
    ) -> None:
        self.folder = folder
        self.capabilities = capabilities
        self.settings: dict[str, Any] = settings or {}
        #: What the server sent on its own: the diagnostics it published last by path, and all else by method.
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.received: dict[str, list[Any]] = {}
        self.versions: dict[str, int] = {}
        self.sources: dict[str, SourceFile] = {}
        self._rules = None if lenient else Rules(capabilities, self._text)
        self.ended = False
        #: Messages about bugs of ours are taken; a test that does not say so must not see one.
        self.forgiving = False
        self._count = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._awaited: dict[int, str] = {}
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(self._connect(own_process))
        self.encoding = Encoding(ServerCapabilitiesBuilder.choose_position_encoding(capabilities))

    async def _connect(self, own_process: bool) -> InProcess | OwnProcess:
        return await OwnProcess.start() if own_process else InProcess()

    @property
    def server(self) -> Any:
        """The server itself, where it runs in this process."""
        assert isinstance(self._connection, InProcess)
        return self._connection.server

    # --- the life of a session

    def start(self, *folders: Path, options: Any = None) -> types.InitializeResult:
        """Begin a session in the editor's folder, or in others."""
        opened = [types.WorkspaceFolder(uri_of(str(one)), one.name) for one in folders or (self.folder,)]
        params = types.InitializeParams(
            capabilities=self.capabilities, workspace_folders=opened, initialization_options=options
        )
        result: types.InitializeResult = self.request(types.INITIALIZE, params)
        self.notify(types.INITIALIZED, types.InitializedParams())
        return result

    def reload(self) -> None:
        """Tell that whatever lies in the folder was made now."""
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                self.touch(str(file.relative_to(self.folder)), types.FileChangeType.Created)

    def stop(self) -> int:
        """End the session in order; the exit code."""
        self.request(types.SHUTDOWN, None)
        self.notify(types.EXIT, None)
        return self.end()

    def end(self) -> int:
        """Close the connection; the exit code."""
        self.ended = True
        logged = [one.message for one in self.received.get(types.WINDOW_LOG_MESSAGE, [])]
        assert self.forgiving or not logged, logged
        code = self._loop.run_until_complete(asyncio.wait_for(self._connection.end(), PATIENCE))
        if left := asyncio.all_tasks(self._loop):  # what was cancelled ends
            self._loop.run_until_complete(asyncio.wait(left, timeout=PATIENCE))
        self._loop.close()
        return code

    # --- texts

    def path(self, name: str) -> str:
        """The path of a file by its name in the folder; an address that is no file stays one."""
        return path_of(name) if ":" in name else str(self.folder / name)

    def uri(self, name: str) -> str:
        """The address of a file by its name in the folder."""
        return name if ":" in name else uri_of(str(self.folder / name))

    def write(self, name: str, text: str) -> None:
        """Put a file on the disk, without a word to the server."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")

    def open(self, name: str, text: str | None = None) -> Marked:
        """Open a file, with a marked text or that of the disk."""
        if text is None:
            text = Path(self.path(name)).read_bytes().decode()
        marked = self._hold(name, text)
        item = types.TextDocumentItem(self.uri(name), "nml", self.versions[marked.path], marked.source.text)
        self.notify(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(item))
        return marked

    def change(self, name: str, text: str) -> Marked:
        """Replace the whole text of an open file by a marked one."""
        marked = self._hold(name, text)
        self._changed(name, types.TextDocumentContentChangeWholeDocument(marked.source.text))
        return marked

    def edit(self, name: str, start: int, end: int, text: str) -> None:
        """Replace a stretch of an open file, counted in code points."""
        source = self.sources[self.path(name)]
        place = self.encoding.range(source, start, end)
        self._hold(name, source.text[:start] + text + source.text[end:], marks=False)
        self._changed(name, types.TextDocumentContentChangePartial(place, text))

    def _hold(self, name: str, text: str, *, marks: bool = True) -> Marked:
        path = self.path(name)
        marked = unmarked(path, text) if marks else Marked(path, SourceFile(path, text), (), ())
        self.sources[path] = marked.source
        self.versions[path] = self.versions.get(path, 0) + 1
        return marked

    def _changed(self, name: str, change: types.TextDocumentContentChangeEvent) -> None:
        document = types.VersionedTextDocumentIdentifier(self.versions[self.path(name)], self.uri(name))
        self.notify(types.TEXT_DOCUMENT_DID_CHANGE, types.DidChangeTextDocumentParams(document, [change]))

    def close(self, name: str) -> None:
        """Close a file; the disk has it again."""
        self.sources.pop(self.path(name), None)
        document = types.TextDocumentIdentifier(self.uri(name))
        self.notify(types.TEXT_DOCUMENT_DID_CLOSE, types.DidCloseTextDocumentParams(document))

    def touch(self, name: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        """Tell that a file on the disk was made, changed or deleted."""
        event = types.FileEvent(self.uri(name), kind)
        self.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.DidChangeWatchedFilesParams([event]))

    def _text(self, uri: str) -> SourceFile | None:
        path = path_of(uri)
        if path in self.sources:
            return self.sources[path]
        try:
            return SourceFile(path, Path(path).read_bytes().decode())
        except (OSError, UnicodeDecodeError):
            return None

    # --- questions

    def document(self, name: str) -> types.TextDocumentIdentifier:
        """A file as parameters name it."""
        return types.TextDocumentIdentifier(self.uri(name))

    def position(self, marked: Marked, place: int = 0) -> types.Position:
        """A mark, or a range's start where there are no marks, as the protocol has it."""
        offset = marked.places[place] if marked.places else marked.ranges[place][0]
        return self.encoding.position(marked.source, offset)

    def range(self, marked: Marked, place: int = 0) -> types.Range:
        """A marked range as the protocol has it."""
        return self.encoding.range(marked.source, *marked.ranges[place])

    def at(self, method: str, marked: Marked, place: int = 0, **more: Any) -> Any:
        """The answer to a request about a marked place."""
        kind = parameters(method)
        document = types.TextDocumentIdentifier(uri_of(marked.path))
        return self.request(method, kind(text_document=document, position=self.position(marked, place), **more))

    def about(self, method: str, name: str, **more: Any) -> Any:
        """The answer to a request about a whole document."""
        return self.request(method, parameters(method)(text_document=self.document(name), **more))

    def settle(self) -> Any:
        """Wait until all that was sent so far is checked; the counts of what was found."""
        return self.request("nsc/checked", {})

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the server does of its own accord, such as asking for settings and heeding the answer."""
        for _ in range(100):
            self.settle()
            if holds():
                return
        raise AssertionError("it never came to that")

    def texts_after(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """What an edit makes of files, by name in the folder. Files are neither renamed nor made here."""
        by_uri: dict[str, list[Any]] = {uri: list(edits) for uri, edits in (edit.changes or {}).items()}
        for change in edit.document_changes or ():
            if isinstance(change, types.TextDocumentEdit):
                by_uri.setdefault(change.text_document.uri, []).extend(change.edits)
        return {
            str(Path(path_of(uri)).relative_to(self.folder)): self._edited(uri, edits) for uri, edits in by_uri.items()
        }

    def text_after(self, name: str, edits: Any) -> str:
        """What edits make of one file."""
        return self._edited(self.uri(name), edits)

    def _edited(self, uri: str, edits: Any) -> str:
        source = self._text(uri) or SourceFile(path_of(uri), "")
        spans = sorted(
            ((self.encoding.span(source, one.range), one.new_text) for one in edits), key=lambda one: one[0].start
        )
        text, end = "", 0
        for span, new in spans:
            assert span.start >= end, "edits overlap"
            text, end = text + source.text[end : span.start] + new, span.end
        return text + source.text[end:]

    def covered(self, uri: str, place: types.Range) -> str:
        """The text in a range of a file."""
        source = self._text(uri)
        assert source is not None
        span = self.encoding.span(source, place)
        return source.text[span.start : span.end]

    # --- messages

    def request(self, method: str, params: Any, *, patience: float = PATIENCE) -> Any:
        """The answer to a request. Raises Refused where it is an error, AssertionError where it is not legal."""
        return self.answer(self.ask(method, params), patience=patience)

    def ask(self, method: str, params: Any) -> int:
        """Send a request without waiting; its id."""
        self._count += 1
        self._awaited[self._count] = method
        self._send({"id": self._count, "method": method, "params": CONVERTER.unstructure(params)})
        return self._count

    def answer(self, number: int, *, patience: float = PATIENCE) -> Any:
        """The answer to a request that was sent."""
        raw = self._loop.run_until_complete(asyncio.wait_for(self._wait_for(number), patience))
        method = self._awaited.pop(number)
        if "error" in raw:
            raise Refused(raw["error"]["code"], raw["error"]["message"])
        known = types.METHOD_TO_TYPES.get(method)
        if known is None or known[1] is None:
            return raw.get("result")
        result = CONVERTER.structure(raw, known[1]).result
        if self._rules is not None:
            self._rules.check(method, result)
        return result

    def run_until(self, holds: Callable[[], bool]) -> None:
        """Let the loop run, without asking anything, until something holds."""

        async def wait() -> None:
            while not holds():
                await asyncio.sleep(0)

        self._loop.run_until_complete(asyncio.wait_for(wait(), PATIENCE))

    def cancel(self, number: int) -> None:
        """Take a request back."""
        self.notify(types.CANCEL_REQUEST, types.CancelParams(number))

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": CONVERTER.unstructure(params)})

    def _send(self, message: dict[str, Any]) -> None:
        if message.get("params") is None:
            message.pop("params")
        self._connection.send(json.dumps({"jsonrpc": "2.0", **message}).encode())

    async def _wait_for(self, number: int) -> dict[str, Any]:
        while number not in self._answers:
            self._take(json.loads(await self._connection.receive()))
        return self._answers.pop(number)

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self._answers[message["id"]] = message
            return
        kind = types.METHOD_TO_TYPES.get(method)
        params = message.get("params")
        if kind is not None:
            params = getattr(CONVERTER.structure(message, kind[0]), "params", None)
        self.received.setdefault(method, []).append(params)
        if self._rules is not None:
            self._rules.check_sent(method, params)
        if method == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS:
            self.diagnostics[path_of(params.uri)] = list(params.diagnostics)
        if "id" in message:
            self._send_reply(message["id"], method, params)

    def _send_reply(self, number: Any, method: str, params: Any) -> None:
        result = None
        if method == types.WORKSPACE_CONFIGURATION:
            result = [self.settings for _ in params.items]
        elif method == types.WORKSPACE_APPLY_EDIT:
            result = {"applied": True}
        self._connection.send(json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode())


def parameters(method: str) -> Any:
    """The class of a request's parameters."""
    return types.METHOD_TO_TYPES[method][2]
