"""Alternatives as other languages write them: texts, what may be missing, and a `|` too many."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic

OPTIONAL = "What may be missing is written `optional {}`"
UNQUOTED = "The alternatives of a sum are constructors, without quotes"
NAMELESS = "A sum stands only after the `=` of a `type`: its name stands here"
CHOICES = "Choices of texts are for parameters: the type of these is `Text`"
FIRST, LAST = "The first `|` of a sum is too many", "The last `|` of a sum is too many"
ONE = "The alternatives of a sum are separated by one `|`"


def told(text: str, fault: str, title: str, right: str) -> Diagnostic:
    (found,) = problems(text)
    span = found.primary.span
    assert (text[span.start : span.end], found.title) == (fault, title)
    (fix,) = found.fixes
    assert apply_edits(text, fix.edits) == right
    assert problems(right) == ()
    return found


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "right"),
    [
        ('type L = "low" | "high"', '"low"', UNQUOTED, "type L = Low | High"),
        ("type L = 'low' | 'very-high'", "'low'", UNQUOTED, "type L = Low | VeryHigh"),
        ('type L = | "low" | "HIGH"', '"low"', UNQUOTED, "type L = Low | High"),
        (
            "type L = 1 | 2",
            "1",
            "The alternatives of a sum are constructors: names, and no numbers",
            "type L = L1 | L2",
        ),
        ("type L = low | high", "low", "A constructor starts with a capital letter", "type L = Low | High"),
    ],
)
def test_texts_and_small_names_are_constructors(wrong: str, fault: str, title: str, right: str) -> None:
    told(wrong, fault, title, right)


@pytest.mark.parametrize(
    ("wrong", "text", "sum"),
    [
        (
            'type R = { level : "low" | "high" }',
            "type R = { level : Text }",
            "type R = { level : Level }\ntype Level = Low | High",
        ),
        (
            'fun f : Text -> "low" | "high"',
            "fun f : Text -> Text",
            "fun f : Text -> FResult\ntype FResult = Low | High",
        ),
        ('type R = { level : "1" | "2" }', "type R = { level : Text }", None),
    ],
)
def test_choices_of_texts_in_a_type_are_texts_or_a_sum(wrong: str, text: str, sum: str | None) -> None:
    (found,) = problems(wrong)
    assert found.title == CHOICES if sum else NAMELESS
    assert [apply_edits(wrong, fix.edits) for fix in found.fixes] == [text, *([sum] if sum else [])]
    assert all(problems(apply_edits(wrong, fix.edits)) == () for fix in found.fixes)


@pytest.mark.parametrize("text", ['type L = "low" | "low"', 'type L = "low" | ""', 'type L = "low" | "4"'])
def test_texts_of_which_no_names_can_be_made_get_no_fix(text: str) -> None:
    (found,) = problems(text)
    assert (found.title, found.fixes) == (UNQUOTED, ())


@pytest.mark.parametrize(
    ("wrong", "fault", "type", "right"),
    [
        ("fun f : Text -> Text | None", "Text | None", "Text", "fun f : Text -> optional Text"),
        ("fun f : Text -> null | [Text]", "null | [Text]", "[Text]", "fun f : Text -> optional [Text]"),
        ("fun f : undefined | Text -> Text", "undefined | Text", "Text", "fun f : optional Text -> Text"),
        ("fun f : Text -> Map (Text | nil)", "Text | nil", "Text", "fun f : Text -> Map (optional Text)"),
        ("fun f : Text -> Some Text | None", "Some Text | None", "Text", "fun f : Text -> optional Text"),
        (
            "type R = { a : Text | null, b : None | Integer }",
            "Text | null",
            "Text",
            "type R = { a : optional Text, b : optional Integer }",
        ),
        ("type R = { a : Text | None }", "Text | None", "Text", "type R = { a : optional Text }"),
        ("type T = Text | null", "Text | null", "Text", "type T = optional Text"),
        ("type T = None | [Text]", "None | [Text]", "[Text]", "type T = optional [Text]"),
        (
            "def f : Text -> Text | null = Std.some",
            "Text | null",
            "Text",
            "def f : Text -> optional Text = Std.some",
        ),
    ],
)
def test_what_may_be_missing_is_optional(wrong: str, fault: str, type: str, right: str) -> None:
    assert told(wrong, fault, OPTIONAL.format(type), right).code.id == "NS0137"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("fun f : Text -> ?Text", "fun f : Text -> optional Text"),
        ("fun f : ?[Text] -> [?Text]", "fun f : optional [Text] -> [optional Text]"),
        ("type R = { a : ?Text, b : Integer? }", "type R = { a : optional Text, b : optional Integer }"),
    ],
)
def test_a_sign_before_a_type_is_that_behind_it(wrong: str, right: str) -> None:
    (found,) = problems(wrong)
    assert wrong[found.primary.span.start] == "?"
    assert found.title.startswith("An optional is written `optional ")
    assert apply_edits(wrong, found.fixes[0].edits) == right
    assert problems(right) == ()


def test_a_rest_that_is_called_as_no_value_is_warned_of() -> None:
    wrong, right = "fun f : { a : Text | null } -> Text", "fun f : { a : optional Text } -> Text"
    found = told(wrong, "null", "`null` is the rest of the record here, and no value", right)
    assert found.code.id == "NS0911"
    wrong, right = "type R = { b : Text, a : Text | null }", "type R = { b : Text, a : optional Text }"
    told(wrong, "null", "the type variable `null` is not known here", right)


@pytest.mark.parametrize(
    ("text", "declared"),
    [("type R = { state : Open | None }", "State"), ("fun f : Text -> Ok Text | None", "FResult")],
)
def test_constructors_beside_none_are_those_of_a_sum(text: str, declared: str) -> None:
    (found,) = problems(text)
    assert (found.title, [fix.title for fix in found.fixes]) == (NAMELESS, [f"Declare it as `{declared}`"])


@pytest.mark.parametrize(
    ("wrong", "title", "right", "sure"),
    [
        ("type P =\n  | A\n  | B", FIRST, "type P =\n  A\n  | B", True),
        ("type P = | A Text | B", FIRST, "type P = A Text | B", True),
        ("type P = A || B", ONE, "type P = A | B", True),
        ("type P = A | | B", ONE, "type P = A | B", True),
        ("type P =\n  || A\n  || B", FIRST, "type P =\n  A\n  | B", True),
        ("type P = A | B |", LAST, "type P = A | B", False),
        ("type P = | A | B |", FIRST, "type P = A | B", False),
    ],
)
def test_a_bar_too_many_is_one_error(wrong: str, title: str, right: str, sure: bool) -> None:
    (found,) = problems(wrong)
    assert (found.title, found.code.id, wrong[found.primary.span.start]) == (title, "NS0128", "|")
    (fix,) = found.fixes
    assert (fix.applicability is Applicability.MACHINE_APPLICABLE) == sure
    assert apply_edits(wrong, fix.edits) == right
    assert problems(right) == ()


def test_or_between_alternatives_is_a_bar() -> None:
    title = "The alternatives of a sum are separated by `|`, not by `or`"
    told("type P = A Text or B or C", "or", title, "type P = A Text | B | C")


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "right"),
    [
        ("type C = { Red, Green }", "{ Red, Green }", "The alternatives of a sum stand side by side", "Red | Green"),
        ("type C = [Red, Green]", "[Red, Green]", "The alternatives of a sum stand side by side", "Red | Green"),
        ("type C = enum { A, B, C }", "enum { A, B, C }", "The alternatives of a sum stand side by side", "A | B | C"),
        ("type C = struct { a : Text }", "struct", "A record stands in `{ }` alone", "{ a : Text }"),
    ],
)
def test_enumerations_and_words_before_braces(wrong: str, fault: str, title: str, right: str) -> None:
    (found,) = problems(wrong)
    assert found.title.startswith(title)
    assert wrong[found.primary.span.start : found.primary.span.end] == fault
    assert apply_edits(wrong, found.fixes[0].edits) == f"type C = {right}"
    assert problems(f"type C = {right}") == ()
