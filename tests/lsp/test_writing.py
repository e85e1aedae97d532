"""What the features that help with writing send, for clients that can take more or less."""

from collections.abc import Mapping
from typing import Any

import pytest
from lsprotocol import converters, types
from nslsp.client import Client
from nslsp.convert import Uris, uri_of
from nslsp.features import completion, formatting, inlay_hints, semantic_tokens, signature_help
from nslsp.settings import Settings
from nslsp.view import View
from test_state import files_of

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Edit
from nscompiler.modules.standard import standard_folder
from nscompiler.state import State

CURSOR = "‸"
CLEAN = """module Shop.Clean:0.2.0

/// Puts **prices** right.
fun clean : Text -> Text with { digits : Integer = 2, mode : "up" | "down" = "up" }
@deprecated("use clean")
fun old : Text -> Text
fun number : Integer -> Text
"""
FLOW = "module Shop.Flow:0.1.0\n\nimport Shop.Clean:0.2.0 as C\n\n"
COMPLETES = pytest.mark.feature(types.TEXT_DOCUMENT_COMPLETION)
RESOLVES = pytest.mark.feature(types.COMPLETION_ITEM_RESOLVE)
SIGNS = pytest.mark.feature(types.TEXT_DOCUMENT_SIGNATURE_HELP)
HINTS = pytest.mark.feature(types.TEXT_DOCUMENT_INLAY_HINT)
COLOURS = pytest.mark.feature(
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
)
LAYS_OUT = pytest.mark.feature(types.TEXT_DOCUMENT_FORMATTING, types.TEXT_DOCUMENT_RANGE_FORMATTING)
TYPES_ON = pytest.mark.feature(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING)
OPTIONS = types.FormattingOptions(2, True)
RICH: dict[str, Any] = {
    "completion": {
        "completionItemKind": {"valueSet": [*range(1, 26)]},
        "completionItem": {
            "snippetSupport": True,
            "insertReplaceSupport": True,
            "labelDetailsSupport": True,
            "tagSupport": {"valueSet": [1]},
            "documentationFormat": ["markdown"],
        },
        "completionList": {"itemDefaults": ["editRange"]},
    },
    "signatureHelp": {
        "signatureInformation": {
            "parameterInformation": {"labelOffsetSupport": True},
            "activeParameterSupport": True,
            "documentationFormat": ["markdown"],
        }
    },
}


class Asked:
    """A view of two modules for a client, and the marked place in the second."""

    def __init__(self, written: str, document: Mapping[str, Any] = RICH, settings: Settings | None = None) -> None:
        marked = FLOW + written
        self.text = marked.replace(CURSOR, "")
        texts = {"/clean/module.nml": CLEAN, "/flow/module.nml": self.text}
        state = State(files_of(texts), ("/clean", "/flow"), standard=standard_folder())
        told = {"textDocument": document}
        capabilities = converters.get_converter().structure(told, types.ClientCapabilities)
        self.path = "/flow/module.nml"
        self.view = View(state, Client(capabilities), settings or Settings(), Uris(), {})
        self.document = types.TextDocumentIdentifier(uri_of(self.path))
        source = state.text(self.path)
        assert source is not None
        self.source = source
        self.position = self.view.client.encoding.position(source, max(marked.find(CURSOR), 0))

    def completion(self, context: types.CompletionContext | None = None) -> types.CompletionList:
        found = completion.completion(self.view, types.CompletionParams(self.document, self.position, context))
        assert found is not None
        return found

    def whole(self) -> types.Range:
        return self.view.client.encoding.range(self.source, 0, len(self.text))

    def after(self, edits: list[types.TextEdit] | None) -> str:
        spans = [(self.view.span(self.path, edit.range), edit.new_text) for edit in edits or ()]
        return apply_edits(self.text, [Edit(span, text) for span, text in spans if span is not None])


def item(found: types.CompletionList, label: str) -> types.CompletionItem:
    return next(one for one in found.items if one.label == label)


@COMPLETES
def test_a_rich_client_gets_the_place_once_and_snippets() -> None:
    asked = Asked(f'def x = "𝄞" | C.{CURSOR}lean')
    found = asked.completion()
    start = asked.position.character - 2
    ranges = found.item_defaults.edit_range if found.item_defaults else None
    assert isinstance(ranges, types.EditRangeWithInsertReplace)
    assert (ranges.insert.start.character, ranges.insert.end.character) == (start, start + 2)
    assert ranges.replace.end.character == start + 6
    assert item(found, "C.clean").text_edit is None
    assert item(found, "C.clean").text_edit_text == "C.clean"
    assert item(found, "C.old").tags == [types.CompletionItemTag.Deprecated]
    assert [one.label for one in found.items] == sorted(
        (one.label for one in found.items), key=lambda label: item(found, label).sort_text or ""
    )
    braces = Asked(f"def x = C.clean {{ {CURSOR}").completion()
    assert item(braces, "mode").text_edit_text == 'mode = "${1|up,down|}"'
    assert item(braces, "mode").insert_text_format is types.InsertTextFormat.Snippet


@COMPLETES
def test_a_plain_client_gets_plain_edits() -> None:
    found = Asked(f"def x = C.clean {{ {CURSOR}", {}).completion()
    edit = item(found, "mode").text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.new_text == "mode = "
    assert found.item_defaults is None
    assert item(found, "mode").insert_text_format is None


@COMPLETES
def test_why_it_does_not_fit_is_told_in_either_way() -> None:
    rich = item(Asked(f'def x = "a" | C.{CURSOR}').completion(), "C.number")
    assert rich.label_details == types.CompletionItemLabelDetails(description="takes Integer")
    plain = item(Asked(f'def x = "a" | C.{CURSOR}', {}).completion(), "C.number")
    assert plain.detail == "Integer -> Text (takes Integer)"


@RESOLVES
@pytest.mark.parametrize(
    ("written", "label", "told"),
    [
        (f'def x = "a" | C.{CURSOR}', "C.clean", "Puts **prices** right."),
        (f'def x = "a" | C.{CURSOR}', "C.clean", "- `digits : Integer = 2`, read by"),
        (f'def x = "a" | C.{CURSOR}', "C.old", "**deprecated:** use clean"),
        (f'def x = "a" | | broken | S{CURSOR}', "Sinks", "module Sinks:1.0.0"),
        (f'def x = "a" | {CURSOR}', "Sinks.log", "fun log : a -> Void"),
    ],
)
def test_documentation_comes_on_demand(written: str, label: str, told: str) -> None:
    asked = Asked(written)
    found = completion.resolved(asked.view, item(asked.completion(), label))
    assert isinstance(found.documentation, types.MarkupContent)
    assert told in found.documentation.value
    strange = types.CompletionItem("x", data={"what": 1})
    assert completion.resolved(asked.view, strange) == strange


@COMPLETES
@pytest.mark.parametrize(
    ("written", "asks"), [(f"def x = C.clean | {CURSOR}", True), (f"def x = C.clean {CURSOR}", False)]
)
def test_a_blank_asks_only_behind_what_wants_more(written: str, asks: bool) -> None:
    asked = Asked(written)
    context = types.CompletionContext(types.CompletionTriggerKind.TriggerCharacter, " ")
    params = types.CompletionParams(asked.document, asked.position, context)
    assert (completion.completion(asked.view, params) is not None) is asks


@SIGNS
@pytest.mark.parametrize(
    ("written", "label"),
    [
        (f'def x = "a" | C.clean {{ {CURSOR}', 'C.clean { digits : Integer = 2, mode : "up" | "down" = "up" }'),
        (f"def x = Sources.jsonl<{CURSOR}> | | broken", "Sources.jsonl<a> : Void -> a"),
        (f"def x = C.clean {CURSOR}", None),
        (f"fun f : {{ a : {CURSOR}", None),
    ],
)
def test_what_the_brackets_take(written: str, label: str | None) -> None:
    asked = Asked(written)
    found = signature_help.signature_help(asked.view, types.SignatureHelpParams(asked.document, asked.position))
    assert (found.signatures[0].label if found else None) == label


@SIGNS
def test_signature_help() -> None:
    asked = Asked(f"def x = C.clean {{ mode = {CURSOR}")
    found = signature_help.signature_help(asked.view, types.SignatureHelpParams(asked.document, asked.position))
    assert found is not None
    one = found.signatures[0]
    assert found.active_parameter == one.active_parameter == 1
    label = one.parameters[1].label if one.parameters else ""
    assert not isinstance(label, str)
    assert one.label[slice(*label)] == 'mode : "up" | "down" = "up"'
    plain = Asked(f"def x = C.clean {{ mode = {CURSOR}", {})
    told = signature_help.signature_help(plain.view, types.SignatureHelpParams(plain.document, plain.position))
    assert told is not None
    assert told.signatures[0].parameters
    assert told.signatures[0].parameters[0].label == "digits : Integer = 2"


@HINTS
def test_inlay_hints_follow_the_settings() -> None:
    written = 'def x = "a" | C.clean | Sinks.log'
    asked = Asked(written)
    params = types.InlayHintParams(asked.document, asked.whole())
    found = inlay_hints.hints(asked.view, params)
    assert found is not None
    texts = ["".join(part.value for part in hint.label) for hint in found if not isinstance(hint.label, str)]
    assert texts == [" : Void -> Void", "→ Text", "→ Text", "<Text>"]
    off = Asked(written, settings=Settings(hints_types=False))
    left = inlay_hints.hints(off.view, types.InlayHintParams(off.document, off.whole()))
    assert left is not None
    assert len(left) == 2


@HINTS
@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('def x : Text -> Text = "a" | = broken', []),
        (
            "def x : Text -> Text = C.clean | Std.single | Std.identity<[Text]>*",
            ["→ Text", "<Text>", "→ [Text]", "→ Text"],
        ),
        ("def x = (C.clean | C.old) { digits = 1 }", [" : Text -> Text", " { digits = 1 }", "→ Text", "→ Text"]),
        ("def x = C.unknown | C.clean", ["→ Text"]),
    ],
)
def test_hints_of_texts_whole_and_broken(written: str, told: list[str]) -> None:
    asked = Asked(written)
    found = inlay_hints.hints(asked.view, types.InlayHintParams(asked.document, asked.whole()))
    assert found is not None
    assert ["".join(part.value for part in hint.label) for hint in found if not isinstance(hint.label, str)] == told


def decoded(data: list[int]) -> list[tuple[int, ...]]:
    return [tuple(data[at : at + 5]) for at in range(0, len(data), 5)]


@COLOURS
def test_semantic_tokens_and_their_differences() -> None:
    told = semantic_tokens.Told()
    first = Asked('def x = "𝄞" | C.clean\n')
    whole = told.full(first.view, types.SemanticTokensParams(first.document))
    assert whole is not None
    assert len(whole.data) % 5 == 0
    texts = [
        4
        for token in decoded(list(whole.data))
        if token[3] == list(semantic_tokens.Colour).index(semantic_tokens.Colour.STRING)
    ]
    assert texts == [4]
    second = Asked('def x = "𝄞" | C.clean | C.old\n')
    params = types.SemanticTokensDeltaParams(second.document, whole.result_id or "")
    delta = told.delta(second.view, params)
    assert isinstance(delta, types.SemanticTokensDelta)
    data = list(whole.data)
    for edit in delta.edits:
        data[edit.start : edit.start + edit.delete_count] = list(edit.data or ())
    again = told.full(second.view, types.SemanticTokensParams(second.document))
    assert again is not None
    assert data == list(again.data)
    assert len(delta.edits[0].data or ()) < len(again.data)
    stale = told.delta(second.view, types.SemanticTokensDeltaParams(second.document, "none"))
    assert isinstance(stale, types.SemanticTokens)


@LAYS_OUT
def test_formatting_changes_only_what_is_laid_out_otherwise() -> None:
    asked = Asked("def x   = C.clean\n\n\n\n\ndef y = C.clean\ndef z=C.clean\n")
    edits = formatting.whole(asked.view, types.DocumentFormattingParams(asked.document, OPTIONS))
    assert asked.after(edits) == FLOW + "def x = C.clean\n\ndef y = C.clean\ndef z = C.clean\n"
    assert all(len(edit.new_text) < 12 for edit in edits or ())
    line = types.Range(types.Position(4, 0), types.Position(4, 3))
    some = formatting.in_range(asked.view, types.DocumentRangeFormattingParams(asked.document, line, OPTIONS))
    assert asked.after(some) == asked.text.replace("def x   =", "def x =")
    broken = Asked("def x   = = C.clean\n")
    assert formatting.whole(broken.view, types.DocumentFormattingParams(broken.document, OPTIONS)) == []


@TYPES_ON
@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (f"/// A doc.\n{CURSOR}\ndef x = C.clean\n", "/// A doc.\n/// \ndef x = C.clean\n"),
        (f"def x = C.clean |\n{CURSOR}\n", "def x = C.clean |\n  \n"),
        (f"def x =\n  C.clean\n  | C.old\n{CURSOR}\n", "def x =\n  C.clean\n  | C.old\n  \n"),
        (f"def x = C.clean // |\n{CURSOR}\n", "def x = C.clean // |\n\n"),
    ],
)
def test_what_a_new_line_begins_with(written: str, wanted: str) -> None:
    asked = Asked(written)
    params = types.DocumentOnTypeFormattingParams(asked.document, asked.position, "\n", OPTIONS)
    assert asked.after(formatting.while_typing(asked.view, params)) == FLOW + wanted


@TYPES_ON
def test_a_closing_brace_lays_out_its_declaration_alone() -> None:
    asked = Asked(f"def a   = C.clean\ndef x = C.clean {{digits=1}}{CURSOR}\ndef b   = C.clean\n")
    params = types.DocumentOnTypeFormattingParams(asked.document, asked.position, "}", OPTIONS)
    assert asked.after(formatting.while_typing(asked.view, params)) == asked.text.replace(
        "{digits=1}", "{ digits = 1 }"
    )


@COLOURS
@pytest.mark.parametrize(
    ("written", "word", "colour"),
    [
        ("def x = C.clean", "x", "function"),
        ("def = = x | C.clean", "=", "operator"),
        ("/// Doc.\ntype T = A | B", "A", "enumMember"),
        ("fun f : { type : Text } -> Text", "type", "property"),
    ],
)
def test_a_word_and_its_colour(written: str, word: str, colour: str) -> None:
    told = semantic_tokens.Told()
    asked = Asked(written)
    whole = told.full(asked.view, types.SemanticTokensParams(asked.document))
    part = semantic_tokens.in_range(asked.view, types.SemanticTokensRangeParams(asked.document, asked.whole()))
    same = told.delta(
        asked.view, types.SemanticTokensDeltaParams(asked.document, (whole.result_id if whole else "") or "")
    )
    assert whole is not None
    assert part is not None
    assert part.data == whole.data
    assert isinstance(same, types.SemanticTokensDelta)
    assert same.edits == []
    found, line, character = [], 0, 0
    for down, right, length, kind, _ in decoded(list(whole.data)):
        line, character = line + down, right + (0 if down else character)
        text = asked.source.line_text(line + 1)[character : character + length]
        found.append((text, semantic_tokens.LEGEND.token_types[kind]))
    assert (word, colour) in found[6:]


@LAYS_OUT
@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("def x = C.clean;\n", "def x = C.clean\n"),
        ("def x = concat C.clean\r\n", "def x = C.clean*\n"),
        ("def x = C.clean // kept\n", "def x = C.clean // kept\n"),
        ("def x   = = C.clean\n", "def x   = = C.clean\n"),
    ],
)
def test_what_is_laid_out(written: str, wanted: str) -> None:
    asked = Asked(written)
    edits = formatting.whole(asked.view, types.DocumentFormattingParams(asked.document, OPTIONS))
    assert asked.after(edits) == FLOW + wanted
    some = formatting.in_range(asked.view, types.DocumentRangeFormattingParams(asked.document, asked.whole(), OPTIONS))
    assert some == edits
