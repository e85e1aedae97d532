"""A sum of one constructor: what has one is its payload alone."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits


@pytest.mark.parametrize(
    ("body", "fault", "right"),
    [
        ("Id Integer", "Id Integer", "Integer"),
        ("Id { n : Integer }", "Id { n : Integer }", "{ n : Integer }"),
        ("Id", "Id", "()"),
        ("Placed { n : Integer }", "Placed", "{ n : Integer }"),
        ("Placed [Text]", "Placed", "[Text]"),
        ("Placed (Integer, Text)", "Placed", "(Integer, Text)"),
        ("Placed Integer Text", "Placed", "(Integer, Text)"),
        ("Placed Order", "Placed", "Order"),
    ],
)
def test_a_constructor_alone_is_no_sum(body: str, fault: str, right: str) -> None:
    text = f"type Id = {body}\ntype Order = {{ it : Text }}\nfun f : Id -> Text\n"
    (found,) = problems(text)
    assert text[found.primary.span.start : found.primary.span.end] == fault
    own = fault.startswith("Id")
    title = "the type `Id` contains itself" if own else "`Placed` is no type, and a sum has two constructors or more"
    label = "a sum has two constructors or more: what has one is its payload alone"
    assert found.title == title
    assert found.primary.text == (label if own else "what has one is its payload alone")
    (fix,) = found.fixes
    mended = apply_edits(text, fix.edits)
    assert mended == text.replace(f"= {body}", f"= {right}", 1)
    assert problems(mended) == ()


@pytest.mark.parametrize("body", ["Id [Id]", "Id { of : optional Id }", "[Id]"])
def test_what_contains_itself_behind_its_constructor_too_gets_no_such_fix(body: str) -> None:
    (found,) = problems(f"type Id = {body}\n")
    assert (found.title, found.fixes) == ("the type `Id` contains itself", ())


def test_a_name_near_that_of_a_type_is_a_slip_of_it() -> None:
    text = "type Box a = [a]\ntype B = Bxo Text\n"
    (found,) = problems(text)
    assert found.title == "there is no type `Bxo`"
    assert problems(apply_edits(text, found.fixes[0].edits)) == ()


def test_a_constructor_with_a_size_gets_no_fix() -> None:
    (found,) = problems("type B = Placed 3\n")
    assert (found.title, found.fixes) == ("`Placed` is no type, and a sum has two constructors or more", ())
