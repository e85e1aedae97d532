"""A ``|`` that is missing between the alternatives of a sum, or before the rest of a record, is one error."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

SUM = "module M:1.0.0\n{}\nfun f : Text -> S\nfun g : S -> Text\ndef w = Sources.stdin | f | g | Sinks.stdout\n"
RECORD = """module M:1.0.0
{}
fun source : Void -> {{ user : Text, age : Integer }}
fun sink : {{ age : Integer }} -> Void
def w = source | f | sink
"""


def errors(text: str) -> list[Diagnostic]:
    return [one for one in check_texts({"main.nml": text}, ["."]).diagnostics if one.is_error]


def assert_mended(text: str, name: str, places: int) -> None:
    found = errors(text)
    assert [(one.code.name, one.title) for one in found] == [("missing-pipe", f"A `|` is missing before `{name}`")]
    span = found[0].primary.span
    assert text[span.start : span.end] == name
    (fix,) = found[0].fixes
    assert (fix.title, len(fix.edits)) == ("Insert `|`", places)
    assert not errors(apply_edits(text, fix.edits))


@pytest.mark.parametrize(
    ("line", "name", "places"),
    [
        ("type S = A B", "B", 1),
        ("type S = A { x : Integer } B", "B", 1),
        ("type S = A Text B [Integer]", "B", 1),
        ("type S = A B C", "B", 2),
        ("type S = A Text\n  B Integer", "B", 1),
        ("type S = A | B C { y : Text }", "C", 1),
        ("type S = A Text | B Integer C", "C", 1),
        ("type S = A | B Integer C Text", "C", 1),
    ],
)
def test_between_alternatives(line: str, name: str, places: int) -> None:
    assert_mended(SUM.format(line), name, places)


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("fun f : { user : Text r } -> { user : Text r }", 2),
        ("fun f : { user : Text | r } -> { user : Text r }", 1),
        ("fun f : { user : Text r } -> { user : Text, country : Text | r }", 1),
        ("fun f : { user : optional Text r } -> { user : Text | r }", 1),
        ("type T r = { user : Text r }\nfun f : T { age : Integer } -> { age : Integer }", 1),
    ],
)
def test_before_the_rest_of_a_record(line: str, places: int) -> None:
    assert_mended(RECORD.format(line), "r", places)


@pytest.mark.parametrize("line", ["type S = A Integer | B Txt", "type O = Text\ntype S = A Integer | B Integer O"])
def test_what_is_a_type_begins_no_alternative(line: str) -> None:
    assert all(one.code.name != "missing-pipe" for one in errors(SUM.format(line)))
