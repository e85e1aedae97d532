"""Declarations that are pointed to and mended: payloads, optionals, constraints, names that nothing uses."""

from told import mended

from nscompiler.pipeline.checks import check_texts


def test_a_payload_on_one_side_is_written_on_the_other_or_left_out() -> None:
    texts = {
        "a.nml": "module Jobs:1.0.0\ntype State = Queued | Failed Text\nfun states : Text -> State\n",
        "main.nml": "import Jobs:1.0.0\ntype State = Queued | Failed\nfun line : State -> Text\n"
        "def w = Sources.stdin | Jobs.states | line | Sinks.log\n",
    }
    (found,) = (one for one in check_texts(texts).diagnostics if one.is_error)
    assert [fix.title for fix in found.fixes] == [
        "write `Failed Text` in `State`",
        "write `Failed` in `State` of `Jobs:1.0.0`",
    ]


def test_an_optional_of_what_is_optional_by_its_name_loses_the_word() -> None:
    found = mended("type Coupon = optional Text\ntype Basket = { coupon : optional Coupon }\n")
    assert [fix.title for fix in found.fixes] == ["write `Coupon`"]


def test_a_constraint_is_about_the_only_variable() -> None:
    found = mended("fun save : row -> Text where a is SqlRow\n")
    assert [fix.title for fix in found.fixes] == ["write `row`"]


def test_the_field_that_breaks_a_constraint_is_pointed_to() -> None:
    text = (
        "type Row = { id : Integer, tags : [Text] }\n"
        'def w = Sources.jsonl<Row> { path = "r" } | Sinks.csv { path = "r.csv" }\n'
    )
    labels = {text[one.span.start : one.span.end]: one.text for one in mended(text).related}
    assert labels["[Text]"] == "`tags` is [Text]"


def test_the_source_that_nothing_uses_is_what_a_def_that_is_gone_was() -> None:
    found = mended(
        'fun moderate : Text -> Text\ndef posts_in = Sources.jsonl<Text> { path = "p" }\n'
        "def feed = incoming | moderate | Sinks.log\n"
    )
    assert [fix.title for fix in found.fixes] == ["write `posts_in`"]


def test_of_two_sources_that_nothing_uses_none_is_offered() -> None:
    found = mended(
        'def one = Sources.jsonl<Text> { path = "p" }\ndef two = Sources.jsonl<Text> { path = "q" }\n'
        "def feed = incoming | Sinks.log\n"
    )
    assert found.fixes == ()
