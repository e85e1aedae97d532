"""Every request, all over a workspace, under the capabilities that clients have recorded; for one of them the server is
a process of its own.

What the answers say is told by the facts of each feature (``@pytest.mark.feature``); here each has to be one that the
client may be sent. A request that the server answers and that is not walked fails, and so does one without facts.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from clients import FULL, PULLS, RECORDED
from editor import Editor, Marked, Refused, parameters
from lsprotocol import types
from nslsp.registration import make_server
from pygls.capabilities import get_capability

#: How many facts a feature needs at least.
FACTS = 5
WORKSPACE = {
    "shop/module.nml": (
        "/// What things cost.\nmodule Shop:0.1.0\n\nimport Base:0.1.0 as B\n\n"
        "type Item = { name : Text, price : Double }\n\n"
        "/// Looks an item up; 𝄞 is a note.\nfun find : Text{limit : Integer = 3, store : Text} -> Item\n"
        "fun count : Item -> Integer\n\n"
        'def counted = find { store = "é𝄞" } | count | B.double\n'
    ),
    "shop/service.py": (
        "import nstack\n\n\nclass Module(nstack.Module):\n"
        "    def find(self, x: str) -> dict:\n        return {}\n\n"
        "    def count(self, x: dict) -> int:\n        return 1\n"
    ),
    "base.nml": "module Base:0.1.0\n\nfun double : Integer -> Integer\nfun half : Integer -> Double\n",
    "broken.nml": (
        "import Shop:0.1.0 as S\nimport Nowhere:0.1.0 as N\n\n"
        "def a = S.find | | S.count\n\ndef b = S.counted |\n\ndef c = (S.find & 𝄞\r\n\r\ndef d = S.find { lim\n"
    ),
    "flow.nml": "import Shop:0.1.0 as S\n\nSources.stdin | S.counted | Sinks.log\n",
}
LIFE = {
    types.INITIALIZE, types.INITIALIZED, types.SHUTDOWN, types.EXIT, types.SET_TRACE,
    types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE,
    types.TEXT_DOCUMENT_DID_SAVE, types.WORKSPACE_DID_CHANGE_CONFIGURATION,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.NOTEBOOK_DOCUMENT_DID_OPEN, types.NOTEBOOK_DOCUMENT_DID_CHANGE, types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL, types.WORKSPACE_EXECUTE_COMMAND,
    types.WORKSPACE_DID_RENAME_FILES, types.WORKSPACE_DID_CREATE_FILES, types.WORKSPACE_DID_DELETE_FILES,
    "nsc/checked",
}  # fmt: skip
"""What is no question about a program; the tests of the session are about these."""


@attrs.frozen
class Walk:
    """An editor that walks through its files, with the places that it stops at."""

    editor: Editor
    files: dict[str, Marked]

    def ask(self, method: str, params: Any) -> Any:
        """An answer; a request that is refused counts only where the specification says so."""
        try:
            return self.editor.request(method, params)
        except Refused as refused:
            renames = (types.TEXT_DOCUMENT_RENAME, types.TEXT_DOCUMENT_PREPARE_RENAME)
            if method not in renames or refused.code != types.LSPErrorCodes.RequestFailed:
                raise
            return None

    def everywhere(self, method: str, **more: Any) -> list[Any]:
        """The answers at all places."""
        return [
            self.ask(method, parameters(method)(text_document=self.editor.document(name), position=place, **more))
            for name, marked in self.files.items()
            for place in self.places(marked)
        ]

    def places(self, marked: Marked) -> list[types.Position]:
        """The places of a file to stop at."""
        return [self.editor.position(marked, number) for number in range(len(marked.places))]

    def each(self, method: str, **more: Any) -> list[Any]:
        """The answers about each file."""
        return [self.ask(method, parameters(method)(self.editor.document(name), **more)) for name in self.files]

    def ranges(self, method: str, **more: Any) -> list[Any]:
        """The answers about ranges of each file: all of it, and between neighbouring places."""
        found = []
        for name, marked in self.files.items():
            places = [types.Position(0, 0), *self.places(marked)]
            whole = types.Range(places[0], places[-1])
            for one in (whole, *map(types.Range, places[:-1:3], places[1::3])):
                kind = parameters(method)
                found.append(self.ask(method, kind(text_document=self.editor.document(name), range=one, **more)))
        return found

    def resolved(self, method: str, found: Any, capability: str) -> None:
        """Have things completed: nothing but what the client lets be late may be another afterwards."""
        listed = get_capability(self.editor.capabilities, f"{capability}.resolve_support.properties") or ()
        late = {name.split(".")[0] for name in listed} | {"documentation", "detail", "command", "data"}
        for one in found:
            after = self.ask(method, one)
            for field in attrs.fields(type(one)):
                name = "".join(part.title() if count else part for count, part in enumerate(field.name.split("_")))
                assert name in late or getattr(after, field.name) == getattr(one, field.name), name


def _flat(found: list[Any]) -> list[Any]:
    return [one for part in found for one in (part or ())]


def _completion(walk: Walk) -> None:
    answers = walk.everywhere(types.TEXT_DOCUMENT_COMPLETION)
    items = [item for one in answers if one for item in (one if isinstance(one, tuple | list) else one.items)]
    if types.COMPLETION_ITEM_RESOLVE in answered():
        walk.resolved(types.COMPLETION_ITEM_RESOLVE, items[::17], "text_document.completion.completion_item")


def _actions(walk: Walk) -> None:
    found = []
    for name, marked in walk.files.items():
        shown = walk.editor.diagnostics.get(walk.editor.path(name), [])
        for place in walk.places(marked):
            here = [one for one in shown if one.range.start <= place <= one.range.end]
            params = types.CodeActionParams(
                walk.editor.document(name), types.Range(place, place), types.CodeActionContext(here)
            )
            found += walk.ask(types.TEXT_DOCUMENT_CODE_ACTION, params) or []
    if types.CODE_ACTION_RESOLVE in answered():
        late = [one for one in found if isinstance(one, types.CodeAction) and one.edit is None and one.data is not None]
        walk.resolved(types.CODE_ACTION_RESOLVE, late, "text_document.code_action")


def _rename(walk: Walk) -> None:
    for name, marked in walk.files.items():
        for place in walk.places(marked)[::3]:
            ready = types.PrepareRenameParams(walk.editor.document(name), place)
            if walk.ask(types.TEXT_DOCUMENT_PREPARE_RENAME, ready) is not None:
                walk.ask(types.TEXT_DOCUMENT_RENAME, types.RenameParams(walk.editor.document(name), place, "other"))


def _calls(walk: Walk) -> None:
    for item in _flat(walk.everywhere(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY))[::4]:
        walk.ask(types.CALL_HIERARCHY_INCOMING_CALLS, types.CallHierarchyIncomingCallsParams(item))
        walk.ask(types.CALL_HIERARCHY_OUTGOING_CALLS, types.CallHierarchyOutgoingCallsParams(item))


def _tokens(walk: Walk) -> None:
    for name, full in zip(walk.files, walk.each(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL), strict=True):
        if full is not None and full.result_id is not None:
            params = types.SemanticTokensDeltaParams(walk.editor.document(name), full.result_id)
            walk.ask(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, params)
    walk.ranges(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)


def _with_resolve(base: str, resolve: str, capability: str, ranged: bool = False) -> Callable[[Walk], None]:
    def walked(walk: Walk) -> None:
        found = _flat(walk.ranges(base) if ranged else walk.each(base))
        if resolve in answered():
            walk.resolved(resolve, found[:8], capability)

    return walked


def _symbols(walk: Walk) -> None:
    found = _flat([walk.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams(query)) for query in ("", "c", "Shop")])
    if types.WORKSPACE_SYMBOL_RESOLVE in answered():
        walk.resolved(types.WORKSPACE_SYMBOL_RESOLVE, found[:5], "workspace.symbol")


def _diagnostics(walk: Walk) -> None:
    walk.each(types.TEXT_DOCUMENT_DIAGNOSTIC)
    walk.ask(types.WORKSPACE_DIAGNOSTIC, types.WorkspaceDiagnosticParams([]))


def _selections(walk: Walk) -> None:
    for name, marked in walk.files.items():
        places = walk.places(marked)
        params = types.SelectionRangeParams(walk.editor.document(name), places)
        found = walk.ask(types.TEXT_DOCUMENT_SELECTION_RANGE, params)
        assert len(found) == len(places)


def _on_type(walk: Walk) -> None:
    options = types.FormattingOptions(4, True)
    for name, marked in walk.files.items():
        for place in walk.places(marked)[::3]:
            for typed in ("|", "\n", "}"):
                params = types.DocumentOnTypeFormattingParams(walk.editor.document(name), place, typed, options)
                walk.ask(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, params)


def _file_renames(walk: Walk) -> None:
    renamed = types.FileRename(walk.editor.uri("base.nml"), walk.editor.uri("other.nml"))
    walk.ask(types.WORKSPACE_WILL_RENAME_FILES, types.RenameFilesParams([renamed]))


OPTIONS = types.FormattingOptions(4, True)
REFERENCES = types.ReferenceContext(True)
# Requests that are walked together, each with the way.
WAYS: dict[tuple[str, ...], Callable[[Walk], object]] = {
    (types.TEXT_DOCUMENT_DIAGNOSTIC, types.WORKSPACE_DIAGNOSTIC): _diagnostics,
    (types.TEXT_DOCUMENT_HOVER,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_HOVER),
    (types.TEXT_DOCUMENT_COMPLETION, types.COMPLETION_ITEM_RESOLVE): _completion,
    (types.TEXT_DOCUMENT_SIGNATURE_HELP,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_SIGNATURE_HELP),
    (types.TEXT_DOCUMENT_DEFINITION,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_DEFINITION),
    (types.TEXT_DOCUMENT_DECLARATION,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_DECLARATION),
    (types.TEXT_DOCUMENT_TYPE_DEFINITION,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_TYPE_DEFINITION),
    (types.TEXT_DOCUMENT_IMPLEMENTATION,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_IMPLEMENTATION),
    (types.TEXT_DOCUMENT_REFERENCES,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_REFERENCES, context=REFERENCES),
    (types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT),
    (types.TEXT_DOCUMENT_LINKED_EDITING_RANGE,): lambda walk: walk.everywhere(types.TEXT_DOCUMENT_LINKED_EDITING_RANGE),
    (types.TEXT_DOCUMENT_RENAME, types.TEXT_DOCUMENT_PREPARE_RENAME): _rename,
    (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,): lambda walk: walk.each(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL),
    (types.WORKSPACE_SYMBOL, types.WORKSPACE_SYMBOL_RESOLVE): _symbols,
    (
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
    ): _tokens,
    (types.TEXT_DOCUMENT_INLAY_HINT, types.INLAY_HINT_RESOLVE): _with_resolve(
        types.TEXT_DOCUMENT_INLAY_HINT, types.INLAY_HINT_RESOLVE, "text_document.inlay_hint", ranged=True
    ),
    (types.TEXT_DOCUMENT_CODE_ACTION, types.CODE_ACTION_RESOLVE): _actions,
    (types.TEXT_DOCUMENT_CODE_LENS, types.CODE_LENS_RESOLVE): _with_resolve(
        types.TEXT_DOCUMENT_CODE_LENS, types.CODE_LENS_RESOLVE, "text_document.code_lens"
    ),
    (types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DOCUMENT_LINK_RESOLVE): _with_resolve(
        types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DOCUMENT_LINK_RESOLVE, "text_document.document_link"
    ),
    (
        types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY,
        types.CALL_HIERARCHY_INCOMING_CALLS,
        types.CALL_HIERARCHY_OUTGOING_CALLS,
    ): _calls,
    (types.TEXT_DOCUMENT_FOLDING_RANGE,): lambda walk: walk.each(types.TEXT_DOCUMENT_FOLDING_RANGE),
    (types.TEXT_DOCUMENT_SELECTION_RANGE,): _selections,
    (types.TEXT_DOCUMENT_FORMATTING,): lambda walk: walk.each(types.TEXT_DOCUMENT_FORMATTING, options=OPTIONS),
    (types.TEXT_DOCUMENT_RANGE_FORMATTING,): lambda walk: walk.ranges(
        types.TEXT_DOCUMENT_RANGE_FORMATTING, options=OPTIONS
    ),
    (types.TEXT_DOCUMENT_ON_TYPE_FORMATTING,): _on_type,
    (types.WORKSPACE_WILL_RENAME_FILES,): _file_renames,
}


def answered() -> set[str]:
    """The requests about a program that the server answers."""
    return set(make_server().protocol.fm.features) - LIFE


def marked_everywhere(text: str) -> str:
    """A text with a mark at every third token's start, in its middle, and at the end."""
    tokens = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
    offsets = sorted({at for start, end in tokens[::3] for at in (start, (start + end) // 2)})
    for offset in reversed([*offsets, len(text)]):
        text = f"{text[:offset]}‸{text[offset:]}"
    return text


# Its client can do all there is; the others are variations, the first of them with a process of its own.
OFTEN = (FULL,)


@pytest.mark.parametrize(
    "client",
    [pytest.param(one, marks=[] if one in OFTEN else pytest.mark.thorough) for one in (*RECORDED, FULL, PULLS)],
)
def test_every_answer_is_legal(client, editors):
    editor = editors(client, own_process=client == RECORDED[0])
    for name, text in WORKSPACE.items():
        editor.write(name, text)
    editor.start()
    files = {name: editor.open(name, marked_everywhere(text)) for name, text in WORKSPACE.items() if ".nml" in name}
    editor.settle()
    walk = Walk(editor, files)
    for methods, way in WAYS.items():
        if answered() & set(methods):
            way(walk)
    assert editor.stop() == 0


def test_every_request_is_walked():
    walked = {method for methods in WAYS for method in methods}
    assert answered() - walked == set()


def facts() -> Iterator[tuple[str, int]]:
    """The requests that tests of this folder tell facts about, with how many those are."""
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(file.stem)
        shared = getattr(module, "pytestmark", [])
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                own = [*getattr(function, "pytestmark", []), *(shared if isinstance(shared, list) else [shared])]
                cases = 1
                for mark in own:
                    cases *= len(mark.args[1]) if mark.name == "parametrize" else 1
                for mark in own:
                    if mark.name == "feature":
                        yield from ((method, cases) for method in mark.args)


def test_every_request_has_facts():
    counts: dict[str, int] = dict.fromkeys(answered(), 0)
    for method, cases in facts():
        counts[method] = counts.get(method, 0) + cases
    assert {method: count for method, count in counts.items() if count < FACTS} == {}
    assert set(counts) == answered(), "facts about what is not answered"
