"""The JSON and concise renderings, fingerprints, edits and the catalogue's look-ups."""

import json

import pytest
from diagnostic_cases import CASES, FLOW, MISMATCH, STYLE, TYPES, UNUSED, case, span_of

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.fingerprint import fingerprints
from nscompiler.diagnostics.model import Edit, Severity
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render.concise import render_concise
from nscompiler.diagnostics.render.json import SCHEMA_VERSION, render_json, to_document
from nscompiler.records import replace
from nscompiler.source import SourceFile, Span


def document(made, *, modules=1, files=1):
    """A case as it comes back from its JSON text."""
    return json.loads(render_json(made.diagnostics, made.sources, modules=modules, files=files))


def test_json_has_the_whole_diagnostic():
    told = document(CASES["mismatch"](), modules=2, files=3)
    assert told["schema_version"] == SCHEMA_VERSION == 1
    assert told["summary"] == {"errors": 1, "warnings": 0, "hints": 0, "modules": 2, "files": 3}
    (item,) = told["diagnostics"]
    assert (item["file"], item["line"], item["column"], item["end_line"], item["end_column"]) == (
        "flow.nml",
        5,
        64,
        5,
        73,
    )
    assert (item["severity"], item["code"], item["name"]) == ("error", "NS9901", "mismatch")
    assert item["message"] == "`clean` gives no `petalWidth`, but `predict` needs it"
    assert item["label"] == "needs PlantInfo"
    assert [(part["file"], part["line"], part["role"]) for part in item["related"]] == [
        ("flow.nml", 5, "producer"),
        ("types.nml", 4, "declaration"),
        ("types.nml", 5, "declaration"),
    ]
    assert item["expected"] == "PlantInfo"
    assert item["diff"]["expected"][2] == {"text": "petalWidth : Double", "role": "differs"}
    assert [hop["type"] for hop in item["flow"]] == ["Text", "{ petalLength : Double, name : Text }"]
    (fix,) = item["fixes"]
    assert fix["applicability"] == "maybe-incorrect"
    assert fix["edits"] == [
        {"file": "flow.nml", "line": 5, "column": 64, "end_line": 5, "end_column": 64, "text": "T.measure | "}
    ]
    assert told["rules"]["NS9901"]["name"] == "mismatch"


def test_json_columns_count_code_points():
    file = SourceFile("a.nml", "x\n𝔘ñ\u0301 here\n")
    told = document(case(MISMATCH.at(span_of(file, "here"), "t"), files=(file,)))
    assert (told["diagnostics"][0]["line"], told["diagnostics"][0]["column"]) == (2, 5)


def test_json_of_nothing_is_a_document():
    told = to_document((), {}, modules=4, files=5)
    assert told["diagnostics"] == []
    assert told["summary"] == {"errors": 0, "warnings": 0, "hints": 0, "modules": 4, "files": 5}


def test_json_of_an_unread_file_points_at_its_beginning():
    made = case(MISMATCH.at(Span("gone.nml", 7, 9), "no such file"), files=())
    (item,) = document(made)["diagnostics"]
    assert (item["line"], item["column"], item["end_line"], item["end_column"]) == (1, 1, 1, 1)


def test_json_counts_each_level_after_repetitions_are_gone():
    place = span_of(FLOW, "w")
    made = case(
        MISMATCH.at(place, "a"),
        MISMATCH.at(place, "a"),
        UNUSED.at(place, "b"),
        STYLE.at(place, "c"),
        files=(FLOW,),
    )
    assert document(made)["summary"] == {"errors": 1, "warnings": 1, "hints": 1, "modules": 1, "files": 1}


def test_concise_is_one_line_each():
    made = CASES["ends"]()
    assert render_concise(made.diagnostics, made.sources).splitlines() == [
        "empty.nml:1:1: error[NS9901] the file is empty",
        "ends.nml:1:14: error[NS9901] an expression is missing after `|`",
        "ends.nml:2:10: error[NS9901] the file ends inside a record",
        "gone.nml: error[NS9904] there is no file `gone.nml`",
    ]
    assert render_concise((), {}) == ""


def test_concise_keeps_to_one_line_whatever_the_title():
    made = case(MISMATCH.at(span_of(FLOW, "w"), "two\nlines \x1b[2J"), files=(FLOW,))
    assert render_concise(made.diagnostics, made.sources).count("\n") == 1


def prints_of(text):
    """The fingerprints of every `bad` in a text."""
    file = SourceFile("a.nml", text)
    found = [MISMATCH.at(span_of(file, "bad", nth), "bad word") for nth in range(text.count("bad"))]
    return fingerprints(found, {file.path: file})


def test_fingerprint_does_not_move_with_the_lines():
    assert prints_of("def a = bad\n") == prints_of("// more\n\n\n   def a  =  bad\n")


def test_fingerprint_tells_places_codes_files_and_titles_apart():
    same, again, other = prints_of("bad\nbad\nbad x\n")
    assert len({same, again, other}) == 3
    file = SourceFile("a.nml", "bad")
    place = file.span(0, 3)
    kinds = [MISMATCH.at(place, "t"), UNUSED.at(place, "t"), MISMATCH.at(place, "u")]
    elsewhere = MISMATCH.at(Span("b.nml", 0, 3), "t")
    sources = {"a.nml": file, "b.nml": SourceFile("b.nml", "bad")}
    assert len(set(fingerprints([*kinds, elsewhere], sources))) == 4


def test_fingerprint_is_the_same_in_every_process():
    assert prints_of("def a = bad\n") == ("562edea90944b6381cc01bc13196f913",)


def test_order_is_by_file_place_and_level():
    at, before = span_of(FLOW, "T.predict"), span_of(FLOW, "T.clean")
    other = span_of(TYPES, "clean")
    given = [
        MISMATCH.at(other, "5"),
        UNUSED.at(at, "3"),
        MISMATCH.at(at, "2"),
        STYLE.at(at, "4"),
        STYLE.at(before, "1"),
    ]
    assert [item.title for item in ordered(given)] == ["1", "2", "3", "4", "5"]


def test_first_of_two_alike_is_kept():
    first = MISMATCH.at(span_of(FLOW, "w"), "t", notes=("first",))
    assert ordered([first, replace(first, notes=("second",))]) == (first,)


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ([(0, 0, "a")], "aone two"),
        ([(4, 7, "2"), (0, 3, "1")], "1 2"),
        ([(3, 3, "+"), (3, 3, "-"), (3, 4, "_")], "one+-_two"),
        ([(0, 7, "all"), (2, 5, "x")], "all"),
        ([(7, 7, "!")], "one two!"),
        ([], "one two"),
    ],
)
def test_edits(edits, text):
    assert apply_edits("one two", [Edit(Span("a", start, end), new) for start, end, new in edits]) == text


def test_fixes_of_the_cases_give_the_programs_they_promise():
    made = CASES["fixes"]()
    (item,) = made.diagnostics
    source = made.sources["fix.nml"].text
    mended = [apply_edits(source, fix.edits) for fix in item.fixes[:5]]
    assert "def w = B.predict | C.log" in mended[0]
    assert "def w = (B.predct)* | C.log" in mended[1]
    assert "def w = C.log" in mended[2]
    assert "import C" not in mended[3]
    assert "import D:<version> as D\nimport C" in mended[4]


def test_find_knows_ids_and_names():
    first = codes.all_codes()[0]
    assert codes.find(first.id) is first
    assert codes.find(f" {first.id.lower()} ") is first
    assert codes.find(first.name) is first
    assert codes.find("NS0000") is None
    assert codes.find("") is None


def test_all_codes_are_sorted_and_come_from_the_files():
    everything = codes.all_codes()
    assert list(everything) == sorted(everything, key=lambda code: code.id)
    assert {code.id for file in codes.files() for code in codes.declared_in(file)} == {code.id for code in everything}


def test_severity_of_an_entry_can_be_overridden():
    assert UNUSED.at(span_of(FLOW, "w"), "t").severity is Severity.WARNING
    assert UNUSED.at(span_of(FLOW, "w"), "t", severity=Severity.ERROR).is_error
