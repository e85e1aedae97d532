"""Branches that disagree, types in `<…>` in the wrong order, and annotations that leave `Void` out."""

import pytest
from told import mended


def test_a_merge_of_two_kinds_may_have_either_type() -> None:
    found = mended(
        "type Order = { id : Integer }\ntype Refund = { order : Integer }\nfun book : Order -> Text\n"
        "fun refund : Refund -> Text\n"
        'def w = (Sources.jsonl<Order> { path = "o" } & Sources.jsonl<Refund> { path = "r" }) | book | Sinks.log\n'
    )
    assert found.fixes[0].title == "write `Order` in `Sources.jsonl<…>`"


def test_the_branch_that_the_next_stage_does_not_take_gets_its_type() -> None:
    found = mended(
        "type Health = { pulse : Integer }\nfun mean : Text -> Health\nfun peak : Text -> Double\n"
        "fun send : Health -> Text\ndef w = Sources.stdin | (mean & peak) | send | Sinks.log\n"
    )
    assert [fix.title for fix in found.fixes] == ["write `Health` in the output of `peak`"]


def test_two_types_in_the_wrong_order_are_one_error() -> None:
    found = mended(
        "type User = { name : Text }\ntype Visit = { url : Text }\nfun pair : Text -> (User, Visit)\n"
        "fun flip : (a, b) -> (b, a)\nfun show : (Visit, User) -> Text\n"
        "def w = Sources.stdin | pair | flip<Visit, User> | show | Sinks.log\n"
    )
    assert [fix.title for fix in found.fixes] == ["swap `Visit` and `User`", "remove `<Visit, User>`"]


def test_what_adds_fields_to_no_record_is_told_once() -> None:
    found = mended(
        "type Versioned r = { version : Integer | r }\nfun read : Text -> Versioned Text\n"
        "fun name : { name : Text, version : Integer } -> Text\ndef w = Sources.stdin | read | name | Sinks.log\n"
    )
    assert found.title == "Text has no fields that could be added here"


@pytest.mark.parametrize(
    ("annotation", "body"),
    [("() -> Text", 'Sources.jsonl<Text> { path = "a" }'), ("Text -> Text", "Sinks.log<Text>")],
)
def test_an_annotation_gets_the_void_that_it_leaves_out(annotation: str, body: str) -> None:
    found = mended(f"def w : {annotation} = {body}\n")
    assert [fix.title for fix in found.fixes] == ["write the type that it has: Void"]


def test_a_def_whose_annotation_is_wrong_is_told_once_whatever_uses_it() -> None:
    found = mended(
        "type Order = { total : Double }\nfun total : Order -> Double\ndef totals : Void -> Double = total\n"
        'def w = Sources.jsonl<Order> { path = "o" } | totals | Sinks.log\n'
    )
    assert found.code.name == "annotation-mismatch"


def test_sides_of_an_annotation_that_are_swapped_are_swapped_back() -> None:
    found = mended(
        "type Frame = { data : [Byte] }\nfun decode : [Byte] -> Frame\ndef frames : Frame -> [Byte] = decode\n"
    )
    assert [fix.title for fix in found.fixes] == ["write the type that it has: [Byte] -> Frame"]
