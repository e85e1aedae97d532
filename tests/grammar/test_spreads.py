"""Records that take the fields of another type: one error, with a fix that writes them out."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits

A = "type A = { id : Integer, tags : [Text] }\n"
FIELDS = "id : Integer, tags : [Text]"
SPREAD = "A record takes no fields from another type: it lists all of its own"
JOINED = "Types are not joined by `{}`: a record lists all of its fields"


@pytest.mark.parametrize(
    ("wrong", "fault", "title", "right"),
    [
        ("type B = { ...A, name : Text }", "...A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { name : Text, ...A }", "...A", SPREAD, f"type B = {{ name : Text, {FIELDS} }}"),
        ("type B = { ..A, name : Text }", "..A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { **A, name : Text }", "**A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { A, name : Text }", "A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { name : Text, A }", "A", SPREAD, f"type B = {{ name : Text, {FIELDS} }}"),
        ("type B = { name : Text | A }", "A", SPREAD, f"type B = {{ name : Text, {FIELDS} }}"),
        ("type B = { A | name : Text }", "A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { A with name : Text }", "A", SPREAD, f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { ...A, id : Text }", "...A", SPREAD, "type B = { tags : [Text], id : Text }"),
        ("fun f : { ...A, x : Text } -> Text", "...A", SPREAD, f"fun f : {{ {FIELDS}, x : Text }} -> Text"),
        ("type B = A & { name : Text }", "&", JOINED.format("&"), f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = { name : Text } & A", "&", JOINED.format("&"), f"type B = {{ name : Text, {FIELDS} }}"),
        ("type B = A + { name : Text }", "+", JOINED.format("+"), f"type B = {{ {FIELDS}, name : Text }}"),
        ("type B = A with { name : Text }", "with", JOINED.format("with"), f"type B = {{ {FIELDS}, name : Text }}"),
        (
            "type B extends A = { name : Text }",
            "extends",
            "No type extends another: a record lists all of its fields",
            f"type B = {{ {FIELDS}, name : Text }}",
        ),
    ],
)
def test_the_fields_of_a_type_of_the_file_are_written_out(wrong: str, fault: str, title: str, right: str) -> None:
    text = A + wrong
    (found,) = problems(text)
    span = found.primary.span
    assert (text[span.start : span.end], found.title) == (fault, title)
    (fix,) = found.fixes
    assert apply_edits(text, fix.edits) == A + right
    assert problems(A + right) == ()


@pytest.mark.parametrize(
    "text",
    [
        "type B = { ...Missing, name : Text }",
        "type A = [Text]\ntype B = { ...A, name : Text }",
        "type A r = { id : Text | r }\ntype B = { ...A, name : Text }",
        "type B = { ...F.A, name : Text }",
    ],
)
def test_what_is_no_record_of_the_file_gets_no_fix(text: str) -> None:
    (found,) = problems(text)
    assert (found.title, found.fixes) == (SPREAD, ())


def test_a_row_that_stands_first_is_moved() -> None:
    text = "fun f : { ...r, name : Text } -> { name : Text | r }"
    (found,) = problems(text)
    assert found.title == "The rest of a record is written `| ..`, or `| r` where it has a name"
    right = apply_edits(text, found.fixes[0].edits)
    assert right == "fun f : { name : Text | r } -> { name : Text | r }"
    assert problems(right) == ()


def test_a_plus_between_stages_is_no_branch() -> None:
    (found,) = problems("fun f : Text -> Text with { n : Integer }\ndef w = f { n = 3 } + f { n = 4 }")
    assert "separated by `|`" in found.title
