"""What a report says where branches meet: which of them is at fault, and fixes that leave the others alone."""

import pytest
from told import only, underlined

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts
from nscompiler.types.show import text_of


def test_where_a_variable_of_several_branches_was_fixed_is_a_note() -> None:
    text = "fun f : (a, a) -> Text\nfun make : Text -> (Integer, Text)\ndef d = make | (f & f)\n"
    assert only(text).notes == ("`a` is Integer here, from the first element",)


def test_the_flow_in_a_branch_starts_before_it() -> None:
    text = (
        "fun a : Text -> Integer\nfun b : Integer -> Double\nfun c : Text -> Text\n"
        "def w = Sources.stdin | a | (b & (b | (b & b | c))) | Sinks.log\n"
    )
    found = check_texts({"main.nml": text}).diagnostics
    inner = next(one for one in found if underlined(text, one) == "c")
    assert [(hop.text, hop.type) for hop in inner.flow] == [
        ("Sources.stdin", "Text"),
        ("a", "Integer"),
        ("b", "Double"),
        ("b", "Double"),
    ]


BRANCHES = (
    "fun i : Integer -> Integer\nfun d : Integer -> Double\nfun list : Integer -> [Integer]\n"
    "fun may : Integer -> optional Integer\nfun whole : Double -> Integer\nfun use : Integer -> Text\n"
    "fun write : Integer -> Void\nfun words : Text -> Text\n"
)


@pytest.mark.parametrize(
    ("body", "at", "title", "mended"),
    [
        ("(i & d) | use", "use", "`d` gives Double, but `use` needs Integer", "(i & d | whole) | use"),
        ("(i & (i | d)) | use", "use", "`d` gives Double, but `use` needs Integer", "(i & (i | d | whole)) | use"),
        ("(d & write) | use", "use", "`d` gives Double, but `use` needs Integer", "(d | whole & write) | use"),
        ("(i & (i & d)) | use", "use", "`d` gives Double, but `use` needs Integer", "(i & (i & d | whole)) | use"),
        ("(may & i) | use", "use", "`may` may give nothing, but `use` needs a value", "(may? & i) | use"),
        ("(d & d) | use", "use", "the `&` gives Double, but `use` needs Integer", "(d & d) | whole | use"),
        ("d | (d & whole)", "d", "`d` gives Double, but `d` needs Integer", "d | (whole | d & whole)"),
        (
            "(i & list) | use",
            "list",
            "`list` gives [Integer], but the other branch of `&` gives Integer",
            "(i & list*) | use",
        ),
        (
            "(list & i) | use",
            "list",
            "`list` gives [Integer], but the other branch of `&` gives Integer",
            "(list* & i) | use",
        ),
    ],
)
def test_the_branch_that_does_not_fit_is_told_of(body: str, at: str, title: str, mended: str) -> None:
    text = f"{BRANCHES}def w = {body}\n"
    found = only(text)
    assert (underlined(text, found), found.title) == (at, title)
    after = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert f"{BRANCHES}def w = {mended}\n" in after
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in after)


def test_branches_that_give_different_records_show_only_what_differs() -> None:
    text = "fun f : Text -> { a : Text, b : Integer }\nfun g : Text -> { a : Text, b : Text }\ndef d = f & g\n"
    found = only(text)
    assert found.diff is not None
    sides = [text_of(found.diff.expected), text_of(found.diff.found)]
    assert sides == ["{ b : Integer, … }", "{ b : Text, … }"]


@pytest.mark.parametrize(
    ("given", "needed", "title", "mended"),
    [
        ("[Text]", "Text", "`f` gives a list, but `h` takes one value", ["Std.identity* | h"]),
        ("optional Text", "Text", "`f` may give nothing, but `h` needs a value", ["Std.identity? | h"]),
        ("Text", "[Text]", "`f` gives one value, but `h` takes a list", ["Std.single | h"]),
        ("Text", "Integer", "`f` gives Text, but `h` needs Integer", []),
        ("Integer", "Text", "`f` gives Integer, but `h` needs Text", ["make | h"]),
    ],
)
def test_a_fix_for_one_branch_leaves_the_others_alone(given: str, needed: str, title: str, mended: list[str]) -> None:
    text = (
        f"fun make : Integer -> Text\nfun f : Boolean -> {given}\nfun g : {given} -> Date\nfun h : {needed} -> Date\n"
        "def d = f | ({} & g)\n"
    )
    found = only(text.format("h"))
    assert (underlined(text.format("h"), found), found.title) == ("h", title)
    assert [apply_edits(text.format("h"), fix.edits) for fix in found.fixes] == [text.format(one) for one in mended]
    assert all(check_texts({"main.nml": text.format(one)}).diagnostics == () for one in mended)
    assert only(text.replace("({} & g)", "(g & h)")).title == title


def test_a_field_that_other_branches_take_as_it_is_keeps_its_name() -> None:
    text = "fun f : Text -> { lenght : Text }\nfun g : { lenght : Text } -> Text\nfun h : { length : Text } -> Text\n"
    (fix,) = only(f"{text}def d = f | (g & h)\n").fixes
    assert fix.title == "rename `length` to `lenght` in the input of `h`"


def test_the_branch_that_cannot_take_what_comes_is_at_fault() -> None:
    text = "fun f : Text -> Integer\nfun g : Text -> Text\nfun h : Integer -> Text\ndef d = f | (g | g & h & h)\n"
    found = only(text)
    assert found.title == "`f` gives Integer, but `g` needs Text"
    assert text[found.primary.span.start :].startswith("g | g & h")
    assert [apply_edits(text, fix.edits).rpartition("= ")[2] for fix in found.fixes] == ["f | (h | g | g & h & h)\n"]


def test_what_takes_anything_is_not_at_fault() -> None:
    text = "fun f : Text -> { lenght : Text }\nfun g : { length : Text } -> Void\ndef d = f | (g & Sinks.log)\n"
    found = only(text)
    assert underlined(text, found) == "g"
    assert [fix.title for fix in found.fixes] == [
        "rename `lenght` to `length` in the output of `f`",
        "rename `length` to `lenght` in the input of `g`",
    ]


def test_branches_make_no_tuple() -> None:
    found = only("fun f : Text -> Integer\nfun g : (Integer, Integer) -> Text\ndef d = (f & f) | g\n")
    assert found.notes == ("`&` makes no tuple: what its branches give flows on one by one",)


def test_a_sign_behind_all_branches_is_not_written_behind_one() -> None:
    text = "fun f : Text -> Text\nfun g : Text -> [Text]\ndef d = (f & g)*\n"
    (fix,) = only(text).fixes
    assert apply_edits(text, fix.edits).rpartition("= ")[2] == "(f & g*)\n"
    assert only("fun f : Text -> Text\nfun g : Text -> [Text]\ndef d = (f & g)**\n").fixes == ()
    assert only("fun f : Text -> Text\nfun g : Text -> [Text]\ndef d = concat (f & g)\n").fixes == ()


def test_branches_before_another_stage_are_not_run_one_after_the_other_where_that_ends_in_a_sink() -> None:
    text = "fun a : Text -> Integer\nfun b : Integer -> Text\nfun s : Text -> Void\ndef d = a | (b & s) | s\n"
    found = only(text)
    assert found.title == "`a` gives Integer, but `s` needs Text"
    assert [apply_edits(text, fix.edits).rpartition("= ")[2] for fix in found.fixes] == ["a | (b & b | s) | s\n"]
