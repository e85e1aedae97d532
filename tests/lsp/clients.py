"""The capabilities of clients: those that pytest-lsp has recorded, and those of one that takes everything."""

import json
from functools import cache
from importlib import resources

from lsprotocol import types
from pygls.protocol import default_converter

#: Reads and writes messages for all editors: what it learns about a message is learned once.
CONVERTER = default_converter()
#: One that takes everything there is.
FULL = "full"
#: The same, but it asks for diagnostics instead of being sent them.
PULLS = "pulls"
#: Those whose people we expect.
RECORDED = ("visual_studio_code_v1.65.2", "neovim_v0.11.0", "emacs_v29.1")


@cache
def capabilities(name: str) -> types.ClientCapabilities:
    """What a client can."""
    file = resources.files("pytest_lsp") / "clients" / f"{RECORDED[0] if name in (FULL, PULLS) else name}.json"
    recorded = json.loads(file.read_text())["capabilities"]
    if name in (FULL, PULLS):
        recorded = _merged(recorded, _MORE)
    if name == PULLS:
        recorded = _merged(recorded, _PULLING)
    return CONVERTER.structure(recorded, types.ClientCapabilities)


def _merged(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    both = dict(one)
    for key, value in other.items():
        held = both.get(key)
        both[key] = _merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return both


# What clients have learned since the record of Visual Studio Code was made.
_MORE: dict[str, object] = {
    "general": {"positionEncodings": ["utf-32", "utf-16", "utf-8"]},
    "textDocument": {
        "inlayHint": {"resolveSupport": {"properties": ["tooltip", "textEdits", "label.tooltip", "label.location"]}},
        "foldingRange": {"foldingRange": {"collapsedText": True}},
        "typeHierarchy": {},
        "completion": {
            "completionItem": {"labelDetailsSupport": True},
            "completionList": {
                "itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "insertTextMode", "data"]
            },
        },
        "publishDiagnostics": {"dataSupport": True, "codeDescriptionSupport": True},
    },
    "workspace": {
        "inlayHint": {"refreshSupport": True},
        "symbol": {"resolveSupport": {"properties": ["location.range"]}},
    },
}
_PULLING: dict[str, object] = {
    "textDocument": {"diagnostic": {"relatedDocumentSupport": True}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
