"""``*`` and ``?`` on what has nothing for them: which word the message takes, and what its fixes write."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

SOURCE = 'def w = Sources.jsonl<Text> { path = "x" } | %s | Sinks.log\n'


@pytest.mark.parametrize(
    ("declared", "written", "title", "mended"),
    [
        (
            "fun f : Text -> [Byte]",
            "f?",
            "`?` needs an optional, but `f` gives [Byte]",
            [("fun f : Text -> [Byte]", "f"), ("fun f : Text -> optional [Byte]", "f?")],
        ),
        (
            "fun f : Text -> Integer",
            "concat f",
            "`concat` needs a list, but `f` gives Integer",
            [("fun f : Text -> Integer", "f"), ("fun f : Text -> [Integer]", "concat f")],
        ),
        (
            "fun f : Text -> Boolean",
            "filter f",
            "`filter` needs an optional, but `f` gives Boolean",
            [("fun f : Text -> optional Text", "filter f")],
        ),
        (
            "fun f : Text -> Boolean\ndef g = f",
            "f?",
            "`?` needs an optional, but `f` gives Boolean",
            [("fun f : Text -> Boolean\ndef g = f", "f")],
        ),
    ],
)
def test_one_message_that_takes_the_written_word_and_fixes_either_side(
    declared: str, written: str, title: str, mended: list[tuple[str, str]]
) -> None:
    text = f"{declared}\n{SOURCE % written}"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == title
    assert text[found.primary.span.start : found.primary.span.end] == written
    fixed = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert fixed == [f"{head}\n{SOURCE % stage}" for head, stage in mended]
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in fixed)
