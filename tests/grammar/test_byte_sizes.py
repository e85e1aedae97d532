"""Sizes with a unit where a whole number is wanted: one error, with the number of bytes for a fix."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

HTTP = 'def w = Sources.http<Text> {{ http_path = "/x", http_max_body = {} }} | Sinks.log\n'
DEFAULT = "fun f : Text -> Text with {{ rows : Integer = {} }}\n"


@pytest.mark.parametrize("program", [HTTP, DEFAULT])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("5MB", ["5000000", "5242880"]),
        ("10k", ["10000"]),
        ("64KiB", ["65536"]),
        ("1M", ["1000000"]),
        ("1_000kb", ["1000000", "1024000"]),
    ],
)
def test_a_size_is_a_number_of_bytes(program: str, quote: str, written: str, numbers: list[str]) -> None:
    text = program.format(f"{quote}{written}{quote}")
    (found,) = check_texts({"main.nml": text}).diagnostics
    span = found.primary.span
    assert text[span.start : span.end] == f"{quote}{written}{quote}"
    mended = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert mended == [program.format(number) for number in numbers]
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in mended)


@pytest.mark.parametrize(
    ("written", "number"),
    [("1.5GB", "1500000000"), ("5 MB", "5000000"), ('"5 megabytes"', "5000000"), ('"12 B"', "12")],
)
def test_a_size_with_a_fraction_or_a_word_is_one_too(written: str, number: str) -> None:
    text = HTTP.format(written)
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert apply_edits(text, found.fixes[0].edits) == HTTP.format(number)


@pytest.mark.parametrize(
    ("written", "title"),
    [("5MB", "A size is a number of bytes: `5MB`"), ("9k", "A number is written in full, without `k`: `9k`")],
)
def test_it_is_told_as_what_it_is(written: str, title: str) -> None:
    (found,) = check_texts({"main.nml": HTTP.format(written)}).diagnostics
    assert found.title == title


@pytest.mark.parametrize("written", ['"5MB"', '"10k"'])
def test_a_text_may_be_a_size(written: str) -> None:
    text = f"fun f : Text -> Text with {{ limit : Text = {written} }}\n"
    assert check_texts({"main.nml": text}).diagnostics == ()


@pytest.mark.parametrize("written", ['"5m"', '"tens"', '"0.3B"', '"5 MBit"'])
def test_what_is_no_size_gets_no_number(written: str) -> None:
    (found,) = check_texts({"main.nml": HTTP.format(written)}).diagnostics
    assert found.fixes == ()
