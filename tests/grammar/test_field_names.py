"""Names of fields that are written as elsewhere, fields without a type, and parts of a declaration in another order."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits

DOTTED = "The name of a field has no dot: a record may hold another one"
SPACED = "The name of a field is one word, or stands in quotes"
MAP = "A mapping from text is written `Map {}`"
STAGES = "Stages stand in `( )`: what stands in `{ }` are parameters"
LISTED = "Stages side by side are joined by `&`: a list holds values alone"
ONE_DOT = "A name has one dot: the module's alias, then what it declares"
UP = "fun up : Text -> Text\n"


def told(text: str, fault: str, title: str, *rights: str) -> None:
    (found,) = problems(text)
    span = found.primary.span
    assert (text[span.start : span.end], found.title) == (fault, title)
    assert [apply_edits(text, fix.edits) for fix in found.fixes] == list(rights)
    for right in rights:
        assert problems(right) == ()


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "rights"),
    [
        (
            "{ address.city : Text, n : Integer }",
            "address.city",
            DOTTED,
            ["{ address : { city : Text }, n : Integer }", '{ "address.city" : Text, n : Integer }'],
        ),
        ("{ user name : Text }", "user name", SPACED, ["{ user_name : Text }", '{ "user name" : Text }']),
        ("{ 1st : Text }", "1st", "A name that starts with a digit needs quotes", ['{ "1st" : Text }']),
        ("{ @id : Text }", "@id", "A name with `@` inside needs quotes", ['{ "@id" : Text }']),
        ("{ $id : Text }", "$id", "A name with `$` inside needs quotes", ['{ "$id" : Text }']),
        ("{ name, n : Integer }", "name", "The field `name` has no type", ["{ name : Text, n : Integer }"]),
        ("{ n : Integer, name }", "name", "The field `name` has no type", ["{ n : Integer, name : Text }"]),
        ("{ [key : Text] : Integer }", "{ [key : Text] : Integer }", MAP.format("Integer"), ["Map Integer"]),
        ("{ [k : string] : Map Text }", "{ [k : string] : Map Text }", MAP.format("(Map Text)"), ["Map (Map Text)"]),
        ("{ [k : Integer] : Text }", "{ [k : Integer] : Text }", MAP.format("Text"), []),
    ],
)
@pytest.mark.parametrize("before", ["type P = ", "fun f : Text -> "])
def test_a_field_is_one_error(before: str, wrong: str, fault: str, title: str, rights: list[str]) -> None:
    told(before + wrong, fault, title, *(before + right for right in rights))


def test_a_parameter_with_a_dash_has_an_underscore() -> None:
    wrong = 'def w = Sources.postgres<Text> { pg-query = "SELECT 1" } | Sinks.log'
    title = "A name has no `-` inside: letters, digits, `_` and `'` alone"
    told(wrong, "-", title, wrong.replace("pg-query", "pg_query"))


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "right"),
    [
        (
            "fun a with { n : Integer = 3 } : Text -> Text",
            "with { n : Integer = 3 }",
            "The type of a function comes before its `with`",
            "fun a : Text -> Text with { n : Integer = 3 }",
        ),
        (
            "fun f where a is CsvRow : a -> Text",
            "where a is CsvRow",
            "The type of a function comes before its `where`",
            "fun f : a -> Text where a is CsvRow",
        ),
        ("def = Sources.stdin | Sinks.log", "def", "This `def` has no name", "def main = Sources.stdin | Sinks.log"),
        ("fun : Text -> Text", "fun", "This `fun` has no name", "fun name : Text -> Text"),
        (
            f"{UP}def w = Sources.stdin | {{ up & up }} | Sinks.log",
            "{ up & up }",
            STAGES,
            f"{UP}def w = Sources.stdin | (up & up) | Sinks.log",
        ),
        (
            f"{UP}def w = Sources.stdin | [up, up] | Sinks.log",
            "[up, up]",
            LISTED,
            f"{UP}def w = Sources.stdin | (up & up) | Sinks.log",
        ),
        (f"{UP}def w = Sources.stdin.up.Sinks.log", ".", ONE_DOT, f"{UP}def w = Sources.stdin | up | Sinks.log"),
        (f"{UP}def w = Sources.stdin.up | Sinks.log", ".", ONE_DOT, f"{UP}def w = Sources.stdin | up | Sinks.log"),
    ],
)
def test_parts_of_a_declaration_are_one_error(wrong: str, fault: str, title: str, right: str) -> None:
    told(wrong, fault, title, right)


@pytest.mark.parametrize("text", ["def w = A.B.f", "fun f : A.B.C -> Text", "def w = f { a = A.b.c }"])
def test_other_dots_get_no_pipe(text: str) -> None:
    assert not any("|" in edit.text for found in problems(text) for fix in found.fixes for edit in fix.edits)
