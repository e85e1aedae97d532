"""Types as the author of a file can write them there: by the names in scope, written out, or not at all."""

from functools import cache

import pytest

from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.spelling import name_of_type, spelt, spelt_scheme
from nscompiler.types.interface import Interface

FIELDS = ", ".join(f"field_number_{number} : [optional Integer]" for number in range(400))
SHAPES = f"""module Shapes:1.0.0

type Row = {{ x : Integer }}
type Colour = Red | Green
type Box a = {{ v : a }}
type Pair = {{ colour : Colour, row : Row }}
type Wide = {{ {FIELDS} }}

fun row : Text -> Row
fun colour : Text -> Colour
fun colours : Text -> [Colour]
fun box : Text -> Box Integer
fun boxed : Text -> Box Colour
fun pair : Text -> Pair
fun wide : Text -> Wide
fun any : a -> a
fun sink : Text -> Void

def open = narrow | Conv.to_json
fun narrow : {{ x : Integer | .. }} -> Text
fun carry : {{ x : Integer | r }} -> {{ x : Integer, y : Text | r }}
def table = Conv.to_csv | Conv.to_json
def column = Sinks.postgres {{ pg_table = "t" }}
def tinted = boxed | Conv.to_json
def takes = paint | Conv.to_json
fun paint : Colour -> Text
"""
OTHER = "module Other:1.0.0\n\ntype Row = { y : Text }\ntype Own = A | B\nfun own : Text -> Own\n"


@cache
def checked() -> CheckedTexts:
    found = check_texts({"shapes.nml": SHAPES, "other.nml": OTHER})
    assert not [one.title for one in found.diagnostics if one.is_error]
    return found


def interface(name: str) -> Interface:
    return checked().checked[f"{name}.nml"].interface


def scope_in(name: str, **imports: Interface | None) -> Scope:
    """The scope of a file that imports some modules."""
    own = checked().checked[f"{name}.nml"]
    return Scope(own.module, own.reference, imports, checked().compilation.types)


def outputs(scope: Scope) -> dict[str, str | None]:
    """How the outputs of the functions of Shapes are written in a file."""
    names = ("row", "colour", "colours", "box", "boxed", "pair")
    functions = interface("shapes").functions
    return {name: spelt(scope, functions[name].scheme.output) for name in names}


def test_a_file_names_its_own_types() -> None:
    assert outputs(scope_in("shapes")) == {
        "row": "Row",
        "colour": "Colour",
        "colours": "[Colour]",
        "box": "Box Integer",
        "boxed": "Box Colour",
        "pair": "Pair",
    }


def test_types_of_an_import_are_named_by_its_alias() -> None:
    scope = scope_in("other", Gone=None, Row=interface("other"), Q=interface("shapes"))
    assert outputs(scope) == {
        "row": "Q.Row",
        "colour": "Q.Colour",
        "colours": "[Q.Colour]",
        "box": "Q.Box Integer",
        "boxed": "Q.Box Q.Colour",
        "pair": "Q.Pair",
    }


def test_without_the_import_they_are_written_out_and_sums_cannot_be() -> None:
    assert outputs(scope_in("other", Gone=None)) == {
        "row": "{ x : Integer }",
        "colour": None,
        "colours": None,
        "box": "{ v : Integer }",
        "boxed": None,
        "pair": None,
    }


def test_a_name_counts_only_in_the_module_that_declares_it() -> None:
    row = interface("shapes").types["Row"].body.alias
    assert row is not None
    assert name_of_type(scope_in("shapes"), row) == "Row"
    assert name_of_type(scope_in("other"), row) is None
    assert name_of_type(scope_in("other", O=interface("other")), row) is None
    assert name_of_type(scope_in("other", S=interface("shapes")), row) == "S.Row"


def test_what_cannot_stand_in_a_file_is_not_spelt() -> None:
    scope, functions = scope_in("shapes"), interface("shapes").functions
    types = checked().compilation.types
    assert spelt(scope, functions["any"].scheme.output) is None
    assert spelt(scope, functions["sink"].scheme.output) is None
    assert spelt(scope, types.list(types.error)) is None
    assert spelt(scope, types.optional(types.scalar("Text"))) == "optional Text"
    assert spelt(scope, functions["wide"].scheme.output) == "Wide"
    assert spelt(scope_in("other"), functions["wide"].scheme.output) is None


@pytest.mark.parametrize(
    ("name", "here", "elsewhere"),
    [
        ("row", "Text -> Row", "Text -> { x : Integer }"),
        ("open", "{ x : Integer | .. } -> Text", "{ x : Integer | .. } -> Text"),
        ("carry", *("{ x : Integer | r } -> { x : Integer, y : Text | r }",) * 2),
        ("any", "a -> a", "a -> a"),
        ("table", "a -> Text where a is Csv", "a -> Text where a is Csv"),
        ("tinted", "Text -> Text", "Text -> Text"),
        ("takes", "Colour -> Text", None),
        ("colours", "Text -> [Colour]", None),
        ("wide", "Text -> Wide", None),
    ],
)
def test_the_type_of_a_def_as_an_annotation(name: str, here: str, elsewhere: str | None) -> None:
    scheme = interface("shapes").functions[name].scheme
    assert spelt_scheme(scope_in("shapes"), scheme) == here
    assert spelt_scheme(scope_in("other"), scheme) == elsewhere


def test_what_has_no_constraint_to_say_it_with_is_no_annotation() -> None:
    scheme = interface("shapes").functions["column"].scheme
    assert [need.name for need in scheme.requirements] == ["SqlRow"]
    assert spelt_scheme(scope_in("shapes"), scheme) == "a -> Void where a is SqlRow"
