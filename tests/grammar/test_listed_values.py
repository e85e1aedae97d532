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


@pytest.mark.parametrize(
    ("written", "mended"), [('- "a"\n- "b"\n', '["a", "b"]\n'), ("- 1\n- 2\n- 3\n", "[1, 2, 3]\n")]
)
def test_values_behind_dashes_are_a_list(written: str, mended: str) -> None:
    (found,) = check_texts({"main.nml": written}).diagnostics
    assert found.title == "A list of values is written `[a, b]`, without dashes"
    assert apply_edits(written, found.fixes[0].edits) == mended
    assert check_texts({"main.nml": mended}).diagnostics == ()


def test_stages_behind_dashes_are_a_pipe_at_the_start_of_a_file_too() -> None:
    text = "- Sources.stdin\n- Sinks.stdout\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert apply_edits(text, found.fixes[0].edits) == "Sources.stdin\n| Sinks.stdout\n"


@pytest.mark.parametrize(
    "text", ["{ a = 1 }", "{ a : Text }", "{}", '{ name : "x", run : f }', "{ a = 1 } | Sinks.log"]
)
def test_a_record_is_no_expression(text: str) -> None:
    (found,) = check_texts({"main.nml": f"{text}\n"}).diagnostics
    assert found.title.startswith("A record is no expression")
    assert text[: found.primary.span.end].endswith("}")
