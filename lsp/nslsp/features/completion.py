"""``textDocument/completion`` and what is told of an item afterwards."""

import attrs
from lsprotocol import types

from nscompiler.ide.complete import complete, documentation
from nscompiler.ide.offers import Offer, OfferKind, Offers, Subject
from nscompiler.source import Span
from nslsp.server import Server
from nslsp.view import Place, View

TRIGGERS = ("|", ".", "<", "{", ",", "@", "$", '"', ":", " ")
#: Behind these a blank asks for more; behind anything else it is a blank.
_ASKING = ("|", "&", "{", ",", "=", "<", "(", "->", ":", "import", "as", "is", "fun")
_KINDS = {
    OfferKind.FUNCTION: types.CompletionItemKind.Function,
    OfferKind.SOURCE: types.CompletionItemKind.Function,
    OfferKind.SINK: types.CompletionItemKind.Function,
    OfferKind.TYPE: types.CompletionItemKind.Struct,
    OfferKind.TYPE_VARIABLE: types.CompletionItemKind.TypeParameter,
    OfferKind.CONSTRUCTOR: types.CompletionItemKind.EnumMember,
    OfferKind.FIELD: types.CompletionItemKind.Field,
    OfferKind.PARAMETER: types.CompletionItemKind.Property,
    OfferKind.VALUE: types.CompletionItemKind.Value,
    OfferKind.ENVIRONMENT: types.CompletionItemKind.Constant,
    OfferKind.MODULE: types.CompletionItemKind.Module,
    OfferKind.ATTRIBUTE: types.CompletionItemKind.Keyword,
    OfferKind.CONSTRAINT: types.CompletionItemKind.Interface,
    OfferKind.KEYWORD: types.CompletionItemKind.Keyword,
    OfferKind.SNIPPET: types.CompletionItemKind.Snippet,
}
# What a client that lists no kinds knows ends with `Reference`.
_OLDER = {
    types.CompletionItemKind.Struct: types.CompletionItemKind.Class,
    types.CompletionItemKind.EnumMember: types.CompletionItemKind.Enum,
    types.CompletionItemKind.Constant: types.CompletionItemKind.Variable,
    types.CompletionItemKind.TypeParameter: types.CompletionItemKind.Class,
}


def register(server: Server) -> None:
    """Offer what may be written, and tell of it."""
    options = types.CompletionOptions(list(TRIGGERS), resolve_provider=True)
    server.answers(types.TEXT_DOCUMENT_COMPLETION, options)(completion)
    server.answers(types.COMPLETION_ITEM_RESOLVE, empty=lambda item: item)(resolved)


def completion(view: View, params: types.CompletionParams) -> types.CompletionList | None:
    """What may be written at a place, in the order in which it is to be shown."""
    place = view.place(params)
    if place is None or (_is_blank(params.context) and not _asks(place)):
        return None
    found = complete(view.program, place.path, place.offset)
    return _Items(view, place, found).list()


def _is_blank(context: types.CompletionContext | None) -> bool:
    return context is not None and context.trigger_character == " "


def _asks(place: Place) -> bool:
    return place.source.text[: place.offset].rstrip(" ").endswith(_ASKING)


class _Items:
    """The items of one answer, in the form that the client takes."""

    def __init__(self, view: View, place: Place, found: Offers) -> None:
        self._view, self._found = view, found
        self._replaced = view.range(Span(place.path, found.start, max(found.end, place.offset)))
        self._inserted = view.range(Span(place.path, found.start, place.offset))
        can = view.client.can
        self._snippets = can("text_document.completion.completion_item.snippet_support")
        self._two_ranges = can("text_document.completion.completion_item.insert_replace_support")
        self._details = can("text_document.completion.completion_item.label_details_support")
        self._tags = view.client.listed("text_document.completion.completion_item.tag_support.value_set")
        self._kinds = view.client.listed("text_document.completion.completion_item_kind.value_set")
        self._can_strike = can("text_document.completion.completion_item.deprecated_support")
        defaults = view.client.listed("text_document.completion.completion_list.item_defaults")
        self._shared = "editRange" in defaults

    def list(self) -> types.CompletionList:
        """All of them; the place is told once where the client knows how to take that."""
        items = [self._item(rank, offer) for rank, offer in enumerate(self._found.items)]
        defaults = types.CompletionItemDefaults(edit_range=self._range()) if self._shared and items else None
        return types.CompletionList(not self._found.complete, items, item_defaults=defaults)

    def _range(self) -> types.Range | types.EditRangeWithInsertReplace:
        if self._two_ranges:
            return types.EditRangeWithInsertReplace(self._inserted, self._replaced)
        return self._replaced

    def _item(self, rank: int, offer: Offer) -> types.CompletionItem:
        is_snippet = bool(offer.snippet) and self._snippets
        text = offer.snippet if is_snippet else offer.insert
        tagged = types.CompletionItemTag.Deprecated in self._tags
        return types.CompletionItem(
            offer.label,
            kind=self._view.client.item_kind(_KINDS[offer.kind]),
            tags=[types.CompletionItemTag.Deprecated] if offer.deprecated and tagged else None,
            deprecated=True if offer.deprecated and not tagged and self._can_strike else None,
            detail=self._detail(offer),
            label_details=types.CompletionItemLabelDetails(description=offer.note) if self._is_beside(offer) else None,
            documentation=_markup(self._view, offer.documentation) if offer.documentation else None,
            sort_text=f"{rank:04}",
            filter_text=offer.filter or None,
            insert_text_format=types.InsertTextFormat.Snippet if is_snippet else None,
            text_edit_text=text if self._shared else None,
            text_edit=None if self._shared else self._edit(text),
            additional_text_edits=[self._view.text_edit(edit) for edit in offer.edits] or None,
            data=None if offer.subject is None else [offer.subject.module, offer.subject.name],
        )

    def _kind(self, offer: Offer) -> types.CompletionItemKind:
        kind = _KINDS[offer.kind]
        return kind if kind in self._kinds else _OLDER.get(kind, kind)

    def _edit(self, text: str) -> types.TextEdit | types.InsertReplaceEdit:
        if self._two_ranges:
            return types.InsertReplaceEdit(text, self._inserted, self._replaced)
        return types.TextEdit(self._replaced, text)

    def _is_beside(self, offer: Offer) -> bool:
        return bool(offer.note) and self._details

    def _detail(self, offer: Offer) -> str | None:
        if offer.note and not self._details:
            return f"{offer.detail} ({offer.note})" if offer.detail else offer.note
        return offer.detail or None


def _markup(view: View, text: str) -> types.MarkupContent | str:
    return view.markup("text_document.completion.completion_item.documentation_format", text)


def resolved(view: View, item: types.CompletionItem) -> types.CompletionItem:
    """An item with what its function, type or module has for documentation."""
    if item.documentation is None and isinstance(item.data, list) and len(item.data) == 2:
        module, name = item.data
        text = documentation(view.program, Subject(str(module), str(name)))
        return attrs.evolve(item, documentation=_markup(view, text) if text else None)
    return item
