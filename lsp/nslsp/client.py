"""What the client at the other end can take."""

from collections.abc import Sequence
from typing import Any

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from nslsp.convert import Encoding

_ITEMS = {
    types.CompletionItemKind.Folder: types.CompletionItemKind.File,
    types.CompletionItemKind.EnumMember: types.CompletionItemKind.Value,
    types.CompletionItemKind.Constant: types.CompletionItemKind.Value,
    types.CompletionItemKind.Struct: types.CompletionItemKind.Class,
    types.CompletionItemKind.Event: types.CompletionItemKind.Function,
    types.CompletionItemKind.Operator: types.CompletionItemKind.Keyword,
    types.CompletionItemKind.TypeParameter: types.CompletionItemKind.Class,
}
_SYMBOLS = {
    types.SymbolKind.Object: types.SymbolKind.Class,
    types.SymbolKind.Key: types.SymbolKind.Property,
    types.SymbolKind.Null: types.SymbolKind.Constant,
    types.SymbolKind.EnumMember: types.SymbolKind.Constant,
    types.SymbolKind.Struct: types.SymbolKind.Class,
    types.SymbolKind.Event: types.SymbolKind.Function,
    types.SymbolKind.Operator: types.SymbolKind.Function,
    types.SymbolKind.TypeParameter: types.SymbolKind.Class,
}


class Client:
    """The capabilities that a client has told of, asked for by what they allow; what it did not tell it cannot."""

    def __init__(self, capabilities: types.ClientCapabilities) -> None:
        self.capabilities = capabilities
        self.encoding = Encoding(ServerCapabilitiesBuilder.choose_position_encoding(capabilities))
        stale = self._get("general.stale_request_support.retry_on_content_modified")
        self.retried = frozenset(stale or ())

    def _get(self, name: str) -> Any:
        return get_capability(self.capabilities, name)

    def can(self, name: str) -> bool:
        """Whether a capability that is a truth value, or an object whose presence says yes, is there.

        ``name`` is dotted and spelled as lsprotocol does: ``text_document.definition.link_support``.
        """
        found = self._get(name)
        return found is not None and found is not False

    def listed(self, name: str) -> Sequence[Any]:
        """The values that a capability lists; none where it is absent."""
        return self._get(name) or ()

    def markup(self, name: str) -> types.MarkupKind | None:
        """The form of text that a client likes best of those it lists under a name; None where it lists none."""
        liked = self._get(name)
        known = [kind for kind in liked or () if kind in (types.MarkupKind.Markdown, types.MarkupKind.PlainText)]
        return types.MarkupKind(known[0]) if known else None

    def item_kind(self, kind: types.CompletionItemKind) -> types.CompletionItemKind:
        """A kind of completion item, or the nearest of those that every client knows."""
        known = self.listed("text_document.completion.completion_item_kind.value_set")
        return kind if kind in known or kind <= types.CompletionItemKind.Reference else _ITEMS[kind]

    def symbol_kind(self, kind: types.SymbolKind, where: str = "text_document.document_symbol") -> types.SymbolKind:
        """A kind of symbol, or the nearest of those that every client knows; ``where`` is ``workspace.symbol`` for the
        other request."""
        known = self.listed(f"{where}.symbol_kind.value_set")
        return kind if kind in known or kind <= types.SymbolKind.Array else _SYMBOLS[kind]

    @property
    def pulls_diagnostics(self) -> bool:
        """Whether it asks for the diagnostics of a text, rather than being sent them."""
        return self.can("text_document.diagnostic")
