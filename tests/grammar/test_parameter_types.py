"""The types of parameters as other languages write them: one error, and a fix that leaves nothing to tell."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("fast | slow", '"fast" | "slow"'),
        ("Fast | Slow = Fast", '"Fast" | "Slow" = "Fast"'),
        ('["fast", "slow"]', '"fast" | "slow"'),
        ('("fast", "slow") = "slow"', '"fast" | "slow" = "slow"'),
        ('"fast", "slow"', '"fast" | "slow"'),
        ('Enum("fast", "slow")', '"fast" | "slow"'),
        ("Literal[Fast, slow]", '"Fast" | "slow"'),
    ],
)
def test_the_values_of_a_parameter_stand_in_quotes(written: str, mended: str) -> None:
    text = "fun f : Text -> Text with {{ n : Integer, m : {} }}\n"
    (found,) = check_texts({"main.nml": text.format(written)}).diagnostics
    assert found.code.name == "value-is-no-literal"
    (fix,) = found.fixes
    fixed = apply_edits(text.format(written), fix.edits)
    assert fixed == text.format(mended)
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_types_are_no_such_values() -> None:
    for written in ("Text | Integer", "(A, B)", "a"):
        found = check_texts({"main.nml": f"fun f : Text -> Text with {{ m : {written} }}\n"}).diagnostics
        assert "stand in quotes" not in " ".join(one.title for one in found)


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        (
            "{ lang : str, n : int = 3, on : bool = true, c : float = 1.0, w : [str] = [] }",
            "{ lang : Text, n : Integer = 3, on : Boolean = true, c : Double = 1.0, w : [Text] = [] }",
        ),
        ("{ w : list[str], v : List Integer }", "{ w : [Text], v : [Integer] }"),
        ("{ n : u16 = 3, c : f64 = 1.0 }", "{ n : Integer = 3, c : Double = 1.0 }"),
        ('{ q : str """a "b" c""" }', '{ q : Text = """a "b" c""" }'),
        ("{ w : List<String> }", "{ w : [Text] }"),
        ("{ w : list }", "{ w : [Text] }"),
        ('{ lang : Text "en", n : Integer 3 }', '{ lang : Text = "en", n : Integer = 3 }'),
        ("{ w : Float }", "{ w : Double }"),
        ("{ w : [String] }", "{ w : [Text] }"),
    ],
)
def test_types_have_their_names_here(written: str, mended: str) -> None:
    text = "fun f : Text -> Text with {}\n"
    (found,) = check_texts({"main.nml": text.format(written)}).diagnostics
    (fix,) = found.fixes
    fixed = apply_edits(text.format(written), fix.edits)
    assert fixed == text.format(mended)
    assert check_texts({"main.nml": fixed}).diagnostics == ()


@pytest.mark.parametrize(
    ("type", "value"), [("Bool", "false"), ("[String]", '["a"]'), ("Flaot", "1.5"), ("Map Text", "1")]
)
def test_whatever_is_given_to_a_parameter_without_a_type_is_right(type: str, value: str) -> None:
    text = f"fun f : Text -> Text with {{ x : {type} }}\ndef w = Sources.stdin | f {{ x = {value} }} | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == "parameter-declaration-type"
