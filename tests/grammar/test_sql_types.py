"""Types as SQL calls them: one error for a declaration, with a fix that writes all of them as they are here."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "right"),
    [
        ("type P = { a : VARCHAR(20) }", "VARCHAR(20)", "SQL's `VARCHAR(20)` is `Text` here", "type P = { a : Text }"),
        ("type P = { a : varchar(20) }", "varchar(20)", "SQL's `varchar(20)` is `Text` here", "type P = { a : Text }"),
        (
            "type P = { a : DECIMAL(10, 2), b : INT }",
            "DECIMAL(10, 2)",
            "SQL's `DECIMAL(10, 2)` is `Decimal` here",
            "type P = { a : Decimal, b : Integer }",
        ),
        (
            "fun f : VARCHAR(20) NOT NULL -> BLOB",
            "VARCHAR(20) NOT NULL",
            "SQL's `VARCHAR(20)` is `Text` here",
            "fun f : Text -> [Byte]",
        ),
        ("type P = { a : Text(20) }", "Text(20)", "`Text` has no length: it stands alone", "type P = { a : Text }"),
        (
            "type P = {\n id INT PRIMARY KEY,\n price DECIMAL(10,2) NULL }",
            "INT",
            "A `:` is missing before `INT`",
            "type P = {\n id : Integer,\n price : optional Decimal }",
        ),
        ("type P = { a : VARCHAR }", "VARCHAR", "there is no type `VARCHAR`", "type P = { a : Text }"),
        ("type P = { a : bigint }", "bigint", "there is no type `bigint`", "type P = { a : Integer }"),
        (
            "type P = { a : INT NOT NULL, b : TEXT NULL, c : DOUBLE PRECISION, d : JSONB }",
            "INT",
            "there is no type `INT`",
            "type P = { a : Integer, b : optional Text, c : Double, d : Json }",
        ),
        (
            "type P = { a : TIMESTAMP WITH TIME ZONE, b : str, c : UUID }",
            "TIMESTAMP",
            "there is no type `TIMESTAMP`",
            "type P = { a : DateTime, b : Text, c : Uuid }",
        ),
        ("type P str = { a : str, b : int }", "int", "there is no type `int`", "type P str = { a : str, b : Integer }"),
        (
            "fun f : { a : VARCHAR, b : [BIGINT] } -> NUMERIC",
            "VARCHAR",
            "there is no type `VARCHAR`",
            "fun f : { a : Text, b : [Integer] } -> Decimal",
        ),
    ],
)
def test_such_types_are_one_error_and_a_fix(wrong: str, fault: str, title: str, right: str) -> None:
    (found,) = problems(wrong)
    span = found.primary.span
    assert (wrong[span.start : span.end], found.title) == (fault, title)
    (fix,) = found.fixes
    assert apply_edits(wrong, fix.edits) == right
    assert problems(right) == ()


@pytest.mark.parametrize(
    "text",
    [
        "type INT = { a : Text }\nfun f : INT -> [INT]",
        "type P char = { a : char }",
        "type E = INT Integer | DATE Date",
        "type P = { int : Integer, varchar : Text }",
    ],
)
def test_names_of_the_file_s_own_mean_what_they_say(text: str) -> None:
    assert problems(text) == ()


def test_a_constructor_or_a_type_that_is_nearly_called_so_is_offered() -> None:
    (found,) = problems("type Money = { a : Text }\nfun f : MONEY -> Text")
    assert [fix.title for fix in found.fixes] == ["write `Money`"]
    (found,) = problems("type E = INT Integer | DATE Date\nfun f : INT -> Text")
    assert found.title == "`INT` is a constructor of `E`, and no type"


def test_a_length_that_is_not_closed_is_no_such_type() -> None:
    (found,) = problems("type P = { a : VARCHAR(20 }")
    assert "SQL" not in found.title
