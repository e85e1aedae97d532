"""What editors are told of the language besides colours: snippets, brackets, comments, indentation."""

import json
import re

import pytest
from node_packages import TEXTMATE

from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile

SNIPPETS = json.loads((TEXTMATE / "snippets.json").read_text("utf-8"))
CONFIGURATION = json.loads((TEXTMATE / "language-configuration.json").read_text("utf-8"))


def expanded(body: str | list[str]) -> str:
    """A snippet as it stands in the file before anything is typed over it."""
    text = body if isinstance(body, str) else "\n".join(body)
    return re.sub(r"\$\{\d+:([^}]*)\}|\$\d+", lambda match: match[1] or "", text)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_is_a_program(name: str) -> None:
    text = expanded(SNIPPETS[name]["body"]).removesuffix("\n")
    if text.startswith("@"):
        text += "\nfun f : Text -> Text"
    assert [problem.title for problem in parse(SourceFile("main.nml", text)).problems] == []


def test_prefixes_are_told_apart() -> None:
    prefixes = [snippet["prefix"] for snippet in SNIPPETS.values()]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize(
    ("line", "deeper"),
    [
        ("def w =", True),
        ("type T = {", True),
        ("fun f : Text ->", True),
        ("fun f : Text -> Text with", True),
        ("  Sources.http {", True),
        ("def w = f", False),
        ("  | f", False),
        ("// a = {", False),
        ("type A = B", False),
    ],
)
def test_the_line_below_is_indented(line: str, deeper: bool) -> None:
    pattern = CONFIGURATION["indentationRules"]["increaseIndentPattern"]
    assert (re.search(pattern, line) is not None) is deeper
