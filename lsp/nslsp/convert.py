"""Places and addresses as the protocol has them, and as the compiler has them.

The compiler counts code points from the start of a text; the protocol counts lines from 0 and, within a line, units
that the client has agreed to: code points, or bytes of UTF-8, or words of UTF-16
(https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position).
"""

import os
import re
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

from nscompiler.modules.tree import SUFFIX
from nscompiler.source import SourceFile, Span

_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


class Encoding:
    """The units that columns are counted in."""

    def __init__(self, kind: str = types.PositionEncodingKind.Utf16) -> None:
        self.kind = types.PositionEncodingKind(kind)

    def width(self, text: str) -> int:
        """How many units a stretch of one line takes."""
        if self.kind is types.PositionEncodingKind.Utf32 or text.isascii():
            return len(text)
        if self.kind is types.PositionEncodingKind.Utf16:
            return len(text) + sum(character > "\uffff" for character in text)
        return len(text.encode("utf-8", "surrogatepass"))

    def prefix(self, line: str, units: int) -> int:
        """How many code points of a line take at most so many units: a place within a character is its start."""
        if self.kind is types.PositionEncodingKind.Utf32 or line.isascii():
            return min(max(units, 0), len(line))
        for count, character in enumerate(line):
            units -= self.width(character)
            if units < 0:
                return count
        return len(line)

    def position(self, source: SourceFile, offset: int) -> types.Position:
        """The place of a code point; past the end is the end."""
        at = source.lines.position(offset)
        start = source.lines.start_of(at.line)
        return types.Position(at.line - 1, self.width(source.text[start : start + at.column - 1]))

    def offset(self, source: SourceFile, position: types.Position) -> int:
        """The code point at a place; past the end of a line is its end, past the last line the end of the text."""
        if position.line >= source.lines.count:
            return len(source.text)
        start = source.lines.start_of(position.line + 1)
        if position.character == 0:
            return start
        return start + self.prefix(source.line_text(position.line + 1), position.character)

    def range(self, source: SourceFile, start: int, end: int) -> types.Range:
        """A stretch of a text."""
        return types.Range(self.position(source, start), self.position(source, end))

    def span(self, source: SourceFile, range: types.Range) -> Span:
        """A range as a span; one that runs backwards is turned round."""
        ends = sorted((self.offset(source, range.start), self.offset(source, range.end)))
        return source.span(ends[0], ends[1])


def well_formed(text: str) -> str:
    """A text of whole characters: halves that belong together are one, others are U+FFFD, which is as wide in each
    encoding."""
    if not _SURROGATE.search(text):
        return text
    return _SURROGATE.sub("\ufffd", joined(text))


def joined(text: str) -> str:
    """A text in which two halves of a character that stand together are that character."""
    return _SURROGATE_PAIR.sub(_join, text)


def _join(pair: "re.Match[str]") -> str:
    return pair.group().encode("utf-16", "surrogatepass").decode("utf-16")


class Uris:
    """Paths for the addresses of a client, and back.

    A file that the client has named is called by the name it gave, however that is spelled. What is no file on the
    disk (a text that was never saved, one half of a comparison) gets a path that no file has: ``/untitled:/…``.
    """

    def __init__(self) -> None:
        self._uris: dict[str, str] = {}

    def path(self, uri: str) -> str:
        """The absolute path for an address."""
        return path_of(uri)

    def name(self, uri: str) -> str:
        """The path for an address that the client uses, and will be called by from now on."""
        path = path_of(uri)
        self._uris[path] = uri
        return path

    def uri(self, path: str) -> str:
        """The address of a path."""
        return self._uris.get(path) or uri_of(path)


def path_of(uri: str) -> str:
    """The absolute path for an address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return _virtual("unknown", uri)
    if parts.scheme.lower() == "file":
        share = f"//{unquote(parts.netloc)}" if parts.netloc not in ("", "localhost") else ""
        return os.path.normpath(share + (_unquoted(parts.path) or "/"))
    return _virtual(parts.scheme or "unknown", uri.partition(":")[2])


def _virtual(scheme: str, rest: str) -> str:
    name = quote(_unquoted(rest), safe="")
    return f"/{scheme}:/{name}" if name.endswith(SUFFIX) else f"/{scheme}:/{name}{SUFFIX}"


def _unquoted(text: str) -> str:
    """Undo percent-encoding; bytes that are no UTF-8 are kept as the file system's names keep them."""
    return unquote(text, errors="surrogateescape")


def uri_of(path: str) -> str:
    """The address of an absolute path on the disk."""
    return "file://" + quote(path.encode("utf-8", "surrogateescape"), safe="/~!$&'()*+,;=@")
