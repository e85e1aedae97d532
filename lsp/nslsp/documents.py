"""The texts that a client has open, kept in step with it.

This is done as messages come in, so it only edits texts; what follows from them is found out elsewhere.
"""

from collections.abc import Sequence

import attrs
from lsprotocol import types

from nscompiler.source import SourceFile
from nslsp.convert import Encoding, joined, well_formed


@attrs.frozen(slots=True)
class Document:
    """One state of an open text. ``source`` may hold halves of characters, ``text`` does not."""

    path: str
    version: int
    source: SourceFile = attrs.field(eq=False, repr=False)

    @property
    def text(self) -> str:
        """The text as the compiler gets it."""
        return well_formed(self.source.text)


class Documents:
    """All open texts, by path."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._open

    @property
    def all(self) -> tuple[Document, ...]:
        """Every open text."""
        return tuple(self._open.values())

    def get(self, path: str) -> Document | None:
        """An open text; None where it is not open."""
        return self._open.get(path)

    def open(self, path: str, version: int, text: str) -> Document:
        """Hold a text; one that is open already is replaced."""
        document = self._open[path] = Document(path, version, SourceFile(path, text))
        return document

    def change(
        self, path: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: Encoding
    ) -> Document | None:
        """A text after changes, each to the text that the one before left; None where it is not open, or open in a
        version that is as new."""
        held = self._open.get(path)
        if held is None or version <= held.version:
            return None
        source = held.source
        for change in changes:
            source = SourceFile(path, joined(_changed(source, change, encoding)))
        document = self._open[path] = Document(path, version, source)
        return document

    def close(self, path: str) -> bool:
        """Forget a text; whether it was open."""
        return self._open.pop(path, None) is not None


def _changed(source: SourceFile, change: types.TextDocumentContentChangeEvent, encoding: Encoding) -> str:
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return change.text
    span = encoding.span(source, change.range)
    return source.text[: span.start] + change.text + source.text[span.end :]
