"""The loop that runs the generated tables and lark itself read the same language."""

import random
import re

import pytest
from grammar.plain_lark import parse_plainly
from grammar.syntax_trees import CONSTRUCTS, plain_programs, read, shape

from nscompiler.grammar import lexer, machine
from nscompiler.grammar.build import Builder
from nscompiler.grammar.syntax import Module
from nscompiler.grammar.tables import load
from nscompiler.source import SourceFile

PIECES = (
    *(
        "type",
        "fun",
        "def",
        "import",
        "module",
        "as",
        "optional",
        "concat",
        "filter",
        "with",
        "where",
        "is",
        "true",
        "_",
    ),
    *("Text", "A", "a", "f", "x'", "1", "-2.5", '"t"', '"""\n t"""', "$HOME", "A:1.0.0", "// c\n", "/* c */", "\n"),
    *("{", "}", "(", ")", "[", "]", "<", ">", "|", "&", "*", "?", ",", ";", ":", "=", "->", ".", "..", "@"),
)


@pytest.mark.parametrize("text", plain_programs())
def test_equal_trees_on_every_construct(text):
    module = parse_plainly(text)
    assert isinstance(module, Module)
    assert shape(module, spans=True) == shape(read(text).module, spans=True)
    assert [item.text for item in module.comments] == [item.text for item in read(text).module.comments]


def test_equal_trees_on_a_generated_corpus(corpus):
    for text in corpus:
        module = parse_plainly(text)
        assert isinstance(module, Module)
        assert shape(module, spans=True) == shape(read(text).module, spans=True)


@pytest.mark.parametrize("seed", range(40))
def test_both_refuse_the_same_texts_at_the_same_place(seed):
    chosen = random.Random(seed)
    for _ in range(10):
        good = chosen.choice(CONSTRUCTS)
        words = re.findall(r'"""[\s\S]*?"""|"[^"\n]*"|[\w.:/$\'-]+|\s+|//.*|[^\w\s]', good)
        for _ in range(chosen.randint(1, 3)):
            words.insert(chosen.randint(0, len(words)), f" {chosen.choice(PIECES)} ")
        text = "".join(words)
        compare(text)


def compare(text: str) -> None:
    """Both read a text alike, or refuse it at one place."""
    theirs, ours = parse_plainly(text), refused_at(text)
    if isinstance(theirs, Module):
        assert ours is None, text
        assert shape(theirs, spans=True) == shape(read(text).module, spans=True), text
    else:
        assert ours == theirs, text


def refused_at(text: str) -> int | None:
    """The offset of the first token that the fast loop has no action for."""
    tables = load()
    tokens = lexer.scan(text, tables)
    if tokens.unclosed >= 0:
        return tokens.unclosed
    builder = Builder(SourceFile("main.nml", text), tokens.starts, tokens.ends, tokens.texts, {})
    try:
        Fussy(tables, tokens, builder, None).run()
    except Refused as refused:
        return int(refused.args[0])
    return None


class Refused(Exception):
    """A token cannot stand where it does; its offset."""


class Fussy(machine.Machine):
    """The loop, giving up at the first mistake."""

    __slots__ = ()

    def _refused(self, index: int) -> int:
        raise Refused(self._tokens.starts[index])
