"""Texts and variables as values, written as elsewhere: one error, whose first fix leaves nothing to tell."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

STAGE = 'fun f : Text -> Text with { n : Integer = 1, p : Text = "" }\ndef w = Sources.stdin | f { {} } | Sinks.log\n'
RECORD = "type R = {}\nfun f : R -> Text\n"
MENDED = [
    (STAGE, 'p = «"a" "b"»', 'p = "ab"'),
    (STAGE, 'n = 2, p = «"a "\n  "b"»', 'n = 2, p = "a b"'),
    (STAGE, 'p = «"a" + "b"»', 'p = "ab"'),
    (STAGE, 'p = «"select "name" from t"», n = 3', 'p = "select \\"name\\" from t", n = 3'),
    (STAGE, 'p = «("x")»', 'p = "x"'),
    (STAGE, "n = «(3)»", "n = 3"),
    (STAGE, 'p = «users.csv"», n = 3', 'p = "users.csv", n = 3'),
    (STAGE, "p = «$A-B»", "p = $A_B"),
    (STAGE, "p = «https://x.org/{name}»", 'p = "https://x.org/{name}"'),
    (STAGE, "p = «new.#»", 'p = "new.#"'),
    (STAGE, '«"p"»: "x", "n" = 3', 'p = "x", n = 3'),
    (STAGE, 'p = «"x» } | f { p = "y"', 'p = "x" } | f { p = "y"'),
    (RECORD, '{ «"User-Id» : Text, n : Integer }', '{ "User-Id" : Text, n : Integer }'),
    (RECORD, '{ «"User-Id» : Text, "B" : Integer }', '{ "User-Id" : Text, "B" : Integer }'),
]
TOLD = [
    ("p = «$(cat /run/x)»", "No command runs for a value: it is a literal, or a variable `$NAME`"),
    ("p = «$DIR/users.csv», n = 3", "`$DIR` is a whole value: no text is joined to it"),
    ('p = «"a/" + $B»', "Texts and variables are not joined: a value is one literal"),
]


@pytest.mark.parametrize(("around", "slip", "right"), MENDED)
def test_a_text_gets_what_was_meant(around: str, slip: str, right: str) -> None:
    marked = around.replace("{}", slip, 1) if around is RECORD else around.replace("{ {} }", f"{{ {slip} }}")
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.primary.span.start, found.primary.span.end) == (marked.index("«"), marked.index("»") - 1)
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == marked.replace(slip, right)
    assert check_texts({"main.nml": mended}).diagnostics == ()


@pytest.mark.parametrize(("slip", "title"), TOLD)
def test_what_is_no_value_is_told_once(slip: str, title: str) -> None:
    marked = STAGE.replace("{ {} }", f"{{ {slip} }}")
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.title, found.fixes) == (title, ())
    assert (found.primary.span.start, found.primary.span.end) == (marked.index("«"), marked.index("»") - 1)


def test_what_stands_around_it_is_not_touched() -> None:
    text = 'type R = { "tags" : [Text], n Integer }\nfun f : R -> Text\n// { p = ("x") } x\n'
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == "A `:` is missing before `Integer`"
