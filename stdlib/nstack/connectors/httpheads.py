"""What the head of a request says, and the heads that clients send again and again, byte for byte: those say what they
said before, and are not read twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nstack.connectors.httpproblem import Refusal

MOST = 256
"""So many heads are kept for a port, …"""
LONGEST = 2048
"""… none of more bytes than this."""

_UTF_8 = (b"utf-8", b"utf8", b"us-ascii")
_SPECIAL = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"connection"))

Names = Iterable[tuple[bytes, bytes]]


class Head:
    """A head that was read: ``endpoint`` takes its value, ``length`` is the bytes of its body."""

    __slots__ = ("endpoint", "length", "says_json")

    def __init__(self, endpoint: Any, length: int, says_json: bool) -> None:
        self.endpoint = endpoint
        self.length = length
        self.says_json = says_json


class Heads(dict[bytes, Head]):
    """The heads of one port. They belong to requests that went through every check, and on which nothing else
    depends than these bytes: whoever shows the same bytes has shown the same token.
    """

    def keep(self, data: bytes, headers: Names, body: bytes, endpoint: Any) -> None:
        """Keeps the head of a request that ``data`` was, all of it and nothing else, if it is one of the plain ones."""
        end = data.find(b"\r\n\r\n") + 4
        names = [name for name, _ in headers]
        if end > LONGEST or not _SPECIAL.isdisjoint(names) or names.count(b"content-length") != 1:
            return
        if data[end:] != body:
            return
        if len(self) >= MOST:
            self.clear()  # who has a new head for each request is no faster for it, and no slower
        self[data[:end]] = Head(endpoint, len(body), says_json(headers))


def is_encoded(headers: Names) -> bool:
    """Whether a body comes in a Content-Encoding."""
    return b"content-encoding" in [name for name, _ in headers]


def says_json(headers: Names) -> bool:
    """Whether the content type is one of JSON. Raises Refusal for a charset that JSON does not have (RFC 8259)."""
    for name, value in headers:
        if name == b"content-type":
            kind, *parameters = value.split(b";")
            kind = kind.strip().lower()
            for parameter in parameters:
                which, _, charset = parameter.partition(b"=")
                if which.strip().lower() == b"charset" and charset.strip(b" \t\"'").lower() not in _UTF_8:
                    raise Refusal(
                        415, f"JSON is UTF-8, and the charset is {charset.decode('ascii', 'replace').strip()}"
                    )
            return kind in (b"application/json", b"text/json") or kind.endswith(b"+json")
    return False
