"""Whether a cell goes on is what the parser says."""

import pytest

from nscompiler.cli.repl.batch import cells
from nscompiler.tools.repl.unfinished import is_unfinished


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2", "f |", "f &", "f | // more\n", "f {", "f { p = [1,", "(f | g", "f<Text", "concat", "def", "def f",
        "def f =", "def a = b\ndef c =",
        "fun f : Text", "fun f : Text ->", "type T =", "type T = A |", "type T = { x : Text,",
        '"""text', "/* comment", "import", "import A:1.0.0 as", "@stateless", "/// Documentation.", "f | {",
    ],
)  # fmt: skip
def test_these_go_on(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "f", "f | g", "[1, 2] | f*", "f )", "f | | g", '"text', "A.", "import A:1.0.0",
        "def f = g // |", "def a = | f\ndef b =",
        "$", ":type (", "// comment", "//// no documentation", "f | g } |",
    ],
)  # fmt: skip
def test_these_do_not(text: str) -> None:
    assert not is_unfinished(text)


def test_cells_of_a_script() -> None:
    script = "import A:1.0.0\n\ndef f =\n  A.a\n  | A.b\n\n[1,\n2]\n| f\n:type f\nf\n"
    assert [(cell.line, cell.text) for cell in cells(script)] == [
        (1, "import A:1.0.0"),
        (3, "def f =\n  A.a\n  | A.b"),
        (7, "[1,\n2]\n| f"),
        (10, ":type f"),
        (11, "f"),
    ]


def test_a_command_is_one_line() -> None:
    assert [cell.text for cell in cells(":type (\n[1]")] == [":type (", "[1]"]
