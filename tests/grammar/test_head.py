"""What is read of a file before its turn to be parsed is what the parser makes of its header and imports."""

import random
import re

import pytest
from grammar.syntax_trees import CONSTRUCTS, plain_programs, read, shape

from nscompiler.grammar.head import plain_head
from nscompiler.source import SourceFile

HEAD = """// about the file
module Shop.Orders:0.1.0

import Shop.Types:0.1.0 as T
import nstack/Shop.Clean:2.0.0-SNAPSHOT  // why
/* more */
import Other:1.2.3 as Other2
"""


def heads(text: str) -> tuple[str, str] | None:
    """The head as read alone and as parsed; None where it is left to the parser."""
    alone = plain_head(SourceFile("main.nml", text))
    if alone is None:
        return None
    whole = read(text).module
    assert (alone.start, alone.end, alone.declarations, alone.main) == (0, len(text), (), None)
    parts = [(one.header, one.imports) for one in (alone, whole)]
    return shape(parts[0], spans=True), shape(parts[1], spans=True)


@pytest.mark.parametrize(
    "rest", ["type A = Text\n", '/// about it\n@deprecated("x")\nfun f : A -> B\n', "def broken = |"]
)
def test_plain_files_are_read(rest: str) -> None:
    found = heads(f"{HEAD}\n{rest}")
    assert found is not None
    assert found[0] == found[1]
    assert found[0].count("Import(") == 3


@pytest.mark.parametrize(
    "text",
    [
        "type A = Text\n",
        "/// about the module\nmodule A:0.1.0\ntype A = Text\n",
        "module A:0.1.0 where\ntype A = Text\n",
        "module A:0.1.0 {\ntype A = Text\n}",
        "module A : 0.1.0\ntype A = Text\n",
        "module A:0.1.0\nimport B:0.1.0; type A = Text\n",
        "module A:0.1.0\ntype A = Text\nimport B:0.1.0\n",
        "module A:0.1.0\nimport B:0.1.0 as b\ntype A = Text\n",
        "module A:0.1.0\nimport B:0.1.0 as\ntype A = Text\n",
        "module A:0.1.0\n/* a /* b */ c */\nimport B:0.1.0\ntype A = Text\n",
        "module A:0.1.0\n",
    ],
)
def test_other_files_are_left_to_the_parser(text: str) -> None:
    assert heads(text) is None


def test_equal_on_every_construct_and_a_corpus(corpus: list[str]) -> None:
    texts = [*plain_programs(), *(f"{HEAD}\n{construct}\n" for construct in CONSTRUCTS), *corpus]
    found = [pair for pair in map(heads, texts) if pair is not None]
    assert len(found) > 60
    assert all(alone == whole for alone, whole in found)


@pytest.mark.parametrize("seed", range(30))
def test_equal_on_broken_files(seed: int, corpus: list[str]) -> None:
    chosen = random.Random(seed)
    read_alone = 0
    for _ in range(20):
        words = re.findall(r"[\w'.:/-]+|\s+|[^\w\s]", HEAD + chosen.choice(corpus).partition("\n\n")[2][:400])
        for _ in range(chosen.randint(1, 2)):
            at = chosen.randrange(len(words) if chosen.random() < 0.5 else 30)
            words[at] = chosen.choice(
                ("", "\n", " ", ";", "{", "module", "import", "as", "type ", "//", "/*", "A:1.0.0")
            )
        found = heads("".join(words))
        if found is not None:
            read_alone += 1
            assert found[0] == found[1], "".join(words)
    assert read_alone
