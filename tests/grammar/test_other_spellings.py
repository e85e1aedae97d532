"""Declarations, type variables and names as other languages have them: one error, whose first fix gives a program."""

import pytest
from grammar.test_slips import errors, is_one_error

USE = "fun h : X -> Text\n"


@pytest.mark.parametrize(
    ("text", "at_fault", "mended"),
    [
        (
            "class X:\n    id: int\n    tags: [Text]",
            "class",
            "type X = {\n    id: Integer,\n    tags: [Text]\n}",
        ),
        (
            '@dataclass\nclass X(Base):\n    id: Integer = 3\n    name: str = "none"',
            "class",
            "type X = {\n    id: Integer,\n    name: Text\n}",
        ),
        ("typedef Integer X;", "typedef", "type X = Integer;"),
        ("typedef { id : Integer } X", "typedef", "type X = { id : Integer }"),
        ("typedef struct { id : Integer; name : Text } X;", "typedef", "type X = { id : Integer, name : Text };"),
        ("data X = A | B deriving (Show, Eq)", "data", "type X = A | B"),
        ("data X = A Text | B deriving Show", "data", "type X = A Text | B"),
        ("newtype X = X Integer deriving (Show)", "newtype", "type X = Integer"),
    ],
)
def test_a_declaration(text: str, at_fault: str, mended: str) -> None:
    is_one_error(f"{text}\n{USE}", at_fault, "No declaration starts with", f"{mended}\n{USE}")


@pytest.mark.parametrize(
    "text",
    [
        "class X:\n    def f(self): pass\n",
        "class X:\n",
        "typedef X\n",
        "data X = A deriving\n",
        "class X(\n",
        "typedef {",
    ],
)
def test_what_is_no_such_declaration_is_told_of(text: str) -> None:
    assert errors(text)


@pytest.mark.parametrize(
    ("text", "at_fault", "mended"),
    [
        ("fun h : 'a -> 'a", "'a", "fun h : a -> a"),
        ("fun h : ['key] -> optional 'key", "'key", "fun h : [key] -> optional key"),
        ("type 'a X = ('a, 'a)\nfun h : X Text -> Text", "'a", "type X a = (a, a)\nfun h : X Text -> Text"),
        ("type X 'a = ['a]\nfun h : X Text -> Text", "'a", "type X a = [a]\nfun h : X Text -> Text"),
        (
            "type ('a, 'b) X = { l : 'a, r : 'b }\nfun h : X Text Text -> Text",
            "'a",
            "type X a b = { l : a, r : b }\nfun h : X Text Text -> Text",
        ),
    ],
)
def test_a_type_variable_in_quotes(text: str, at_fault: str, mended: str) -> None:
    whole = f"{text}\n"
    (found,) = errors(whole)
    assert "A type variable is written" in found.title
    assert at_fault in whole[found.primary.span.start :][:5]
    is_one_error(whole, whole[found.primary.span.start : found.primary.span.end], "A type variable", f"{mended}\n")


USES = "def w = Sources.stdin | {} | Sinks.stdout\n"


@pytest.mark.parametrize("name", ["Lib:1.0.0.f", "Lib:1.0.0::f"])
@pytest.mark.parametrize(
    ("head", "mended", "alias"),
    [
        ("", "import Lib:1.0.0\n", "Lib"),
        ("import Lib:1.0.0\n\n", "import Lib:1.0.0\n\n", "Lib"),
        ("import Lib:1.0.0 as L\n", "import Lib:1.0.0 as L\n", "L"),
        ("module A:1.0.0\n\n", "module A:1.0.0\n\nimport Lib:1.0.0\n\n", "Lib"),
    ],
)
def test_a_name_with_the_version_of_its_module(name: str, head: str, mended: str, alias: str) -> None:
    right = USES.format(f"{alias}.f")
    text = head + USES.format(name)
    is_one_error(text, name[:-1], "The version of a module stands in its import", mended + right)


def test_several_names_with_the_version_of_one_module_are_one_error() -> None:
    text = "fun g : Lib:1.0.0.Order -> Text\ndef w = Lib:1.0.0.f | Lib:1.0.0.f\n"
    right = "import Lib:1.0.0\nfun g : Lib.Order -> Text\ndef w = Lib.f | Lib.f\n"
    is_one_error(text, "Lib:1.0.0.", "The version of a module", right)


def test_the_parameters_of_a_python_dictionary() -> None:
    text = "def w = Sources.http<Text> { 'http_path': '/x', 'http_port': 80 } | Sinks.stdout\n"
    right = 'def w = Sources.http<Text> { http_path = "/x", http_port = 80 } | Sinks.stdout\n'
    is_one_error(text, "'http_path'", "without quotes around its name", right)
