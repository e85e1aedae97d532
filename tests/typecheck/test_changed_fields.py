"""Of an annotation's record only the fields that do not fit are changed."""

import pytest
from told import only

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

LOCATE = "fun locate : { id : Integer, name : Text, price : Double } -> { price : Double, name : Text, id : Integer }\n"
CASES = [
    (
        "{ id : Integer, name : Text, price : Double } -> { id : Text, name : Text }",
        "{ id : Integer, name : Text, price : Double } -> { id : Integer, name : Text }",
        "write `id : Integer` in the annotation",
    ),
    (
        "{ price : Double, name : Integer, id : Integer } -> { id : Integer }",
        "{ price : Double, name : Text, id : Integer } -> { id : Integer }",
        "write `name : Text` in the annotation",
    ),
    (
        "{ x : Text, price : Double } -> { id : Integer }",
        "{ x : Text, price : Double, id : Integer, name : Text } -> { id : Integer }",
        "write `id : Integer`, `name : Text` in the annotation",
    ),
    (
        "{ id : Integer, name : Text, price : Double } -> { a : Text, b : Text, name : Text, c : Text, id : Text }",
        "{ id : Integer, name : Text, price : Double } -> { name : Text, id : Integer }",
        "write `id : Integer` and remove `a`, `b`, `c` in the annotation",
    ),
]


@pytest.mark.parametrize(("written", "meant", "title"), CASES)
def test_the_fields_that_fit_stay_as_they_are_written(written: str, meant: str, title: str) -> None:
    text = f"{LOCATE}def a : {written} = locate\n"
    found = only(text)
    (fix,) = found.fixes
    assert fix.title == title
    fixed = apply_edits(text, fix.edits)
    assert fixed == f"{LOCATE}def a : {meant} = locate\n"
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_a_comment_is_not_taken_away() -> None:
    text = (
        f"{LOCATE}def a : {{ id : Integer, name : Text, price : Double }} -> {{\n"
        "  name : Text, // what people call it\n  town : Text\n} = locate\n"
    )
    (fix,) = only(text).fixes
    assert fix.title.startswith("write the type that it has")


def test_a_record_of_which_nothing_would_stay_is_written_anew() -> None:
    (fix,) = only(
        f"{LOCATE}def a : {{ id : Integer, name : Text, price : Double }} -> {{ town : Text }} = locate\n"
    ).fixes
    assert fix.title.startswith("write the type that it has")


def test_a_name_of_a_field_is_no_variable_of_both_sides() -> None:
    text = "fun f : Text -> { id : Integer }\ndef a : { id : Text } -> { id : Integer } = f\n"
    (fix,) = only(text).fixes
    assert apply_edits(text, fix.edits) == text.replace("{ id : Text }", "Text")
