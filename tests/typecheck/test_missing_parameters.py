"""Parameters without a default that a workflow does not set: told once, as the slip that it is."""

import pytest
from told import only, underlined

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

OPEN = "fun keep : Text -> Text\nfun book : Text -> Void with { ledger : Text }\n"


@pytest.mark.parametrize("script", ["bill", 'bill { market = "day" }', "bill {}"])
def test_a_workflow_that_lacks_one_is_told_where_it_is_defined(script: str) -> None:
    text = (
        'fun price : Text -> Text with { market : "day" | "night" }\n'
        f"def bill = Sources.stdin | price | Sinks.stdout\n\n{script}\n"
    )
    found = only(text)
    assert (found.code.name, found.primary.span.start) == ("parameter-missing", text.index("price | Sinks"))


def test_a_binding_that_only_an_open_function_takes_is_a_slip_of_a_near_one() -> None:
    text = OPEN + 'def booked = keep | book\ndef w = Sources.stdin | booked { legder = "main" }\n'
    found = only(text)
    assert (found.code.name, underlined(text, found)) == ("unknown-parameter", "legder")
    assert found.title == "`book` needs the parameter `ledger`, and `legder` is set"
    (fix,) = found.fixes
    assert fix.title == "write `ledger`"
    fixed = apply_edits(text, fix.edits)
    assert fixed == text.replace("legder", "ledger")
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_one_binding_is_a_slip_of_one_parameter() -> None:
    declared = "fun keep : Text -> Text\nfun book : Text -> Void with { market : Text, marker : Text }\n"
    text = declared + 'def w = Sources.stdin | (keep | book) { markt = "x" }\n'
    found = check_texts({"main.nml": text}).diagnostics
    assert sorted(one.code.name for one in found) == ["parameter-missing", "unknown-parameter"]


def test_beside_a_workflow_that_lacks_it_the_same_function_lacks_it_too() -> None:
    text = OPEN + "def w = Sources.stdin | book\n\nw & (Sources.stdin | book)\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert [(one.code.name, text.count("\n", 0, one.primary.span.start) + 1) for one in found] == [
        ("parameter-missing", 3),
        ("parameter-missing", 5),
    ]


@pytest.mark.parametrize("binding", ['volume = "main"', 'keeper = "x"', "legder = [1]"])
def test_another_name_and_another_type_are_no_slip(binding: str) -> None:
    text = OPEN + f"def booked = keep | book\ndef w = Sources.stdin | booked {{ {binding} }}\n"
    named = [one.code.name for one in check_texts({"main.nml": text}).diagnostics]
    assert "parameter-missing" in named
    assert "unknown-parameter" not in named


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ('keep { ledger = "se" } | book', 'keep | book { ledger = "se" }'),
        ('keep { ledger = "se", a = "b" } | book { c = 1 }', 'keep { a = "b" } | book { c = 1, ledger = "se" }'),
    ],
)
def test_one_that_is_set_at_an_open_function_moves(written: str, mended: str) -> None:
    text = OPEN.replace("ledger : Text", "ledger : Text, c : Integer = 1") + f"def w = Sources.stdin | {written}\n"
    found = only(text)
    assert (found.code.name, underlined(text, found)[:4]) == ("parameter-missing", "book")
    assert found.title == "`book` needs the parameter `ledger`, which is set at another stage"
    (fix,) = found.fixes
    assert fix.title == "set `ledger` at `book`"
    fixed = apply_edits(text, fix.edits)
    assert fixed == text.replace(written, mended)
    assert check_texts({"main.nml": fixed}).diagnostics == ()


@pytest.mark.parametrize(
    ("braces", "filled"),
    [
        ("{}", '{ ledger = "" }'),
        ("{ }", '{ ledger = "" }'),
        ("{ /* none */ }", '{ ledger = "" /* none */ }'),
        ("", '{ ledger = "" }'),
    ],
)
def test_empty_braces_are_filled(braces: str, filled: str) -> None:
    text = OPEN + f"def w = Sources.stdin | book {braces}\n"
    found = only(text)
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert fixed.split() == text.replace(f"| book {braces}\n", f"| book {filled}\n").split()
    assert check_texts({"main.nml": fixed}).diagnostics == ()


@pytest.mark.parametrize(
    ("value", "offered"), [('["GBP"]', ['write "GBP"']), ('["gbp"]', ['write "GBP"']), ('"GBR"', ['write "GBP"'])]
)
def test_a_list_of_one_choice_is_that_choice(value: str, offered: list[str]) -> None:
    text = f'fun price : Text -> Text with {{ currency : "EUR" | "GBP" }}\ndef w = price {{ currency = {value} }}\n'
    found = only(text)
    assert [fix.title for fix in found.fixes] == offered
    assert check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics == ()
