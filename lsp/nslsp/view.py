"""What a feature answers from: one state of the program, and the client that asks.

A feature is a plain function of a view and the request's parameters. It runs on the thread of the analysis and may
ask the program anything; it changes nothing.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Protocol

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nscompiler.diagnostics.model import Edit
from nscompiler.source import SourceFile, Span
from nscompiler.state import State
from nslsp.client import Client
from nslsp.convert import Uris
from nslsp.settings import Settings


class CannotBeDone(JsonRpcException):
    """What was asked for cannot be done, for a reason that the person who asked is to read."""

    CODE = types.LSPErrorCodes.RequestFailed.value


class HasDocument(Protocol):
    """Parameters that name a document."""

    @property
    def text_document(self) -> types.TextDocumentIdentifier:
        """The document."""
        ...


class HasPosition(HasDocument, Protocol):
    """Parameters that name a place in a document."""

    @property
    def position(self) -> types.Position:
        """The place."""
        ...


@attrs.frozen(slots=True)
class Place:
    """A place in a file: ``offset`` counts code points."""

    path: str
    source: SourceFile
    offset: int


@attrs.frozen(slots=False, eq=False)
class View:
    """The program as of now, for one client."""

    program: State
    client: Client
    settings: Settings
    uris: Uris
    #: The versions of the texts that are open, by path.
    versions: Mapping[str, int]

    # --- from the client

    def path(self, document: HasDocument) -> str:
        """The path of the document that parameters name."""
        return self.uris.path(document.text_document.uri)

    def source(self, path: str) -> SourceFile | None:
        """The text of a file of any kind; None where there is none."""
        return self.program.text(path)

    def place(self, at: HasPosition) -> Place | None:
        """The place that parameters name; None in a file that is not there."""
        path = self.path(at)
        source = self.source(path)
        return None if source is None else Place(path, source, self.client.encoding.offset(source, at.position))

    def span(self, path: str, range: types.Range) -> Span | None:
        """A range of the client's in a file; None in a file that is not there."""
        source = self.source(path)
        return None if source is None else self.client.encoding.span(source, range)

    # --- to the client

    def range(self, span: Span) -> types.Range:
        """Where a span is, by the present text of its file; the file's start where it has none."""
        source = self._texts.get(span.path)
        if source is None:
            source = self._texts[span.path] = self.source(span.path) or SourceFile(span.path, "")
        return self.client.encoding.range(source, span.start, span.end)

    @cached_property
    def _texts(self) -> dict[str, SourceFile]:
        return {}

    def location(self, span: Span) -> types.Location:
        """Where a span is, with its file."""
        return types.Location(self.uris.uri(span.path), self.range(span))

    def links(
        self, name: str, targets: Iterable[tuple[Span, Span]], origin: Span | None = None
    ) -> list[types.LocationLink] | list[types.Location]:
        """Where to go, as links if the client takes them for a request (``definition``, ``type_definition``, …).

        A target is a whole declaration and the part of it to stand on; ``origin`` is what was asked about.
        """
        if not self.client.can(f"text_document.{name}.link_support"):
            return [self.location(part) for _, part in targets]
        source = None if origin is None else self.range(origin)
        return [
            types.LocationLink(self.uris.uri(part.path), self.range(whole), self.range(part), source)
            for whole, part in targets
        ]

    def text_edit(self, edit: Edit) -> types.TextEdit:
        """One replacement in its file."""
        return types.TextEdit(self.range(edit.span), edit.text)

    def workspace_edit(
        self,
        edits: Iterable[Edit],
        renames: Iterable[tuple[str, str]] = (),
        creations: Iterable[str] = (),
    ) -> types.WorkspaceEdit | None:
        """Replacements in any number of files, then files that are renamed; None where this client cannot do it.

        Files that are made come first, so that edits can fill them.
        """
        by_path: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            by_path.setdefault(edit.span.path, []).append(self.text_edit(edit))
        renames, creations = tuple(renames), tuple(creations)
        if not self.client.can("workspace.workspace_edit.document_changes"):
            changes = {self.uris.uri(path): tuple(found) for path, found in by_path.items()}
            return None if renames or creations else types.WorkspaceEdit(changes=changes)
        operations = self.client.listed("workspace.workspace_edit.resource_operations")
        if (renames and "rename" not in operations) or (creations and "create" not in operations):
            return None
        return types.WorkspaceEdit(
            document_changes=[
                *(types.CreateFile(self.uris.uri(path)) for path in creations),
                *(self._document_edit(path, found) for path, found in by_path.items()),
                *(types.RenameFile(self.uris.uri(old), self.uris.uri(new)) for old, new in renames),
            ]
        )

    def _document_edit(self, path: str, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
        document = types.OptionalVersionedTextDocumentIdentifier(self.uris.uri(path), self.versions.get(path))
        return types.TextDocumentEdit(document, edits)

    def markup(self, name: str, markdown: str, plain: str | None = None) -> types.MarkupContent | str:
        """A text in a form that the client lists under a name (``text_document.hover.content_format``); a plain ``str``
        for one that lists none.

        ``plain`` is the text for who takes no Markdown; the Markdown itself without it.
        """
        kind = self.client.markup(name)
        shown = markdown if kind is types.MarkupKind.Markdown or plain is None else plain
        return shown if kind is None else types.MarkupContent(kind, shown)
