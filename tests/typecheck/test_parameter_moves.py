"""Parameters that are set where nothing reads them, and read by another stage: told once, and moved there."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

DECLARED = """\
fun parse : Text -> Text with { separator : Text, n : Integer = 1 }
fun score : Text -> Text with { threshold : Integer, m : Integer = 1 }
fun last : Text -> Text with { size : Integer = 1 }
"""


@pytest.mark.parametrize(
    ("written", "title", "mended"),
    [
        (
            'parse { threshold = 5 } | score { separator = "," }',
            "`threshold` and `separator` are set at the wrong stages",
            'parse { separator = "," } | score { threshold = 5 }',
        ),
        (
            'parse { threshold = 5, n = 2 } | score { m = 3, separator = "," }',
            "`threshold` and `separator` are set at the wrong stages",
            'parse { n = 2, separator = "," } | score { m = 3, threshold = 5 }',
        ),
        (
            'parse { threshold = 5, n = 2, m = 3, separator = "," } | score',
            "`threshold` and `m` are set at the wrong stage",
            'parse { n = 2, separator = "," } | score { threshold = 5, m = 3 }',
        ),
        (
            'parse { size = 1 } | score { separator = "" } | last { threshold = 2 }',
            "`size`, `separator` and `threshold` are set at the wrong stages",
            'parse { separator = "" } | score { threshold = 2 } | last { size = 1 }',
        ),
        (
            'parse { separator = ",", threshold = 5 } | score',
            "no function here reads a parameter `threshold`",
            'parse { separator = "," } | score { threshold = 5 }',
        ),
    ],
)
def test_one_error_with_a_fix_that_sets_them_where_they_are_read(written: str, title: str, mended: str) -> None:
    text = f"{DECLARED}def w = Sources.stdin | {written} | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.code.name, found.title) == ("unknown-parameter", title)
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert fixed == f"{DECLARED}def w = Sources.stdin | {mended} | Sinks.log\n"
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_a_near_name_at_the_stage_itself_stays_where_the_other_has_its_own() -> None:
    declared = "fun f : Text -> Text with { limits : Integer }\nfun g : Text -> Text with { limit : Integer }\n"
    text = declared + "def w = Sources.stdin | f { limit = 5 } | g { limit = 4 } | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert [fix.title for fix in found.fixes] == ["write `limits`"]
