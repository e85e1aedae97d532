"""A title with the file's own words in it, however long they are, is no longer than titles are."""

import pytest

from nscompiler.grammar.parse import parse
from nscompiler.grammar.wording import shown
from nscompiler.source import SourceFile

LONG = "a" * 40
TEXTS = (
    "0\xad\U0001239a0",
    f"def w = f {'%' * 40} g",
    f"import Foo:1.0{'!' * 40}0",
    "import Foo:1*/.0.0",
    f"fun {LONG} {LONG[::-1]}b : Text -> Text",
    f"def w = {LONG}\nimport {LONG.upper()} {LONG.upper()[:-1]}B:1.0.0",
    f"def w = F{'%' * 40}f",
    f"def w = S{'o' * 22} {LONG}",
    f"def w = ${{{LONG}}}",
    f"def w = f {{ n = {LONG}b: }}",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_title_is_no_longer_than_titles_are(text: str) -> None:
    found = parse(SourceFile("main.nml", text)).problems
    assert found
    assert max(len(one.title) for one in found) <= 80


def test_what_cannot_be_printed_is_shown_as_short_as_all_else() -> None:
    assert shown("a" * 30) == f"`{'a' * 24}…`"
    assert shown("\x00" * 30) == "`" + "\\u{0}" * 4 + "…`"
    assert shown("a\nb") == "`a…`"
