"""Laying out a program of any shape, with comments anywhere: nothing is lost, the meaning stays, twice is once."""

import re

import pytest
from grammar.syntax_trees import plain_programs
from hypothesis import given, settings
from hypothesis import strategies as st
from property.test_parser_roundtrip import modules

from nscompiler.grammar.layout import layout
from nscompiler.grammar.lexer import SWALLOWED
from nscompiler.grammar.parse import parse_tokens
from nscompiler.source import SourceFile
from nscompiler.tools.format import format_source, same_program

#: What may stand between two tokens, before and behind the number of a comment; a line comment ends its line.
COMMENTS = (
    (" // c", "\n"),
    ("\n// c", "\n"),
    ("\n\n  // c", "\n\n"),
    ("\n/// c", "\n"),
    ("\n/// c", "\n\n"),
    (" /// c", "\n"),
    (" /* c", " */ "),
    ("\n/* c", " */\n"),
    ("\n/* c", " */ "),
    (" /* c", " */\n"),
    ("\n    /* c", "\n       two\n */\n"),
    (" /* c", "\n two */ "),
    ("\n/* c", " */ // d\n"),
)
SPACES = (" ", "\n", "\n\n", "\n\n\n  ", "\t", "  ")


def gaps(text: str) -> list[int]:
    """The places between two tokens of a text, its start and its end."""
    result, tokens = parse_tokens(SourceFile("main.nml", text))
    assert result.problems == ()
    return [start for start, kind in zip(tokens.starts, tokens.kinds, strict=True) if kind != SWALLOWED]


def dropped(text: str) -> list[int]:
    """Which of the gaps are at brackets of an expression or type, or `optional` behind one: the layout drops some."""
    places = gaps(text)
    edges = re.compile(r"[()]|optional")
    before = [text[:place].rstrip().endswith(("(", ")", "optional")) for place in places]
    behind = [edges.match(text, place) is not None for place in places]
    return [index for index in range(len(places)) if before[index] or behind[index]]


@st.composite
def crowded(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with a comment in most gaps of a few in a row, around what the layout leaves out."""
    text = draw(texts)
    places = gaps(text)
    edges = dropped(text)
    first = draw(st.sampled_from(edges)) if edges else draw(st.integers(0, len(places) - 1))
    first = max(first - draw(st.integers(0, 2)), 0)
    for index in reversed(range(first, min(first + draw(st.integers(2, 4)), len(places)))):
        opening, closing = draw(st.sampled_from((*COMMENTS[:1] * 6, *COMMENTS, (" ", ""))))
        put = f"{opening}{index}{closing}" if opening.strip() else opening
        text = text[: places[index]] + put + text[places[index] :]
    return text


@st.composite
def remarked(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with comments and white space put between its tokens."""
    text = draw(texts)
    places = gaps(text)
    chosen = draw(st.lists(st.integers(0, len(places) - 1), max_size=6))
    for number, index in sorted(enumerate(chosen), key=lambda pair: -pair[1]):
        if draw(st.booleans()):
            opening, closing = draw(st.sampled_from(COMMENTS))
            put = f"{opening}{number}{closing}"
        else:
            put = draw(st.sampled_from(SPACES))
        text = text[: places[index]] + put + text[places[index] :]
    return text


def holds(text: str) -> None:
    """Everything that is promised of the layout of a text without mistakes."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    before, _ = parse_tokens(SourceFile("main.nml", plain))
    result = format_source(text)
    assert before.problems == ()
    assert result.problems == ()
    after, _ = parse_tokens(SourceFile("main.nml", result.text))
    assert after.problems == ()
    assert same_program(before.module, after.module)
    assert words(before.module.comments) == words(after.module.comments)
    assert format_source(result.text).text == result.text, "a second time changes it again"
    assert not re.search(r"[ \t]+$", re.sub(r'"""[\s\S]*?"""', '""', result.text), re.MULTILINE)
    assert not result.text.startswith("\n")
    assert result.text == "" or result.text[-1] == "\n" != result.text[-2:-1]


def words(comments) -> list[str]:
    return sorted(" ".join(comment.text.split()) for comment in comments)


@pytest.mark.thorough
@settings(max_examples=50, deadline=None)
@given(remarked(modules().map(layout)))
def test_a_program_of_any_shape(text):
    holds(text)


@settings(max_examples=150, deadline=None)
@given(remarked(st.sampled_from([text.removeprefix("\ufeff") for text in plain_programs()])))
def test_comments_anywhere_in_a_program(text):
    holds(text)


BRACKETED = (
    "def x = ((f)) | (g) & ((h | i))",
    "def x = (f | (g))\n\ndef y = concat (f)",
    "fun f : ((A)) -> (A, (B)) where a is C with { x : Text }",
    "fun f : { x : A optional, y : (A optional) } -> [B optional] optional",
    "type T = C (List (A optional) B) | D (A optional)",
    "type T = (A, B) optional\ntype U = ((A optional))\ntype V = a optional",
)


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(crowded(st.sampled_from(BRACKETED)))
def test_comments_around_what_is_left_out(text):
    holds(text)


@settings(max_examples=100, deadline=None)
@given(crowded(st.sampled_from([text.removeprefix("\ufeff") for text in plain_programs()])))
def test_comments_close_together_in_a_program(text):
    holds(text)


@pytest.mark.parametrize("text", plain_programs())
def test_programs_of_every_construct(text):
    holds(text)
