"""Variables of the environment as elsewhere: one error for a declaration, whose fix writes all of them."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

TEXT = "fun f : Text -> Text with {{ a : Text, n : Integer = 1 }}\ndef w = Sources.stdin | f {{ a = {} }} | Sinks.log\n"


@pytest.mark.parametrize(
    "written",
    [
        "$(KEY)",
        "$(KEY",
        "$(env.KEY)",
        "$(KEY:-x)",
        "${KEY:-x}",
        "${{ KEY }}",
        "${{ secrets.KEY }}",
        "{{KEY}}",
        "$[KEY]",
        "$env:KEY",
        "$ KEY",
        "$KEY$",
        'os.environ["KEY"]',
        'os.environ.get("KEY")',
        'System.getenv("KEY")',
        'env("KEY")',
    ],
)
def test_a_variable_is_written_with_a_dollar_alone(written: str) -> None:
    text = TEXT.format(written)
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert text[found.primary.span.start : found.primary.span.end] == written
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == TEXT.format("$KEY")
    assert check_texts({"main.nml": mended}).diagnostics == ()


def test_all_of_a_declaration_are_one_error() -> None:
    text = TEXT.format("$(KEY), n = $(N)")
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == "A variable of the environment is written `$KEY`, not `$(KEY)`"
    assert apply_edits(text, found.fixes[0].edits) == TEXT.format("$KEY, n = $N")


def test_a_command_is_no_variable() -> None:
    (found,) = check_texts({"main.nml": TEXT.format("$(echo KEY)")}).diagnostics
    assert found.title == "No command runs for a value: it is a literal, or a variable `$NAME`"
