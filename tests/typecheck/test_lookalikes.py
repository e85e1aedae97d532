"""Sums of nothing but names of types, and those that only look like one."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Severity
from nscompiler.pipeline.checks import check_texts


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("Integer | Text", "IdInteger Integer | IdText Text"),
        ("Box | Date | Uuid", "IdBox Box | IdDate Date | IdUuid Uuid"),
        ("Text | None", "optional Text"),
        ("Null | Box", "optional Box"),
    ],
)
def test_a_sum_of_names_of_types_gets_a_hint_whose_fix_says_what_is_meant(body: str, written: str) -> None:
    text = f"type Id = {body}\ntype Box = {{ it : Text }}\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.code.id, found.severity) == ("NS0912", Severity.HINT)
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == text.replace(body, written)
    assert check_texts({"main.nml": mended}).diagnostics == ()


@pytest.mark.parametrize(
    "body",
    [
        *("Text | Image", "Text Text | Integer", "Integer | Text Text", "None | Null", "Text | None | Null"),
        *("Pair | Text", "Id | Text", "Ok Text | None", "Map | Vector"),
    ],
)
def test_a_constructor_that_is_no_type_or_holds_one_shows_that_constructors_are_meant(body: str) -> None:
    text = f"type Id = {body}\ntype Pair a = (a, a)\n"
    assert check_texts({"main.nml": text}).diagnostics == ()


def test_a_constructor_that_stands_twice_is_the_one_fault() -> None:
    (found,) = check_texts({"main.nml": "type Id = Text | Text\n"}).diagnostics
    assert found.code.id == "NS0408"
