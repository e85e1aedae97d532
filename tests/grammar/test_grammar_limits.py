"""Hostile and very large texts: one clear message, in time that grows with the text."""

import time

import pytest
from grammar.syntax_trees import clean, covered, ids, read

from nscompiler.grammar.depth import LIMIT
from nscompiler.grammar.syntax import BrokenDecl, DefDecl

FIVE_MEGABYTES = 5_000_000


def nested(levels: int, inside: str = "f", sides: tuple[str, str] = ("(", ")")) -> str:
    return sides[0] * levels + inside + sides[1] * levels


@pytest.mark.parametrize(
    "text",
    [
        f"def x = {nested(LIMIT)}",
        f"type T = {nested(LIMIT, 'Text', ('[', ']'))}",
        f"type T = {nested(LIMIT, 'Text', ('{ a : ', ' }'))}",
        f"def x = f{'*' * LIMIT}",
        f"def x = f{' {}' * LIMIT}",
        f"type T = {'optional ' * LIMIT}Text",
        f"def x = f {{ a = {nested(LIMIT - 1, '1', ('[', ']'))} }}",
        "def x = " + " | ".join(["(f)*"] * 1000),
        "\n".join(f"def x{n} = f {{ a = 1 }}* | (g)" for n in range(500)),
        "/*" * 1000 + "*/" * 1000,
    ],
)
def test_two_hundred_levels_are_fine(text):
    clean(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"def x = {nested(LIMIT + 1)}", "("),
        (f"def x = {nested(1000)}", "("),
        (f"type T = {nested(LIMIT + 1, 'Text', ('[', ']'))}", "["),
        (f"def x = f {{ a = {nested(LIMIT, '1', ('[', ']'))} }}", "["),
        ("(" * 1000, "("),
        (f"def x = f{'*' * 1000}", None),
        (f"def x = f{' {}' * 1000}", None),
        (f"type T = {'optional ' * 1000}Text", None),
        (f"module X:1.0.0 {{ def x = f{'*' * 1000} }}", None),
    ],
)
def test_more_are_one_mistake(text, place):
    after = text if text.endswith("}") else f"{text}\ndef fine = f\n"
    result = read(after)
    assert ids(result.problems) == ["NS0121"]
    assert place is None or covered(after, result.problems[0].primary.span) == place
    if after != text:
        assert isinstance(result.module.declarations[-1], DefDecl)


def test_a_deep_declaration_keeps_its_name():
    (declared,) = read(f"def x = f{'?' * 300}").module.declarations
    assert isinstance(declared, BrokenDecl)
    assert declared.name is not None
    assert (declared.keyword, declared.name.text) == ("def", "x")


@pytest.mark.thorough
@pytest.mark.parametrize("sign", ["{", "<", "{\n", "( ["])
def test_five_megabytes_of_brackets_are_one_mistake(sign):
    text = sign * (FIVE_MEGABYTES // len(sign))
    began = time.process_time()
    problems = read(text).problems
    assert time.process_time() - began < 5  # a backstop: it takes a tenth of a second
    assert len(problems) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"' + "x" * FIVE_MEGABYTES, "NS0112"),
        ('"""' + '"x' * (FIVE_MEGABYTES // 2), "NS0112"),
        ("/*" * (FIVE_MEGABYTES // 2), "NS0113"),
        ("\x00" * FIVE_MEGABYTES, "NS0115"),
        ("§" * FIVE_MEGABYTES, "NS0111"),
        ("9" * FIVE_MEGABYTES, "NS0116"),
        ('"' + " " * FIVE_MEGABYTES + "x", "NS0112"),
    ],
)
def test_five_megabytes_of_something_are_one_mistake(text, code):
    assert ids(read(text).problems) == [code]


def test_brackets_in_a_large_text_or_comment_are_no_nesting():
    brackets = "{" * 150_000
    main = clean(f'"{brackets}" | f').main
    assert main is not None
    assert main.stages[0].value.value == brackets
    assert clean(f"// {brackets}\n").comments[0].text == f"// {brackets}"
    assert clean(f'"""\n{brackets}\n"""').main.value.value == brackets
    assert clean(f"/* {brackets} */").comments[0].text == f"/* {brackets} */"


@pytest.mark.parametrize("text", ["\x00", "def\x00", "\x1b[31m", "a\x7fb", "PK\x03\x04\x14\x00", "\ufffd\ufffdPNG"])
def test_binary_is_a_clear_mistake(text):
    assert set(ids(read(text).problems)) <= {"NS0115", "NS0111", "NS0106", "NS0116"}
    assert read(text).problems


def test_many_imports_take_linear_time():
    text = "".join(f"import Some.Module{n}:1.0.0-SNAPSHOT-{n:x} as M{n}\n" for n in range(20_000))
    assert len(clean(text).imports) == 20_000
