"""What a method gives of the value that it is given is held against the declared type."""

from textwrap import dedent

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

TYPES = "type T = { id : Integer, name : Text, tags : [Text], price : Double, at : DateTime, raw : [Byte] }\n"


def told(type: str, body: str) -> list[tuple[str, str, list[str]]]:
    python = "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, t):\n"
    python += "".join(f"        {line}\n" for line in body.split("\n"))
    texts = {"module.nml": f"module M:0.1.0\n{TYPES}fun f : {type}\n", "service.py": python}
    return [
        (
            python[one.primary.span.start : one.primary.span.end],
            one.title,
            [dedent(apply_edits(python, fix.edits).partition("def f(self, t):\n")[2]).rstrip() for fix in one.fixes],
        )
        for one in check_texts(texts).diagnostics
    ]


@pytest.mark.parametrize(
    ("type", "body", "under", "given", "meant"),
    [
        ("T -> Text", "return t.id", "t.id", "a whole number Text", "return str(t.id)"),
        ("T -> Text", "x = t['id']\nreturn x + 1", "x + 1", "a whole number Text", "x = t['id']\nreturn str(x + 1)"),
        ("T -> Integer", "return t.price", "t.price", "a number Integer", None),
        ("T -> Integer", "return t.price + 1", "t.price + 1", "a number Integer", None),
        ("T -> Integer", "return t.id / 2", "t.id / 2", "a number Integer", None),
        ("T -> optional Text", "return t.id", "t.id", "a whole number Text", "return str(t.id)"),
        ("T -> Text", "return t.name if t.id > 2 else t.tags", "t.tags", "a list Text", None),
        ("T -> Text", "return t.raw", "t.raw", "bytes Text", None),
        ("T -> { a : Text }", "return {'a': t.price}", "t.price", "a number Text", "return {'a': str(t.price)}"),
        ("Text -> Integer", "return t", "t", "a text Integer", None),
        ("Text -> Integer", "return t + '!'", "t + '!'", "a text Integer", None),
        ("Text -> [Text]", "return t.strip()", "t.strip()", "a text [Text]", "return [t.strip()]"),
        # Each value that a generator hands out is one result.
        ("Text -> [Text]", "for w in t.split(): yield w", "w", "a text [Text]", "for w in t.split(): yield [w]"),
        ("Text -> [Integer]", "return [w.upper() for w in t.split()]", "w.upper()", "a text Integer", None),
        ("[T] -> [Text]", "return [x.id for x in t]", "x.id", "a whole number Text", "return [str(x.id) for x in t]"),
    ],
)  # fmt: skip
def test_what_follows_from_the_value_is_told(type: str, body: str, under: str, given: str, meant: str | None) -> None:
    ((place, title, mended),) = told(type, body)
    kind, _, declared = given.rpartition(" ")
    assert (place, title) == (under, f"`f` gives {kind}, and {declared} is declared")
    assert mended == ([] if meant is None else [meant])


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("T -> Integer", "return int(t.price)"),
        ("T -> DateTime", "return t.at.replace(day=1)"),
        ("T -> Text", "x = len(t.tags)\nreturn x"),  # a function of that name may be the file's own
        ("T -> Double", "return t.id * 2"),
        ("T -> Double", "return t.id"),
        ("T -> [Text]", "return t.tags"),
        ("T -> [Text]", "return [one.strip() for one in t.tags]"),
        ("T -> [Text]", "return t.name.split()"),
        ("T -> Text", "return t.at"),  # what Python has for it is no literal
        ("T -> Text", "return t.items"),  # a field of that name is reached as `t['items']` only
        ("T -> Text", "if isinstance(t.id, str):\n    return t.id\nreturn ''"),
        ("T -> Text", "t = other(t)\nreturn t.id"),
        ("T -> Text", "t.id = str(t.id)\nreturn t.id"),
        ("T -> Text", "x = t.id\nx = str(x)\nreturn x"),
        ("T -> Text", "for x in t.tags:\n    return x\nreturn ''"),
        ("T -> Text", "return t.id or t.name"),
        ("T -> Text", "return t.name * 2"),
        ("optional T -> Text", "return t.id"),
        ("Json -> Integer", "return t"),
        ("Text -> Integer", "return len(t) + 1"),
        ("(Integer, Text) -> Text", "return t"),
        ("a -> a", "return t"),
    ],
)
def test_of_all_else_nothing_is_said(type: str, body: str) -> None:
    assert told(type, body) == []
