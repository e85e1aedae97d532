"""Several slips in one declaration: one error at the first, with a fix that mends all."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability

CSV = "def w = Sources.csv<{ a : Text }> { %s } | Sinks.log"


@pytest.mark.parametrize(
    ("wrong", "fault", "fix", "right"),
    [
        ("type T = { a = Text; b : Date }", "=", "Write `:`, and write `,`", "type T = { a : Text, b : Date }"),
        ("type T = { a : Text; b = Date }", ";", "Write `,`, and write `:`", "type T = { a : Text, b : Date }"),
        ("type T { a : Text; b : Date }", "{", "Insert `=`, and write `,`", "type T = { a : Text, b : Date }"),
        ("type T = { a Text; b : Date }", "Text", "Insert `:`, and write `,`", "type T = { a : Text, b : Date }"),
        ("fun up :: Text -> Text[]", "::", "Write `:`, and write `[Text]`", "fun up : Text -> [Text]"),
        ("fun up : Text => Text?", "=", "Write `->`, and write `optional Text`", "fun up : Text -> optional Text"),
        (
            CSV % 'path : "a" csv_sep = ";"',
            ":",
            "Write `=`, and insert `,`",
            CSV % 'path = "a", csv_sep = ";"',
        ),
        (
            "fun f : list[str] -> Text?",
            "list[str]",
            "Write `[Text]`, and write `optional Text`",
            "fun f : [Text] -> optional Text",
        ),
    ],
)
def test_one_fix_mends_two_slips(wrong: str, fault: str, fix: str, right: str) -> None:
    (found,) = problems(wrong)
    start = found.primary.span.start
    assert wrong[start : start + len(fault)] == fault
    assert found.fixes[0].title == fix
    assert apply_edits(wrong, found.fixes[0].edits) == right
    assert problems(right) == ()


@pytest.mark.parametrize(
    ("wrong", "fault", "fix", "right"),
    [
        (
            "type P = { a = string b : int; c : Text }",
            "=",
            "Write `:`, write each `,`, and write `Text`, `Integer`",
            "type P = { a : Text, b : Integer, c : Text }",
        ),
        (
            "type P = { a Text; b = Integer, c : Double d : Text }",
            "Text",
            "Insert `:`, write `,`, write `:`, and insert `,`",
            "type P = { a : Text, b : Integer, c : Double, d : Text }",
        ),
        (
            "type P = { a : Text b = Integer; c -> Double }",
            "b",
            None,
            "type P = { a : Text, b : Integer, c : Double }",
        ),
        (
            "type P { a = Text; b = Integer }",
            "{",
            "Insert `=`, write `:`, and write `,`",
            "type P = { a : Text, b : Integer }",
        ),
        (
            "type P == { a = Text; b : Text }",
            "=",
            None,
            "type P = { a : Text, b : Text }",
        ),
        (
            "fun f { a = Text; b : Integer } => string",
            "{",
            None,
            "fun f : { a : Text, b : Integer } -> Text",
        ),
        (
            "def w = Sources.csv<{ a : Text }> > Std.identity { n : 1; m : 2 } -> Sinks.log",
            ">",
            None,
            "def w = Sources.csv<{ a : Text }> | Std.identity { n = 1, m = 2 } | Sinks.log",
        ),
    ],
)
def test_one_fix_mends_more_slips(wrong: str, fault: str, fix: str | None, right: str) -> None:
    (found,) = problems(wrong)
    start = found.primary.span.start
    assert wrong[start : start + len(fault)] == fault
    assert fix is None or found.fixes[0].title == fix
    assert apply_edits(wrong, found.fixes[0].edits) == right
    assert found.fixes[0].applicability is Applicability.MAYBE_INCORRECT


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("type P = { a: string; b: number }", "type P = { a: Text, b: Double }"),
        ("type P int = { a: int; b: String }", "type P int = { a: int, b: Text }"),
        ("fun f : { a : Text; b : string } -> Text", "fun f : { a : Text, b : Text } -> Text"),
    ],
)
def test_a_fix_of_a_sign_writes_the_types_of_other_languages_too(wrong: str, right: str) -> None:
    (found,) = problems(wrong)
    assert apply_edits(wrong, found.fixes[0].edits) == right


def test_a_fix_of_two_sure_ones_is_sure() -> None:
    (found,) = problems("type T = { a : Text; b = Date }")
    assert found.fixes[0].applicability is Applicability.MACHINE_APPLICABLE


@pytest.mark.parametrize("text", ["type T = { a = ; b : Date }", "fun f :: -> Text", "type T = { a = Text; b % Date }"])
def test_what_two_fixes_do_not_mend_is_told_as_before(text: str) -> None:
    assert not any(", and " in fix.title for found in problems(text) for fix in found.fixes)


def test_what_has_no_fix_by_intent_gets_none() -> None:
    (found,) = problems("def w = Sources.stdin | (x -> x + 1) | Sinks.stdout")
    assert (found.title, found.fixes) == ("A function is a method in Python: there is no `->` for one", ())
