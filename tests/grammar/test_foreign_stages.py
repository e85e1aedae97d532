"""Stages that say what a function does, and SQL outside of texts: one error each."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits

UP = "fun up : Text -> Text\n"
METHOD = "A function is a method in Python: there is no `{}` for one"
PIPE = "A pipe holds no calculations: a function of a module makes them"
SQL = "SQL stands in a text: `{}` begins no declaration and no stage"


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("lambda x: x", METHOD.format("lambda")),
        ("lambda x: x.upper()", METHOD.format("lambda")),
        ("(lambda x: x)", METHOD.format("lambda")),
        ("map(lambda x: x)", METHOD.format("lambda")),
        ("x => x", METHOD.format("=>")),
        ("x -> x", METHOD.format("->")),
        ("(x => x + 1)", METHOD.format("=>")),
        ("fun (x) -> x", METHOD.format("fun")),
        ("function(x) { return x }", METHOD.format("function")),
        ("\\x -> x", METHOD.format("lambda")),
        ("where x > 3", PIPE),
        ("filter x > 3", PIPE),
        ("filter (x > 3)", PIPE),
        ("if x > 3 then a else b", PIPE),
        ('x.name == "a"', PIPE),
        ('up + "b"', PIPE),
    ],
)
def test_a_stage_that_is_no_function_is_one_error(stage: str, title: str) -> None:
    text = f"{UP}def w = Sources.stdin | {stage} | up | Sinks.stdout"
    (found,) = problems(text)
    span = found.primary.span
    fault = text[span.start : span.end]
    assert fault == stage.removeprefix("filter ").strip("()") or fault == stage
    assert (found.title, found.fixes) == (title, ())


@pytest.mark.parametrize("body", ['"a" + "b"', "1 + 2", '"a" ++ "b"'])
def test_a_calculation_alone_is_one_error(body: str) -> None:
    (found,) = problems(f"def w = {body}")
    assert (found.title, found.fixes) == (PIPE, ())


@pytest.mark.parametrize(
    ("text", "fix"),
    [("def w = up > up", "Write `|`"), ("def w = up + up", "Write `|`"), ("def w = up => g", "Write `|`")],
)
def test_signs_between_functions_are_still_slips(text: str, fix: str) -> None:
    (found, *_) = problems(f"{UP}fun g : Text -> Text\n{text}")
    assert [one.title for one in found.fixes] == ["Write `|`"]


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("CREATE TABLE a (id INT, name VARCHAR(20));", "CREATE"),
        ("SELECT id, name FROM a WHERE id > 3;", "SELECT"),
        ("SELECT * FROM a;", "SELECT"),
        ("INSERT INTO a VALUES (1, 'a');", "INSERT"),
        ("DROP TABLE a;", "DROP"),
        ("select * from a;", "select"),
    ],
)
@pytest.mark.parametrize("before", ["", "def v = Std.fst\n"])
def test_a_statement_of_sql_is_one_error(before: str, statement: str, word: str) -> None:
    text = f"{before}{statement}\ndef w = Std.fst\n"
    (found,) = problems(text)
    assert (found.title, found.fixes) == (SQL.format(word), ())
    assert text[found.primary.span.start : found.primary.span.end].rstrip(";") == statement.rstrip(";")


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("SELECT id FROM a", ""),
        ("SELECT id, name FROM a WHERE x = 3 AND y <> 4", ""),
        ("SELECT id FROM a", ', pg_host = "x"'),
        ("SELECT count(*) FROM a", ""),
    ],
)
def test_a_query_without_quotes_is_put_in_some(value: str, rest: str) -> None:
    text = f"def w = Sources.postgres<Text> {{ pg_query = {value}{rest} }} | Sinks.log"
    (found,) = problems(text)
    assert found.title.startswith("A text stands in quotes")
    assert text[found.primary.span.start : found.primary.span.end] == value
    right = apply_edits(text, found.fixes[0].edits)
    assert right == text.replace(value, f'"{value}"')
    assert problems(right) == ()


def test_words_one_after_the_other_are_a_text() -> None:
    text = "def w = Sources.csv<{ a : Text }> { path = my file } | Sinks.log"
    (found,) = problems(text)
    assert apply_edits(text, found.fixes[0].edits) == text.replace("my file", '"my file"')
