"""The outline of a file and of all, its folds, links, lenses and calls, and renamed files: through the protocol."""

import pytest
from ide.marked import SHOP
from lsprotocol import types

from nscompiler.source import SourceFile

SYMBOLS, SEARCH = types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.WORKSPACE_SYMBOL
FOLDING, SELECTION = types.TEXT_DOCUMENT_FOLDING_RANGE, types.TEXT_DOCUMENT_SELECTION_RANGE
LINKS, RENAMES = types.TEXT_DOCUMENT_DOCUMENT_LINK, types.WORKSPACE_WILL_RENAME_FILES
LENSES, RESOLVE = types.TEXT_DOCUMENT_CODE_LENS, types.CODE_LENS_RESOLVE
PREPARE, INCOMING, OUTGOING = (
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY,
    types.CALL_HIERARCHY_INCOMING_CALLS,
    types.CALL_HIERARCHY_OUTGOING_CALLS,
)
BROKEN = "import Shop.Clean:0.2.0 as C\n\ntype T = {\n  a : Text\n\ndef torn = (\n  C.good |\n\ndef whole = C.good\n"


@pytest.fixture
def project(editor):
    """An editor with the project open, with a script beside it and a file with faults."""
    files = {
        **SHOP,
        "top.nml": "import Shop.Flow:0.1.0 as F\n\nF.w\n",
        "torn.nml": BROKEN,
        "top.py": "class Module: ...\n",
    }
    for name, text in files.items():
        editor.write(name, text)
    editor.write("in.jsonl", "{}")
    editor.write("nstack-project.yaml", "modules:\n  - clean\n  - flow\n  - types\n")
    editor.reload()
    for name, text in files.items():
        if name.endswith(".nml"):
            editor.open(name, text)
    return editor


def nested(symbols):
    """Symbols as name and kind, with what is in them."""
    return [(one.name, one.kind.name, nested(one.children or ())) for one in symbols]


@pytest.mark.feature(SYMBOLS)
@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("types/module.nml", ("Item", "Struct", [("id", "Field", []), ("price", "Field", [])])),
        ("types/module.nml", ("Pair", "Class", [])),
        ("clean/module.nml", ("clean", "Function", [("digits", "Property", []), ("mode", "Property", [])])),
        ("flow/module.nml", ("w", "Variable", [])),
        ("top.nml", ("main", "Event", [])),
        ("torn.nml", ("torn", "Variable", [])),
    ],
)
def test_an_outline(project, name, symbol):
    assert symbol in nested(project.about(SYMBOLS, name))


@pytest.mark.feature(SEARCH)
@pytest.mark.parametrize(
    ("query", "name", "container"),
    [
        ("item", "Item", "Shop.Types"),
        ("rnd", "rounded", "Shop.Flow"),
        ("flow.w", "w", "Shop.Flow"),
        ("Gone", "Gone", "Shop.Types.Event"),
        ("whole", "whole", "torn"),
    ],
)
def test_a_search(project, query, name, container):
    first = project.request(SEARCH, types.WorkspaceSymbolParams(query))[0]
    assert (first.name, first.container_name) == (name, container)
    assert project.covered(first.location.uri, first.location.range) == name


@pytest.mark.feature(FOLDING)
@pytest.mark.parametrize(
    ("name", "fold"),
    [
        ("types/module.nml", (4, 7, None)),
        ("clean/module.nml", (6, 9, None)),
        ("flow/module.nml", (2, 3, "imports")),
        ("torn.nml", (2, 3, None)),
        ("torn.nml", (5, 6, None)),
    ],
)
def test_folds(project, name, fold):
    found = project.about(FOLDING, name)
    assert fold in [(one.start_line, one.end_line, one.kind) for one in found]


@pytest.mark.feature(SELECTION)
@pytest.mark.parametrize(
    ("name", "piece", "steps"),
    [
        ("flow/module.nml", "good", ["good", "C.good"]),
        ("flow/module.nml", "in.jsonl", ["in.jsonl", '"in.jsonl"', 'path = "in.jsonl"']),
        ("types/module.nml", "price :", ["price", "price : Double"]),
        ("types/module.nml", "a, a", ["a", "a, a", "(a, a)"]),
        ("torn.nml", "C.good |", ["C"]),
    ],
)
def test_a_selection_grows(project, name, piece, steps):
    source = project.sources[project.path(name)]
    at = source.lines.position(source.text.index(piece) + 1)
    params = types.SelectionRangeParams(project.document(name), [types.Position(at.line - 1, at.column - 1)])
    (found,) = project.request(SELECTION, params)
    texts = []
    while found is not None:
        texts.append(project.covered(project.uri(name), found.range))
        found = found.parent
    assert texts[: len(steps)] == steps
    assert texts[-1] == source.text


@pytest.mark.feature(LINKS)
@pytest.mark.parametrize(
    ("name", "text", "covered", "target"),
    [
        ("flow/module.nml", None, "Shop.Types:0.1.0", "types/module.nml"),
        ("flow/module.nml", None, "in.jsonl", "in.jsonl"),
        ("torn.nml", None, "Shop.Clean:0.2.0", "clean/module.nml"),
        ("a.nml", "// see https://example.org/x.\ndef a = (\n", "https://example.org/x", "https://example.org/x"),
        ("b.nml", 'Sources.jsonl<Text> { path = "gone.jsonl" } | Sinks.log\n', None, None),
    ],
)
def test_links(project, name, text, covered, target):
    if text is not None:
        project.open(name, text)
    found = {project.covered(project.uri(name), one.range): one.target for one in project.about(LINKS, name) or ()}
    assert found.get(covered) == (target if target is None or ":" in target else project.uri(target))


def lens_titles(project, name):
    """The lenses of a file, resolved."""
    return [project.request(RESOLVE, one).command.title for one in project.about(LENSES, name)]


@pytest.mark.feature(LENSES, RESOLVE)
@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("flow/module.nml", ["▸ run", "graph", "1 reference", "0 references"]),
        ("types/module.nml", ["6 references", "1 reference", "0 references"]),
        (
            "clean/module.nml",
            ["2 references", "1 reference", "0 references", "3 references", "0 references", "1 reference"],
        ),
        ("top.nml", ["▸ run", "graph"]),
        ("torn.nml", ["0 references"]),
    ],
)
def test_lenses(project, name, titles):
    assert lens_titles(project, name) == titles


def test_the_commands_of_lenses(project):
    run, graph, count, _ = project.about(LENSES, "flow/module.nml")
    uri = project.uri("flow/module.nml")
    assert (run.command.command, *run.command.arguments) == ("nsc.run", uri, "w")
    assert graph.command.command == "nsc.graph"
    assert count.command is None
    shown = project.request(RESOLVE, count).command
    assert shown.command == "nsc.showReferences"
    assert shown.arguments[0] == uri
    assert shown.arguments[2][0]["uri"] == project.uri("top.nml")


def test_lenses_can_be_switched_off(editors):
    quiet = editors()
    quiet.start(options={"codeLens": {"run": False, "references": False}})
    quiet.open("a.nml", "def w = Sources.stdin | Sinks.log\n")
    assert not quiet.about(LENSES, "a.nml")


@pytest.mark.feature(PREPARE, INCOMING, OUTGOING)
@pytest.mark.parametrize(
    ("path", "old", "incoming", "outgoing"),
    [
        ("flow/module.nml", "C.good", ["w", "whole", "torn"], ["clean", "tagged"]),
        ("flow/module.nml", "C.clean", ["good", "rounded"], []),
        ("flow/module.nml", "w =", ["main"], ["jsonl", "good", "log"]),
        ("torn.nml", "whole", [], ["good"]),
        ("clean/module.nml", "two\n", ["pairs"], []),
    ],
)
def test_calls(project, path, old, incoming, outgoing):
    source = project.sources[project.path(path)]
    offset = source.text.rindex(old) + old.strip(" =\n").rfind(".") + 1
    item = call_item(project, path, source, offset)
    users = project.request(INCOMING, types.CallHierarchyIncomingCallsParams(item))
    used = project.request(OUTGOING, types.CallHierarchyOutgoingCallsParams(item))
    assert {one.from_.name for one in users} == set(incoming)
    assert [one.to.name for one in used] == outgoing
    assert all(project.covered(one.from_.uri, place) == item.name for one in users for place in one.from_ranges)


def call_item(project, path: str, source: SourceFile, offset: int):
    """The function whose name stands at an offset."""
    at = source.lines.position(offset)
    position = types.Position(at.line - 1, at.column - 1)
    (item,) = project.request(PREPARE, types.CallHierarchyPrepareParams(project.document(path), position))
    return item


@pytest.mark.feature(RENAMES)
@pytest.mark.parametrize(
    ("old", "new", "renames", "project_file"),
    [
        ("top.nml", "start.nml", [("top.py", "start.py")], None),
        ("clean/module.nml", "clean/other.nml", [("clean/service.py", "clean/other.py")], None),
        ("clean", "tidy", [], "modules:\n  - tidy\n  - flow\n  - types\n"),
        ("torn.nml", "mended.nml", [], None),
        ("clean/module.nml", "clean/module.txt", [], None),
    ],
)
def test_renamed_files(project, old, new, renames, project_file):
    params = types.RenameFilesParams([types.FileRename(project.uri(old), project.uri(new))])
    found = project.request(RENAMES, params)
    changes = [] if found is None else found.document_changes
    moved = [(one.old_uri, one.new_uri) for one in changes if isinstance(one, types.RenameFile)]
    assert moved == [(project.uri(one), project.uri(other)) for one, other in renames]
    after = {} if found is None else project.texts_after(found)
    assert after == ({} if project_file is None else {"nstack-project.yaml": project_file})
