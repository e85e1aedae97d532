"""Values in brackets of other languages are a list, long texts among them too."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ('("a", "b")', '["a", "b"]'),
        ('("""a "b" c""", "d")', '["""a "b" c""", "d"]'),
        ('{"""a""", """b"""}', '["""a""", """b"""]'),
    ],
)
def test_values_in_other_brackets_are_a_list(written: str, mended: str) -> None:
    text = f"{written} | Sinks.stdout\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    fixed = apply_edits(text, found.fixes[0].edits)
    assert fixed == f"{mended} | Sinks.stdout\n"
    assert check_texts({"main.nml": fixed}).diagnostics == ()
