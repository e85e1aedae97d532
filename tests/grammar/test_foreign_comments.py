"""Comments and documentation as other languages write them: one error each, with a fix."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile

DECLARATION = "What a declaration is for stands above it in lines that start with `///`"
MODULE = "What a module is for stands above its header in lines that start with `///`"


def mended(text: str, title: str) -> str:
    (found,) = problems(text)
    assert found.title == title
    (fix,) = found.fixes
    right = apply_edits(text, fix.edits)
    assert problems(right) == ()
    return right


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('"""Counts words."""\nfun f : Text -> Integer', "/// Counts words.\nfun f : Text -> Integer"),
        (
            'def g = Std.fst\n"Counts words."\n\nfun f : Text -> Integer',
            "def g = Std.fst\n/// Counts words.\nfun f : Text -> Integer",
        ),
        ("'''Counts words.'''\nfun f : Text -> Integer", "/// Counts words.\nfun f : Text -> Integer"),
        ("'Counts words.'\nfun f : Text -> Integer", "/// Counts words.\nfun f : Text -> Integer"),
        (
            'type A = [Text]\n"""\nCounts\n\n  words.\n"""\n@stateless\nfun f : Text -> A',
            "type A = [Text]\n/// Counts\n///\n///   words.\n@stateless\nfun f : Text -> A",
        ),
        (
            'fun g : Text -> Text\n"""Counts."""\nfun f : Text -> Text',
            "fun g : Text -> Text\n/// Counts.\nfun f : Text -> Text",
        ),
        (
            'fun g : Text -> Text\n@stateless\nfun h : Text -> Text\n    """Counts."""\nfun f : Text -> Text',
            "fun g : Text -> Text\n/// Counts.\n@stateless\nfun h : Text -> Text\nfun f : Text -> Text",
        ),
    ],
)
@pytest.mark.parametrize("header", ["", "module A:1.0.0\n"])
def test_a_text_beside_a_declaration_is_its_documentation(header: str, wrong: str, right: str) -> None:
    assert mended(header + wrong, DECLARATION) == header + right


def test_the_documentation_is_then_that_of_the_declaration() -> None:
    text = mended('fun g : Text -> Text\n    """Counts."""\nfun f : Text -> Text', DECLARATION)
    assert [decl.doc for decl in parse(SourceFile("a.nml", text)).module.declarations] == ["Counts.", None]


@pytest.mark.parametrize("below", ["\n\n", "\nimport Std:1.0.0 as S\n"])
def test_a_text_below_the_header_is_about_the_module(below: str) -> None:
    text = f'module A:1.0.0\n"""What it\ndoes."""{below}def x = Std.identity\n'
    (found,) = [one for one in problems(text) if one.code.id == "NS0126"]
    assert found.title == MODULE
    right = apply_edits(text, found.fixes[0].edits)
    assert right == f"/// What it\n/// does.\nmodule A:1.0.0\n{below.lstrip()}def x = Std.identity\n"


@pytest.mark.parametrize(
    ("wrong", "title", "right"),
    [
        ("{- a -}\nfun f : Text -> Text", "`/* */`, not in `{- -}`", "/* a */\nfun f : Text -> Text"),
        ("fun f : Text -> Text (* a\n'b *)", "`/* */`, not in `(* *)`", "fun f : Text -> Text /* a\n'b */"),
        ("<!-- a -->\nfun f : Text -> Text", "`/* */`, not in `<!-- -->`", "/* a */\nfun f : Text -> Text"),
        (
            "def w = Sources.stdin | (* in *) Sinks.stdout",
            "`/* */`, not in `(* *)`",
            "def w = Sources.stdin | /* in */ Sinks.stdout",
        ),
    ],
)
def test_a_comment_in_other_brackets_is_one_error(wrong: str, title: str, right: str) -> None:
    assert mended(wrong, f"A comment stands in {title}") == right


@pytest.mark.parametrize("sign", ["#", "--"])
def test_lines_of_comments_are_one_error(sign: str) -> None:
    text = f"fun g : Text -> Text\n{sign} Counts\n{sign} words.\n  {sign} here\nfun f : Text -> Text\n"
    right = mended(text, f"A comment starts with `//`, not with `{sign}`")
    assert right == text.replace(sign + " ", "// ")


def test_a_long_text_in_other_quotes_is_one_error() -> None:
    text = "def q = Sources.postgres<Text> { pg_query = '''\n  SELECT 'a', 1\n''' } | Sinks.log"
    right = mended(text, "A text over several lines stands in `\"\"\"`, not in `'''`")
    assert right == text.replace("'''", '"""')


def test_a_function_that_is_starred_in_brackets_is_no_comment() -> None:
    (found,) = problems("fun x : Text -> [Text]\ndef f = (*x)\ndef g = (x)*")
    assert found.title == "`*` stands behind a function, not before it"


@pytest.mark.parametrize(
    ("wrong", "title", "fix", "right"),
    [
        ("type P = { `a` : Text }", "A backtick means nothing here", "Remove the backticks", "type P = { a : Text }"),
        (
            "type P = { `a` : Text, `b` : Text }",
            "A backtick means nothing here",
            "Remove the backticks",
            "type P = { a : Text, b : Text }",
        ),
        (
            "def w = `Sources.stdin` | Sinks.stdout",
            "A name stands without backticks",
            "Remove the backticks",
            "def w = Sources.stdin | Sinks.stdout",
        ),
        (
            'def w = Sources.postgres<Text> { pg_query = `SELECT "a"` } | Sinks.log',
            'A text stands in `"`, not in backticks',
            "Write straight double quotes",
            'def w = Sources.postgres<Text> { pg_query = "SELECT \\"a\\"" } | Sinks.log',
        ),
    ],
)
def test_backticks_are_one_error(wrong: str, title: str, fix: str, right: str) -> None:
    assert [one.title for one in problems(wrong)[0].fixes] == [fix]
    assert mended(wrong, title) == right


def test_equal_slips_of_one_declaration_have_one_fix() -> None:
    wrong = "def w = Sources.csv<{ a : Text }> { path = 'a', csv_sep = ';' } | Sinks.log"
    right = mended(wrong, 'A text stands in `"`, not in single quotes')
    assert right == wrong.replace("'", '"')
    wrong = "type P = { user-name : Text, id-2 : Text }"
    right = mended(wrong, "A name with `-` inside needs quotes")
    assert right == 'type P = { "user-name" : Text, "id-2" : Text }'
