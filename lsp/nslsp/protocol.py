"""The life of a session: what may be said when, and what is done with messages that cannot be understood.

pygls brings the transport, the capabilities and the dispatch. What is told otherwise here:

- open texts are kept by ``nslsp.documents`` (lines end where the protocol says so, not where ``str.splitlines`` does);
- a request before ``initialize``, after ``shutdown``, or with parameters that are none gets an error as its answer
  instead of none at all;
- ``exit`` ends with the code that the protocol asks for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from nslsp.client import Client

_log = logging.getLogger(__name__)


class Session(LanguageServer):
    """What a server does at the turns of a session's life."""

    #: The client, from ``initialize`` on.
    client: Client | None = None

    def on_loop(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have something sent, from another thread than that of the event loop."""
        raise NotImplementedError

    def in_passing(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done on the event loop that nobody waits for."""
        raise NotImplementedError

    def arrived(self, number: int | str | None, method: str, params: Any) -> None:
        """A message has come in, before anything is done with it; ``number`` is that of a request."""
        raise NotImplementedError

    def opened(self, item: types.TextDocumentItem) -> None:
        """A text is open from now on."""
        raise NotImplementedError

    def edited(self, params: types.DidChangeTextDocumentParams) -> None:
        """An open text has changed."""
        raise NotImplementedError

    def closed(self, uri: str) -> None:
        """A text is no longer open."""
        raise NotImplementedError

    def finish(self, code: int) -> None:
        """The session is over; the process is to end with a code."""
        raise NotImplementedError


class Malformed:
    """A message that could not be understood; its answer was sent."""


class Protocol(LanguageServerProtocol):
    """One session with one client."""

    _server: Session

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as an object; a request that is none is answered here."""
        if "method" in data and self.get_message_type(data["method"]) is None:
            data = {"params": None, **data}  # nobody knows whether it takes any
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            told = f"the parameters of {data.get('method', 'a message')} are not what the protocol says"
            _log.warning("%s", told)
            if "method" in data and "id" in data:
                refused = JsonRpcInvalidParams(told) if not isinstance(error, JsonRpcInternalError) else error
                self._send_response(data["id"], error=refused.to_response_error())
            return Malformed()

    def handle_message(self, message: Any) -> None:
        """Dispatch a message, if it may be sent now."""
        if isinstance(message, Malformed):
            return
        method = getattr(message, "method", None)
        if method is None or method == types.EXIT:
            super().handle_message(message)
        elif self._server.client is None and method != types.INITIALIZE:
            self._refuse(message, JsonRpcServerNotInitialized("initialize comes first"))
        elif self._server.client is not None and method == types.INITIALIZE:
            self._refuse(message, JsonRpcInvalidRequest("initialize comes once"))
        elif self._shutdown:
            self._refuse(message, JsonRpcInvalidRequest("nothing but exit comes after shutdown"))
        else:
            self._server.arrived(getattr(message, "id", None), method, message.params)
            super().handle_message(message)

    def _refuse(self, message: Any, error: JsonRpcException) -> None:
        if (msg_id := getattr(message, "id", None)) is not None:
            self.refuse(msg_id, error)

    def refuse(self, number: int | str | None, error: JsonRpcException) -> None:
        """Answer a request with an error; None is for a message of which nobody knows the number."""
        answer = {"jsonrpc": self.VERSION, "id": number, "error": error.to_response_error()}
        self._send_data(answer)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Generator[Any, Any, None]:
        """End the process: in order after ``shutdown``, else as a failure."""
        self._server.finish(0 if self._shutdown else 1)
        yield from ()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Hold a text from now on."""
        self._server.opened(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Edit a text."""
        self._server.edited(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Go back to what the disk has."""
        self._server.closed(params.text_document.uri)
