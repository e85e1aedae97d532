"""Another sign than `|` between the alternatives of a sum: one error, whose fix writes all of them."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

USE = "\nfun f : Text -> S\ndef w = Sources.stdin | f | Sinks.log\n"


@pytest.mark.parametrize("rest", ["", USE])
@pytest.mark.parametrize("sign", [";", "/", "+", "\\"])
@pytest.mark.parametrize(
    "written", ["A ? B", "A ? B ? C", "A Text ? B Integer", "A ? B Text ? C", "A\n  ? B\n  ? C", "A | B ? C"]
)
def test_the_alternatives_of_a_sum_are_separated_by_bars(written: str, sign: str, rest: str) -> None:
    text = f"type S = {written.replace('?', sign)}{rest}"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert text[found.primary.span.start : found.primary.span.end] == sign
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == f"type S = {written.replace('?', '|')}{rest}"
    assert check_texts({"main.nml": mended}).diagnostics == ()


@pytest.mark.parametrize("text", ["type S = Text ; B", "type S = { a : Text } ; B"])
def test_what_is_no_alternative_is_none(text: str) -> None:
    assert "alternatives" not in " ".join(one.title for one in check_texts({"main.nml": text}).diagnostics)


def test_an_expression_behind_a_type_is_one_all_the_same() -> None:
    assert (
        check_texts({"main.nml": "fun f : Text -> S\ntype S = A | B;\nSources.stdin | f | Sinks.log\n"}).diagnostics
        == ()
    )


@pytest.mark.parametrize("sign", ["/", ";", "+"])
def test_the_rest_of_a_record_is_told_as_that(sign: str) -> None:
    text = f"fun f : {{ a : Text {sign} r }} -> {{ a : Text | r }}\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == f"The rest of a record stands behind `|`, not `{sign}`"
    assert apply_edits(text, found.fixes[0].edits) == text.replace(sign, "|", 1)
