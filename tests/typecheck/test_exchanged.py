"""What is offered in the place of a sign, a standard function or a source was tried first: nothing is wrong with it."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

FUNCTIONS = """\
fun look : Text -> optional Integer
fun keep : a -> optional a
fun list : Text -> [Integer]
fun some : Text -> [optional Integer]
fun pair : Text -> (Integer, Text)
fun one : Integer -> Text
fun may : optional Integer -> Text
fun all : [Integer] -> Text
fun read : Text -> Integer
fun tick : Integer -> Text
fun row : { a : Integer } -> Text
"""
CASES = [
    ("look | keep | Sinks.log", "nested-optional", ["write `?` after `look`: let only the values that are there pass"]),
    ("look | keep | one", "nested-optional", ["write `?` in the place of `| keep`"]),
    ("look | keep? | one", "nested-optional", ["write `?` after `look`: let only the values that are there pass"]),
    ("pair | Std.snd | one", "type-mismatch", ["write `Std.fst`"]),
    ("pair | Std.fst | Std.some | all", "type-mismatch", ["write `Std.single`"]),
    ("pair | Std.fst | Std.single | may", "list-unexpected", ["write `Std.some`"]),
    ("list? | one", "not-optional", ["write `*`"]),
    ("list? | all", "not-optional", ["remove the `?`"]),
    ("some? | one", "not-optional", ["write `*?`"]),
    ("look* | one", "not-a-list", ["write `?`"]),
    (
        'Sources.stdin | (Sources.jsonl<Integer> { path = "x" } & read) | one',
        "both-inputs",
        ["merge `Sources.jsonl` with what `read` gives", "remove `Sources.jsonl`"],
    ),
    ("read | one | (Sources.stdin & read)", "both-inputs", ["remove `Sources.stdin`"]),
    ('Sources.schedule { cron = "@daily" } | tick', "type-mismatch", ["write `()` in the input of `tick`"]),
    ('Sources.schedule { cron = "@daily" } | row', "type-mismatch", ["write `()` in the input of `row`"]),
]


@pytest.mark.parametrize(("body", "code", "titles"), CASES)
def test_each_fix_mends_all_that_was_wrong(body: str, code: str, titles: list[str]) -> None:
    text = f"{FUNCTIONS}def w = {body}\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == code
    assert [fix.title for fix in found.fixes][: len(titles)] == titles
    for fix in found.fixes if code not in ("list-unexpected", "type-mismatch") else found.fixes[:1]:
        assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


def test_branches_that_give_different_things_each_get_what_follows() -> None:
    text = "fun a : Text -> Integer\nfun b : Text -> { x : Text }\ndef w = Sources.stdin | (a & b) | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.code.name, found.notes) == ("both-outputs", ())
    assert [fix.title for fix in found.fixes] == ["run `Sinks.log` in each branch"]
    after = apply_edits(text, found.fixes[0].edits)
    assert after.endswith("Sources.stdin | (a | Sinks.log & b | Sinks.log)\n")
    assert check_texts({"main.nml": after}).diagnostics == ()


def test_the_branch_that_the_next_stage_does_not_take_is_the_odd_one() -> None:
    text = (
        "fun a : Text -> { name : Text }\nfun tag : { name : Text | r } -> { tag : Text | r }\n"
        "def w = Sources.stdin | (a & Std.identity) | tag | Sinks.log\n"
    )
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == "`Std.identity` gives Text, but the other branch of `&` gives { name : Text }"


def test_an_annotation_of_a_workflow_gets_the_type_that_it_has() -> None:
    text = "fun f : Text -> Integer\ndef w : Void -> Text = Sources.stdin | f | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert [fix.title for fix in found.fixes] == ["write the type that it has: Void"]
    assert check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics == ()


def test_a_source_of_the_file_behind_a_schedule_may_take_its_events() -> None:
    text = 'fun gen : Void -> Text\ndef w = Sources.schedule { cron = "@daily" } | gen | Sinks.log\n'
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert [fix.title for fix in found.fixes] == ["let `gen` take `()`"]
    after = check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics
    assert not any(one.is_error for one in after)


def test_what_stands_elsewhere_too_keeps_its_input() -> None:
    text = (
        "fun gen : Void -> { n : Integer }\nfun tick : { n : Integer } -> Text\ndef a = gen | tick | Sinks.log\n"
        'def w = Sources.schedule { cron = "@daily" } | gen | Sinks.log\n'
        'def v = Sources.schedule { cron = "@daily" } | tick | Sinks.log\n'
    )
    found = [one for one in check_texts({"main.nml": text}).diagnostics if one.is_error]
    assert len(found) == 2
    assert not any("()" in fix.title for one in found for fix in one.fixes)


def test_what_no_other_sign_mends_keeps_its_fix() -> None:
    text = "fun list : Text -> [Integer]\nfun day : Date -> Text\ndef w = list? | day\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert [one.code.name for one in found] == ["not-optional"]


def test_what_follows_goes_by_no_sign_where_nothing_says_which_was_meant() -> None:
    text = (
        "fun many : Text -> [Map Duration]\nfun all : [Map Duration] -> Text\ndef every = many?\n"
        "def w = Sources.stdin | every | all | Sinks.log\n"
    )
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == "not-optional"


def test_a_source_that_only_stands_in_the_way_is_told_as_one() -> None:
    text = "fun f : [[a]] -> [[Double]]\ndef d = f | Sources.stdin | f\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == "source-in-middle"
    assert [fix.title for fix in found.fixes] == ["remove `Sources.stdin`"]
