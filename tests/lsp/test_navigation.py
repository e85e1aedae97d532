"""Where names lead, what names the same thing, renaming it, and what is told of it: through the protocol."""

import pytest
from editor import Refused
from ide.marked import SHOP, shop
from lsprotocol import types

DEFINITION, DECLARATION = types.TEXT_DOCUMENT_DEFINITION, types.TEXT_DOCUMENT_DECLARATION
TYPE_DEFINITION, IMPLEMENTATION = types.TEXT_DOCUMENT_TYPE_DEFINITION, types.TEXT_DOCUMENT_IMPLEMENTATION


@pytest.fixture
def asked(editor):
    """Asks about the marked place of the project in which one piece of text is written otherwise."""

    def ask(method, path, old, new="", **more):
        texts = shop(path, old, new)
        for name, text in texts.items():
            if name != path:
                editor.write(name, text)
        editor.write(path, SHOP[path])
        editor.reload()
        marked = editor.open(path, texts[path])
        return editor.at(method, marked, **more)

    return ask


def places(editor, found):
    """Locations and links as file, line and text."""
    pairs = [
        (one.target_uri, one.target_selection_range) if isinstance(one, types.LocationLink) else (one.uri, one.range)
        for one in found or ()
    ]
    return [f"{_name(editor, uri)}:{at.start.line + 1} {editor.covered(uri, at)}" for uri, at in pairs]


def _name(editor, uri):
    return uri.removeprefix(editor.uri("") + "/").rpartition("/modules/")[2]


@pytest.mark.feature(DEFINITION)
@pytest.mark.parametrize(
    ("path", "old", "new", "leads"),
    [
        ("flow/module.nml", "C.goo‸d", "", ["clean/module.nml:15 good"]),
        ("flow/module.nml", "Sinks.l‸og", "", ["Sinks.nml:5 log"]),
        ("flow/module.nml", "C‸.good", "", ["clean/module.nml:1 Shop.Clean:0.2.0"]),
        ("clean/module.nml", "digi‸ts = 3", "", ["clean/module.nml:9 digits"]),
        ("flow/module.nml", "C.good |", "C.go‸od | | (", ["clean/module.nml:15 good"]),
        ("flow/module.nml", "C.good", "C.noth‸ing", []),
    ],
)
def test_definition(editor, asked, path, old, new, leads):
    assert places(editor, asked(DEFINITION, path, old, new)) == leads


@pytest.mark.feature(DECLARATION)
@pytest.mark.parametrize(
    ("path", "old", "leads"),
    [
        ("flow/module.nml", "C‸.good", ["flow/module.nml:4 C"]),
        ("flow/module.nml", "T‸.Item", ["flow/module.nml:3 T"]),
        ("flow/module.nml", "C.goo‸d", ["clean/module.nml:15 good"]),
        ("types/module.nml", "(a‸, a)", ["types/module.nml:10 a"]),
        ("clean/module.nml", "digits : Inte‸ger", []),
    ],
)
def test_declaration(editor, asked, path, old, leads):
    assert places(editor, asked(DECLARATION, path, old)) == leads


@pytest.mark.feature(TYPE_DEFINITION)
@pytest.mark.parametrize(
    ("path", "old", "leads"),
    [
        ("flow/module.nml", "jsonl‸<T.Item>", ["types/module.nml:5 Item"]),
        ("flow/module.nml", "C.cle‸an", ["types/module.nml:5 Item"]),
        ("types/module.nml", "Sal‸e Item", ["types/module.nml:5 Item"]),
        ("clean/module.nml", "def pai‸rs", ["types/module.nml:10 Pair"]),
        ("types/module.nml", "pri‸ce : Double", []),
    ],
)
def test_type_definition(editor, asked, path, old, leads):
    assert places(editor, asked(TYPE_DEFINITION, path, old)) == leads


@pytest.mark.feature(IMPLEMENTATION)
@pytest.mark.parametrize(
    ("path", "old", "leads"),
    [
        ("flow/module.nml", "C.cle‸an", ["clean/service.py:2 clean"]),
        ("clean/module.nml", "fun tagge‸d", ["clean/service.py:5 tagged"]),
        ("clean/module.nml", "dig‸its : Integer", ["clean/service.py:3 digits"]),
        ("flow/module.nml", "C.goo‸d", ["clean/module.nml:15 good"]),
        ("flow/module.nml", "Sinks.l‸og", ["Sinks.nml:5 log"]),
    ],
)
def test_implementation(editor, asked, path, old, leads):
    assert places(editor, asked(IMPLEMENTATION, path, old)) == leads


@pytest.mark.feature(types.TEXT_DOCUMENT_REFERENCES)
@pytest.mark.parametrize(
    ("path", "old", "declaration", "named"),
    [
        (
            "clean/module.nml",
            "fun cl‸ean",
            True,
            [
                *("clean/module.nml:7 clean", "clean/module.nml:15 clean"),
                *("clean/service.py:2 clean", "flow/module.nml:7 clean"),
            ],
        ),
        ("flow/module.nml", "C.goo‸d", False, ["flow/module.nml:6 good"]),
        ("flow/module.nml", "mo‸de =", True, ["clean/module.nml:10 mode", "flow/module.nml:7 mode"]),
        ("types/module.nml", "id‸ : Integer", True, ["clean/module.nml:12 id", "types/module.nml:7 id"]),
        ("clean/module.nml", "dig‸its = 3", False, ["clean/module.nml:15 digits", "clean/service.py:3 digits"]),
        ("flow/module.nml", "de‸f w", True, []),
    ],
)
def test_references(editor, asked, path, old, declaration, named):
    context = types.ReferenceContext(declaration)
    assert places(editor, asked(types.TEXT_DOCUMENT_REFERENCES, path, old, context=context)) == named


@pytest.mark.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
@pytest.mark.parametrize(
    ("path", "old", "lines"),
    [
        ("clean/module.nml", "digi‸ts =", [(9, "Write"), (15, "Write")]),
        ("clean/module.nml", "= tw‸o", [(16, "Read"), (17, "Write")]),
        ("flow/module.nml", "C.go‸od", [(6, "Read")]),
        ("flow/module.nml", "T‸.Item", [(3, "Write"), (6, "Read")]),
        ("clean/module.nml", "tag : Text | r‸ }", [(12, "Write"), (12, "Read")]),
        ("flow/module.nml", "de‸f w", []),
    ],
)
def test_highlights(asked, path, old, lines):
    found = asked(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, path, old) or ()
    assert [(one.range.start.line + 1, one.kind.name) for one in found] == lines


@pytest.mark.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
@pytest.mark.parametrize(
    ("path", "old", "placeholder"),
    [
        ("flow/module.nml", "C.goo‸d", "good"),
        ("clean/module.nml", "import Shop.Ty‸pes", "Shop.Types"),
        ("types/module.nml", "id‸ : Integer", "id"),
        ("flow/module.nml", "Sinks.lo‸g", "`log` belongs to the standard library"),
        ("clean/module.nml", "digits : Inte‸ger", "`Integer` is a built-in type"),
        ("flow/module.nml", "C.noth‸ing", "nothing declares `nothing`"),
        ("flow/module.nml", "de‸f w", None),
    ],
)
def test_what_is_asked_before_a_renaming(editor, asked, path, old, placeholder):
    old, new = ("C.good", old) if "nothing" in old.replace("‸", "") else (old, "")
    if placeholder is None:
        assert asked(types.TEXT_DOCUMENT_PREPARE_RENAME, path, old, new) is None
    elif "`" in placeholder:
        with pytest.raises(Refused, match=placeholder):
            asked(types.TEXT_DOCUMENT_PREPARE_RENAME, path, old, new)
    else:
        found = asked(types.TEXT_DOCUMENT_PREPARE_RENAME, path, old, new)
        assert found.placeholder == editor.covered(editor.uri(path), found.range) == placeholder


@pytest.mark.feature(types.TEXT_DOCUMENT_RENAME)
@pytest.mark.parametrize(
    ("path", "old", "new", "pieces"),
    [
        ("flow/module.nml", "C.cle‸an", "tidy", {"clean/service.py": "def tidy(", "flow/module.nml": "C.tidy {"}),
        ("types/module.nml", "type It‸em", "Thing", {"flow/module.nml": "T.Thing>", "types/module.nml": "Sale Thing"}),
        ("types/module.nml", "id‸ : Integer", "no-1", {"types/module.nml": '"no-1" : Integer'}),
        ("flow/module.nml", "C‸.good", "Tidy", {"flow/module.nml": "as Tidy\n"}),
        ("types/module.nml", "Shop.Ty‸pes", "Kinds", {"clean/module.nml": "import Kinds:0.1.0 as T"}),
    ],
)
def test_rename(editor, asked, path, old, new, pieces):
    edit = asked(types.TEXT_DOCUMENT_RENAME, path, old, new_name=new)
    after = editor.texts_after(edit)
    for name, piece in pieces.items():
        assert piece in after[name]


def test_a_renaming_that_would_disturb_is_refused(asked):
    with pytest.raises(Refused, match="`old` is declared in this file already"):
        asked(types.TEXT_DOCUMENT_RENAME, "clean/module.nml", "fun cl‸ean", new_name="old")


@pytest.mark.feature(types.TEXT_DOCUMENT_HOVER)
@pytest.mark.parametrize(
    ("path", "old", "new", "fact"),
    [
        ("flow/module.nml", "C.cle‸an", "", "fun clean : T.Item -> T.Item"),
        ("flow/module.nml", "C.good ‸| Sinks", "", "{ id : Integer, tag : Text, price : Double }"),
        ("flow/module.nml", "C.good |", "C.good ‸| |", "Sources.jsonl<T.Item>"),
        ("clean/module.nml", "digits = ‸3", "", "How much to round."),
        ("flow/module.nml", "Shop.Cl‸ean:0.2.0", "", "def pairs : a -> T.Pair a"),
        ("flow/module.nml", "de‸f w", "", "Names an expression"),
    ],
)
def test_hover(asked, path, old, new, fact):
    assert fact in asked(types.TEXT_DOCUMENT_HOVER, path, old, new).contents.value


def test_python_can_be_left_out_of_renamings(editors):
    editor = editors()
    editor.start(options={"rename": {"python": False}})
    for name, text in SHOP.items():
        editor.write(name, text)
    editor.reload()
    marked = editor.open("clean/module.nml", shop("clean/module.nml", "fun cl‸ean")["clean/module.nml"])
    edit = editor.at(types.TEXT_DOCUMENT_RENAME, marked, new_name="tidy")
    assert set(editor.texts_after(edit)) == {"clean/module.nml", "flow/module.nml"}
