"""What ``Sources.http`` says of a request that goes no further: problem documents (RFC 9457)."""

import http
from typing import Any

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

TYPE = "application/problem+json"
AGAIN: Headers = ((b"retry-after", b"1"),)
CLOSE: Headers = ((b"connection", b"close"),)


class Refusal(Exception):
    """A request that goes no further: its status, a sentence for the sender, and headers. ``id`` is in the log."""

    def __init__(self, status: int, text: str, headers: Headers = (), id: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers
        self.id = id


def problem(status: int, detail: str, id: str | None = None) -> bytes:
    """A problem document: ``detail`` says what is wrong, ``id`` where the log tells more."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if id is not None:
        document["id"] = id
    return msgspec.json.encode(document)
