"""What a client may be sent, by the capabilities that it told of.

Each rule is a sentence of the specification that begins with "if the client supports"; what a client does not take is
found here although most clients would be silent about it. ``seen`` counts what was looked at, so that a walk can tell
that it has met something.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs
from lsprotocol import types
from nslsp.convert import Encoding
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability
from pytest_lsp.checks import PARAMS_CHECKS, RESULT_CHECKS

from nscompiler.source import SourceFile

_LINKED = {
    types.TEXT_DOCUMENT_DEFINITION: "definition",
    types.TEXT_DOCUMENT_DECLARATION: "declaration",
    types.TEXT_DOCUMENT_TYPE_DEFINITION: "type_definition",
    types.TEXT_DOCUMENT_IMPLEMENTATION: "implementation",
}
#: Where a client lists the forms of text that it takes.
_MARKUP = {
    types.TEXT_DOCUMENT_HOVER: "hover.content_format",
    types.TEXT_DOCUMENT_SIGNATURE_HELP: "signature_help.signature_information.documentation_format",
    types.TEXT_DOCUMENT_COMPLETION: "completion.completion_item.documentation_format",
    types.COMPLETION_ITEM_RESOLVE: "completion.completion_item.documentation_format",
}
#: Requests of the server, with the capability that each needs.
_SERVER_REQUESTS = {
    types.WORKSPACE_CONFIGURATION: "workspace.configuration",
    types.WORKSPACE_APPLY_EDIT: "workspace.apply_edit",
    types.WORKSPACE_DIAGNOSTIC_REFRESH: "workspace.diagnostics.refresh_support",
    types.WORKSPACE_SEMANTIC_TOKENS_REFRESH: "workspace.semantic_tokens.refresh_support",
    types.WORKSPACE_INLAY_HINT_REFRESH: "workspace.inlay_hint.refresh_support",
    types.WORKSPACE_CODE_LENS_REFRESH: "workspace.code_lens.refresh_support",
    types.WORKSPACE_FOLDING_RANGE_REFRESH: "workspace.folding_range.refresh_support",
    types.WINDOW_WORK_DONE_PROGRESS_CREATE: "window.work_done_progress",
    types.WINDOW_SHOW_DOCUMENT: "window.show_document",
    types.WINDOW_SHOW_MESSAGE_REQUEST: "window.show_message",
}


class Rules:
    """The rules for one client. ``text`` gives the text of an address as the client has it."""

    def __init__(self, capabilities: types.ClientCapabilities, text: Callable[[str], SourceFile | None]) -> None:
        self._capabilities = capabilities
        self._text = text
        self._encoding = Encoding(ServerCapabilitiesBuilder.choose_position_encoding(capabilities))
        self.seen: Counter[str] = Counter()

    def _can(self, name: str) -> bool:
        found = get_capability(self._capabilities, name)
        return found is not None and found is not False

    def _list(self, name: str) -> list[Any]:
        return list(get_capability(self._capabilities, name) or ())

    def check(self, method: str, result: Any) -> None:
        """Look at the answer to a request. Raises AssertionError where the client may not be sent it."""
        if method in RESULT_CHECKS:
            RESULT_CHECKS[method](self._capabilities, result)
        if method in _LINKED and result:
            self._check_links(_LINKED[method], result)
        if method == types.TEXT_DOCUMENT_DOCUMENT_SYMBOL and result:
            nested = self._can("text_document.document_symbol.hierarchical_document_symbol_support")
            assert nested or all(isinstance(one, types.SymbolInformation) for one in result), "nested symbols"
        if method == types.TEXT_DOCUMENT_CODE_ACTION and result:
            literal = self._can("text_document.code_action.code_action_literal_support")
            assert literal or all(isinstance(one, types.Command) for one in result), "actions that are no commands"
        self._check_all(method, result)

    def check_sent(self, method: str, params: Any) -> None:
        """Look at a request or notification of the server."""
        if method in PARAMS_CHECKS:
            PARAMS_CHECKS[method](self._capabilities, params)
        if method in _SERVER_REQUESTS:
            assert self._can(_SERVER_REQUESTS[method]), f"{method} to a client that cannot answer it"
        if method == types.CLIENT_REGISTER_CAPABILITY:
            for one in params.registrations:
                name = types.ServerCapabilities and one.method.replace("/", ".")
                assert self._can(f"{_snake(name)}.dynamic_registration"), f"{one.method} registered dynamically"
        if method == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS:
            versioned = self._can("text_document.publish_diagnostics.version_support")
            assert versioned or params.version is None, "a version"
        self._check_all(method, params)

    def _check_all(self, method: str, found: Any) -> None:
        for one in records(found):
            self.seen[type(one).__name__] += 1
            rule = _RULES.get(type(one))
            if rule is not None:
                rule(self, one, method)

    def _check_links(self, name: str, result: Any) -> None:
        found = result if isinstance(result, list | tuple) else [result]
        if any(isinstance(one, types.LocationLink) for one in found):
            assert self._can(f"text_document.{name}.link_support"), "links"

    # --- one thing each

    def _range(self, one: types.Range, _: str) -> None:
        assert (one.start.line, one.start.character) <= (one.end.line, one.end.character), "a range runs backwards"

    def check_inside(self, uri: str, place: types.Range) -> None:
        """A range is inside of its file, and between characters."""
        source = self._text(uri)
        assert source is not None, f"no file {uri}"
        for end in (place.start, place.end):
            assert self._encoding.position(source, self._encoding.offset(source, end)) == end, f"{end} is not in {uri}"

    def _location(self, one: types.Location, _: str) -> None:
        self.check_inside(one.uri, one.range)

    def _link(self, one: types.LocationLink, _: str) -> None:
        self.check_inside(one.target_uri, one.target_range)
        self.check_inside(one.target_uri, one.target_selection_range)
        whole, part = one.target_range, one.target_selection_range
        assert _within(part, whole), "what is selected is not in the target"

    def _markup(self, one: types.MarkupContent, method: str) -> None:
        if method in _MARKUP:
            taken = self._list(f"text_document.{_MARKUP[method]}") or [types.MarkupKind.PlainText]
            assert one.kind in taken, f"{one.kind} where {taken} is taken"

    def _completion_list(self, one: types.CompletionList, _: str) -> None:
        if one.item_defaults is not None:
            taken = self._list("text_document.completion.completion_list.item_defaults")
            for field in attrs.fields(types.CompletionItemDefaults):
                name = _camel(field.name)
                assert getattr(one.item_defaults, field.name) is None or name in taken, f"a default {name}"

    def _completion_item(self, one: types.CompletionItem, _: str) -> None:
        base = "text_document.completion.completion_item"
        if one.insert_text_format == types.InsertTextFormat.Snippet:
            assert self._can(f"{base}.snippet_support"), "a snippet"
        if one.label_details is not None:
            assert self._can(f"{base}.label_details_support"), "label details"
        if one.commit_characters is not None:
            assert self._can(f"{base}.commit_characters_support"), "commit characters"
        if one.deprecated is not None:
            assert self._can(f"{base}.deprecated_support"), "deprecated"
        if one.preselect is not None:
            assert self._can(f"{base}.preselect_support"), "preselect"
        if one.insert_text_mode is not None:
            assert self._can(f"{base}.insert_text_mode_support"), "an insert text mode"
        if isinstance(one.text_edit, types.InsertReplaceEdit):
            assert self._can(f"{base}.insert_replace_support"), "an insert-replace edit"
        self._tags(one.tags, f"{base}.tag_support")
        if one.kind is not None:
            known = self._list("text_document.completion.completion_item_kind.value_set")
            assert one.kind in known or one.kind <= types.CompletionItemKind.Reference, f"kind {one.kind}"

    def _tags(self, tags: Any, capability: str) -> None:
        taken = self._list(f"{capability}.value_set") if self._can(capability) else []
        assert not tags or set(tags) <= set(taken), f"tags {tags}"

    def _diagnostic(self, one: types.Diagnostic, _: str) -> None:
        def can(name: str) -> bool:
            return any(self._can(f"text_document.{place}.{name}") for place in ("publish_diagnostics", "diagnostic"))

        assert one.related_information is None or can("related_information"), "related information"
        assert one.code_description is None or can("code_description_support"), "a code's page"
        assert one.data is None or can("data_support"), "data"
        if one.tags:
            assert can("tag_support"), "tags"

    def _workspace_edit(self, one: types.WorkspaceEdit, _: str) -> None:
        base = "workspace.workspace_edit"
        assert (one.changes is None) != (one.document_changes is None), "an edit has one form"
        if one.document_changes is not None:
            assert self._can(f"{base}.document_changes"), "document changes"
        assert one.change_annotations is None or self._can(f"{base}.change_annotation_support"), "annotations"
        taken = self._list(f"{base}.resource_operations")
        for change in one.document_changes or ():
            if not isinstance(change, types.TextDocumentEdit):
                assert change.kind in taken, f"the operation {change.kind}"
        for uri, edits in (one.changes or {}).items():
            for edit in edits:
                self.check_inside(uri, edit.range)

    def _document_edit(self, one: types.TextDocumentEdit, _: str) -> None:
        if self._text(one.text_document.uri) is not None:
            for edit in one.edits:
                self.check_inside(one.text_document.uri, edit.range)

    def _code_action(self, one: types.CodeAction, method: str) -> None:
        base = "text_document.code_action"
        assert one.is_preferred is None or self._can(f"{base}.is_preferred_support"), "is preferred"
        assert one.disabled is None or self._can(f"{base}.disabled_support"), "disabled"
        assert one.data is None or self._can(f"{base}.data_support"), "data"
        if method == types.TEXT_DOCUMENT_CODE_ACTION and one.edit is None and one.command is None:
            resolved = self._list(f"{base}.resolve_support.properties")
            assert one.disabled is not None or "edit" in resolved, "an action without an edit"
        kinds = self._list(f"{base}.code_action_literal_support.code_action_kind.value_set")
        if one.kind is not None and kinds:
            assert any(not kind or one.kind == kind or one.kind.startswith(f"{kind}.") for kind in kinds), one.kind

    def _document_symbol(self, one: types.DocumentSymbol, _: str) -> None:
        assert _within(one.selection_range, one.range), "a name outside of its symbol"
        self._tags(one.tags, "text_document.document_symbol.tag_support")
        self._symbol_kind(one.kind, "text_document.document_symbol")
        for child in one.children or ():
            assert _within(child.range, one.range), "a symbol outside of the one it is in"

    def _symbol_information(self, one: Any, method: str) -> None:
        where = "workspace.symbol" if method == types.WORKSPACE_SYMBOL else "text_document.document_symbol"
        self._tags(one.tags, f"{where}.tag_support")
        self._symbol_kind(one.kind, where)

    def _workspace_symbol(self, one: types.WorkspaceSymbol, method: str) -> None:
        self._symbol_information(one, method)
        if not isinstance(one.location, types.Location):
            assert "location.range" in self._list("workspace.symbol.resolve_support.properties"), "no range"

    def _symbol_kind(self, kind: types.SymbolKind, where: str) -> None:
        known = self._list(f"{where}.symbol_kind.value_set")
        assert kind in known or kind <= types.SymbolKind.Array, f"kind {kind}"

    def _folding(self, one: types.FoldingRange, _: str) -> None:
        base = "text_document.folding_range"
        assert one.start_line <= one.end_line, "a fold runs backwards"
        assert one.collapsed_text is None or self._can(f"{base}.folding_range.collapsed_text"), "collapsed text"

    def _signature(self, one: types.SignatureInformation, _: str) -> None:
        base = "text_document.signature_help.signature_information"
        assert one.active_parameter is None or self._can(f"{base}.active_parameter_support"), "active parameter"
        for parameter in one.parameters or ():
            if isinstance(parameter.label, str):
                assert parameter.label in one.label, "a parameter that is not in its signature"
            else:
                assert self._can(f"{base}.parameter_information.label_offset_support"), "offsets as labels"
                assert 0 <= parameter.label[0] <= parameter.label[1] <= len(one.label), "offsets outside"

    def _selection(self, one: types.SelectionRange, _: str) -> None:
        assert one.parent is None or _within(one.range, one.parent.range), "a selection that does not grow"

    def _inlay(self, one: types.InlayHint, _: str) -> None:
        if one.tooltip is None and one.text_edits is None:
            return
        assert self._can("text_document.inlay_hint"), "an inlay hint"

    def _tokens(self, one: types.SemanticTokens, _: str) -> None:
        assert len(one.data) % 5 == 0, "a token is five numbers"
        for start in range(0, len(one.data), 5):
            line, character, length = one.data[start : start + 3]
            assert min(line, character, length - 1) >= 0, "an empty token"


def _within(part: types.Range, whole: types.Range) -> bool:
    def key(at: types.Position) -> tuple[int, int]:
        return at.line, at.character

    return key(whole.start) <= key(part.start) and key(part.end) <= key(whole.end)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def records(found: Any) -> Iterator[Any]:
    """An answer with everything in it that has fields."""
    if isinstance(found, list | tuple):
        for one in found:
            yield from records(one)
    elif isinstance(found, dict):
        yield from records(list(found.values()))
    elif attrs.has(type(found)):
        yield found
        for field in attrs.fields(type(found)):
            yield from records(getattr(found, field.name))


_RULES: dict[type[Any], Callable[[Rules, Any, str], None]] = {
    types.Range: Rules._range,
    types.Location: Rules._location,
    types.LocationLink: Rules._link,
    types.MarkupContent: Rules._markup,
    types.CompletionList: Rules._completion_list,
    types.CompletionItem: Rules._completion_item,
    types.Diagnostic: Rules._diagnostic,
    types.WorkspaceEdit: Rules._workspace_edit,
    types.TextDocumentEdit: Rules._document_edit,
    types.CodeAction: Rules._code_action,
    types.DocumentSymbol: Rules._document_symbol,
    types.SymbolInformation: Rules._symbol_information,
    types.WorkspaceSymbol: Rules._workspace_symbol,
    types.FoldingRange: Rules._folding,
    types.SignatureInformation: Rules._signature,
    types.SelectionRange: Rules._selection,
    types.InlayHint: Rules._inlay,
    types.SemanticTokens: Rules._tokens,
}
