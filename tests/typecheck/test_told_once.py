"""Two functions that do not fit are one fault, however often the one follows the other."""

from itertools import pairwise

import pytest
from told import only

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


def test_a_changed_declaration_is_one_error_that_points_to_all_places() -> None:
    text = (
        "fun load : Text -> { id : Integer, user : Text }\nfun store : { id : Integer, usr : Text } -> Text\n"
        "def a = Sources.stdin | load | store | Sinks.log\ndef b = Sources.stdin | load | store | Sinks.stdout\n"
        "def c = load | store\n"
    )
    found = only(text)
    assert found.code.name == "field-misspelt"
    here = [text.count("\n", 0, label.span.start) + 1 for label in found.related if label.text == "and here"]
    assert here == [4, 5]
    for fix in found.fixes:
        assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


def test_a_sign_that_lacks_in_each_place_is_written_in_all() -> None:
    text = (
        "fun words : Text -> [Text]\nfun trim : Text -> Text\n"
        "def a = Sources.stdin | words | trim | Sinks.log\ndef b = words | trim\n"
    )
    found = only(text)
    fixed = apply_edits(text, found.fixes[0].edits)
    assert fixed == text.replace("words | trim", "words* | trim")
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_a_type_that_is_missing_between_others_is_one_error() -> None:
    text = (
        "import Http:1.0.0\ntype Geo = { country : Text }\n"
        'def w = Sources.stdin | Http.get<Geo> { url = "https://example.com" } | Sinks.log\n'
    )
    found = only(text)
    (fix,) = found.fixes
    assert fix.title == "write `Http.get<Text, Geo>`"
    assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


def test_stages_are_swapped_before_one_is_taken_away() -> None:
    text = (
        "fun locate : { ip : Text | r } -> { ip : Text, country : Text | r }\nfun mask : { ip : Text | r } -> { | r }\n"
        'def h = Sources.jsonl<{ user : Text, ip : Text }> { path = "h" } | mask | locate | Sinks.log\n'
    )
    found = only(text)
    assert found.fixes[0].title == "swap `mask` and `locate`"
    assert check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics == ()


def test_a_field_that_a_stage_takes_away_is_not_added_to_what_has_it() -> None:
    text = (
        "fun locate : { ip : Text | r } -> { ip : Text, country : Text | r }\nfun mask : { ip : Text | r } -> { | r }\n"
        "def h = Sources.jsonl<{ user : Text, ip : Text }> | mask | locate | Sinks.log\n"
    )
    found = [one for one in check_texts({"main.nml": text}).diagnostics if one.code.name == "field-missing"]
    assert len(found) == 1
    assert not any(fix.title.startswith("add ") for fix in found[0].fixes)


def test_a_parameter_that_nothing_reads_is_told_beside_a_stage_too_many() -> None:
    text = (
        "type Large = B | C\nfun f : (Text, Json) -> Large with { p : Integer = 1 }\nfun g : [Large] -> Text\n"
        "def d = Std.snd* | f { q = 1 } | g\n"
    )
    found = [one.code.name for one in check_texts({"main.nml": text}).diagnostics]
    assert sorted(found) == ["list-needed", "unknown-parameter"]


def test_other_types_or_other_functions_are_other_faults() -> None:
    text = (
        "fun words : Text -> Integer\nfun pair : a -> (a, Text)\nfun trim : (Text, Text) -> Text\n"
        "fun short : (Text, Date) -> Text\ndef a = Sources.stdin | pair | trim | words | trim\ndef b = words | short\n"
    )
    assert len(check_texts({"main.nml": text}).diagnostics) == 2


def test_what_different_functions_refuse_is_told_at_the_declaration() -> None:
    users = (
        "type Row = { id : Integer, temp : Double }\nfun a : Row -> Integer\nfun b : { temp : Double } -> Text\n"
        "fun c : { id : Integer, temp : Double } -> Double\nfun d : { id : Integer } -> Text\n"
        "def s = Sources.stdin | mk\ndef w1 = s | a | Sinks.log\ndef w2 = s | b | Sinks.log\ndef w3 = mk | c\n"
    )
    for output, place in (
        ("{ id : Integer, tmp : Double }", "tmp"),
        ("{ id : Integer, temp : Text }", "Text"),
        ("{ id : Integer, temp : [Double] }", "[Double]"),
        ("Text", "Text"),
        ("[Row]", "[Row]"),
    ):
        text = users + f"fun mk : Text -> {output}\n"
        found = only(text)
        span = found.primary.span
        assert text[span.start : span.end] == place
        assert span.start > len(users)
        assert found.primary.text == "`a`, `b` and `c` cannot take this"
        assert [label.text for label in found.related].count("and here") == 2
        after = check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics
        assert after == ()


def test_what_one_function_is_given_in_vain_by_several_is_told_at_its_declaration() -> None:
    text = (
        "fun one : Text -> Text\nfun two : Text -> Text\nfun use : Integer -> Text\n"
        "def a = Sources.stdin | one | use | Sinks.log\ndef b = two | use\n"
    )
    found = only(text)
    assert (found.primary.span.start, found.primary.text) == (
        text.index("Integer"),
        "this cannot take what `one` and `two` give",
    )
    assert check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics == ()


def test_stages_that_are_mixed_up_blame_no_declaration() -> None:
    text = "fun f : Text -> Integer\nfun g : Boolean -> Integer\ndef a = f | g | g\ndef b = Sources.stdin | f\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert [text[one.primary.span.start : one.primary.span.end] for one in found] == ["g", "g"]


def test_types_of_one_kind_are_written_on_either_side() -> None:
    for one, other in (("Decimal", "Double"), ("Date", "DateTime"), ("(Text, Text)", "(Text, Text, Text)")):
        text = (
            f"fun cost : Text -> {one}\nfun bill : {other} -> Text\ndef w = Sources.stdin | cost | bill | Sinks.log\n"
        )
        found = only(text)
        assert [fix.title for fix in found.fixes] == [
            f"write `{one}` in the input of `bill`",
            f"write `{other}` in the output of `cost`",
        ]
        for fix in found.fixes:
            assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


def test_a_wrong_type_at_a_source_is_told_where_its_values_do_not_fit() -> None:
    text = (
        "type R = { m : { a : Text } }\ntype P = { k : Double }\nfun f : P -> Text\n"
        'def w = Sources.postgres<R> { pg_query = "SELECT 1" } | f | Sinks.stdout\n'
    )
    found = only(text)
    assert found.code.name == "field-missing"
    after = check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics
    assert [one.title for one in after if one.is_error] == []


def test_one_type_that_is_no_row_is_told_once() -> None:
    text = 'type R = { m : { a : Text } }\ndef w = Sources.csv<R> { path = "x" } | Sinks.csv { path = "y" }\n'
    assert only(text).title == "`Sources.csv` needs what is CsvRow, and R is not"


def test_a_field_whose_name_is_a_part_of_the_other_is_renamed() -> None:
    text = (
        "type P = { nick : Text, id : Integer }\nfun f : Text -> P\nfun g : { nickname : Text } -> Text\n"
        "def w = Sources.stdin | f | g | Sinks.stdout\n"
    )
    found = only(text)
    assert found.code.name == "field-misspelt"
    assert found.fixes[0].title == "rename `nick` to `nickname` in `P`"


def test_a_vector_of_another_length_is_declared_so_on_either_side() -> None:
    text = "fun a : Text -> Vector 3 Double\nfun b : Vector 2 Double -> Text\ndef one = a | b\n"
    found = only(text)
    assert [fix.title for fix in found.fixes] == [
        "write `Vector 3 Double` in the input of `b`",
        "write `Vector 2 Double` in the output of `a`",
    ]
    assert all(check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == () for fix in found.fixes)


def test_a_pair_the_other_way_round_is_declared_so_on_either_side() -> None:
    for around in ("{}", "{{ p : {} }}"):
        text = (
            f"fun a : Text -> {around.format('(Text, Integer)')}\n"
            f"fun b : {around.format('(Integer, Text)')} -> Text\ndef one = a | b\n"
        )
        found = only(text)
        assert [fix.title for fix in found.fixes] == [
            "write `(Text, Integer)` in the input of `b`",
            "write `(Integer, Text)` in the output of `a`",
        ]
        assert all(check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == () for fix in found.fixes)


def test_tuples_of_other_items_are_not_the_other_way_round() -> None:
    text = "fun a : Text -> (Text, Integer)\nfun b : (Integer, Integer) -> Text\ndef one = a | b\n"
    assert not any("(Integer, Integer)" in edit.text for fix in only(text).fixes for edit in fix.edits)


def test_the_first_two_stages_are_swapped_where_an_annotation_says_what_goes_in() -> None:
    text = (
        "fun mask : { ip : Text | r } -> { | r }\nfun locate : { ip : Text | r } -> { ip : Text, country : Text | r }\n"
        "def located : { ip : Text, n : Integer } -> { country : Text, n : Integer } = mask | locate\n"
    )
    (fix,) = only(text).fixes
    assert fix.title == "swap `mask` and `locate`"
    assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()
    bare = text.replace(text[text.index(" : { ip : Text, n") : text.index(" =")], "")
    assert not any(fix.title.startswith("swap") for fix in only(bare).fixes)


_STEPS = "".join(f"type {one} = {{ {one.lower()} : Text }}\n" for one in "ABCDEF") + "".join(
    f"fun {one.lower()}{other.lower()} : {one} -> {other}\n" for one, other in pairwise("ABCDEF")
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ab | de | cd | bc | ef", "ab | bc | cd | de | ef"),
        ("ab | ef | cd | de | bc", "ab | bc | cd | de | ef"),
        ("cd | bc | ab | de | ef", "ab | bc | cd | de | ef"),
    ],
)
def test_two_stages_that_stand_in_each_others_place_are_one_error(written: str, meant: str) -> None:
    text = f"{_STEPS}def d = {written}\n"
    (fix,) = only(text).fixes
    assert fix.title.startswith("swap ")
    assert apply_edits(text, fix.edits) == text.replace(written, meant)


def test_stages_in_brackets_are_not_swapped() -> None:
    text = f"{_STEPS}def d = ab | (de & de) | cd | bc | ef\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert found
    assert not any(fix.title.startswith("swap") for one in found for fix in one.fixes)


def test_what_a_pipe_has_already_is_not_put_into_it_again() -> None:
    text = (
        "type Hit = { link : Text, n : Integer }\ntype Sum = { url : Text }\nfun hits : Void -> Hit\n"
        "fun count : Hit -> Sum\nfun tag : { url : Text | r } -> { url : Text, host : Text | r }\n"
        "def w = hits | tag | count | Sinks.log\n"
    )
    (fix,) = only(text).fixes
    assert fix.title == "swap `tag` and `count`"
    assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


def test_a_star_that_no_other_branch_minds_stands_before_all() -> None:
    text = (
        "type Row = { a : Integer }\nfun split : Text -> [Row]\nfun alarm : Row -> Void\n"
        'def rows = Sources.stdin | split | (alarm & Sinks.jsonl { path = "r" })\n'
    )
    (fix,) = only(text).fixes
    assert apply_edits(text, fix.edits) == text.replace("| split |", "| split* |")


def test_a_type_that_others_share_keeps_its_field() -> None:
    text = (
        "type Row = { value : Double }\nfun split : Text -> [Row]\nfun flat : Text -> Row\n"
        "fun alarm : { valu : Double } -> Void\ndef a = Sources.stdin | split* | alarm\n"
    )
    first, second = only(text).fixes
    assert first.title == "rename `valu` to `value` in the input of `alarm`"
    assert second.title == "rename `value` to `valu` in `Row`"


def test_all_places_of_what_is_one_fault_twice_over_are_pointed_to() -> None:
    text = (
        "fun f : Text -> { z : Text }\nfun g : Text -> Text\n"
        "def a = f | Conv.from_json\ndef b = f | g\ndef c = f | g\ndef d = f | g\n"
    )
    found = only(text)
    here = [text.count("\n", 0, label.span.start) + 1 for label in found.related if label.text == "and here"]
    assert here == [4, 5, 6]


def test_a_tuple_that_has_no_such_place_is_left_alone() -> None:
    text = (
        "fun f : Text -> (Integer, Text, Text)\nfun g : (Text, Integer) -> Text\n"
        "def a = f | Std.fst | g\ndef b = f | g\ndef c : Text -> (Text, Integer) = f\n"
    )
    assert check_texts({"main.nml": text}).diagnostics


def test_what_nothing_reads_is_told_of_beside_the_stage_that_is_too_many() -> None:
    text = "def d0 = Std.some?\ndef d1 = [1, 2] | d0 { other = 2 }?\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert [one.code.name for one in found] == ["nested-optional", "unknown-parameter"]
