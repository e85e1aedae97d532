"""What is wrong is told where it is, to clients that are sent it and to clients that ask."""

import pytest
from clients import PULLS
from lsprotocol import types

pytestmark = pytest.mark.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, types.WORKSPACE_DIAGNOSTIC)

SHOP = "module Shop:0.1.0\n\nfun price : Integer -> Double\n"
SERVICE = "import nstack\n\n\nclass Module(nstack.Module):\n    def price(self, x: int) -> float:\n"
TILL = "module Till:0.1.0\nimport Shop:0.1.0 as S\n\nfun say : Double -> Text\n\ndef t = S.price | say\n"


def briefly(editor, name, found):
    """Diagnostics of a file as code, text under the squiggle, first line."""
    return [(one.code, editor.covered(editor.uri(name), one.range), one.message.splitlines()[0]) for one in found]


def told(editor, name):
    """What was published of a file."""
    return briefly(editor, name, editor.diagnostics.get(editor.path(name), []))


def codes(editor, name):
    """What was published of a file, as codes."""
    return [code for code, *_ in told(editor, name)]


def test_a_fault_is_told_where_it_is(editor):
    editor.open("a.nml", SHOP + "fun name : Text -> Text\n\ndef f = price | name\n")
    editor.settle()
    assert told(editor, "a.nml") == [("NS0301", "name", "`price` gives Double, but `name` needs Text")]


def test_a_fault_that_is_mended_is_told_no_more(editor):
    editor.open("a.nml", SHOP + "\ndef f = pricee\n")
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]
    editor.change("a.nml", SHOP + "\ndef f = price\n")
    editor.settle()
    assert told(editor, "a.nml") == []


def test_a_fault_behind_wide_characters(editor):
    editor.open("a.nml", SHOP + "// 𝄞\nfun s : Integer -> Integer\n\n// 𝄞 é\ndef f = s /* 𝄞é */ | pricee\n")
    editor.settle()
    assert told(editor, "a.nml")[0][1] == "pricee"


def test_an_edit_of_another_file_is_told_of_here(editor):
    editor.write("Shop.nml", SHOP)
    editor.write("Till.nml", TILL)
    editor.reload()
    editor.settle()
    assert told(editor, "Till.nml") == []
    editor.open("Shop.nml", SHOP.replace("Double", "Text"))
    editor.settle()
    assert told(editor, "Till.nml") == [("NS0301", "say", "`S.price` gives Text, but `say` needs Double")]
    editor.close("Shop.nml")
    editor.settle()
    assert told(editor, "Till.nml") == []


def test_a_broken_declaration_costs_nothing_elsewhere(editor):
    editor.open("a.nml", SHOP + "\ndef broken = | |\n\ndef f = pricee\n")
    editor.settle()
    assert [text for _, text, _ in told(editor, "a.nml")][-1] == "pricee"
    assert len(told(editor, "a.nml")) == 2


def test_a_fault_in_the_python_file_is_told_there(editor):
    editor.write("service.py", SERVICE)
    editor.open("module.nml", SHOP)
    editor.settle()
    (found,) = editor.diagnostics[editor.path("service.py")]
    assert found.code == "NS0803"
    editor.open("service.py", SERVICE + "        return 1.0\n")
    editor.settle()
    assert told(editor, "service.py") == []


def test_a_fault_in_the_list_of_modules_is_told_there(editor):
    editor.write("nstack.yaml", "modules: [\n")
    editor.open("module.nml", SHOP)
    editor.settle()
    assert len(editor.diagnostics[editor.path("nstack.yaml")]) == 1


def test_what_is_not_used_is_faded_and_what_is_deprecated_struck(editor):
    text = 'module A:0.1.0\nimport B:0.1.0 as B\n\n@deprecated("use g")\nfun f : Text -> Text\n\ndef h = f\n'
    editor.write("B.nml", "module B:0.1.0\n")
    editor.write("A.nml", text)
    editor.reload()
    editor.settle()
    tags = {(one.tags or [None])[0] for one in editor.diagnostics[editor.path("A.nml")]}
    assert tags == {types.DiagnosticTag.Unnecessary, types.DiagnosticTag.Deprecated}


def test_a_fix_travels_with_its_fault(editor):
    editor.open("a.nml", SHOP + "\ndef f = pricee\n")
    editor.settle()
    (found,) = editor.diagnostics[editor.path("a.nml")]
    (edit,) = found.data["fixes"][0]["edits"]
    text = editor.sources[editor.path("a.nml")].text
    assert text[: edit["start"]] + edit["text"] + text[edit["end"] :] == SHOP + "\ndef f = price\n"


def test_a_client_without_related_places_reads_them_in_the_message(editors):
    plain = editors("emacs_v29.1")
    plain.start()
    plain.open("a.nml", SHOP + "fun name : Text -> Text\n\ndef f = price | name\n")
    plain.settle()
    (found,) = plain.diagnostics[plain.path("a.nml")]
    assert f"{plain.path('a.nml')}:6:9: gives Double" in found.message.splitlines()


def test_the_page_of_a_code(editors):
    editor = editors()
    editor.start(options={"diagnostics": {"docsUrl": "https://docs.example/codes/"}})
    editor.open("a.nml", "module A:0.1.0\n\ndef f = g\n")
    editor.settle()
    (found,) = editor.diagnostics[editor.path("a.nml")]
    assert found.code_description.href == "https://docs.example/codes/NS0401.md"


def test_other_settings_show_what_was_told_otherwise(editors):
    editor = editors(settings={})
    editor.start()
    editor.open("a.nml", "module A:0.1.0\n\ndef f = g\n")
    editor.settle()
    assert editor.diagnostics[editor.path("a.nml")][0].code_description is None
    editor.settings = {"diagnostics": {"docsUrl": "https://docs.example"}}
    editor.notify(types.WORKSPACE_DID_CHANGE_CONFIGURATION, types.DidChangeConfigurationParams(settings=None))
    editor.until(lambda: editor.diagnostics[editor.path("a.nml")][0].code_description is not None)
    assert editor.diagnostics[editor.path("a.nml")][0].code_description.href == "https://docs.example/NS0401.md"


def test_closed_files_can_be_left_out(editors):
    editor = editors()
    editor.write("a.nml", "module A:0.1.0\n\ndef f = g\n")
    editor.start(options={"nsc": {"diagnostics.closedFiles": False}})
    editor.settle()
    assert told(editor, "a.nml") == []
    editor.open("a.nml")
    editor.settle()
    assert codes(editor, "a.nml") == ["NS0401"]


# --- clients that ask


@pytest.fixture
def asking(editors):
    made = editors(PULLS)
    made.start()
    return made


def test_who_asks_is_answered_and_not_sent(asking):
    asking.open("a.nml", SHOP + "\ndef f = pricee\n")
    report = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml")
    assert [code for code, *_ in briefly(asking, "a.nml", report.items)] == ["NS0401"]
    asking.settle()
    assert asking.diagnostics == {}


def test_what_is_as_before_is_not_told_again(asking):
    asking.open("a.nml", SHOP + "\ndef f = pricee\n")
    first = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml")
    again = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml", previous_result_id=first.result_id)
    assert (again.kind, again.result_id) == ("unchanged", first.result_id)
    # The offset of the fault is the same, its line is not.
    asking.change("a.nml", SHOP.replace("\n\n", " \n") + "\ndef f = pricee\n")
    moved = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml", previous_result_id=first.result_id)
    assert moved.kind == "full"
    assert moved.items[0].range != first.items[0].range


def test_the_python_file_comes_with_its_module(asking):
    asking.write("service.py", SERVICE)
    asking.open("module.nml", SHOP)
    report = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "module.nml")
    (uri,) = report.related_documents
    assert uri == asking.uri("service.py")
    assert len(report.related_documents[uri].items) == 1


def test_another_file_s_edit_makes_who_asks_ask_again(asking):
    asking.write("Shop.nml", SHOP)
    asking.write("Till.nml", TILL)
    asking.reload()
    asking.open("Till.nml")
    asking.settle()
    assert asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "Till.nml").items == ()
    before = len(asking.received.get(types.WORKSPACE_DIAGNOSTIC_REFRESH, []))
    asking.open("Shop.nml", SHOP.replace("Double", "Text"))
    asking.settle()
    assert len(asking.received[types.WORKSPACE_DIAGNOSTIC_REFRESH]) == before + 1
    assert len(asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "Till.nml").items) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\n", "NS0226"),
        ('def w = Sources.stdin | (Sinks.jsonl { path = "a" } & Sinks.jsonl { path = "a" })\n', "NS0603"),
        ('def w = Sources.schedule { cron = "* * * * *" } | Sinks.parquet { path = "t" }\n', "NS0616"),
        ('def w = Sources.stdin | (Sinks.jsonl { path = "-" } & Sinks.stdout)\n', "NS0617"),
    ],
)
def test_what_is_found_only_with_all_files_makes_who_asked_ask_again(asking, text, code):
    asking.open("a.nml", SHOP)
    for edited, told_of in ((text, True), (SHOP, False), (text, True)):
        before = len(asking.received.get(types.WORKSPACE_DIAGNOSTIC_REFRESH, []))
        asking.change("a.nml", edited)
        at_once = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml")
        asking.settle()
        later = asking.about(types.TEXT_DOCUMENT_DIAGNOSTIC, "a.nml")
        assert (code in [one.code for one in later.items]) == told_of
        asks_again = len(asking.received.get(types.WORKSPACE_DIAGNOSTIC_REFRESH, [])) > before
        assert asks_again or at_once.items == later.items


def test_the_workspace_is_told_of_and_then_only_news(asking):
    asking.write("a.nml", "module A:0.1.0\n\ndef f = g\n")
    asking.write("b.nml", "module B:0.1.0\n")
    asking.reload()
    first = asking.request(types.WORKSPACE_DIAGNOSTIC, types.WorkspaceDiagnosticParams([]))
    assert [(item.uri, len(item.items)) for item in first.items] == [(asking.uri("a.nml"), 1)]
    known = [types.PreviousResultId(item.uri, item.result_id) for item in first.items]
    waiting = asking.ask(types.WORKSPACE_DIAGNOSTIC, types.WorkspaceDiagnosticParams(known))
    asking.open("b.nml", "module B:0.1.0\n\ndef f = h\n")
    news = asking.answer(waiting)
    assert [(item.uri, len(item.items)) for item in news.items] == [(asking.uri("b.nml"), 1)]
